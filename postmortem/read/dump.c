/* Opening by format, notes, ranges, and reading through the cache. */
#include "read/format.h"
#include "read/cache.h"

#include "base/memory.h"
#include "symbols/bytes.h"

#include <stdlib.h>
#include <string.h>

/* raw recognises nothing by its bytes: it stands last. */
static const struct pm_dump_ops *const formats[] = { &pm_dump_elf };

const char *pm_absence_words(enum pm_absence why)
{
	static const char *const words[] = {
		[PM_PRESENT] = "present",
		[PM_NO_MEMORY] = "no memory at that address in the dump",
		[PM_FILTERED] = "left out by the dump's filter",
		[PM_CUT] = "behind the end of the dump",
		[PM_DAMAGED] = "damaged in the dump",
		[PM_UNMAPPED] = "mapped by no page table",
	};

	return words[why];
}

bool pm_dump_is(const uint8_t *start, size_t n)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i]->is(start, n))
			return true;
	return false;
}

void pm_dump_trouble(struct pm_dump *dump, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	char *text = pm_vprintf(fmt, ap);
	va_end(ap);
	dump->info.trouble = dump->info.trouble
				     ? pm_arena_printf(&dump->arena, "%s; %s", dump->info.trouble, text)
				     : pm_arena_str(&dump->arena, pm_slice_of(text));
	free(text);
}

/* ELF's three words, then name and description, each padded to four bytes. */
void pm_dump_add_notes(struct pm_dump *dump, const uint8_t *bytes, size_t n, uint64_t offset, bool big_endian)
{
	size_t pos = 0;

	while (n - pos >= 12) {
		uint64_t name_size = pm_load(bytes + pos, 4, big_endian);
		uint64_t desc_size = pm_load(bytes + pos + 4, 4, big_endian);
		uint32_t type = (uint32_t)pm_load(bytes + pos + 8, 4, big_endian);
		uint64_t name_padded = (name_size + 3) & ~3ull, desc_padded = (desc_size + 3) & ~3ull;

		if (!name_size && !desc_size) /* crash_save_cpu's end, and reserved notes never written */
			break;
		if (name_padded > n - pos - 12 || desc_size > n - pos - 12 - name_padded) {
			pm_dump_trouble(dump, "offset 0x%llx: a note is longer than its segment",
					(unsigned long long)(offset + pos));
			break;
		}
		const char *name = (const char *)bytes + pos + 12;
		struct pm_dump_note *note = PM_PUSH(&dump->arena, &dump->notes);

		note->name = pm_arena_str(&dump->arena,
					  (struct pm_slice){ name, strnlen(name, (size_t)name_size) });
		note->type = type;
		note->desc = bytes + pos + 12 + name_padded;
		note->size = (size_t)desc_size;
		note->offset = offset + pos;
		if (!strcmp(note->name, "VMCOREINFO") && !dump->vmcoreinfo.n)
			dump->vmcoreinfo = (struct pm_slice){ (const char *)note->desc,
							      strnlen((const char *)note->desc, note->size) };
		size_t step = 12 + (size_t)name_padded + (size_t)desc_padded;
		pos = step > n - pos ? n : pos + step;
	}
}

void pm_dump_add_range(struct pm_dump *dump, uint64_t start, uint64_t end)
{
	if (start < end)
		*PM_PUSH(&dump->arena, &dump->ranges) = (struct pm_dump_range){ start, end };
}

static int compare_ranges(const void *a, const void *b)
{
	const struct pm_dump_range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static void join_ranges(struct pm_dump *dump)
{
	size_t kept = 0;

	if (!dump->ranges.n)
		return;
	qsort(dump->ranges.v, dump->ranges.n, sizeof(*dump->ranges.v), compare_ranges);
	for (size_t i = 1; i < dump->ranges.n; i++) {
		struct pm_dump_range *last = &dump->ranges.v[kept], *next = &dump->ranges.v[i];

		if (next->start > last->end)
			dump->ranges.v[++kept] = *next;
		else if (next->end > last->end)
			last->end = next->end;
	}
	dump->ranges.n = kept + 1;
}

static struct pm_error *not_a_dump(const struct pm_file *file, size_t n)
{
	if (!n)
		return pm_error_new(PM_NOT_FOUND, "%s: empty", pm_file_name(file));
	return pm_error_new(PM_NOT_FOUND, "%s: not a memory dump", pm_file_name(file));
}

struct pm_error *pm_dump_open_file(struct pm_file *file, struct pm_dump **out)
{
	uint8_t *start = pm_alloc(PM_PAGE_SIZE);
	int read_errno;
	size_t n = pm_file_read(file, 0, start, PM_PAGE_SIZE, &read_errno);
	struct pm_error *err = NULL;
	const struct pm_dump_ops *ops = NULL;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]) && !ops; i++)
		if (formats[i]->is(start, n))
			ops = formats[i];
	free(start);
	if (!ops) {
		err = read_errno ? pm_error_errno(read_errno, "%s", pm_file_name(file)) : not_a_dump(file, n);
		pm_file_close(file);
		return err;
	}
	struct pm_dump *dump = pm_alloc(sizeof(*dump));

	dump->ops = ops;
	dump->files = pm_alloc(sizeof(struct pm_file *));
	dump->files[0] = file;
	dump->files_n = 1;
	dump->info.level = -1;
	dump->info.format = ops->name;
	pm_arena_init(&dump->arena);
	dump->cache = pm_page_cache_create(PM_DUMP_CACHE / PM_PAGE_SIZE);
	err = ops->open(dump);
	if (err) {
		err = pm_error_prepend(err, "%s", pm_file_name(file));
		pm_dump_close(dump);
		return err;
	}
	join_ranges(dump);
	*out = dump;
	return NULL;
}

struct pm_error *pm_dump_open(const char *const *paths, size_t n, struct pm_dump **out)
{
	struct pm_file *file;
	struct pm_error *err = pm_file_open(paths[0], &file);

	if (err)
		return err;
	if (n > 1) {
		pm_file_close(file);
		return pm_error_new(PM_UNSUPPORTED, "%s: dumps in several files", paths[0]);
	}
	return pm_dump_open_file(file, out);
}

void pm_dump_close(struct pm_dump *dump)
{
	if (!dump)
		return;
	if (dump->ops->close)
		dump->ops->close(dump);
	for (size_t i = 0; i < dump->files_n; i++)
		pm_file_close(dump->files[i]);
	free(dump->files);
	pm_page_cache_destroy(dump->cache);
	pm_arena_deinit(&dump->arena);
	free(dump);
}

const char *pm_dump_name(const struct pm_dump *dump)
{
	return pm_file_name(dump->files[0]);
}

const struct pm_dump_info *pm_dump_info(const struct pm_dump *dump)
{
	return &dump->info;
}

size_t pm_dump_notes(const struct pm_dump *dump, const struct pm_dump_note **notes_out)
{
	*notes_out = dump->notes.v;
	return dump->notes.n;
}

struct pm_slice pm_dump_vmcoreinfo(const struct pm_dump *dump)
{
	return dump->vmcoreinfo;
}

bool pm_dump_range(const struct pm_dump *dump, size_t index, struct pm_dump_range *out)
{
	if (index >= dump->ranges.n)
		return false;
	*out = dump->ranges.v[index];
	return true;
}

/* One page, or the part of one that a format which stores memory as it is has. */
static enum pm_absence fill_page(const struct pm_dump *dump, uint64_t pfn, uint8_t *page)
{
	if (dump->ops->page)
		return dump->ops->page(dump, pfn, page);

	const struct pm_file *file;
	uint64_t offset, length;
	enum pm_absence why = dump->ops->locate(dump, pfn * PM_PAGE_SIZE, &file, &offset, &length);

	if (why)
		return why;
	if (length < PM_PAGE_SIZE)
		return PM_NO_MEMORY;
	int read_errno;
	if (pm_file_read(file, offset, page, PM_PAGE_SIZE, &read_errno) < PM_PAGE_SIZE)
		return read_errno ? PM_DAMAGED : PM_CUT;
	return PM_PRESENT;
}

/* Reads that are longer than this go past the cache, where the format allows it. */
static const size_t direct_read = 4 * PM_PAGE_SIZE;

static size_t read_direct(struct pm_dump *dump, uint64_t phys, uint8_t *buf, size_t n, enum pm_absence *why)
{
	const struct pm_file *file;
	uint64_t offset, length;
	int read_errno;

	*why = dump->ops->locate(dump, phys, &file, &offset, &length);
	if (*why)
		return 0;
	size_t want = length < n ? (size_t)length : n;
	size_t got = pm_file_read(file, offset, buf, want, &read_errno);

	if (got < want)
		*why = read_errno ? PM_DAMAGED : PM_CUT;
	return got;
}

size_t pm_dump_read(struct pm_dump *dump, uint64_t phys, void *buf, size_t n, enum pm_absence *why_out)
{
	enum pm_absence why = PM_PRESENT;
	size_t done = 0;

	while (done < n && why == PM_PRESENT) {
		uint64_t at = phys + done;
		size_t in_page = (size_t)(at % PM_PAGE_SIZE);
		size_t part = PM_PAGE_SIZE - in_page;

		if (at < phys) {
			why = PM_NO_MEMORY;
			break;
		}
		if (dump->ops->locate && n - done >= direct_read) {
			done += read_direct(dump, at, (uint8_t *)buf + done, n - done, &why);
			continue;
		}
		if (part > n - done)
			part = n - done;
		why = pm_page_cache_get(dump->cache, dump, at / PM_PAGE_SIZE, fill_page, in_page, part,
					(uint8_t *)buf + done);
		if (why && dump->ops->locate) /* memory that begins or ends inside a page */
			part = read_direct(dump, at, (uint8_t *)buf + done, part, &why);
		else if (why)
			part = 0;
		done += part;
	}
	if (why_out)
		*why_out = done < n ? why : PM_PRESENT;
	return done;
}

size_t pm_dump_peek(struct pm_dump *dump, uint64_t phys, void *buf, size_t n, enum pm_absence *why_out)
{
	enum pm_absence why;

	if (!dump->ops->locate)
		return pm_dump_read(dump, phys, buf, n, why_out);
	size_t got = read_direct(dump, phys, buf, n, &why);
	if (why_out)
		*why_out = why;
	return got;
}

bool pm_dump_is_linear(const struct pm_dump *dump)
{
	return dump->ops->locate != NULL;
}

uint64_t pm_dump_offset(const struct pm_dump *dump, uint64_t phys)
{
	if (dump->ops->locate) {
		const struct pm_file *file;
		uint64_t offset, length;

		return dump->ops->locate(dump, phys, &file, &offset, &length) ? 0 : offset;
	}
	return dump->ops->offset ? dump->ops->offset(dump, phys / PM_PAGE_SIZE) : 0;
}

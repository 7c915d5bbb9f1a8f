/* Opening by format, notes, ranges, and reading through the cache. */
#include "read/format.h"
#include "read/cache.h"

#include "base/interrupt.h"
#include "base/memory.h"
#include "base/search.h"
#include "symbols/bytes.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* raw recognises nothing by its bytes, and is not here. */
static const struct pm_dump_ops *const formats[] = { &pm_dump_elf, &pm_dump_kdump, &pm_dump_lime };

/* Of a dump that is damaged all over. */
static const size_t max_trouble = 1000; /* characters */
static const size_t max_notes = 1 << 17;

const char *pm_absence_words(enum pm_absence why)
{
	static const char *const words[] = {
		[PM_PRESENT] = "present",
		[PM_NO_MEMORY] = "no memory at that address in the dump",
		[PM_FILTERED] = "left out by the dump's filter",
		[PM_CUT] = "behind the end of the dump",
		[PM_ELSEWHERE] = "in a part of the dump that was not given",
		[PM_DAMAGED] = "damaged in the dump",
		[PM_UNMAPPED] = "mapped by no page table",
		[PM_UNREAD] = "not read any more: interrupted",
	};

	return words[why];
}

void pm_dump_absence(const struct pm_dump *dump, enum pm_absence why, char *buf, size_t size)
{
	int n = snprintf(buf, size, "%s", pm_absence_words(why));

	if (why == PM_FILTERED && dump->info.level >= 0 && (size_t)n < size)
		snprintf(buf + n, size - (size_t)n, ", -d %d", dump->info.level);
}

static const struct pm_dump_ops *format_of(const uint8_t *start, size_t n)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i]->is(start, n))
			return formats[i];
	return NULL;
}

bool pm_dump_is(const uint8_t *start, size_t n)
{
	return format_of(start, n) || pm_file_is_flattened(start, n);
}

enum pm_arch pm_dump_arch_of(struct pm_slice machine)
{
	static const struct {
		const char *name;
		enum pm_arch arch;
	} names[] = {
		{ "x86_64", PM_X86_64 }, { "i386", PM_I386 },       { "i486", PM_I386 },
		{ "i586", PM_I386 },     { "i686", PM_I386 },       { "aarch64", PM_ARM64 },
		{ "arm", PM_ARM },       { "riscv64", PM_RISCV64 }, { "ppc64", PM_PPC64 },
		{ "s390x", PM_S390X },   { "mips", PM_MIPS },       { "loongarch64", PM_LOONGARCH64 },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (pm_slice_starts(machine, pm_slice_of(names[i].name)))
			return names[i].arch;
	return PM_ARCH_UNKNOWN;
}

static void add_trouble(struct pm_dump *dump, const char *fmt, va_list ap)
{
	if (dump->info.trouble && strlen(dump->info.trouble) > max_trouble)
		return;
	char *text = pm_vprintf(fmt, ap);

	dump->info.trouble = dump->info.trouble
				     ? pm_arena_printf(&dump->arena, "%s; %s", dump->info.trouble, text)
				     : pm_arena_str(&dump->arena, pm_slice_of(text));
	free(text);
}

void pm_dump_trouble(struct pm_dump *dump, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_trouble(dump, fmt, ap);
	va_end(ap);
}

void pm_dump_incomplete(struct pm_dump *dump, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_trouble(dump, fmt, ap);
	va_end(ap);
	dump->info.incomplete = true;
}

/* ELF's three words, then name and description, each padded to four bytes. */
void pm_dump_add_notes(struct pm_dump *dump, const uint8_t *bytes, size_t n, uint64_t offset, bool big_endian)
{
	size_t pos = 0;

	while (n - pos >= 12 && dump->notes.n < max_notes) {
		uint64_t name_size = pm_load(bytes + pos, 4, big_endian);
		uint64_t desc_size = pm_load(bytes + pos + 4, 4, big_endian);
		uint32_t type = (uint32_t)pm_load(bytes + pos + 8, 4, big_endian);
		uint64_t name_padded = (name_size + 3) & ~3ull, desc_padded = (desc_size + 3) & ~3ull;

		if (!name_size && !desc_size) /* crash_save_cpu's end, and reserved notes never written */
			break;
		bool cut = name_padded > n - pos - 12 || desc_size > n - pos - 12 - name_padded;

		if (cut)
			pm_dump_incomplete(dump, "offset 0x%llx: a note is longer than its segment",
					   (unsigned long long)offset + pos);
		if (name_padded > n - pos - 12)
			break;
		if (cut) /* what there is of it: who wants more than that says so */
			desc_size = desc_padded = n - pos - 12 - name_padded;
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

/* No machine has more: a header that says so lies, and behind its last page addresses would begin at 0 again. */
static const uint64_t most_memory = 1ull << 56;

void pm_dump_add_range(struct pm_dump_map *map, uint64_t start, uint64_t end)
{
	if (end > most_memory)
		end = most_memory;
	if (start < end)
		*PM_PUSH(&map->arena, &map->ranges) = (struct pm_dump_range){ start, end };
}

static int compare_ranges(const void *a, const void *b)
{
	const struct pm_dump_range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static void join_ranges(struct pm_dump_map *map)
{
	size_t kept = 0;

	if (!map->ranges.n)
		return;
	qsort(map->ranges.v, map->ranges.n, sizeof(*map->ranges.v), compare_ranges);
	for (size_t i = 1; i < map->ranges.n; i++) {
		struct pm_dump_range *last = &map->ranges.v[kept], *next = &map->ranges.v[i];

		if (next->start > last->end)
			map->ranges.v[++kept] = *next;
		else if (next->end > last->end)
			last->end = next->end;
	}
	map->ranges.n = kept + 1;
}

bool pm_dump_map_has(const struct pm_dump_map *map, uint64_t phys)
{
	size_t i = PM_FIRST_ABOVE(map->ranges.v, map->ranges.n, end, phys);

	return i < map->ranges.n && map->ranges.v[i].start <= phys;
}

static const struct pm_dump_map *map_of(const struct pm_dump *dump)
{
	struct pm_dump_map *map = dump->map;

	pthread_mutex_lock(&map->lock);
	if (!map->made) {
		if (dump->ops->survey)
			dump->ops->survey(dump, map);
		join_ranges(map);
		for (size_t i = 0; i < map->ranges.n; i++)
			map->machine += (map->ranges.v[i].end - map->ranges.v[i].start) / PM_PAGE_SIZE;
		map->made = true;
	}
	pthread_mutex_unlock(&map->lock);
	return map;
}

/* Takes a flattened file for the dump that it holds. */
static struct pm_error *look_through(struct pm_file **file, bool *flattened,
				     const struct pm_dump_ops **ops_out)
{
	uint8_t *start = pm_alloc(PM_PAGE_SIZE);
	int read_errno;
	size_t n = pm_file_read(*file, 0, start, PM_PAGE_SIZE, &read_errno);
	struct pm_error *err = NULL;

	if (pm_file_is_flattened(start, n)) {
		struct pm_file *inner = *file;

		*file = NULL;
		*flattened = true;
		err = pm_file_flattened(inner, file);
		if (!err)
			n = pm_file_read(*file, 0, start, PM_PAGE_SIZE, &read_errno);
	}
	*ops_out = err ? NULL : format_of(start, n);
	if (!err && !*ops_out)
		err = read_errno ? pm_error_errno(read_errno, "%s", pm_file_name(*file))
				 : pm_dump_not_one(pm_file_name(*file), start, n);
	free(start);
	return err;
}

/* Takes the files over. */
static struct pm_dump *dump_new(struct pm_file *const *files, size_t n)
{
	struct pm_dump *dump = pm_alloc(sizeof(*dump));

	dump->files = pm_alloc(n * sizeof(*files));
	memcpy(dump->files, files, n * sizeof(*files));
	dump->files_n = n;
	dump->info.level = -1;
	pm_arena_init(&dump->arena);
	dump->map = pm_alloc(sizeof(*dump->map));
	pthread_mutex_init(&dump->map->lock, NULL);
	pm_arena_init(&dump->map->arena);
	dump->cache = pm_page_cache_create(PM_DUMP_CACHE / PM_PAGE_SIZE);
	return dump;
}

static struct pm_error *open_as(struct pm_dump *dump, const struct pm_dump_ops *ops, struct pm_dump **out)
{
	dump->ops = ops;
	dump->info.format = ops->name;
	for (size_t i = 0; i < dump->files_n; i++)
		if (pm_file_trouble(dump->files[i]))
			pm_dump_incomplete(dump, "%s", pm_file_trouble(dump->files[i]));
	struct pm_error *err = ops->open(dump);

	if (err) {
		if (dump->files_n == 1)
			err = pm_error_prepend(err, "%s", pm_dump_name(dump));
		pm_dump_close(dump);
		return err;
	}
	if (!ops->survey)
		map_of(dump);
	if (dump->files_n > 1)
		dump->info.format =
			pm_arena_printf(&dump->arena, "%s, %zu parts", dump->info.format, dump->files_n);
	if (dump->flattened)
		dump->info.format = pm_arena_printf(&dump->arena, "%s, flattened", dump->info.format);
	*out = dump;
	return NULL;
}

struct pm_error *pm_dump_open_files(struct pm_file *const *files, size_t n, struct pm_dump **out)
{
	struct pm_dump *dump = dump_new(files, n);
	const struct pm_dump_ops *ops = formats[0];

	for (size_t i = 0; i < n; i++) {
		const struct pm_dump_ops *one;
		struct pm_error *err = look_through(&dump->files[i], &dump->flattened, &one);

		if (!err && n > 1 && (!one->parts || (i && one != ops)))
			err = pm_error_new(PM_MISMATCH, "%s: an %s is no part of a dump in several files",
					   pm_file_name(dump->files[i]), one->name);
		ops = one;
		if (err) {
			pm_dump_close(dump);
			return err;
		}
	}
	return open_as(dump, ops, out);
}

struct pm_error *pm_dump_open_file(struct pm_file *file, struct pm_dump **out)
{
	return pm_dump_open_files(&file, 1, out);
}

struct pm_error *pm_dump_open(const char *const *paths, size_t n, struct pm_dump **out)
{
	struct pm_file *files[PM_DUMP_PARTS];

	if (!n || n > PM_DUMP_PARTS)
		return pm_error_new(PM_USAGE, "%zu files: a dump has at most %d parts", n, PM_DUMP_PARTS);
	for (size_t i = 0; i < n; i++) {
		struct pm_error *err = pm_file_open(paths[i], &files[i]);

		if (err) {
			while (i--)
				pm_file_close(files[i]);
			return err;
		}
	}
	return pm_dump_open_files(files, n, out);
}

struct pm_error *pm_dump_open_raw_file(struct pm_file *file, const struct pm_dump_piece *pieces, size_t n,
				       struct pm_dump **out)
{
	struct pm_dump *dump = dump_new(&file, 1);
	struct pm_dump_pieces raw = { pieces, n };

	dump->state = &raw;
	return open_as(dump, &pm_dump_raw, out);
}

void pm_dump_close(struct pm_dump *dump)
{
	if (!dump)
		return;
	if (dump->ops && dump->ops->close)
		dump->ops->close(dump);
	for (size_t i = 0; i < dump->files_n; i++)
		pm_file_close(dump->files[i]);
	free(dump->files);
	pm_page_cache_destroy(dump->cache);
	pthread_mutex_destroy(&dump->map->lock);
	pm_arena_deinit(&dump->map->arena);
	free(dump->map);
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
	const struct pm_dump_map *map = map_of(dump);

	if (index >= map->ranges.n)
		return false;
	*out = map->ranges.v[index];
	return true;
}

bool pm_dump_has_memory(const struct pm_dump *dump, uint64_t phys)
{
	return pm_dump_map_has(map_of(dump), phys);
}

void pm_dump_pages(const struct pm_dump *dump, uint64_t *machine_out, uint64_t *here_out)
{
	const struct pm_dump_map *map = map_of(dump);

	*machine_out = map->machine;
	*here_out = map->here;
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

/* Reads that are longer than this go past the cache: they are of tables that are read once. */
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

	if (pm_interrupted())
		why = PM_UNREAD;
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
		if (dump->ops->page && part == PM_PAGE_SIZE && n >= direct_read) {
			why = dump->ops->page(dump, at / PM_PAGE_SIZE, (uint8_t *)buf + done);
			done += why ? 0 : part;
			continue;
		}
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
	size_t got = 0;

	if (pm_interrupted())
		why = PM_UNREAD;
	else
		got = read_direct(dump, phys, buf, n, &why);
	if (why_out)
		*why_out = why;
	return got;
}

void pm_dump_forget(struct pm_dump *dump)
{
	pm_page_cache_destroy(dump->cache);
	dump->cache = pm_page_cache_create(PM_DUMP_CACHE / PM_PAGE_SIZE);
}

uint64_t pm_dump_next(const struct pm_dump *dump, uint64_t phys)
{
	const struct pm_file *file;
	uint64_t offset, length;

	/* a format that packs pages has a map of them, no longer than its file */
	if (!dump->ops->locate || !dump->ops->locate(dump, phys, &file, &offset, &length))
		return phys;
	return phys + length < phys ? UINT64_MAX : phys + length;
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

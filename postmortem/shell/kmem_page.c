/* kmem -p, -m, -g: struct pages, and the names of their flags. */
#include "shell/kmem.h"

#include "linux/member.h"
#include "linux/memory.h"
#include "linux/zones.h"
#include "symbols/bytes.h"

#include <stdlib.h>
#include <string.h>

/* ---- walking all struct pages ---- */

/* most_missing: in a row, of what could be read at once; headers that lie tell of more memory than there is. */
enum { at_once = 512, most_missing = 1 << 20 };

/* Calls fn for the struct pages of each section that has them, or, where no sections are known, of what memory the dump
 * has.  false: some that there are could not be read; said. */
static bool each_page(struct pm_shell *sh, bool (*fn)(uint64_t frame, const uint8_t *page, void *user),
		      void *user)
{
	const struct pm_linux_caches *caches = pm_session_caches(sh->session);
	uint64_t size = caches->page_size;
	struct pm_linux_zones zones;
	struct pm_dump_range range;
	bool more = true;
	uint64_t lost = 0;

	pm_linux_zones_read(sh->lx, &zones);
	uint8_t *pages = pm_alloc(at_once * size);

	for (size_t i = 0; more; i++) {
		uint64_t first, end;
		unsigned missing = 0;

		if (zones.sections.n && i < zones.sections.n) {
			first = zones.sections.v[i].nr * zones.section_frames;
			end = first + zones.section_frames;
		} else if (!zones.sections.n && pm_dump_range(sh->dump, i, &range)) {
			first = (range.start + PM_PAGE_SIZE - 1) / PM_PAGE_SIZE;
			end = range.end / PM_PAGE_SIZE;
		} else {
			break;
		}
		for (; first < end && more && missing < most_missing;) {
			uint64_t n = end - first < at_once ? end - first : at_once,
				 at = caches->vmemmap + first * size, next = first + n;
			enum pm_absence why = PM_PRESENT;
			size_t got = pm_space_read(&sh->lx->kernel, at, pages, (size_t)(n * size), &why);

			for (uint64_t k = 0; k < got / size && more; k++)
				more = fn(first + k, pages + k * size, user);
			if (got < n * size)
				next = (((at + got) | (PM_PAGE_SIZE - 1)) + size - caches->vmemmap) / size;
			if (got < n * size && why != PM_UNMAPPED && why != PM_NO_MEMORY)
				lost += (next < end ? next : end) - first - got / size;
			first = next;
			missing = got ? 0 : missing + 1;
			more &= !pm_shell_interrupted(sh);
		}
	}
	free(pages);
	pm_linux_zones_deinit(&zones);
	return !lost || pm_shell_interrupted(sh) ||
	       pm_shell_error(sh, "kmem", "%llu struct pages are not in the dump", (unsigned long long)lost);
}

static bool has_pages(struct pm_shell *sh)
{
	const struct pm_linux_caches *caches = pm_session_caches(sh->session);

	return (caches->vmemmap && caches->page_size && caches->page_size <= 256) ||
	       pm_shell_error(sh, "kmem",
			      "where the struct pages lie is not known, or they are not in the dump");
}

/* ---- -p ---- */

static const struct pm_column columns[] = {
	{ "PAGE", "address", -16, PM_CELL_ADDRESS }, { "PHYSICAL", "physical", 12, PM_CELL_HEX },
	{ "MAPPING", "mapping", 16, PM_CELL_HEX },   { "INDEX", "index", 16, PM_CELL_HEX },
	{ "CNT", "count", 3, PM_CELL_SIGNED },       { "FLAGS", NULL, -1, PM_CELL_TEXT },
	{ NULL, "flags", 0, PM_CELL_HEX },           { NULL, "flag_names", 0, PM_CELL_TEXT },
};

/* What is printed of a page's flags. */
struct flags {
	uint64_t value;
	char text[560];    /* the number and the names; empty: not made yet */
	const char *names; /* in the text */
};

static void tell_flags(struct pm_shell *sh, uint64_t value, struct flags *flags)
{
	if (*flags->text && flags->value == value)
		return;
	int n = snprintf(flags->text, sizeof(flags->text), "%llx ", (unsigned long long)value);

	flags->value = value;
	flags->names = flags->text + n;
	pm_linux_page_flags(sh->lx, value, flags->text + n, sizeof(flags->text) - (size_t)n);
}

static void page_cells(struct pm_shell *sh, bool members, uint64_t page, uint64_t phys, uint64_t mapping,
		       uint64_t index, uint64_t count, const struct flags *flags)
{
	const struct pm_cell cells[PM_COUNT(columns)] = { { page },
							  { phys },
							  { mapping },
							  { index },
							  { (uint64_t)(int32_t)count },
							  { .s = flags->text },
							  { flags->value },
							  { .s = flags->names } };

	if (members)
		pm_shell_cell_members(sh, columns, PM_COUNT(columns), cells);
	else
		pm_shell_cells(sh, columns, PM_COUNT(columns), cells);
}

bool pm_kmem_page(struct pm_shell *sh, uint64_t page, uint64_t phys)
{
	uint64_t value, mapping = 0, index = 0, count = 0;
	struct flags flags = { 0 };

	if (!pm_linux_get(sh->lx, page, PM_PAGE_FLAGS, &value))
		return false;
	pm_linux_get(sh->lx, page, PM_PAGE_MAPPING, &mapping);
	pm_linux_get(sh->lx, page, PM_PAGE_INDEX, &index);
	pm_linux_get(sh->lx, page, PM_PAGE_REFCOUNT, &count);
	tell_flags(sh, value, &flags);
	pm_shell_open(sh, "page", '{');
	PM_TITLES(sh, columns);
	page_cells(sh, sh->json, page, phys, mapping, index, count, &flags);
	pm_shell_close(sh, '}');
	return true;
}

/* A kernel's pages have some dozens of sets of flags. */
enum { kept_bits = 6 };

struct pages {
	struct pm_shell *sh;
	uint64_t base, size;
	struct flags kept[1 << kept_bits]; /* those that were last told of, by hash */
};

static uint64_t field_of(const struct pages *p, const uint8_t *page, enum pm_field field)
{
	const struct pm_field_place *place = &p->sh->lx->fields[field];

	if (place->offset < 0 || (place->size != 4 && place->size != 8) ||
	    (uint64_t)place->offset + place->size > p->size)
		return 0;
	return pm_load(page + place->offset, place->size, false);
}

static bool print_one(uint64_t frame, const uint8_t *page, void *user)
{
	struct pages *p = user;
	uint64_t value = field_of(p, page, PM_PAGE_FLAGS);
	struct flags *flags = &p->kept[value * 0x9e3779b97f4a7c15ull >> (64 - kept_bits)];

	tell_flags(p->sh, value, flags);
	page_cells(p->sh, false, p->base + frame * p->size, frame * PM_PAGE_SIZE,
		   field_of(p, page, PM_PAGE_MAPPING), field_of(p, page, PM_PAGE_INDEX),
		   field_of(p, page, PM_PAGE_REFCOUNT), flags);
	return true;
}

bool pm_kmem_pages(struct pm_shell *sh)
{
	const struct pm_linux_caches *caches = pm_session_caches(sh->session);
	struct pages p = { .sh = sh, .base = caches->vmemmap, .size = caches->page_size };

	if (!has_pages(sh))
		return false;
	pm_shell_open(sh, "pages", '[');
	PM_TITLES(sh, columns);
	bool ok = each_page(sh, print_one, &p);

	pm_shell_close(sh, ']');
	return ok;
}

/* ---- -m ---- */

enum { most_members = 32 };

struct members {
	struct pm_shell *sh;
	uint64_t base, size;
	const char *names[most_members];
	struct pm_btf_member found[most_members];
	bool is_signed[most_members], is_list[most_members];
	unsigned n;
};

/* Its members' text, parted as crash does it. */
static void print_member(const struct members *m, unsigned i, const uint8_t *page)
{
	FILE *out = m->sh->out;
	uint64_t at = m->found[i].bit_offset / 8, size = pm_btf_size(m->sh->lx->btf, m->found[i].type);
	unsigned shift = (unsigned)(m->found[i].bit_offset % 8), bits = m->found[i].bits;
	uint64_t value = 0;

	if (size > m->size - at)
		size = m->size - at;
	if (m->is_list[i] && size >= 16) {
		uint64_t next = pm_load(page + at, 8, false), prev = pm_load(page + at + 8, 8, false);

		if (m->sh->json) {
			pm_json_open(m->sh->json, m->names[i], '[');
			pm_json_hex(m->sh->json, NULL, next);
			pm_json_hex(m->sh->json, NULL, prev);
			pm_json_close(m->sh->json, ']');
		} else {
			fprintf(out, "  %016llx,%016llx", (unsigned long long)next, (unsigned long long)prev);
		}
		return;
	}
	for (unsigned k = 0; k < size && k < 8; k++)
		value |= (uint64_t)page[at + k] << 8 * k;
	if (bits && bits < 64)
		value = value >> shift & ((1ull << bits) - 1);
	if (m->is_signed[i]) {
		int64_t number = size == 4 ? (int32_t)value : (int64_t)value;

		if (m->sh->json)
			pm_json_int(m->sh->json, m->names[i], number);
		else
			fprintf(out, "  %*lld", (int)strlen(m->names[i]), (long long)number);
	} else if (m->sh->json) {
		pm_json_hex(m->sh->json, m->names[i], value);
	} else {
		fprintf(out, "  %0*llx", (int)(size < 8 ? 2 * size : 16), (unsigned long long)value);
	}
}

static bool print_members(uint64_t frame, const uint8_t *page, void *user)
{
	const struct members *m = user;
	uint64_t at = m->base + frame * m->size;

	if (m->sh->json) {
		pm_json_open(m->sh->json, NULL, '{');
		pm_json_hex(m->sh->json, "address", at);
		pm_json_open(m->sh->json, "members", '{');
	} else {
		fprintf(m->sh->out, "%016llx", (unsigned long long)at);
	}
	for (unsigned i = 0; i < m->n; i++)
		print_member(m, i, page);
	pm_shell_close(m->sh, '}');
	pm_shell_close(m->sh, '}');
	pm_shell_say(m->sh, "\n");
	return true;
}

static bool find_members(struct pm_shell *sh, struct members *m, char *names)
{
	struct pm_btf *btf = sh->lx->btf;
	uint32_t page = pm_btf_find(btf, PM_BTF_STRUCT, "page");
	char *rest = NULL;

	for (char *name = strtok_r(names, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
		if (m->n == most_members)
			return pm_shell_error(sh, "kmem", "-m: at most %u members", (unsigned)most_members);
		if (!pm_btf_find_member(btf, page, name, &m->found[m->n]))
			return pm_shell_no_such(sh, "kmem", "member of struct page", name, NULL);
		/* types that lie: a struct page is as long as VMCOREINFO says */
		if (m->found[m->n].bit_offset / 8 >= m->size)
			return pm_shell_error(sh, "kmem", "-m: %s: it would lie behind the struct page",
					      name);
		uint32_t type = pm_btf_resolve(btf, m->found[m->n].type);

		m->names[m->n] = name;
		m->is_list[m->n] = !strcmp(pm_btf_name(btf, type), "list_head");
		m->is_signed[m->n] =
			!strcmp(name, "_refcount") || !strcmp(name, "_mapcount") || !strcmp(name, "_count");
		m->n++;
	}
	return m->n || pm_shell_error(sh, "kmem", "-m: which members?");
}

bool pm_kmem_page_members(struct pm_shell *sh, const char *members, bool physical, char **addresses, int n)
{
	const struct pm_linux_caches *caches = pm_session_caches(sh->session);
	struct members m = { .sh = sh, .base = caches->vmemmap, .size = caches->page_size };
	bool ok = has_pages(sh);
	char *names = pm_printf("%s", members);

	ok = ok && find_members(sh, &m, names);
	if (ok) {
		pm_shell_open(sh, "pages", '[');
		pm_shell_say(sh, "%-16s", "PAGE");
		for (unsigned i = 0; i < m.n; i++)
			pm_shell_say(sh, "  %s", m.names[i]);
		pm_shell_say(sh, "\n");
		if (!n)
			ok = each_page(sh, print_members, &m);
		for (int i = 0; i < n; i++) {
			uint64_t addr, phys;
			uint8_t page[256];

			if (!pm_shell_address(sh, "kmem", addresses[i], &addr) ||
			    !pm_kmem_physical(sh, physical, &addr, &phys))
				ok = false;
			else if (pm_space_read(&sh->lx->kernel, m.base + phys / PM_PAGE_SIZE * m.size, page,
					       (size_t)m.size, NULL) == m.size)
				print_members(phys / PM_PAGE_SIZE, page, &m);
			else
				ok = pm_shell_error(sh, "kmem", "%s: its struct page is not in the dump",
						    addresses[i]);
		}
		pm_shell_close(sh, ']');
	}
	free(names);
	return ok;
}

/* ---- -g ---- */

bool pm_kmem_page_flags(struct pm_shell *sh, const char *text)
{
	static const struct pm_column rows[] = { { "PAGE-FLAG", "name", -22, PM_CELL_TEXT },
						 { "BIT", "bit", 3, PM_CELL_UNSIGNED },
						 { "VALUE", NULL, -1, PM_CELL_TEXT },
						 { NULL, "value", 0, PM_CELL_HEX } };
	struct pm_btf *btf = sh->lx->btf;
	uint32_t id = pm_btf_find(btf, PM_BTF_ENUM, "pageflags");
	uint64_t flags = 0, end = 64;
	const char *name;
	int64_t bit;

	if (text && !pm_slice_hex(pm_slice_of(text), &flags))
		return pm_shell_error(sh, "kmem", "-g: not a number in hex: %s", text);
	if (!id)
		return pm_shell_error(sh, "kmem", "-g: the kernel's types do not tell its page flags");
	pm_linux_enumerator(sh->lx, "pageflags", "__NR_PAGEFLAGS", &end);
	if (text) {
		pm_shell_say(sh, "FLAGS: %llx\n", (unsigned long long)flags);
		if (sh->json)
			pm_json_hex(sh->json, "flags", flags);
	}
	PM_TITLES(sh, rows);
	pm_shell_open(sh, "page_flags", '[');
	for (uint32_t i = 0; (name = pm_btf_enum(btf, id, i, &bit)); i++) {
		char value[32];

		if (bit < 0 || (uint64_t)bit >= end || bit > 63 || !strcmp(name, "__NR_PAGEFLAGS") ||
		    (text && !(flags >> bit & 1)))
			continue;
		snprintf(value, sizeof(value), "%07llx", 1ull << bit);
		PM_ROW(sh, rows, { .s = name }, { (uint64_t)bit }, { .s = value }, { 1ull << bit });
	}
	pm_shell_close(sh, ']');
	return true;
}

#include "image/symbols.h"

#include "base/search.h"

#include <elf.h>
#include <stdlib.h>

/* kpanic/symbols.h; the reader shares no header with the recorder. */
#define TABLE_MAGIC 0x6b70736du
#define TABLE_CHECK(count, names) (~(TABLE_MAGIC ^ (count)*0x9e3779b1u ^ (names)*0x85ebca6bu))

enum { max_rows = 1 << 20, max_name = 1024, label_max = 4096 };

void pm_image_symbols_init(struct pm_image_symbols *symbols)
{
	*symbols = (struct pm_image_symbols){ 0 };
	pm_arena_init(&symbols->arena);
}

void pm_image_symbols_deinit(struct pm_image_symbols *symbols)
{
	pm_arena_deinit(&symbols->arena);
}

static int by_start(const void *left, const void *right)
{
	const struct pm_image_symbol *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	/* of several at one address a function, and the one with more behind it */
	if (a->data != b->data)
		return a->data ? 1 : -1;
	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	return strcmp(a->name, b->name);
}

void pm_image_symbols_sort(struct pm_image_symbols *symbols)
{
	size_t kept = 0;

	if (symbols->v.n)
		qsort(symbols->v.v, symbols->v.n, sizeof(*symbols->v.v), by_start);
	for (size_t i = 0; i < symbols->v.n; i++)
		if (!kept || symbols->v.v[kept - 1].start != symbols->v.v[i].start)
			symbols->v.v[kept++] = symbols->v.v[i];
	symbols->v.n = kept;
}

uint64_t pm_image_table_size(const uint8_t head[PM_IMAGE_TABLE_HEAD], bool big_endian)
{
	uint32_t count = (uint32_t)pm_load(head + 4, 4, big_endian),
		 names = (uint32_t)pm_load(head + 8, 4, big_endian);

	if (pm_load(head, 4, big_endian) != TABLE_MAGIC || count > max_rows || !count ||
	    pm_load(head + 12, 4, big_endian) != TABLE_CHECK(count, names))
		return 0;
	uint64_t size = PM_IMAGE_TABLE_HEAD + (uint64_t)count * PM_IMAGE_TABLE_ROW + names;

	return size <= PM_IMAGE_TABLE_MAX ? size : 0;
}

static bool is_known(const bool *known, size_t from, size_t n)
{
	for (size_t i = from; known && i < from + n; i++)
		if (!known[i])
			return false;
	return true;
}

struct pm_error *pm_image_symbols_table(struct pm_image_symbols *symbols, const uint8_t *bytes, size_t n,
					const bool *known, uint64_t anchor, bool big_endian)
{
	uint64_t size = n >= PM_IMAGE_TABLE_HEAD ? pm_image_table_size(bytes, big_endian) : 0;

	if (!size)
		return pm_error_new(PM_BAD_DATA, "its symbol table was written over");
	size_t count = (size_t)pm_load(bytes + 4, 4, big_endian),
	       names = PM_IMAGE_TABLE_HEAD + count * PM_IMAGE_TABLE_ROW;

	if (n > size)
		n = (size_t)size;
	for (size_t i = 0; i < count; i++) {
		size_t at = PM_IMAGE_TABLE_HEAD + i * PM_IMAGE_TABLE_ROW;

		if (at + PM_IMAGE_TABLE_ROW > n || !is_known(known, at, PM_IMAGE_TABLE_ROW)) {
			symbols->lost++;
			continue;
		}
		int32_t start = (int32_t)pm_load(bytes + at, 4, big_endian);
		uint64_t length = pm_load(bytes + at + 4, 4, big_endian),
			 name = names + pm_load(bytes + at + 8, 4, big_endian);
		const uint8_t *end =
			name < n ? memchr(bytes + name, 0, n - name < max_name ? n - name : max_name) : NULL;

		if (!end || end == bytes + name || !length ||
		    !is_known(known, (size_t)name, (size_t)(end - bytes) - (size_t)name)) {
			symbols->lost++;
			continue;
		}
		*PM_PUSH(&symbols->arena, &symbols->v) = (struct pm_image_symbol){
			.start = anchor + (uint64_t)(int64_t)start,
			.size = length,
			.name = pm_arena_str(&symbols->arena,
					     (struct pm_slice){ (const char *)bytes + name,
								(size_t)(end - bytes) - (size_t)name }),
		};
	}
	pm_image_symbols_sort(symbols);
	symbols->from = "the table in its image";
	return NULL;
}

/* ---- of an ELF file ---- */

static void add_elf(struct pm_image_symbols *symbols, const uint8_t *p, bool wide, bool big_endian,
		    struct pm_bytes names)
{
	uint64_t name = pm_load(p, 4, big_endian),
		 start = pm_load(p + (wide ? 8 : 4), wide ? 8 : 4, big_endian),
		 size = pm_load(p + (wide ? 16 : 8), wide ? 8 : 4, big_endian);
	unsigned type = p[wide ? 4 : 12] & 15;
	uint64_t section = pm_load(p + (wide ? 6 : 14), 2, big_endian);
	const char *text = pm_str_at(names, name);

	if (!text || !*text || *text == '$' || *text == '.' || section == SHN_UNDEF ||
	    section >= SHN_LORESERVE || (type != STT_FUNC && type != STT_OBJECT && type != STT_NOTYPE))
		return;
	*PM_PUSH(&symbols->arena, &symbols->v) = (struct pm_image_symbol){
		.start = start,
		.size = size,
		.name = pm_arena_str(&symbols->arena, pm_slice_upto(pm_slice_of(text), max_name)),
		.data = type == STT_OBJECT,
	};
}

struct pm_error *pm_image_symbols_elf(struct pm_image_symbols *symbols, struct pm_elf *elf)
{
	struct pm_bytes table = pm_elf_section(elf, ".symtab"), names = pm_elf_section(elf, ".strtab");
	bool wide = pm_elf_address_size(elf) == 8, big_endian = pm_elf_big_endian(elf);
	size_t row = wide ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);

	if (table.n / row > 16 * max_rows)
		table.n = 16 * max_rows * row;
	for (size_t i = 0; table.p && i < table.n / row; i++)
		add_elf(symbols, table.p + i * row, wide, big_endian, names);
	pm_image_symbols_sort(symbols);
	if (!symbols->v.n)
		return pm_error_new(PM_NOT_FOUND, "%s: no symbols (was it stripped?)", pm_elf_path(elf));
	/* assembly does not say how long its functions are, and a linker's labels have no length */
	for (size_t i = 0; i < symbols->v.n; i++) {
		struct pm_image_symbol *symbol = &symbols->v.v[i];
		uint64_t room = i + 1 < symbols->v.n ? symbols->v.v[i + 1].start - symbol->start : 1;

		if (!symbol->size)
			symbol->size = room < label_max ? room : label_max;
	}
	symbols->from = pm_arena_printf(&symbols->arena, "%s", pm_elf_path(elf));
	return NULL;
}

/* ---- looking up ---- */

const struct pm_image_symbol *pm_image_symbols_at(const struct pm_image_symbols *symbols, uint64_t addr)
{
	size_t above = PM_FIRST_ABOVE(symbols->v.v, symbols->v.n, start, addr);
	const struct pm_image_symbol *symbol = above ? &symbols->v.v[above - 1] : NULL;

	return symbol && addr - symbol->start < symbol->size ? symbol : NULL;
}

const struct pm_image_symbol *pm_image_symbols_named(const struct pm_image_symbols *symbols, const char *name)
{
	for (size_t i = 0; i < symbols->v.n; i++)
		if (!strcmp(symbols->v.v[i].name, name))
			return &symbols->v.v[i];
	return NULL;
}

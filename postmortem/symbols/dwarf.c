#include "symbols/dwarf.h"

#include "base/search.h"

#include "symbols/dwarf_unit.h"

#include <dwarf.h>
#include <stdlib.h>

#define CHAIN_MAX 64

struct pm_dwarf *pm_dwarf_of_types(struct pm_elf *elf)
{
	struct pm_dwarf *dw = pm_alloc(sizeof(*dw));
	dw->elf = elf;
	dw->big_endian = pm_elf_big_endian(elf);
	dw->info = pm_elf_section(elf, ".debug_info");
	dw->abbrev = pm_elf_section(elf, ".debug_abbrev");
	dw->line = pm_elf_section(elf, ".debug_line");
	dw->str = pm_elf_section(elf, ".debug_str");
	dw->line_str = pm_elf_section(elf, ".debug_line_str");
	dw->ranges = pm_elf_section(elf, ".debug_ranges");
	dw->rnglists = pm_elf_section(elf, ".debug_rnglists");
	dw->addr = pm_elf_section(elf, ".debug_addr");
	dw->str_offsets = pm_elf_section(elf, ".debug_str_offsets");
	return dw;
}

struct pm_dwarf *pm_dwarf_create(struct pm_elf *elf)
{
	return pm_elf_has_section(elf, ".debug_info") && pm_elf_has_section(elf, ".debug_line")
		       ? pm_dwarf_of_types(elf)
		       : NULL;
}

void pm_dwarf_destroy(struct pm_dwarf *dw)
{
	if (!dw)
		return;
	for (size_t i = 0; i < PM_UNITS_CACHED; i++) {
		free(dw->units[i].abbrevs);
		free(dw->units[i].attrs);
		pm_line_table_deinit(&dw->units[i].lines);
	}
	free(dw->aranges);
	free(dw->unit_offsets);
	free(dw);
}

/* ---- address → unit ---- */

static void add_arange(struct pm_dwarf *dw, uint64_t start, uint64_t end, uint64_t unit)
{
	if (start >= end)
		return;
	PM_ROOM(dw->aranges, dw->aranges_n, dw->aranges_cap);
	dw->aranges[dw->aranges_n++] = (struct pm_arange){ start, end, unit };
}

static int by_start(const void *va, const void *vb)
{
	const struct pm_arange *a = va, *b = vb;

	return a->start < b->start ? -1 : a->start > b->start;
}

static void read_aranges(struct pm_dwarf *dw)
{
	struct pm_bytes bytes = pm_elf_section(dw->elf, ".debug_aranges");
	struct pm_reader r = pm_reader_at(bytes, 0, dw->big_endian);

	while (!r.bad && pm_reader_left(&r) >= 12) {
		const uint8_t *start = r.p;
		uint8_t offset_size;
		uint64_t length = pm_read_unit_length(&r, &offset_size);

		if (r.bad || length > pm_reader_left(&r))
			break;
		struct pm_reader set = r;
		set.end = r.p + length;
		r.p += length;
		uint64_t version = pm_read(&set, 2), unit = pm_read(&set, offset_size);
		unsigned size = pm_read_u8(&set);
		pm_read_u8(&set);
		if (set.bad || version != 2 || (size != 4 && size != 8))
			continue;
		/* Pairs are aligned to their size, counted from the set's start. */
		pm_reader_skip(&set, (2 * size - (uint64_t)(set.p - start) % (2 * size)) % (2 * size));
		while (pm_reader_left(&set) >= 2 * size) {
			uint64_t low = pm_read(&set, size), n = pm_read(&set, size);

			if (!low && !n)
				break;
			if (low + n > low)
				add_arange(dw, low, low + n, unit);
		}
	}
}

struct scan {
	struct pm_dwarf *dw;
	uint64_t unit;
};

static void add_scanned(void *context, uint64_t start, uint64_t end)
{
	struct scan *scan = context;

	add_arange(scan->dw, start, end, scan->unit);
}

/* Where .debug_aranges does not tell (clang writes none): every unit's own entry does. */
static void scan_units(struct pm_dwarf *dw)
{
	struct scan scan = { dw, 0 };

	for (uint64_t at = 0; at < dw->info.n;) {
		struct pm_unit *unit = pm_unit_at(dw, at);
		struct pm_reader r = pm_reader_at(dw->info, at, dw->big_endian);
		uint64_t length = pm_read(&r, 4);
		bool broken = false;
		struct pm_die die;

		if (length == 0xffffffff)
			length = pm_read(&r, 8);
		if (r.bad || !length || length > pm_reader_left(&r))
			break;
		scan.unit = at;
		at = (uint64_t)(r.p - dw->info.p) + length;
		if (!unit)
			continue;
		r = pm_unit_reader(dw, unit, unit->first_die);
		const struct pm_abbrev *abbrev = pm_die_abbrev(unit, &r, &broken);
		if (abbrev && pm_die_read(dw, unit, abbrev, &r, &die))
			pm_die_ranges(dw, unit, &die, add_scanned, &scan);
	}
}

static const struct pm_arange *search_aranges(const struct pm_dwarf *dw, uint64_t pc)
{
	/* Ranges that overlap are rare and short: look back a little. */
	for (size_t i = PM_FIRST_ABOVE(dw->aranges, dw->aranges_n, start, pc), tries = 0;
	     i-- > 0 && tries < 16; tries++)
		if (pc < dw->aranges[i].end)
			return &dw->aranges[i];
	return NULL;
}

bool pm_dwarf_unit_of(struct pm_dwarf *dw, uint64_t pc, uint64_t *unit_offset_out)
{
	if (!dw->aranges_ready) {
		dw->aranges_ready = true;
		read_aranges(dw);
		if (dw->aranges_n)
			qsort(dw->aranges, dw->aranges_n, sizeof(*dw->aranges), by_start);
	}
	const struct pm_arange *found = search_aranges(dw, pc);
	if (!found && !dw->scanned) {
		dw->scanned = true;
		scan_units(dw);
		if (dw->aranges_n)
			qsort(dw->aranges, dw->aranges_n, sizeof(*dw->aranges), by_start);
		found = search_aranges(dw, pc);
	}
	if (found)
		*unit_offset_out = found->unit;
	return found != NULL;
}

/* ---- unit → function and inlined calls ---- */

/* Entries that can hold functions; in C only the unit itself does. */
static bool is_container(const struct pm_unit *unit, uint16_t tag)
{
	switch (tag) {
	case DW_TAG_namespace:
	case DW_TAG_module:
		return true;
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
		return unit->language != DW_LANG_C89 && unit->language != DW_LANG_C &&
		       unit->language != DW_LANG_C99 && unit->language != DW_LANG_C11 &&
		       unit->language != DW_LANG_Mips_Assembler;
	default:
		return false;
	}
}

bool pm_function_find(struct pm_dwarf *dw, struct pm_unit *unit, uint64_t pc, struct pm_reader *r,
		      struct pm_die *function)
{
	size_t depth = 0;

	*r = pm_unit_reader(dw, unit, unit->children);
	while (unit->root_children && !r->bad) {
		uint64_t offset = (uint64_t)(r->p - dw->info.p);
		bool broken = false;
		const struct pm_abbrev *abbrev = pm_die_abbrev(unit, r, &broken);

		if (broken)
			return false;
		if (!abbrev) {
			if (!depth--)
				return false;
			continue;
		}
		if (abbrev->tag == DW_TAG_subprogram) {
			struct pm_reader entry = *r;

			if (!pm_die_read(dw, unit, abbrev, r, function))
				return false;
			function->offset = offset;
			if (pm_die_covers(dw, unit, function, pc, NULL))
				return true;
			*r = entry;
		}
		bool enter = abbrev->children && is_container(unit, abbrev->tag);
		if (!pm_die_skip(dw, unit, abbrev, r, !enter))
			return false;
		depth += enter;
	}
	return false;
}

/* Fills chain with the inlined calls that cover pc, the outermost first. */
static size_t find_inlined(struct pm_dwarf *dw, struct pm_unit *unit, uint64_t pc, struct pm_reader *r,
			   struct pm_die chain[CHAIN_MAX])
{
	size_t n = 0, depth = 0;

	while (!r->bad) {
		bool broken = false;
		const struct pm_abbrev *abbrev = pm_die_abbrev(unit, r, &broken);

		if (broken)
			break;
		if (!abbrev) {
			if (!depth--)
				break;
			continue;
		}
		if (abbrev->tag == DW_TAG_inlined_subroutine || abbrev->tag == DW_TAG_lexical_block) {
			struct pm_reader entry = *r;
			struct pm_die die;
			bool has_code;

			if (!pm_die_read(dw, unit, abbrev, r, &die))
				break;
			if (pm_die_covers(dw, unit, &die, pc, &has_code)) {
				if (abbrev->tag == DW_TAG_inlined_subroutine) {
					if (n == CHAIN_MAX)
						break;
					chain[n++] = die;
				}
				/* What follows at this level cannot cover pc too. */
				depth = 0;
				if (!abbrev->children)
					break;
				continue;
			}
			if (!has_code && abbrev->tag == DW_TAG_lexical_block && abbrev->children) {
				depth++;
				continue;
			}
			*r = entry;
		}
		if (!pm_die_skip(dw, unit, abbrev, r, true))
			break;
	}
	return n;
}

struct pm_error *pm_dwarf_find(struct pm_dwarf *dw, uint64_t pc, struct pm_arena *arena,
			       pm_source_frames *frames_out)
{
	uint64_t offset;
	struct pm_die function, chain[CHAIN_MAX];
	struct pm_line_row row = { 0 };
	struct pm_reader r;
	size_t n = 0;

	frames_out->n = 0;
	if (!pm_dwarf_unit_of(dw, pc, &offset))
		return pm_error_new(PM_NOT_FOUND, "%s: no unit covers 0x%llx", pm_elf_path(dw->elf),
				    (unsigned long long)pc);
	struct pm_unit *unit = pm_unit_at(dw, offset);
	if (!unit)
		return pm_error_new(PM_BAD_DATA, "%s: .debug_info: offset 0x%llx: broken unit",
				    pm_elf_path(dw->elf), (unsigned long long)offset);

	bool has_function = pm_function_find(dw, unit, pc, &r, &function);
	if (has_function && function.abbrev->children)
		n = find_inlined(dw, unit, pc, &r, chain);
	bool has_row = pm_line_find(dw, unit, pc, &row);
	if (!has_row && !has_function)
		return pm_error_new(PM_NOT_FOUND, "%s: no line for 0x%llx", pm_elf_path(dw->elf),
				    (unsigned long long)pc);

	struct pm_source_frame *frame = PM_PUSH(arena, frames_out);
	frame->directory = unit->comp_dir;
	if (has_row) {
		frame->file = pm_line_path(dw, unit, row.file, arena);
		frame->line = row.line;
		frame->column = row.column;
	}
	for (size_t i = n; i-- > 0;) {
		const char *name = pm_die_name(dw, &chain[i]);

		/* A name may stand in another unit; this one must stay the latest in use. */
		pm_unit_at(dw, offset);
		frame->function = name ? pm_arena_str(arena, pm_slice_of(name)) : NULL;
		frame = PM_PUSH(arena, frames_out);
		frame->directory = unit->comp_dir;
		if (chain[i].has_call_file)
			frame->file = pm_line_path(dw, unit, chain[i].call_file, arena);
		frame->line = chain[i].call_line;
		frame->column = chain[i].call_column;
	}
	const char *name = has_function ? pm_die_name(dw, &function) : NULL;
	frame->function = name ? pm_arena_str(arena, pm_slice_of(name)) : NULL;
	return NULL;
}

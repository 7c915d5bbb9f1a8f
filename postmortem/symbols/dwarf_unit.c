#include "symbols/dwarf_unit.h"

#include "base/search.h"

#include <dwarf.h>
#include <stdlib.h>

#define ABBREVS_MAX (1u << 20)

uint64_t pm_read_unit_length(struct pm_reader *r, uint8_t *offset_size)
{
	uint64_t length = pm_read(r, 4);

	*offset_size = 4;
	if (length == 0xffffffff) {
		length = pm_read(r, 8);
		*offset_size = 8;
	}
	return length;
}

/* Size of a form whose size does not depend on the data; -1: it does. */
static int fixed_size(const struct pm_unit *unit, uint16_t form)
{
	switch (form) {
	case DW_FORM_flag_present:
	case DW_FORM_implicit_const:
		return 0;
	case DW_FORM_data1:
	case DW_FORM_ref1:
	case DW_FORM_flag:
	case DW_FORM_strx1:
	case DW_FORM_addrx1:
		return 1;
	case DW_FORM_data2:
	case DW_FORM_ref2:
	case DW_FORM_strx2:
	case DW_FORM_addrx2:
		return 2;
	case DW_FORM_strx3:
	case DW_FORM_addrx3:
		return 3;
	case DW_FORM_data4:
	case DW_FORM_ref4:
	case DW_FORM_strx4:
	case DW_FORM_addrx4:
	case DW_FORM_ref_sup4:
		return 4;
	case DW_FORM_data8:
	case DW_FORM_ref8:
	case DW_FORM_ref_sig8:
	case DW_FORM_ref_sup8:
		return 8;
	case DW_FORM_data16:
		return 16;
	case DW_FORM_addr:
		return unit->address_size;
	case DW_FORM_ref_addr:
		return unit->version <= 2 ? unit->address_size : unit->offset_size;
	case DW_FORM_strp:
	case DW_FORM_line_strp:
	case DW_FORM_sec_offset:
	case DW_FORM_strp_sup:
	case DW_FORM_GNU_ref_alt:
	case DW_FORM_GNU_strp_alt:
		return unit->offset_size;
	default:
		return -1;
	}
}

/* size: of fixed_size() */
static bool skip_sized(uint16_t form, int size, struct pm_reader *r)
{
	if (size >= 0)
		return pm_reader_skip(r, (uint64_t)size);
	switch (form) {
	case DW_FORM_sdata:
	case DW_FORM_udata:
	case DW_FORM_ref_udata:
	case DW_FORM_strx:
	case DW_FORM_addrx:
	case DW_FORM_loclistx:
	case DW_FORM_rnglistx:
	case DW_FORM_GNU_addr_index:
	case DW_FORM_GNU_str_index:
		pm_read_uleb(r);
		return !r->bad;
	case DW_FORM_string:
		return pm_read_str(r) != NULL;
	case DW_FORM_block1:
		return pm_reader_skip(r, pm_read_u8(r));
	case DW_FORM_block2:
		return pm_reader_skip(r, pm_read(r, 2));
	case DW_FORM_block4:
		return pm_reader_skip(r, pm_read(r, 4));
	case DW_FORM_block:
	case DW_FORM_exprloc:
		return pm_reader_skip(r, pm_read_uleb(r));
	default: /* DW_FORM_indirect is not written by any compiler of kernels */
		r->bad = true;
		return false;
	}
}

static bool skip_form(const struct pm_unit *unit, uint16_t form, struct pm_reader *r)
{
	return skip_sized(form, fixed_size(unit, form), r);
}

static const char *indexed_string(struct pm_dwarf *dw, const struct pm_unit *unit, uint64_t index)
{
	uint64_t base = unit->str_offsets_base ? unit->str_offsets_base : (unit->offset_size == 8 ? 16 : 8);

	if (index > UINT32_MAX)
		return NULL;
	struct pm_reader r = pm_reader_at(dw->str_offsets, base + index * unit->offset_size, dw->big_endian);
	uint64_t offset = pm_read(&r, unit->offset_size);
	return r.bad ? NULL : pm_str_at(dw->str, offset);
}

bool pm_indexed_address(struct pm_dwarf *dw, const struct pm_unit *unit, uint64_t index, uint64_t *addr)
{
	uint64_t base = unit->addr_base ? unit->addr_base : 8;

	if (index > UINT32_MAX)
		return false;
	struct pm_reader r = pm_reader_at(dw->addr, base + index * unit->address_size, dw->big_endian);
	*addr = pm_read(&r, unit->address_size);
	return !r.bad;
}

bool pm_form_read(struct pm_dwarf *dw, const struct pm_unit *unit, uint16_t form, int64_t implicit,
		  struct pm_reader *r, struct pm_form_value *out)
{
	int size = fixed_size(unit, form);

	*out = (struct pm_form_value){ 0 };
	switch (form) {
	case DW_FORM_flag_present:
		out->value = 1;
		return true;
	case DW_FORM_implicit_const:
		out->value = (uint64_t)implicit;
		return true;
	case DW_FORM_strp:
		out->text = pm_str_at(dw->str, pm_read(r, (unsigned)size));
		return !r->bad;
	case DW_FORM_line_strp:
		out->text = pm_str_at(dw->line_str, pm_read(r, (unsigned)size));
		return !r->bad;
	case DW_FORM_string:
		out->text = pm_read_str(r);
		return !r->bad;
	case DW_FORM_strx1:
	case DW_FORM_strx2:
	case DW_FORM_strx3:
	case DW_FORM_strx4:
		out->text = indexed_string(dw, unit, pm_read(r, (unsigned)size));
		return !r->bad;
	case DW_FORM_strx:
	case DW_FORM_GNU_str_index:
		out->text = indexed_string(dw, unit, pm_read_uleb(r));
		return !r->bad;
	case DW_FORM_addrx1:
	case DW_FORM_addrx2:
	case DW_FORM_addrx3:
	case DW_FORM_addrx4:
		return pm_indexed_address(dw, unit, pm_read(r, (unsigned)size), &out->value) && !r->bad;
	case DW_FORM_addrx:
	case DW_FORM_GNU_addr_index:
		return pm_indexed_address(dw, unit, pm_read_uleb(r), &out->value) && !r->bad;
	case DW_FORM_udata:
	case DW_FORM_ref_udata:
	case DW_FORM_rnglistx:
	case DW_FORM_loclistx:
		out->value = pm_read_uleb(r);
		return !r->bad;
	case DW_FORM_sdata:
		out->value = (uint64_t)pm_read_sleb(r);
		return !r->bad;
	case DW_FORM_exprloc:
	case DW_FORM_block:
	case DW_FORM_block1:
	case DW_FORM_block2:
	case DW_FORM_block4: {
		uint64_t n = form == DW_FORM_block1   ? pm_read_u8(r)
			     : form == DW_FORM_block2 ? pm_read(r, 2)
			     : form == DW_FORM_block4 ? pm_read(r, 4)
						      : pm_read_uleb(r);
		const uint8_t *p = r->p;

		if (!pm_reader_skip(r, n))
			return false;
		out->block = (struct pm_bytes){ p, n };
		return true;
	}
	default:
		if (size < 0 || size > 8)
			return skip_form(unit, form, r);
		out->value = pm_read(r, (unsigned)size);
		return !r->bad;
	}
}

/* ---- abbreviations ---- */

static bool read_attributes(const struct pm_unit *shape, struct pm_reader *r, struct pm_unit *unit,
			    struct pm_abbrev *abbrev)
{
	int fixed = 0;

	abbrev->first = (uint32_t)unit->attrs_n;
	abbrev->sibling_at = -1;
	for (;;) {
		uint64_t at = pm_read_uleb(r), form = pm_read_uleb(r);
		int64_t implicit = form == DW_FORM_implicit_const ? pm_read_sleb(r) : 0;

		if (r->bad || at > UINT16_MAX || form > UINT16_MAX)
			return false;
		if (!at && !form)
			break;
		PM_ROOM(unit->attrs, unit->attrs_n, unit->attrs_cap);
		int size = fixed_size(shape, (uint16_t)form);
		unit->attrs[unit->attrs_n++] =
			(struct pm_abbrev_attr){ (uint16_t)at, (uint16_t)form, (int16_t)size, implicit };
		if (at == DW_AT_sibling && fixed >= 0 && size > 0 && form != DW_FORM_ref_addr) {
			abbrev->sibling_at = fixed;
			abbrev->sibling_size = (uint8_t)size;
		}
		fixed = fixed < 0 || size < 0 || fixed > 4096 ? -1 : fixed + size;
	}
	abbrev->n = (uint32_t)unit->attrs_n - abbrev->first;
	abbrev->fixed = fixed;
	return true;
}

static bool read_abbrevs(struct pm_dwarf *dw, struct pm_unit *unit, uint64_t offset)
{
	struct pm_reader r = pm_reader_at(dw->abbrev, offset, dw->big_endian);
	size_t cap = 0;

	for (;;) {
		uint64_t code = pm_read_uleb(&r);

		if (r.bad || code > ABBREVS_MAX || code > 16 + 2 * dw->abbrev.n)
			return false;
		if (!code)
			return true;
		if (code >= cap) {
			size_t more = code + 1 > 2 * cap ? code + 256 : 2 * cap;

			unit->abbrevs = pm_realloc(unit->abbrevs, more * sizeof(*unit->abbrevs));
			memset(unit->abbrevs + cap, 0, (more - cap) * sizeof(*unit->abbrevs));
			cap = more;
			unit->abbrevs_n = cap;
		}
		struct pm_abbrev *abbrev = &unit->abbrevs[code];
		abbrev->tag = (uint16_t)pm_read_uleb(&r);
		abbrev->children = pm_read_u8(&r) != 0;
		if (!read_attributes(unit, &r, unit, abbrev))
			return false;
		abbrev->known = true;
	}
}

const struct pm_abbrev *pm_die_abbrev(const struct pm_unit *unit, struct pm_reader *r, bool *broken)
{
	uint64_t code = pm_read_uleb(r);

	if (r->bad || (code && (code >= unit->abbrevs_n || !unit->abbrevs[code].known))) {
		*broken = true;
		return NULL;
	}
	return code ? &unit->abbrevs[code] : NULL;
}

/* ---- units ---- */

static void unit_deinit(struct pm_unit *unit)
{
	free(unit->abbrevs);
	free(unit->attrs);
	pm_line_table_deinit(&unit->lines);
	memset(unit, 0, sizeof(*unit));
}

struct pm_reader pm_unit_reader(const struct pm_dwarf *dw, const struct pm_unit *unit, uint64_t offset)
{
	struct pm_bytes bytes = { dw->info.p, unit->end };
	struct pm_reader r = pm_reader_at(bytes, offset, dw->big_endian);

	if (offset < unit->offset)
		r.bad = true;
	return r;
}

/* Reads the header: shape and places; the abbreviations' offset last. */
static bool read_header(struct pm_dwarf *dw, struct pm_unit *unit, uint64_t offset, uint64_t *abbrevs)
{
	struct pm_reader r = pm_reader_at(dw->info, offset, dw->big_endian);
	uint64_t length = pm_read_unit_length(&r, &unit->offset_size);

	if (r.bad || length > pm_reader_left(&r))
		return false;
	unit->offset = offset;
	unit->end = (uint64_t)(r.p - dw->info.p) + length;
	unit->version = (uint16_t)pm_read(&r, 2);
	if (unit->version < 2 || unit->version > 5)
		return false;
	unit->type = DW_UT_compile;
	if (unit->version >= 5) {
		unit->type = pm_read_u8(&r);
		unit->address_size = pm_read_u8(&r);
		*abbrevs = pm_read(&r, unit->offset_size);
		if (unit->type == DW_UT_skeleton || unit->type == DW_UT_split_compile)
			pm_reader_skip(&r, 8);
		else if (unit->type == DW_UT_type || unit->type == DW_UT_split_type)
			pm_reader_skip(&r, 8 + unit->offset_size);
	} else {
		*abbrevs = pm_read(&r, unit->offset_size);
		unit->address_size = pm_read_u8(&r);
	}
	unit->first_die = (uint64_t)(r.p - dw->info.p);
	return !r.bad && unit->first_die <= unit->end && (unit->address_size == 4 || unit->address_size == 8);
}

/* The unit's own entry: bases first, since other attributes may be indexes into what they point at. */
static bool read_root(struct pm_dwarf *dw, struct pm_unit *unit)
{
	bool broken = false;

	for (int pass = 0; pass < 2; pass++) {
		struct pm_reader r = pm_unit_reader(dw, unit, unit->first_die);
		const struct pm_abbrev *abbrev = pm_die_abbrev(unit, &r, &broken);

		if (!abbrev)
			return false;
		for (uint32_t i = 0; i < abbrev->n; i++) {
			const struct pm_abbrev_attr *attr = &unit->attrs[abbrev->first + i];
			struct pm_form_value v;

			if (!pm_form_read(dw, unit, attr->form, attr->implicit, &r, &v)) {
				if (r.bad)
					return false;
				continue;
			}
			switch (attr->at) {
			case DW_AT_addr_base:
			case DW_AT_GNU_addr_base:
				unit->addr_base = v.value;
				break;
			case DW_AT_str_offsets_base:
				unit->str_offsets_base = v.value;
				break;
			case DW_AT_rnglists_base:
				unit->rnglists_base = v.value;
				break;
			case DW_AT_loclists_base:
				unit->loclists_base = v.value;
				break;
			case DW_AT_stmt_list:
				unit->has_stmt_list = true;
				unit->stmt_list = v.value;
				break;
			case DW_AT_low_pc:
				unit->has_low = true;
				unit->low = v.value;
				break;
			case DW_AT_language:
				unit->language = (uint16_t)v.value;
				break;
			case DW_AT_name:
				unit->name = v.text;
				break;
			case DW_AT_comp_dir:
				unit->comp_dir = v.text;
				break;
			}
		}
		unit->root_children = abbrev->children;
		unit->children = (uint64_t)(r.p - dw->info.p);
	}
	return true;
}

struct pm_unit *pm_unit_at(struct pm_dwarf *dw, uint64_t offset)
{
	struct pm_unit *oldest = &dw->units[0];
	uint64_t abbrevs = 0;

	dw->clock++;
	for (size_t i = 0; i < PM_UNITS_CACHED; i++) {
		struct pm_unit *unit = &dw->units[i];

		if (unit->used && unit->offset == offset) {
			unit->used = dw->clock;
			return unit;
		}
		if (unit->used < oldest->used)
			oldest = unit;
	}
	unit_deinit(oldest);
	if (!read_header(dw, oldest, offset, &abbrevs) || !read_abbrevs(dw, oldest, abbrevs) ||
	    !read_root(dw, oldest)) {
		unit_deinit(oldest);
		return NULL;
	}
	oldest->used = dw->clock;
	return oldest;
}

bool pm_unit_end(const struct pm_dwarf *dw, uint64_t offset, uint64_t *end)
{
	struct pm_reader r = pm_reader_at(dw->info, offset, dw->big_endian);
	uint8_t offset_size;
	uint64_t length = pm_read_unit_length(&r, &offset_size);

	if (r.bad || length > pm_reader_left(&r) || !length)
		return false;
	*end = (uint64_t)(r.p - dw->info.p) + length;
	return true;
}

static void want_unit_offsets(struct pm_dwarf *dw)
{
	size_t cap = 0;

	if (dw->unit_offsets)
		return;
	dw->unit_offsets_n = 0;
	for (uint64_t at = 0, end; pm_unit_end(dw, at, &end); at = end) {
		PM_ROOM(dw->unit_offsets, dw->unit_offsets_n, cap);
		dw->unit_offsets[dw->unit_offsets_n++] = at;
	}
	if (!dw->unit_offsets)
		dw->unit_offsets = pm_alloc(sizeof(*dw->unit_offsets));
}

struct pm_unit *pm_unit_of(struct pm_dwarf *dw, uint64_t die_offset)
{
	/* Nearly always one that is in use. */
	for (size_t i = 0; i < PM_UNITS_CACHED; i++)
		if (dw->units[i].used && die_offset >= dw->units[i].first_die &&
		    die_offset < dw->units[i].end)
			return pm_unit_at(dw, dw->units[i].offset);
	want_unit_offsets(dw);
	size_t above = pm_first_above(dw->unit_offsets, dw->unit_offsets_n, sizeof(*dw->unit_offsets), 0,
				      die_offset);

	if (!above)
		return NULL;
	struct pm_unit *unit = pm_unit_at(dw, dw->unit_offsets[above - 1]);
	return unit && die_offset < unit->end ? unit : NULL;
}

/* ---- entries ---- */

static uint64_t reference(const struct pm_unit *unit, uint16_t form, uint64_t value)
{
	return form == DW_FORM_ref_addr ? value : unit->offset + value;
}

static bool is_local_reference(uint16_t form)
{
	return form == DW_FORM_ref1 || form == DW_FORM_ref2 || form == DW_FORM_ref4 || form == DW_FORM_ref8 ||
	       form == DW_FORM_ref_udata || form == DW_FORM_ref_addr;
}

bool pm_die_read(struct pm_dwarf *dw, struct pm_unit *unit, const struct pm_abbrev *abbrev,
		 struct pm_reader *r, struct pm_die *die)
{
	*die = (struct pm_die){ .abbrev = abbrev, .unit = unit };
	for (uint32_t i = 0; i < abbrev->n; i++) {
		const struct pm_abbrev_attr *attr = &unit->attrs[abbrev->first + i];
		struct pm_form_value v;

		switch (attr->at) {
		case DW_AT_name:
			die->name_form = attr->form;
			die->name_at = *r;
			if (!skip_sized(attr->form, attr->size, r))
				return false;
			continue;
		case DW_AT_low_pc:
		case DW_AT_high_pc:
		case DW_AT_ranges:
		case DW_AT_sibling:
		case DW_AT_abstract_origin:
		case DW_AT_specification:
		case DW_AT_call_file:
		case DW_AT_call_line:
		case DW_AT_call_column:
			break;
		default:
			if (!skip_sized(attr->form, attr->size, r))
				return false;
			continue;
		}
		if (!pm_form_read(dw, unit, attr->form, attr->implicit, r, &v)) {
			if (r->bad)
				return false;
			continue;
		}
		switch (attr->at) {
		case DW_AT_low_pc:
			die->has_low = true;
			die->low = v.value;
			break;
		case DW_AT_high_pc:
			die->has_high = true;
			die->high = v.value;
			die->high_is_size = attr->form != DW_FORM_addr && attr->form != DW_FORM_addrx &&
					    !(attr->form >= DW_FORM_addrx1 && attr->form <= DW_FORM_addrx4);
			break;
		case DW_AT_ranges:
			die->has_ranges = true;
			die->ranges = v.value;
			die->ranges_are_index = attr->form == DW_FORM_rnglistx;
			break;
		case DW_AT_sibling:
			if (is_local_reference(attr->form))
				die->sibling = reference(unit, attr->form, v.value);
			break;
		case DW_AT_abstract_origin:
		case DW_AT_specification:
			if (is_local_reference(attr->form)) {
				die->has_origin = true;
				die->origin = reference(unit, attr->form, v.value);
			}
			break;
		case DW_AT_call_file:
			die->has_call_file = true;
			die->call_file = v.value;
			break;
		case DW_AT_call_line:
			die->call_line = (uint32_t)v.value;
			break;
		case DW_AT_call_column:
			die->call_column = (uint32_t)v.value;
			break;
		}
	}
	return true;
}

/* Passes over one entry's attributes; true and *sibling set when it tells where its children end. */
static bool skip_attributes(struct pm_dwarf *dw, const struct pm_unit *unit, const struct pm_abbrev *abbrev,
			    struct pm_reader *r, uint64_t *sibling)
{
	*sibling = 0;
	if (abbrev->children && abbrev->sibling_at >= 0 &&
	    pm_reader_left(r) >= (size_t)abbrev->sibling_at + abbrev->sibling_size)
		*sibling = unit->offset +
			   pm_load(r->p + abbrev->sibling_at, abbrev->sibling_size, r->big_endian);
	if (abbrev->fixed >= 0)
		return pm_reader_skip(r, (uint64_t)abbrev->fixed);
	for (uint32_t i = 0; i < abbrev->n; i++) {
		const struct pm_abbrev_attr *attr = &unit->attrs[abbrev->first + i];

		if (attr->at == DW_AT_sibling && is_local_reference(attr->form) &&
		    attr->form != DW_FORM_ref_addr) {
			struct pm_form_value v;

			if (!pm_form_read(dw, unit, attr->form, attr->implicit, r, &v))
				return false;
			*sibling = unit->offset + v.value;
		} else if (!skip_sized(attr->form, attr->size, r)) {
			return false;
		}
	}
	return true;
}

/* A sibling may only lie ahead. */
static bool jump(struct pm_dwarf *dw, struct pm_reader *r, uint64_t sibling)
{
	uint64_t here = (uint64_t)(r->p - dw->info.p), end = (uint64_t)(r->end - dw->info.p);

	if (!sibling || sibling < here || sibling > end)
		return false;
	r->p = dw->info.p + sibling;
	return true;
}

bool pm_die_skip(struct pm_dwarf *dw, const struct pm_unit *unit, const struct pm_abbrev *abbrev,
		 struct pm_reader *r, bool children)
{
	uint64_t sibling;
	size_t depth = 0;

	if (!skip_attributes(dw, unit, abbrev, r, &sibling))
		return false;
	if (!children || !abbrev->children || jump(dw, r, sibling))
		return true;
	for (depth = 1; depth;) {
		bool broken = false;
		const struct pm_abbrev *child = pm_die_abbrev(unit, r, &broken);

		if (broken)
			return false;
		if (!child) {
			depth--;
			continue;
		}
		if (!skip_attributes(dw, unit, child, r, &sibling))
			return false;
		if (child->children && !jump(dw, r, sibling))
			depth++;
	}
	return true;
}

const char *pm_die_name(struct pm_dwarf *dw, const struct pm_die *die)
{
	struct pm_die at = *die;

	/* A concrete inlined call → the abstract function → its declaration: three steps at most. */
	for (int steps = 0; steps < 8; steps++) {
		bool broken = false;

		if (at.name_form) {
			struct pm_form_value v;

			return pm_form_read(dw, at.unit, at.name_form, 0, &at.name_at, &v) ? v.text : NULL;
		}
		if (!at.has_origin)
			return NULL;
		struct pm_unit *unit = pm_unit_of(dw, at.origin);
		if (!unit)
			return NULL;
		struct pm_reader r = pm_unit_reader(dw, unit, at.origin);
		const struct pm_abbrev *abbrev = r.bad ? NULL : pm_die_abbrev(unit, &r, &broken);
		if (!abbrev || !pm_die_read(dw, unit, abbrev, &r, &at))
			return NULL;
	}
	return NULL;
}

/* ---- ranges ---- */

typedef bool range_fn(void *context, uint64_t start, uint64_t end); /* false: enough */

static void walk_ranges4(struct pm_dwarf *dw, const struct pm_unit *unit, uint64_t offset, range_fn *each,
			 void *context)
{
	struct pm_reader r = pm_reader_at(dw->ranges, offset, dw->big_endian);
	uint64_t base = unit->low, all = unit->address_size == 8 ? UINT64_MAX : UINT32_MAX;

	for (;;) {
		uint64_t start = pm_read(&r, unit->address_size), end = pm_read(&r, unit->address_size);

		if (r.bad || (!start && !end))
			return;
		if (start == all)
			base = end;
		else if (!each(context, base + start, base + end))
			return;
	}
}

static void walk_ranges5(struct pm_dwarf *dw, const struct pm_unit *unit, uint64_t offset, range_fn *each,
			 void *context)
{
	struct pm_reader r = pm_reader_at(dw->rnglists, offset, dw->big_endian);
	uint64_t base = unit->low, start, end;

	for (;;) {
		uint8_t kind = pm_read_u8(&r);

		if (r.bad)
			return;
		start = end = 0;
		switch (kind) {
		case DW_RLE_base_addressx:
			if (!pm_indexed_address(dw, unit, pm_read_uleb(&r), &base))
				return;
			continue;
		case DW_RLE_base_address:
			base = pm_read(&r, unit->address_size);
			continue;
		case DW_RLE_startx_endx:
			if (!pm_indexed_address(dw, unit, pm_read_uleb(&r), &start) ||
			    !pm_indexed_address(dw, unit, pm_read_uleb(&r), &end))
				return;
			break;
		case DW_RLE_startx_length:
			if (!pm_indexed_address(dw, unit, pm_read_uleb(&r), &start))
				return;
			end = start + pm_read_uleb(&r);
			break;
		case DW_RLE_offset_pair:
			start = base + pm_read_uleb(&r);
			end = base + pm_read_uleb(&r);
			break;
		case DW_RLE_start_end:
			start = pm_read(&r, unit->address_size);
			end = pm_read(&r, unit->address_size);
			break;
		case DW_RLE_start_length:
			start = pm_read(&r, unit->address_size);
			end = start + pm_read_uleb(&r);
			break;
		default: /* DW_RLE_end_of_list, or nothing known */
			return;
		}
		if (r.bad || !each(context, start, end))
			return;
	}
}

static void walk_ranges(struct pm_dwarf *dw, const struct pm_unit *unit, const struct pm_die *die,
			range_fn *each, void *context)
{
	uint64_t offset = die->ranges;

	if (!die->has_ranges) {
		if (die->has_low && die->has_high)
			each(context, die->low, die->high_is_size ? die->low + die->high : die->high);
		return;
	}
	if (unit->version < 5) {
		walk_ranges4(dw, unit, offset, each, context);
		return;
	}
	if (die->ranges_are_index) {
		uint64_t base =
			unit->rnglists_base ? unit->rnglists_base : (unit->offset_size == 8 ? 20 : 12);

		if (offset > UINT32_MAX)
			return;
		struct pm_reader r =
			pm_reader_at(dw->rnglists, base + offset * unit->offset_size, dw->big_endian);
		offset = base + pm_read(&r, unit->offset_size);
		if (r.bad)
			return;
	}
	walk_ranges5(dw, unit, offset, each, context);
}

struct cover {
	uint64_t pc;
	bool covers, any;
};

static bool cover_range(void *context, uint64_t start, uint64_t end)
{
	struct cover *cover = context;

	cover->any = true;
	cover->covers = cover->pc >= start && cover->pc < end;
	return !cover->covers;
}

bool pm_die_covers(struct pm_dwarf *dw, const struct pm_unit *unit, const struct pm_die *die, uint64_t pc,
		   bool *has_code_out)
{
	struct cover cover = { .pc = pc };

	walk_ranges(dw, unit, die, cover_range, &cover);
	if (has_code_out)
		*has_code_out = cover.any;
	return cover.covers;
}

struct adder {
	void (*add)(void *context, uint64_t start, uint64_t end);
	void *context;
};

static bool add_range(void *context, uint64_t start, uint64_t end)
{
	struct adder *adder = context;

	adder->add(adder->context, start, end);
	return true;
}

void pm_die_ranges(struct pm_dwarf *dw, const struct pm_unit *unit, const struct pm_die *die,
		   void (*add)(void *context, uint64_t start, uint64_t end), void *context)
{
	struct adder adder = { add, context };

	walk_ranges(dw, unit, die, add_range, &adder);
}

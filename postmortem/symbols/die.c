#include "symbols/die.h"

#include <dwarf.h>
#include <string.h>

#define TYPE_STEPS_MAX 16
#define SCOPES_MAX 64
#define SCOPE_ENTRIES_MAX 1000000

bool pm_entry_at(struct pm_dwarf *dw, struct pm_unit *unit, uint64_t offset, struct pm_entry *out)
{
	struct pm_entry entry = { .unit = unit, .offset = offset };
	bool broken = false;

	if (offset < unit->first_die || offset >= unit->end)
		return false;
	entry.attrs = pm_unit_reader(dw, unit, offset);
	entry.abbrev = entry.attrs.bad ? NULL : pm_die_abbrev(unit, &entry.attrs, &broken);
	if (!entry.abbrev)
		return false;
	*out = entry;
	return true;
}

bool pm_entry_attribute(struct pm_dwarf *dw, const struct pm_entry *entry, uint16_t at,
			struct pm_form_value *out, uint16_t *form_out)
{
	struct pm_reader r = entry->attrs;

	for (uint32_t i = 0; i < entry->abbrev->n; i++) {
		const struct pm_abbrev_attr *attr = &entry->unit->attrs[entry->abbrev->first + i];

		if (!pm_form_read(dw, entry->unit, attr->form, attr->implicit, &r, out) && r.bad)
			return false;
		if (attr->at == at) {
			if (form_out)
				*form_out = attr->form;
			return true;
		}
	}
	return false;
}

bool pm_entry_follow(struct pm_dwarf *dw, const struct pm_entry *entry, uint16_t at, struct pm_entry *out)
{
	struct pm_form_value v;
	uint16_t form;

	if (!pm_entry_attribute(dw, entry, at, &v, &form))
		return false;
	switch (form) {
	case DW_FORM_ref_addr:
		return pm_entry_at(dw, entry->unit, v.value, out);
	case DW_FORM_ref1:
	case DW_FORM_ref2:
	case DW_FORM_ref4:
	case DW_FORM_ref8:
	case DW_FORM_ref_udata:
		return pm_entry_at(dw, entry->unit, entry->unit->offset + v.value, out);
	default:
		return false;
	}
}

bool pm_entry_type(struct pm_dwarf *dw, struct pm_entry entry, struct pm_entry *out)
{
	for (int i = 0; i < TYPE_STEPS_MAX; i++) {
		if (pm_entry_follow(dw, &entry, DW_AT_type, out))
			return true;
		if (!pm_entry_follow(dw, &entry, DW_AT_abstract_origin, &entry) &&
		    !pm_entry_follow(dw, &entry, DW_AT_specification, &entry))
			return false;
	}
	return false;
}

const char *pm_entry_name(struct pm_dwarf *dw, struct pm_entry entry)
{
	struct pm_form_value v;

	for (int i = 0; i < TYPE_STEPS_MAX; i++) {
		if (pm_entry_attribute(dw, &entry, DW_AT_name, &v, NULL))
			return v.text;
		if (!pm_entry_follow(dw, &entry, DW_AT_abstract_origin, &entry) &&
		    !pm_entry_follow(dw, &entry, DW_AT_specification, &entry))
			return NULL;
	}
	return NULL;
}

bool pm_entry_strip(struct pm_dwarf *dw, struct pm_entry *type)
{
	for (int i = 0; i < TYPE_STEPS_MAX; i++)
		switch (type->abbrev->tag) {
		case DW_TAG_typedef:
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
		case DW_TAG_restrict_type:
		case DW_TAG_atomic_type:
			if (!pm_entry_follow(dw, type, DW_AT_type, type))
				return false;
			break;
		default:
			return true;
		}
	return false;
}

static uint64_t array_count(struct pm_dwarf *dw, const struct pm_entry *array)
{
	struct pm_reader r = array->attrs;
	uint64_t count = 1;
	bool broken = false;

	if (!array->abbrev->children || !pm_die_skip(dw, array->unit, array->abbrev, &r, false))
		return 0;
	for (int i = 0; i < TYPE_STEPS_MAX; i++) {
		struct pm_entry child = { .unit = array->unit };
		struct pm_form_value v;

		child.abbrev = pm_die_abbrev(array->unit, &r, &broken);
		if (!child.abbrev)
			return broken ? 0 : count;
		child.attrs = r;
		if (child.abbrev->tag == DW_TAG_subrange_type) {
			uint64_t n = pm_entry_attribute(dw, &child, DW_AT_count, &v, NULL) ? v.value
				     : pm_entry_attribute(dw, &child, DW_AT_upper_bound, &v, NULL)
					     ? v.value + 1
					     : 0;
			if (n > UINT32_MAX || count > UINT32_MAX)
				return 0;
			count *= n;
		}
		if (!pm_die_skip(dw, array->unit, child.abbrev, &r, true))
			return 0;
	}
	return 0;
}

uint64_t pm_entry_size(struct pm_dwarf *dw, struct pm_entry type)
{
	struct pm_form_value v;
	struct pm_entry element;

	if (!pm_entry_strip(dw, &type))
		return 0;
	if (pm_entry_attribute(dw, &type, DW_AT_byte_size, &v, NULL))
		return v.value;
	if (type.abbrev->tag == DW_TAG_pointer_type)
		return type.unit->address_size;
	if (type.abbrev->tag != DW_TAG_array_type || !pm_entry_follow(dw, &type, DW_AT_type, &element) ||
	    !pm_entry_strip(dw, &element))
		return 0;
	/* Arrays of arrays are one type with several subranges; so one step is enough. */
	if (!pm_entry_attribute(dw, &element, DW_AT_byte_size, &v, NULL))
		v.value = element.abbrev->tag == DW_TAG_pointer_type ? element.unit->address_size : 0;
	return v.value > UINT32_MAX ? 0 : v.value * array_count(dw, &type);
}

/* DWARF 2 to 4: .debug_loc. */
static bool location4(struct pm_dwarf *dw, const struct pm_unit *unit, uint64_t offset, uint64_t pc,
		      struct pm_bytes *out)
{
	struct pm_reader r = pm_reader_at(pm_elf_section(dw->elf, ".debug_loc"), offset, dw->big_endian);
	uint64_t base = unit->low, all = unit->address_size == 8 ? UINT64_MAX : UINT32_MAX;

	for (;;) {
		uint64_t start = pm_read(&r, unit->address_size), end = pm_read(&r, unit->address_size);

		if (r.bad || (!start && !end))
			return false;
		if (start == all) {
			base = end;
			continue;
		}
		uint64_t n = pm_read(&r, 2);
		const uint8_t *p = r.p;
		if (!pm_reader_skip(&r, n))
			return false;
		if (pc >= base + start && pc < base + end) {
			*out = (struct pm_bytes){ p, n };
			return true;
		}
	}
}

static bool location5(struct pm_dwarf *dw, const struct pm_unit *unit, uint64_t offset, bool index,
		      uint64_t pc, struct pm_bytes *out)
{
	struct pm_bytes section = pm_elf_section(dw->elf, ".debug_loclists");
	uint64_t base = unit->low, start, end;

	if (index) {
		uint64_t lists =
			unit->loclists_base ? unit->loclists_base : (unit->offset_size == 8 ? 20 : 12);

		if (offset > UINT32_MAX)
			return false;
		struct pm_reader at =
			pm_reader_at(section, lists + offset * unit->offset_size, dw->big_endian);
		offset = lists + pm_read(&at, unit->offset_size);
		if (at.bad)
			return false;
	}
	struct pm_reader r = pm_reader_at(section, offset, dw->big_endian);
	for (;;) {
		uint8_t kind = pm_read_u8(&r);

		if (r.bad)
			return false;
		start = end = 0;
		switch (kind) {
		case DW_LLE_base_addressx:
			if (!pm_indexed_address(dw, unit, pm_read_uleb(&r), &base))
				return false;
			continue;
		case DW_LLE_base_address:
			base = pm_read(&r, unit->address_size);
			continue;
		case 9: /* DW_LLE_GNU_view_pair */
			pm_read_uleb(&r);
			pm_read_uleb(&r);
			continue;
		case DW_LLE_startx_endx:
			if (!pm_indexed_address(dw, unit, pm_read_uleb(&r), &start) ||
			    !pm_indexed_address(dw, unit, pm_read_uleb(&r), &end))
				return false;
			break;
		case DW_LLE_startx_length:
			if (!pm_indexed_address(dw, unit, pm_read_uleb(&r), &start))
				return false;
			end = start + pm_read_uleb(&r);
			break;
		case DW_LLE_offset_pair:
			start = base + pm_read_uleb(&r);
			end = base + pm_read_uleb(&r);
			break;
		case DW_LLE_default_location:
			end = UINT64_MAX;
			break;
		case DW_LLE_start_end:
			start = pm_read(&r, unit->address_size);
			end = pm_read(&r, unit->address_size);
			break;
		case DW_LLE_start_length:
			start = pm_read(&r, unit->address_size);
			end = start + pm_read_uleb(&r);
			break;
		default:
			return false;
		}
		uint64_t n = pm_read_uleb(&r);
		const uint8_t *p = r.p;
		if (!pm_reader_skip(&r, n))
			return false;
		if (pc >= start && pc < end) {
			*out = (struct pm_bytes){ p, n };
			return true;
		}
	}
}

bool pm_entry_location(struct pm_dwarf *dw, const struct pm_entry *variable, uint64_t pc,
		       struct pm_bytes *out)
{
	struct pm_form_value v;
	uint16_t form;

	if (!pm_entry_attribute(dw, variable, DW_AT_location, &v, &form))
		return false;
	if (v.block.p) {
		*out = v.block;
		return true;
	}
	if (form != DW_FORM_sec_offset && form != DW_FORM_loclistx && form != DW_FORM_data4 &&
	    form != DW_FORM_data8)
		return false;
	return variable->unit->version >= 5
		       ? location5(dw, variable->unit, v.value, form == DW_FORM_loclistx, pc, out)
		       : location4(dw, variable->unit, v.value, pc, out);
}

/* Enters the block or inlined call at r when it covers pc: r is at its first child then. */
static bool enter_scope(struct pm_dwarf *dw, const struct pm_entry *scope, uint64_t pc, struct pm_reader *r)
{
	struct pm_reader inside = *r;
	struct pm_die die;
	bool has_code = false;
	uint16_t tag = scope->abbrev->tag;

	if ((tag != DW_TAG_lexical_block && tag != DW_TAG_inlined_subroutine) || !scope->abbrev->children ||
	    !pm_die_read(dw, scope->unit, scope->abbrev, &inside, &die))
		return false;
	/* A block without addresses only groups what is declared in it. */
	if (!pm_die_covers(dw, scope->unit, &die, pc, &has_code) && (has_code || tag != DW_TAG_lexical_block))
		return false;
	*r = inside;
	return true;
}

bool pm_scopes_at(struct pm_dwarf *dw, uint64_t pc, struct pm_scopes *out)
{
	struct pm_unit *unit;
	struct pm_die function;
	uint64_t at;

	out->pc = pc;
	return pm_dwarf_unit_of(dw, pc, &at) && (unit = pm_unit_at(dw, at)) &&
	       pm_function_find(dw, unit, pc, &out->inside, &function) &&
	       pm_entry_at(dw, unit, function.offset, &out->function);
}

void pm_scopes_visit(struct pm_dwarf *dw, const struct pm_scopes *scopes, pm_scope_visitor *visit, void *user)
{
	struct pm_entry functions[SCOPES_MAX + 1] = { scopes->function };
	struct pm_reader r = scopes->inside;
	size_t steps = 0;
	int depth = 0;
	bool broken = !scopes->function.abbrev->children;

	while (!broken && !r.bad && steps++ < SCOPE_ENTRIES_MAX) {
		struct pm_entry child = { .unit = scopes->function.unit,
					  .offset = (uint64_t)(r.p - dw->info.p) };

		child.abbrev = pm_die_abbrev(child.unit, &r, &broken);
		if (broken)
			return;
		if (!child.abbrev) {
			if (!depth--)
				return;
			continue;
		}
		child.attrs = r;
		uint16_t tag = child.abbrev->tag;
		if (tag == DW_TAG_variable || tag == DW_TAG_formal_parameter) {
			visit(user, &child, depth, &functions[depth]);
		} else if (depth < SCOPES_MAX && enter_scope(dw, &child, scopes->pc, &r)) {
			depth++;
			functions[depth] = tag == DW_TAG_inlined_subroutine ? child : functions[depth - 1];
			continue;
		}
		if (!pm_die_skip(dw, child.unit, child.abbrev, &r, true))
			return;
	}
}

#include "symbols/dwarf_types.h"

#include <dwarf.h>

/* Names are not copied: they are known by where they stand.  .debug_str comes first, then .debug_info, where short names
 * stand in the entry itself, then .debug_line_str. */
static uint32_t name_at(const struct pm_dwarf_types *types, const struct pm_unit *unit, uint16_t form,
			struct pm_reader *r)
{
	const struct pm_dwarf *dw = types->dw;
	struct pm_form_value v;
	uint64_t offset;

	switch (form) {
	case DW_FORM_strp:
		offset = pm_read(r, unit->offset_size);
		return !r->bad && offset < dw->str.n ? (uint32_t)offset + 1 : 0;
	case DW_FORM_line_strp:
		offset = pm_read(r, unit->offset_size);
		return !r->bad && offset < dw->line_str.n ? (uint32_t)(dw->str.n + dw->info.n + offset) + 1
							  : 0;
	case DW_FORM_string:
		offset = (uint64_t)(r->p - dw->info.p);
		return pm_read_str(r) ? (uint32_t)(dw->str.n + offset) + 1 : 0;
	default: /* by an index into a table of offsets */
		if (!pm_form_read(types->dw, unit, form, 0, r, &v) || !v.text)
			return 0;
		return (uint32_t)((const uint8_t *)v.text - dw->str.p) + 1;
	}
}

/* 0: in another file, or by its signature. */
static uint64_t reference(const struct pm_unit *unit, uint16_t form, uint64_t value)
{
	switch (form) {
	case DW_FORM_ref_addr:
		return value;
	case DW_FORM_ref1:
	case DW_FORM_ref2:
	case DW_FORM_ref4:
	case DW_FORM_ref8:
	case DW_FORM_ref_udata:
		return unit->offset + value;
	default:
		return 0;
	}
}

/* Older compilers write an expression that adds the offset. */
static bool member_location(const struct pm_form_value *v, uint64_t *out)
{
	if (v->block.p) {
		struct pm_reader r = pm_reader_at(v->block, 0, false);

		if (pm_read_u8(&r) != DW_OP_plus_uconst)
			return false;
		*out = pm_read_uleb(&r);
		return !r.bad;
	}
	*out = v->value;
	return true;
}

static bool set_fact(const struct pm_unit *unit, const struct pm_abbrev_attr *attr,
		     const struct pm_form_value *v, struct pm_dwarf_facts *out)
{
	switch (attr->at) {
	case DW_AT_declaration:
		out->declared = v->value != 0;
		break;
	case DW_AT_byte_size:
		out->size = v->value;
		break;
	case DW_AT_bit_size:
		out->bit_size = v->value;
		break;
	case DW_AT_data_bit_offset:
		out->has_data_bits = true;
		out->data_bit_offset = v->value;
		break;
	case DW_AT_bit_offset:
		out->has_bits = true;
		out->bit_offset = (int64_t)v->value;
		break;
	case DW_AT_data_member_location:
		return member_location(v, &out->location);
	case DW_AT_decl_line:
		out->line |= (uint32_t)v->value & 0xfffff;
		break;
	case DW_AT_decl_column: /* two files may have something at one line, but hardly there, too */
		out->line |= (uint32_t)v->value << 20;
		break;
	case DW_AT_encoding:
		out->encoding = v->value;
		break;
	case DW_AT_const_value:
		out->value = (int64_t)v->value;
		out->is_signed = attr->form == DW_FORM_sdata || attr->form == DW_FORM_implicit_const;
		break;
	case DW_AT_count:
		out->has_count = true;
		out->count = v->block.p || v->value > UINT32_MAX ? 0 : v->value;
		break;
	case DW_AT_upper_bound: /* of an array without elements: -1, in as many bytes as there are */
		if (!out->has_count)
			out->count = v->block.p || v->value >= UINT32_MAX ? 0 : v->value + 1;
		break;
	case DW_AT_type:
		out->type = reference(unit, attr->form, v->value);
		break;
	case DW_AT_specification:
		out->specification = reference(unit, attr->form, v->value);
		break;
	case DW_AT_location:
		out->place = v->block;
		break;
	}
	return true;
}

bool pm_dwarf_facts(const struct pm_dwarf_types *types, const struct pm_unit *unit,
		    const struct pm_abbrev *abbrev, struct pm_reader r, struct pm_dwarf_facts *out)
{
	bool good = true;

	*out = (struct pm_dwarf_facts){ 0 };
	for (uint32_t i = 0; i < abbrev->n && !r.bad; i++) {
		const struct pm_abbrev_attr *attr = &unit->attrs[abbrev->first + i];
		struct pm_form_value v;

		if (attr->at == DW_AT_name)
			out->name = name_at(types, unit, attr->form, &r);
		else if (pm_form_read(types->dw, unit, attr->form, attr->implicit, &r, &v))
			good = set_fact(unit, attr, &v, out) && good;
	}
	return good && !r.bad;
}

uint32_t pm_dwarf_facts_name(const struct pm_dwarf_types *types, const struct pm_unit *unit,
			     const struct pm_abbrev *abbrev, struct pm_reader r)
{
	for (uint32_t i = 0; i < abbrev->n && !r.bad; i++) {
		const struct pm_abbrev_attr *attr = &unit->attrs[abbrev->first + i];
		struct pm_form_value v;

		if (attr->at == DW_AT_name)
			return name_at(types, unit, attr->form, &r);
		if (attr->size >= 0)
			pm_reader_skip(&r, (uint64_t)attr->size);
		else
			pm_form_read(types->dw, unit, attr->form, attr->implicit, &r, &v);
	}
	return 0;
}

enum pm_btf_kind pm_dwarf_named_kind(uint16_t tag, uint64_t encoding)
{
	switch (tag) {
	case DW_TAG_structure_type:
		return PM_BTF_STRUCT;
	case DW_TAG_union_type:
		return PM_BTF_UNION;
	case DW_TAG_enumeration_type:
		return PM_BTF_ENUM;
	case DW_TAG_typedef:
		return PM_BTF_TYPEDEF;
	case DW_TAG_base_type:
		return encoding == DW_ATE_float ? PM_BTF_FLOAT : PM_BTF_INT;
	default:
		return PM_BTF_VOID;
	}
}

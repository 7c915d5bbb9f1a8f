/* An entry of DWARF becomes a record as BTF has it: name, kind and number of what follows, size or type, the rest. */
#include "symbols/dwarf_types.h"

#include <dwarf.h>
#include <stdlib.h>

enum {
	max_bytes = 64 << 20, /* of records; all types of a kernel have 5 MB */
	max_steps = 1 << 26,
	max_dimensions = 16,
};

static const uint32_t has_bits = 1u << 31; /* of a structure; of an enumeration: negative values */

/* ---- writing ---- */

static bool word(struct pm_dwarf_types *types, uint64_t value)
{
	struct pm_btf *btf = types->btf;

	if (btf->n + 4 > types->bytes_cap) {
		types->bytes_cap = 2 * types->bytes_cap + (64 << 10);
		btf->bytes = pm_realloc(btf->bytes, types->bytes_cap);
	}
	for (unsigned i = 0; i < 4; i++)
		btf->bytes[btf->n++] = (uint8_t)(value >> 8 * i);
	return true;
}

static void patch(struct pm_dwarf_types *types, size_t at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		types->btf->bytes[at + i] = (uint8_t)(value >> 8 * i);
}

/* The first three words, which every record has. */
static bool begin(struct pm_dwarf_types *types, uint32_t name, enum pm_btf_kind kind, uint64_t third)
{
	return word(types, name) && word(types, (uint32_t)kind << 24) &&
	       word(types, third <= UINT32_MAX ? third : 0);
}

/* How many things follow; flag: has_bits or 0. */
static void count(struct pm_dwarf_types *types, size_t start, enum pm_btf_kind kind, size_t n, uint32_t flag)
{
	patch(types, start + 4, (uint32_t)kind << 24 | (uint32_t)n | flag);
}

static uint32_t type_of(struct pm_dwarf_types *types, const struct pm_dwarf_facts *facts)
{
	return pm_dwarf_types_id(types, facts->type, 0);
}

/* ---- children ---- */

struct children {
	struct pm_dwarf_types *types;
	uint64_t unit_at;
	struct pm_unit *unit; /* of the child */
	struct pm_reader r;
	uint16_t tag;
	struct pm_dwarf_facts facts; /* of the child */
	bool any;
};

static void children_of(struct children *c, struct pm_dwarf_types *types, const struct pm_entry *entry)
{
	*c = (struct children){ .types = types, .unit_at = entry->unit->offset, .r = entry->attrs };
	c->any = entry->abbrev->children && pm_die_skip(types->dw, entry->unit, entry->abbrev, &c->r, false);
}

/* false: there are no more. */
static bool next(struct children *c)
{
	/* it may have been forgotten while another unit was looked at */
	struct pm_unit *unit = c->unit = c->any ? pm_unit_at(c->types->dw, c->unit_at) : NULL;
	bool broken = false;

	if (!unit || c->types->steps++ >= max_steps || c->types->btf->n >= max_bytes)
		return false;
	const struct pm_abbrev *abbrev = pm_die_abbrev(unit, &c->r, &broken);

	if (!abbrev)
		return false;
	c->tag = abbrev->tag;
	if (!pm_dwarf_facts(c->types, unit, abbrev, c->r, &c->facts))
		c->tag = 0; /* not understood: it is as if it were not there */
	c->any = pm_die_skip(c->types->dw, unit, abbrev, &c->r, true);
	return true;
}

/* ---- structures ---- */

/* The storage unit of an old bit field: its own size, or its type's. */
static uint64_t storage_size(const struct children *c)
{
	struct pm_entry type;

	if (c->facts.size || !pm_entry_at(c->types->dw, c->unit, c->facts.type, &type))
		return c->facts.size;
	return pm_entry_size(c->types->dw, type);
}

static bool place_member(const struct children *c, struct pm_dwarf_member *out)
{
	const struct pm_dwarf_facts *facts = &c->facts;
	uint64_t storage = facts->has_bits ? storage_size(c) : 0;
	int64_t at = (int64_t)(8 * facts->location);

	if (facts->location >> 32 || facts->bit_size > 64 || facts->data_bit_offset >> 36 || storage > 64 ||
	    facts->bit_offset > 4096 || facts->bit_offset < -4096)
		return false;
	*out = (struct pm_dwarf_member){ .name = facts->name, .bits = (unsigned)facts->bit_size };
	if (facts->has_data_bits)
		at += (int64_t)facts->data_bit_offset;
	else if (facts->has_bits && c->types->dw->big_endian)
		at += facts->bit_offset;
	else if (facts->has_bits)
		at += (int64_t)(8 * storage) - facts->bit_offset - (int64_t)facts->bit_size;
	/* a structure with bit fields has 24 bits for each place */
	if (at < 0 || at > (facts->bit_size ? 0xffffff : UINT32_MAX))
		return false;
	out->bit_offset = (uint64_t)at;
	return true;
}

static bool structure(struct pm_dwarf_types *types, const struct pm_entry *entry,
		      const struct pm_dwarf_facts *facts, enum pm_btf_kind kind)
{
	struct children c;
	size_t start = types->btf->n, n = 0;
	bool bits = false;

	if (facts->declared)
		return begin(types, facts->name, PM_BTF_FWD, 0) &&
		       (count(types, start, PM_BTF_FWD, 0, kind == PM_BTF_UNION ? has_bits : 0), true);
	types->members_n = 0;
	children_of(&c, types, entry);
	while (next(&c)) {
		struct pm_dwarf_member member;

		if (c.tag != DW_TAG_member || !place_member(&c, &member))
			continue;
		member.type = type_of(types, &c.facts);
		bits |= member.bits != 0;
		PM_ROOM(types->members, types->members_n, types->members_cap);
		types->members[types->members_n++] = member;
	}
	begin(types, facts->name, kind, facts->size);
	for (size_t i = 0; i < types->members_n && n < 0xffffff; i++) {
		const struct pm_dwarf_member *m = &types->members[i];

		if (bits && m->bit_offset > 0xffffff)
			continue;
		word(types, m->name);
		word(types, m->type);
		word(types, bits ? (uint64_t)m->bits << 24 | m->bit_offset : m->bit_offset);
		n++;
	}
	count(types, start, kind, n, bits ? has_bits : 0);
	return true;
}

/* ---- the others ---- */

static bool enumeration(struct pm_dwarf_types *types, const struct pm_entry *entry,
			const struct pm_dwarf_facts *facts)
{
	struct children c;
	size_t start = types->btf->n, n = 0;
	bool negative = false, wide = facts->size > 4;

	for (unsigned pass = 0; pass < 2; pass++) {
		enum pm_btf_kind kind = wide ? PM_BTF_ENUM64 : PM_BTF_ENUM;

		if (pass)
			begin(types, facts->name, kind, facts->size);
		children_of(&c, types, entry);
		while (next(&c)) {
			int64_t value = c.facts.value;

			if (c.tag != DW_TAG_enumerator)
				continue;
			if (!pass) {
				negative |= c.facts.is_signed && value < 0;
				wide |= value > UINT32_MAX || value < INT32_MIN;
				continue;
			}
			word(types, c.facts.name);
			word(types, (uint64_t)value & UINT32_MAX);
			if (wide)
				word(types, (uint64_t)value >> 32);
			n++;
		}
		if (pass)
			count(types, start, kind, n, negative ? has_bits : 0);
	}
	return true;
}

/* Of several dimensions: an array of the next one. */
static bool array(struct pm_dwarf_types *types, const struct pm_entry *entry,
		  const struct pm_dwarf_facts *facts, uint8_t part)
{
	struct children c;
	uint64_t length = 0;
	uint8_t n = 0;

	children_of(&c, types, entry);
	while (n < max_dimensions && next(&c)) {
		if (c.tag != DW_TAG_subrange_type)
			continue;
		if (n++ == part)
			length = c.facts.count;
	}
	return begin(types, 0, PM_BTF_ARRAY, 0) &&
	       word(types, part + 1 < n ? pm_dwarf_types_id(types, entry->offset, (uint8_t)(part + 1))
					: type_of(types, facts)) &&
	       word(types, 0) && word(types, length);
}

static bool prototype(struct pm_dwarf_types *types, const struct pm_entry *entry,
		      const struct pm_dwarf_facts *facts)
{
	struct children c;
	size_t start = types->btf->n, n = 0;

	begin(types, 0, PM_BTF_FUNC_PROTO, type_of(types, facts));
	children_of(&c, types, entry);
	while (next(&c)) {
		if (c.tag != DW_TAG_formal_parameter && c.tag != DW_TAG_unspecified_parameters)
			continue;
		word(types, c.facts.name);
		word(types, type_of(types, &c.facts));
		n++;
	}
	count(types, start, PM_BTF_FUNC_PROTO, n, 0);
	return true;
}

static bool variable(struct pm_dwarf_types *types, const struct pm_entry *entry,
		     const struct pm_dwarf_facts *facts)
{
	struct pm_dwarf_facts own = *facts, declared;
	struct pm_entry at;

	if (facts->specification && pm_entry_at(types->dw, entry->unit, facts->specification, &at) &&
	    pm_dwarf_facts(types, at.unit, at.abbrev, at.attrs, &declared)) {
		own.name = own.name ? own.name : declared.name;
		own.type = own.type ? own.type : declared.type;
	}
	return begin(types, own.name, PM_BTF_VAR, type_of(types, &own)) && word(types, 1);
}

static bool integer(struct pm_dwarf_types *types, const struct pm_dwarf_facts *facts)
{
	unsigned encoding = facts->encoding == DW_ATE_signed || facts->encoding == DW_ATE_signed_char
				    ? PM_BTF_SIGNED
			    : facts->encoding == DW_ATE_boolean ? PM_BTF_BOOL
								: 0;

	if (facts->encoding == DW_ATE_float)
		return begin(types, facts->name, PM_BTF_FLOAT, facts->size);
	return begin(types, facts->name, PM_BTF_INT, facts->size) &&
	       word(types, encoding << 24 | (8 * (uint32_t)facts->size & 0xff));
}

static bool write(struct pm_dwarf_types *types, const struct pm_dwarf_node *node,
		  const struct pm_entry *entry, const struct pm_dwarf_facts *facts)
{
	static const struct {
		uint16_t tag;
		enum pm_btf_kind kind;
	} plain[] = { { DW_TAG_pointer_type, PM_BTF_PTR },       { DW_TAG_typedef, PM_BTF_TYPEDEF },
		      { DW_TAG_const_type, PM_BTF_CONST },       { DW_TAG_volatile_type, PM_BTF_VOLATILE },
		      { DW_TAG_restrict_type, PM_BTF_RESTRICT }, { DW_TAG_atomic_type, PM_BTF_TYPE_TAG },
		      { DW_TAG_reference_type, PM_BTF_PTR } };

	for (size_t i = 0; i < PM_COUNT(plain); i++)
		if (plain[i].tag == entry->abbrev->tag)
			return begin(types, facts->name, plain[i].kind, type_of(types, facts));
	switch (entry->abbrev->tag) {
	case DW_TAG_base_type:
		return integer(types, facts);
	case DW_TAG_structure_type:
		return structure(types, entry, facts, PM_BTF_STRUCT);
	case DW_TAG_union_type:
		return structure(types, entry, facts, PM_BTF_UNION);
	case DW_TAG_enumeration_type:
		return enumeration(types, entry, facts);
	case DW_TAG_array_type:
		return array(types, entry, facts, node->part);
	case DW_TAG_subroutine_type:
		return prototype(types, entry, facts);
	case DW_TAG_subprogram:
		return node->part ? prototype(types, entry, facts)
				  : begin(types, facts->name, PM_BTF_FUNC,
					  pm_dwarf_types_id(types, entry->offset, 1));
	case DW_TAG_variable:
		return variable(types, entry, facts);
	default: /* an unspecified type: void */
		return false;
	}
}

bool pm_dwarf_record(struct pm_dwarf_types *types, uint32_t id)
{
	struct pm_btf *btf = types->btf;
	struct pm_dwarf_node node = types->nodes[id - 1]; /* the table moves when ids are given */
	struct pm_unit *unit = pm_unit_of(types->dw, node.die);
	struct pm_entry entry;
	struct pm_dwarf_facts facts;

	if (!unit || !pm_entry_at(types->dw, unit, node.die, &entry) ||
	    !pm_dwarf_facts(types, unit, entry.abbrev, entry.attrs, &facts) || btf->n >= max_bytes)
		return false;
	if (!btf->n)
		word(types, 0); /* no record stands at 0 */
	size_t start = btf->n;

	if (!write(types, &node, &entry, &facts)) {
		btf->n = start;
		return false;
	}
	btf->records[id - 1] = (uint32_t)start;
	return true;
}

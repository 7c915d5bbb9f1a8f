/* Which types, functions and per-CPU variables are defined in the units, by name: one walk along the units' own children,
 * without a look into functions, that forgets a unit's pages when it has passed them. */
#include "symbols/dwarf_types.h"

#include <dwarf.h>
#include <stdlib.h>

enum {
	max_names = 1 << 22, /* kernels have 200,000 */
	forget_after = 8 << 20,
	of_first = 1 << 7, /* in `seen`: as the first name of an enumeration that has none itself */
};

/* Names that all have one hash, as broken ones may, would need their square. */
static const uint64_t max_steps = 1 << 26;

static uint32_t hash(enum pm_btf_kind kind, const char *s)
{
	uint32_t h = 2166136261u ^ (uint32_t)kind;

	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * 16777619u;
	return h ^ h >> 15;
}

static void put(struct pm_dwarf_types *types, uint32_t index)
{
	size_t slot = types->names[index].hash & (types->by_name_cap - 1);

	while (types->by_name[slot] && types->name_steps < max_steps) {
		slot = (slot + 1) & (types->by_name_cap - 1);
		types->name_steps++;
	}
	if (!types->by_name[slot])
		types->by_name[slot] = index + 1;
}

static void grow(struct pm_dwarf_types *types)
{
	if (2 * types->names_n < types->by_name_cap)
		return;
	free(types->by_name);
	types->by_name_cap = types->by_name_cap ? 4 * types->by_name_cap : 1 << 16;
	types->by_name = pm_alloc(types->by_name_cap * sizeof(*types->by_name));
	for (size_t i = 0; i < types->names_n; i++)
		put(types, (uint32_t)i);
}

static struct pm_dwarf_name *find(const struct pm_dwarf_types *types, enum pm_btf_kind kind, const char *name,
				  uint32_t h)
{
	uint64_t steps = 0;

	if (!types->by_name)
		return NULL;
	for (size_t slot = h & (types->by_name_cap - 1); types->by_name[slot] && steps < max_steps;
	     slot = (slot + 1) & (types->by_name_cap - 1), steps++) {
		struct pm_dwarf_name *n = &types->names[types->by_name[slot] - 1];

		if (n->hash == h && n->kind == kind && !strcmp(pm_dwarf_string(types, n->name), name))
			return n;
	}
	return NULL;
}

const struct pm_dwarf_name *pm_dwarf_names_find(const struct pm_dwarf_types *types, enum pm_btf_kind kind,
						const char *name)
{
	return *name ? find(types, kind, name, hash(kind, name)) : NULL;
}

/* ---- collecting ---- */

struct walk {
	struct pm_dwarf_types *types;
	const struct pm_unit *unit;
	uint64_t steps; /* of looking for names that are known */
	bool full;
};

static void add(struct walk *w, enum pm_btf_kind kind, const struct pm_dwarf_facts *facts, uint64_t die)
{
	struct pm_dwarf_types *types = w->types;
	const char *text = pm_dwarf_string(types, facts->name);
	uint32_t h = hash(kind, text);
	struct pm_dwarf_name *known = find(types, kind, text, h);

	if (known) {
		known->ambiguous |= known->line != facts->line;
		return;
	}
	if (types->names_n >= max_names || types->name_steps >= max_steps) {
		w->full = true;
		return;
	}
	if (!*text)
		return;
	PM_ROOM(types->names, types->names_n, types->names_cap);
	types->names[types->names_n++] = (struct pm_dwarf_name){ .die = die,
								 .size = facts->size,
								 .name = facts->name,
								 .hash = h,
								 .line = facts->line,
								 .kind = (uint8_t)kind };
	if (types->names_n * 2 >= types->by_name_cap)
		grow(types);
	else
		put(types, (uint32_t)types->names_n - 1);
	if (kind != PM_BTF_FUNC && kind != PM_BTF_VAR)
		types->types_named++;
}

/* Is the string known as what `bit` says?  It is then.  The linker has left one of each string. */
static bool mark(const struct walk *w, uint32_t name, uint8_t bit)
{
	if (!name || name > w->types->dw->str.n)
		return false;
	bool known = w->types->seen[name - 1] & bit;

	w->types->seen[name - 1] |= bit;
	return known;
}

static bool is_marked(const struct walk *w, uint32_t name, uint8_t bit)
{
	return name && name <= w->types->dw->str.n && (w->types->seen[name - 1] & bit);
}

/* One that has no name is the same as another that begins with the same name. */
static void add_enum(struct walk *w, const struct pm_abbrev *abbrev, struct pm_reader r, uint64_t die,
		     bool named)
{
	struct pm_dwarf_types *types = w->types;
	bool broken = false;

	if (!named) {
		if (!abbrev->children || !pm_die_skip(types->dw, w->unit, abbrev, &r, false))
			return;
		const struct pm_abbrev *first = pm_die_abbrev(w->unit, &r, &broken);

		if (!first || mark(w, pm_dwarf_facts_name(types, w->unit, first, r), of_first))
			return;
	}
	if (types->enums_n >= max_names)
		return;
	PM_ROOM(types->enums, types->enums_n, types->enums_cap);
	types->enums[types->enums_n++] = die;
}

static void look_at_type(struct walk *w, const struct pm_abbrev *abbrev, struct pm_reader r, uint64_t die)
{
	/* an integer and a float do not have one name */
	uint8_t bit = (uint8_t)(1 << (pm_dwarf_named_kind(abbrev->tag, 0) % 8));
	uint32_t name = pm_dwarf_facts_name(w->types, w->unit, abbrev, r);
	struct pm_dwarf_facts facts;

	/* nearly all of them are in another unit, too */
	if (is_marked(w, name, bit) || (!name && abbrev->tag != DW_TAG_enumeration_type) ||
	    !pm_dwarf_facts(w->types, w->unit, abbrev, r, &facts) || facts.declared)
		return;
	if (name) {
		mark(w, name, bit);
		add(w, pm_dwarf_named_kind(abbrev->tag, facts.encoding), &facts, die);
	}
	if (abbrev->tag == DW_TAG_enumeration_type)
		add_enum(w, abbrev, r, die, name != 0);
}

/* Does it stand somewhere, and is it per-CPU, where these alone are asked for? */
static bool is_wanted(const struct walk *w, struct pm_bytes place)
{
	struct pm_reader r = pm_reader_at(place, 0, w->types->dw->big_endian);
	uint8_t op = pm_read_u8(&r);
	uint64_t addr = 0;

	if (op == DW_OP_addr)
		addr = pm_read(&r, w->unit->address_size);
	else if (op != DW_OP_addrx || !pm_indexed_address(w->types->dw, w->unit, pm_read_uleb(&r), &addr))
		return false;
	return !r.bad && (w->types->all_variables || addr - w->types->percpu < w->types->percpu_size);
}

/* Its name and type may stand where it was declared. */
static void look_at_variable(struct walk *w, const struct pm_abbrev *abbrev, struct pm_reader r, uint64_t die)
{
	struct pm_dwarf_facts facts, declared;

	if (!pm_dwarf_facts(w->types, w->unit, abbrev, r, &facts) || !facts.place.p ||
	    !is_wanted(w, facts.place))
		return;
	if (!facts.name && facts.specification >= w->unit->first_die && facts.specification < w->unit->end) {
		bool broken = false;

		r = pm_unit_reader(w->types->dw, w->unit, facts.specification);
		abbrev = r.bad ? NULL : pm_die_abbrev(w->unit, &r, &broken);
		if (abbrev && pm_dwarf_facts(w->types, w->unit, abbrev, r, &declared))
			facts.name = declared.name;
	}
	if (facts.name)
		add(w, PM_BTF_VAR, &facts, die);
}

static void look_at_function(struct walk *w, const struct pm_abbrev *abbrev, struct pm_reader r, uint64_t die)
{
	struct pm_dwarf_facts facts;

	if (pm_dwarf_facts(w->types, w->unit, abbrev, r, &facts) && facts.name && !facts.declared)
		add(w, PM_BTF_FUNC, &facts, die);
}

/* false: it is broken somewhere. */
static bool walk_unit(struct walk *w, struct pm_unit *unit)
{
	const struct pm_dwarf *dw = w->types->dw;
	struct pm_reader r = pm_unit_reader(dw, unit, unit->children);
	bool broken = false;

	w->unit = unit;
	while (unit->root_children && !r.bad && pm_reader_left(&r)) {
		uint64_t die = (uint64_t)(r.p - dw->info.p);
		const struct pm_abbrev *abbrev = pm_die_abbrev(unit, &r, &broken);

		if (!abbrev)
			break;
		switch (abbrev->tag) {
		case DW_TAG_structure_type:
		case DW_TAG_union_type:
		case DW_TAG_enumeration_type:
		case DW_TAG_typedef:
		case DW_TAG_base_type:
			look_at_type(w, abbrev, r, die);
			break;
		case DW_TAG_variable:
			if (w->types->percpu_size || w->types->all_variables)
				look_at_variable(w, abbrev, r, die);
			break;
		case DW_TAG_subprogram:
			look_at_function(w, abbrev, r, die);
			break;
		}
		if (!pm_die_skip(w->types->dw, unit, abbrev, &r, true))
			return false;
	}
	return !r.bad && !broken;
}

/* Functions in assembler have no parameters, and other languages' types are not those of C. */
static bool is_c(uint16_t language)
{
	static const uint16_t of_c[] = { 0, DW_LANG_C89, DW_LANG_C, DW_LANG_C99, DW_LANG_C11, 0x2c, 0x3e };

	for (size_t i = 0; i < PM_COUNT(of_c); i++)
		if (of_c[i] == language)
			return true;
	return false;
}

static char *told(const struct pm_dwarf_types *types, const struct walk *w, size_t lost, size_t units)
{
	struct pm_buf out = { 0 };

	if (lost)
		pm_buf_printf(&out, "%zu of %zu units of its DWARF are broken", lost, units);
	if (w->full)
		pm_buf_printf(&out, "%smore names than any kernel has", out.n ? "; " : "");
	if (pm_elf_has_section(types->elf, ".gnu_debugaltlink")) {
		const char *name = pm_str_at(pm_elf_section(types->elf, ".gnu_debugaltlink"), 0);

		pm_buf_printf(&out, "%sthose that dwz moved into another file (%s) are not known",
			      out.n ? "; " : "", name ? name : ".gnu_debugaltlink");
	}
	return out.data;
}

void pm_dwarf_names_collect(struct pm_dwarf_types *types, char **trouble_out)
{
	struct pm_dwarf *dw = types->dw;
	struct walk w = { .types = types };
	size_t lost = 0, cap = 0;
	uint64_t forgotten = 0;

	types->seen = pm_alloc(dw->str.n + 1);
	pm_elf_section_place(types->elf, ".data..percpu", &types->percpu, &types->percpu_size);
	/* their offsets are kept on the way: to ask for them first would have all pages read twice */
	for (uint64_t at = 0, end; pm_unit_end(dw, at, &end) && !w.full; at = end) {
		struct pm_unit *unit = pm_unit_at(dw, at);

		PM_ROOM(dw->unit_offsets, dw->unit_offsets_n, cap);
		dw->unit_offsets[dw->unit_offsets_n++] = at;
		if (!unit || (is_c(unit->language) && !walk_unit(&w, unit)))
			lost++;
		if (end - forgotten >= forget_after) {
			pm_elf_forget(types->elf, dw->info.p + forgotten, (size_t)(end - forgotten));
			forgotten = end;
		}
	}
	free(types->seen);
	types->seen = NULL;
	*trouble_out = told(types, &w, lost, dw->unit_offsets_n);
}

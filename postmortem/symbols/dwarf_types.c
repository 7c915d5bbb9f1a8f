#include "symbols/dwarf_types.h"

#include <dwarf.h>
#include <stdlib.h>

enum { max_ids = 1 << 22 };

/* ---- ids ---- */

static size_t slot_of(const struct pm_dwarf_types *types, uint64_t key)
{
	size_t slot = (size_t)((key * 0x9e3779b97f4a7c15ull) >> 20) & (types->places_cap - 1);

	while (types->places[slot].id && types->places[slot].key != key)
		slot = (slot + 1) & (types->places_cap - 1);
	return slot;
}

static void put(struct pm_dwarf_types *types, uint64_t key, uint32_t id)
{
	if (2 * (types->places_n + 1) > types->places_cap) {
		struct pm_dwarf_place *old = types->places;
		size_t cap = types->places_cap;

		types->places_cap = cap ? 2 * cap : 1024;
		types->places = pm_alloc(types->places_cap * sizeof(*types->places));
		for (size_t i = 0; i < cap; i++)
			if (old[i].id)
				types->places[slot_of(types, old[i].key)] = old[i];
		free(old);
	}
	types->places[slot_of(types, key)] = (struct pm_dwarf_place){ key, id };
	types->places_n++;
}

static uint64_t key_of(uint64_t die, uint8_t part)
{
	return die << 8 | part;
}

static uint32_t known(const struct pm_dwarf_types *types, uint64_t key)
{
	return types->places ? types->places[slot_of(types, key)].id : 0;
}

/* The entry that stands for this one and all that are the same; UINT64_MAX: it is no entry. */
static uint64_t first_of(struct pm_dwarf_types *types, uint64_t die)
{
	struct pm_unit *unit = pm_unit_of(types->dw, die);
	struct pm_entry entry;
	struct pm_dwarf_facts facts;

	if (!unit || !pm_entry_at(types->dw, unit, die, &entry) ||
	    !pm_dwarf_facts(types, unit, entry.abbrev, entry.attrs, &facts))
		return UINT64_MAX;
	enum pm_btf_kind kind = pm_dwarf_named_kind(entry.abbrev->tag, facts.encoding);
	const struct pm_dwarf_name *name =
		kind && facts.name ? pm_dwarf_names_find(types, kind, pm_dwarf_string(types, facts.name))
				   : NULL;

	return name && (facts.declared || (name->size == facts.size && name->line == facts.line)) ? name->die
												  : die;
}

uint32_t pm_dwarf_types_id(struct pm_dwarf_types *types, uint64_t die, uint8_t part)
{
	struct pm_btf *btf = types->btf;
	uint32_t id = known(types, key_of(die, part));

	if (id || !die)
		return id;
	uint64_t first = part ? die : first_of(types, die);

	if (first == UINT64_MAX)
		return 0;
	id = first == die ? 0 : known(types, key_of(first, part));
	if (!id) {
		if (btf->count >= max_ids)
			return 0;
		PM_ROOM(types->nodes, btf->count, types->nodes_cap);
		types->nodes[btf->count] = (struct pm_dwarf_node){ .die = first, .part = part };
		pm_btf_add_record(btf, 0);
		id = btf->count;
		put(types, key_of(first, part), id);
	}
	if (first != die)
		put(types, key_of(die, part), id);
	return id;
}

bool pm_dwarf_types_make(struct pm_dwarf_types *types, uint32_t id)
{
	struct pm_dwarf_node *node = &types->nodes[id - 1];

	if (node->tried)
		return false;
	node->tried = true;
	return pm_dwarf_record(types, id);
}

uint32_t pm_dwarf_types_find(struct pm_dwarf_types *types, enum pm_btf_kind kind, const char *name)
{
	const struct pm_dwarf_name *found = pm_dwarf_names_find(types, kind, name);

	return found && !(kind == PM_BTF_FUNC && found->ambiguous) ? pm_dwarf_types_id(types, found->die, 0)
								   : 0;
}

uint32_t pm_dwarf_types_enum(struct pm_dwarf_types *types, uint32_t index)
{
	while (index < types->enums_n) {
		uint32_t id = pm_dwarf_types_id(types, types->enums[index], 0);

		if (id)
			return id;
		index++;
	}
	return 0;
}

/* ---- strings ---- */

const char *pm_dwarf_string(const struct pm_dwarf_types *types, uint32_t name)
{
	const struct pm_dwarf *dw = types->dw;
	const struct pm_bytes in[] = { dw->str, dw->info, dw->line_str };
	uint64_t offset = name;

	if (!offset--)
		return "";
	for (size_t i = 0; i < PM_COUNT(in); i++) {
		if (offset < in[i].n) {
			const char *text = pm_str_at(in[i], offset);

			return text ? text : "";
		}
		offset -= in[i].n;
	}
	return "";
}

/* ---- opening ---- */

static struct pm_error *open_dwarf(struct pm_elf *elf, struct pm_dwarf **out)
{
	struct pm_dwarf *dw = pm_dwarf_of_types(elf);

	*out = NULL;
	if (!dw->info.n || !dw->abbrev.n) {
		pm_dwarf_destroy(dw);
		return pm_error_new(PM_BAD_DATA,
				    "its DWARF cannot be read: the file is damaged or not whole");
	}
	if ((uint64_t)dw->info.n + dw->str.n + dw->line_str.n >= UINT32_MAX) {
		pm_dwarf_destroy(dw);
		return pm_error_new(PM_UNSUPPORTED, "more than 4 GiB of DWARF");
	}
	*out = dw;
	return NULL;
}

static struct pm_error *open_types(struct pm_elf *elf, bool all_variables, struct pm_btf **out)
{
	struct pm_dwarf *dw;
	struct pm_error *err = open_dwarf(elf, &dw);

	*out = NULL;
	if (err) {
		pm_elf_close(elf);
		return err;
	}
	struct pm_btf *btf = pm_alloc(sizeof(*btf));
	struct pm_dwarf_types *types = pm_alloc(sizeof(*types));

	*types = (struct pm_dwarf_types){ .btf = btf, .elf = elf, .dw = dw, .all_variables = all_variables };
	btf->dwarf = types;
	btf->first = 1;
	pm_dwarf_names_collect(types, &btf->trouble);
	if (!types->types_named) {
		bool elsewhere = pm_elf_has_section(elf, ".gnu_debugaltlink");

		err = pm_error_new(PM_NOT_FOUND, "its DWARF has no types%s%s",
				   elsewhere ? ": " : " (are they in .dwo files?)",
				   elsewhere ? btf->trouble : "");
		pm_btf_close(btf);
		return err;
	}
	*out = btf;
	return NULL;
}

struct pm_error *pm_btf_open_dwarf(struct pm_elf *elf, struct pm_btf **out)
{
	return open_types(elf, false, out);
}

struct pm_error *pm_btf_open_variables(struct pm_elf *elf, struct pm_btf **out)
{
	return open_types(elf, true, out);
}

void pm_dwarf_types_close(struct pm_dwarf_types *types)
{
	if (!types)
		return;
	pm_dwarf_destroy(types->dw);
	pm_elf_close(types->elf);
	free(types->names);
	free(types->by_name);
	free(types->enums);
	free(types->nodes);
	free(types->places);
	free(types->members);
	free(types);
}

uint32_t pm_btf_dwarf_names(const struct pm_btf *btf)
{
	return btf->dwarf ? btf->dwarf->types_named : 0;
}

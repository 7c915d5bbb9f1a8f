/* kmem -f, -F, -n, -z: free blocks, nodes, zones. */
#include "shell/kmem.h"

#include "linux/member.h"
#include "linux/tree.h"
#include "linux/zones.h"

static uint64_t page_at(struct pm_shell *sh, uint64_t frame)
{
	const struct pm_linux_caches *caches = pm_session_caches(sh->session);

	return caches->vmemmap ? caches->vmemmap + frame * caches->page_size : 0;
}

static uint64_t frame_of(struct pm_shell *sh, uint64_t page)
{
	const struct pm_linux_caches *caches = pm_session_caches(sh->session);

	return caches->vmemmap && caches->page_size && page >= caches->vmemmap
		       ? (page - caches->vmemmap) / caches->page_size
		       : UINT64_MAX;
}

/* ---- -f, -F ---- */

static const struct pm_column free_zone[] = {
	{ "ZONE", "zone", -4, PM_CELL_UNSIGNED },
	{ "NAME", "name", -8, PM_CELL_TEXT },
	{ "SIZE", "size", 8, PM_CELL_UNSIGNED },
	{ "FREE", "free", 8, PM_CELL_UNSIGNED },
	{ "MEM_MAP", "mem_map", -16, PM_CELL_ADDRESS },
	{ "START_PADDR", "start", 12, PM_CELL_HEX },
	{ "START_MAPNR", "start_mapnr", 11, PM_CELL_UNSIGNED },
	{ NULL, "node", 0, PM_CELL_UNSIGNED },
	{ NULL, "address", 0, PM_CELL_ADDRESS },
};
static const struct pm_column free_area[] = {
	{ "AREA", "order", 3, PM_CELL_UNSIGNED },
	{ "SIZE", NULL, 7, PM_CELL_TEXT },
	{ "FREE_AREA_STRUCT", "list", -16, PM_CELL_ADDRESS },
	{ "BLOCKS", "blocks", 6, PM_CELL_UNSIGNED },
	{ "PAGES", "pages", 8, PM_CELL_UNSIGNED },
	{ "KIND", "kind", -1, PM_CELL_TEXT },
};

static void zone_row(struct pm_shell *sh, const struct pm_linux_zone *z)
{
	PM_TITLES(sh, free_zone);
	bool empty = !z->spanned;
	const struct pm_cell cells[] = { { z->index },
					 { .s = z->name },
					 { z->spanned },
					 { z->unused },
					 { empty ? 0 : page_at(sh, z->first) },
					 { empty ? 0 : z->first * PM_PAGE_SIZE },
					 { empty ? 0 : z->first },
					 { z->node },
					 { z->addr } };

	if (sh->json)
		pm_shell_cell_members(sh, free_zone, PM_COUNT(free_zone), cells);
	else
		pm_shell_cells(sh, free_zone, PM_COUNT(free_zone), cells);
}

struct blocks {
	struct pm_shell *sh;
	bool print;
	uint64_t n;
};

static bool count_block(uint64_t page, void *user)
{
	struct blocks *b = user;

	b->n++;
	if (b->print && b->sh->json)
		pm_json_hex(b->sh->json, NULL, page);
	else if (b->print)
		fprintf(b->sh->out, "%016llx\n", (unsigned long long)page);
	return !pm_shell_interrupted(b->sh);
}

/* "Movable" of MIGRATE_MOVABLE. */
static const char *kind_name(struct pm_shell *sh, unsigned kind)
{
	const char *name = pm_linux_free_kind_name(sh->lx, kind);

	return name && pm_slice_starts(pm_slice_of(name), PM_S("MIGRATE_")) ? name + 8 : name;
}

/* The pages that are free in the zone by its lists. */
static uint64_t zone_lists(struct pm_shell *sh, const struct pm_linux_zone *z, bool pages,
			   const char **trouble)
{
	struct pm_linux_free_list list;
	uint64_t sum = 0;

	pm_shell_open(sh, "lists", '[');
	for (size_t i = 0; z->spanned && pm_linux_free_list_at(sh->lx, z, i, &list); i++) {
		struct blocks b = { sh, false, 0 };
		const char *wrong = pm_linux_free_blocks(sh->lx, &list, count_block, &b);
		char size[32];

		if (wrong)
			*trouble = wrong;
		sum += b.n << list.order;
		snprintf(size, sizeof(size), "%lluk", 4ull << list.order);
		if (!sh->json && (pages || !i))
			pm_shell_titles(sh, free_area, pages ? 3 : PM_COUNT(free_area));
		const struct pm_cell cells[] = { { list.order },        { .s = size },
						 { list.head },         { b.n },
						 { b.n << list.order }, { .s = kind_name(sh, list.kind) } };

		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_shell_cell_members(sh, free_area, PM_COUNT(free_area), cells);
		} else {
			pm_shell_cells(sh, free_area, pages ? 3 : PM_COUNT(free_area), cells);
		}
		if (pages) {
			pm_shell_open(sh, "blocks_at", '[');
			b.print = true;
			pm_linux_free_blocks(sh->lx, &list, count_block, &b);
			pm_shell_close(sh, ']');
		}
		pm_shell_close(sh, '}');
		if (pm_shell_interrupted(sh))
			break;
	}
	pm_shell_close(sh, ']');
	return sum;
}

bool pm_kmem_free(struct pm_shell *sh, bool pages)
{
	struct pm_linux_zones zones;
	const char *trouble = NULL;
	uint64_t sum = 0, counted = 0;
	int64_t cpus = 0;

	pm_linux_zones_read(sh->lx, &zones);
	pm_shell_open(sh, "zones", '[');
	for (size_t i = 0; i < zones.zones.n && !pm_shell_interrupted(sh); i++) {
		const struct pm_linux_zone *z = &zones.zones.v[i];

		if (zones.nodes.n > 1 && !z->index)
			pm_shell_say(sh, "%sNODE\n  %u\n", i ? "\n" : "", z->node);
		else if (i)
			pm_shell_say(sh, "\n");
		pm_shell_open(sh, NULL, '{');
		zone_row(sh, z);
		sum += zone_lists(sh, z, pages, &trouble);
		counted += z->unused;
		cpus += z->unused_cpus;
		pm_shell_close(sh, '}');
	}
	pm_shell_close(sh, ']');
	if (sh->json) {
		pm_json_uint(sh->json, "free_on_lists", sum);
		pm_json_uint(sh->json, "free_counted", counted);
		pm_json_int(sh->json, "free_counted_by_cpus", cpus);
	} else if (sum == counted) {
		fprintf(sh->out, "\nnr_free_pages: %llu  (verified)\n", (unsigned long long)counted);
	} else if (sum == counted + (uint64_t)cpus) {
		fprintf(sh->out,
			"\nnr_free_pages: %llu  (verified: found %llu, CPUs have not added %+lld yet)\n",
			(unsigned long long)counted, (unsigned long long)sum, (long long)cpus);
	} else {
		fprintf(sh->out, "\nnr_free_pages: %llu  (found %llu)\n", (unsigned long long)counted,
			(unsigned long long)sum);
	}
	bool ok = (!trouble || pm_shell_error(sh, "kmem", "-f: the lists of free blocks: %s", trouble)) &&
		  (!zones.trouble || pm_shell_error(sh, "kmem", "-f: %s", zones.trouble));

	pm_linux_zones_deinit(&zones);
	return ok;
}

struct search {
	struct pm_shell *sh;
	uint64_t frame, head; /* head: of the block that holds it; UINT64_MAX: not found yet */
	unsigned order;
};

static bool is_in_block(uint64_t page, void *user)
{
	struct search *s = user;
	uint64_t first = frame_of(s->sh, page);

	if (s->frame >= first && s->frame - first < 1ull << s->order)
		s->head = page;
	return s->head == UINT64_MAX && !pm_shell_interrupted(s->sh);
}

bool pm_kmem_free_block(struct pm_shell *sh, uint64_t page, const char **trouble_out)
{
	struct search search = { sh, frame_of(sh, page), UINT64_MAX, 0 };
	struct pm_linux_zones zones;
	struct pm_linux_free_list list;

	pm_linux_zones_read(sh->lx, &zones);
	for (size_t i = 0; i < zones.zones.n && search.head == UINT64_MAX; i++) {
		const struct pm_linux_zone *z = &zones.zones.v[i];

		if (search.frame < z->first || search.frame - z->first >= z->spanned)
			continue;
		for (size_t k = 0; search.head == UINT64_MAX && !pm_shell_interrupted(sh) &&
				   pm_linux_free_list_at(sh->lx, z, k, &list);
		     k++) {
			search.order = list.order;
			const char *trouble = pm_linux_free_blocks(sh->lx, &list, is_in_block, &search);

			if (trouble)
				*trouble_out = trouble;
		}
		if (search.head == UINT64_MAX)
			continue;
		char size[32];
		uint64_t nth = search.frame - frame_of(sh, search.head) + 1;

		snprintf(size, sizeof(size), "%lluk", 4ull << list.order);
		pm_shell_open(sh, "free_block", '{');
		zone_row(sh, z);
		if (sh->json) {
			pm_json_uint(sh->json, "order", list.order);
			pm_json_hex(sh->json, "list", list.head);
			pm_json_hex(sh->json, "page", search.head);
			pm_json_uint(sh->json, "nth", nth);
		} else {
			pm_shell_titles(sh, free_area, 3);
			pm_shell_cells(
				sh, free_area, 3,
				(const struct pm_cell[]){ { list.order }, { .s = size }, { list.head } });
			fprintf(sh->out, "%016llx  (%llx is number %llu of %llu pages)\n",
				(unsigned long long)search.head, (unsigned long long)page,
				(unsigned long long)nth, 1ull << list.order);
		}
		pm_shell_close(sh, '}');
	}
	if (zones.trouble)
		*trouble_out = zones.trouble;
	if (search.head != UINT64_MAX)
		*trouble_out = NULL;
	pm_linux_zones_deinit(&zones);
	return search.head != UINT64_MAX;
}

/* ---- -n ---- */

static void print_node(struct pm_shell *sh, const struct pm_linux_zones *zones,
		       const struct pm_linux_node *node)
{
	static const struct pm_column nodes[] = {
		{ "NODE", "node", 4, PM_CELL_UNSIGNED },
		{ "SIZE", "size", 10, PM_CELL_UNSIGNED },
		{ "PGLIST_DATA", "address", -16, PM_CELL_ADDRESS },
		{ "MEM_MAP", "mem_map", -16, PM_CELL_ADDRESS },
		{ "START_PADDR", "start", 12, PM_CELL_HEX },
		{ "START_MAPNR", "start_mapnr", 11, PM_CELL_UNSIGNED },
		{ NULL, "present", 0, PM_CELL_UNSIGNED },
	};
	static const struct pm_column rows[] = {
		{ "ZONE", "zone", 4, PM_CELL_UNSIGNED },
		{ "NAME", "name", -8, PM_CELL_TEXT },
		{ "SIZE", "size", 10, PM_CELL_UNSIGNED },
		{ "ADDRESS", "address", -16, PM_CELL_ADDRESS },
		{ "MEM_MAP", "mem_map", -16, PM_CELL_ADDRESS },
		{ "START_PADDR", "start", 12, PM_CELL_HEX },
		{ "START_MAPNR", "start_mapnr", 11, PM_CELL_UNSIGNED },
		{ NULL, "present", 0, PM_CELL_UNSIGNED },
		{ NULL, "managed", 0, PM_CELL_UNSIGNED },
	};
	const struct pm_cell cells[] = { { node->id },
					 { node->spanned },
					 { node->addr },
					 { page_at(sh, node->first) },
					 { node->first * PM_PAGE_SIZE },
					 { node->first },
					 { node->present } };

	pm_shell_open(sh, NULL, '{');
	PM_TITLES(sh, nodes);
	if (sh->json)
		pm_shell_cell_members(sh, nodes, PM_COUNT(nodes), cells);
	else
		pm_shell_cells(sh, nodes, PM_COUNT(nodes), cells);
	pm_shell_say(sh, "\n");
	PM_TITLES(sh, rows);
	pm_shell_open(sh, "zones", '[');
	for (size_t i = 0; i < zones->zones.n; i++) {
		const struct pm_linux_zone *z = &zones->zones.v[i];
		bool empty = !z->spanned;

		if (z->node == node->id)
			PM_ROW(sh, rows, { z->index }, { .s = z->name }, { z->spanned }, { z->addr },
			       { empty ? 0 : page_at(sh, z->first) }, { empty ? 0 : z->first * PM_PAGE_SIZE },
			       { empty ? 0 : z->first }, { z->present }, { z->managed });
	}
	pm_shell_close(sh, ']');
	pm_shell_close(sh, '}');
	pm_shell_say(sh, "\n");
}

static void print_sections(struct pm_shell *sh, const struct pm_linux_zones *zones)
{
	static const struct pm_column rows[] = {
		{ "NR", "nr", 4, PM_CELL_UNSIGNED },
		{ "SECTION", "address", -16, PM_CELL_ADDRESS },
		{ "CODED_MEM_MAP", "coded_mem_map", -16, PM_CELL_ADDRESS },
		{ "MEM_MAP", "mem_map", -16, PM_CELL_ADDRESS },
		{ "STATE", "state", -5, PM_CELL_TEXT },
		{ "PFN", "pfn", -1, PM_CELL_UNSIGNED },
	};
	static const char letters[] = "PMOED";
	uint64_t size = pm_session_caches(sh->session)->page_size;

	if (!zones->sections.n)
		return;
	pm_shell_open(sh, "sections", '[');
	PM_TITLES(sh, rows);
	for (size_t i = 0; i < zones->sections.n && !pm_shell_interrupted(sh); i++) {
		const struct pm_linux_section *s = &zones->sections.v[i];
		uint64_t frame = s->nr * zones->section_frames;
		char state[sizeof(letters)] = "";
		size_t n = 0;

		for (unsigned bit = 0; letters[bit]; bit++)
			if (s->flags >> bit & 1)
				state[n++] = letters[bit];
		state[n] = 0;
		PM_ROW(sh, rows, { s->nr }, { s->addr }, { s->coded }, { s->coded + frame * size },
		       { .s = state }, { frame });
	}
	pm_shell_close(sh, ']');
	pm_shell_say(sh, "\n");
}

/* ---- memory blocks, the units of hot plugging: an xarray (5.8 and later) ---- */

struct memory_blocks {
	struct pm_shell *sh;
	uint64_t section_bytes, sections;
	bool any;
};

static bool print_block(uint64_t index, uint64_t block, void *user)
{
	static const struct pm_column rows[] = {
		{ "MEM_BLOCK", "address", -16, PM_CELL_ADDRESS },
		{ "NAME", "name", -10, PM_CELL_TEXT },
		{ "START", "start", 12, PM_CELL_HEX },
		{ "- END", "end", 12, PM_CELL_HEX },
		{ "NODE", "node", 4, PM_CELL_SIGNED },
		{ "STATE", "state", -14, PM_CELL_TEXT },
		{ "START_SECTION_NO", "start_section", -1, PM_CELL_UNSIGNED },
	};
	static const struct {
		uint64_t state;
		const char *name;
	} states[] = { { 1, "ONLINE" }, { 2, "GOING_OFFLINE" }, { 4, "OFFLINE" } };
	struct memory_blocks *b = user;
	struct pm_linux *lx = b->sh->lx;
	uint64_t nr = index * b->sections, state, start, node = 0;
	const char *word = NULL;
	char name[32];

	pm_linux_member_get(lx, block, "memory_block", "start_section_nr", &nr);
	bool has_state = pm_linux_member_get(lx, block, "memory_block", "state", &state);
	bool has_node = pm_linux_member_get(lx, block, "memory_block", "nid", &node);

	pm_linux_member_text(lx, block, "memory_block", "dev.kobj.name", name, sizeof(name));
	for (size_t i = 0; has_state && i < PM_COUNT(states); i++)
		if (states[i].state == state)
			word = states[i].name;
	/* an enumeration from 6.19 on, with values of its own */
	const char *known =
		has_state ? pm_linux_enumerator_name(lx, "memory_block_state", (int64_t)state) : NULL;

	if (known)
		word = pm_slice_starts(pm_slice_of(known), PM_S("MEM_")) ? known + 4 : known;
	start = nr * b->section_bytes;
	if (!b->any)
		PM_TITLES(b->sh, rows);
	b->any = true;
	PM_ROW(b->sh, rows, { block }, { .s = name }, { start },
	       { start + b->section_bytes * b->sections - 1 },
	       { .n = (uint64_t)(int32_t)node, .absent = !has_node }, { .s = word ? word : "?" }, { nr });
	return !pm_shell_interrupted(b->sh);
}

static bool print_blocks(struct pm_shell *sh, const struct pm_linux_zones *zones)
{
	struct memory_blocks b = { sh, zones->section_frames * PM_PAGE_SIZE, 1, false };
	uint64_t xa;

	if (!pm_linux_symbol(sh->lx, "memory_blocks", &xa))
		return true; /* CONFIG_MEMORY_HOTPLUG off, or before 5.8 */
	pm_linux_variable(sh->lx, "sections_per_block", 4, &b.sections);
	pm_shell_open(sh, "blocks", '[');
	const char *trouble = pm_linux_xarray_each(sh->lx, xa, print_block, &b);

	pm_shell_close(sh, ']');
	return !trouble || pm_shell_error(sh, "kmem", "-n: memory blocks: %s", trouble);
}

bool pm_kmem_nodes(struct pm_shell *sh)
{
	struct pm_linux_zones zones;

	pm_linux_zones_read(sh->lx, &zones);
	pm_shell_open(sh, "nodes", '[');
	for (size_t i = 0; i < zones.nodes.n; i++)
		print_node(sh, &zones, &zones.nodes.v[i]);
	pm_shell_close(sh, ']');
	print_sections(sh, &zones);
	bool ok = print_blocks(sh, &zones);

	if (zones.trouble)
		ok = pm_shell_error(sh, "kmem", "-n: %s", zones.trouble);
	pm_linux_zones_deinit(&zones);
	return ok;
}

/* ---- -z ---- */

static void print_zone(struct pm_shell *sh, const struct pm_linux_zone *z)
{
	static const struct pm_column members[] = {
		{ NULL, "node", 0, PM_CELL_UNSIGNED },    { NULL, "zone", 0, PM_CELL_UNSIGNED },
		{ NULL, "address", 0, PM_CELL_ADDRESS },  { NULL, "name", 0, PM_CELL_TEXT },
		{ NULL, "size", 0, PM_CELL_UNSIGNED },    { NULL, "present", 0, PM_CELL_UNSIGNED },
		{ NULL, "managed", 0, PM_CELL_UNSIGNED }, { NULL, "min", 0, PM_CELL_UNSIGNED },
		{ NULL, "low", 0, PM_CELL_UNSIGNED },     { NULL, "high", 0, PM_CELL_UNSIGNED },
	};
	struct pm_linux *lx = sh->lx;
	uint32_t id = pm_btf_find(lx->btf, PM_BTF_ENUM, "zone_stat_item");
	uint64_t stats = pm_linux_member_at(lx, z->addr, "zone", "vm_stat"), count;
	const char *name;
	int64_t item;

	pm_shell_open(sh, NULL, '{');
	PM_ROW_MEMBERS(sh, members, { z->node }, { z->index }, { z->addr }, { .s = z->name }, { z->spanned },
		       { z->present }, { z->managed }, { z->min }, { z->low }, { z->high });
	pm_shell_say(sh, "NODE: %u  ZONE: %u  ADDR: %llx  NAME: \"%s\"\n", z->node, z->index,
		     (unsigned long long)z->addr, z->name);
	if (!z->spanned) {
		pm_shell_say(sh, "  [unpopulated]\n\n");
		pm_shell_close(sh, '}');
		return;
	}
	pm_shell_say(sh, "  SIZE: %llu", (unsigned long long)z->spanned);
	if (z->present != z->spanned)
		pm_shell_say(sh, "  PRESENT: %llu", (unsigned long long)z->present);
	pm_shell_say(sh, "  MIN/LOW/HIGH: %llu/%llu/%llu\n  VM_STAT:\n", (unsigned long long)z->min,
		     (unsigned long long)z->low, (unsigned long long)z->high);
	pm_shell_open(sh, "stat", '{');
	for (uint32_t i = 0; id && stats && (name = pm_btf_enum(lx->btf, id, i, &item)) &&
			     !pm_slice_starts(pm_slice_of(name), PM_S("NR_VM_ZONE_STAT_ITEMS"));
	     i++) {
		int64_t next;

		/* where a group begins: its first one's value, too */
		if (pm_btf_enum(lx->btf, id, i + 1, &next) && next == item)
			continue;
		bool known = pm_space_load(&lx->kernel, stats + 8 * (uint64_t)item, 8, &count);

		if (known && (int64_t)count < 0)
			count = 0; /* as the kernel prints it */
		if (sh->json && known)
			pm_json_uint(sh->json, name, count);
		else if (!sh->json && known)
			fprintf(sh->out, "%24s: %llu\n", name, (unsigned long long)count);
		else if (!sh->json)
			fprintf(sh->out, "%24s: ?\n", name);
	}
	pm_shell_close(sh, '}');
	pm_shell_say(sh, "\n");
	pm_shell_close(sh, '}');
}

bool pm_kmem_zones(struct pm_shell *sh)
{
	struct pm_linux_zones zones;

	pm_linux_zones_read(sh->lx, &zones);
	pm_shell_open(sh, "zones", '[');
	for (size_t i = 0; i < zones.zones.n; i++)
		print_zone(sh, &zones.zones.v[i]);
	pm_shell_close(sh, ']');
	bool ok = !zones.trouble || pm_shell_error(sh, "kmem", "-z: %s", zones.trouble);

	pm_linux_zones_deinit(&zones);
	return ok;
}

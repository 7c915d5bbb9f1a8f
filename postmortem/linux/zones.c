#include "linux/zones.h"

#include "linux/list.h"
#include "linux/member.h"

/* Bounds that no machine reaches. */
enum { max_nodes = 1024, max_zones = 16, max_blocks = 1 << 26, max_sections = 1 << 20 };

/* Of x86-64 (arch/x86/include/asm/sparsemem.h); VMCOREINFO tells it on other architectures only. */
static const unsigned section_bits = 27;

/* Each CPU counts a few for itself, in a byte, before it adds them: in a structure of its own since 5.14. */
static int64_t cpu_parts(struct pm_linux *lx, uint64_t zone, uint64_t item)
{
	static const char *const rows[][3] = { { "per_cpu_zonestats", "per_cpu_zonestat", "vm_stat_diff" },
					       { "pageset", "per_cpu_pageset", "vm_stat_diff" } };
	uint64_t parts = 0, one;
	int64_t sum = 0;

	for (size_t i = 0; i < PM_COUNT(rows) && !parts; i++) {
		const struct pm_field_place *place = pm_linux_member(lx, rows[i][1], rows[i][2]);

		if (place->offset < 0 || item >= place->size ||
		    !pm_linux_member_get(lx, zone, "zone", rows[i][0], &parts))
			continue;
		for (uint32_t cpu = 0; cpu < lx->cpus; cpu++)
			if (pm_space_load(&lx->kernel,
					  parts + lx->cpu_offset[cpu] + (uint64_t)place->offset + item, 1,
					  &one))
				sum += (int8_t)one;
	}
	return sum;
}

static void read_zone(struct pm_linux *lx, struct pm_linux_zone *z)
{
	uint64_t stats = pm_linux_member_at(lx, z->addr, "zone", "vm_stat"), item;
	uint64_t marks = pm_linux_member_at(lx, z->addr, "zone", "_watermark|watermark");

	pm_linux_member_text(lx, z->addr, "zone", "name", z->name, sizeof(z->name));
	z->first = pm_linux_member_value(lx, z->addr, "zone", "zone_start_pfn");
	z->spanned = pm_linux_member_value(lx, z->addr, "zone", "spanned_pages");
	z->present = pm_linux_member_value(lx, z->addr, "zone", "present_pages");
	z->managed = pm_linux_member_value(lx, z->addr, "zone", "managed_pages");
	if (marks) {
		pm_space_load(&lx->kernel, marks, 8, &z->min);
		pm_space_load(&lx->kernel, marks + 8, 8, &z->low);
		pm_space_load(&lx->kernel, marks + 16, 8, &z->high);
	}
	if (stats && pm_linux_enumerator(lx, "zone_stat_item", "NR_FREE_PAGES", &item)) {
		pm_space_load(&lx->kernel, stats + 8 * item, 8, &z->unused);
		z->unused_cpus = cpu_parts(lx, z->addr, item);
	}
	/* summed up from the CPUs now and then */
	if ((int64_t)z->unused < 0)
		z->unused = 0;
}

static void read_node(struct pm_linux *lx, struct pm_linux_zones *zones, uint64_t addr)
{
	uint64_t step = pm_linux_type_size(lx, "zone");
	const struct pm_field_place *place = pm_linux_member(lx, "pglist_data", "node_zones");
	struct pm_linux_node *node = PM_PUSH(&zones->arena, &zones->nodes);

	node->addr = addr;
	node->id = (uint32_t)pm_linux_member_value(lx, addr, "pglist_data", "node_id");
	node->first = pm_linux_member_value(lx, addr, "pglist_data", "node_start_pfn");
	node->spanned = pm_linux_member_value(lx, addr, "pglist_data", "node_spanned_pages");
	node->present = pm_linux_member_value(lx, addr, "pglist_data", "node_present_pages");
	if (!step || place->offset < 0) {
		zones->trouble = "the kernel's types do not tell zones";
		return;
	}
	for (uint32_t i = 0; i < place->size / step && i < max_zones; i++) {
		struct pm_linux_zone *zone = PM_PUSH(&zones->arena, &zones->zones);

		zone->addr = addr + (uint64_t)place->offset + i * step;
		zone->node = node->id;
		zone->index = i;
		read_zone(lx, zone);
	}
}

/* mem_section is a pointer to an array of pointers to roots, each a page of sections (CONFIG_SPARSEMEM_EXTREME), whose
 * length VMCOREINFO tells. */
static void read_sections(struct pm_linux *lx, struct pm_linux_zones *zones)
{
	uint64_t table, root, step = pm_linux_type_size(lx, "mem_section"), roots = 0, map;
	struct pm_slice text;

	zones->section_frames = (1ull << section_bits) / PM_PAGE_SIZE;
	if (!step || step > PM_PAGE_SIZE || !pm_linux_variable(lx, "mem_section", 8, &table) ||
	    !pm_vmcoreinfo_get(&lx->info, "LENGTH(mem_section)", &text) || !pm_slice_dec(text, &roots))
		return;
	uint64_t each = PM_PAGE_SIZE / step, looked_at = 0;

	for (uint64_t i = 0; i < roots && i < 1 << 20; i++) {
		if (!pm_space_load(&lx->kernel, table + 8 * i, 8, &root)) {
			/* the table's other pages may be there: one root is as good as the next */
			i |= PM_PAGE_SIZE / 8 - 1;
			continue;
		}
		for (uint64_t k = 0; root && k < each; k++) {
			uint64_t at = root + k * step;

			if (looked_at++ == max_sections) {
				zones->trouble = "more memory sections than can be";
				return;
			}
			if (!pm_linux_member_get(lx, at, "mem_section", "section_mem_map", &map)) {
				zones->trouble = "some memory sections are not in the dump";
				break;
			}
			if (!(map & 1))
				continue;
			struct pm_linux_section *s = PM_PUSH(&zones->arena, &zones->sections);

			*s = (struct pm_linux_section){ i * each + k, at, map & ~0x3full, map & 0x1f };
		}
	}
}

void pm_linux_nodes_of(struct pm_linux *lx, struct pm_linux_zones *zones)
{
	uint64_t nodes, at, n = 1;
	bool is_array = pm_linux_symbol(lx, "node_data", &nodes);

	*zones = (struct pm_linux_zones){ 0 };
	pm_arena_init(&zones->arena);
	if (!is_array && !pm_linux_symbol(lx, "contig_page_data", &nodes)) {
		zones->trouble = "the list of nodes is not in the dump";
		return;
	}
	if (is_array && (!pm_linux_variable(lx, "nr_node_ids", 4, &n) || n > max_nodes))
		n = 1;
	for (uint64_t i = 0; i < n; i++) {
		at = nodes;
		if (is_array && !pm_space_load(&lx->kernel, nodes + 8 * i, 8, &at))
			zones->trouble = "a node is not in the dump";
		else if (at)
			read_node(lx, zones, at);
	}
}

void pm_linux_zones_read(struct pm_linux *lx, struct pm_linux_zones *zones)
{
	pm_linux_nodes_of(lx, zones);
	read_sections(lx, zones);
}

void pm_linux_zones_deinit(struct pm_linux_zones *zones)
{
	pm_arena_deinit(&zones->arena);
}

/* ---- free blocks ---- */

unsigned pm_linux_free_kinds(struct pm_linux *lx)
{
	const struct pm_field_place *lists = pm_linux_member(lx, "free_area", "free_list");

	return lists->offset < 0 || lists->size > 32 * 16 ? 0 : lists->size / 16;
}

const char *pm_linux_free_kind_name(struct pm_linux *lx, unsigned kind)
{
	return pm_linux_enumerator_name(lx, "migratetype", kind);
}

bool pm_linux_free_list_at(struct pm_linux *lx, const struct pm_linux_zone *zone, size_t i,
			   struct pm_linux_free_list *out)
{
	const struct pm_field_place *areas = pm_linux_member(lx, "zone", "free_area");
	uint64_t step = pm_linux_type_size(lx, "free_area");
	unsigned kinds = pm_linux_free_kinds(lx);

	if (!kinds || !step || areas->offset < 0 || i / kinds >= areas->size / step || i / kinds > 30)
		return false;
	out->order = (unsigned)(i / kinds);
	out->kind = (unsigned)(i % kinds);
	out->head = zone->addr + (uint64_t)areas->offset + out->order * step +
		    pm_linux_member_offset(lx, "free_area", "free_list") + 16ull * out->kind;
	return true;
}

const char *pm_linux_free_blocks(struct pm_linux *lx, const struct pm_linux_free_list *list,
				 bool (*fn)(uint64_t page, void *user), void *user)
{
	uint64_t link = pm_linux_member_offset(lx, "page", "buddy_list|lru");
	struct pm_linux_nodes nodes;
	const char *trouble;

	pm_linux_nodes_read(lx, list->head, max_blocks, &nodes);
	for (size_t i = 0; i < nodes.n && fn(nodes.v[i] - link, user); i++)
		;
	trouble = nodes.trouble;
	pm_linux_nodes_free(&nodes);
	return trouble;
}

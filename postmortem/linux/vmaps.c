/* Areas of vmalloc: a list of all (until 6.8), or one for each of a few nodes, by address (6.9 and later). */
#include "linux/zones.h"

#include "linux/list.h"
#include "linux/member.h"

#include <stdlib.h>

enum { max_areas = 1 << 22, max_nodes = 4096 };

static void add(struct pm_linux *lx, struct pm_linux_vmaps *vmaps, uint64_t area)
{
	struct pm_linux_vmap v = { .addr = area };

	if (!pm_linux_member_get(lx, area, "vmap_area", "va_start", &v.start) ||
	    !pm_linux_member_get(lx, area, "vmap_area", "va_end", &v.end) || v.end <= v.start) {
		vmaps->trouble = "an area is not in the dump";
		return;
	}
	/* a union with the size of the largest free area below it, which is told by flags until 5.3 */
	v.vm = pm_linux_member_value(lx, area, "vmap_area", "vm");
	if (!v.vm)
		return;
	v.flags = pm_linux_member_value(lx, v.vm, "vm_struct", "flags");
	v.pages = pm_linux_member_value(lx, v.vm, "vm_struct", "nr_pages");
	v.caller = pm_linux_member_value(lx, v.vm, "vm_struct", "caller");
	*PM_PUSH(&vmaps->arena, &vmaps->v) = v;
}

static void add_list(struct pm_linux *lx, struct pm_linux_vmaps *vmaps, uint64_t head)
{
	uint64_t link = pm_linux_member_offset(lx, "vmap_area", "list");
	struct pm_linux_nodes nodes;

	pm_linux_nodes_read(lx, head, max_areas, &nodes);
	for (size_t i = 0; i < nodes.n; i++)
		add(lx, vmaps, nodes.v[i] - link);
	if (nodes.trouble)
		vmaps->trouble = nodes.trouble;
	pm_linux_nodes_free(&nodes);
}

static int by_start(const void *a, const void *b)
{
	const struct pm_linux_vmap *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

void pm_linux_vmaps_read(struct pm_linux *lx, struct pm_linux_vmaps *vmaps)
{
	uint64_t head, nodes, n, step = pm_linux_type_size(lx, "vmap_node");

	*vmaps = (struct pm_linux_vmaps){ 0 };
	pm_arena_init(&vmaps->arena);
	if (pm_linux_symbol(lx, "vmap_area_list", &head)) {
		add_list(lx, vmaps, head);
	} else if (step && pm_linux_variable(lx, "vmap_nodes", 8, &nodes) &&
		   pm_linux_variable(lx, "nr_vmap_nodes", 4, &n)) {
		for (uint64_t i = 0; i < n && i < max_nodes; i++) {
			head = pm_linux_member_at(lx, nodes + i * step, "vmap_node", "busy.head");
			if (head)
				add_list(lx, vmaps, head);
		}
	} else {
		vmaps->trouble = "no symbol leads to them";
	}
	if (vmaps->v.n)
		qsort(vmaps->v.v, vmaps->v.n, sizeof(*vmaps->v.v), by_start);
}

void pm_linux_vmaps_deinit(struct pm_linux_vmaps *vmaps)
{
	pm_arena_deinit(&vmaps->arena);
}

const struct pm_linux_vmap *pm_linux_vmap_at(const struct pm_linux_vmaps *vmaps, uint64_t addr)
{
	size_t low = 0, high = vmaps->v.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (vmaps->v.v[middle].start <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low && addr < vmaps->v.v[low - 1].end ? &vmaps->v.v[low - 1] : NULL;
}

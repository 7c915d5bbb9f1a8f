/* kmem -v: areas of vmalloc. */
#include "shell/kmem.h"

#include "linux/areas.h"
#include "linux/zones.h"

static const struct pm_column columns[] = {
	{ "VMAP_AREA", "vmap_area", -16, PM_CELL_ADDRESS },
	{ "VM_STRUCT", "vm_struct", -16, PM_CELL_ADDRESS },
	{ "ADDRESS RANGE", NULL, -35, PM_CELL_TEXT },
	{ NULL, "start", 0, PM_CELL_ADDRESS },
	{ NULL, "end", 0, PM_CELL_ADDRESS },
	{ "SIZE", "size", 11, PM_CELL_UNSIGNED },
	{ NULL, "pages", 0, PM_CELL_UNSIGNED },
	{ NULL, "flags", 0, PM_CELL_HEX },
};

static void area(struct pm_shell *sh, const struct pm_linux_vmap *v)
{
	char range[48];

	snprintf(range, sizeof(range), "%016llx - %016llx", (unsigned long long)v->start,
		 (unsigned long long)v->end);
	const struct pm_cell cells[] = { { v->addr },  { v->vm },   { .s = range },
					 { v->start }, { v->end },  { v->end - v->start },
					 { v->pages }, { v->flags } };

	if (!sh->json) {
		pm_shell_cells(sh, columns, PM_COUNT(columns), cells);
		return;
	}
	pm_json_open(sh->json, NULL, '{');
	pm_shell_cell_members(sh, columns, PM_COUNT(columns), cells);
	if (v->caller) {
		pm_json_open(sh->json, "caller", '{');
		pm_json_hex(sh->json, "address", v->caller);
		pm_shell_json_place(sh, v->caller, true);
		pm_json_close(sh->json, '}');
	}
	pm_json_close(sh->json, '}');
}

bool pm_kmem_vmalloc(struct pm_shell *sh)
{
	struct pm_linux_vmaps vmaps;

	pm_linux_vmaps_read(sh->lx, &vmaps);
	pm_shell_open(sh, "areas", '[');
	if (vmaps.v.n)
		PM_TITLES(sh, columns);
	for (size_t i = 0; i < vmaps.v.n && !pm_shell_interrupted(sh); i++)
		area(sh, &vmaps.v.v[i]);
	pm_shell_close(sh, ']');
	bool ok = !vmaps.trouble || pm_shell_error(sh, "kmem", "-v: the areas: %s", vmaps.trouble);

	pm_linux_vmaps_deinit(&vmaps);
	return ok;
}

bool pm_kmem_vmalloc_area(struct pm_shell *sh, uint64_t addr, const char **trouble_out)
{
	struct pm_linux_vmaps vmaps;

	pm_linux_vmaps_read(sh->lx, &vmaps);
	const struct pm_linux_vmap *v = pm_linux_vmap_at(&vmaps, addr);

	if (v) {
		pm_shell_open(sh, "areas", '[');
		PM_TITLES(sh, columns);
		area(sh, v);
		pm_shell_close(sh, ']');
	} else if (vmaps.trouble && pm_linux_area_of(sh->lx, addr) == PM_AREA_VMALLOC) {
		pm_shell_error(sh, "kmem", "0x%llx: the areas: %s", (unsigned long long)addr, vmaps.trouble);
	}
	*trouble_out = vmaps.trouble;
	pm_linux_vmaps_deinit(&vmaps);
	return v;
}

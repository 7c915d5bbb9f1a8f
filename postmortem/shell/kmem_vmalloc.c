/* kmem -v: areas of vmalloc. */
#include "shell/kmem.h"

#include "linux/zones.h"

static const struct pm_column columns[] = {
	{ "VMAP_AREA", "vmap_area", -16, PM_CELL_ADDRESS },
	{ "VM_STRUCT", "vm_struct", -16, PM_CELL_ADDRESS },
	{ "START", "start", -16, PM_CELL_ADDRESS },
	{ "- END", NULL, -18, PM_CELL_TEXT },
	{ NULL, "end", 0, PM_CELL_ADDRESS },
	{ "SIZE", "size", 11, PM_CELL_UNSIGNED },
	{ NULL, "pages", 0, PM_CELL_UNSIGNED },
	{ NULL, "flags", 0, PM_CELL_HEX },
	{ "CALLER", NULL, -1, PM_CELL_TEXT },
};

static void area(struct pm_shell *sh, const struct pm_linux_vmap *v)
{
	char end[32], name[PM_LINUX_NAME_MAX + 96] = "";

	snprintf(end, sizeof(end), "- %016llx", (unsigned long long)v->end);
	if (v->caller)
		pm_shell_name(sh, v->caller, true, name, sizeof(name));
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		PM_ROW_MEMBERS(sh, columns, { v->addr }, { v->vm }, { v->start }, { 0 }, { v->end },
			       { v->end - v->start }, { v->pages }, { v->flags }, { 0 });
		if (v->caller) {
			pm_json_open(sh->json, "caller", '{');
			pm_json_hex(sh->json, "address", v->caller);
			pm_shell_json_place(sh, v->caller, true);
			pm_json_close(sh->json, '}');
		}
		pm_json_close(sh->json, '}');
		return;
	}
	PM_ROW(sh, columns, { v->addr }, { v->vm }, { v->start }, { .s = end }, { 0 }, { v->end - v->start },
	       { 0 }, { 0 }, { .s = name });
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

bool pm_kmem_vmalloc_area(struct pm_shell *sh, uint64_t addr)
{
	struct pm_linux_vmaps vmaps;

	pm_linux_vmaps_read(sh->lx, &vmaps);
	const struct pm_linux_vmap *v = pm_linux_vmap_at(&vmaps, addr);

	if (v) {
		pm_shell_open(sh, "areas", '[');
		PM_TITLES(sh, columns);
		area(sh, v);
		pm_shell_close(sh, ']');
	}
	pm_linux_vmaps_deinit(&vmaps);
	return v;
}

/* kmem -V, -o, -h: counters of memory, per-CPU offsets, pools of huge pages. */
#include "shell/kmem.h"

#include "linux/member.h"

#include <stdlib.h>
#include <string.h>

/* ---- -V ---- */

struct table {
	const char *title, *key;
	const char *symbol, *enumeration;
	const char *end;    /* the name behind the last one */
	const char *member; /* of the per-CPU structure that is summed up; NULL: an array of its own */
};

struct counter {
	uint64_t sum;
	bool lost; /* a part of it is not in the dump */
};

/* The counters of one table, in the order of the kernel's enumeration; freed by the caller.  NULL: there is none. */
static struct counter *read_table(struct pm_shell *sh, const struct table *t, uint64_t *n_out)
{
	struct pm_linux *lx = sh->lx;
	enum { most = 1024 };
	uint64_t base, n = 0, one;

	if (!pm_linux_enumerator(lx, t->enumeration, t->end, &n) || !n || n > most ||
	    !pm_linux_symbol(lx, t->symbol, &base))
		return NULL;
	struct counter *counters = pm_alloc(n * sizeof(*counters));
	uint32_t cpus = t->member ? lx->cpus : 1;

	for (uint32_t cpu = 0; cpu < cpus; cpu++)
		for (uint64_t i = 0; i < n; i++)
			if (pm_space_load(&lx->kernel, base + 8 * i + (t->member ? lx->cpu_offset[cpu] : 0),
					  8, &one))
				counters[i].sum += one;
			else
				counters[i].lost = true;
	*n_out = n;
	return counters;
}

/* A name for where a group begins ("NR_LRU_BASE"), which has its first one's value. */
static bool is_base(const struct pm_btf *btf, uint32_t id, uint32_t i)
{
	int64_t value, next;

	return pm_btf_enum(btf, id, i, &value) && pm_btf_enum(btf, id, i + 1, &next) && value == next;
}

/* false: there is none.  *lost_out: counters that are not whole in the dump. */
static bool print_table(struct pm_shell *sh, const struct table *t, bool first, size_t *lost_out)
{
	struct pm_btf *btf = sh->lx->btf;
	uint32_t id = pm_btf_find(btf, PM_BTF_ENUM, t->enumeration);
	uint64_t n;
	struct counter *counters = id ? read_table(sh, t, &n) : NULL;
	const char *name;
	int64_t value;
	int width = 0;

	if (!counters)
		return false;
	for (uint32_t i = 0; (name = pm_btf_enum(btf, id, i, &value)) && strcmp(name, t->end); i++)
		width = (int)strlen(name) > width ? (int)strlen(name) : width;
	pm_shell_open(sh, t->key, '{');
	pm_shell_say(sh, "%s  %s:\n", first ? "" : "\n", t->title);
	for (uint32_t i = 0; (name = pm_btf_enum(btf, id, i, &value)) && strcmp(name, t->end); i++) {
		if (is_base(btf, id, i) || value < 0 || (uint64_t)value >= n)
			continue;
		const struct counter *c = &counters[value];
		/* between two sums of the CPUs' parts it may be negative: the kernel prints 0 for that, too */
		uint64_t count = (int64_t)c->sum > 0 ? c->sum : 0;

		*lost_out += c->lost;
		if (sh->json && !c->lost)
			pm_json_uint(sh->json, name, count);
		else if (!sh->json && c->lost)
			fprintf(sh->out, "%*s: ?\n", width, name);
		else if (!sh->json)
			fprintf(sh->out, "%*s: %llu\n", width, name, (unsigned long long)count);
	}
	pm_shell_close(sh, '}');
	free(counters);
	return true;
}

bool pm_kmem_counters(struct pm_shell *sh)
{
	static const struct table tables[] = {
		{ "VM_ZONE_STAT", "zone", "vm_zone_stat", "zone_stat_item", "NR_VM_ZONE_STAT_ITEMS", NULL },
		{ "VM_NODE_STAT", "node", "vm_node_stat", "node_stat_item", "NR_VM_NODE_STAT_ITEMS", NULL },
		{ "VM_NUMA_STAT", "numa", "vm_numa_stat", "numa_stat_item", "NR_VM_NUMA_STAT_ITEMS", NULL },
		{ "VM_EVENT_STATES", "events", "vm_event_states", "vm_event_item", "NR_VM_EVENT_ITEMS",
		  "event" },
	};
	bool any = false;
	size_t lost = 0;

	for (size_t i = 0; i < PM_COUNT(tables); i++)
		any |= print_table(sh, &tables[i], !any, &lost);
	if (lost)
		return pm_shell_error(sh, "kmem", "-V: %zu counters are not whole in the dump", lost);
	return any || pm_shell_error(sh, "kmem", "-V: none of the kernel's counters is in the dump");
}

/* ---- -o ---- */

bool pm_kmem_offsets(struct pm_shell *sh)
{
	struct pm_linux *lx = sh->lx;

	if (!lx->cpus)
		return pm_shell_error(sh, "kmem", "-o: the CPUs' areas are not known");
	pm_shell_say(sh, "PER-CPU OFFSET VALUES:\n");
	pm_shell_open(sh, "offsets", '[');
	for (uint32_t cpu = 0; cpu < lx->cpus; cpu++)
		if (sh->json)
			pm_json_hex(sh->json, NULL, lx->cpu_offset[cpu]);
		else
			fprintf(sh->out, "%*s %u: %016llx\n", lx->cpus > 9 ? 6 : 5, "CPU", cpu,
				(unsigned long long)lx->cpu_offset[cpu]);
	pm_shell_close(sh, ']');
	return true;
}

/* ---- -h ---- */

bool pm_kmem_huge(struct pm_shell *sh)
{
	static const struct pm_column columns[] = {
		{ "HSTATE", "address", -16, PM_CELL_ADDRESS }, { "SIZE", NULL, 6, PM_CELL_TEXT },
		{ NULL, "page_size", 0, PM_CELL_UNSIGNED },    { "FREE", "free", 6, PM_CELL_UNSIGNED },
		{ "TOTAL", "total", 6, PM_CELL_UNSIGNED },     { "NAME", "name", -1, PM_CELL_TEXT },
	};
	enum { max_sizes = 16 };
	struct pm_linux *lx = sh->lx;
	uint64_t step = pm_linux_type_size(lx, "hstate"), at, n, gap;
	enum pm_absence why;

	if (!step || !pm_linux_symbol(lx, "hstates", &at) ||
	    !pm_linux_variable(lx, "hugetlb_max_hstate", 4, &n))
		return pm_shell_error(sh, "kmem",
				      "-h: the kernel has no pools of huge pages, or no symbols of them");
	if (n > max_sizes)
		return pm_shell_error(sh, "kmem", "-h: hugetlb_max_hstate lies: %llu", (unsigned long long)n);
	if (pm_shell_gap(sh, at, n * step, &gap, &why))
		return pm_shell_absent(sh, "kmem", gap, why);
	PM_TITLES(sh, columns);
	pm_shell_open(sh, "pools", '[');
	for (uint64_t i = 0; i < n; i++, at += step) {
		uint64_t order = pm_linux_member_value(lx, at, "hstate", "order"),
			 kb = order > 40 ? 0 : 4ull << order;
		char name[64], size[32];

		pm_linux_member_text(lx, at, "hstate", "name", name, sizeof(name));
		snprintf(size, sizeof(size), kb >> 20 ? "%lluGB" : "%lluMB",
			 (unsigned long long)(kb >> 20 ? kb >> 20 : kb >> 10));
		PM_ROW(sh, columns, { at }, { .s = size }, { kb << 10 },
		       { pm_linux_member_value(lx, at, "hstate", "free_huge_pages") },
		       { pm_linux_member_value(lx, at, "hstate", "nr_huge_pages") }, { .s = name });
	}
	pm_shell_close(sh, ']');
	return true;
}

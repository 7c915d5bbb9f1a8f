/* A memory cgroup's counters in the OOM killer's report (mm/memcontrol.c, mm/memcontrol-v1.c). */
#include "console/linux/details.h"
#include "console/linux/details_rows.h"

struct memcg {
	bool in_stats; /* behind "Memory cgroup stats for" */
};

/* What is worth telling of memory.stat, by its names in versions 2 and 1 of cgroups. */
static const struct {
	const char *printed, *name, *meaning;
} stats[] = {
	{ "anon", "memcg_anon", "programs' own memory" },
	{ "rss", "memcg_anon", "programs' own memory" },
	{ "file", "memcg_file", "cache of files, with shared memory and tmpfs" },
	{ "cache", "memcg_file", "cache of files, with shared memory and tmpfs" },
	{ "kernel", "memcg_kernel", "what the kernel holds for these programs" },
	{ "kernel_stack", "memcg_kernel_stack", "stacks of tasks in the kernel" },
	{ "pagetables", "memcg_pagetables", "page tables" },
	{ "sock", "memcg_sock", "buffers of sockets" },
	{ "vmalloc", "memcg_vmalloc", NULL },
	{ "shmem", "memcg_shmem", "shared memory and tmpfs: cannot be dropped" },
	{ "file_mapped", "memcg_file_mapped", NULL },
	{ "mapped_file", "memcg_file_mapped", NULL },
	{ "file_dirty", "memcg_file_dirty", "not written to the disk yet" },
	{ "dirty", "memcg_file_dirty", "not written to the disk yet" },
	{ "file_writeback", "memcg_file_writeback", "being written to the disk" },
	{ "writeback", "memcg_file_writeback", "being written to the disk" },
	{ "swap", "memcg_swap", NULL },
	{ "unevictable", "memcg_unevictable", "locked: cannot be reclaimed" },
	{ "slab_reclaimable", "memcg_slab_reclaimable", NULL },
	{ "slab_unreclaimable", "memcg_slab_unreclaimable", NULL },
};

static void add_stat(struct pm_detail *d, struct pm_slice name, struct pm_slice value)
{
	for (size_t i = 0; i < PM_COUNT(stats); i++)
		if (pm_slice_eq(name, pm_slice_of(stats[i].printed))) {
			pm_detail_add(d, stats[i].name, value, stats[i].meaning);
			return;
		}
}

/* Since 5.3 one line each: "anon 8282112", bytes. */
static void stat_line(struct pm_detail *d, const struct pm_match *m)
{
	if (((struct memcg *)d->state)->in_stats)
		add_stat(d, m->cap[0], m->cap[1]);
}

/* Until 5.2 all on the heading's line: "cache:4KB rss:10208KB …". */
static void stats_heading(struct pm_detail *d, const struct pm_match *m)
{
	struct pm_slice s = m->cap[1], name, value;

	((struct memcg *)d->state)->in_stats = true;
	pm_take_blanks(&s);
	while (pm_take_until(&s, ": ", &name) && pm_take_char(&s, ':') && pm_take_word(&s, &value)) {
		add_stat(d, name, value);
		pm_take_blanks(&s);
	}
}

static void stats_over(struct pm_detail *d, const struct pm_match *m)
{
	(void)m;
	((struct memcg *)d->state)->in_stats = false;
}

static const struct pm_detail_row rows[] = {
	{ "^memory: usage {w}, limit {w}, failcnt {d}",
	  { "memcg_usage", "memcg_limit", "memcg_failcnt" },
	  "what the cgroup uses; the limit is in memcg_limit, how often it was hit in memcg_failcnt",
	  NULL },
	{ "^swap: usage {w}, limit {w}, failcnt {d}",
	  { "memcg_swap_usage", "memcg_swap_limit", "memcg_swap_failcnt" },
	  "swap that the cgroup uses",
	  NULL },
	{ "^memory+swap: usage {w}, limit {w}, failcnt {d}",
	  { "memcg_memsw_usage", "memcg_memsw_limit", "memcg_memsw_failcnt" },
	  "memory and swap that the cgroup uses together (cgroups version 1)",
	  NULL },
	{ "^kmem: usage {w}, limit {w}, failcnt {d}",
	  { "memcg_kmem_usage", "memcg_kmem_limit", "memcg_kmem_failcnt" },
	  "what the kernel holds for the cgroup (version 1)",
	  NULL },
	{ "^Memory cgroup stats for {w}:{*}$", { "memcg", "" }, "the cgroup at its limit", stats_heading },
	{ "^Tasks state", { "" }, NULL, stats_over },
	{ "^{f} {d}$", { "", "" }, NULL, stat_line, true },
};

void pm_memcg_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	struct memcg state = { 0 };

	PM_DETAIL_READ(report, inc, "oom", rows, &state);
}

/* The OOM killer's report: who asked, what was left, whom it killed. */
#include "console/linux/details.h"
#include "console/linux/details_rows.h"

#define TASKS_SHOWN 5
#define MEMORY_LINES_MAX 80

struct oom_task {
	uint64_t pid, rss, total_vm; /* pages */
	const char *name;
	struct pm_at at;
};

struct oom {
	struct oom_task top[TASKS_SHOWN]; /* by rss, largest first */
	size_t ntop, ntasks;
	size_t rss_column, vm_column, name_column; /* of words behind "[pid]" */
};

/* Whole names and modifiers of gfp masks (include/trace/events/mmflags.h). */
static const struct pm_detail_word gfp[] = {
	{ "GFP_KERNEL", "may sleep, do I/O and reclaim" },
	{ "GFP_KERNEL_ACCOUNT", "GFP_KERNEL, charged to a memory cgroup" },
	{ "GFP_ATOMIC", "must not sleep; may use reserves" },
	{ "GFP_NOWAIT", "must not sleep" },
	{ "GFP_NOIO", "must not start I/O" },
	{ "GFP_NOFS", "must not enter file systems" },
	{ "GFP_USER", "is for user mode" },
	{ "GFP_HIGHUSER", "is for user mode, any zone" },
	{ "GFP_HIGHUSER_MOVABLE", "is for user mode, movable" },
	{ "GFP_TRANSHUGE", "a huge page" },
	{ "GFP_TRANSHUGE_LIGHT", "a huge page, without much effort" },
	{ "GFP_DMA", "in the DMA zone" },
	{ "GFP_DMA32", "below 4 GiB" },
	{ "__GFP_DMA", "in the DMA zone" },
	{ "__GFP_DMA32", "below 4 GiB" },
	{ "__GFP_HIGH", "high priority" },
	{ "__GFP_IO", "may start I/O" },
	{ "__GFP_FS", "may enter file systems" },
	{ "__GFP_ZERO", "zeroed" },
	{ "__GFP_NOWARN", "without a warning" },
	{ "__GFP_NORETRY", "gives up early" },
	{ "__GFP_RETRY_MAYFAIL", "tries hard, may fail" },
	{ "__GFP_NOFAIL", "must not fail" },
	{ "__GFP_COMP", "compound page" },
	{ "__GFP_MEMALLOC", "may use all reserves" },
	{ "__GFP_NOMEMALLOC", "must not use reserves" },
	{ "__GFP_HARDWALL", "only on the cpuset's nodes" },
	{ "__GFP_THISNODE", "only on this node" },
	{ "__GFP_ACCOUNT", "charged to a memory cgroup" },
	{ "__GFP_RECLAIMABLE", "reclaimable" },
	{ "__GFP_MOVABLE", "movable" },
	{ "__GFP_DIRECT_RECLAIM", "may reclaim itself" },
	{ "__GFP_KSWAPD_RECLAIM", "wakes kswapd" },
	{ "__GFP_WRITE", "will be written" },
	{ NULL },
};

static const char *gfp_words(struct pm_slice mask, struct pm_arena *arena)
{
	const char *text = NULL;
	size_t open = pm_slice_find_char(mask, '(');

	if (open == PM_NPOS)
		return NULL;
	mask = pm_slice_from(mask, open + 1);
	if (pm_slice_ends(mask, PM_S(")")))
		mask.n--;
	while (mask.n) {
		size_t bar = pm_slice_find_char(mask, '|');
		struct pm_slice name = pm_slice_upto(mask, bar == PM_NPOS ? mask.n : bar);
		const char *words = pm_detail_words(gfp, name);

		if (words)
			text = text ? pm_arena_printf(arena, "%s, %s", text, words) : words;
		mask = bar == PM_NPOS ? PM_S("") : pm_slice_from(mask, bar + 1);
	}
	return text;
}

static const char *order_words(struct pm_slice order, struct pm_arena *arena)
{
	uint64_t n;

	if (!pm_slice_dec(order, &n) || n > 30)
		return NULL;
	return n ? pm_arena_printf(arena, "%llu contiguous pages", 1ull << n) : "one page";
}

static void oom_request(struct pm_detail *d, const struct pm_match *m)
{
	struct pm_match part;

	pm_detail_mean(d, "gfp_mask", gfp_words(m->cap[1], &d->inc->arena));
	if (pm_match("order={d}", d->body, &part) || pm_match("order:{d}", d->body, &part))
		pm_detail_add(d, "order", part.cap[0], order_words(part.cap[0], &d->inc->arena));
	if (pm_match("oom_score_adj={w}", d->body, &part))
		pm_detail_add(d, "invoker_score_adj", part.cap[0], NULL);
}

static void oom_failure(struct pm_detail *d, const struct pm_match *m)
{
	pm_detail_mean(d, "order", order_words(m->cap[2], &d->inc->arena));
	pm_detail_mean(d, "gfp_mask", gfp_words(m->cap[3], &d->inc->arena));
}

static const struct pm_detail_word constraints[] = {
	{ "CONSTRAINT_NONE", "the whole machine is out of memory" },
	{ "CONSTRAINT_CPUSET", "the nodes of a cpuset are out of memory" },
	{ "CONSTRAINT_MEMORY_POLICY", "the nodes of a memory policy are out of memory" },
	{ "CONSTRAINT_MEMCG", "a memory cgroup reached its limit" },
	{ NULL },
};

static void oom_kill(struct pm_detail *d, const struct pm_match *m)
{
	static const char *const keys[][2] = {
		{ ",nodemask=", "nodemask" },
		{ ",cpuset=", "cpuset" },
		{ ",mems_allowed=", "mems_allowed" },
		{ ",oom_memcg=", "oom_memcg" },
		{ ",task_memcg=", "task_memcg" },
		{ ",task=", "victim" },
		{ ",pid=", "victim_pid" },
		{ ",uid=", "victim_uid" },
	};

	pm_detail_mean(d, "constraint", pm_detail_words(constraints, m->cap[0]));
	for (size_t i = 0; i < PM_COUNT(keys); i++) {
		size_t at = pm_slice_find(d->body, pm_slice_of(keys[i][0]));

		if (at == PM_NPOS)
			continue;
		struct pm_slice value = pm_slice_from(d->body, at + strlen(keys[i][0]));
		pm_detail_add(d, keys[i][1], pm_slice_upto(value, pm_slice_find_char(value, ',')), NULL);
	}
	if (pm_slice_has(d->body, PM_S(",global_oom,")))
		pm_detail_add_words(d, "global", "true",
				    "no cgroup's limit: the machine's memory is used up");
}

static void oom_zone(struct pm_detail *d, const struct pm_match *m)
{
	struct pm_match part;
	uint64_t free, min, low, high;
	const char *meaning = NULL;

	(void)m;
	if (!pm_match("^Node {d} {w} free:{d}kB ", d->body, &part) || !pm_slice_dec(part.cap[2], &free))
		return;
	if (pm_match(" min:{d}kB low:{d}kB high:{d}kB", d->body, &part) && pm_slice_dec(part.cap[0], &min) &&
	    pm_slice_dec(part.cap[1], &low) && pm_slice_dec(part.cap[2], &high))
		meaning = free < min    ? "below min: only allocations that may use reserves succeed"
			  : free < low  ? "below low: kswapd reclaims, ordinary allocations still succeed"
			  : free < high ? "below high: kswapd stops only there"
					: "above its watermarks";
	pm_detail_add_another(d, "zone", pm_slice_upto(d->body, part.end), meaning);
}

/* The header tells the columns: they changed in 4.15 and 6.8. */
static void oom_columns(struct pm_detail *d, const struct pm_match *m)
{
	struct oom *o = d->state;
	struct pm_slice s = m->cap[0], word;

	o->rss_column = o->vm_column = o->name_column = SIZE_MAX;
	for (size_t i = 0; pm_take_blanks(&s), pm_take_word(&s, &word); i++) {
		if (pm_slice_eq(word, PM_S("rss")))
			o->rss_column = i;
		else if (pm_slice_eq(word, PM_S("total_vm")))
			o->vm_column = i;
		else if (pm_slice_eq(word, PM_S("name")))
			o->name_column = i;
	}
}

static void oom_task(struct pm_detail *d, const struct pm_match *m)
{
	struct oom *o = d->state;
	struct pm_slice s = m->cap[1], word;
	struct oom_task task = { .at = d->at };
	bool ok = pm_slice_dec(m->cap[0], &task.pid);
	struct pm_slice name = PM_S("");

	if (!o->rss_column || o->rss_column == SIZE_MAX || o->name_column == SIZE_MAX)
		return;
	for (size_t i = 0; i <= o->name_column; i++) {
		pm_take_blanks(&s);
		if (i == o->name_column)
			name = s;
		else if (!pm_take_word(&s, &word))
			return;
		else if (i == o->rss_column)
			ok &= pm_slice_dec(word, &task.rss);
		else if (i == o->vm_column)
			ok &= pm_slice_dec(word, &task.total_vm);
	}
	if (!ok || !name.n)
		return;
	o->ntasks++;
	size_t at = o->ntop < TASKS_SHOWN ? o->ntop++ : TASKS_SHOWN;
	while (at > 0 && o->top[at - 1].rss < task.rss) {
		if (at < TASKS_SHOWN)
			o->top[at] = o->top[at - 1];
		at--;
	}
	if (at == TASKS_SHOWN)
		return;
	task.name = pm_detail_str(d, name);
	o->top[at] = task;
}

static void oom_killed(struct pm_detail *d, const struct pm_match *m)
{
	(void)m;
	pm_detail_mean(d, "killed_pid", "the task that was killed to get memory back");
}

static const struct pm_detail_row oom_rows[] = {
	{ "^{*} invoked oom-killer: gfp_mask={w}, {*}order=", { "invoker", "gfp_mask" }, NULL, oom_request },
	{ "^{*} invoked oom-killer: gfp_mask={w},", { "invoker", "gfp_mask" }, NULL, oom_request },
	{ "^{*}: page allocation {w} order:{d}, mode:{w},",
	  { "invoker", "", "order", "gfp_mask" },
	  NULL,
	  oom_failure },
	{ "^Task in {w} killed as a result of limit of {w}", { "task_memcg", "oom_memcg" }, NULL, NULL },
	{ "^oom-kill:constraint={f}", { "constraint" }, NULL, oom_kill },
	{ "^Node {d} {w} free:{d}kB ", { "" }, NULL, oom_zone },
	{ "free:{d} free_pcp:{d} free_cma:{d}",
	  { "free_pages", "free_pcp_pages", "free_cma_pages" },
	  "pages",
	  NULL },
	{ "active_anon:{d} inactive_anon:{d} isolated_anon:{d}",
	  { "active_anon_pages", "inactive_anon_pages" },
	  "pages of programs' own memory, used lately",
	  NULL },
	{ "active_file:{d} inactive_file:{d} isolated_file:{d}",
	  { "active_file_pages", "inactive_file_pages" },
	  "pages of the file cache, used lately",
	  NULL },
	{ "unevictable:{d} dirty:{d} writeback:{d}",
	  { "unevictable_pages", "dirty_pages", "writeback_pages" },
	  "pages",
	  NULL },
	{ "slab_reclaimable:{d} slab_unreclaimable:{d}",
	  { "slab_reclaimable_pages", "slab_unreclaimable_pages" },
	  "pages",
	  NULL },
	{ "mapped:{d} shmem:{d} pagetables:{d}",
	  { "mapped_pages", "shmem_pages", "pagetables_pages" },
	  "pages",
	  NULL },
	{ "^{d} total pagecache pages", { "pagecache_pages" }, "pages", NULL },
	{ "^Free swap{_}= {w}", { "swap_free" }, NULL, NULL },
	{ "^Total swap = {w}", { "swap_total" }, NULL, NULL },
	{ "^{d} pages RAM", { "ram_pages" }, "pages of memory in the machine", NULL },
	{ "^{d} pages reserved", { "reserved_pages" }, "pages", NULL },
	{ "^[ {_}pid{_}]{*}$", { "" }, NULL, oom_columns },
	{ "^[{_}{d}]{*}$", { "" }, NULL, oom_task },
	{ "Killed process {d} ({*}) total-vm:{w}, anon-rss:{w}, file-rss:{w}",
	  { "killed_pid", "killed", "killed_total_vm", "killed_anon_rss", "killed_file_rss" },
	  NULL,
	  oom_killed },
	{ "Killed process {d} ({*})", { "killed_pid", "killed" }, NULL, oom_killed },
	/* Until 5.3. */
	{ "Kill process {d} ({*}) score {d}", { "killed_pid", "killed", "killed_score" }, NULL, oom_killed },
	{ "Out of memory: {*}panic_on_oom{*}$",
	  { "panic_on_oom" },
	  "the machine was told to panic when out of memory",
	  NULL },
	{ "System is deadlocked on memory", { "deadlocked" }, "nothing was left to kill" },
	{ "Out of memory and no killable processes", { "deadlocked" }, "nothing was left to kill" },
};

static void add_tasks(const struct oom *o, struct pm_incident *inc)
{
	for (size_t i = 0; i < o->ntop; i++) {
		const struct oom_task *task = &o->top[i];

		/* Pages are 4 KiB on x86; others may differ, so pages is what is said. */
		pm_incident_add_fact(
			inc, "oom", "largest_task",
			pm_slice_of(pm_arena_printf(&inc->arena, "%s (pid %llu): %llu pages resident",
						    task->name, (unsigned long long)task->pid,
						    (unsigned long long)task->rss)),
			pm_arena_printf(&inc->arena, "number %zu of %zu tasks by resident memory", i + 1,
					o->ntasks),
			task->at);
	}
}

/* The block from "Mem-Info:" to the count of pages, as printed. */
static void add_memory(const struct pm_printk_report *report, struct pm_incident *inc)
{
	bool inside = false;
	size_t own = report->own && report->own < report->lines.n ? report->own : report->lines.n;

	for (size_t i = 0; i < own && inc->memory.n < MEMORY_LINES_MAX; i++) {
		struct pm_slice body = pm_slice_upto(report->lines.v[i]->body, PM_DETAIL_LINE_MAX);

		if (pm_slice_starts(body, PM_S("Mem-Info:")))
			inside = true;
		else if (pm_slice_starts(body, PM_S("Tasks state")) ||
			 pm_match("^[ {_}pid{_}]", body, NULL) ||
			 pm_match("^{d} pages {w}poisoned", body, NULL))
			inside = false;
		if (inside && pm_slice_trim(body).n)
			*PM_PUSH(&inc->arena, &inc->memory) = pm_arena_str(&inc->arena, body);
	}
}

void pm_oom_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	struct oom o = { 0 };

	PM_DETAIL_READ(report, inc, "oom", oom_rows, &o);
	pm_memcg_fields(report, inc);
	add_tasks(&o, inc);
	add_memory(report, inc);
}

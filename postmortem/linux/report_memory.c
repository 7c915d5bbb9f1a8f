#include "linux/report_memory.h"

#include "linux/memory.h"

#include <stdlib.h>
#include <string.h>

/* Caches and processes that are told: the largest. */
enum { most_told = 5 };

struct user {
	uint64_t bytes, addr; /* addr: of its task or cache */
	const char *name;
};

/* Keeps the largest, in order. */
static void rank(struct user *top, uint64_t bytes, uint64_t addr, const char *name)
{
	size_t at = most_told;

	for (; at > 0 && top[at - 1].bytes < bytes; at--)
		if (at < most_told)
			top[at] = top[at - 1];
	if (at < most_told)
		top[at] = (struct user){ bytes, addr, name };
}

static const char *kilobytes(struct pm_incident *inc, uint64_t bytes)
{
	return pm_arena_printf(&inc->arena, "%llu", (unsigned long long)bytes / 1024);
}

/* from: the address of the structure or variable that says it; 0: several do */
static void add(struct pm_incident *inc, const char *name, const char *value, const char *meaning,
		uint64_t from)
{
	pm_incident_add_fact(inc, "memory", name, pm_slice_of(value), meaning,
			     (struct pm_at){ .memory = from });
}

static void add_caches(struct pm_linux_session *s, struct pm_incident *inc)
{
	const struct pm_linux_caches *caches = pm_session_caches(s);
	struct user top[most_told] = { 0 };

	for (size_t i = 0; i < caches->v.n; i++)
		rank(top, pm_linux_cache_bytes(pm_session_kernel(s), &caches->v.v[i]), caches->v.v[i].addr,
		     caches->v.v[i].name);
	for (size_t i = 0; i < most_told && top[i].bytes; i++)
		add(inc, "slab_cache_kb", kilobytes(inc, top[i].bytes),
		    pm_arena_str(&inc->arena, pm_slice_of(top[i].name)), top[i].addr);
}

static void add_processes(struct pm_linux_session *s, struct pm_incident *inc)
{
	struct pm_linux_tasks *tasks = pm_session_tasks(s);
	struct user top[most_told] = { 0 };

	for (size_t i = 0; i < tasks->v.n; i++) {
		const struct pm_linux_task *t = &tasks->v.v[i];
		uint64_t pages =
			t->mm && t->leader ? pm_linux_resident_pages(pm_session_kernel(s), tasks, t->mm) : 0;

		if (pages < 1ull << 40 && pages * PM_PAGE_SIZE > top[most_told - 1].bytes)
			rank(top, pages * PM_PAGE_SIZE, t->addr,
			     pm_arena_printf(&inc->arena, "%s (pid %d)", t->comm, t->pid));
	}
	for (size_t i = 0; i < most_told && top[i].bytes; i++)
		add(inc, "process_kb", kilobytes(inc, top[i].bytes), top[i].name, top[i].addr);
}

/* What the log printed when memory ran out ("Mem-Info:"), against the counters.  They go on counting until the
 * panic. */
static void compare_log(struct pm_linux_session *s, struct pm_incident *inc, const struct pm_linux_memory *m)
{
	static const struct {
		const char *word[2];
		enum pm_memory_row row;
	} rows[] = { { { " free:", NULL }, PM_MEMORY_FREE },
		     { { " slab_reclaimable:", " slab_unreclaimable:" }, PM_MEMORY_SLAB },
		     { { " shmem:", NULL }, PM_MEMORY_SHMEM },
		     { { " pagetables:", " sec_pagetables:" }, PM_MEMORY_TABLES } };
	const struct pm_log *log = pm_session_log(s, NULL);
	struct pm_slice text = { 0 };
	unsigned told = 0, same = 0;

	for (size_t i = log->records.n; i-- > 0 && !text.n;)
		if (pm_slice_starts(log->records.v[i].text, PM_S("active_anon:")))
			text = log->records.v[i].text;
	for (size_t i = 0; text.n && i < PM_COUNT(rows); i++) {
		uint64_t sum = 0, value, have = m->pages[rows[i].row];
		bool any = false;

		for (size_t k = 0; k < 2 && rows[i].word[k]; k++) {
			struct pm_slice rest = text;

			if (pm_take_past(&rest, pm_slice_of(rows[i].word[k])) && pm_take_dec(&rest, &value)) {
				sum += value;
				any = true;
			}
		}
		if (!any || !m->known[rows[i].row])
			continue;
		uint64_t differs = sum > have ? sum - have : have - sum;

		told++;
		same += differs <= sum / 50 || differs <= m->pages[PM_MEMORY_TOTAL] / 200;
	}
	if (told)
		add(inc, "log_agrees", pm_arena_printf(&inc->arena, "%u of %u", same, told),
		    same == told ? "what the log printed of memory is what the counters say"
				 : "the counters went on after what the log printed of memory",
		    0);
}

void pm_linux_add_memory(struct pm_linux_session *s, struct pm_incident *inc)
{
	static const struct {
		const char *name;
		enum pm_memory_row row;
	} rows[] = { { "free_kb", PM_MEMORY_FREE },          { "cpu_free_kb", PM_MEMORY_CPU_FREE },
		     { "anonymous_kb", PM_MEMORY_ANON },     { "shared_kb", PM_MEMORY_SHMEM },
		     { "cache_kb", PM_MEMORY_CACHED },       { "slab_kb", PM_MEMORY_SLAB },
		     { "vmalloc_kb", PM_MEMORY_VMALLOC },    { "kernel_stacks_kb", PM_MEMORY_STACKS },
		     { "page_tables_kb", PM_MEMORY_TABLES }, { "huge_pages_kb", PM_MEMORY_HUGE_TOTAL } };
	struct pm_linux *lx = pm_session_kernel(s);
	struct pm_linux_memory m;
	uint64_t sum = 0, pages_at = 0, counters_at = 0;

	if (!lx->btf)
		return;
	pm_linux_memory_read(lx, pm_session_caches(s), false, &m);
	uint64_t total = m.pages[PM_MEMORY_TOTAL];
	bool is_short = m.known[PM_MEMORY_FREE] && m.known[PM_MEMORY_RESERVE] &&
			m.pages[PM_MEMORY_FREE] <= m.pages[PM_MEMORY_RESERVE];

	if (!total || total > 1ull << 40 || (inc->fault.kind != PM_KIND_OOM && !is_short))
		return;
	/* the cache of files alone: what is shared memory cannot be dropped */
	if (m.known[PM_MEMORY_CACHED]) {
		m.pages[PM_MEMORY_CACHED] += m.pages[PM_MEMORY_BUFFERS];
		m.pages[PM_MEMORY_CACHED] -= m.pages[PM_MEMORY_SHMEM] < m.pages[PM_MEMORY_CACHED]
						     ? m.pages[PM_MEMORY_SHMEM]
						     : m.pages[PM_MEMORY_CACHED];
	}
	if (!pm_linux_symbol(lx, "_totalram_pages", &pages_at))
		pm_linux_symbol(lx, "totalram_pages", &pages_at);
	pm_linux_symbol(lx, "vm_node_stat", &counters_at);
	add(inc, "total_kb", kilobytes(inc, total * PM_PAGE_SIZE), NULL, pages_at);
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (m.known[rows[i].row]) {
			sum += m.pages[rows[i].row];
			add(inc, rows[i].name, kilobytes(inc, m.pages[rows[i].row] * PM_PAGE_SIZE), NULL,
			    counters_at);
		}
	if (sum < total)
		add(inc, "unaccounted_kb", kilobytes(inc, (total - sum) * PM_PAGE_SIZE), NULL, 0);
	if (m.known[PM_MEMORY_SWAP_TOTAL]) {
		add(inc, "swap_kb", kilobytes(inc, m.pages[PM_MEMORY_SWAP_TOTAL] * PM_PAGE_SIZE), NULL, 0);
		add(inc, "swap_free_kb", kilobytes(inc, m.pages[PM_MEMORY_SWAP_FREE] * PM_PAGE_SIZE), NULL,
		    0);
	}
	add_caches(s, inc);
	add_processes(s, inc);
	compare_log(s, inc, &m);
}

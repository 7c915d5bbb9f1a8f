/* What ran out of memory: the machine or a cgroup, and who held it. */
#include "explain/rules.h"

#include <stdlib.h>
#include <string.h>

static bool oom(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *invoker = pm_incident_fact(inc, "oom", "invoker");
	const struct pm_fact *killed = pm_incident_fact(inc, "oom", "killed");
	const struct pm_fact *largest = pm_incident_fact(inc, "oom", "largest_task");
	const struct pm_fact *gfp = pm_incident_fact(inc, "oom", "gfp_mask");
	const struct pm_fact *order = pm_incident_fact(inc, "oom", "order");
	bool found = false;

	if (invoker) {
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, invoker->at, "%s asked for memory%s%s%s%s",
			invoker->value, order ? ", order " : "", order ? order->value : "",
			gfp && gfp->meaning ? "; the request " : "", gfp && gfp->meaning ? gfp->meaning : "");
		found = true;
	}
	if (largest) {
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_CAUSE, largest->at, "the largest user was %s%s%s",
			largest->value, largest->meaning ? ": " : "",
			largest->meaning ? largest->meaning : "");
		found = true;
	}
	if (killed) {
		const char *pid = pm_value(inc, "oom", "killed_pid"),
			   *rss = pm_value(inc, "oom", "killed_anon_rss");

		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, killed->at, "the kernel killed %s%s%s%s%s%s",
			killed->value, pid ? " (pid " : "", pid ? pid : "", pid ? ")" : "",
			rss ? ", which held (anonymous) " : "", rss ? rss : "");
		found = true;
	}
	return found;
}

/* "8192kB", "8282112" (bytes), "10208KB"; false: no size. */
static bool size_of(const struct pm_fact *fact, uint64_t *bytes_out)
{
	struct pm_slice s = pm_slice_of(fact ? fact->value : NULL);

	if (!pm_take_dec(&s, bytes_out) || *bytes_out > UINT64_MAX / 1024)
		return false;
	if (s.n)
		*bytes_out *= 1024;
	return true;
}

static unsigned percent(uint64_t part, uint64_t whole)
{
	return (unsigned)((double)part * 100 / (double)whole + 0.5);
}

/* Which of a cgroup's limits was reached: version 1 has three. */
static bool reached(struct pm_incident *inc, const struct pm_rule *rule)
{
	static const struct {
		const char *usage, *limit, *failcnt, *words;
	} rows[] = {
		{ "memcg_kmem_usage", "memcg_kmem_limit", "memcg_kmem_failcnt", "limit for kernel memory" },
		{ "memcg_memsw_usage", "memcg_memsw_limit", "memcg_memsw_failcnt",
		  "limit for memory and swap together" },
		{ "memcg_usage", "memcg_limit", "memcg_failcnt", "memory limit" },
	};
	const char *group = pm_value(inc, "oom", "oom_memcg");

	if (!group)
		group = pm_value(inc, "oom", "memcg");
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		const struct pm_fact *limit = pm_incident_fact(inc, "oom", rows[i].limit);
		const char *failcnt = pm_value(inc, "oom", rows[i].failcnt);
		uint64_t used, most;

		/* The last page may be missing: the report is printed behind a charge that failed. */
		if (!size_of(pm_incident_fact(inc, "oom", rows[i].usage), &used) || !size_of(limit, &most) ||
		    used + most / 64 < most)
			continue;
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, limit->at,
			"cgroup%s%s reached its %s of %s%s%s%s: other memory may be free", group ? " " : "",
			group ? group : "", rows[i].words, limit->value, failcnt ? ", which it hit " : "",
			failcnt ? failcnt : "", failcnt ? !strcmp(failcnt, "1") ? " time" : " times" : "");
		return true;
	}
	return false;
}

/* What most of it is. */
static bool held(struct pm_incident *inc, const struct pm_rule *rule)
{
	static const struct {
		const char *name, *words;
	} rows[] = {
		{ "memcg_anon", "programs' own memory" },
		{ "memcg_shmem", "shared memory or files in tmpfs, which cannot be dropped" },
		{ "memcg_file",
		  "cache of files, most of which could be dropped: it is in use or not written yet" },
		{ "memcg_kernel", "the kernel's own (stacks, page tables, slab), not the programs'" },
		{ "memcg_kmem_usage", "the kernel's own (stacks, page tables, slab), not the programs'" },
		{ "memcg_sock", "buffers of sockets" },
	};
	uint64_t used, most = 0, bytes;
	const struct pm_fact *top = NULL;
	const char *words = NULL;

	if (!size_of(pm_incident_fact(inc, "oom", "memcg_usage"), &used) || !used)
		return false;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		const struct pm_fact *fact = pm_incident_fact(inc, "oom", rows[i].name);

		if (!size_of(fact, &bytes) || bytes <= most)
			continue;
		most = bytes;
		top = fact;
		words = rows[i].words;
	}
	if (!top || most < used / 2 || most > used + used / 4)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_CAUSE, top->at, "%u %% of the cgroup's memory is %s",
		percent(most, used), words);
	return true;
}

static bool no_swap(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *limit = pm_incident_fact(inc, "oom", "memcg_swap_limit"),
			     *usage = pm_incident_fact(inc, "oom", "memcg_swap_usage");
	const char *total = pm_value(inc, "oom", "swap_total");
	uint64_t most, used;

	if (!size_of(limit, &most) || !size_of(usage, &used))
		return false;
	if (!most)
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, limit->at, "the cgroup may not use swap");
	else if (used && used >= most)
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, limit->at, "its swap, %s, is used up, too",
			limit->value);
	else if (!used && total && !strcmp(total, "0kB"))
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, usage->at, "the machine has no swap");
	else
		return false;
	return true;
}

static bool cgroup_limit(struct pm_incident *inc, const struct pm_rule *rule)
{
	bool found = reached(inc, rule);

	found |= held(inc, rule);
	return no_swap(inc, rule) || found;
}

/* ---- what a dump's counters say ---- */

static const char *size_words(struct pm_incident *inc, uint64_t kilobytes)
{
	double size = (double)kilobytes;
	const char *unit = "KiB";

	if (kilobytes >= 1ull << 20) {
		size /= 1 << 20;
		unit = "GiB";
	} else if (kilobytes >= 1024) {
		size /= 1024;
		unit = "MiB";
	}
	return pm_arena_printf(&inc->arena, size < 10 && kilobytes >= 1024 ? "%.1f %s" : "%.0f %s", size,
			       unit);
}

static bool kilobytes_of(const struct pm_fact *fact, uint64_t *out)
{
	return fact && pm_slice_dec(pm_slice_of(fact->value), out);
}

struct share {
	uint64_t kilobytes;
	const char *words;
};

static int larger_first(const void *a, const void *b)
{
	const struct share *x = a, *y = b;

	return x->kilobytes > y->kilobytes ? -1 : x->kilobytes < y->kilobytes;
}

/* "dd (pid 140) 173 MiB, init (pid 1) 1.7 MiB": those of that name, as far as they are a hundredth of all. */
static const char *largest_words(struct pm_incident *inc, const char *name, uint64_t total)
{
	struct pm_buf text = { 0 };

	for (size_t i = 0; i < inc->facts.n; i++) {
		const struct pm_fact *fact = &inc->facts.v[i];
		uint64_t kilobytes;

		if (!strcmp(fact->group, "memory") && !strcmp(fact->name, name) &&
		    kilobytes_of(fact, &kilobytes) && kilobytes >= total / 100)
			pm_buf_printf(&text, "%s%s %s", text.n ? ", " : "", fact->meaning,
				      size_words(inc, kilobytes));
	}
	const char *words = text.n ? pm_arena_str(&inc->arena, (struct pm_slice){ text.data, text.n }) : NULL;

	pm_buf_deinit(&text);
	return words;
}

static void because_all(struct pm_incident *inc, struct pm_finding *finding, const char *name)
{
	for (size_t i = 0; i < inc->facts.n; i++)
		if (!strcmp(inc->facts.v[i].group, "memory") && !strcmp(inc->facts.v[i].name, name))
			pm_because(inc, finding, inc->facts.v[i].at);
}

static bool memory_use(struct pm_incident *inc, const struct pm_rule *rule)
{
	static const struct {
		const char *name, *words;
	} rows[] = {
		{ "anonymous_kb", "programs' own" },   { "shared_kb", "shared memory and tmpfs" },
		{ "cache_kb", "cache of files" },      { "slab_kb", "slab caches" },
		{ "vmalloc_kb", "vmalloc" },           { "kernel_stacks_kb", "kernel stacks" },
		{ "page_tables_kb", "page tables" },   { "huge_pages_kb", "set aside as huge pages" },
		{ "unaccounted_kb", "in no counter" },
	};
	const struct pm_fact *all = pm_incident_fact(inc, "memory", "total_kb");
	struct share shares[PM_COUNT(rows)];
	struct pm_buf text = { 0 };
	uint64_t total, unused = 0, more = 0, rest = 0;

	if (!kilobytes_of(all, &total) || !total)
		return false;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		shares[i] = (struct share){ 0, rows[i].words };
		kilobytes_of(pm_incident_fact(inc, "memory", rows[i].name), &shares[i].kilobytes);
	}
	qsort(shares, PM_COUNT(shares), sizeof(shares[0]), larger_first);
	pm_buf_printf(&text, "of the machine's %s of memory", size_words(inc, total));
	for (size_t i = 0; i < PM_COUNT(shares); i++) {
		if (shares[i].kilobytes < total / 100) {
			rest += shares[i].kilobytes;
			continue;
		}
		pm_buf_printf(&text, "%s %s (%u %%) are %s", i ? "," : "",
			      size_words(inc, shares[i].kilobytes), percent(shares[i].kilobytes, total),
			      shares[i].words);
	}
	if (rest)
		pm_buf_printf(&text, ", %s others", size_words(inc, rest));
	kilobytes_of(pm_incident_fact(inc, "memory", "free_kb"), &unused);
	kilobytes_of(pm_incident_fact(inc, "memory", "cpu_free_kb"), &more);
	pm_buf_printf(&text, "; %s (%u %%) are free", size_words(inc, unused + more),
		      percent(unused + more, total));
	struct pm_finding *finding = pm_find(inc, rule, PM_CERTAIN, PM_RANK_CAUSE, all->at, "%s", text.data);
	const struct pm_fact *counter = pm_incident_fact(inc, "memory", "free_kb");

	if (counter)
		pm_because(inc, finding, counter->at);
	pm_buf_deinit(&text);

	const char *processes = largest_words(inc, "process_kb", total);
	const char *caches = largest_words(inc, "slab_cache_kb", total);
	uint64_t unknown = 0;

	if (processes)
		because_all(inc,
			    pm_find(inc, rule, PM_CERTAIN, PM_RANK_CAUSE, (struct pm_at){ 0 },
				    "the largest processes: %s", processes),
			    "process_kb");
	if (caches)
		because_all(inc,
			    pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, (struct pm_at){ 0 },
				    "the largest slab caches: %s", caches),
			    "slab_cache_kb");
	kilobytes_of(pm_incident_fact(inc, "memory", "unaccounted_kb"), &unknown);
	if (unknown >= total / 10)
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, all->at,
			"%s (%u %%) are in no counter of the kernel: pages that a driver took by itself, or "
			"the "
			"areas of CPUs",
			size_words(inc, unknown), percent(unknown, total));
	return true;
}

static const struct pm_rule rules[] = {
	{ "out-of-memory", oom, PM_K(OOM), PM_LINUX },
	{ "cgroup-limit", cgroup_limit, PM_K(OOM), PM_LINUX },
	{ "memory-use", memory_use, 0, PM_LINUX },
};
const struct pm_theme pm_theme_oom = PM_THEME(rules);

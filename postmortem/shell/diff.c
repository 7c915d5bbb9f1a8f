/* diff: what differs between this dump and another: tasks, slab caches, memory.  For what leaks. */
#include "shell/commands.h"

#include "linux/clock.h"
#include "linux/memory.h"
#include "shell/rows.h"

#include <stdlib.h>
#include <string.h>

/* One of the two. */
struct side {
	const char *name;
	struct pm_linux_session *session;
	struct pm_linux *lx;
	bool has_time;
	int64_t now, boot; /* seconds since 1970 */
};

struct diff {
	struct pm_shell *sh;
	struct side from, to; /* by time, where that is known of both */
	bool same_boot;
	bool all; /* -a: also what is the same */
};

/* ---- the two sides ---- */

static void describe(struct side *s, const char *name, struct pm_linux_session *session)
{
	s->name = name;
	s->session = session;
	s->lx = pm_session_kernel(session);
	s->has_time = pm_linux_wall_clock(s->lx, &s->now, &s->boot);
}

/* The same kernel that went on running: by its release, the time of its start, and where KASLR put it. */
static bool is_same_boot(const struct side *a, const struct side *b)
{
	int64_t apart = a->boot - b->boot;

	return a->lx->release && b->lx->release && !strcmp(a->lx->release, b->lx->release) &&
	       a->lx->kaslr == b->lx->kaslr && a->lx->stext == b->lx->stext && a->has_time && b->has_time &&
	       apart >= -2 && apart <= 2;
}

static void put_side(struct pm_shell *sh, const char *key, const struct side *s)
{
	struct pm_linux_tasks *tasks = pm_session_tasks(s->session);
	char date[40] = "at a time that is not told";

	if (s->has_time)
		pm_linux_date(s->now, date);
	if (!sh->json) {
		fprintf(sh->out, "%4s: %s  %s, %s, %zu tasks\n", key, s->name,
			s->lx->release ? s->lx->release : "Linux", date, tasks->v.n);
		return;
	}
	pm_json_open(sh->json, key, '{');
	pm_json_str(sh->json, "dump", s->name);
	pm_json_str(sh->json, "release", s->lx->release);
	if (s->has_time)
		pm_json_int(sh->json, "time_s", s->now);
	pm_json_uint(sh->json, "tasks", tasks->v.n);
	pm_json_close(sh->json, '}');
}

/* ---- tasks ---- */

struct key {
	const struct pm_linux_task *task;
	uint64_t start; /* ns; 0: not told */
	bool matched;
};

struct keys {
	struct key *v;
	size_t n;
};

/* Of one boot a task is its pid and when it began; of two, its name, which several may have. */
static int by_pid(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->task->pid != y->task->pid)
		return x->task->pid < y->task->pid ? -1 : 1;
	/* idle tasks have pid 0, all of them */
	if (!x->task->pid && x->task->cpu != y->task->cpu)
		return x->task->cpu < y->task->cpu ? -1 : 1;
	return x->start < y->start ? -1 : x->start > y->start;
}

static int by_name(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int order = strcmp(x->task->comm, y->task->comm);

	return order ? order : x->task->pid < y->task->pid ? -1 : x->task->pid > y->task->pid;
}

static struct keys keys_of(const struct side *s, bool same_boot)
{
	struct pm_linux_tasks *tasks = pm_session_tasks(s->session);
	struct keys keys = { pm_alloc((tasks->v.n + 1) * sizeof(*keys.v)), tasks->v.n };

	for (size_t i = 0; i < keys.n; i++) {
		keys.v[i] = (struct key){ .task = &tasks->v.v[i] };
		pm_linux_get(s->lx, tasks->v.v[i].addr, PM_TASK_START_TIME, &keys.v[i].start);
	}
	if (keys.n)
		qsort(keys.v, keys.n, sizeof(*keys.v), same_boot ? by_pid : by_name);
	return keys;
}

static int compare(const struct diff *d, const struct key *a, const struct key *b)
{
	return d->same_boot ? by_pid(a, b) : strcmp(a->task->comm, b->task->comm);
}

static const struct pm_column task_columns[] = {
	{ "PID", "pid", 7, PM_CELL_SIGNED },   { "TASK", "task", -16, PM_CELL_ADDRESS },
	{ "CPU", "cpu", 4, PM_CELL_UNSIGNED }, { "ST", "state", -2, PM_CELL_TEXT },
	{ "WAS", "was", -3, PM_CELL_TEXT },    { "COMM", "comm", -1, PM_CELL_TEXT },
};

static void put_tasks_title(struct pm_shell *sh, const char *title)
{
	pm_shell_say(sh, "\n%s:\n", title);
	PM_TITLES(sh, task_columns);
}

static void put_task(struct pm_shell *sh, const struct pm_linux_task *task, char was)
{
	char state[2] = { task->state, 0 }, before[2] = { was, 0 };

	PM_ROW(sh, task_columns, { (uint64_t)(int64_t)task->pid }, { task->addr }, { task->cpu },
	       { .s = state }, { .s = was ? before : NULL }, { .s = task->comm });
}

/* Those of one side that nothing on the other matches. */
static size_t put_alone(struct pm_shell *sh, const char *key, const char *title, const struct keys *keys)
{
	size_t n = 0;

	pm_shell_open(sh, key, '[');
	for (size_t i = 0; i < keys->n && !pm_shell_interrupted(sh); i++) {
		if (keys->v[i].matched)
			continue;
		if (!n++)
			put_tasks_title(sh, title);
		put_task(sh, keys->v[i].task, 0);
	}
	pm_shell_close(sh, ']');
	return n;
}

static void diff_tasks(struct diff *d)
{
	struct pm_shell *sh = d->sh;
	struct keys a = keys_of(&d->from, d->same_boot), b = keys_of(&d->to, d->same_boot);
	size_t changed = 0, n = 0;

	pm_shell_open(sh, "changed", '[');
	for (size_t i = 0, k = 0; i < a.n && k < b.n && !pm_shell_interrupted(sh);) {
		int order = compare(d, &a.v[i], &b.v[k]);

		if (order) {
			i += order < 0;
			k += order > 0;
			continue;
		}
		a.v[i].matched = b.v[k].matched = true;
		if (d->same_boot && a.v[i].task->state != b.v[k].task->state) {
			if (!changed++)
				put_tasks_title(sh, "TASKS whose state changed");
			put_task(sh, b.v[k].task, a.v[i].task->state);
		}
		i++;
		k++;
	}
	pm_shell_close(sh, ']');
	n = put_alone(sh, "came", "TASKS that came", &b) + put_alone(sh, "went", "TASKS that went", &a);
	if (!n && !changed && !pm_shell_interrupted(sh))
		pm_shell_say(sh, "\nTASKS: no difference\n");
	free(a.v);
	free(b.v);
}

/* ---- slab caches ---- */

/* Each is compared with each; kernels have hundreds. */
enum { most_caches = 4096 };

struct grown {
	const char *name;
	uint64_t size; /* of an object, with its padding */
	uint64_t from, to;
};

static int by_growth(const void *a, const void *b)
{
	const struct grown *x = a, *y = b;
	/* far from 2^63, if nobody lies: as many as memory has room for */
	int64_t p = (int64_t)((x->to - x->from) * x->size), q = (int64_t)((y->to - y->from) * y->size);

	return p > q ? -1 : p < q;
}

static uint64_t allocated(const struct side *s, const char *name, uint64_t size)
{
	struct pm_linux_caches *caches = pm_session_caches(s->session);
	struct pm_linux_cache_usage usage;
	uint64_t sum = 0;

	for (size_t i = 0; i < caches->v.n; i++)
		if (caches->v.v[i].size == size && !strcmp(caches->v.v[i].name, name)) {
			pm_linux_cache_usage(s->lx, caches, &caches->v.v[i], &usage);
			sum += usage.allocated;
		}
	return sum;
}

/* Names that both have are compared, caches of one name as one; what one has alone grew from nothing, or went. */
static size_t collect(const struct diff *d, const struct side *s, bool all, struct grown *out, size_t n)
{
	struct pm_linux_caches *caches = pm_session_caches(s->session);

	for (size_t i = 0; i < caches->v.n && i < most_caches && !pm_shell_interrupted(d->sh); i++) {
		const struct pm_linux_cache *c = &caches->v.v[i];
		bool have = false;

		for (size_t k = 0; k < n && !have; k++)
			have = out[k].size == c->size && !strcmp(out[k].name, c->name);
		if (have)
			continue;
		struct grown g = { c->name, c->size, allocated(&d->from, c->name, c->size),
				   allocated(&d->to, c->name, c->size) };

		if (!all && g.from == g.to)
			continue;
		out[n++] = g;
	}
	return n;
}

static bool diff_caches(struct diff *d)
{
	static const struct pm_column columns[] = {
		{ "CACHE", "name", -28, PM_CELL_TEXT },      { "SIZE", "size", 7, PM_CELL_UNSIGNED },
		{ "FROM", "from", 9, PM_CELL_UNSIGNED },     { "TO", "to", 9, PM_CELL_UNSIGNED },
		{ "OBJECTS", "objects", 9, PM_CELL_SIGNED }, { "BYTES", "bytes", 12, PM_CELL_SIGNED },
	};
	struct pm_shell *sh = d->sh;
	struct pm_linux_caches *a = pm_session_caches(d->from.session), *b = pm_session_caches(d->to.session);
	struct grown *grown = pm_alloc((a->v.n + b->v.n + 1) * sizeof(*grown));
	size_t n = collect(d, &d->to, d->all, grown, 0);

	n = collect(d, &d->from, d->all, grown, n);
	if (n)
		qsort(grown, n, sizeof(*grown), by_growth);
	const char *trouble = a->trouble ? a->trouble : b->trouble;

	if (n) {
		pm_shell_say(sh, "\nSLABS, what grew most first:\n");
		PM_TITLES(sh, columns);
	} else if (!trouble && !pm_shell_interrupted(sh)) {
		pm_shell_say(sh, "\nSLABS: no difference\n");
	}
	pm_shell_open(sh, "caches", '[');
	for (size_t i = 0; i < n; i++) {
		uint64_t objects = grown[i].to - grown[i].from;

		PM_ROW(sh, columns, { .s = grown[i].name }, { grown[i].size }, { grown[i].from },
		       { grown[i].to }, { objects }, { objects * grown[i].size });
	}
	pm_shell_close(sh, ']');
	free(grown);
	return !trouble || pm_shell_error(sh, "diff", "the list of caches: %s", trouble);
}

/* ---- memory ---- */

static void diff_memory(struct diff *d)
{
	static const struct pm_column columns[] = {
		{ "PAGES", "name", -12, PM_CELL_TEXT },
		{ "FROM", "from", 10, PM_CELL_UNSIGNED },
		{ "TO", "to", 10, PM_CELL_UNSIGNED },
		{ "CHANGE", "change", 10, PM_CELL_SIGNED },
	};
	static const struct {
		enum pm_memory_row row;
		const char *name;
	} rows[] = {
		{ PM_MEMORY_FREE, "free" },         { PM_MEMORY_ANON, "anonymous" },
		{ PM_MEMORY_CACHED, "cached" },     { PM_MEMORY_SHMEM, "shmem" },
		{ PM_MEMORY_SLAB, "slab" },         { PM_MEMORY_STACKS, "stacks" },
		{ PM_MEMORY_TABLES, "tables" },     { PM_MEMORY_VMALLOC, "vmalloc" },
		{ PM_MEMORY_SWAP_USED, "swapped" }, { PM_MEMORY_COMMITTED, "committed" },
	};
	struct pm_linux_memory a, b;
	struct pm_shell *sh = d->sh;

	pm_linux_memory_read(d->from.lx, pm_session_caches(d->from.session), false, &a);
	pm_linux_memory_read(d->to.lx, pm_session_caches(d->to.session), false, &b);
	pm_shell_say(sh, "\n");
	PM_TITLES(sh, columns);
	pm_shell_open(sh, "pages", '[');
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (a.known[rows[i].row] && b.known[rows[i].row])
			PM_ROW(sh, columns, { .s = rows[i].name }, { a.pages[rows[i].row] },
			       { b.pages[rows[i].row] }, { b.pages[rows[i].row] - a.pages[rows[i].row] });
	pm_shell_close(sh, ']');
}

/* ---- the command ---- */

static bool compare_with(struct pm_shell *sh, const char *path, struct pm_linux_session *session, bool all)
{
	struct diff d = { .sh = sh, .all = all };
	bool ok = true;

	describe(&d.from, pm_dump_name(sh->dump), sh->session);
	describe(&d.to, path, session);
	if (!d.from.lx->btf || !d.to.lx->btf)
		return pm_shell_error(sh, "diff", "%s: the types of its kernel are not known",
				      d.from.lx->btf ? path : d.from.name);
	if (d.from.has_time && d.to.has_time && d.to.now < d.from.now) {
		struct side earlier = d.to;

		d.to = d.from;
		d.from = earlier;
	}
	d.same_boot = is_same_boot(&d.from, &d.to);
	put_side(sh, "from", &d.from);
	put_side(sh, "to", &d.to);
	if (sh->json)
		pm_json_bool(sh->json, "same_boot", d.same_boot);
	else if (!d.same_boot)
		fputs("Not of one boot: tasks are compared by their names alone.\n", sh->out);
	diff_tasks(&d);
	ok &= diff_caches(&d);
	diff_memory(&d);
	for (unsigned i = 0; i < 2; i++) {
		const struct side *s = i ? &d.to : &d.from;
		const char *trouble = pm_session_tasks(s->session)->trouble;

		if (trouble)
			ok = pm_shell_error(sh, "diff", "%s: the list of tasks: %s", s->name, trouble);
	}
	return ok;
}

bool pm_shell_diff(struct pm_shell *sh, int argc, char **argv)
{
	bool all = false, ok;
	const struct pm_shell_option options[] = { { "-a", PM_OPTION_FLAG, &all, NULL } };
	const struct pm_linux_options types = { .installed = true };
	struct pm_linux_session *session = NULL;
	struct pm_dump *dump = NULL;
	struct pm_error *err;

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (argc < 2)
		return pm_shell_error(sh, "diff", "with which dump?");
	if (sh->sealed)
		return pm_shell_error(sh, "diff", "%s: no file is opened here", argv[1]);
	err = pm_dump_open((const char *const *)argv + 1, (size_t)argc - 1, &dump);
	if (!err)
		err = pm_session_open(dump, &types, &session);
	if (err)
		ok = pm_shell_error(sh, "diff", "%s", err->message);
	else
		ok = compare_with(sh, pm_dump_name(dump), session, all);
	pm_error_free(err);
	pm_session_close(session);
	pm_dump_close(dump);
	return ok;
}

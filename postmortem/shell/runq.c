/* runq: the run queue of each CPU, and what waits in it. */
#include "shell/commands.h"

#include "base/interrupt.h"
#include "linux/list.h"
#include "linux/member.h"
#include "linux/runqueue.h"
#include "linux/tree.h"

#include <stdlib.h>
#include <string.h>

/* More than a machine has tasks, and deeper than groups are nested. */
enum { max_queued = 1 << 20, max_depth = 32, max_priorities = 128 };

/* A task, or the group whose queue the entries behind it with a greater depth are in. */
struct queued {
	uint64_t task;
	int64_t prio;
	unsigned depth;
	bool current;
	uint64_t group, queue; /* struct task_group, and its queue on this CPU; 0: a task */
	bool throttled;
	char name[64];
};

struct queue {
	struct pm_linux *lx;
	struct pm_arena arena;
	PM_VEC(struct queued) v;
	size_t tasks;
	bool with_current; /* those that run, too: they are in no tree */
	unsigned depth;
	const char *trouble;
};

static void queue_init(struct queue *q, struct pm_linux *lx, bool with_current)
{
	*q = (struct queue){ .lx = lx, .with_current = with_current };
	pm_arena_init(&q->arena);
}

static void say(struct queue *q, const char *trouble)
{
	if (trouble && !q->trouble)
		q->trouble = trouble;
}

static bool add_task(struct queue *q, uint64_t task, bool current)
{
	uint64_t prio = 0;

	if (q->v.n == max_queued) {
		say(q, "more than can be");
		return false;
	}
	if (!pm_linux_member_get(q->lx, task, "task_struct", "prio", &prio))
		say(q, "a task is not in the dump");
	*PM_PUSH(&q->arena, &q->v) =
		(struct queued){ .task = task, .prio = (int32_t)prio, .depth = q->depth, .current = current };
	q->tasks++;
	return true;
}

static void add_group(struct queue *q, const char *structure, uint64_t queue)
{
	struct queued *group = PM_PUSH(&q->arena, &q->v);
	uint64_t cgroup, node;

	group->depth = q->depth;
	group->queue = queue;
	group->group = pm_linux_member_value(q->lx, queue, structure, "tg");
	group->throttled = pm_linux_member_value(q->lx, queue, structure, "throttled|rt_throttled") != 0;
	if (pm_linux_member_get(q->lx, group->group, "task_group", "css.cgroup", &cgroup) &&
	    pm_linux_member_get(q->lx, cgroup, "cgroup", "kn", &node))
		pm_linux_member_text(q->lx, node, "kernfs_node", "name", group->name, sizeof(group->name));
}

/* ---- the fair class ---- */

static void read_fair(struct queue *q, uint64_t cfs_rq);

static bool read_fair_entity(struct queue *q, uint64_t entity, bool current)
{
	uint64_t inner = pm_linux_member_value(q->lx, entity, "sched_entity", "my_q");

	if (!inner)
		return current && !q->with_current
			       ? true
			       : add_task(q, entity - pm_linux_member_offset(q->lx, "task_struct", "se"),
					  current);
	if (q->depth == max_depth || q->v.n == max_queued) {
		say(q, "groups that do not end");
		return false;
	}
	add_group(q, "cfs_rq", inner);
	q->depth++;
	read_fair(q, inner);
	q->depth--;
	return true;
}

static bool visit_fair(uint64_t first, uint64_t last, uint64_t node, void *user)
{
	struct queue *q = user;

	(void)first;
	(void)last;
	return read_fair_entity(q, node - pm_linux_member_offset(q->lx, "sched_entity", "run_node"), false);
}

static void read_fair(struct queue *q, uint64_t cfs_rq)
{
	struct pm_linux_tree tree = { .lx = q->lx, .visit = visit_fair, .user = q, .most = max_queued };
	uint64_t current = pm_linux_member_value(q->lx, cfs_rq, "cfs_rq", "curr");
	uint64_t root = pm_linux_member_at(q->lx, cfs_rq, "cfs_rq", "tasks_timeline");

	/* what runs is in no tree, but what waits in its group is in that of the group */
	if (current)
		read_fair_entity(q, current, true);
	if (!root)
		return;
	pm_linux_rb_walk(&tree, root);
	say(q, tree.trouble);
}

/* ---- the real-time class: a list for each priority ---- */

static void read_rt(struct queue *q, uint64_t rt_rq)
{
	uint64_t lists = pm_linux_member_at(q->lx, rt_rq, "rt_rq", "active.queue");
	uint64_t link = pm_linux_member_offset(q->lx, "sched_rt_entity", "run_list");
	uint32_t n = pm_linux_member(q->lx, "rt_rq", "active.queue")->size / 16;

	if (q->depth == max_depth || n > max_priorities)
		say(q, "groups that do not end, or more priorities than there are");
	if (!lists || q->depth == max_depth || n > max_priorities)
		return;
	for (uint32_t prio = 0; prio < n && !pm_interrupted(); prio++) {
		struct pm_linux_nodes nodes;

		pm_linux_nodes_read(q->lx, lists + 16ull * prio, max_queued - q->v.n, &nodes);
		for (size_t i = 0; i < nodes.n && q->v.n < max_queued; i++) {
			uint64_t entity = nodes.v[i] - link, inner = 0;

			if (pm_linux_member_get(q->lx, entity, "sched_rt_entity", "my_q", &inner) && inner) {
				add_group(q, "rt_rq", inner);
				q->depth++;
				read_rt(q, inner);
				q->depth--;
			} else {
				add_task(q, entity - pm_linux_member_offset(q->lx, "task_struct", "rt"),
					 false);
			}
		}
		say(q, nodes.trouble);
		pm_linux_nodes_free(&nodes);
	}
}

/* ---- deadlines; and scx, whose programs of BPF keep what is runnable in queues of their own ---- */

static bool visit_deadline(uint64_t first, uint64_t last, uint64_t node, void *user)
{
	struct queue *q = user;

	(void)first;
	(void)last;
	return add_task(q,
			node - pm_linux_member_offset(q->lx, "sched_dl_entity", "rb_node") -
				pm_linux_member_offset(q->lx, "task_struct", "dl"),
			false);
}

static void read_deadline(struct queue *q, uint64_t dl_rq)
{
	struct pm_linux_tree tree = { .lx = q->lx, .visit = visit_deadline, .user = q, .most = max_queued };
	uint64_t root = pm_linux_member_at(q->lx, dl_rq, "dl_rq", "root");

	if (!root)
		return;
	pm_linux_rb_walk(&tree, root);
	say(q, tree.trouble);
}

static void read_scx(struct queue *q, uint64_t scx_rq)
{
	uint64_t list = pm_linux_member_at(q->lx, scx_rq, "scx_rq", "runnable_list");
	struct pm_linux_nodes nodes;

	if (!list)
		return;
	pm_linux_nodes_read(q->lx, list, max_queued, &nodes);
	for (size_t i = 0; i < nodes.n; i++)
		add_task(q, nodes.v[i] - pm_linux_member_offset(q->lx, "task_struct", "scx.runnable_node"),
			 false);
	say(q, nodes.trouble);
	pm_linux_nodes_free(&nodes);
}

/* ---- printing ---- */

static void put_task(struct pm_shell *sh, uint64_t addr)
{
	struct pm_linux_task task;

	if (!pm_linux_task_read(sh->lx, addr, &task))
		snprintf(task.comm, sizeof(task.comm), "?");
	if (!sh->json)
		fprintf(sh->out, "PID: %-5d  TASK: %016llx  COMMAND: \"%s\"", task.pid,
			(unsigned long long)addr, task.comm);
	else
		pm_shell_put_task(sh, &task);
}

static void put_queued(struct pm_shell *sh, const struct queued *one, bool by_group)
{
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_uint(sh->json, "depth", one->depth);
		if (one->queue) {
			pm_json_hex(sh->json, "task_group", one->group);
			pm_json_hex(sh->json, "queue", one->queue);
			pm_json_str(sh->json, "name", *one->name ? one->name : NULL);
			pm_json_bool(sh->json, "throttled", one->throttled);
		} else {
			put_task(sh, one->task);
			pm_json_int(sh->json, "prio", one->prio);
			if (by_group)
				pm_json_bool(sh->json, "current", one->current);
		}
		pm_json_close(sh->json, '}');
		return;
	}
	int indent = 5 + (by_group ? 3 * (int)one->depth : 0);

	if (one->queue) {
		if (by_group)
			fprintf(sh->out, "%*sTASK_GROUP: %016llx  CFS_RQ: %016llx %s%s%s%s\n", indent, "",
				(unsigned long long)one->group, (unsigned long long)one->queue,
				*one->name ? " <" : "", one->name, *one->name ? ">" : "",
				one->throttled ? " (THROTTLED)" : "");
		return;
	}
	fprintf(sh->out, "%*s[%3lld] ", indent, "", (long long)one->prio);
	put_task(sh, one->task);
	fputs(by_group && one->current ? " [CURRENT]\n" : "\n", sh->out);
}

static bool put_queue(struct pm_shell *sh, struct queue *q, uint32_t cpu, const char *key, bool by_group)
{
	const char *trouble = q->trouble;

	if (sh->json)
		pm_json_open(sh->json, key, '[');
	else if (!q->tasks && !trouble)
		fputs("     [no tasks queued]\n", sh->out);
	for (size_t i = 0; i < q->v.n && !pm_shell_interrupted(sh); i++)
		if (by_group || !q->v.v[i].queue)
			put_queued(sh, &q->v.v[i], by_group);
	if (sh->json)
		pm_json_close(sh->json, ']');
	pm_arena_deinit(&q->arena);
	return !trouble || pm_shell_error(sh, "runq", "CPU %u, %s: %s", cpu, key, trouble);
}

static const struct {
	const char *key, *label, *group_label;
	const char *member, *root; /* of struct rq, and where in it the tasks hang */
	void (*read)(struct queue *q, uint64_t at);
	bool always; /* also where nothing is queued */
} classes[] = {
	{ "deadline", "DL RB_ROOT", NULL, "dl", "dl.root", read_deadline, false },
	{ "rt", "RT PRIO_ARRAY", NULL, "rt", "rt.active", read_rt, true },
	{ "cfs", "CFS RB_ROOT", "CFS_RQ", "cfs", "cfs.tasks_timeline", read_fair, true },
	{ "scx", "SCX RUNNABLE_LIST", NULL, "scx", "scx.runnable_list", read_scx, false },
};

static bool put_classes(struct pm_shell *sh, uint32_t cpu, uint64_t rq, bool by_group)
{
	uint64_t root_group = 0;
	bool ok = true;

	pm_linux_symbol(sh->lx, "root_task_group", &root_group);
	for (size_t i = 0; i < PM_COUNT(classes); i++) {
		uint64_t at = pm_linux_member_at(sh->lx, rq, "rq", classes[i].member);
		uint64_t root = pm_linux_member_at(sh->lx, rq, "rq", classes[i].root);
		struct queue q;

		if (!at || (by_group && !classes[i].group_label && classes[i].always))
			continue;
		queue_init(&q, sh->lx, by_group);
		classes[i].read(&q, at);
		if (!q.tasks && !classes[i].always && !q.trouble) {
			pm_arena_deinit(&q.arena);
			continue;
		}
		if (!sh->json && by_group && classes[i].group_label)
			fprintf(sh->out, "  ROOT_TASK_GROUP: %016llx  %s: %016llx\n",
				(unsigned long long)root_group, classes[i].group_label,
				(unsigned long long)at);
		else if (!sh->json)
			fprintf(sh->out, "  %s: %016llx\n", classes[i].label, (unsigned long long)root);
		ok &= put_queue(sh, &q, cpu, classes[i].key, by_group);
	}
	return ok;
}

/* -d: those that say that they are on the queue, whether they hang in it or not. */
static void put_marked(struct pm_shell *sh, uint32_t cpu)
{
	const struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);

	if (sh->json)
		pm_json_open(sh->json, "on_rq", '[');
	for (size_t i = 0; i < tasks->v.n && !pm_shell_interrupted(sh); i++) {
		const struct pm_linux_task *task = &tasks->v.v[i];
		uint64_t on, prio = 0;

		if (task->cpu != cpu ||
		    !pm_linux_member_get(sh->lx, task->addr, "task_struct", "on_rq", &on) || !on)
			continue;
		pm_linux_member_get(sh->lx, task->addr, "task_struct", "prio", &prio);
		put_queued(sh, &(struct queued){ .task = task->addr, .prio = (int32_t)prio }, false);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
}

enum view { VIEW_QUEUES, VIEW_GROUPS, VIEW_MARKED, VIEW_CLOCKS, VIEW_RUNNING };

/* What ran there, and since when. */
static void put_running(struct pm_shell *sh, uint32_t cpu, uint64_t task, enum view view)
{
	uint64_t clock = 0, last = 0;
	char text[48] = "?", since[48] = "?", indent[24];
	bool has_clock = pm_linux_runqueue_clock(sh->lx, cpu, &clock);
	bool has_last = pm_linux_get(sh->lx, task, PM_TASK_LAST_RUN, &last);

	snprintf(indent, sizeof(indent), " CPU %u: ", cpu);
	if (view == VIEW_RUNNING) {
		if (has_clock && has_last)
			pm_linux_days(clock > last ? clock - last : 0, text, sizeof(text));
		fprintf(sh->out, "%s[%s]  ", indent, text);
	} else {
		int width = has_clock ? snprintf(text, sizeof(text), "%llu", (unsigned long long)clock) : 1;

		if (has_last)
			snprintf(since, sizeof(since), "%0*llu", width, (unsigned long long)last);
		fprintf(sh->out, "%s%s\n%*s%s  ", indent, text, (int)strlen(indent), "", since);
	}
	put_task(sh, task);
	fputc('\n', sh->out);
}

static void json_cpu(struct pm_shell *sh, uint32_t cpu, uint64_t rq, uint64_t task)
{
	uint64_t value;

	pm_json_uint(sh->json, "cpu", cpu);
	pm_json_hex(sh->json, "runqueue", rq);
	if (pm_linux_runqueue_clock(sh->lx, cpu, &value))
		pm_json_uint(sh->json, "clock_ns", value);
	pm_json_open(sh->json, "current", '{');
	put_task(sh, task);
	if (pm_linux_get(sh->lx, task, PM_TASK_LAST_RUN, &value))
		pm_json_uint(sh->json, "last_run_ns", value);
	pm_json_close(sh->json, '}');
}

static bool put_cpu(struct pm_shell *sh, uint32_t cpu, enum view view)
{
	uint64_t rq = pm_linux_runqueue(sh->lx, cpu), task;
	bool ok = true;

	if (!pm_linux_member_get(sh->lx, rq, "rq", "curr", &task))
		return pm_shell_error(sh, "runq", "CPU %u: its run queue is not in the dump", cpu);
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		json_cpu(sh, cpu, rq, task);
	} else if (view == VIEW_QUEUES) {
		fprintf(sh->out, "CPU %u RUNQUEUE: %016llx\n", cpu, (unsigned long long)rq);
	} else if (view == VIEW_GROUPS || view == VIEW_MARKED) {
		fprintf(sh->out, "CPU %u\n", cpu);
	}
	if (!sh->json && (view == VIEW_QUEUES || view == VIEW_GROUPS)) {
		fputs("  CURRENT: ", sh->out);
		put_task(sh, task);
		fputc('\n', sh->out);
	}
	if (view == VIEW_QUEUES || view == VIEW_GROUPS)
		ok = put_classes(sh, cpu, rq, view == VIEW_GROUPS);
	else if (view == VIEW_MARKED)
		put_marked(sh, cpu);
	else if (!sh->json)
		put_running(sh, cpu, task, view);
	if (sh->json)
		pm_json_close(sh->json, '}');
	return ok;
}

/* -T: how far each CPU's clock is behind the latest, that one first. */
struct lag {
	uint32_t cpu;
	uint64_t clock;
};

static int by_clock(const void *a, const void *b)
{
	const struct lag *x = a, *y = b;

	return x->clock > y->clock ? -1 : x->clock < y->clock;
}

static bool put_lags(struct pm_shell *sh, const bool *chosen)
{
	struct lag *lags = pm_alloc((sh->lx->cpus + 1) * sizeof(*lags));
	uint64_t latest = 0;
	size_t n = 0, missing = 0;
	bool ok = pm_linux_latest_clock(sh->lx, &latest);

	for (uint32_t cpu = 0; cpu < sh->lx->cpus; cpu++)
		if (chosen[cpu] && pm_linux_runqueue_clock(sh->lx, cpu, &lags[n].clock))
			lags[n++].cpu = cpu;
		else
			missing += chosen[cpu];
	qsort(lags, n, sizeof(*lags), by_clock);
	if (sh->json)
		pm_json_open(sh->json, "cpus", '[');
	for (size_t i = 0; i < n; i++) {
		if (!sh->json) {
			fprintf(sh->out, "  CPU %u: %.2f secs\n", lags[i].cpu,
				(double)(latest - lags[i].clock) / 1e9);
			continue;
		}
		pm_json_open(sh->json, NULL, '{');
		pm_json_uint(sh->json, "cpu", lags[i].cpu);
		pm_json_uint(sh->json, "clock_ns", lags[i].clock);
		pm_json_uint(sh->json, "behind_ns", latest - lags[i].clock);
		pm_json_close(sh->json, '}');
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	free(lags);
	if (ok && missing)
		return pm_shell_error(sh, "runq", "the clocks of %zu CPUs are not in the dump", missing);
	return ok || pm_shell_error(sh, "runq", "no CPU's clock is in the dump");
}

bool pm_shell_runq(struct pm_shell *sh, int argc, char **argv)
{
	bool views[VIEW_RUNNING + 1] = { 0 }, lags = false, *chosen, ok = true, any = false;
	const char *cpus = "a";
	enum view view = VIEW_QUEUES;
	const struct pm_shell_option options[] = {
		{ "-t", PM_OPTION_FLAG, &views[VIEW_CLOCKS] },  { "-T", PM_OPTION_FLAG, &lags },
		{ "-m", PM_OPTION_FLAG, &views[VIEW_RUNNING] }, { "-g", PM_OPTION_FLAG, &views[VIEW_GROUPS] },
		{ "-d", PM_OPTION_FLAG, &views[VIEW_MARKED] },  { "-c", PM_OPTION_TEXT, &cpus },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (argc > 1)
		return pm_shell_error(sh, "runq", "it takes no argument: %s", argv[1]);
	for (size_t i = 1; i < PM_COUNT(views); i++)
		if (views[i])
			view = (enum view)i;
	if (!pm_shell_cpus(sh, "runq", cpus, sh->lx->cpus, &chosen))
		return false;
	if (lags) {
		ok = put_lags(sh, chosen);
		free(chosen);
		return ok;
	}
	if (sh->json)
		pm_json_open(sh->json, "cpus", '[');
	for (uint32_t cpu = 0; cpu < sh->lx->cpus && !pm_shell_interrupted(sh); cpu++) {
		if (!chosen[cpu])
			continue;
		if (any && !sh->json && view <= VIEW_MARKED)
			fputc('\n', sh->out);
		any = true;
		ok &= put_cpu(sh, cpu, view);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	free(chosen);
	return ok;
}

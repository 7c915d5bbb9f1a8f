/* ps: what it tells of each task besides the list. */
#include "shell/ps.h"
#include "shell/rows.h"

#include "linux/clock.h"
#include "linux/member.h"
#include "linux/runqueue.h"
#include "linux/user.h"

#include <stdlib.h>
#include <string.h>

static void put_line(struct pm_shell *sh, unsigned indent, const struct pm_linux_task *task)
{
	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	else
		fprintf(sh->out, "%*s", (int)indent, "");
	pm_shell_put_task(sh, task);
	if (sh->json)
		pm_json_close(sh->json, '}');
}

/* ---- -p, -c, -g ---- */

/* More generations than any task has. */
enum { max_generations = 4096 };

static bool put_parents(struct pm_shell *sh, const struct pm_linux_task *task)
{
	struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	const struct pm_linux_task *chain[max_generations], *at = task;
	/* no chain is longer than there are tasks */
	size_t n = 0, most = tasks->v.n < max_generations ? tasks->v.n + 1 : max_generations;
	bool is_whole = false;

	do {
		uint64_t parent = 0;

		chain[n++] = at;
		if (!pm_linux_get(sh->lx, at->addr, PM_TASK_PARENT, &parent))
			break;
		/* an idle task's parent is whoever brought its CPU up: crash names the first of them */
		if (!at->pid && !pm_linux_symbol(sh->lx, "init_task", &parent))
			parent = at->addr;
		is_whole = parent == at->addr;
		at = pm_linux_task_by_addr(tasks, parent);
	} while (at && n < most && !is_whole);
	if (sh->json)
		pm_json_open(sh->json, "hierarchy", '[');
	for (size_t i = n; i--;)
		put_line(sh, (unsigned)(n - 1 - i), chain[i]);
	if (sh->json)
		pm_json_close(sh->json, ']');
	return is_whole || pm_shell_error(sh, "ps", "%s (pid %d): its parents %s", task->comm, task->pid,
					  n == most ? "do not end" : "are not all in the dump");
}

static bool put_children(struct pm_shell *sh, const struct pm_linux_task *task)
{
	size_t n;
	struct pm_linux_task *const *children =
		pm_linux_task_children(pm_session_tasks(sh->session), task->addr, &n);
	bool any = false;

	if (sh->json) {
		pm_shell_put_task(sh, task);
		pm_json_open(sh->json, "children", '[');
	} else {
		put_line(sh, 0, task);
	}
	for (size_t i = 0; i < n; i++) {
		/* an idle task's parent is whoever brought its CPU up */
		if (children[i]->addr == task->addr || !children[i]->pid)
			continue;
		any = true;
		put_line(sh, 2, children[i]);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	else if (!any)
		fputs("  (no children)\n", sh->out);
	return true;
}

static bool put_threads(struct pm_shell *sh, const struct pm_linux_task *task)
{
	const struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	const struct pm_linux_task *leader = task, *first = task, *end = task + 1;
	bool any = false;

	/* a group stands together in the list */
	while (first > tasks->v.v && first[-1].tgid == task->tgid && task->pid)
		first--;
	while (end < tasks->v.v + tasks->v.n && end->tgid == task->tgid && task->pid)
		end++;
	for (const struct pm_linux_task *t = first; t < end; t++)
		if (t->leader)
			leader = t;
	if (sh->json) {
		pm_shell_put_task(sh, leader);
		pm_json_open(sh->json, "threads", '[');
	} else {
		put_line(sh, 0, leader);
	}
	for (const struct pm_linux_task *t = first; t < end; t++)
		if (t != leader) {
			any = true;
			put_line(sh, 2, t);
		}
	if (sh->json)
		pm_json_close(sh->json, ']');
	else if (!any && task->pid)
		fputs("  (no threads)\n", sh->out);
	return true;
}

/* ---- -t ---- */

static bool put_times(struct pm_shell *sh, const struct pm_linux_task *task)
{
	static const struct {
		const char *label, *key;
		enum pm_field field;
	} rows[] = { { "START TIME", "start_time_ns", PM_TASK_START_TIME },
		     { "UTIME", "user_ns", PM_TASK_UTIME },
		     { "STIME", "system_ns", PM_TASK_STIME } };
	uint64_t start, now = 0, ticks, ns;
	bool known = pm_linux_get(sh->lx, task->addr, PM_TASK_START_TIME, &start) &&
		     (pm_linux_jiffies(sh->lx, &ticks, &now) || pm_linux_latest_clock(sh->lx, &now));
	uint64_t seconds = known && now > start ? (now - start) / 1000000000 : 0;

	if (sh->json && known)
		pm_json_uint(sh->json, "run_time_s", seconds);
	pm_shell_say(sh, "    RUN TIME: ");
	if (known && seconds >= 86400)
		pm_shell_say(sh, "%llu days, ", (unsigned long long)seconds / 86400);
	if (known)
		pm_shell_say(sh, "%02llu:%02llu:%02llu\n", (unsigned long long)seconds / 3600 % 24,
			     (unsigned long long)seconds / 60 % 60, (unsigned long long)seconds % 60);
	else
		pm_shell_say(sh, "(not known)\n");
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		bool there = pm_linux_get(sh->lx, task->addr, rows[i].field, &ns);

		if (sh->json && there)
			pm_json_uint(sh->json, rows[i].key, ns);
		else if (there)
			pm_shell_say(sh, "%12s: %llu\n", rows[i].label, (unsigned long long)ns);
		else
			pm_shell_say(sh, "%12s: ?\n", rows[i].label);
	}
	return true;
}

/* ---- -a ---- */

/* What execve takes at most is a quarter of the stack's limit, 8 MiB by default. */
static const uint64_t max_arguments = 2 << 20;

/* Texts one behind the other from start to end, of user memory; false: not all of it is in the dump. */
static bool put_texts(struct pm_shell *sh, struct pm_linux_user *user, const char *key, uint64_t start,
		      uint64_t end, enum pm_absence *why_out)
{
	bool is_env = !strcmp(key, "environment");
	uint64_t size = end > start ? end - start : 0, whole = size;

	size = size > max_arguments ? max_arguments : size;
	char *bytes = pm_alloc((size_t)size + 1);
	size_t n = pm_linux_user_read(user, start, bytes, (size_t)size, why_out);

	if (sh->json)
		pm_json_open(sh->json, key, '[');
	else
		fputs(is_env ? "ENV: " : "ARG: ", sh->out);
	for (size_t at = 0; at < n; at += strlen(bytes + at) + 1) {
		if (sh->json)
			pm_json_str(sh->json, NULL, bytes + at);
		else
			fprintf(sh->out, is_env ? "%s%s\n" : "%.0s%s ", at ? "     " : "", bytes + at);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	else if (!is_env || !n)
		fputc('\n', sh->out);
	free(bytes);
	if (n == size && size < whole)
		pm_shell_error(sh, "ps", "%s: only the first %llu of %llu bytes are told", key,
			       (unsigned long long)size, (unsigned long long)whole);
	return n == size;
}

static bool put_arguments(struct pm_shell *sh, const struct pm_linux_task *task)
{
	struct pm_linux_user user;
	enum pm_absence why = PM_PRESENT;
	uint64_t at[4] = { 0 };
	static const char *const names[] = { "arg_start", "arg_end", "env_start", "env_end" };
	bool known = true;

	if (!task->mm) {
		if (!sh->json)
			fputs("ps: no user stack\n", sh->out);
		return true;
	}
	for (size_t i = 0; i < PM_COUNT(at); i++)
		known &= pm_linux_member_get(sh->lx, task->mm, "mm_struct", names[i], &at[i]);
	if (!known)
		return pm_shell_error(sh, "ps", "%s (pid %d): where its arguments lie is not in the dump",
				      task->comm, task->pid);
	pm_linux_user_init(&user, sh->lx, task->mm);
	known = put_texts(sh, &user, "arguments", at[0], at[1], &why);
	known &= put_texts(sh, &user, "environment", at[2], at[3], &why);
	if (known)
		return true;
	char words[96];

	pm_dump_absence(sh->dump, why, words, sizeof(words));
	return pm_shell_error(sh, "ps", "%s (pid %d): arguments or environment: %s", task->comm, task->pid,
			      words);
}

/* ---- -r ---- */

static void put_centred(struct pm_shell *sh, const char *text)
{
	size_t n = strlen(text), left = n < 11 ? (11 - n) / 2 : 0;

	fprintf(sh->out, "   %*s%s%*s", (int)left, "", text, n < 11 ? (int)(11 - n - left) : 0, "");
}

static void put_limit(struct pm_shell *sh, const char *key, uint64_t value)
{
	char text[24] = "(unlimited)";

	if (sh->json && value != UINT64_MAX)
		pm_json_hex(sh->json, key, value);
	if (sh->json)
		return;
	if (value != UINT64_MAX)
		snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	put_centred(sh, text);
}

static bool put_limits(struct pm_shell *sh, const struct pm_linux_task *task)
{
	/* RLIMIT_… of x86 (include/uapi/asm-generic/resource.h), by number. */
	static const char *const names[] = { "CPU",      "FSIZE",  "DATA",    "STACK", "CORE",  "RSS",
					     "NPROC",    "NOFILE", "MEMLOCK", "AS",    "LOCKS", "SIGPENDING",
					     "MSGQUEUE", "NICE",   "RTPRIO",  "RTTIME" };
	uint64_t signal = 0, limits, now, most;

	pm_linux_get(sh->lx, task->addr, PM_TASK_SIGNAL, &signal);
	limits = pm_linux_member_at(sh->lx, signal, "signal_struct", "rlim");
	if (!limits || !pm_space_load(&sh->lx->kernel, limits, 8, &now))
		return pm_shell_error(sh, "ps", "%s (pid %d): its limits are not in the dump", task->comm,
				      task->pid);
	if (sh->json)
		pm_json_open(sh->json, "limits", '[');
	else
		fputs("      RLIMIT     CURRENT       MAXIMUM  \n", sh->out);
	bool ok = true;

	for (size_t i = 0; i < PM_COUNT(names) && ok; i++) {
		ok = pm_space_load(&sh->lx->kernel, limits + 16 * i, 8, &now) &&
		     pm_space_load(&sh->lx->kernel, limits + 16 * i + 8, 8, &most);
		if (!ok)
			break;
		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_str(sh->json, "name", names[i]);
		} else {
			fprintf(sh->out, "%12s", names[i]);
		}
		put_limit(sh, "current", now);
		put_limit(sh, "maximum", most);
		if (sh->json)
			pm_json_close(sh->json, '}');
		else
			fputc('\n', sh->out);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok || pm_shell_error(sh, "ps", "%s (pid %d): its limits are not whole in the dump", task->comm,
				    task->pid);
}

bool pm_ps_view(struct pm_shell *sh, enum pm_ps_view view, const struct pm_linux_task *task)
{
	static const struct {
		bool (*put)(struct pm_shell *sh, const struct pm_linux_task *task);
		bool has_header;
	} views[] = {
		[PM_PS_PARENTS] = { put_parents, false }, [PM_PS_CHILDREN] = { put_children, false },
		[PM_PS_TIMES] = { put_times, true },      [PM_PS_ARGUMENTS] = { put_arguments, true },
		[PM_PS_THREADS] = { put_threads, false }, [PM_PS_LIMITS] = { put_limits, true },
	};

	if (view >= PM_COUNT(views) || !views[view].put)
		return true;
	if (views[view].has_header)
		pm_shell_put_task(sh, task);
	return views[view].put(sh, task);
}

/* ---- -l, -m ---- */

struct ran {
	const struct pm_linux_task *task;
	uint64_t at; /* ns, by the run queues' clock */
	bool known;
};

static int by_time(const void *a, const void *b)
{
	const struct ran *x = a, *y = b;

	return x->at > y->at ? -1 : x->at < y->at;
}

static void put_ran(struct pm_shell *sh, const struct ran *ran, bool ago, int width)
{
	uint64_t now, since = 0;
	bool known = ran->known && pm_linux_runqueue_clock(sh->lx, ran->task->cpu, &now);
	char when[48] = "?";

	since = known && now > ran->at ? now - ran->at : 0;
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_shell_put_task(sh, ran->task);
		pm_json_str(sh->json, "state", (const char[]){ ran->task->state, 0 });
		if (ran->known)
			pm_json_uint(sh->json, "last_run_ns", ran->at);
		if (known)
			pm_json_uint(sh->json, "ago_ns", since);
		pm_json_close(sh->json, '}');
		return;
	}
	if (ago && known)
		pm_linux_days(since, when, sizeof(when));
	else if (!ago && ran->known)
		snprintf(when, sizeof(when), "%*llu", width, (unsigned long long)ran->at);
	fprintf(sh->out, "[%s] [%s]  ", when, pm_ps_state(ran->task->state));
	pm_shell_put_task(sh, ran->task);
}

static void put_block(struct pm_shell *sh, const struct ran *ran, size_t n, bool ago, int width, int64_t cpu)
{
	for (size_t i = 0; i < n && !pm_shell_interrupted(sh); i++)
		if (cpu < 0 || ran[i].task->cpu == (uint32_t)cpu)
			put_ran(sh, &ran[i], ago, width);
}

bool pm_ps_last_run(struct pm_shell *sh, bool ago, const struct pm_linux_task *const *tasks, size_t n,
		    const char *cpus)
{
	struct ran *ran = pm_alloc((n + 1) * sizeof(*ran));
	bool *chosen = NULL, ok = true, any = false;
	char digits[24];

	for (size_t i = 0; i < n; i++) {
		ran[i].task = tasks[i];
		ran[i].known = pm_linux_get(sh->lx, tasks[i]->addr, PM_TASK_LAST_RUN, &ran[i].at);
	}
	qsort(ran, n, sizeof(*ran), by_time);
	int width = snprintf(digits, sizeof(digits), "%llu", n ? (unsigned long long)ran[0].at : 0ull);

	if (!cpus)
		put_block(sh, ran, n, ago, width, -1);
	else
		ok = pm_shell_cpus(sh, "ps", cpus, sh->lx->cpus, &chosen);
	if (sh->json && cpus)
		pm_json_open(sh->json, "cpus", '[');
	for (uint32_t cpu = 0; chosen && cpu < sh->lx->cpus; cpu++) {
		if (!chosen[cpu])
			continue;
		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_uint(sh->json, "cpu", cpu);
			pm_json_open(sh->json, "tasks", '[');
		} else {
			fprintf(sh->out, "%sCPU: %u\n", any ? "\n" : "", cpu);
		}
		any = true;
		put_block(sh, ran, n, ago, width, cpu);
		if (sh->json) {
			pm_json_close(sh->json, ']');
			pm_json_close(sh->json, '}');
		}
	}
	if (sh->json && cpus)
		pm_json_close(sh->json, ']');
	free(chosen);
	free(ran);
	return ok;
}

/* ---- -S ---- */

void pm_ps_summary(struct pm_shell *sh, const struct pm_linux_task *const *tasks, size_t n)
{
	static const char letters[] = "RSDZTtXWPIN";

	if (sh->json)
		pm_json_open(sh->json, "states", '{');
	for (const char *letter = letters; *letter; letter++) {
		size_t count = 0;

		for (size_t i = 0; i < n; i++)
			count += tasks[i]->state == *letter;
		if (count && sh->json)
			pm_json_uint(sh->json, (const char[]){ *letter, 0 }, count);
		else if (count)
			fprintf(sh->out, "  %s: %zu\n", pm_ps_state(*letter), count);
	}
	if (sh->json)
		pm_json_close(sh->json, '}');
}

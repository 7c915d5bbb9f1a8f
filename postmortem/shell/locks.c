/* locks: which task waits for which lock, who holds it, and where that closes to a circle. */
#include "linux/waits.h"

#include "shell/commands.h"

#include <stdlib.h>
#include <string.h>

struct wait {
	const struct pm_linux_task *task;
	struct pm_linux_wait wait;
	size_t owner; /* index of what the owner itself waits for; SIZE_MAX: for nothing known */
	size_t way;   /* on which it was met first, counted from 1 */
	bool in_cycle;
	bool told; /* as part of a circle */
};

struct waits {
	struct pm_arena arena;
	PM_VEC(struct wait) v;
};

/* Whoever sleeps may sleep for a lock: interruptible and killable ways to take one are no D. */
static bool may_wait(struct pm_shell *sh, const struct pm_linux_task *task)
{
	return task->state != 'R' && task->state != 'I' && task->state != 'Z' && task->state != 'X' &&
	       !pm_session_cpu_of(sh->session, task->addr);
}

static void add(struct pm_shell *sh, struct waits *waits, const struct pm_linux_task *task)
{
	struct pm_stack_trace trace;
	struct pm_linux_wait wait;

	if (!may_wait(sh, task))
		return;
	pm_session_unwind(sh->session, task, &trace);
	if (pm_linux_wait_of(sh->session, task, &trace, &wait)) {
		struct wait *w = PM_PUSH(&waits->arena, &waits->v);

		w->task = task;
		w->wait = wait;
		w->owner = SIZE_MAX;
	}
	pm_stack_trace_deinit(&trace);
}

static int by_task(const void *a, const void *b)
{
	const struct wait *const *x = a, *const *y = b;

	return (*x)->task->addr < (*y)->task->addr ? -1 : (*x)->task->addr > (*y)->task->addr;
}

static void find_owners(struct waits *waits)
{
	size_t n = waits->v.n;
	struct wait **sorted = pm_alloc((n + 1) * sizeof(*sorted));

	for (size_t i = 0; i < n; i++)
		sorted[i] = &waits->v.v[i];
	qsort(sorted, n, sizeof(*sorted), by_task);
	for (size_t i = 0; i < n; i++) {
		const struct pm_linux_task owner = { .addr = waits->v.v[i].wait.owner };
		const struct wait key = { .task = &owner }, *const at = &key;
		struct wait **found = bsearch(&at, sorted, n, sizeof(*sorted), by_task);

		if (found)
			waits->v.v[i].owner = (size_t)(*found - waits->v.v);
	}
	free(sorted);
}

/* Each waits for one owner at most: who is met again on the way that began at the same task is part of a circle. */
static void find_cycles(struct waits *waits)
{
	for (size_t i = 0; i < waits->v.n; i++) {
		size_t at = i;

		while (at != SIZE_MAX && !waits->v.v[at].way) {
			waits->v.v[at].way = i + 1;
			at = waits->v.v[at].owner;
		}
		while (at != SIZE_MAX && waits->v.v[at].way == i + 1 && !waits->v.v[at].in_cycle) {
			waits->v.v[at].in_cycle = true;
			at = waits->v.v[at].owner;
		}
	}
}

static void owner_words(struct pm_shell *sh, const struct pm_linux_wait *wait, char *buf, size_t size)
{
	const struct pm_linux_task *owner =
		wait->owner ? pm_linux_task_by_addr(pm_session_tasks(sh->session), wait->owner) : NULL;

	if (wait->by_readers && owner)
		snprintf(buf, size, "readers; the last that is known is %s (pid %d)", owner->comm,
			 owner->pid);
	else if (wait->by_readers)
		snprintf(buf, size, "readers");
	else if (owner)
		snprintf(buf, size, "%s (pid %d)", owner->comm, owner->pid);
	else if (wait->owner)
		snprintf(buf, size, "%llx, which is no task", (unsigned long long)wait->owner);
	else
		snprintf(buf, size, "nobody, as far as it says");
}

static void print_wait(struct pm_shell *sh, const struct wait *w)
{
	char text[128], name[PM_LINUX_NAME_MAX + 96];

	if (!sh->json) {
		pm_shell_name(sh, w->wait.lock, true, name, sizeof(name));
		owner_words(sh, &w->wait, text, sizeof(text));
		/* a lock without a name lies in an object */
		bool named = strspn(name, "0123456789abcdef") != 16;

		fprintf(sh->out, "%7d  %016llx  %-16s %-12s %016llx  %s%sheld by %s\n", w->task->pid,
			(unsigned long long)w->task->addr, w->task->comm, w->wait.type,
			(unsigned long long)w->wait.lock, named ? name : "", named ? ", " : "", text);
		return;
	}
	const struct pm_linux_task *owner =
		pm_linux_task_by_addr(pm_session_tasks(sh->session), w->wait.owner);

	pm_json_open(sh->json, NULL, '{');
	pm_shell_put_task(sh, w->task);
	pm_json_open(sh->json, "lock", '{');
	pm_json_str(sh->json, "type", w->wait.type);
	pm_json_hex(sh->json, "address", w->wait.lock);
	pm_shell_json_place(sh, w->wait.lock, true);
	pm_json_close(sh->json, '}');
	if (owner) {
		pm_json_open(sh->json, "owner", '{');
		pm_shell_put_task(sh, owner);
		pm_json_close(sh->json, '}');
	}
	pm_json_bool(sh->json, "held_by_readers", w->wait.by_readers);
	pm_json_bool(sh->json, "in_cycle", w->in_cycle);
	pm_json_close(sh->json, '}');
}

static void print_cycle(struct pm_shell *sh, struct waits *waits, size_t from)
{
	size_t at = from;

	if (sh->json)
		pm_json_open(sh->json, NULL, '[');
	else
		fprintf(sh->out, "a circle: ");
	do {
		struct wait *w = &waits->v.v[at];

		w->told = true;
		if (sh->json)
			pm_json_int(sh->json, NULL, w->task->pid);
		else
			fprintf(sh->out, "%s (pid %d) waits for ", w->task->comm, w->task->pid);
		at = w->owner;
	} while (at != from);
	if (sh->json)
		pm_json_close(sh->json, ']');
	else
		fprintf(sh->out, "%s (pid %d)\n", waits->v.v[from].task->comm, waits->v.v[from].task->pid);
}

bool pm_shell_locks(struct pm_shell *sh, int argc, char **argv)
{
	struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	struct waits waits = { 0 };
	bool ok = true;

	if (argc > 1 && *argv[1] == '-')
		return pm_shell_no_option(sh, "locks", argv[1]);
	pm_arena_init(&waits.arena);
	for (int i = 1; i < argc; i++) {
		const struct pm_linux_task *task = pm_shell_task(sh, "locks", argv[i]);

		if (task)
			add(sh, &waits, task);
		ok &= task != NULL;
	}
	for (size_t i = 0; argc < 2 && i < tasks->v.n && !pm_shell_interrupted(sh); i++)
		add(sh, &waits, &tasks->v.v[i]);
	find_owners(&waits);
	find_cycles(&waits);
	if (sh->json)
		pm_json_open(sh->json, "waits", '[');
	else if (waits.v.n)
		fprintf(sh->out, "%7s  %-16s  %-16s %-12s %-16s  %s\n", "PID", "TASK", "COMMAND", "WAITS FOR",
			"LOCK", "WHICH, AND WHO HOLDS IT");
	else if (ok && (argc > 1 || !tasks->trouble) && !pm_shell_interrupted(sh))
		fputs("no task waits for a lock that can be told\n", sh->out);
	for (size_t i = 0; i < waits.v.n; i++)
		print_wait(sh, &waits.v.v[i]);
	if (sh->json) {
		pm_json_close(sh->json, ']');
		pm_json_open(sh->json, "cycles", '[');
	}
	for (size_t i = 0; i < waits.v.n; i++)
		if (waits.v.v[i].in_cycle && !waits.v.v[i].told)
			print_cycle(sh, &waits, i);
	if (sh->json)
		pm_json_close(sh->json, ']');
	pm_arena_deinit(&waits.arena);
	/* "none" of a part of the tasks is not none */
	if (argc < 2 && tasks->trouble)
		ok = pm_shell_error(sh, "locks", "the list of tasks: %s", tasks->trouble);
	return ok;
}

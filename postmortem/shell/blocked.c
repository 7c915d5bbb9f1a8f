/* blocked: the tasks in uninterruptible sleep, those with the same stack together. */
#include "linux/waits.h"

#include "shell/commands.h"

#include <string.h>

static void print_tasks(struct pm_shell *sh, const struct pm_linux_blocked *group)
{
	if (sh->json)
		pm_json_open(sh->json, "tasks", '[');
	else
		fprintf(sh->out, "%zu task%s:\n", group->tasks.n, group->tasks.n == 1 ? "" : "s");
	for (size_t i = 0; i < group->tasks.n; i++) {
		const struct pm_linux_task *task = group->tasks.v[i];

		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_shell_put_task(sh, task);
			pm_json_close(sh->json, '}');
		} else {
			fprintf(sh->out, "  %d %s\n", task->pid, task->comm);
		}
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
}

static void print_frames(struct pm_shell *sh, const struct pm_stack_trace *trace)
{
	char name[PM_LINUX_NAME_MAX + 96];

	if (sh->json)
		pm_json_open(sh->json, "frames", '[');
	for (size_t i = 0; i < trace->frames.n; i++) {
		const struct pm_stack_frame *f = &trace->frames.v[i];

		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_hex(sh->json, "pc", f->pc);
			pm_shell_json_place(sh, f->pc, f->exact_pc);
			pm_json_close(sh->json, '}');
		} else {
			pm_shell_name(sh, f->pc, f->exact_pc, name, sizeof(name));
			fprintf(sh->out, "    %s\n", name);
		}
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
}

/* Of each lock that the group's tasks wait for, once. */
static void print_locks(struct pm_shell *sh, const struct pm_linux_blocked *group)
{
	if (sh->json)
		pm_json_open(sh->json, "locks", '[');
	for (size_t i = 0; i < group->waits.n; i++) {
		const struct pm_linux_wait *w = &group->waits.v[i];
		const struct pm_linux_task *owner = NULL;
		bool first = true;

		for (size_t k = 0; k < i; k++)
			first &= group->waits.v[k].lock != w->lock;
		if (!first)
			continue;
		if (w->owner)
			owner = pm_linux_task_by_addr(pm_session_tasks(sh->session), w->owner);
		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_str(sh->json, "type", w->type);
			pm_json_hex(sh->json, "address", w->lock);
			if (owner) {
				pm_json_open(sh->json, "owner", '{');
				pm_shell_put_task(sh, owner);
				pm_json_close(sh->json, '}');
			}
			pm_json_bool(sh->json, "held_by_readers", w->by_readers);
			pm_json_close(sh->json, '}');
		} else {
			fprintf(sh->out, "  waiting for the %s at %llx", w->type,
				(unsigned long long)w->lock);
			if (owner)
				fprintf(sh->out, ", held by %s%s (pid %d)",
					w->by_readers ? "readers, last known " : "", owner->comm, owner->pid);
			fputc('\n', sh->out);
		}
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
}

bool pm_shell_blocked(struct pm_shell *sh, int argc, char **argv)
{
	struct pm_linux_blocked_groups groups;

	if (argc > 1)
		return *argv[1] == '-' ? pm_shell_no_option(sh, "blocked", argv[1])
				       : pm_shell_error(sh, "blocked", "it takes no argument: %s", argv[1]);
	pm_linux_blocked_read(sh->session, &groups);
	if (sh->json)
		pm_json_open(sh->json, "groups", '[');
	else if (!groups.v.n && !pm_session_tasks(sh->session)->trouble && !pm_shell_interrupted(sh))
		fputs("no task is in uninterruptible sleep\n", sh->out);
	for (size_t i = 0; i < groups.v.n; i++) {
		if (sh->json)
			pm_json_open(sh->json, NULL, '{');
		else if (i)
			fputc('\n', sh->out);
		print_tasks(sh, &groups.v.v[i]);
		print_locks(sh, &groups.v.v[i]);
		print_frames(sh, &groups.v.v[i].trace);
		if (sh->json)
			pm_json_close(sh->json, '}');
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	pm_linux_blocked_deinit(&groups);
	const char *trouble = pm_session_tasks(sh->session)->trouble;

	return !trouble || pm_shell_error(sh, "blocked", "the list of tasks: %s", trouble);
}

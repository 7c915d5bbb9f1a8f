#include "shell/output.h"
#include "shell/shell.h"

#include "base/interrupt.h"
#include "linux/kernel_types.h"
#include "linux/member.h"
#include "linux/mm.h"
#include "render/escape.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A pager that runs has the terminal. */
static FILE *errors_to(struct pm_shell *sh)
{
	if (sh->settings.errors_file)
		return sh->settings.errors_file;
	return (sh->pager && sh->pager->child) || (sh->settings.errors && !sh->json) ? sh->out : stderr;
}

bool pm_shell_error(struct pm_shell *sh, const char *command, const char *fmt, ...)
{
	va_list ap;

	if (pm_interrupted() && !sh->telling)
		return false;
	va_start(ap, fmt);
	char *text = pm_vprintf(fmt, ap);
	va_end(ap);
	pm_shell_output_show(sh);
	struct pm_buf safe = { 0 };
	FILE *to = errors_to(sh);
	bool red = to == stderr && sh->colours && isatty(STDERR_FILENO);

	if (command) {
		pm_escape_terminal(&safe, command, false);
		pm_buf_str(&safe, ": ");
	}
	pm_escape_terminal(&safe, text, false);
	fprintf(to, red ? "\033[31mkpanic:\033[0m %s\n" : "kpanic: %s\n", safe.data);
	pm_buf_deinit(&safe);
	if (sh->json && sh->in_object)
		*PM_PUSH(&sh->errors_arena, &sh->errors) = pm_arena_str(&sh->errors_arena, pm_slice_of(text));
	free(text);
	return false;
}

struct pm_space *pm_shell_space(struct pm_shell *sh)
{
	return sh->image ? &sh->image->space : &sh->lx->kernel;
}

bool pm_shell_has_space(struct pm_shell *sh, const char *command)
{
	return !sh->image || sh->image->has_space ||
	       pm_shell_error(sh, command, "no virtual addresses: %s", sh->image->space_trouble);
}

bool pm_shell_place(struct pm_shell *sh, struct pm_arena *arena, uint64_t addr, bool exact,
		    struct pm_place *out)
{
	return sh->image ? pm_image_place(sh->image, addr, exact, out)
			 : pm_linux_place(sh->lx, pm_session_modules(sh->session), arena, addr, exact, out);
}

bool pm_shell_no_such(struct pm_shell *sh, const char *command, const char *what, const char *which,
		      const char *reason)
{
	return pm_shell_error(sh, command, "no such %s: %s%s%s%s", what, which, reason ? " (" : "",
			      reason ? reason : "", reason ? ")" : "");
}

bool pm_shell_no_option(struct pm_shell *sh, const char *command, const char *option)
{
	return pm_shell_error(sh, command, "no such option: %s; 'help %s' lists them", option, command);
}

bool pm_shell_no_types(struct pm_shell *sh, const char *command)
{
	return pm_shell_error(sh, command, "%s; %s", sh->lx->btf_trouble->message, pm_linux_types_hint);
}

/* The only task of that name; NULL: none, or several, two of which are others_out. */
static struct pm_linux_task *task_by_name(struct pm_linux_tasks *tasks, const char *name,
					  const struct pm_linux_task *others_out[2])
{
	struct pm_linux_task *found = NULL;

	for (size_t i = 0; *name && i < tasks->v.n; i++) {
		if (strcmp(tasks->v.v[i].comm, name) != 0)
			continue;
		if (found) {
			others_out[0] = found;
			others_out[1] = &tasks->v.v[i];
			return NULL;
		}
		found = &tasks->v.v[i];
	}
	return found;
}

struct pm_linux_task *pm_shell_task(struct pm_shell *sh, const char *command, const char *text)
{
	const struct pm_linux_task *others[2] = { NULL };
	struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	struct pm_linux_task *task = NULL;
	uint64_t value;

	if (pm_shell_number(text, &value)) {
		if (value <= INT32_MAX)
			task = pm_linux_task_by_pid(tasks, (int32_t)value);
		if (!task)
			task = pm_linux_task_by_addr(tasks, value);
	}
	if (!task)
		task = task_by_name(tasks, text, others);
	if (!task && !sh->btf)
		pm_shell_no_types(sh, command);
	else if (others[0])
		pm_shell_error(sh, command,
			       "%s: several tasks have that name, pid %d and pid %d among them; "
			       "'foreach %s %s' takes them all",
			       text, others[0]->pid, others[1]->pid, text, command);
	else if (!task)
		pm_shell_no_such(sh, command, "task", text, tasks->trouble);
	return task;
}

void pm_shell_name(struct pm_shell *sh, uint64_t addr, bool exact, char *buf, size_t size)
{
	struct pm_arena arena;
	struct pm_place place;

	pm_arena_init(&arena);
	if (pm_shell_place(sh, &arena, addr, exact, &place)) {
		int n = snprintf(buf, size, "%s", place.symbol);

		if (place.offset && n > 0 && (size_t)n < size)
			n += snprintf(buf + n, size - (size_t)n, "+%llu", (unsigned long long)place.offset);
		if (place.module && n > 0 && (size_t)n < size)
			snprintf(buf + n, size - (size_t)n, " [%s]", place.module);
	} else {
		snprintf(buf, size, "%llx", (unsigned long long)addr);
	}
	pm_arena_deinit(&arena);
}

void pm_shell_put_task(struct pm_shell *sh, const struct pm_linux_task *task)
{
	if (!sh->json) {
		pm_shell_style(sh, PM_STYLE_BOLD);
		fprintf(sh->out, "PID: %-7d  TASK: %016llx  CPU: %-3u  COMMAND: \"%s\"", task->pid,
			(unsigned long long)task->addr, task->cpu, task->comm);
		pm_shell_style(sh, PM_STYLE_PLAIN);
		fputc('\n', sh->out);
		return;
	}
	pm_json_int(sh->json, "pid", task->pid);
	pm_json_hex(sh->json, "task", task->addr);
	pm_json_uint(sh->json, "cpu", task->cpu);
	pm_json_str(sh->json, "comm", task->comm);
}

void pm_shell_json_place(struct pm_shell *sh, uint64_t addr, bool exact)
{
	struct pm_arena arena;
	struct pm_place place;

	pm_arena_init(&arena);
	if (pm_shell_place(sh, &arena, addr, exact, &place)) {
		pm_json_str(sh->json, "symbol", place.symbol);
		pm_json_uint(sh->json, "offset", place.offset);
		pm_json_str(sh->json, "module", place.module);
	}
	pm_arena_deinit(&arena);
}

uint64_t pm_shell_thread_info(struct pm_shell *sh, const struct pm_linux_task *task)
{
	uint64_t inside = pm_linux_member_at(sh->lx, task->addr, "task_struct", "thread_info");

	return inside ? inside : task->stack;
}

bool pm_shell_current(struct pm_shell *sh, const char *command, struct pm_linux_task *task)
{
	enum pm_absence why;
	uint64_t at;

	if (pm_linux_task_read(sh->lx, sh->task, task))
		return true;
	if (!sh->btf)
		return pm_shell_no_types(sh, command);
	if (!sh->task)
		return pm_shell_error(sh, command, "no current task: what the CPUs ran is not in the dump");
	if (pm_shell_gap(sh, sh->task, 1, &at, &why))
		return pm_shell_absent(sh, command, at, why);
	return pm_shell_error(sh, command, "0x%llx: the current task is not whole in the dump",
			      (unsigned long long)sh->task);
}

bool pm_shell_user_space(struct pm_shell *sh, const char *command, struct pm_space *out)
{
	struct pm_linux_task task;

	if (sh->image)
		return pm_shell_error(sh, command, "-u: which task is the current one is Linux's to tell");
	if (!pm_shell_current(sh, command, &task))
		return false;
	return pm_linux_user_space(sh->lx, task.mm, out) ||
	       pm_shell_error(sh, command, "-u: the current task (%s) has no memory of its own", task.comm);
}

bool pm_shell_each_task(struct pm_shell *sh, int argc, char **argv, int first,
			bool (*fn)(struct pm_shell *sh, const struct pm_linux_task *task))
{
	struct pm_linux_task current;
	bool ok = true;

	for (int i = first; i < argc; i++) {
		const struct pm_linux_task *task = pm_shell_task(sh, argv[0], argv[i]);

		ok &= task && fn(sh, task);
	}
	if (first < argc)
		return ok;
	return pm_shell_current(sh, argv[0], &current) && fn(sh, &current);
}

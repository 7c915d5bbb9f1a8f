#include "shell/shell.h"

#include "linux/kernel_types.h"
#include "render/escape.h"

#include <stdlib.h>
#include <string.h>

bool pm_shell_error(struct pm_shell *sh, const char *command, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	char *text = pm_vprintf(fmt, ap);
	va_end(ap);
	fflush(sh->out);
	struct pm_buf safe = { 0 };

	pm_escape_terminal(&safe, command, false);
	pm_buf_str(&safe, ": ");
	pm_escape_terminal(&safe, text, false);
	fprintf(stderr, "kpanic: %s\n", safe.data);
	pm_buf_deinit(&safe);
	if (sh->json)
		*PM_PUSH(&sh->errors_arena, &sh->errors) = pm_arena_str(&sh->errors_arena, pm_slice_of(text));
	free(text);
	return false;
}

static bool number(const char *text, int base, uint64_t *out)
{
	char *end;

	if (!strchr("0123456789abcdefABCDEF", *text) || !*text)
		return false;
	*out = strtoull(text, &end, base);
	return !*end;
}

bool pm_shell_number(const char *text, uint64_t *out)
{
	return number(text, !strncmp(text, "0x", 2) || strpbrk(text, "abcdefABCDEF") ? 16 : 10, out);
}

static bool symbol_address(struct pm_shell *sh, const char *name, uint64_t *out)
{
	struct pm_linux_modules *modules;

	if (pm_linux_symbol(sh->lx, name, out))
		return true;
	modules = pm_session_modules(sh->session);
	for (size_t i = 0; i < modules->v.n; i++)
		if (pm_linux_module_lookup(sh->lx, &modules->v.v[i], name, out))
			return true;
	return false;
}

bool pm_shell_address(struct pm_shell *sh, const char *text, uint64_t *out)
{
	char name[PM_LINUX_NAME_MAX];
	const char *plus = strpbrk(text, "+-");
	size_t n = plus ? (size_t)(plus - text) : strlen(text);
	uint64_t offset = 0;

	if (!n || n >= sizeof(name) || (plus && !pm_shell_number(plus + 1, &offset)))
		return false;
	memcpy(name, text, n);
	name[n] = 0;
	/* A symbol wins over a number: "add" is hex, too. */
	if (!symbol_address(sh, name, out) && !number(name, 16, out))
		return false;
	*out += plus && *plus == '-' ? -offset : offset;
	return true;
}

struct pm_linux_task *pm_shell_task(struct pm_shell *sh, const char *command, const char *text)
{
	struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	struct pm_linux_task *task = NULL;
	uint64_t value;

	if (pm_shell_number(text, &value)) {
		if (value <= INT32_MAX)
			task = pm_linux_task_by_pid(tasks, (int32_t)value);
		if (!task)
			task = pm_linux_task_by_addr(tasks, value);
		/* A pid whose digits were read as hex. */
		if (!task && value <= INT32_MAX)
			task = pm_linux_task_by_pid(tasks, atoi(text));
	}
	if (!task && !sh->btf)
		pm_shell_error(sh, command, "%s; %s", sh->lx->btf_trouble->message, pm_linux_types_hint);
	else if (!task)
		pm_shell_error(sh, command, "no task '%s'", text);
	return task;
}

void pm_shell_name(struct pm_shell *sh, uint64_t addr, bool exact, char *buf, size_t size)
{
	struct pm_arena arena;
	struct pm_place place;

	pm_arena_init(&arena);
	if (pm_linux_place(sh->lx, pm_session_modules(sh->session), &arena, addr, exact, &place)) {
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
		fprintf(sh->out, "PID: %-7d  TASK: %016llx  CPU: %-3u  COMMAND: \"%s\"\n", task->pid,
			(unsigned long long)task->addr, task->cpu, task->comm);
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
	if (pm_linux_place(sh->lx, pm_session_modules(sh->session), &arena, addr, exact, &place)) {
		pm_json_str(sh->json, "symbol", place.symbol);
		pm_json_uint(sh->json, "offset", place.offset);
		pm_json_str(sh->json, "module", place.module);
	}
	pm_arena_deinit(&arena);
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
	if (!pm_linux_task_read(sh->lx, sh->task, &current))
		return pm_shell_error(sh, argv[0], "the current task is not in the dump");
	return fn(sh, &current);
}

bool pm_shell_processes(struct pm_shell *sh, int argc, char **argv,
			bool (*print)(struct pm_shell *sh, const struct pm_linux_task *task))
{
	if (argc > 1 && *argv[1] == '-')
		return pm_shell_error(sh, argv[0], "no option '%s'", argv[1]);
	if (sh->json)
		pm_json_open(sh->json, "processes", '[');
	bool ok = pm_shell_each_task(sh, argc, argv, 1, print);

	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}

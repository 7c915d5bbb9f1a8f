/* task: the structures of a task themselves. */
#include "shell/commands.h"

#include "linux/member.h"

#include <stdlib.h>
#include <string.h>

struct choice {
	bool hex, decimal;
	const char *members; /* NULL: all */
};

static bool put_struct(struct pm_shell *sh, const char *type, uint64_t addr, const struct choice *choice)
{
	return pm_shell_put_structs(sh, type, choice->members, pm_shell_radix(choice->hex, choice->decimal),
				    &addr, 1);
}

/* In the task_struct, or until 4.9 at the stack's lowest address. */
static uint64_t thread_info_of(struct pm_shell *sh, const struct pm_linux_task *task)
{
	uint64_t inside = pm_linux_member_at(sh->lx, task->addr, "task_struct", "thread_info");

	return inside ? inside : task->stack;
}

/* Those of the members that a thread_info has, too. */
static bool put_info_members(struct pm_shell *sh, uint64_t info, const struct choice *choice)
{
	bool ok = true;

	for (const char *at = choice->members; *at; at += strcspn(at, ",") + (at[strcspn(at, ",")] == ',')) {
		char *one = pm_printf("%.*s", (int)strcspn(at, ","), at);
		struct choice alone = *choice;

		alone.members = one;
		if (pm_linux_member(sh->lx, "thread_info", one)->offset >= 0)
			ok &= put_struct(sh, "thread_info", info, &alone);
		free(one);
	}
	return ok;
}

static bool put_task(struct pm_shell *sh, const struct pm_linux_task *task, const struct choice *choice)
{
	uint64_t info = thread_info_of(sh, task);

	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	pm_shell_put_task(sh, task);
	bool ok = put_struct(sh, "task_struct", task->addr, choice);

	/* its values stand in those of the task_struct */
	if (!sh->json && info && !choice->members) {
		fputc('\n', sh->out);
		ok &= put_struct(sh, "thread_info", info, choice);
	}
	if (!sh->json && info && choice->members)
		ok &= put_info_members(sh, info, choice);
	if (sh->json)
		pm_json_close(sh->json, '}');
	else
		fputc('\n', sh->out);
	return ok;
}

/* "pid,comm" is no task: a member, as crash takes it without -R, too. */
static bool is_members(struct pm_shell *sh, const char *text)
{
	uint64_t value;
	char *first = pm_printf("%.*s", (int)strcspn(text, ",.["), text);
	bool is =
		!pm_shell_number(text, &value) && pm_linux_member(sh->lx, "task_struct", first)->offset >= 0;

	free(first);
	return is;
}

bool pm_shell_task_command(struct pm_shell *sh, int argc, char **argv)
{
	struct choice choice = { .hex = sh->hex };
	const struct pm_shell_option options[] = {
		{ "-R", PM_OPTION_TEXT, &choice.members },
		{ "-x", PM_OPTION_FLAG, &choice.hex },
		{ "-d", PM_OPTION_FLAG, &choice.decimal },
	};
	struct pm_linux_task current;
	bool ok = true;
	int first = 1;

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	choice.hex &= !choice.decimal;
	if (!choice.members && argc > 1 && is_members(sh, argv[1]))
		choice.members = argv[first++];
	if (sh->json)
		pm_json_open(sh->json, "tasks", '[');
	for (int i = first; i < argc && !pm_shell_interrupted(sh); i++) {
		const struct pm_linux_task *task = pm_shell_task(sh, "task", argv[i]);

		ok &= task && put_task(sh, task, &choice);
	}
	if (argc <= first)
		ok = pm_shell_current(sh, "task", &current) && put_task(sh, &current, &choice);
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}

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
	return pm_shell_put_structs(sh, "task", type, choice->members,
				    pm_shell_radix(choice->hex, choice->decimal), &addr, 1);
}

/* Those of the members that the structure has; freed by the caller, NULL: none. */
static char *members_of(struct pm_shell *sh, const char *structure, const char *members)
{
	uint32_t type = pm_btf_find(sh->btf, PM_BTF_STRUCT, structure);
	char *copy = pm_printf("%s", members);
	struct pm_buf own = { 0 };
	struct pm_btf_member member;

	for (char *rest = copy, *one; (one = strsep(&rest, ","));)
		if (pm_btf_find_member(sh->btf, type, one, &member))
			pm_buf_printf(&own, "%s%s", own.n ? "," : "", one);
	free(copy);
	return own.data;
}

/* Is each of them one of a task_struct or thread_info?  false: said. */
static bool are_members(struct pm_shell *sh, const char *members)
{
	char *copy = pm_printf("%s", members);
	bool ok = true;

	for (char *rest = copy, *one; (one = strsep(&rest, ","));) {
		char *task = members_of(sh, "task_struct", one), *info = members_of(sh, "thread_info", one);

		if (!task && !info)
			ok = pm_shell_no_such(sh, "task", "member of task_struct or thread_info", one, NULL);
		free(task);
		free(info);
	}
	free(copy);
	return ok;
}

/* Those that were asked for of one structure.  *any_out: has it some? */
static bool put_members(struct pm_shell *sh, const char *structure, uint64_t addr,
			const struct choice *choice, bool *any_out)
{
	struct choice own = *choice;
	char *members = members_of(sh, structure, choice->members);

	own.members = members;
	*any_out = members;
	bool ok = !members || put_struct(sh, structure, addr, &own);

	free(members);
	return ok;
}

static bool put_task(struct pm_shell *sh, const struct pm_linux_task *task, const struct choice *choice)
{
	uint64_t info = pm_shell_thread_info(sh, task);
	bool any;

	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	pm_shell_put_task(sh, task);
	bool ok = choice->members ? put_members(sh, "task_struct", task->addr, choice, &any)
				  : put_struct(sh, "task_struct", task->addr, choice);

	/* its values stand in those of the task_struct */
	if (!sh->json && info && !choice->members) {
		fputc('\n', sh->out);
		ok &= put_struct(sh, "thread_info", info, choice);
	}
	/* an object has one list of values */
	if (info && choice->members && (!sh->json || !any))
		ok &= put_members(sh, "thread_info", info, choice, &any);
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
	if (choice.members && !are_members(sh, choice.members))
		return false;
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

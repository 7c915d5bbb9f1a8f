/* The commands of all topics, by name. */
#include "shell/commands.h"

#include <stdlib.h>
#include <string.h>

const struct pm_shell_topic pm_shell_topics[] = {
	{ "memory, symbols and types", pm_shell_memory_commands },
	{ "tasks", pm_shell_tasks_commands },
	{ "the kernel", pm_shell_kernel_commands },
	{ "the shell", pm_shell_shell_commands },
};
const size_t pm_shell_topics_n = PM_COUNT(pm_shell_topics);

/* Those that crash has.  What no table has a row of is not here yet; many are types' names, too, whose declaration is
 * not what was asked for. */
static const char *const of_crash[] = {
	"alias",   "ascii",    "bpf",    "bt",   "btop", "dev",    "dis",    "eval", "extend", "files",
	"foreach", "fuser",    "gdb",    "help", "ipcs", "irq",    "kmem",   "list", "log",    "mach",
	"mod",     "mount",    "net",    "p",    "ps",   "pte",    "ptob",   "ptov", "rd",     "repeat",
	"runq",    "sbitmapq", "search", "set",  "sig",  "struct", "swap",   "sym",  "sys",    "task",
	"timer",   "tree",     "union",  "vm",   "vtop", "waitq",  "whatis", "wr",
};

static int by_name(const void *a, const void *b)
{
	const struct pm_shell_command *const *one = a, *const *other = b;

	return strcmp((*one)->name, (*other)->name);
}

const struct pm_shell_command *pm_shell_command_at(size_t i)
{
	static const struct pm_shell_command *sorted[160];
	static size_t n;

	if (!n) {
		for (size_t t = 0; t < pm_shell_topics_n; t++)
			for (const struct pm_shell_command *c = pm_shell_topics[t].commands; c->name; c++)
				if (n < PM_COUNT(sorted))
					sorted[n++] = c;
		qsort(sorted, n, sizeof(sorted[0]), by_name);
	}
	return i < n ? sorted[i] : NULL;
}

const struct pm_shell_command *pm_shell_command_find(const char *name)
{
	const struct pm_shell_command *command;

	for (size_t i = 0; (command = pm_shell_command_at(i)); i++)
		if (!strcmp(name, command->name))
			return command;
	return NULL;
}

bool pm_shell_not_implemented(struct pm_shell *sh, const char *name)
{
	for (size_t i = 0; i < PM_COUNT(of_crash); i++)
		if (!strcmp(name, of_crash[i]) && !pm_shell_command_find(name)) {
			if (pm_shell_has_type(sh, name))
				pm_shell_error(sh, NULL,
					       "not implemented: %s; '* %s' is the type of that name", name,
					       name);
			else
				pm_shell_error(sh, NULL, "not implemented: %s; 'help' lists what is", name);
			return true;
		}
	return false;
}

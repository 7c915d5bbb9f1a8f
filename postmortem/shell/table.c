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

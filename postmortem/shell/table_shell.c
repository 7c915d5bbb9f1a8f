/* The shell itself: the rows of these commands, by name. */
#include "shell/commands.h"

const struct pm_shell_command pm_shell_shell_commands[] = {
	{
		.name = "help",
		.arguments = "[COMMAND]",
		.summary = "the commands, or one of them",
		.run = pm_shell_help,
		.completes = PM_COMPLETE_COMMAND,
	},
	{ 0 },
};

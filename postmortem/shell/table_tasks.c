/* Tasks, and what belongs to them: the rows of these commands, by name. */
#include "shell/commands.h"

const struct pm_shell_command pm_shell_tasks_commands[] = {
	{
		.name = "blocked",
		.arguments = "",
		.summary = "tasks in uninterruptible sleep, grouped by their stacks",
		.run = pm_shell_blocked,
		.needs_types = true,
		.needs_linux = true,
	},
	{
		.name = "bt",
		.arguments = "[-f] [-l] [-p] [-s] [-t] [-a | -c CPU,... | PID|TASK|all...]",
		.summary = "stack traces",
		.help = "  -a        of the task on each CPU\n"
			"  -c CPU,...  of the task on these: 0,2-4\n"
			"  -f        with the words of each frame\n"
			"  -l        with source lines, from the vmlinux given or one that is installed\n"
			"  -p        with the parameters of each function, inlined ones too, from it\n"
			"  -s        with the offset in each function\n"
			"  -t        every code address on the stack instead\n",
		.run = pm_shell_bt,
		.completes = PM_COMPLETE_TASK,
		.foreach = true,
	},
	{
		.name = "files",
		.arguments = "[PID|TASK]...",
		.summary = "open files",
		.run = pm_shell_files,
		.needs_types = true,
		.needs_linux = true,
		.completes = PM_COMPLETE_TASK,
		.foreach = true,
	},
	{
		.name = "locks",
		.arguments = "[PID|TASK]...",
		.summary = "who waits for which lock, and who holds it",
		.run = pm_shell_locks,
		.needs_types = true,
		.needs_linux = true,
		.completes = PM_COMPLETE_TASK,
	},
	{
		.name = "ps",
		.arguments = "[-k|-u|-G] [PID|TASK|COMMAND]...",
		.summary = "the tasks",
		.help = "  -k    kernel threads only\n"
			"  -u    user tasks only\n"
			"  -G    the leader of each thread group only\n",
		.run = pm_shell_ps,
		.needs_types = true,
		.completes = PM_COMPLETE_TASK,
	},
	{
		.name = "set",
		.arguments = "[PID|TASK|-p]",
		.summary = "show or choose the current task",
		.help = "  -p    the task that panicked\n",
		.run = pm_shell_set,
		.needs_types = true,
		.needs_linux = true,
		.completes = PM_COMPLETE_TASK,
	},
	{
		.name = "vm",
		.arguments = "[PID|TASK]...",
		.summary = "the mappings of a process",
		.run = pm_shell_vm,
		.needs_types = true,
		.needs_linux = true,
		.completes = PM_COMPLETE_TASK,
		.foreach = true,
	},
	{ 0 },
};

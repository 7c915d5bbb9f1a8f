/* The shell itself: the rows of these commands, by name. */
#include "shell/commands.h"

const struct pm_shell_command pm_shell_shell_commands[] = {
	{
		.name = "alias",
		.arguments = "[NAME [LINE]]",
		.summary = "short names of commands",
		.help = "Without arguments all of them, crash's own, too.  A LINE with pipes is quoted:\n"
			"  alias held \"foreach UN bt | grep mutex\"\n"
			"An empty one (\"\") removes the alias.\n",
		.run = pm_shell_alias,
		.raw = true,
		.completes = PM_COMPLETE_COMMAND,
	},
	{
		.name = "ascii",
		.arguments = "[VALUE]...",
		.summary = "a number as the text that its bytes are, or the chart",
		.run = pm_shell_ascii,
	},
	{
		.name = "eval",
		.arguments = "[-b] [-l] (EXPRESSION) | VALUE",
		.summary = "a number in all bases",
		.help = "  -b    which bits are set\n"
			"  -l    (all values have 64 bits)\n"
			"Operators, as in C: + - & | ^ * % / << >> ~ and parentheses, which those with\n"
			"| < > need around them.  Numbers are decimal, or hex with 0x or a letter in\n"
			"them; k, m or g behind one multiply it; symbols are their addresses.\n",
		.run = pm_shell_eval,
		.raw = true,
		.completes = PM_COMPLETE_SYMBOL,
	},
	{
		.name = "exit",
		.arguments = "",
		.summary = "ends the shell, as q and quit",
		.run = pm_shell_exit,
	},
	{
		.name = "extend",
		.arguments = "",
		.summary = "what there is instead of crash's extensions",
		.run = pm_shell_extend,
	},
	{
		.name = "foreach",
		.arguments = "[PID|TASK|NAME|STATE|kernel|user|gleader|active]... COMMAND...",
		.summary = "commands for each of some tasks",
		.help = "  NAME      tasks of that name; \\NAME where it is a command's, too\n"
			"  'REGEX'   those whose name it matches\n"
			"  kernel    kernel threads\n"
			"  user      the others\n"
			"  gleader   the leaders of their thread groups\n"
			"  active    those that CPUs ran\n"
			"  STATE     RU IN UN ST TR ZO DE WA PA ID NE\n"
			"A task that is all of that is taken: 'foreach user UN bt'; without any, all are.\n"
			"Options and arguments behind the last COMMAND are given to each of them.\n",
		.run = pm_shell_foreach,
		.needs_types = true,
		.needs_linux = true,
		.raw = true,
		.completes = PM_COMPLETE_TASK,
	},
	{
		.name = "gdb",
		.arguments = "COMMAND",
		.summary = "what gdb's command is here: p, ptype, x/FMT, list, bt, info symbol",
		.run = pm_shell_gdb,
		.raw = true,
	},
	{
		.name = "help",
		.arguments = "[COMMAND|all|input|output]",
		.summary = "the commands, or one of them",
		.run = pm_shell_help,
		.raw = true,
		.completes = PM_COMPLETE_COMMAND,
	},
	{
		.name = "q",
		.arguments = "",
		.summary = "ends the shell",
		.run = pm_shell_exit,
	},
	{
		.name = "repeat",
		.arguments = "[-SECONDS] COMMAND",
		.summary = "a command again and again, of a live system",
		.run = pm_shell_repeat,
		.raw = true,
		.completes = PM_COMPLETE_COMMAND,
	},
	{
		.name = "rustfilt",
		.arguments = "SYMBOL...",
		.summary = "names of Rust and C++ functions as people know them",
		.run = pm_shell_rustfilt,
		.completes = PM_COMPLETE_SYMBOL,
	},
	{
		.name = "set",
		.arguments = "[PID|TASK|-a TASK|-c CPU|-p|-v|VARIABLE [VALUE]]...",
		.summary = "show or choose the current task, or a variable",
		.help = "  -a TASK   as what its CPU ran\n"
			"  -c CPU    what that CPU ran\n"
			"  -p        the task that panicked\n"
			"  -v        all variables\n"
			"  scroll on|off|less|more|CRASHPAGER   the pager\n"
			"  radix 10|16                          of numbers\n"
			"  print_max N                          elements of an array, as text\n"
			"  edit vi|emacs                        the keys\n"
			"  refresh on|off                       of a live system's tasks\n"
			"  error default|redirect|FILE          where errors go\n"
			"Other variables of crash cannot be changed here; setting one says why.\n",
		.run = pm_shell_set,
		.completes = PM_COMPLETE_TASK,
		.foreach = PM_EACH_HEAD,
	},
	{ 0 },
};

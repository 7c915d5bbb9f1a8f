/* The kernel, its memory, modules and devices: the rows of these commands, by name. */
#include "shell/commands.h"

const struct pm_shell_command pm_shell_kernel_commands[] = {
	{
		.name = "kmem",
		.arguments = "-i | -s [CACHE]... | [-s] ADDRESS...",
		.summary = "what memory is used for",
		.help = "  -i         all of it, in pages\n"
			"  -s         the slab caches, or those named\n"
			"  ADDRESS    the slab, object, task and page that an address belongs to\n",
		.run = pm_shell_kmem,
		.needs_types = true,
		.needs_linux = true,
		.completes = PM_COMPLETE_SYMBOL,
	},
	{
		.name = "log",
		.arguments = "[-c] [-m] [-t | -T]",
		.summary = "the kernel's log",
		.help = "  -c    with the task or CPU that printed each line\n"
			"  -m    with the level of each line\n"
			"  -t    without time stamps\n"
			"  -T    with the date and time of each line\n",
		.run = pm_shell_log,
	},
	{
		.name = "mod",
		.arguments = "[-t]",
		.summary = "the modules that are loaded",
		.help = "  -t    those that taint the kernel, and how\n",
		.run = pm_shell_mod,
		.needs_types = true,
		.needs_linux = true,
	},
	{
		.name = "sys",
		.arguments = "",
		.summary = "the system and its panic",
		.run = pm_shell_sys,
	},
	{ 0 },
};

/* Memory, symbols and types: the rows of these commands, by name. */
#include "shell/commands.h"

const struct pm_shell_command pm_shell_memory_commands[] = {
	{
		.name = "*",
		.arguments = "TYPE[.MEMBER,...] [ADDRESS]...",
		.summary = "as struct, whatever the type is",
		.run = pm_shell_struct,
		.needs_linux = true,
		.completes = PM_COMPLETE_TYPE,
	},
	{
		.name = "dis",
		.arguments = "[-r|-f] [-x] ADDRESS|SYMBOL [N]",
		.summary = "instructions",
		.help = "  -r      from the function's start up to the address\n"
			"  -f      from the address up to the function's end\n"
			"  -x      with the bytes\n",
		.run = pm_shell_dis,
		.completes = PM_COMPLETE_SYMBOL,
	},
	{
		.name = "id",
		.arguments = "ADDRESS...",
		.summary = "what an address is, of the kernel or the current task's process",
		.run = pm_shell_id,
		.completes = PM_COMPLETE_SYMBOL,
	},
	{
		.name = "rd",
		.arguments = "[-p] [-s] [-d] [-x] [-8|-16|-32|-64] [-e END] ADDRESS [N]",
		.summary = "memory",
		.help = "  -p      the address is physical\n"
			"  -s      symbols for what points to them\n"
			"  -d      decimal\n"
			"  -x      without the text beside it\n"
			"  -8 ...    bits of a unit\n"
			"  -e END  up to this address\n"
			"SYMBOL:CPUS is a per-CPU symbol's address: runqueues:0,2-3, runqueues:a\n",
		.run = pm_shell_rd,
		.completes = PM_COMPLETE_SYMBOL,
	},
	{
		.name = "struct",
		.arguments = "[-o] [-x] [-c N] TYPE[.MEMBER,...] [ADDRESS]...",
		.summary = "a type, or memory by it",
		.help = "  -o      with the offset of each member, or where it stands, instead of values\n"
			"  -x      integers in hex\n"
			"  -c N    so many of them, one behind the other\n"
			"ADDRESS is also SYMBOL:CPUS, of a per-CPU symbol: runqueues:0,2-3, runqueues:a\n",
		.run = pm_shell_struct,
		.needs_linux = true,
		.completes = PM_COMPLETE_TYPE,
	},
	{
		.name = "sym",
		.arguments = "-l | -M | -m MODULE | -q TEXT | ADDRESS|SYMBOL...",
		.summary = "symbols by address or name",
		.help = "  SYMBOL:CPUS  of a per-CPU symbol: runqueues:0,2-3, runqueues:a\n"
			"  -l           all, the modules' too\n"
			"  -M           those of all modules\n"
			"  -m MODULE    those of a module\n"
			"  -q TEXT      those whose name holds TEXT\n",
		.run = pm_shell_sym,
		.completes = PM_COMPLETE_SYMBOL,
	},
	{
		.name = "union",
		.arguments = "[-o] [-x] TYPE[.MEMBER,...] [ADDRESS]...",
		.summary = "as struct",
		.run = pm_shell_struct,
		.needs_linux = true,
		.completes = PM_COMPLETE_TYPE,
	},
	{
		.name = "vtop",
		.arguments = "[-u | -c PID|TASK] ADDRESS|SYMBOL...",
		.summary = "virtual address to physical, with the tables on the way",
		.help = "  -u      of the current task's process, whatever the address is\n"
			"  -c PID  of that task's process\n",
		.run = pm_shell_vtop,
		.completes = PM_COMPLETE_SYMBOL,
		.foreach = true,
	},
	{ 0 },
};

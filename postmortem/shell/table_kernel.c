/* The kernel, its memory, modules and devices: the rows of these commands, by name. */
#include "shell/commands.h"

const struct pm_shell_command pm_shell_kernel_commands[] = {
	{
		.name = "bpf",
		.arguments = "[-p ID | -P] [-t | -T] [-j] [-m ID | -M] [-s [-x|-d]]",
		.summary = "programs and maps of BPF",
		.help = "  -p ID, -P  one program, or all, with what is known of it\n"
			"  -m ID, -M  one map, or all\n"
			"  -t         the instructions of the program; -T: with their bytes\n"
			"  -j         what it was compiled to\n"
			"  -s         the structures; -x: in hex\n",
		.run = pm_shell_bpf,
		.needs_types = true,
		.needs_linux = true,
	},
	{
		.name = "dev",
		.arguments = "[-i | -p | -d | -D | -V | -v INDEX [FILE]]",
		.summary = "character and block devices",
		.help = "  -i        I/O ports and memory that are taken, and by whom\n"
			"  -p        PCI devices\n"
			"  -d        disks, and the requests that are on their way; -D: those with any\n"
			"  -V        what drivers added to the dump\n"
			"  -v INDEX  one of these, or a copy of it in FILE\n",
		.run = pm_shell_dev,
		.needs_types = true,
		.needs_linux = true,
	},
	{
		.name = "diff",
		.arguments = "[-a] DUMP...",
		.summary = "what differs in another dump: tasks, slabs, memory",
		.help = "  -a    also the slab caches that are the same\n"
			"The earlier one is compared with the later one.\n",
		.run = pm_shell_diff,
		.needs_types = true,
		.needs_linux = true,
		.completes = PM_COMPLETE_FILE,
	},
	{
		.name = "kmem",
		.arguments = "[OPTION]... [ADDRESS|CACHE]...",
		.summary = "what memory is used for",
		.help = "  -i           all of it, in pages\n"
			"  -s [CACHE]   the slab caches, or those named; -s list: names alone\n"
			"  -S [CACHE]   with their slabs and objects; -S=0,2-3: of those CPUs\n"
			"  -I CACHE,... without these\n"
			"  -f, -F       free blocks by zone and size; -F: each of them\n"
			"  -v           areas of vmalloc\n"
			"  -V           the kernel's counters\n"
			"  -n           nodes, zones, sections and blocks of memory\n"
			"  -z           zones with their watermarks and counters\n"
			"  -o           what is added to per-CPU symbols, for each CPU\n"
			"  -h           pools of huge pages\n"
			"  -p           all struct pages; -m MEMBER,...: members of each\n"
			"  -g [FLAGS]   the names of page flags\n"
			"  ADDRESS      the slab, object, task, area and page that it belongs to;\n"
			"               behind -s, -f, -p, -m or -v that alone\n"
			"  -P           ADDRESS is physical, as one below the kernel's is\n",
		.run = pm_shell_kmem,
		.needs_types = true,
		.needs_linux = true,
		.completes = PM_COMPLETE_SYMBOL,
	},
	{
		.name = "log",
		.arguments = "[-c] [-d] [-m] [-t | -T] | -a | -s",
		.summary = "the kernel's log",
		.help = "  -c    with the task or CPU that printed each line\n"
			"  -d    with the device that each record tells of\n"
			"  -m    with the level of each line\n"
			"  -t    without time stamps\n"
			"  -T    with the date and time of each line\n"
			"  -a    audit messages that no daemon has taken yet\n"
			"  -s    what CPUs could not print yet (until 5.14)\n",
		.run = pm_shell_log,
	},
	{
		.name = "mach",
		.arguments = "[-m] [-c [-x|-d]]",
		.summary = "the machine",
		.help = "  -m    its physical memory, as the firmware tells it\n"
			"  -c    what the kernel knows of each CPU; -x: in hex\n",
		.run = pm_shell_mach,
		.needs_types = true,
		.needs_linux = true,
	},
	{
		.name = "mod",
		.arguments = "[-t | -s MODULE [FILE] | -S [FOLDER] | -d MODULE | -D]",
		.summary = "the modules that are loaded",
		.help = "  -t                those that taint the kernel, and how\n"
			"  -s MODULE [FILE]  takes source lines from its .ko or .ko.debug\n"
			"  -S [FOLDER]       those of all modules, as far as they are found there\n"
			"  -d MODULE, -D     forgets its file, or all\n",
		.run = pm_shell_mod,
		.needs_types = true,
		.needs_linux = true,
		.completes = PM_COMPLETE_MODULE,
	},
	{
		.name = "net",
		.arguments = "[-a | -n [PID|TASK] | -s|-S [-R REF] [-x|-d] [PID|TASK]... | -N N]",
		.summary = "network devices, neighbours, sockets",
		.help = "  -a      the neighbours that ARP knows\n"
			"  -n      the devices of a task's network\n"
			"  -s      the sockets that a task has open\n"
			"  -S      with their struct socket and sock; -x: in hex\n"
			"  -R REF  of them that of a descriptor, or of an address\n"
			"  -N N    a number as an IPv4 address\n",
		.run = pm_shell_net,
		.needs_types = true,
		.needs_linux = true,
		.foreach = PM_EACH,
		.completes = PM_COMPLETE_TASK,
	},
	{
		.name = "sys",
		.arguments = "[-c [NAME|NUMBER] | -t | -i | config]",
		.summary = "the system and its panic",
		.help = "  -c [NAME]  the system calls, those whose name holds NAME, or of a number\n"
			"  -t         what taints the kernel\n"
			"  -i         what the firmware says of the machine\n"
			"  config     the kernel's configuration, where it carries it\n",
		.run = pm_shell_sys,
	},
	{
		.name = "why",
		.arguments = "[-v] [-e]",
		.summary = "the explanation of what the kernel died of",
		.help = "  -v    with registers, code, every trace and all facts\n"
			"  -e    with the lines that each statement rests on\n",
		.run = pm_shell_why,
	},
	{ 0 },
};

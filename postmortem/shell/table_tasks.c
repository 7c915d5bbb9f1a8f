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
		.arguments = "[OPTION]... [-a | -p | -c CPU,... | PID|TASK|all...]",
		.summary = "stack traces",
		.help = "  -a        of the task on each CPU; -n idle: without idle ones\n"
			"  -c CPU,...  of the task on these: 0,2-4\n"
			"  -p        of the task that panicked\n"
			"  -g        of all threads of the process\n"
			"  -f        with the words of each frame\n"
			"  -F        with the words as symbols and slab caches; -FF: with addresses\n"
			"  -l        with source lines, from the vmlinux given or one installed\n"
			"  -P        with the parameters of each function, inlined ones too, from it\n"
			"  -s        with the offset in each function; -x: in hex, -d: decimal\n"
			"  -R WHAT   if a symbol or an address stands in it\n"
			"  -I ADDRESS  from this code on\n"
			"  -S ADDRESS  from this address on the stack on\n"
			"instead of a trace:\n"
			"  -t        every code address on the stack; -T: from its lowest address on;\n"
			"            -o: with numbers, as frames\n"
			"  -e        the registers that exceptions saved on the stack\n"
			"  -E        the same on the stacks of CPUs, for interrupts and exceptions\n"
			"  -r        the words of the whole stack\n"
			"  -v        the tasks that went over the ends of their stacks\n",
		.run = pm_shell_bt,
		.completes = PM_COMPLETE_TASK,
		.foreach = PM_EACH,
	},
	{
		.name = "dentry",
		.arguments = "[-c] ADDRESS...",
		.summary = "what a dentry is: its inode, super block and path",
		.help = "  -c    with its children\n",
		.run = pm_shell_dentry,
		.needs_types = true,
		.needs_linux = true,
		.completes = PM_COMPLETE_SYMBOL,
	},
	{
		.name = "files",
		.arguments = "[-c] [-R WHAT] [-l | PID|TASK...] | -d DENTRY | -p INODE",
		.summary = "open files",
		.help = "  -c         with the pages of each in the page cache\n"
			"  -R WHAT    those alone with that number, address or part of a path\n"
			"  -l         of every process\n"
			"  -d DENTRY  what a dentry is\n"
			"  -p INODE   the pages of an inode in the page cache\n",
		.run = pm_shell_files,
		.needs_types = true,
		.needs_linux = true,
		.completes = PM_COMPLETE_TASK,
		.foreach = PM_EACH,
	},
	{
		.name = "fuser",
		.arguments = "PATH|INODE",
		.summary = "which tasks use a file",
		.run = pm_shell_fuser,
		.needs_types = true,
		.needs_linux = true,
	},
	{
		.name = "inode",
		.arguments = "[-p] ADDRESS...",
		.summary = "what an inode is: its file system, pages and names",
		.help = "  -p    with its pages in the page cache\n",
		.run = pm_shell_inode,
		.needs_types = true,
		.needs_linux = true,
		.completes = PM_COMPLETE_SYMBOL,
	},
	{
		.name = "ipcs",
		.arguments = "[-s] [-m] [-M] [-q] [-n PID|TASK] [ID|ADDRESS]",
		.summary = "System V shared memory, semaphores, message queues",
		.help = "  -s       semaphores\n"
			"  -m       shared memory; -M: with its pages\n"
			"  -q       message queues\n"
			"  -n TASK  of that task's namespace\n",
		.run = pm_shell_ipcs,
		.needs_types = true,
		.needs_linux = true,
	},
	{
		.name = "irq",
		.arguments = "[-u] [NUMBER]... | -d | -b | -a | -s [-c CPU,...]",
		.summary = "interrupts",
		.help = "  -u      those alone that have a descriptor\n"
			"  -d      where the CPU goes for each vector\n"
			"  -b      what is put off: the softirqs\n"
			"  -a      the CPUs that each may come to\n"
			"  -s      how often each came to each CPU\n"
			"  -c CPU  of these CPUs: 0,2-4\n",
		.run = pm_shell_irq,
		.needs_types = true,
		.needs_linux = true,
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
		.name = "mount",
		.arguments = "[-f] [-i] [-n PID|TASK] [DEVICE|DIRECTORY|ADDRESS]...",
		.summary = "the file systems that are mounted",
		.help = "  -f         with what tasks have open of each\n"
			"  -i         with the inodes of each that are not written back\n"
			"  -n TASK    in that task's namespace\n"
			"ADDRESS is one of a mount, vfsmount, super block, dentry or inode\n",
		.run = pm_shell_mount,
		.needs_types = true,
		.needs_linux = true,
	},
	{
		.name = "ps",
		.arguments = "[OPTION]... [PID|TASK|COMMAND]...",
		.summary = "the tasks",
		.help = "  -k         kernel threads only\n"
			"  -u         user tasks only\n"
			"  -G         the leader of each thread group only\n"
			"  -A         those that ran only\n"
			"  -y POLICY  those with a scheduling policy only: FIFO, 1,RR\n"
			"  -s         the kernel stack pointer instead of the task\n"
			"  -H         without the header\n"
			"  -p         the parents of each\n"
			"  -c         the children of each\n"
			"  -t         when it started, and how long it ran\n"
			"  -a         arguments and environment\n"
			"  -g         the threads of its group\n"
			"  -r         its limits\n"
			"  -l         by when it ran last, in nanoseconds since boot\n"
			"  -m         by how long ago that is\n"
			"  -C CPU     those of these CPUs, each in a block: 0,2-4, a\n"
			"  -S         how many there are in each state\n"
			"COMMAND is a name, or a regular expression where no task has that name\n",
		.run = pm_shell_ps,
		.foreach = PM_EACH_ROW,
		.needs_types = true,
		.completes = PM_COMPLETE_TASK,
	},
	{
		.name = "runq",
		.arguments = "[-t|-T|-m|-g|-d] [-c CPU,...]",
		.summary = "the run queue of each CPU",
		.help = "  -t      the queue's clock, and when what runs came to run\n"
			"  -T      how far each clock is behind the latest\n"
			"  -m      how long what runs has run\n"
			"  -g      by task groups\n"
			"  -d      the tasks that say that they are on a queue\n"
			"  -c CPU  of these CPUs: 0,2-4\n",
		.run = pm_shell_runq,
		.needs_types = true,
		.needs_linux = true,
	},
	{
		.name = "sbitmapq",
		.arguments = "[-s TYPE[.MEMBER] -a ARRAY [-p] [-v]] [-x|-d] ADDRESS",
		.summary = "a queue that hands out bits: tags of a block device",
		.help = "  -s TYPE   what the array holds whose elements the bits number\n"
			"  -a ARRAY  where it lies\n"
			"  -p        it holds pointers\n"
			"  -v        with the elements themselves\n"
			"  -x, -d    in hex, decimal\n",
		.run = pm_shell_sbitmapq,
		.needs_types = true,
		.needs_linux = true,
		.completes = PM_COMPLETE_SYMBOL,
	},
	{
		.name = "sig",
		.arguments = "[-g] [PID|TASK]... | -l | -s SET",
		.summary = "what a task does with signals, and which wait",
		.help = "  -g      of all threads of the process\n"
			"  -l      the signals' numbers and names\n"
			"  -s SET  the names of a set of them, in hex\n",
		.run = pm_shell_sig,
		.needs_types = true,
		.needs_linux = true,
		.completes = PM_COMPLETE_TASK,
		.foreach = PM_EACH,
	},
	{
		.name = "swap",
		.arguments = "",
		.summary = "where memory is swapped out to",
		.run = pm_shell_swap,
		.needs_types = true,
		.needs_linux = true,
	},
	{
		.name = "task",
		.arguments = "[-x|-d] [-R MEMBER,...] [PID|TASK]...",
		.summary = "the task_struct of a task",
		.help = "  -R MEMBER,...  these members alone: pid,se.on_rq\n"
			"  -x, -d         in hex, decimal\n",
		.run = pm_shell_task_command,
		.needs_types = true,
		.needs_linux = true,
		.completes = PM_COMPLETE_TASK,
		.foreach = PM_EACH_WHOLE,
	},
	{
		.name = "timer",
		.arguments = "[-r] [-C CPU,...]",
		.summary = "what is to be called when",
		.help = "  -r      the timers of nanoseconds, by their clocks\n"
			"  -C CPU  of these CPUs: 0,2-4\n",
		.run = pm_shell_timer,
		.needs_types = true,
		.needs_linux = true,
	},
	{
		.name = "vm",
		.arguments = "[OPTION]... [PID|TASK]... | -f FLAGS",
		.summary = "the mappings of a process",
		.help = "  -p       with where each page is: physical, swapped out, in a file\n"
			"  -P VMA   the same of one mapping\n"
			"  -M MM    of that mm_struct, of a task that has given up its own\n"
			"  -m       the mm_struct itself\n"
			"  -v       the vm_area_structs themselves\n"
			"  -x, -d   those in hex, decimal\n"
			"  -R WHAT  the mappings with that address, flags, or part of a path\n"
			"  -f FLAGS  the names of flags\n",
		.run = pm_shell_vm,
		.needs_types = true,
		.needs_linux = true,
		.completes = PM_COMPLETE_TASK,
		.foreach = PM_EACH,
	},
	{
		.name = "waitq",
		.arguments = "[-s] SYMBOL|ADDRESS | STRUCTURE.MEMBER ADDRESS",
		.summary = "who waits in a wait queue",
		.help = "  -s    a simple one: struct swait_queue_head\n",
		.run = pm_shell_waitq,
		.needs_types = true,
		.needs_linux = true,
		.completes = PM_COMPLETE_EITHER,
	},
	{ 0 },
};

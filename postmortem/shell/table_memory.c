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
		.name = "btop",
		.arguments = "ADDRESS...",
		.summary = "physical addresses to numbers of pages",
		.run = pm_shell_btop,
		.needs_linux = true,
	},
	{
		.name = "dis",
		.arguments = "[-r|-f] [-l] [-s] [-u] [-x|-d] [-B] ADDRESS|SYMBOL [N]",
		.summary = "instructions",
		.help = "  -r      from the function's start up to the address; N: the last N\n"
			"  -f      from the address up to the function's end\n"
			"  -l      with source lines, from the vmlinux given or an installed one\n"
			"  -s      the source line instead, and N lines of the source, if it is here\n"
			"  -u      of the current task's process\n"
			"  -x      offsets in hex; -d: in decimal, whatever 'set radix' says\n"
			"  -B      with the bytes\n",
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
		.name = "list",
		.arguments = "[-h [-O OFFSET]|-H] [-r] [-B] [-e END] [-s|-S TYPE[.MEMBER,...] [-l OFFSET]] "
			     "[-x|-d] [[-o] OFFSET] START",
		.summary = "what is linked in a list, from an address on",
		.help = "  -H      START is a list_head: the head\n"
			"  -h      START is a structure that holds one, and an element itself\n"
			"  -O OFFSET  with -h: where in START the head is; START is no element then\n"
			"  -o OFFSET  where in each element its link is (STRUCTURE.MEMBER, or bytes)\n"
			"  -s TYPE  each element as that type, or members of it\n"
			"  -S TYPE  the same, without commas\n"
			"  -l OFFSET  with -s: where in TYPE the links are that are walked\n"
			"  -r      backwards, by prev\n"
			"  -e END  up to this address\n"
			"  -B      of a loop, how long it is and where it begins\n"
			"  -x      integers in hex; -d: in decimal, whatever 'set radix' says\n",
		.run = pm_shell_list,
		.needs_linux = true,
		.completes = PM_COMPLETE_EITHER,
	},
	{
		.name = "p",
		.arguments = "[-x|-d] [-u] EXPRESSION",
		.summary = "the value of an expression in C",
		.help = "  -x      integers in hex\n"
			"  -d      in decimal, whatever 'set radix' says\n"
			"  -u      its addresses are the current task's process's\n"
			"p init_task.mm->pgd, p *(struct list_head *)ADDRESS, p vm_zone_stat[3],\n"
			"p sizeof(struct page), p runqueues:0,2.nr_running of each of those CPUs\n",
		.run = pm_shell_p,
		.needs_linux = true,
		.needs_types = true,
		.raw = true,
		.completes = PM_COMPLETE_EITHER,
	},
	{
		.name = "pte",
		.arguments = "ENTRY...",
		.summary = "page table entries: the page, its flags, or where it is swapped to",
		.run = pm_shell_pte,
		.needs_linux = true,
	},
	{
		.name = "ptob",
		.arguments = "PAGE...",
		.summary = "numbers of pages to physical addresses",
		.run = pm_shell_ptob,
		.needs_linux = true,
	},
	{
		.name = "ptov",
		.arguments = "ADDRESS|OFFSET:CPUS...",
		.summary = "physical addresses, or per-CPU offsets, to virtual ones",
		.run = pm_shell_ptov,
		.needs_linux = true,
	},
	{
		.name = "rd",
		.arguments = "[-p|-u] [-s|-S|-SS] [-d|-D] [-x] [-a] [-8|-16|-32|-64] [-N] [-R] [-o OFFSET] "
			     "[-e END] "
			     "[-r FILE] ADDRESS [N]",
		.summary = "memory",
		.help = "  -p      the address is physical\n"
			"  -u      of the current task's process\n"
			"  -s      symbols for what points to them\n"
			"  -S      the names of slab caches, too; -SS: with the address\n"
			"  -d      decimal, with a sign; -D: without\n"
			"  -x      without the text beside it\n"
			"  -a      as text; without N up to what is none\n"
			"  -8 ...    bits of a unit\n"
			"  -N      in network byte order (16 and 32 bits)\n"
			"  -R      N units that end with the address\n"
			"  -o OFFSET  is added to the address\n"
			"  -e END  up to this address\n"
			"  -r FILE  as it is, N bytes, into a file\n"
			"SYMBOL:CPUS is a per-CPU symbol's address: runqueues:0,2-3, runqueues:a\n",
		.run = pm_shell_rd,
		.completes = PM_COMPLETE_SYMBOL,
	},
	{
		.name = "search",
		.arguments = "[-k|-K|-V|-u|-p|-t|-T] [-s START] [-e END|-l LENGTH] [-m MASK] [-c|-w|-h] "
			     "[-x N] VALUE|SYMBOL|(EXPRESSION)|TEXT...",
		.summary = "where a value or text stands in memory",
		.help = "  -k      in the kernel's addresses, which is what is searched anyway\n"
			"  -K      of these only the direct map and the kernel's image\n"
			"  -V      of these only vmalloc's, modules and struct pages\n"
			"  -u      in the current task's process\n"
			"  -p      in physical memory\n"
			"  -t      on the stacks of all tasks; -T: of those on CPUs\n"
			"  -s, -e  from and up to these addresses; -l: so many bytes\n"
			"  -m MASK  bits that do not matter, in hex\n"
			"  -w, -h  values of 32 and 16 bits, not 64\n"
			"  -c      texts\n"
			"  -x N    with N units before and behind each\n",
		.run = pm_shell_search,
		.needs_linux = true,
		.completes = PM_COMPLETE_SYMBOL,
	},
	{
		.name = "struct",
		.arguments =
			"[-o|-r] [-x|-d] [-p] [-u] [-l OFFSET] [-c N] TYPE[.MEMBER,...] [ADDRESS]... [N]",
		.summary = "a type, or memory by it",
		.help = "  -o      with the offset of each member, or where it stands, instead of values\n"
			"  -r      its bytes, or one member's\n"
			"  -x      integers in hex; -d: in decimal, whatever 'set radix' says\n"
			"  -p      with what members point to\n"
			"  -u      of the current task's process\n"
			"  -l OFFSET  the address is that of a member: STRUCTURE.MEMBER, or bytes\n"
			"  -c N    so many of them, one behind the other; below 0: up to this one\n"
			"ADDRESS is also SYMBOL:CPUS, of a per-CPU symbol: runqueues:0,2-3, runqueues:a\n",
		.run = pm_shell_struct,
		.needs_linux = true,
		.completes = PM_COMPLETE_TYPE,
	},
	{
		.name = "sym",
		.arguments = "-l | -M | -m MODULE | -q TEXT | [-p] [-n] ADDRESS|SYMBOL...",
		.summary = "symbols by address or name",
		.help = "  SYMBOL:CPUS  of a per-CPU symbol: runqueues:0,2-3, runqueues:a\n"
			"  -l           all, the modules' too\n"
			"  -M           those of all modules\n"
			"  -m MODULE    those of a module\n"
			"  -q TEXT      those whose name holds TEXT\n"
			"  -p, -n       with the one before, the one behind\n",
		.run = pm_shell_sym,
		.completes = PM_COMPLETE_SYMBOL,
	},
	{
		.name = "tree",
		.arguments =
			"[-t rbtree|radix|xarray|maple] [-r OFFSET] [-o OFFSET] [-s|-S TYPE[.MEMBER,...]] "
			"[-l] [-p] [-v] [-x|-d] [-N] START",
		.summary = "what is in a tree",
		.help = "  -t KIND  rbtree (rb), radix (ra), xarray (x), maple (m); rbtree where not told\n"
			"  -r OFFSET  where in START the root is (STRUCTURE.MEMBER, or bytes)\n"
			"  -o OFFSET  where in what an rbtree holds the rb_node is\n"
			"  -N      START is a node, not a root\n"
			"  -s TYPE  each as that type, or members of it; -S: without commas\n"
			"  -l      an rbtree in its order, from the leftmost on\n"
			"  -p      with where in the tree each is\n"
			"  -v      the nodes of a maple tree\n"
			"  -x      integers in hex; -d: in decimal, whatever 'set radix' says\n",
		.run = pm_shell_tree,
		.needs_linux = true,
		.needs_types = true,
		.completes = PM_COMPLETE_EITHER,
	},
	{
		.name = "union",
		.arguments = "[OPTION]... TYPE[.MEMBER,...] [ADDRESS]... [N]",
		.summary = "as struct",
		.run = pm_shell_struct,
		.needs_linux = true,
		.completes = PM_COMPLETE_TYPE,
	},
	{
		.name = "vtop",
		.arguments = "[-u | -k | -c PID|TASK] ADDRESS|SYMBOL...",
		.summary = "virtual address to physical, with the tables on the way",
		.help = "  -u      of the current task's process, whatever the address is\n"
			"  -k      of the kernel\n"
			"  -c PID  of that task's process\n",
		.run = pm_shell_vtop,
		.completes = PM_COMPLETE_SYMBOL,
		.foreach = PM_EACH_HEAD,
	},
	{
		.name = "whatis",
		.arguments = "[-o] TYPE|SYMBOL|EXPRESSION | [-r SIZE[-SIZE]] [-m MEMBER]",
		.summary = "a type's declaration; the type of a variable or function",
		.help = "  -o      with the offset of each member\n"
			"  -r SIZE[-SIZE]  the structures of that many bytes\n"
			"  -m MEMBER  the structures with a member whose type holds that text\n",
		.run = pm_shell_whatis,
		.needs_linux = true,
		.needs_types = true,
		.completes = PM_COMPLETE_EITHER,
	},
	{
		.name = "wr",
		.arguments = "[-u|-k|-p] [-8|-16|-32|-64] ADDRESS VALUE",
		.summary = "nothing: dumps are not written to",
		.help = "  -u, -k, -p, -8 ...    as crash has them; whatever is asked is refused\n",
		.run = pm_shell_wr,
	},
	{ 0 },
};

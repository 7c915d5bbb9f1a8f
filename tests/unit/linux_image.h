/* A small Linux kernel in two MiB of memory, as an ELF core: page tables, VMCOREINFO, symbols, types, a log, two
 * tasks, a module, unwinding tables, and the panicking CPU's registers.  All of it is made here from tables, so that
 * a test can change one thing and see what comes of it.
 *
 *	physical                  virtual
 *	0x000000  page tables     0xffff888000000000 + physical (direct map)
 *	0x100000  the image       0xffffffff80000000 + physical (the image's mapping)
 */
#ifndef LINUX_IMAGE_H
#define LINUX_IMAGE_H

#include "base/memory.h"
#include "linux/linux.h"
#include "read/file.h"
#include "linux_image_btf.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE_MEMORY (2u << 20)
#define IMAGE_MAP 0xffffffff80000000ull
#define IMAGE_DIRECT 0xffff888000000000ull
#define IMAGE_TEXT 0xffffffff80100000ull /* _stext */
#define IMAGE_PERCPU 0x20000ull          /* what is added to a per-CPU variable's address for CPU 0 */
#define IMAGE_PERCPU_SIZE 2048
#define IMAGE_STACK 0x80000u    /* physical, of the panicking task */
#define IMAGE_STACK_2 0x88000u  /* of the sleeping one */
#define IMAGE_STACK_3 0x98000u  /* of another */
#define IMAGE_SLEPT 0x3e00      /* where in a stack it was switched out: the last frame is at its end */
#define IMAGE_USER_TEXT 0x7000u /* from IMAGE_VMA_START on, too */
#define IMAGE_MODULE 0xffffffff801c0000ull
#define IMAGE_NOTE 336

enum image_encoding { IMAGE_PERCPU_BASE, IMAGE_BASE, IMAGE_PLACE_RELATIVE, IMAGE_ABSOLUTE };

struct image_options {
	enum image_encoding encoding;
	bool no_note;     /* VMCOREINFO is only in memory */
	bool big_names;   /* one name of more than 127 bytes (6.1) */
	bool wrapped_log; /* the first record's text begins at the ring's end */
	bool fitting_log; /* it ends there */
	/* printk took line ends and levels off texts in the ring, and there are pairs that look like records */
	bool moved_log;
	bool sme; /* page tables of AMD's encrypted memory */
	bool no_panic;
	unsigned orc; /* version; 0: 3 */
	bool old; /* structures as before 5.17 and 6.1: slabs in struct page, mappings in a list, pages counted by
			 tasks */
	bool sheaves;        /* as from 7.0: no slabs of CPUs, but sheaves and barns */
	bool frame_pointers; /* kept everywhere, and no ORC */
	bool held;           /* of the two the second holds what the first waits for, and sleeps otherwise */
	bool blocked;        /* two workers wait for each other's mutex */
	bool rt;             /* which is an rt_mutex, as with PREEMPT_RT */
	bool no_btf;         /* it carries no types */
	bool calls;          /* it describes its system calls */
	bool lost_stack;     /* of the CPU that panicked and waits: not in the dump */
	bool deleted;        /* /bin/sh was removed while it ran */
	bool queues;         /* run queues, timers, signals, interrupts: linux_image_queues.h */
	bool machine;        /* zones, devices, a network, programs: linux_image_machine.h */
};

struct image_symbol {
	uint64_t addr;
	char name[256];
	char type;
};

/* A structure, or a member of one: linux_image_layout.h. */
struct image_field {
	char path[80];
	uint32_t type, offset, size;
};

struct image {
	struct image_options options;
	struct image_field fields[1024];
	size_t fields_n;
	uint32_t u16_type;
	uint64_t per_cpu_next; /* where the next per-CPU variable goes */
	uint8_t *memory;
	uint64_t next; /* physical, of what is placed next in the image */
	struct image_symbol symbols[256];
	uint64_t memory_from, memory_to;              /* physical: the structures of linux_image_memory.h */
	uint64_t queue_timer, queue_task, queue_tree; /* of linux_image_queues.h: what its tests make lie */
	uint64_t machine_from, machine_to;            /* of linux_image_machine.h */
	uint64_t init_task, namespaces, super_block, mount; /* the file system of / */
	uint64_t fds;                                       /* of the process: its table of open files */
	uint64_t inode, dentry;                             /* of its program */
	size_t symbols_n;
	uint64_t user_regs; /* where the panicking task's registers of user mode lie */
	uint64_t btf_at;    /* of its types, also where no symbol tells; and what goes on behind them */
	size_t btf_size;
	uint32_t btf_types, btf_strings;
	char info[4096];
	uint8_t *core; /* the ELF file */
	size_t core_size, memory_at;
};

static inline void image_put(struct image *im, uint64_t virt, uint64_t value, unsigned size)
{
	uint64_t phys = virt >= IMAGE_MAP      ? virt - IMAGE_MAP
			: virt >= IMAGE_DIRECT ? virt - IMAGE_DIRECT
					       : virt;

	for (unsigned i = 0; i < size; i++)
		im->memory[phys + i] = (uint8_t)(value >> 8 * i);
}

static inline void image_text(struct image *im, uint64_t virt, const char *text)
{
	for (; *text; text++)
		image_put(im, virt++, (uint8_t)*text, 1);
}

/* Room in the image; its virtual address. */
static inline uint64_t image_room(struct image *im, size_t size)
{
	uint64_t at = (im->next + 15) & ~15ull;

	im->next = at + size;
	return IMAGE_MAP + at;
}

/* Each part begins at such a boundary, so that what one of them gets does not move what is in the others. */
static inline void image_part(struct image *im)
{
	im->next = (im->next + 0x1fff) & ~0x1fffull;
}

static inline void image_symbol(struct image *im, const char *name, char type, uint64_t addr)
{
	struct image_symbol *s = &im->symbols[im->symbols_n++];

	s->addr = addr;
	s->type = type;
	snprintf(s->name, sizeof(s->name), "%s", name);
}

static inline uint64_t image_variable(struct image *im, const char *name, size_t size)
{
	uint64_t at = image_room(im, size);

	image_symbol(im, name, 'D', at);
	return at;
}

/* Between __per_cpu_start and __per_cpu_end; CPU 0's stands IMAGE_PERCPU behind it. */
static inline uint64_t image_per_cpu(struct image *im, const char *name, size_t size)
{
	uint64_t at = im->per_cpu_next += 8;

	image_symbol(im, name, 'D', at);
	im->per_cpu_next = (at + size + 7) & ~7ull;
	return at;
}

static inline void image_say(struct image *im, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static inline void image_say(struct image *im, const char *fmt, ...)
{
	size_t n = strlen(im->info);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(im->info + n, sizeof(im->info) - n, fmt, ap);
	va_end(ap);
}

static inline void image_list(struct image *im, const uint64_t *nodes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		image_put(im, nodes[i], nodes[(i + 1) % n], 8);
		image_put(im, nodes[i] + 8, nodes[(i + n - 1) % n], 8);
	}
}

#include "linux_image_layout.h" /* in its place: it needs what stands above */

/* ---- page tables ---- */

static inline void image_page_tables(struct image *im)
{
	/* SME: memory that is encrypted has a bit in its entries */
	const uint64_t encrypted = im->options.sme ? 1ull << 47 : 0, present = 3 | encrypted,
		       large = 0x83 | encrypted;

	image_put(im, 0x1000 + 8 * 511, 0x2000 | present, 8);
	image_put(im, 0x2000 + 8 * 510, 0x3000 | present, 8);
	image_put(im, 0x3000, 0 | large, 8);
	image_put(im, 0x1000 + 8 * 273, 0x4000 | present, 8);
	image_put(im, 0x4000, 0x3000 | present, 8);
	/* the process's: 4 MiB is physical 0 */
	image_put(im, 0x1000, 0x4000 | present, 8);
	image_put(im, 0x3000 + 8 * 2, 0 | large, 8);
	/* so that the root has an address in the image's mapping */
	image_say(im, "SYMBOL(swapper_pg_dir)=%llx\n", IMAGE_MAP + 0x1000);
	if (im->options.sme)
		image_say(im, "NUMBER(sme_mask)=%llu\n", (unsigned long long)encrypted);
}

/* ---- types ---- */

/* Offsets of task_struct and module here: a real one differs, and nothing may assume either. */
enum {
	TASK_STATE = 24,
	TASK_STACK = 32,
	TASK_TASKS = 48,
	TASK_PID = 64,
	TASK_TGID = 68,
	TASK_PARENT = 72,
	TASK_COMM = 80,
	TASK_SIGNAL = 96,
	TASK_NODE = 104,
	TASK_SP = 128,
	TASK_MM = 144,
	TASK_FILES = 152,
	TASK_FS = 160,
	TASK_RSS = 168,
	TASK_SIZE = 192,
	MODULE_LIST = 8,
	MODULE_NAME = 24,
	MODULE_MEM = 96,
	MODULE_KALLSYMS = 240,
	MODULE_BTF = 272,
	MODULE_NOTES = 296,
	MODULE_SIZE = 320,
};

#include "linux_image_memory.h" /* these, too */
#include "linux_image_crash.h"

static inline uint64_t image_function(const char *name);
#include "linux_image_machine.h"
#include "linux_image_queues.h"

static inline void image_types(struct image *im)
{
	struct image_btf b = { 0 };

	pm_buf_add(&b.strings, "", 1);
	uint32_t u64 = image_btf_type(&b, "long unsigned int", 1, 0, 8);
	image_btf_u32(&b, 64);
	uint32_t u32 = image_btf_type(&b, "int", 1, 0, 4);
	image_btf_u32(&b, 1 << 24 | 32);
	uint32_t chr = image_btf_type(&b, "char", 1, 0, 1);
	image_btf_u32(&b, 1 << 24 | 8);
	uint32_t ptr = image_btf_type(&b, "", 2, 0, 0);
	im->u16_type = image_btf_type(&b, "short unsigned int", 1, 0, 2);
	image_btf_u32(&b, 16);
	uint32_t comm = image_btf_type(&b, "", 3, 0, 0);
	image_btf_u32(&b, chr);
	image_btf_u32(&b, u32);
	image_btf_u32(&b, 16);
	uint32_t modname = image_btf_type(&b, "", 3, 0, 0);
	image_btf_u32(&b, chr);
	image_btf_u32(&b, u32);
	image_btf_u32(&b, 56);
	uint32_t list =
		image_btf_struct(&b, "list_head", 4, 16,
				 (struct image_member[]){ { "next", ptr, 0 }, { "prev", ptr, 8 }, { 0 } });
	uint32_t thread = image_btf_struct(&b, "thread_struct", 4, 16,
					   (struct image_member[]){ { "sp", u64, 0 }, { 0 } });
	uint32_t counts = image_btf_array(&b, u32, u32, 4);
	uint32_t task_rss = image_btf_struct(
		&b, im->options.old ? "task_rss_stat" : "", 4, 16,
		(struct image_member[]){ { im->options.old ? "count" : "unused", counts, 0 }, { 0 } });
	uint32_t inner = image_btf_struct(
		&b, "", 5, 8, (struct image_member[]){ { "pid", u32, 0 }, { "pid_alias", u32, 0 }, { 0 } });
	const struct image_basic basic = { u64, u32, chr, ptr, list };

	image_layouts(im, &b, &basic, image_file_layouts);
	uint32_t queues = image_queue_task_types(im, &b, &basic);

	image_btf_struct(&b, "task_struct", 4, image_task_size(im),
			 (struct image_member[]){ { "__state", u32, TASK_STATE },
						  { "stack", ptr, TASK_STACK },
						  { "tasks", list, TASK_TASKS },
						  { "", inner, TASK_PID },
						  { "tgid", u32, TASK_TGID },
						  { "real_parent", ptr, TASK_PARENT },
						  { "comm", comm, TASK_COMM },
						  { "signal", ptr, TASK_SIGNAL },
						  { "thread_node", list, TASK_NODE },
						  { "thread", thread, TASK_SP },
						  { "mm", ptr, TASK_MM },
						  { "files", ptr, TASK_FILES },
						  { "fs", ptr, TASK_FS },
						  { "nsproxy", ptr, TASK_NSPROXY },
						  { "", queues, im->options.queues ? TASK_QUEUES : 0 },
						  { im->options.old ? "rss_stat" : "", task_rss, TASK_RSS },
						  { 0 } });
	image_memory_types(im, &b, &(struct image_basic){ u64, u32, chr, ptr, list });
	image_crash_types(im, &b, &(struct image_basic){ u64, u32, chr, ptr, list });
	image_machine_types(im, &b, &(struct image_basic){ u64, u32, chr, ptr, list });
	image_queue_types(im, &b, &basic);
	uint32_t shared = image_btf_struct(
		&b, "sigpending_shared", 4, 24,
		(struct image_member[]){ { "list", list, 0 }, { "signal", u64, 16 }, { 0 } });

	uint32_t limits = image_btf_array(&b, image_field(im, "rlimit")->type, u32, 16);

	image_btf_struct(&b, "signal_struct", 4, SIGNAL_SIZE,
			 (struct image_member[]){ { "thread_head", list, 8 },
						  { "shared_pending", shared, SIGNAL_SHARED },
						  { "rlim", limits, SIGNAL_LIMITS },
						  { 0 } });
	image_btf_struct(&b, "inactive_task_frame", 4, 56,
			 (struct image_member[]){ { "r15", u64, 0 },
						  { "bx", u64, 32 },
						  { "bp", u64, 40 },
						  { "ret_addr", u64, 48 },
						  { 0 } });
	uint32_t memory =
		image_btf_struct(&b, "module_memory", 4, 16,
				 (struct image_member[]){ { "base", ptr, 0 }, { "size", u32, 8 }, { 0 } });
	uint32_t memories = image_btf_type(&b, "", 3, 0, 0);
	image_btf_u32(&b, memory);
	image_btf_u32(&b, u32);
	image_btf_u32(&b, 7);
	uint32_t kallsyms = image_btf_struct(&b, "mod_kallsyms", 4, 32,
					     (struct image_member[]){ { "symtab", ptr, 0 },
								      { "num_symtab", u32, 8 },
								      { "strtab", ptr, 16 },
								      { "typetab", ptr, 24 },
								      { 0 } });
	image_btf_struct(&b, "module", 4, MODULE_SIZE,
			 (struct image_member[]){ { "state", u32, 0 },
						  { "list", list, MODULE_LIST },
						  { "name", modname, MODULE_NAME },
						  { "mem", memories, MODULE_MEM },
						  { "core_kallsyms", kallsyms, MODULE_KALLSYMS },
						  { "btf_data", ptr, MODULE_BTF },
						  { "btf_data_size", u32, MODULE_BTF + 8 },
						  { "btf_base_data_size", u32, MODULE_BTF + 12 },
						  { "btf_base_data", ptr, MODULE_BTF + 16 },
						  { "notes_attrs", ptr, MODULE_NOTES },
						  { 0 } });
	uint32_t attribute = image_btf_struct(&b, "attribute", 4, 16,
					      (struct image_member[]){ { "name", ptr, 0 }, { 0 } });
	uint32_t binary = image_btf_struct(
		&b, "bin_attribute", 4, 56,
		(struct image_member[]){
			{ "attr", attribute, 0 }, { "size", u64, 16 }, { "private", ptr, 24 }, { 0 } });

	image_btf_struct(&b, "module_notes_attrs", 4, 16,
			 (struct image_member[]){ { "notes", u32, 8 },
						  { "attrs", image_btf_array(&b, binary, u32, 0), 16 },
						  { 0 } });

	/* of no kernel: what declarations are made of */
	uint32_t unnamed =
		image_btf_struct(&b, "", 4, 4, (struct image_member[]){ { "counter", u32, 0 }, { 0 } });
	uint32_t atomic = image_btf_type(&b, "atomic_t", 8, 0, unnamed);
	image_btf_enum(&b, "", (struct image_enumerator[]){ { "RED", 0 }, { "BLACK", 1 }, { 0 } });
	uint32_t colours = b.n, flexible = image_btf_array(&b, u64, u32, 0);
	image_btf_struct(
		&b, "shapes", 4, 8,
		(struct image_member[]){
			{ "count", atomic, 0 }, { "colour", colours, 4 }, { "more", flexible, 8 }, { 0 } });

	size_t size = 24 + b.types.n + b.strings.n;
	uint64_t at = image_room(im, size),
		 header[] = { 0x0001eb9f, 24, 0, b.types.n, b.types.n, b.strings.n };

	if (!im->options.no_btf) {
		image_symbol(im, "__start_BTF", 'R', at);
		image_symbol(im, "__stop_BTF", 'R', at + size);
	}
	im->btf_at = at;
	im->btf_size = size;
	im->btf_types = b.n;
	im->btf_strings = (uint32_t)b.strings.n;
	for (unsigned i = 0; i < 6; i++)
		image_put(im, at + 4 * i, header[i], 4);
	memcpy(im->memory + (at - IMAGE_MAP) + 24, b.types.data, b.types.n);
	memcpy(im->memory + (at - IMAGE_MAP) + 24 + b.types.n, b.strings.data, b.strings.n);
	pm_buf_deinit(&b.types);
	pm_buf_deinit(&b.strings);
}

/* ---- code, and how to unwind it ---- */

/* Functions of 64 bytes: 0x20 bytes of frame and the return address, so CFA = sp + 0x28, but the first,
 * which only calls panic (CFA = sp + 8 at its call). */
static const char *const image_functions[] = { "panic",         "sysrq_handle_crash",
					       "vfs_write",     "ksys_write",
					       "do_syscall_64", "entry_SYSCALL_64_after_hwframe",
					       "__schedule",    "schedule",
					       "__mutex_lock",  "kthread",
					       "ret_from_fork", "delay_tsc" };
enum { IMAGE_FUNCTIONS = sizeof(image_functions) / sizeof(image_functions[0]) };

static inline uint64_t image_function(const char *name)
{
	for (unsigned i = 0; i < IMAGE_FUNCTIONS; i++)
		if (!strcmp(image_functions[i], name))
			return IMAGE_TEXT + 64 * i;
	return 0;
}

/* sp_base in the numbers of versions 1 to 3: 5 is sp. */
static inline uint16_t image_orc_bits(unsigned version, bool regs, bool end)
{
	unsigned sp = end ? 0 : version == 4 ? 3 : 5;

	if (version >= 3)
		return (uint16_t)(sp | (end ? 1 : regs ? 3 : 2) << 8);
	return (uint16_t)(sp | (regs ? 1 : 0) << 8 | (unsigned)end << (version == 2 ? 11 : 10));
}

static inline void image_code(struct image *im)
{
	unsigned version = im->options.orc ? im->options.orc : 3;
	uint64_t places = image_room(im, 4 * (IMAGE_FUNCTIONS + 1));
	uint64_t rules = image_room(im, 6 * (IMAGE_FUNCTIONS + 1));

	for (unsigned i = 0; i < IMAGE_FUNCTIONS; i++) {
		uint64_t at = IMAGE_TEXT + 64 * i;
		bool regs = !strcmp(image_functions[i], "entry_SYSCALL_64_after_hwframe");
		bool end = !strcmp(image_functions[i], "ret_from_fork");

		bool rt = im->options.rt && !strcmp(image_functions[i], "__mutex_lock");

		image_symbol(im, rt ? "rt_mutex_slowlock" : image_functions[i], 'T', at);
		for (unsigned k = 0; k < 64; k++)
			image_put(im, at + k, 0x90, 1);
		if (im->options.frame_pointers)
			image_put(im, at, 0xe5894855, 4); /* push %rbp; mov %rsp,%rbp */
		/* each calls the one before it, at its byte 27 */
		image_put(im, at + 27, 0xe8, 1);
		image_put(im, at + 28, (uint64_t)(-64 - 32), 4);
		image_put(im, places + 4 * i, at - (places + 4 * i), 4);
		image_put(im, rules + 6 * i, regs ? 0 : 0x28, 2);
		image_put(im, rules + 6 * i + 2, 0, 2);
		image_put(im, rules + 6 * i + 4, image_orc_bits(version, regs, end), 2);
	}
	image_put(im, places + 4 * IMAGE_FUNCTIONS,
		  IMAGE_TEXT + 64 * IMAGE_FUNCTIONS - (places + 4 * IMAGE_FUNCTIONS), 4);
	image_symbol(im, "_stext", 'T', IMAGE_TEXT);
	image_symbol(im, "_etext", 'T', IMAGE_TEXT + 64 * IMAGE_FUNCTIONS);
	if (!im->options.frame_pointers) {
		image_symbol(im, "__start_orc_unwind_ip", 'R', places);
		image_symbol(im, "__stop_orc_unwind_ip", 'R', places + 4 * (IMAGE_FUNCTIONS + 1));
		image_symbol(im, "__start_orc_unwind", 'R', rules);
	}
	if (version == 4) {
		static const uint8_t hash[4] = { 0x13, 0x7c, 0x36, 0xad };
		uint64_t header = image_variable(im, "__start_orc_header", 20);

		for (unsigned i = 0; i < 4; i++)
			image_put(im, header + i, hash[i], 1);
	}
	image_say(im, "SYMBOL(_stext)=%llx\n", IMAGE_TEXT);
	im->next = IMAGE_TEXT - IMAGE_MAP > im->next ? IMAGE_TEXT - IMAGE_MAP : im->next;
}

/* Return addresses from sp on, as those functions would have left them, and the frame pointers below them, the last of
 * which points at the registers behind it; the last sp. */
static inline uint64_t image_chain(struct image *im, uint64_t sp, const char *const *callers)
{
	for (; *callers; callers++) {
		sp += 0x28;
		if (im->options.frame_pointers)
			image_put(im, sp - 16, callers[1] ? sp + 0x18 : sp + 1, 8);
		image_put(im, sp - 8, image_function(*callers) + 32, 8);
	}
	return sp;
}

/* ---- tasks, CPU, module ---- */

static inline void image_task(struct image *im, uint64_t at, int pid, const char *comm, uint64_t stack,
			      uint64_t parent)
{
	uint64_t signal = image_room(im, SIGNAL_SIZE);

	image_put(im, at + TASK_STACK, IMAGE_DIRECT + stack, 8);
	if (pid) /* swapper went over the end of its stack */
		image_put(im, IMAGE_DIRECT + stack, 0x57ac6e9d, 8);
	image_put(im, at + TASK_PID, (uint64_t)pid, 4);
	image_put(im, at + TASK_TGID, (uint64_t)pid, 4);
	image_put(im, at + TASK_PARENT, parent, 8);
	image_text(im, at + TASK_COMM, comm);
	image_put(im, at + TASK_SIGNAL, signal, 8);
	image_list(im, (uint64_t[]){ signal + 8, at + TASK_NODE }, 2);
}

/* A task that was switched out in __schedule. */
static inline void image_sleep(struct image *im, uint64_t task, uint64_t stack)
{
	static const char *const sleep[] = { "schedule", "kthread", "ret_from_fork", NULL };
	static const char *const blocked[] = { "schedule", "__mutex_lock", "kthread", "ret_from_fork", NULL };
	uint64_t frame = IMAGE_DIRECT + stack + IMAGE_SLEPT;

	image_put(im, task + TASK_SP, frame, 8);
	image_put(im, frame, 0x1515, 8);
	image_put(im, frame + 32, 0xbbbb, 8);
	image_put(im, frame + 40, frame + 56 + 0x18, 8);
	image_put(im, frame + 48, image_function("__schedule") + 32, 8);
	uint64_t end = image_chain(im, frame + 56, im->options.blocked || im->options.held ? blocked : sleep);

	/* of a user mode that a kernel thread has not got, at the stack's end */
	if (im->options.frame_pointers)
		image_put(im, end - 16, IMAGE_DIRECT + stack + 0x4000 - 168 + 1, 8);
}

/* The waiter lies in the frame of __mutex_lock, behind those of __schedule and schedule. */
static inline void image_wait(struct image *im, uint64_t task, uint64_t stack, uint64_t lock, uint64_t owner)
{
	uint64_t waiter = IMAGE_DIRECT + stack + IMAGE_SLEPT + 56 + 2 * 0x28;

	image_put(im, task + TASK_STATE, 2, 4);
	image_put(im, lock + (im->options.rt ? RT_MUTEX_OWNER : 0), owner | 1, 8);
	image_put(im, waiter + 16, task, 8);
	image_put(im, waiter + 24, lock, 8);
	if (im->options.rt) { /* a tree with one node */
		image_put(im, lock, waiter, 8);
		image_put(im, waiter, 1, 8);
	} else if (im->options.sheaves) { /* 7.1: a ring of waiters without a head */
		image_list(im, (uint64_t[]){ waiter }, 1);
		image_put(im, lock + MUTEX_WAIT_LIST, waiter, 8);
	} else {
		image_list(im, (uint64_t[]){ lock + MUTEX_WAIT_LIST, waiter }, 2);
	}
}

static inline void image_tasks(struct image *im)
{
	static const char *const crash[] = { "sysrq_handle_crash",
					     "vfs_write",
					     "ksys_write",
					     "do_syscall_64",
					     "entry_SYSCALL_64_after_hwframe",
					     NULL };
	uint64_t init = image_variable(im, "init_task", image_task_size(im)),
		 shell = image_room(im, image_task_size(im));
	uint64_t worker = image_room(im, image_task_size(im));

	im->init_task = init;

	im->per_cpu_next = image_variable(im, "__per_cpu_start", IMAGE_PERCPU_SIZE);
	image_variable(im, "__per_cpu_end", 8);
	uint64_t current = image_per_cpu(im, "current_task", 8);
	uint64_t panic_cpu = image_variable(im, "panic_cpu", 4),
		 offset = image_variable(im, "__per_cpu_offset", 8);
	uint64_t cpus = image_variable(im, "nr_cpu_ids", 4),
		 page_offset = image_variable(im, "page_offset_base", 8);

	image_put(im, page_offset, IMAGE_DIRECT, 8);
	image_put(im, cpus, 1, 4);
	image_put(im, offset, IMAGE_PERCPU, 8);
	image_put(im, current + IMAGE_PERCPU, shell, 8);
	image_put(im, panic_cpu, im->options.no_panic ? ~0ull : 0, 4);
	image_task(im, init, 0, "swapper/0", 0x90000, init);
	image_task(im, shell, 42, "sh", IMAGE_STACK, init);
	image_task(im, worker, 7, "kworker/0:1", IMAGE_STACK_2, init);
	image_put(im, worker + TASK_STATE, 0x402, 4);
	image_list(im, (uint64_t[]){ init + TASK_TASKS, shell + TASK_TASKS, worker + TASK_TASKS }, 3);

	/* The panicking task's stack, down to its registers of user mode. */
	uint64_t regs = image_chain(im, IMAGE_DIRECT + IMAGE_STACK + 0x3000, crash);

	image_put(im, regs + 8 * 16, 0x401000, 8); /* ip */
	image_put(im, regs + 8 * 17, 0x33, 8);     /* cs */
	image_put(im, regs + 8 * 19, 0x7ffc00001000, 8);
	image_put(im, regs + 8 * 15, 1, 8); /* orig_ax: write */
	im->user_regs = regs;

	image_sleep(im, worker, IMAGE_STACK_2);
	if (im->options.blocked || im->options.held) {
		uint64_t other = image_room(im, image_task_size(im)), locks[2];

		image_task(im, other, 8, "kworker/0:2", IMAGE_STACK_3, init);
		image_sleep(im, other, IMAGE_STACK_3);
		image_list(im,
			   (uint64_t[]){ init + TASK_TASKS, shell + TASK_TASKS, worker + TASK_TASKS,
					 other + TASK_TASKS },
			   4);
		for (unsigned i = 0; i < 2; i++)
			locks[i] = image_variable(im, i ? "lock_b" : "lock_a", MUTEX_SIZE);
		image_wait(im, worker, IMAGE_STACK_2, locks[0], other);
		if (im->options.held)
			image_put(im, other + TASK_STATE, 1, 4);
		else
			image_wait(im, other, IMAGE_STACK_3, locks[1], worker);
	}
	image_part(im);
	image_memory(im, shell);
	image_crash(im, regs);
	image_part(im);
	image_machine(im, shell);
	image_part(im);
	if (im->options.queues)
		image_queues(im, init, shell, worker);
}

static inline void image_module(struct image *im)
{
	static const char strings[] = "\0drv_write\0drv_init";
	uint64_t head = image_variable(im, "modules", 16), module = image_room(im, MODULE_SIZE);
	uint64_t symtab = image_room(im, 3 * 24), strtab = image_room(im, sizeof(strings));

	uint64_t notes = image_room(im, 16 + 3 * 56), note = image_room(im, 40);

	image_put(im, module + MODULE_NOTES, notes, 8);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t attr = notes + 16 + 56 * i;

		image_put(im, attr, image_string(im, i ? ".note.gnu.build-id" : ".note.Linux"), 8);
		image_put(im, attr + 16, i ? 36 : 24, 8);
		image_put(im, attr + 24, i ? note : notes, 8);
	}
	image_put(im, note, 4, 4);
	image_put(im, note + 4, 20, 4);
	image_put(im, note + 8, 3, 4);
	image_text(im, note + 12, "GNU");
	for (unsigned i = 0; i < 20; i++)
		image_put(im, note + 16 + i, 0xa0 + i, 1);
	image_list(im, (uint64_t[]){ head, module + MODULE_LIST }, 2);
	image_text(im, module + MODULE_NAME, "drv");
	image_put(im, module + MODULE_MEM, IMAGE_MODULE, 8);
	image_put(im, module + MODULE_MEM + 8, 0x1000, 4);
	image_put(im, module + MODULE_KALLSYMS, symtab, 8);
	image_put(im, module + MODULE_KALLSYMS + 8, 3, 4);
	image_put(im, module + MODULE_KALLSYMS + 16, strtab, 8);
	for (unsigned i = 1; i < 3; i++) {
		image_put(im, symtab + 24 * i, i == 1 ? 1 : 11, 4);
		image_put(im, symtab + 24 * i + 6, 1, 2);
		image_put(im, symtab + 24 * i + 8, IMAGE_MODULE + 0x100 * i, 8);
	}
	for (size_t i = 0; i < sizeof(strings); i++)
		image_put(im, strtab + i, (uint8_t)strings[i], 1);
}

#include "linux_image_log.h" /* in its place, too */
#include "linux_image_symbols.h"

/* ---- the file ---- */

static inline void image_note(uint8_t *at, const char *name, uint32_t type, const void *desc, size_t size)
{
	uint32_t head[3] = { (uint32_t)strlen(name) + 1, (uint32_t)size, type };

	memcpy(at, head, 12);
	memcpy(at + 12, name, head[0]);
	memcpy(at + 12 + ((head[0] + 3) & ~3u), desc, size);
}

static inline void image_core(struct image *im)
{
	size_t info = strlen(im->info), note = 20 + IMAGE_NOTE, info_note = (24 + info + 3) & ~(size_t)3;
	static const char device[] = "eth0\0                                       registers of a card";
	size_t device_note = im->options.machine ? 20 + ((sizeof(device) + 3) & ~(size_t)3) : 0;
	size_t notes = note + (im->options.no_note ? 0 : info_note) + device_note;
	Elf64_Ehdr eh = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1 },
			  .e_type = ET_CORE,
			  .e_machine = EM_X86_64,
			  .e_phoff = sizeof(eh),
			  .e_phentsize = sizeof(Elf64_Phdr),
			  .e_phnum = 2 };
	Elf64_Phdr ph[2] = { { .p_type = PT_NOTE, .p_offset = sizeof(eh) + sizeof(ph), .p_filesz = notes },
			     { .p_type = PT_LOAD, .p_filesz = IMAGE_MEMORY, .p_memsz = IMAGE_MEMORY } };
	uint8_t prstatus[IMAGE_NOTE] = { 0 };
	uint64_t ip = image_function("panic") + 40, sp = IMAGE_DIRECT + IMAGE_STACK + 0x3000, cs = 0x10,
		 bp = sp + 0x18;

	if (im->options.lost_stack) {
		ip = image_function("delay_tsc") + 40;
		sp = bp = IMAGE_DIRECT + IMAGE_MEMORY + 0x3000;
	}
	memcpy(prstatus + 112 + 8 * 4, &bp, 8);
	memcpy(prstatus + 112 + 8 * 16, &ip, 8);
	memcpy(prstatus + 112 + 8 * 17, &cs, 8);
	memcpy(prstatus + 112 + 8 * 19, &sp, 8);
	im->memory_at = sizeof(eh) + sizeof(ph) + notes;
	ph[1].p_offset = im->memory_at;
	im->core_size = im->memory_at + IMAGE_MEMORY;
	im->core = pm_alloc(im->core_size);
	memcpy(im->core, &eh, sizeof(eh));
	memcpy(im->core + sizeof(eh), ph, sizeof(ph));
	image_note(im->core + sizeof(eh) + sizeof(ph), "CORE", NT_PRSTATUS, prstatus, sizeof(prstatus));
	if (!im->options.no_note)
		image_note(im->core + sizeof(eh) + sizeof(ph) + note, "VMCOREINFO", 0, im->info, info);
	if (device_note)
		image_note(im->core + im->memory_at - device_note, "LINUX", 0x700, device, sizeof(device));
	memcpy(im->core + im->memory_at, im->memory, IMAGE_MEMORY);
}

/* The whole; freed by image_deinit. */
static inline void image_make(struct image *im, const struct image_options *options)
{
	*im = (struct image){ .options = *options };
	im->memory = pm_alloc(IMAGE_MEMORY);
	im->next = IMAGE_TEXT - IMAGE_MAP + 0x1000;
	image_say(im,
		  "OSRELEASE=6.6.0-test\nBUILD-ID=0123456789abcdef0123456789abcdef01234567\nPAGESIZE=4096\n"
		  "NUMBER(phys_base)=0\nNUMBER(pgtable_l5_enabled)=0\nKERNELOFFSET=0\n"
		  "SIZE(list_head)=16\nOFFSET(list_head.prev)=8\n");
	image_page_tables(im);
	image_code(im);
	image_types(im);
	image_part(im);
	image_tasks(im);
	image_part(im);
	image_module(im);
	image_write_log(im);
	if (options->big_names) {
		char name[201];

		memset(name, 'n', 200);
		name[200] = 0;
		image_symbol(im, name, 't', IMAGE_TEXT + 64 * IMAGE_FUNCTIONS + 16);
	}
	image_kallsyms(im);
	if (im->next > IMAGE_TEXT - IMAGE_MAP + IMAGE_PERCPU)
		abort(); /* CPU 0's variables stand there */
	/* VMCOREINFO as the kernel keeps it: a page of its own */
	image_text(im, 0xa0000, im->info);
	image_core(im);
}

static inline void image_deinit(struct image *im)
{
	free(im->memory);
	free(im->core);
}

static inline struct pm_dump *image_open(const struct image *im)
{
	struct pm_dump *dump = NULL;

	pm_error_free(pm_dump_open_file(pm_file_memory("image", im->core, im->core_size), &dump));
	return dump;
}

#endif

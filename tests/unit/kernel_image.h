/* A small kernel that is not Linux, in a dump: page tables, three functions, their names, a stack, descriptor tables, and the
 * recorder's note of a page fault.  Offsets are those of physical memory, of which 48 pages exist. */
#ifndef KERNEL_IMAGE_H
#define KERNEL_IMAGE_H

#include "formats/note.h"
#include "formats/sum.h"
#include "read/dump.h"
#include "read/file.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KI_BASE 0xffffffff80000000ull /* virtual, of KI_TEXT */
#define KI_DIRECT 0xffff800000000000ull
enum {
	KI_PAGES = 48,
	KI_SIZE = KI_PAGES * 4096,
	KI_PML4 = 0x1000, /* and PDPT, PD, PT behind it; then the direct map's */
	KI_TEXT = 0x10000,
	KI_TABLE = 0x14000,
	KI_STACK = 0x18000, /* one page */
	KI_IDT = 0x1a000,
	KI_GDT = 0x1b000,
	KI_TSS = 0x1b800,
	KI_NOTE = 0x20000,
	KI_NOTE_SIZE = 0x4000,
	KI_FUNCTION = 0x20, /* bytes of each */
};
/* Virtual address of a place in the image. */
#define KI_AT(offset) (KI_BASE + (offset)-KI_TEXT)

/* Of a note that is complete; the report has its end. */
#define KI_LOG "[    0.1] toy: \033[2Jbegun\n[    1.2] toy: at work"

enum ki_carrier { KI_BY_NAME, KI_BY_KEY, KI_BY_SCAN, KI_RAW, KI_NO_NOTE };

struct kernel_image {
	uint8_t *file; /* an ELF core; of KI_RAW the memory alone */
	size_t size, memory_at;
	uint8_t *memory; /* in file */
};

static inline void ki_put(uint8_t *at, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static inline uint64_t ki_function(unsigned index)
{
	return KI_BASE + index * KI_FUNCTION;
}

/* Where a function returns to from the call that it makes. */
static inline uint64_t ki_return(unsigned index)
{
	return ki_function(index) + 0x10;
}

static const char *const ki_names[] = { "start", "work", "poke", "idle" };
enum { KI_START, KI_WORK, KI_POKE, KI_IDLE, KI_FUNCTIONS };

static inline void ki_memory(uint8_t *m)
{
	static const uint8_t code[] = { 0x55, 0x48, 0x89, 0xe5 };
	uint32_t names_size = 0;

	/* tables: KI_BASE on is KI_TEXT on, 32 pages; the direct map has all */
	ki_put(m + KI_PML4 + 511 * 8, (KI_PML4 + 0x1000) | 3, 8);
	ki_put(m + KI_PML4 + 0x1000 + 510 * 8, (KI_PML4 + 0x2000) | 3, 8);
	ki_put(m + KI_PML4 + 0x2000, (KI_PML4 + 0x3000) | 3, 8);
	for (unsigned i = 0; i < 32; i++)
		ki_put(m + KI_PML4 + 0x3000 + i * 8, (KI_TEXT + i * 0x1000) | (i ? 0x8000000000000003ull : 1),
		       8);
	ki_put(m + KI_PML4 + 256 * 8, (KI_PML4 + 0x4000) | 3, 8);
	ki_put(m + KI_PML4 + 0x4000, (KI_PML4 + 0x5000) | 3, 8);
	ki_put(m + KI_PML4 + 0x5000, 0x8000000000000083ull, 8);
	for (unsigned i = 0; i < KI_FUNCTIONS; i++) {
		uint8_t *f = m + KI_TEXT + i * KI_FUNCTION;

		memset(f, 0x90, KI_FUNCTION);
		memcpy(f, code, sizeof(code));
		f[0x0b] = 0xe8;
	}
	/* names */
	uint8_t *t = m + KI_TABLE, *names = t + 16 + 12 * KI_FUNCTIONS;

	for (unsigned i = 0; i < KI_FUNCTIONS; i++) {
		ki_put(t + 16 + 12 * i, i * KI_FUNCTION, 4);
		ki_put(t + 20 + 12 * i, KI_FUNCTION, 4);
		ki_put(t + 24 + 12 * i, names_size, 4);
		strcpy((char *)names + names_size, ki_names[i]);
		names_size += (uint32_t)strlen(ki_names[i]) + 1;
	}
	ki_put(t, 0x6b70736d, 4);
	ki_put(t + 4, KI_FUNCTIONS, 4);
	ki_put(t + 8, names_size, 4);
	ki_put(t + 12, ~(0x6b70736du ^ KI_FUNCTIONS * 0x9e3779b1u ^ names_size * 0x85ebca6bu), 4);
	/* the stack of poke(), called by work(), called by start() */
	ki_put(m + KI_STACK + 0xf20, KI_AT(KI_STACK) + 0xf40, 8);
	ki_put(m + KI_STACK + 0xf28, ki_return(KI_WORK), 8);
	ki_put(m + KI_STACK + 0xf48, ki_return(KI_START), 8);
	/* descriptor tables: code at 8, the gates of all exceptions but the page fault's */
	ki_put(m + KI_GDT + 8, 0x00af9b000000ffffull, 8);
	for (unsigned i = 0; i < 32; i++) {
		uint8_t *gate = m + KI_IDT + 16 * i;
		uint64_t to = ki_function(KI_IDLE);

		ki_put(gate, to, 2);
		ki_put(gate + 2, 8, 2);
		gate[4] = i == 8 ? 1 : 0;
		gate[5] = i == 14 ? 0 : 0x8e;
		ki_put(gate + 6, to >> 16, 2);
		ki_put(gate + 8, to >> 32, 4);
	}
	ki_put(m + KI_TSS + 36, KI_AT(KI_STACK) + 0xf00, 8); /* IST 1: the double fault's */
	/* which was raised in poke() */
	ki_put(m + KI_STACK + 0xf00 - 40, ki_function(KI_POKE) + 8, 8);
	ki_put(m + KI_STACK + 0xf00 - 32, 8, 8);
	ki_put(m + KI_STACK + 0xf00 - 24, 0x206, 8);
	ki_put(m + KI_STACK + 0xf00 - 16, KI_AT(KI_STACK) + 0xf10, 8);
	ki_put(m + KI_STACK + 0xf00 - 8, 0x10, 8);
}

/* The report of poke()'s fault; its length. */
static inline size_t ki_report(char *text, size_t size)
{
	uint32_t lines = 0;
	size_t n = (size_t)snprintf(
		text, size,
		"KPANIC 1 begin report=1 kind=panic oops=1 tier=3 arch=x86_64 cpu=0 cpus=2 up=1.5 system=toy "
		"release=7 command=quiet\n"
		"KPANIC 1 verdict is=panic because=\"Fatal exception\" message=\"Fatal exception\"\n"
		"KPANIC 1 task id=7 name=worker stack=%llx-%llx context=none\n"
		"BUG: kernel NULL pointer dereference, address: 0000000000000018\n"
		"#PF: supervisor write access in kernel mode\n"
		"#PF: error_code(0x0002) - not-present page\n"
		"Oops: 0002 [#1]\n"
		"CPU: 0 PID: 7 Comm: worker Not tainted 7 toy\n"
		"RIP: 0008:poke+0x8/0x20\n"
		"RSP: 0010:%016llx EFLAGS: 00010206\n"
		"RAX: 0000000000000000 RBX: %016llx RCX: 0000000000000000\n"
		"RDX: 0000000000000000 RSI: 0000000000000000 RDI: 0000000000000000\n"
		"RBP: %016llx R08: 0000000000000000 R09: 0000000000000000\n"
		"R10: 0000000000000000 R11: 0000000000000000 R12: 0000000000000000\n"
		"R13: 0000000000000000 R14: 0000000000000000 R15: 0000000000000000\n"
		"Call Trace:\n"
		" <TASK>\n"
		" poke+0x8/0x20\n"
		" work+0x10/0x20\n"
		" start+0x10/0x20\n"
		" </TASK>\n"
		"KPANIC 1 log bytes=24\n"
		"> [    1.2] toy: at work\n"
		"Kernel panic - not syncing: Fatal exception\n",
		(unsigned long long)KI_AT(KI_STACK), (unsigned long long)KI_AT(KI_STACK) + 0x1000,
		(unsigned long long)KI_AT(KI_STACK) + 0xf10, (unsigned long long)ki_function(KI_IDLE),
		(unsigned long long)KI_AT(KI_STACK) + 0xf20);

	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	uint32_t sum = kf_crc32(0, text, n);

	return n + (size_t)snprintf(text + n, size - n, "KPANIC 1 end lines=%u crc32=%08x\n", lines, sum);
}

/* The registers of poke()'s fault in the order of NT_PRSTATUS; of idle() on the other CPU. */
static inline void ki_registers(uint64_t *v, bool idle)
{
	memset(v, 0, 27 * sizeof(*v));
	v[4] = idle ? 0 : KI_AT(KI_STACK) + 0xf20;
	v[16] = idle ? ki_function(KI_IDLE) + 8 : ki_function(KI_POKE) + 8;
	v[17] = 8;
	v[18] = 0x206;
	v[19] = KI_AT(KI_STACK) + (idle ? 0xe00 : 0xf10);
	v[20] = 0x10;
}

/* at: where; physical: where it says that it is.  Returns its size. */
static inline uint32_t ki_note(uint8_t *at, uint64_t physical, enum kf_note_state state)
{
	static const uint8_t build_id[4] = { 0xde, 0xad, 0xbe, 0xef };
	static char report[4096];
	size_t n = ki_report(report, sizeof(report));
	struct kf_note_writer w;
	struct kf_note_header header = { .version = KF_NOTE_VERSION,
					 .capacity = KI_NOTE_SIZE,
					 .physical = physical,
					 .state = KF_NOTE_BEGUN,
					 .machine = EM_X86_64,
					 .word = 8,
					 .page_size = 4096,
					 .cpus = 2 };
	struct kf_note_cpu cpu = { .cpu = 0,
				   .state = KF_CPU_FROZEN,
				   .flags = KF_CPU_REPORTS | KF_CPU_HAS_TASK,
				   .form = KF_REGISTERS_X86_64,
				   .task = 7,
				   .name = "worker",
				   .count = 27 };
	struct kf_note_task task = { .id = 7,
				     .stack_start = KI_AT(KI_STACK),
				     .stack_end = KI_AT(KI_STACK) + 0x1000,
				     .syscall = UINT64_MAX,
				     .state = KF_TASK_RUNNING,
				     .name = "worker" };
	struct kf_note_range text = { .start = KI_BASE,
				      .size = 0x1000,
				      .physical = KI_TEXT,
				      .kind = KF_REGION_TEXT,
				      .name = "text" },
			     data = { .start = KI_BASE + 0x1000,
				      .size = 0x1f000,
				      .physical = KI_TEXT + 0x1000,
				      .kind = KF_REGION_DATA,
				      .name = "data" },
			     direct = { .start = KI_DIRECT, .size = KI_SIZE, .name = "all memory" };

	kf_note_begin(&w, at, KI_NOTE_SIZE, &header);
	kf_note_bytes(&w, KF_NOTE_SYSTEM, "toy", 3);
	kf_note_bytes(&w, KF_NOTE_RELEASE, "7", 1);
	kf_note_bytes(&w, KF_NOTE_BUILD_ID, build_id, sizeof(build_id));
	kf_note_put_symbols(
		&w, &(struct kf_note_symbols){
			    .at = KI_AT(KI_TABLE), .physical = KI_TABLE, .size = 200, .anchor = KI_BASE });
	kf_note_put_root(&w, &(struct kf_note_root){ .physical = KI_PML4, .levels = 4 });
	kf_note_section(&w, KF_NOTE_DIRECT);
	kf_note_add_range(&w, &direct);
	kf_note_end(&w);
	kf_note_section(&w, KF_NOTE_REGIONS);
	kf_note_add_range(&w, &text);
	kf_note_add_range(&w, &data);
	kf_note_end(&w);
	if (state >= KF_NOTE_PANICKING) {
		kf_note_state(&w, state);
		ki_registers(cpu.registers, false);
		kf_note_put_cpu(&w, &cpu);
		kf_note_section(&w, KF_NOTE_TASKS);
		kf_note_add_task(&w, &task);
		task = (struct kf_note_task){ .id = 8,
					      .pc = ki_return(KI_WORK),
					      .sp = KI_AT(KI_STACK) + 0xf30,
					      .fp = KI_AT(KI_STACK) + 0xf40,
					      .waits_for = ki_function(KI_POKE),
					      .syscall = 3,
					      .root = KI_PML4,
					      .state = KF_TASK_WAITING,
					      .cpu = KF_NO_CPU,
					      .name = "waiter" };
		kf_note_add_task(&w, &task);
		kf_note_end(&w);
		kf_note_bytes(&w, KF_NOTE_REPORT, report, n);
		if (state == KF_NOTE_COMPLETE)
			kf_note_bytes(&w, KF_NOTE_LOG, KI_LOG, sizeof(KI_LOG) - 1);
	}
	return w.used;
}

static inline size_t ki_elf_note(uint8_t *at, const char *name, uint32_t type, const void *desc, size_t n)
{
	size_t named = strlen(name) + 1, padded = (named + 3) & ~3ul;

	ki_put(at, named, 4);
	ki_put(at + 4, n, 4);
	ki_put(at + 8, type, 4);
	memcpy(at + 12, name, named);
	memcpy(at + 12 + padded, desc, n);
	return 12 + padded + ((n + 3) & ~3ul);
}

static inline size_t ki_notes(uint8_t *at, enum ki_carrier carrier, enum kf_note_state state)
{
	static uint8_t note[KI_NOTE_SIZE];
	char key[64];
	size_t n = 0;

	for (unsigned cpu = 0; cpu < 2; cpu++) {
		uint8_t status[336] = { 0 };
		uint64_t v[27];

		/* CPU 0 spins somewhere by then, on the stack of the double fault */
		ki_registers(v, true);
		if (!cpu)
			v[19] = KI_AT(KI_STACK) + 0xe80;
		for (unsigned i = 0; i < 27; i++)
			ki_put(status + 112 + 8 * i, v[i], 8);
		n += ki_elf_note(at + n, "CORE", NT_PRSTATUS, status, sizeof(status));
	}
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		uint8_t q[440] = { 1 };

		ki_put(q + 4, sizeof(q), 4);
		ki_put(q + 152, 8, 4);             /* CS */
		ki_put(q + 152 + 8, 0xaf9b00, 4);  /* its flags */
		ki_put(q + 152 + 24 * 7, 0x10, 4); /* TR */
		ki_put(q + 152 + 24 * 7 + 4, 0x67, 4);
		ki_put(q + 152 + 24 * 7 + 16, KI_AT(KI_TSS), 8);
		ki_put(q + 152 + 24 * 8 + 4, 0x1f, 4); /* GDT */
		ki_put(q + 152 + 24 * 8 + 16, KI_AT(KI_GDT), 8);
		ki_put(q + 152 + 24 * 9 + 4, 0x1ff, 4); /* IDT */
		ki_put(q + 152 + 24 * 9 + 16, KI_AT(KI_IDT), 8);
		ki_put(q + 392, 0x80010013, 8);
		ki_put(q + 392 + 24, KI_PML4, 8); /* CR3 */
		n += ki_elf_note(at + n, "QEMU", 0, q, sizeof(q));
	}
	if (carrier == KI_BY_NAME)
		n += ki_elf_note(at + n, KF_NOTE_NAME, 0, note, ki_note(note, KI_NOTE, state));
	if (carrier == KI_BY_KEY) {
		snprintf(key, sizeof(key), "%s=%x:%x\n", KF_NOTE_KEY, KI_NOTE, KI_NOTE_SIZE);
		n += ki_elf_note(at + n, "VMCOREINFO", 0, key, strlen(key));
	}
	return n;
}

static inline void kernel_image_make(struct kernel_image *ki, enum ki_carrier carrier,
				     enum kf_note_state state)
{
	enum { headers = 0x1000, notes = 0x6000 };
	size_t before = carrier == KI_RAW ? 0 : headers + notes;

	ki->size = before + KI_SIZE;
	ki->file = calloc(1, ki->size);
	if (!ki->file)
		abort();
	ki->memory_at = before;
	ki->memory = ki->file + before;
	ki_memory(ki->memory);
	if (carrier == KI_BY_KEY || carrier == KI_BY_SCAN || carrier == KI_RAW)
		ki_note(ki->memory + KI_NOTE, KI_NOTE, state);
	if (carrier == KI_RAW)
		return;
	Elf64_Ehdr e = { .e_type = ET_CORE,
			 .e_machine = EM_X86_64,
			 .e_phoff = 64,
			 .e_ehsize = 64,
			 .e_phentsize = sizeof(Elf64_Phdr),
			 .e_phnum = 2 };
	Elf64_Phdr p[2] = {
		{ .p_type = PT_NOTE, .p_offset = headers },
		{ .p_type = PT_LOAD, .p_offset = before, .p_filesz = KI_SIZE, .p_memsz = KI_SIZE }
	};

	memcpy(e.e_ident, "\177ELF\2\1\1", 7);
	p[0].p_filesz = ki_notes(ki->file + headers, carrier, state);
	memcpy(ki->file, &e, sizeof(e));
	memcpy(ki->file + 64, p, sizeof(p));
}

/* size: of the file, where it is cut; 0: whole. */
static inline struct pm_dump *kernel_image_open(const struct kernel_image *ki, size_t size)
{
	struct pm_file *file = pm_file_memory("toy", ki->file, size ? size : ki->size);
	struct pm_dump *dump = NULL;

	pm_error_free(ki->memory_at ? pm_dump_open_file(file, &dump)
				    : pm_dump_open_raw_file(file, NULL, 0, &dump));
	return dump;
}

#endif

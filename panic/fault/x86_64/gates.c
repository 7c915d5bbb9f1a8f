/* Descriptor tables: those that a host's CPUs run with, and those that a panic brings along. */
#include "fault/x86_64/x86.h"

#include "kpanic/blob.h"
#include "lib/mem.h"

#include <stddef.h>

/* ---- tables ---- */

struct gate {
	uint16_t offset_0;
	uint16_t selector;
	uint8_t ist;
	uint8_t type;
	uint16_t offset_16;
	uint32_t offset_32;
	uint32_t reserved;
};

struct table {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

struct tss {
	uint32_t reserved_0;
	uint64_t rsp[3];
	uint64_t reserved_1;
	uint64_t ist[7];
	uint64_t reserved_2;
	uint16_t reserved_3;
	uint16_t io_map;
} __attribute__((packed));

/* At the end of each emergency stack; entry.S knows it. */
struct kp_x86_emergency {
	uint64_t gs_base;
	struct tss *tss;
	uint64_t busy, again; /* of the NMI's */
	uint8_t *bottom;
	uint64_t unused;
};

enum { IST_NMI = 1, IST_DF, IST_MC, IST_DB, IST_COUNT = 4 };

static const struct {
	uint8_t vector, ist;
	enum kp_stack_kind kind;
} emergency_vectors[IST_COUNT] = {
	{ KP_X86_NMI, IST_NMI, KP_STACK_NMI },
	{ KP_X86_DF, IST_DF, KP_STACK_DOUBLE_FAULT },
	{ KP_X86_MC, IST_MC, KP_STACK_MACHINE_CHECK },
	{ KP_X86_DB, IST_DB, KP_STACK_DEBUG },
};

/* What the processor itself needs for a double fault.  In a section of its own, so that a host can put it on other pages than the
 * recorder's data: where those are gone, the spare is still reached. */
#define FOR_DOUBLE_FAULTS __attribute__((section(".bss._kp_gates"), aligned(4096)))

/* In the order of emergency_vectors, for each CPU. */
static struct emergency_stack {
	uint8_t guard[4096]; /* nobody's: a host unmaps it */
	uint8_t bytes[KP_STACK_SIZE];
} emergency_stacks[KP_CPUS_MAX][IST_COUNT] FOR_DOUBLE_FAULTS;

static struct tss tss[KP_CPUS_MAX] FOR_DOUBLE_FAULTS;
static struct gate idt[256] FOR_DOUBLE_FAULTS;

/* The panic's own: nothing of the host's is needed any more.  Its code segment has the host's selector, since the gates are
 * still those of other CPUs, too, and they have the host's table. */
#define PANIC_DATA 14u
#define PANIC_TSS 15u
static uint64_t panic_gdt[PANIC_TSS + 2];
#ifdef KP_WITHOUT_OWN_IDT
#define panic_idt idt
#else
static struct gate panic_idt[256] __attribute__((aligned(16)));
#endif
static struct tss panic_tss;
static bool own_tables;   /* these are loaded */
static bool found_broken; /* those that were in use before */
static uint16_t panic_selector;

static unsigned long unclaimed; /* interrupts that nobody wanted */

/* copy.S: is user memory closed to the kernel? */
uint8_t kp_x86_smap;

extern const uint8_t kp_x86_stubs[], kp_x86_stubs_32[];

static struct kp_x86_emergency *emergency(unsigned cpu, unsigned index)
{
	return (struct kp_x86_emergency *)(emergency_stacks[cpu][index].bytes + KP_STACK_SIZE) - 1;
}

static uintptr_t stub(unsigned vector)
{
	return vector < 32 ? (uintptr_t)kp_x86_stubs + 16ul * vector
			   : (uintptr_t)kp_x86_stubs_32 + 8ul * (vector - 32);
}

/* By way of the spare, if there is one: it knows when the recorder has not survived the last. */
static uintptr_t way_to(unsigned vector)
{
	const struct kp_blob *spare = kp_host_spare();

#ifdef KP_WITHOUT_DOOR
	spare = NULL;
#endif
	if (!spare || (vector != KP_X86_DF && vector != KP_X86_NMI))
		return stub(vector);
	return (uintptr_t)spare + (vector == KP_X86_DF ? spare->double_fault : spare->nmi);
}

void kp_isa_spare_gates(struct kp_blob *blob)
{
	blob->host_double_fault = stub(KP_X86_DF);
	blob->host_nmi = stub(KP_X86_NMI);
}

void kp_isa_restore_address(uint64_t address)
{
	kp_x86_write_cr2(address);
}

static uint64_t gate_offset(const struct gate *gate)
{
	return (uint64_t)gate->offset_0 | (uint64_t)gate->offset_16 << 16 | (uint64_t)gate->offset_32 << 32;
}

static void set_gate(struct gate *table, unsigned vector, uint16_t selector, unsigned ist)
{
	uintptr_t offset = way_to(vector);

	table[vector] = (struct gate){
		.offset_0 = (uint16_t)offset,
		.offset_16 = (uint16_t)(offset >> 16),
		.offset_32 = (uint32_t)(offset >> 32),
		.selector = selector,
		.ist = (uint8_t)ist,
		/* An interrupt gate; int3 and into are the user's to call. */
		.type = 0x8e | (vector == KP_X86_BP || vector == KP_X86_OF ? 0x60 : 0),
	};
}

static void set_gates(struct gate *table, uint16_t selector)
{
	for (unsigned vector = 0; vector < 256; vector++)
		set_gate(table, vector, selector, 0);
#ifndef KP_WITHOUT_EMERGENCY_STACKS
	for (unsigned i = 0; i < IST_COUNT; i++)
		set_gate(table, emergency_vectors[i].vector, selector, emergency_vectors[i].ist);
#endif
}

static void set_tss_descriptor(uint64_t *slot, const struct tss *at)
{
	uint64_t base = (uint64_t)(uintptr_t)at;

	slot[0] = (sizeof(*at) - 1) | (base & 0xffffff) << 16 | 0x89ull << 40 | (base >> 24 & 0xff) << 56;
	slot[1] = base >> 32;
}

static void load_idt(const struct gate *gates)
{
	struct table table = { sizeof(idt) - 1, (uint64_t)(uintptr_t)gates };

	__asm__ volatile("lidt %0" ::"m"(table));
}

void kp_gates_install(const struct kp_gates *gates)
{
	unsigned cpu = kp_cpu();
	uint64_t cr4;

	__asm__ volatile("movq %%cr4, %0" : "=r"(cr4));
	kp_x86_smap = cr4 >> 21 & 1;
	for (unsigned i = 0; i < IST_COUNT; i++) {
		struct kp_x86_emergency *end = emergency(cpu, i);
		end->gs_base = gates->gs_base;
		end->tss = &tss[cpu];
		end->bottom = emergency_stacks[cpu][i].bytes;
		tss[cpu].ist[emergency_vectors[i].ist - 1] = (uint64_t)(uintptr_t)end;
	}
	tss[cpu].io_map = sizeof(struct tss);
	set_tss_descriptor(gates->gdt + gates->tss_slot, &tss[cpu]);
	__asm__ volatile("ltr %w0" ::"r"(gates->tss_slot * 8) : "memory");
	set_gates(idt, gates->code_selector);
	load_idt(idt);
	kp_x86_write_cr2(KP_CR2_SENTINEL);
}

void kp_gates_stack(uintptr_t top)
{
	tss[kp_cpu()].rsp[0] = top;
}

bool kp_gates_emergency_stack(unsigned cpu, unsigned index, uintptr_t *start_out, uintptr_t *end_out)
{
	if (cpu == KP_CPUS_MAX)
		return kp_own_stack(index, start_out, end_out);
	if (cpu > KP_CPUS_MAX || index >= IST_COUNT)
		return false;
	*start_out = (uintptr_t)emergency_stacks[cpu][index].bytes;
	*end_out = *start_out + KP_STACK_SIZE;
	return true;
}

bool kp_isa_stack_of(uintptr_t address, enum kp_stack_kind *out)
{
	uintptr_t offset = address - (uintptr_t)emergency_stacks;

	if (offset >= sizeof(emergency_stacks))
		return false;
	*out = emergency_vectors[offset / sizeof(emergency_stacks[0][0]) % IST_COUNT].kind;
	return true;
}

/* That of machine checks, or of debug exceptions: neither comes back to what it was in when there is a panic. */
void *kp_isa_other_stack(void)
{
	unsigned cpu = kp_cpu();
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

#ifdef KP_WITHOUT_OTHER_STACK
	return NULL;
#endif
	for (unsigned i = IST_COUNT - 2; i < IST_COUNT; i++)
		if (here - (uintptr_t)emergency_stacks[cpu][i].bytes >= KP_STACK_SIZE)
			return emergency(cpu, i);
	return NULL;
}

static struct table loaded_idt(void)
{
	struct table table;

	__asm__ volatile("sidt %0" : "=m"(table));
	return table;
}

/* ---- reads ---- */

size_t kp_x86_read(uintptr_t from, void *to, size_t n);

/* Will a fault come back here? */
static bool gates_work(void)
{
	const struct gate *loaded = (const struct gate *)(uintptr_t)loaded_idt().base;

	return (loaded == idt || loaded == panic_idt) && loaded[KP_X86_PF].type & 0x80 &&
	       loaded[KP_X86_GP].type & 0x80;
}

size_t kp_read_own(uintptr_t from, void *to, size_t n)
{
	struct kp_region region;

#ifdef KP_WITHOUT_SAFE_READS
	memcpy(to, (const void *)from, n);
	return n;
#endif
	if (gates_work())
		return kp_x86_read(from, to, n);
	/* Nothing would catch a fault.  What the host says is there is read nonetheless. */
	if (!kp_region_of(from,
			  1u << KP_REGION_TEXT | 1u << KP_REGION_DATA | 1u << KP_REGION_STACKS |
				  1u << KP_REGION_DIRECT,
			  &region))
		return 0;
	if (n > region.end - from)
		n = region.end - from;
	memcpy(to, (const void *)from, n);
	return n;
}

/* ---- exceptions ---- */

struct extable_row {
	int32_t instruction, way_out; /* from the table's start */
	int32_t own;                  /* the recorder's own read, not one of user memory */
};
extern const struct extable_row kp_x86_extable[], kp_x86_extable_end[];

bool kp_isa_fixup(struct kp_frame *frame, const struct kp_fault *fault)
{
	int64_t at = (int64_t)(frame->rip - (uint64_t)(uintptr_t)kp_x86_extable);

	if (fault->user ||
	    (fault->vector != KP_X86_PF && fault->vector != KP_X86_GP && fault->vector != KP_X86_SS))
		return false;
	for (const struct extable_row *row = kp_x86_extable; row < kp_x86_extable_end; row++) {
		if (at != row->instruction)
			continue;
		/* Copies of user memory that touch the kernel's were not checked: that is a bug, and no bad pointer of a
		 * program's. */
		if (!row->own && (fault->vector != KP_X86_PF || fault->address >> 63))
			return false;
		frame->rip = (uint64_t)(uintptr_t)kp_x86_extable + (uint64_t)(int64_t)row->way_out;
		return true;
	}
	return false;
}

bool kp_isa_is_nmi(const struct kp_frame *frame)
{
	return frame->vector == KP_X86_NMI;
}

const char *kp_isa_fatal(const struct kp_frame *frame)
{
	switch (frame->vector) {
	case KP_X86_NMI:
		return "NMI: Not continuing";
	case KP_X86_DF:
		return "Double fault";
	case KP_X86_MC:
		return "Fatal machine check";
	default:
		return NULL;
	}
}

void kp_isa_interrupts_as(const struct kp_frame *frame)
{
	if (frame->rflags & KP_FLAG_IF)
		__asm__ volatile("sti" ::: "memory");
}

void kp_x86_entry(struct kp_frame *frame);
void kp_x86_entry(struct kp_frame *frame)
{
	if (frame->vector < 32)
		kp_exception(frame);
	else if (!kp_host_interrupt((unsigned)frame->vector, frame))
		__atomic_add_fetch(&unclaimed, 1, __ATOMIC_RELAXED);
}

/* ---- a panic's own tables ---- */

static void note_gate(const struct gate *gate, unsigned vector, bool known)
{
	struct kp_machine *machine = &kp_report.machine;
	struct kp_gate *out = &machine->gates[machine->gate_count];

	if (machine->gate_count == KP_GATES_MAX)
		return;
	machine->gate_count++;
	*out = (struct kp_gate){
		.vector = vector,
		.known = known,
		.present = known && gate->type & 0x80,
		.type = gate->type & 15,
		.dpl = gate->type >> 5 & 3,
		.selector = gate->selector,
		.ist = gate->ist & 7,
		.offset = gate_offset(gate),
	};
}

/* The gates of interest as they were: that of the vector taken, and those that would have come before it. */
static void note_gates(const struct table *was)
{
	static const uint8_t before_double_fault[] = { KP_X86_PF, KP_X86_GP, KP_X86_SS };
	unsigned vector = kp_report.fault.name ? kp_report.fault.vector : 0;
	struct gate gate;
	bool all[4] = { kp_report.fault.name != NULL, vector == KP_X86_DF, vector == KP_X86_DF,
			vector == KP_X86_DF };

	for (unsigned i = 0; i < 4; i++) {
		unsigned wanted = i ? before_double_fault[i - 1] : vector;
		bool known;
		if (!all[i])
			continue;
		memset(&gate, 0, sizeof(gate));
		known = (wanted + 1) * sizeof(gate) <= was->limit + 1u &&
			kp_read((uintptr_t)(was->base + wanted * sizeof(gate)), &gate, sizeof(gate)) ==
				sizeof(gate);
		note_gate(&gate, wanted, known);
	}
}

static void note_tss(const struct table *gdt, unsigned selector)
{
	struct kp_machine *machine = &kp_report.machine;
	uint64_t slot[2];
	struct tss seen;

	if (!selector || (selector & ~7u) + 15 > gdt->limit ||
	    kp_read((uintptr_t)(gdt->base + (selector & ~7u)), slot, sizeof(slot)) != sizeof(slot))
		return;
	machine->tss = (slot[0] >> 16 & 0xffffff) | (slot[0] >> 56) << 24 | slot[1] << 32;
	if (kp_read((uintptr_t)machine->tss, &seen, sizeof(seen)) != sizeof(seen))
		return;
	machine->tss_known = true;
	machine->rsp0 = seen.rsp[0];
	for (unsigned i = 1; i < 8; i++)
		machine->ist[i] = seen.ist[i - 1];
}

/* Would an NMI have got through? */
static bool are_right(const struct table *gdt, const struct table *gates, unsigned code)
{
	const uint64_t wanted = 0x0020980000000000ull; /* 64-bit code, present */
	uint64_t descriptor;

	return gates->limit >= sizeof(idt) - 1 &&
	       (gates->base == (uintptr_t)idt || gates->base == (uintptr_t)panic_idt) &&
	       code * sizeof(descriptor) + 7 <= gdt->limit &&
	       kp_read((uintptr_t)gdt->base + code * sizeof(descriptor), &descriptor, sizeof(descriptor)) ==
		       sizeof(descriptor) &&
	       (descriptor & wanted) == wanted;
}

bool kp_isa_tables_were_right(void)
{
	return !found_broken;
}

enum kp_stage_result kp_isa_take_gates(void)
{
	struct kp_machine *machine = &kp_report.machine;
	struct table gdt = { sizeof(panic_gdt) - 1, (uint64_t)(uintptr_t)panic_gdt }, was_gdt,
		     was_idt = loaded_idt();
	unsigned code;
	uint16_t tr;

#ifdef KP_WITHOUT_GATES
	return KP_RESULT_NONE;
#endif
	machine->cr2 = kp_x86_read_cr2();
	machine->unclaimed = __atomic_load_n(&unclaimed, __ATOMIC_RELAXED);
	__asm__ volatile("sgdt %0" : "=m"(was_gdt));
	__asm__ volatile("str %0" : "=r"(tr));
	machine->gdt = was_gdt.base;
	machine->gdt_limit = was_gdt.limit;
	machine->idt = was_idt.base;
	machine->idt_limit = was_idt.limit;
	machine->tr = tr;
	__asm__ volatile("movl %%ds, %0" : "=r"(machine->ds));
	__asm__ volatile("movl %%es, %0" : "=r"(machine->es));
	__asm__ volatile("movl %%cs, %0" : "=r"(code));
	code = code / 8 && code / 8 < PANIC_DATA ? code / 8 : 1;

	panic_gdt[code] = 0x00af9b000000ffffull;
	panic_gdt[PANIC_DATA] = 0x00cf93000000ffffull;
	panic_tss.io_map = sizeof(struct tss);
	/* What strikes now may have found a broken stack pointer: it gets the stack of reports that return, as there will be
	 * none any more. */
	for (unsigned i = 0; i < IST_COUNT; i++) {
		struct kp_x86_emergency *end = (struct kp_x86_emergency *)kp_own_stack_top(0) - 1;
		*end = (struct kp_x86_emergency){ .tss = &panic_tss,
						  .bottom = (uint8_t *)end - KP_STACK_SIZE + sizeof(*end) };
		panic_tss.ist[i] = (uint64_t)(uintptr_t)end;
	}
	set_tss_descriptor(panic_gdt + PANIC_TSS, &panic_tss);
	/* A table apart: the other one may be what is broken, or gone. */
	panic_selector = (uint16_t)(code * 8);
	set_gates(panic_idt, panic_selector);
	__asm__ volatile("lgdt %0" ::"m"(gdt));
	__asm__ volatile("movw %w0, %%ss\n\t"
			 "movw %w0, %%ds\n\t"
			 "movw %w0, %%es\n\t"
			 /* iretq, so that NMIs may come again: the host's alarm is one. */
			 "movq %%rsp, %%rax\n\t"
			 "pushq %q0\n\t"
			 "pushq %%rax\n\t"
			 "pushfq\n\t"
			 "pushq %q1\n\t"
			 "leaq 1f(%%rip), %%rax\n\t"
			 "pushq %%rax\n\t"
			 "iretq\n"
			 "1:"
			 :
			 : "r"((uint64_t)PANIC_DATA * 8), "r"((uint64_t)code * 8)
			 : "rax", "memory");
	load_idt(panic_idt);
	__asm__ volatile("ltr %w0" ::"r"(PANIC_TSS * 8) : "memory");
	own_tables = true;

	found_broken = !are_right(&was_gdt, &was_idt, code);
	note_gates(&was_idt);
	note_tss(&was_gdt, tr);
	return KP_RESULT_DONE;
}

enum kp_stage_result kp_isa_mend_gates(void)
{
#if defined(KP_WITHOUT_GATES) || defined(KP_WITHOUT_MENDED_GATES)
	return KP_RESULT_NONE;
#endif
	set_gates(idt, panic_selector);
	return KP_RESULT_DONE;
}

#define JOIN_SPINS 1000000u

void kp_isa_join_gates(void)
{
#ifdef KP_WITHOUT_JOINED_GATES
	return;
#endif
	for (unsigned i = 0; i < JOIN_SPINS && !__atomic_load_n(&own_tables, __ATOMIC_ACQUIRE); i++)
		kp_isa_relax();
	if (own_tables) {
		struct table gdt = { sizeof(panic_gdt) - 1, (uint64_t)(uintptr_t)panic_gdt };

		__asm__ volatile("lgdt %0" ::"m"(gdt));
		/* A return from an exception loads the stack's anew. */
		__asm__ volatile("movw %w0, %%ss\n\t"
				 "movw %w0, %%ds\n\t"
				 "movw %w0, %%es" ::"r"((uint64_t)PANIC_DATA * 8)
				 : "memory");
		load_idt(panic_idt);
	}
}

bool kp_isa_gates_are_right(void)
{
	static const uint8_t wanted[] = { KP_X86_NMI, KP_X86_DF, KP_X86_PF };
	struct gate gate;

#ifdef KP_WITHOUT_GATES_CHECK
	return true;
#endif
	for (unsigned i = 0; i < sizeof(wanted); i++) {
		if (kp_read((uintptr_t)&idt[wanted[i]], &gate, sizeof(gate)) != sizeof(gate) ||
		    !(gate.type & 0x80) || gate_offset(&gate) != way_to(wanted[i]))
			return false;
	}
	return true;
}

_Noreturn void kp_isa_restart_on(void *top, void (*run)(void))
{
	/* An iret needs a descriptor table, and lets NMIs in: not before ours are there. */
	if (own_tables)
		kp_x86_iret_on(top, run);
	kp_x86_jump_on(top, run);
}

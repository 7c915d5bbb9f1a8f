/* What each CPU has of its own: its number, tables, locks, and the task that it runs. */
#ifndef CPU_CPU_H
#define CPU_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include <kpanic/config.h>

#define CPUS_MAX KP_CPUS_MAX

enum { CPU_LOCKS_MAX = 16 };

/* The GDT; user data stands before user code as `sysret` would want it. */
enum {
	SELECTOR_CODE = 0x08,
	SELECTOR_DATA = 0x10,
	SELECTOR_USER_DATA = 0x1b,
	SELECTOR_USER_CODE = 0x23,
	GDT_TSS_SLOT = 5,
	GDT_SLOTS = 7,
};

struct task;
struct lock;

struct cpu {
	/* Known to syscall/entry.S by their offsets. */
	struct cpu *self;
	uint64_t syscall_stack; /* top of the current task's kernel stack */
	uint64_t user_stack;    /* RSP at a system call, until it is saved */

	uint32_t index, apic_id;
	volatile bool started;
	bool has_gates; /* the recorder's */
	struct task *task, *idle;
	struct task *dead;  /* has ended, and its stack is in use until the switch is done */
	unsigned off_depth; /* of interrupts_push */
	bool off_before;
	volatile unsigned interrupt_depth;
	volatile uint64_t ticks;

	struct lock *held[CPU_LOCKS_MAX];
	unsigned held_count;
	struct lock *waits_for;
	uintptr_t waits_at; /* who asked for it */

	uint64_t gdt[GDT_SLOTS];
};

extern struct cpu cpus[CPUS_MAX];
extern unsigned cpus_count;

static inline struct cpu *this_cpu(void)
{
	struct cpu *cpu;

	__asm__ volatile("movq %%gs:0, %0" : "=r"(cpu));
	return cpu;
}

/* On the CPU itself, as the first thing it does in C: GS, GDT, the recorder's gates. */
void cpu_init(unsigned index);
/* Again, when there are guard pages: the recorder looks at its stacks anew. */
void cpu_init_gates(void);
/* Panics where the processor lacks what the kernel cannot do without. */
void cpu_check_features(void);
/* NX, write protection, `syscall`: when paging is the kernel's own. */
void cpu_init_features(void);
/* By the processor's own identification: works with any GS. */
struct cpu *cpu_by_apic(void);

#endif

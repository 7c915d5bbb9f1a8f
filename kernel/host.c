/* The recorder's host: every hook of kpanic/host.h up to tier 2, in its order.  host_memory.c has the others. */
#include <kpanic/panic.h>

#include "attack/attack.h"
#include "boot/keep.h"
#include "boot/smp.h"
#include "cpu/apic.h"
#include "cpu/clock.h"
#include "cpu/cpu.h"
#include "cpu/instructions.h"
#include "device/console.h"
#include "device/keyboard.h"
#include "device/power.h"
#include "device/screen.h"
#include "device/watchdog.h"
#include "log.h"
#include "mm/page.h"
#include "mm/stack.h"
#include "scenarios/bench.h"
#include "scenarios/scenario.h"
#include "syscall/numbers.h"
#include "task/process.h"
#include "task/task.h"

extern char text_start[], text_end[], data_start[], data_end[], rodata_start[], rodata_end[];
extern char boot_stack_guard[];

void kp_host_putc(char c)
{
	scenario_hook("putc");
	attack_hook("putc");
	console_put_bytes_only(c);
	bench_byte();
}

size_t kp_host_read(uintptr_t from, void *to, size_t n)
{
	return kp_read_own(from, to, n);
}

uint64_t kp_host_time_ns(void)
{
	attack_hook("time");
	return clock_ns();
}

void kp_host_halt(void)
{
	power_halt();
}

void kp_host_reset(void)
{
	scenario_hook("reset");
	power_reset();
}

#define BOOT_MAPPED 0x100000000ull /* by boot's page tables */

enum { EMERGENCY_STACKS = 4 }; /* of each CPU; the recorder's own count as one CPU's */

/* The fixed regions first, then a guard for each stack in use, then those of the emergency stacks. */
bool kp_host_region(unsigned index, struct kp_region *out)
{
	const struct kp_region fixed[] = {
		{ KP_REGION_TEXT, (uintptr_t)text_start, (uintptr_t)text_end, 0, "kernel text" },
		{ KP_REGION_DATA, (uintptr_t)rodata_start, (uintptr_t)rodata_end, 0, "kernel constants" },
		{ KP_REGION_DATA, (uintptr_t)data_start, (uintptr_t)data_end, 0, "kernel data" },
		{ KP_REGION_DIRECT, DIRECT_BASE, DIRECT_BASE + (page_end() ? page_end() : BOOT_MAPPED), 0,
		  "all memory" },
		{ KP_REGION_GUARD, (uintptr_t)boot_stack_guard, (uintptr_t)boot_stack_guard + PAGE_SIZE, 0,
		  "guard of boot's stack" },
	};
	const unsigned fixed_count = sizeof(fixed) / sizeof(fixed[0]);

	scenario_hook("region");
	if (index < fixed_count) {
		*out = fixed[index];
		return true;
	}
	index -= fixed_count;
	if (index < STACK_SLOTS) {
		uintptr_t end = STACKS_BASE + (uintptr_t)(index + 1) * STACK_SLOT_SIZE;

		*out = (struct kp_region){ KP_REGION_GUARD, end - STACK_SLOT_SIZE, end - KERNEL_STACK_SIZE, 0,
					   "guard of a stack" };
		return true;
	}
	index -= STACK_SLOTS;
	if (index == 0) {
		*out = (struct kp_region){ KP_REGION_STACKS, STACKS_BASE,
					   STACKS_BASE + (uintptr_t)STACK_SLOTS * STACK_SLOT_SIZE, 0,
					   "kernel stacks" };
		return true;
	}
	index--;
	if (index < (KP_CPUS_MAX + 1) * EMERGENCY_STACKS) {
		uintptr_t start = 0, end;

		kp_gates_emergency_stack(index / EMERGENCY_STACKS, index % EMERGENCY_STACKS, &start, &end);
		*out = (struct kp_region){ KP_REGION_GUARD, start ? start - PAGE_SIZE : 0, start, 0,
					   "guard of an emergency stack" };
		return true;
	}
	index -= (KP_CPUS_MAX + 1) * EMERGENCY_STACKS;
	if (index + 1 < CPUS_MAX) {
		uintptr_t guard = smp_stack_guard(index + 1);

		*out = (struct kp_region){ KP_REGION_GUARD, guard, guard + PAGE_SIZE, 0,
					   "guard of an idle stack" };
		return true;
	}
	return false;
}

unsigned kp_host_cpu(void)
{
	attack_hook("cpu");
#ifdef KP_WITHOUT_CPU_BY_APIC
	return this_cpu()->index;
#endif
	return cpu_by_apic()->index;
}

unsigned kp_host_cpus(void)
{
	return cpus_count;
}

void kp_host_stop_others(void)
{
	scenario_hook("stop");
	apic_send_nmi_to_others();
}

bool kp_host_alarm(uint64_t ns)
{
	attack_hook("alarm");
	return apic_timer_nmi(ns);
}

static bool holds_critical(const struct cpu *cpu)
{
	for (unsigned i = 0; i < cpu->held_count; i++)
		if (cpu->held[i]->flags & LOCK_CRITICAL)
			return true;
	return false;
}

bool kp_host_task(struct kp_task *out)
{
	struct cpu *cpu = cpu_by_apic();
	struct task *task = cpu->task;

	scenario_hook("task");
	if (!task)
		return false;
	*out = (struct kp_task){
		.id = (uint64_t)task->id,
		.name = task->name,
		.context = (cpu->interrupt_depth ? KP_IN_INTERRUPT : 0) |
			   (task == cpu->idle ? KP_IN_IDLE : 0) |
			   (task->id == TASK_ID_FIRST ? KP_IN_FIRST : 0) |
			   (holds_critical(cpu) ? KP_IN_CRITICAL : 0),
		.stack_start = task->stack_start,
		.stack_end = task->stack_end,
		.syscall = task->syscall,
	};
	return true;
}

bool kp_host_lock(unsigned index, struct kp_lock *out)
{
	struct cpu *cpu = cpu_by_apic();
	bool waits = index == cpu->held_count;
	const struct lock *lock;

	scenario_hook("lock");
	if (index < cpu->held_count)
		lock = cpu->held[index];
	else if (waits && cpu->waits_for && cpu->waits_for->owner) /* not just being let go */
		lock = cpu->waits_for;
	else
		return false;
	*out = (struct kp_lock){
		.name = lock->name,
		.address = (uintptr_t)lock,
		.taken_at = waits ? cpu->waits_at : lock->taken_at,
		.owner_cpu = lock->owner - 1,
		.waits = waits,
	};
	return true;
}

size_t kp_host_log(char *to, size_t n)
{
	scenario_hook("log");
	return log_tail(to, n);
}

bool kp_host_screen(struct kp_screen *out)
{
	scenario_hook("screen");
	return screen_for_panic(out);
}

bool kp_host_key(void)
{
	scenario_hook("key");
	return keyboard_pressed();
}

/* Signals by vector; those that are not here have no business in user mode. */
static const uint8_t signals[32] = {
	[0] = SIGFPE,   [1] = SIGTRAP,  [3] = SIGTRAP,  [4] = SIGSEGV,  [5] = SIGSEGV,
	[6] = SIGILL,   [7] = SIGILL,   [10] = SIGSEGV, [11] = SIGSEGV, [12] = SIGSEGV,
	[13] = SIGSEGV, [14] = SIGSEGV, [16] = SIGFPE,  [17] = SIGBUS,  [19] = SIGFPE,
};

void kp_host_user_fault(struct kp_frame *frame, const struct kp_fault *fault)
{
	unsigned signal = frame->vector < 32 ? signals[frame->vector] : 0;

	interrupts_enable();
	signal_fault(frame, signal ? signal : SIGKILL, fault->has_address ? fault->address : 0);
	interrupts_disable();
}

void kp_host_kill_task(void)
{
	interrupts_disable();
	struct cpu *cpu = this_cpu();

	lock_break_all();
	/* What interrupts_push has counted dies with the task. */
	cpu->off_depth = 0;
	interrupts_enable();
	process_exit(STATUS_OOPS);
}

static void timer(struct kp_frame *frame)
{
	struct cpu *cpu = this_cpu();

	cpu->ticks++;
	keep_tick(frame);
	cpu->interrupt_depth++;
	apic_end_of_interrupt();
	if (cpu->index == 0) {
		task_tick();
		watchdog_tick();
		scenario_tick();
		attack_at(ATTACK_INTERRUPT);
	}
	cpu->interrupt_depth--;
	task_yield();
	if (KP_FRAME_USER(frame))
		signal_deliver(frame);
}

bool kp_host_interrupt(unsigned vector, struct kp_frame *frame)
{
	switch (vector) {
	case VECTOR_NMI:
		attack_at(ATTACK_NMI);
		return false;
	case VECTOR_TIMER:
		timer(frame);
		return true;
	case VECTOR_SPURIOUS:
		return true;
	default:
		return false;
	}
}

bool kp_host_page_fault(struct kp_frame *frame, const struct kp_fault *fault)
{
	(void)frame;
	if (fault->address == ATTACK_ADDRESS)
		attack_at(ATTACK_PAGE_FAULT);
	return false;
}

void kp_host_after_panic(void)
{
	attack_hook("after");
	bench_tell();
	bench_write("end");
}

size_t kp_host_keep_log(char *to, size_t n)
{
	return log_tail(to, n);
}

bool kp_host_running(unsigned cpu, struct kp_task *out)
{
	const struct task *task = cpu < CPUS_MAX ? cpus[cpu].task : NULL;

	attack_hook("running");
	if (!task)
		return false;
	*out = (struct kp_task){ .id = (uint64_t)task->id, .name = task->name };
	return true;
}

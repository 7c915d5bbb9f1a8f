/* CPUs that do not go on by themselves, and such that wait for something from outside. */
#include <kpanic/panic.h>

#include "cpu/cpu.h"
#include "cpu/instructions.h"
#include "lock/lock.h"
#include "scenarios/scenario.h"
#include "task/task.h"

static volatile bool done;

/* Waits for what an interrupt would tell, with interrupts off. */
static void stuck(void)
{
	interrupts_disable();
	while (!done)
		pause();
}

static void stuck_thread(void *argument)
{
	(void)argument;
	stuck();
}

static void stuck_other(void)
{
	struct task *task = task_new("stuck", stuck_thread, NULL);

	KP_BUG_ON(!task);
	task->only_cpu = (int)cpus_count - 1;
	task_start(task);
	task_wait_ns(60000000000);
}

static void wait(void)
{
	for (;;)
		__asm__ volatile("hlt");
}

/* Every CPU at once: one report, and the others stop. */
static void panic_together(void *argument)
{
	static volatile unsigned here;

	(void)argument;
	interrupts_disable();
	__atomic_add_fetch(&here, 1, __ATOMIC_SEQ_CST);
	while (here < cpus_count)
		pause();
	KP_PANIC("all CPUs at once");
}

static void panic_all(void)
{
	for (unsigned cpu = 0; cpu < cpus_count; cpu++) {
		struct task *task = task_new("together", panic_together, NULL);

		KP_BUG_ON(!task);
		task->only_cpu = (int)cpu;
		task_start(task);
	}
	task_wait_ns(1000000000);
}

/* The kernel's per-CPU data are out of reach, and then there is a fault. */
static void lose_gs(void)
{
	enum { MSR_GS_BASE = 0xc0000101 };

	interrupts_disable();
	write_msr(MSR_GS_BASE, 0);
	interrupts_push();
}

const struct scenario scenarios_stuck[] = {
	{ "stuck", SCENARIO_THREAD, stuck },
	{ "stuck-other", SCENARIO_THREAD, stuck_other },
	{ "panic-all", SCENARIO_THREAD, panic_all },
	{ "gs-lost", SCENARIO_PROCESS, lose_gs },
	{ "wait", SCENARIO_THREAD, wait }, /* for an NMI or a machine check */
	{ 0 },
};

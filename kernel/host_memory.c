/* The recorder's host at tier 3: what is where in memory, for those who read a dump of it. */
#include <kpanic/panic.h>

#include "boot/boot.h"
#include "cpu/cpu.h"
#include "mm/layout.h"
#include "mm/page.h"
#include "scenarios/scenario.h"
#include "task/task.h"

extern char kernel_end[]; /* physical, by its value */

bool kp_host_memory(unsigned index, struct kp_memory *out)
{
	scenario_hook("memory");
	if (index < boot.ram_count) {
		const struct boot_range *range = &boot.ram[index];

		*out = (struct kp_memory){ KP_MEMORY_RAM, range->start, range->end - range->start, "RAM" };
		return true;
	}
	index -= boot.ram_count;
	if (index == 0) {
		*out = (struct kp_memory){ KP_MEMORY_KERNEL, KERNEL_START,
					   (uint64_t)kernel_end - KERNEL_START, "kernel" };
		return true;
	}
	return false;
}

bool kp_host_page_kept(uint64_t physical)
{
	return page_is_kept(physical);
}

uint64_t kp_host_physical(const volatile void *at)
{
	uintptr_t address = (uintptr_t)at;

	return address >= KERNEL_BASE ? address - KERNEL_BASE : 0;
}

static const uint8_t states[] = {
	[TASK_NEW] = KP_TASK_UNKNOWN,      [TASK_READY] = KP_TASK_READY, [TASK_RUNNING] = KP_TASK_RUNNING,
	[TASK_SLEEPING] = KP_TASK_WAITING, [TASK_ZOMBIE] = KP_TASK_DEAD,
};

/* What switch_stacks leaves on the stack of a task that does not run: r15, r14, r13, r12, rbx, rbp, where to return to. */
enum { SAVED_RBP = 5, SAVED_RETURN = 6, SAVED_WORDS = 7 };

static void tell(const struct task *task, struct kp_task_info *out)
{
	uint64_t saved[SAVED_WORDS];

	*out = (struct kp_task_info){
		.id = (uint64_t)task->id,
		.name = task->name,
		.state = (unsigned)task->state < sizeof(states) ? states[task->state] : KP_TASK_UNKNOWN,
		.cpu = KP_NO_CPU,
		.stack_start = task->stack_start,
		.stack_end = task->stack_end,
		.root = task->root,
		.waits_for = task->state == TASK_SLEEPING ? (uintptr_t)task->sleeps_on : 0,
		.syscall = task->syscall,
	};
	for (unsigned i = 0; i < cpus_count; i++)
		if (cpus[i].task == task)
			out->cpu = cpus[i].index;
	if (out->cpu != KP_NO_CPU || task->stack_pointer < task->stack_start ||
	    task->stack_pointer + sizeof(saved) > task->stack_end)
		return;
	if (kp_read_own(task->stack_pointer, saved, sizeof(saved)) != sizeof(saved))
		return;
	out->pc = saved[SAVED_RETURN];
	out->fp = saved[SAVED_RBP];
	out->sp = task->stack_pointer + sizeof(saved);
}

/* Those of the table, then each CPU's idle task. */
bool kp_host_task_info(unsigned index, struct kp_task_info *out)
{
	scenario_hook("task_info");
	for (unsigned i = 0; i < TASKS_MAX; i++) {
		if (tasks[i].state == TASK_FREE || index--)
			continue;
		tell(&tasks[i], out);
		return true;
	}
	if (index >= cpus_count || !cpus[index].idle)
		return false;
	tell(cpus[index].idle, out);
	return true;
}

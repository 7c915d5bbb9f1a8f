#include "task/task.h"

#include <kpanic/panic.h>

#include "cpu/clock.h"
#include "cpu/cpu.h"
#include "cpu/instructions.h"
#include "lib/string.h"
#include "mm/paging.h"
#include "mm/stack.h"

struct lock task_lock = LOCK("tasks", LOCK_CRITICAL);
struct task tasks[TASKS_MAX];

static struct task idle_tasks[CPUS_MAX];
static unsigned last; /* whose turn it was */
static int64_t last_id = TASK_ID_FIRST - 1;

/* task/switch.S: saves what a call preserves on the stack, and its pointer in *save; goes on with the other stack. */
void switch_stacks(uint64_t *save, uint64_t to);
/* Where a new task's stack returns to first: releases task_lock, then calls arrive(argument). */
void task_first(void);

struct task *task_current(void)
{
	interrupts_push();
	struct task *task = this_cpu()->task;
	interrupts_pop();
	return task;
}

void task_init_cpu(uintptr_t stack_start, uintptr_t stack_end)
{
	struct cpu *cpu = this_cpu();
	struct task *idle = &idle_tasks[cpu->index];

	idle->state = TASK_RUNNING;
	strcopy(idle->name, "idle", TASK_NAME_MAX);
	idle->stack_start = stack_start;
	idle->stack_end = stack_end;
	idle->syscall = -1;
	cpu->idle = cpu->task = idle;
}

struct task *task_new(const char *name, void (*arrive)(void *), void *argument)
{
	struct task *task = NULL;

	lock_take(&task_lock);
	for (unsigned i = 0; i < TASKS_MAX && !task; i++)
		if (tasks[i].state == TASK_FREE)
			task = &tasks[i];
	if (task) {
		memset(task, 0, sizeof(*task));
		task->state = TASK_NEW;
		task->id = ++last_id;
	}
	lock_release(&task_lock);
	if (!task)
		return NULL;

	strcopy(task->name, name, TASK_NAME_MAX);
	task->only_cpu = -1;
	task->syscall = -1;
	task->stack_end = stack_get();
	if (!task->stack_end) {
		task->state = TASK_FREE;
		return NULL;
	}
	task->stack_start = task->stack_end - KERNEL_STACK_SIZE;

	/* As switch_stacks leaves it: r15, r14, r13, r12, rbx, rbp, where to return to.  Above: an end for the chain of
	 * frames. A process that has been forked has its frame at the very end. */
	uint64_t *sp = (uint64_t *)(task->stack_end - sizeof(struct kp_frame)) - 11;

	memset(sp, 0, 11 * sizeof(*sp));
	sp[3] = (uint64_t)arrive;   /* r12 */
	sp[2] = (uint64_t)argument; /* r13 */
	sp[6] = (uint64_t)task_first;
	task->stack_pointer = (uint64_t)sp;
	return task;
}

void task_start(struct task *task)
{
	lock_take(&task_lock);
	task->state = TASK_READY;
	lock_release(&task_lock);
}

struct task *task_thread(const char *name, void (*run)(void *), void *argument)
{
	struct task *task = task_new(name, run, argument);

	if (task)
		task_start(task);
	return task;
}

void task_free(struct task *task)
{
	if (task->root)
		paging_free_root(task->root);
	stack_put(task->stack_end);
	lock_take(&task_lock);
	task->state = TASK_FREE;
	lock_release(&task_lock);
}

static struct task *next_task(const struct cpu *cpu)
{
	for (unsigned i = 1; i <= TASKS_MAX; i++) {
		struct task *task = &tasks[(last + i) % TASKS_MAX];

		if (task->state != TASK_READY || (task->only_cpu >= 0 && task->only_cpu != (int)cpu->index))
			continue;
		last = (last + i) % TASKS_MAX;
		return task;
	}
	return cpu->idle;
}

/* After a switch, with task_lock held. */
static void bury(struct cpu *cpu)
{
	if (!cpu->dead)
		return;
	stack_put(cpu->dead->stack_end);
	cpu->dead->state = TASK_FREE;
	cpu->dead = NULL;
}

/* With task_lock held, as the only lock: whoever goes on releases it. The current task's state is set already. */
static void schedule(void)
{
	struct cpu *cpu = this_cpu();
	struct task *from = cpu->task;
	struct task *to = next_task(cpu);
	bool off_before = cpu->off_before;

	KP_BUG_ON(cpu->off_depth != 1);
	to->state = TASK_RUNNING;
	if (to == from)
		return;
	cpu->task = to;
	cpu->syscall_stack = to->stack_end;
	kp_gates_stack(to->stack_end);
	write_cr3(to->root ? to->root : paging_kernel_root());
	switch_stacks(&from->stack_pointer, to->stack_pointer);
	/* Maybe on another CPU. */
	cpu = this_cpu();
	cpu->off_before = off_before;
	bury(cpu);
}

/* Called by task_first. */
void task_arrived(void);
void task_arrived(void)
{
	this_cpu()->off_before = true;
	bury(this_cpu());
	lock_release(&task_lock);
}

void task_yield(void)
{
	lock_take(&task_lock);
	struct task *task = this_cpu()->task;
	if (task != this_cpu()->idle)
		task->state = TASK_READY;
	schedule();
	lock_release(&task_lock);
}

void task_sleep(const void *on, uint64_t until_ns)
{
	struct task *task = this_cpu()->task;

	task->sleeps_on = on;
	task->wake_at_ns = until_ns;
	task->state = TASK_SLEEPING;
	schedule();
	task->sleeps_on = NULL;
	task->wake_at_ns = 0;
}

void task_wake(const void *on)
{
	for (unsigned i = 0; i < TASKS_MAX; i++)
		if (tasks[i].state == TASK_SLEEPING && tasks[i].sleeps_on == on)
			tasks[i].state = TASK_READY;
}

void task_wait_ns(uint64_t ns)
{
	uint64_t until = clock_ns() + ns;

	lock_take(&task_lock);
	while (clock_ns() < until)
		task_sleep(&until, until);
	lock_release(&task_lock);
}

void task_end(int status)
{
	lock_take(&task_lock);
	struct task *task = this_cpu()->task;

	KP_BUG_ON(task == this_cpu()->idle);
	task->status = status;
	if (task->parent) {
		task->state = TASK_ZOMBIE;
		task_wake(task->parent);
	} else {
		/* Nobody waits for a kernel thread: whoever runs next puts it away. */
		task->state = TASK_ZOMBIE;
		this_cpu()->dead = task;
	}
	schedule();
	KP_PANIC("a task that has ended runs");
}

void task_tick(void)
{
	uint64_t now = clock_ns();

	lock_take(&task_lock);
	for (unsigned i = 0; i < TASKS_MAX; i++)
		if (tasks[i].state == TASK_SLEEPING && tasks[i].wake_at_ns && tasks[i].wake_at_ns <= now)
			tasks[i].state = TASK_READY;
	lock_release(&task_lock);
}

struct task *task_by_id(int64_t id)
{
	for (unsigned i = 0; i < TASKS_MAX; i++)
		if (tasks[i].state != TASK_FREE && tasks[i].id == id)
			return &tasks[i];
	return NULL;
}

#include "task/process.h"

#include <kpanic/keep.h>
#include <kpanic/panic.h>

#include "boot/boot.h"
#include "cpu/cpu.h"
#include "cpu/instructions.h"
#include "device/power.h"
#include "lib/string.h"
#include "log.h"
#include "mm/page.h"
#include "mm/paging.h"
#include "mm/space.h"
#include "syscall/file.h"
#include "task/elf.h"
#include "task/task.h"

enum { FLAGS_INTERRUPTS = 0x202 };

/* syscall/entry.S: goes on in user mode with that frame. */
_Noreturn void frame_return(struct kp_frame *frame);

struct kp_frame *process_frame(struct task *task)
{
	return (struct kp_frame *)task->stack_end - 1;
}

static void arrive(void *frame)
{
	interrupts_disable();
	frame_return(frame);
}

static struct task *new_process(const char *name)
{
	struct task *task = task_new(name, arrive, NULL);

	if (!task)
		return NULL;
	/* arrive's argument, r13 of the stack that task_new has made */
	((uint64_t *)task->stack_pointer)[2] = (uint64_t)process_frame(task);
	task->mmap_next = USER_MMAP_START;
	task->root = paging_new_root();
	if (!task->root) {
		task_free(task);
		return NULL;
	}
	return task;
}

void process_start_first(const char *argument)
{
	struct task *task;
	uint64_t entry, top = USER_END;
	size_t n = strlen(argument) + 1;

	if (boot.program.start == boot.program.end)
		KP_PANIC("no user program: the loader has brought no module (or initrd)");
	task = new_process("init");
	if (!task || space_add(task, top - USER_STACK_SIZE, USER_STACK_SIZE, true, false))
		KP_PANIC("out of memory: the first process cannot be made");

	const char *why =
		elf_load(task, page_at(boot.program.start), boot.program.end - boot.program.start, &entry);
	if (why)
		KP_PANIC("the user program is damaged: %s", why);
	for (unsigned i = 0; i < 3; i++)
		file_open_console(&task->files[i]);

	top = (top - n) & ~15ull;
	space_write(task, top, argument, n);
	*process_frame(task) = (struct kp_frame){
		.rip = entry,
		.cs = SELECTOR_USER_CODE,
		.rflags = FLAGS_INTERRUPTS,
		.rsp = top - 8, /* as after a call */
		.ss = SELECTOR_USER_DATA,
		.rdi = top,
	};
	task_start(task);
}

int64_t process_fork(const struct kp_frame *frame)
{
	struct task *parent = task_current();
	struct task *child = new_process(parent->name);

	if (!child)
		return -EAGAIN;
	if (space_copy(child, parent)) {
		task_free(child);
		return -ENOMEM;
	}
	memcpy(child->files, parent->files, sizeof(child->files));
	child->signals = parent->signals;
	child->signals.pending = 0;
	child->parent = parent;
	*process_frame(child) = *frame;
	process_frame(child)->rax = 0;
	int64_t id = child->id;
	task_start(child);
	return id;
}

int64_t process_wait(int *status_out)
{
	struct task *parent = task_current();

	lock_take(&task_lock);
	for (;;) {
		bool any = false;

		for (unsigned i = 0; i < TASKS_MAX; i++) {
			struct task *child = &tasks[i];

			if (child->state == TASK_FREE || child->parent != parent)
				continue;
			any = true;
			if (child->state != TASK_ZOMBIE)
				continue;
			int64_t id = child->id;

			*status_out = child->status;
			child->parent = NULL;
			lock_release(&task_lock);
			task_free(child);
			return id;
		}
		if (!any)
			break;
		task_sleep(parent, 0);
	}
	lock_release(&task_lock);
	return -ECHILD;
}

void process_exit(int status)
{
	struct task *task = task_current();

	if (task->id == TASK_ID_FIRST) {
		if (status)
			KP_PANIC("the first process has ended, with status %d", status);
		log_line("the first process has ended; power off");
		kp_keep_end(KP_KEEP_OFF);
		power_off(status);
	}
	/* Orphans are the first process's. */
	lock_take(&task_lock);
	struct task *first = task_by_id(TASK_ID_FIRST);
	for (unsigned i = 0; i < TASKS_MAX; i++)
		if (tasks[i].state != TASK_FREE && tasks[i].parent == task)
			tasks[i].parent = first;
	task_wake(first);
	lock_release(&task_lock);
	task_end(status);
}

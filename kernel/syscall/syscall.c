#include "syscall/syscall.h"

#include <stddef.h>

#include <kpanic/panic.h>

#include "cpu/cpu.h"
#include "cpu/instructions.h"
#include "mm/layout.h"
#include "mm/space.h"
#include "syscall/entry.h"
#include "syscall/file.h"
#include "syscall/numbers.h"
#include "task/process.h"
#include "task/task.h"

_Static_assert(offsetof(struct cpu, syscall_stack) == CPU_SYSCALL_STACK, "syscall/entry.h");
_Static_assert(offsetof(struct cpu, user_stack) == CPU_USER_STACK, "syscall/entry.h");
_Static_assert(SELECTOR_USER_DATA == FRAME_USER_DATA && SELECTOR_USER_CODE == FRAME_USER_CODE,
	       "syscall/entry.h");

static int64_t sys_exit(struct kp_frame *frame)
{
	process_exit((int)(frame->rdi & 0x7f));
}

static int64_t sys_write(struct kp_frame *frame)
{
	return file_write(frame->rdi, frame->rsi, frame->rdx);
}

static int64_t sys_read(struct kp_frame *frame)
{
	return file_read(frame->rdi, frame->rsi, frame->rdx);
}

static int64_t sys_open(struct kp_frame *frame)
{
	return file_open(frame->rdi);
}

static int64_t sys_close(struct kp_frame *frame)
{
	return file_close(frame->rdi);
}

static int64_t sys_fork(struct kp_frame *frame)
{
	return process_fork(frame);
}

static int64_t sys_wait(struct kp_frame *frame)
{
	int status = 0;

	/* Before: a child's end is told once. */
	if (frame->rdi && !space_is_user(frame->rdi, sizeof(status)))
		return -EFAULT;
	int64_t id = process_wait(&status);
	if (id > 0 && frame->rdi && kp_copy_to_user((void *)frame->rdi, &status, sizeof(status)))
		return -EFAULT;
	return id;
}

/* size, rights: zeroed memory, with a page that is not there behind it. */
static int64_t sys_mmap(struct kp_frame *frame)
{
	struct task *task = task_current();
	uint64_t size = frame->rdi, rights = frame->rsi, start = task->mmap_next;

	if (!size || size > USER_END - PAGE_SIZE || rights & ~(uint64_t)(MMAP_WRITE | MMAP_EXECUTE))
		return -EINVAL;
	size = (size + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
	unsigned areas = task->areas_count;
	int error = space_add(task, start, size, rights & MMAP_WRITE, rights & MMAP_EXECUTE);
	/* Also where memory ran out half-way: what is mapped stays. */
	if (task->areas_count != areas)
		task->mmap_next = start + size + PAGE_SIZE;
	return error ? error : (int64_t)start;
}

static int64_t sys_sigaction(struct kp_frame *frame)
{
	uint64_t signal = frame->rdi, from = frame->rsi;
	struct signal_action action;

	if (signal == 0 || signal >= SIGNALS_COUNT || signal == SIGKILL)
		return -EINVAL;
	if (!space_is_user(from, sizeof(action)) || kp_copy_from_user(&action, (void *)from, sizeof(action)))
		return -EFAULT;
	if (action.flags & ~(uint64_t)SIGNAL_ON_ALTERNATE)
		return -EINVAL;
	if (action.handler > 1 && (!space_is_user(action.handler, 1) || !space_is_user(action.restorer, 1)))
		return -EFAULT;
	task_current()->signals.actions[signal] = action;
	return 0;
}

static int64_t sys_sigreturn(struct kp_frame *frame)
{
	return signal_return(frame);
}

static int64_t sys_sigaltstack(struct kp_frame *frame)
{
	uint64_t from = frame->rdi;
	struct signal_stack stack;

	if (!space_is_user(from, sizeof(stack)) || kp_copy_from_user(&stack, (void *)from, sizeof(stack)))
		return -EFAULT;
	if (stack.size && !space_is_user(stack.start, stack.size))
		return -EFAULT;
	task_current()->signals.alternate = stack;
	return 0;
}

/* Only to the first process, nobody but itself may send: its end is the system's. */
static int64_t sys_kill(struct kp_frame *frame)
{
	int64_t id = (int64_t)frame->rdi;
	uint64_t signal = frame->rsi;

	if (signal == 0 || signal >= SIGNALS_COUNT)
		return -EINVAL;
	if (id == TASK_ID_FIRST && task_current()->id != TASK_ID_FIRST)
		return -EPERM;
	lock_take(&task_lock);
	struct task *task = task_by_id(id);
	bool sent = task && signal_send(task, (unsigned)signal);
	lock_release(&task_lock);
	return sent ? 0 : -ESRCH;
}

static int64_t sys_getpid(struct kp_frame *frame)
{
	(void)frame;
	return task_current()->id;
}

static int64_t sys_sched_yield(struct kp_frame *frame)
{
	(void)frame;
	task_yield();
	return 0;
}

static const struct {
	const char *name;
	int64_t (*call)(struct kp_frame *frame);
} calls[SYSCALLS_COUNT] = {
#define X(number, call_name) [number] = { #call_name, sys_##call_name },
	SYSCALLS(X)
#undef X
};

const char *syscall_name(int64_t number)
{
	return number >= 0 && number < SYSCALLS_COUNT ? calls[number].name : NULL;
}

void syscall_dispatch(struct kp_frame *frame)
{
	struct task *task = task_current();
	uint64_t number = frame->rax;

	interrupts_enable();
	if (number < SYSCALLS_COUNT && calls[number].call) {
		task->syscall = (int64_t)number;
		int64_t result = calls[number].call(frame);
		task->syscall = -1;
		frame->rax = (uint64_t)result;
	} else {
		frame->rax = (uint64_t)-ENOSYS;
	}
	signal_deliver(frame);
	interrupts_disable();
}

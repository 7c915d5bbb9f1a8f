#include "task/signal.h"

#include <kpanic/panic.h>

#include "cpu/cpu.h"
#include "lib/string.h"
#include "log.h"
#include "mm/layout.h"
#include "mm/space.h"
#include "task/process.h"
#include "task/task.h"

enum { RED_ZONE = 128, HANDLER_IGNORES = 1, VECTOR_SENT = 0x100 };
/* Flags that a process may set by sigreturn: carry, parity, adjust, zero, sign, direction, overflow. */
enum { FLAGS_OF_USER = 0x1 | 0x4 | 0x10 | 0x40 | 0x80 | 0x400 | 0x800, FLAGS_ALWAYS = 0x202 };

/* On the user's stack, lowest address first: the handler returns to the restorer. */
struct signal_frame {
	uint64_t restorer;
	struct signal_information information;
	struct kp_frame saved;
	uint64_t blocked;
};

static bool on_alternate(const struct task *task, uint64_t sp)
{
	const struct signal_stack *stack = &task->signals.alternate;

	return stack->size && sp - stack->start <= stack->size;
}

/* false: the memory below top cannot take it. */
static bool put_frame(struct kp_frame *frame, const struct signal_frame *content, uint64_t top)
{
	/* As after a call: the stack's address is 8 above a multiple of 16. */
	uint64_t at = ((top - sizeof(*content)) & ~15ull) - 8;

	if (top < sizeof(*content) + 32 || !space_is_user(at, sizeof(*content)) ||
	    kp_copy_to_user((void *)at, content, sizeof(*content)))
		return false;
	frame->rsp = at;
	frame->rdi = at + offsetof(struct signal_frame, information);
	return true;
}

/* false: no stack takes it. */
static bool deliver(struct task *task, struct kp_frame *frame, unsigned signal, uint64_t address,
		    uint64_t vector)
{
	struct signals *signals = &task->signals;
	const struct signal_action *action = &signals->actions[signal];
	const struct signal_stack *alternate = &signals->alternate;
	struct signal_frame content = {
		.restorer = action->restorer,
		.information = { signal, address, frame->rip, vector },
		.saved = *frame,
		.blocked = signals->blocked,
	};
	bool first_alternate =
		action->flags & SIGNAL_ON_ALTERNATE && alternate->size && !on_alternate(task, frame->rsp);
	bool done = !first_alternate && put_frame(frame, &content, frame->rsp - RED_ZONE);

	if (!done && alternate->size && !on_alternate(task, frame->rsp))
		done = put_frame(frame, &content, alternate->start + alternate->size);
	if (!done)
		return false;
	signals->blocked |= 1u << signal;
	frame->rip = action->handler;
	frame->rflags = FLAGS_ALWAYS;
	frame->rax = 0;
	return true;
}

void signal_fault(struct kp_frame *frame, unsigned signal, uint64_t address)
{
	struct task *task = task_current();
	const struct signal_action *action = &task->signals.actions[signal];
	const char *why = "no handler";

	if (action->handler > HANDLER_IGNORES) {
		if (task->signals.blocked & 1u << signal)
			why = "within its handler";
		else if (deliver(task, frame, signal, address, frame->vector))
			return;
		else
			why = "no stack can take it";
	}
	log_line("%s[%ld]: signal %u (vector %lu, address %lx, at %lx), %s: ended", task->name, task->id,
		 signal, frame->vector, address, frame->rip, why);
	process_exit(STATUS_SIGNAL + (int)signal);
}

bool signal_send(struct task *task, unsigned signal)
{
	if (!task->root || task->state == TASK_ZOMBIE)
		return false;
	__atomic_fetch_or(&task->signals.pending, 1u << signal, __ATOMIC_RELAXED);
	return true;
}

void signal_deliver(struct kp_frame *frame)
{
	struct task *task = task_current();
	struct signals *signals = &task->signals;

	for (unsigned signal = 1; signal < SIGNALS_COUNT; signal++) {
		const struct signal_action *action = &signals->actions[signal];
		uint32_t bit = 1u << signal;

		if (!(signals->pending & bit) || (signals->blocked & bit && signal != SIGKILL))
			continue;
		__atomic_fetch_and(&signals->pending, ~bit, __ATOMIC_RELAXED);
		if (action->handler == HANDLER_IGNORES && signal != SIGKILL)
			continue;
		if (action->handler > HANDLER_IGNORES && signal != SIGKILL &&
		    deliver(task, frame, signal, 0, VECTOR_SENT))
			return;
		process_exit(STATUS_SIGNAL + (int)signal);
	}
}

int64_t signal_return(struct kp_frame *frame)
{
	struct signal_frame content;
	uint64_t at = frame->rsp - sizeof(content.restorer); /* the handler's return has taken it */

	if (!space_is_user(at, sizeof(content)) || kp_copy_from_user(&content, (void *)at, sizeof(content)))
		signal_fault(frame, SIGSEGV, at);
	else {
		content.saved.vector = frame->vector;
		*frame = content.saved;
		task_current()->signals.blocked = (uint32_t)content.blocked;
		frame->cs = SELECTOR_USER_CODE;
		frame->ss = SELECTOR_USER_DATA;
		frame->rflags = (frame->rflags & FLAGS_OF_USER) | FLAGS_ALWAYS;
		/* What `iretq` would fault on in the kernel. */
		if (!space_is_user(frame->rip, 1))
			signal_fault(frame, SIGSEGV, frame->rip);
	}
	return (int64_t)frame->rax;
}

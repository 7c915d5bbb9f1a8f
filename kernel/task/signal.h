/* Signals: what a process does about its faults, and about what others send it. */
#ifndef TASK_SIGNAL_H
#define TASK_SIGNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "syscall/numbers.h"

struct kp_frame;
struct task;

struct signals {
	struct signal_action actions[SIGNALS_COUNT];
	struct signal_stack alternate;
	volatile uint32_t pending, blocked; /* a bit each */
};

/* A fault of user mode: frame goes on in the handler, or the process ends here.  The ladder: the stack in use (the alternate
 * one when the action asks for it); the alternate stack, when the first cannot take the signal; the end of the process. */
void signal_fault(struct kp_frame *frame, unsigned signal, uint64_t address);
/* false: nobody there to have it. */
bool signal_send(struct task *task, unsigned signal);
/* What has been sent, before a return to user mode. */
void signal_deliver(struct kp_frame *frame);
/* The system call: frame becomes what it was before the handler; its memory is the process's own, and not trusted. */
int64_t signal_return(struct kp_frame *frame);

#endif

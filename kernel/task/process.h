/* Processes: made from the user program's file or from another process, ended, waited for. */
#ifndef TASK_PROCESS_H
#define TASK_PROCESS_H

#include <stdint.h>

#include <kpanic/frame.h>

/* Makes the first process of the user program that the loader has brought, with argument as its only one; panics where that
 * is missing or damaged. */
void process_start_first(const char *argument);

/* Its own frame, at the end of its kernel stack. */
struct task;
struct kp_frame *process_frame(struct task *task);
int64_t process_fork(const struct kp_frame *frame);
/* id and status of a child that has ended; waits for one; -ECHILD: there is none. */
int64_t process_wait(int *status_out);
/* The first process's end is the system's. */
_Noreturn void process_exit(int status);

#endif

/* The system call that a task is in: its number, name and arguments, out of the registers of user mode that lie at
 * the top of its stack. */
#ifndef PM_LINUX_SYSCALL_H
#define PM_LINUX_SYSCALL_H

#include "incident.h"
#include "linux/session.h"

/* Fills the system call of actor (strings in arena) and the registers of user mode.  false: the task is in none, or
 * they are not in the dump. */
bool pm_linux_syscall_read(struct pm_linux_session *session, const struct pm_linux_task *task,
			   struct pm_arena *arena, struct pm_actor *actor, struct pm_x86_regs *user_out);

#endif

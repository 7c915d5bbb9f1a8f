/* What is this address?  A symbol, a task, a stack, a slab object, a per-CPU variable, a page. */
#ifndef PM_LINUX_IDENTIFY_H
#define PM_LINUX_IDENTIFY_H

#include "linux/session.h"

/* "task_struct of init (pid 1)", "kmalloc-64 object + 0x10, free", "init_net + 0x40", "stack of trigger (pid 104)";
 * false: it is none of these (a number, or memory that says nothing of itself). */
bool pm_session_identify(struct pm_linux_session *session, uint64_t value, char *buf, size_t size);

#endif

/* What is this address?  A symbol, a task, a stack, a slab object, a per-CPU variable, a page. */
#ifndef PM_LINUX_IDENTIFY_H
#define PM_LINUX_IDENTIFY_H

#include "linux/session.h"

enum pm_identity {
	PM_IS_NOTHING,
	PM_IS_PAGE,
	PM_IS_STACK,
	PM_IS_CODE,
	PM_IS_DATA, /* a variable, or a string */
	PM_IS_PERCPU,
	PM_IS_OBJECT, /* of a slab; PM_IS_TYPED: whose type is known; PM_IS_FREE: that is free */
	PM_IS_TYPED,
	PM_IS_FREE,
	PM_IS_TASK,
	PM_IS_USER, /* pm_linux_user_words tells it; not this function */
};

/* "task_struct of init (pid 1)", "file /dev/null + 0x28 (f_op)", "kmalloc-64 object + 0x10, free",
 * "init_net + 0x40", "stack of trigger (pid 104)"; PM_IS_NOTHING: it is none of these (a number, or memory that says
 * nothing of itself). */
enum pm_identity pm_session_identify(struct pm_linux_session *session, uint64_t value, char *buf,
				     size_t size);

#endif

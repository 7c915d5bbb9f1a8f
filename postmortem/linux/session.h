/* A Linux dump in use: the kernel in it, and its lists, each read when it is first asked for. */
#ifndef PM_LINUX_SESSION_H
#define PM_LINUX_SESSION_H

#include "linux/log.h"
#include "linux/slab.h"
#include "linux/tasks.h"

struct pm_linux_session;

/* The dump is borrowed.  Options and errors as of pm_linux_open. */
struct pm_error *pm_session_open(struct pm_dump *dump, const struct pm_linux_options *options,
				 struct pm_linux_session **out) __attribute__((warn_unused_result));
void pm_session_close(struct pm_linux_session *session); /* NULL is allowed */

/* Lists are read anew when they are asked for again: the kernel runs on, or an interrupt cut them short.  What was
 * borrowed is gone. */
void pm_session_forget(struct pm_linux_session *session);

/* All borrowed from the session, up to the next pm_session_forget. */
struct pm_linux *pm_session_kernel(struct pm_linux_session *session);
struct pm_linux_modules *pm_session_modules(struct pm_linux_session *session);
struct pm_linux_unwinder *pm_session_unwinder(struct pm_linux_session *session);
struct pm_linux_tasks *pm_session_tasks(struct pm_linux_session *session);
struct pm_linux_cpus *pm_session_cpus(struct pm_linux_session *session);
struct pm_linux_caches *pm_session_caches(struct pm_linux_session *session);
/* For linux/waits.c. */
struct pm_linux_rings *pm_session_rings(struct pm_linux_session *session);
/* The log; *trouble_out (may be NULL): why it is not whole, or not there. */
struct pm_log *pm_session_log(struct pm_linux_session *session, const struct pm_error **trouble_out);

/* The trace of a task: from its CPU's registers when it ran, else from where it was switched out. */
void pm_session_unwind(struct pm_linux_session *session, const struct pm_linux_task *task,
		       struct pm_stack_trace *trace);
/* The CPU that the task ran on when the dump was taken; NULL: it did not run. */
const struct pm_linux_cpu *pm_session_cpu_of(struct pm_linux_session *session, uint64_t task);

#endif

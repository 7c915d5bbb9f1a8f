/* What blocked tasks wait for, and who holds it.
 *
 * A task that sleeps for a lock has a waiter on its own stack, which hangs in the lock's list: found there, the lock
 * is known, and with it the owner that the lock itself names.  It is inferred (likely): nothing marks the waiter. */
#ifndef PM_LINUX_WAITS_H
#define PM_LINUX_WAITS_H

#include "linux/session.h"

struct pm_linux_wait {
	uint64_t task; /* who waits: its struct task_struct */
	const char *
		type; /* "mutex", "rwsem", "rwsem (read)", "semaphore", "rt_mutex", "spinlock" (PREEMPT_RT) */
	uint64_t lock;   /* its address */
	uint64_t owner;  /* the task that holds it; 0: the lock does not say (readers, semaphores) */
	bool by_readers; /* an rwsem: readers hold it; owner is the last that took it, a hint */
};

/* false: the task waits for nothing of that kind, or the lock cannot be found.  trace: of the task. */
bool pm_linux_wait_of(struct pm_linux_session *session, const struct pm_linux_task *task,
		      const struct pm_stack_trace *trace, struct pm_linux_wait *out);

/* What is remembered of waiters between calls; kept by the session (pm_session_rings). */
struct pm_linux_rings;
void pm_linux_rings_free(struct pm_linux_rings *rings); /* NULL is allowed */
struct pm_linux_rings *pm_linux_rings_new(void);

/* Tasks in uninterruptible sleep whose stacks are the same, function by function. */
struct pm_linux_blocked {
	PM_VEC(const struct pm_linux_task *) tasks;
	struct pm_stack_trace trace;        /* of the first */
	PM_VEC(struct pm_linux_wait) waits; /* what of them is known */
};

struct pm_linux_blocked_groups {
	struct pm_arena arena;
	PM_VEC(struct pm_linux_blocked) v; /* the largest first */
};

void pm_linux_blocked_read(struct pm_linux_session *session, struct pm_linux_blocked_groups *groups);
void pm_linux_blocked_deinit(struct pm_linux_blocked_groups *groups);

#endif

/* Which frames of a trace are the kernel's own machinery, and which are the story. */
#ifndef PM_EXPLAIN_FRAMES_H
#define PM_EXPLAIN_FRAMES_H

#include "base/symbol.h"
#include "incident.h"

enum pm_frame_class {
	PM_FRAME_STORY,
	PM_FRAME_REPORT,    /* detects or prints: dump_stack, report_bug, kasan_report, lock_acquire */
	PM_FRAME_EXCEPTION, /* entry of a fault: asm_exc_page_fault, el1h_64_sync */
	PM_FRAME_NMI,
	PM_FRAME_IRQ,  /* entry of an interrupt */
	PM_FRAME_TICK, /* what the timer interrupt runs before it notices a stall */
	PM_FRAME_SOFTIRQ,
	PM_FRAME_SYSCALL, /* entry of a system call, without a name */
	PM_FRAME_CALL,    /* the system call's function: __x64_sys_write */
	PM_FRAME_THREAD,  /* bottom of a kernel thread: kthread, ret_from_fork, worker_thread */
	PM_FRAME_WAIT,    /* waits for a lock or sleeps: mutex_lock, schedule, queued_spin_lock_slowpath */
	PM_FRAME_HELPER,  /* does what the caller told it: memcpy, strlen, copy_to_user, refcount_inc */
	PM_FRAME_IDLE,
};

struct pm_frame_name {
	const char *name; /* a '*' at the end: any rest */
	enum pm_frame_class class;
};
struct pm_frame_names {
	const struct pm_frame_name *names; /* the first match wins */
	size_t n;
};
extern const struct pm_frame_names pm_frame_names[PM_SYSTEMS];

/* symbol with or without compiler suffixes; NULL is PM_FRAME_STORY. */
enum pm_frame_class pm_frame_class(enum pm_system system, const char *symbol);

/* A trace as a story. */
struct pm_walk {
	PM_VEC(const struct pm_place *) places; /* innermost first; no machinery */
	const char *entry; /* "write(2)", "softirq", "kernel thread kswapd0"; NULL: not told */
	const struct pm_place *interrupted; /* what an interrupt on the way interrupted, or NULL */
	bool idle;                          /* the CPU was idle */
	bool user;                          /* interrupted user mode */
};

/* Unreliable frames are left out. */
void pm_walk(struct pm_incident *inc, const struct pm_trace *trace, struct pm_walk *walk_out);

/* The innermost place of the story that neither waits nor only helps, or NULL. */
const struct pm_place *pm_walk_culprit(const struct pm_incident *inc, const struct pm_walk *walk);

#endif

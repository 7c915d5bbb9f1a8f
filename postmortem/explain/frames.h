/* A trace as a story: without the kernel's own machinery (functions/), and how the kernel was entered. */
#ifndef PM_EXPLAIN_FRAMES_H
#define PM_EXPLAIN_FRAMES_H

#include "base/symbol.h"
#include "functions/functions.h"

/* What a function that waits (PM_FRAME_WAIT) waits by. */
enum pm_wait {
	PM_WAIT_OTHER,
	PM_WAIT_SCHEDULER, /* the scheduler itself: the task has left its CPU */
	PM_WAIT_PREEMPTED, /* the same, but not by its own will */
	PM_WAIT_SPIN,      /* a spin lock, on the CPU */
	PM_WAIT_RWLOCK,    /* a spin lock for readers and writers */
	PM_WAIT_SLEEP,     /* a lock that sleeps */
	PM_WAIT_ANSWER,    /* another CPU's answer */
};
enum pm_wait pm_frame_wait(const char *symbol);
/* A function of the kernel's memory allocators, which work on lists in memory that anybody may have overwritten. */
bool pm_frame_allocates(const char *symbol);
/* A function that writes messages to consoles. */
bool pm_frame_prints(const char *symbol);
/* "rax" of "__x86_indirect_thunk_rax": an indirect call or jump in disguise (retpoline); NULL: none. */
const char *pm_frame_retpoline(const char *symbol);

/* By what the kernel was entered. */
enum pm_entry {
	PM_ENTRY_UNKNOWN,
	PM_ENTRY_CALL, /* a system call */
	PM_ENTRY_PAGE_FAULT,
	PM_ENTRY_EXCEPTION,
	PM_ENTRY_NMI,
	PM_ENTRY_IRQ,
	PM_ENTRY_SOFTIRQ,
	PM_ENTRY_THREAD, /* it did not: a kernel thread */
	PM_ENTRY_IDLE,
};

/* A trace as a story. */
struct pm_walk {
	PM_VEC(const struct pm_place *) places; /* innermost first; no machinery */
	enum pm_entry entered;
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

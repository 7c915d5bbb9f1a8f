/* What a function in a trace is there for: the kernel's own machinery, by name, or the story.
 *
 * One table per system, read by everybody who takes a trace apart: the console readers, to tell the stack that
 * reported from the one it reported, and the rules.  Whom a title names is another question, with another list
 * (console/linux/guilty.c; docs/adr/0006). */
#ifndef PM_FUNCTIONS_H
#define PM_FUNCTIONS_H

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

/* symbol with or without compiler suffixes; NULL is PM_FRAME_STORY. */
enum pm_frame_class pm_frame_class(enum pm_system system, const char *symbol);

enum pm_function_trait {
	/* Stands in an interrupt that only found a stall: what it interrupted is what the report is about. */
	PM_FUNCTION_DETECTS = 1,
	/* Stands between an exception and the report of it: the registers further out are the fault's. */
	PM_FUNCTION_TRAPS = 2,
	/* Prints, or stops the machine, on the way from what went wrong: none of the crash's own. */
	PM_FUNCTION_STOPS = 4,
};
/* Reporting functions and entries of faults stop, too. */
bool pm_function_has(enum pm_system system, const char *symbol, enum pm_function_trait trait);

#endif

/* A host of tier 3 in a process: what it says is in variables, and what it is told, too. */
#ifndef RECORDER_HOST_H
#define RECORDER_HOST_H

#include "stages.h"

#include <setjmp.h>

/* Which hook is to fault, once. */
enum fake_hook {
	FAKE_NONE,
	FAKE_PUTC,
	FAKE_READ,
	FAKE_REGION,
	FAKE_CPUS,
	FAKE_STOP,
	FAKE_TASK,
	FAKE_LOCK,
	FAKE_LOG,
	FAKE_SYMBOL,
	FAKE_SCREEN,
	FAKE_KEY,
	FAKE_AFTER,
	FAKE_MEMORY,
	FAKE_TASK_INFO,
	FAKE_HOOKS,
};

struct fake_host {
	char out[32768];
	size_t used;
	unsigned cpu, cpus;
	uint64_t time_ns, tick_ns, alarm_ns; /* alarm_ns: as armed last */
	unsigned alarms;                     /* how often it was armed */
	struct kp_task task;
	bool has_task;
	const struct kp_region *regions;  /* ends with end == 0 */
	const struct kp_lock *locks;      /* ends with no name */
	const struct kp_memory *memory;   /* ends with no size */
	const struct kp_task_info *tasks; /* ends with no name */
	const char *log;
	enum fake_hook fault_in;
	unsigned fault_after; /* so many calls of it that are well */
	bool always;          /* not once only */
	bool overrun;         /* the log's hook uses more stack than there is */
	bool late;            /* the alarm comes, instead of a fault */
	bool page_fault_handled;
	unsigned faults, user_faults, kills, stops, resets, halts, screens;
	jmp_buf end; /* kp_isa_stop, kp_host_kill_task go there */
};
extern struct fake_host fake;

/* Its text of the report; NULL: none. */
const char *fake_find(const char *words);
int fake_host_report(const char *what);

/* Until the recorder stops, or kills the task. */
#define UNTIL_END(statement)                                                                                 \
	do {                                                                                                 \
		if (!setjmp(fake.end)) {                                                                     \
			statement;                                                                           \
		}                                                                                            \
	} while (0)

#endif

/* Ways to crash: one row of a table each, chosen by scenario= on the command line. */
#ifndef SCENARIOS_SCENARIO_H
#define SCENARIOS_SCENARIO_H

#include "device/device.h"

enum scenario_place {
	SCENARIO_EARLY,        /* after the recorder, before everything else */
	SCENARIO_BEFORE_TASKS, /* with memory and one CPU */
	SCENARIO_THREAD,       /* in a kernel thread, while the first process runs */
	SCENARIO_INTERRUPT,    /* in the timer's interrupt, as soon as a kernel thread asks for it */
	SCENARIO_PROCESS,      /* in a system call: a process writes the scenario's name to "crash" */
};

struct scenario {
	const char *name;
	enum scenario_place place;
	void (*run)(void);
};

/* Runs the chosen scenario, if this is its place. THREAD: starts it, and INTERRUPT's. */
void scenario_at(enum scenario_place place);
/* In the timer's interrupt. */
void scenario_tick(void);

/* First in a hook of the recorder's host: fails where the command line asks for it, once hooks are armed. */
void scenario_hooks_arm(void);
void scenario_hook(const char *name);

/* Runs into the guard page below the stack. */
void scenario_overflow_stack(void);

/* Devices with bugs: meter.c, and what runs scenarios in a process. */
extern const struct device meter_device, crash_device;

/* One table for each file here; a row without a name ends it. */
extern const struct scenario scenarios_call[], scenarios_memory[], scenarios_stack[], scenarios_gate[],
	scenarios_stuck[], scenarios_bench[];

#endif

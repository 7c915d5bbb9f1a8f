/* Fields that several of these kernels print in one way: registers, debugger output,
 * "name = value" lines. */
#ifndef PM_BSD_FIELDS_H
#define PM_BSD_FIELDS_H

#include "console/bsd/report.h"

/* Registers: "RAX: 0x…, RBX: 0x…", "RAX=… RBX=…", "x0  0x0 x1  0x10", and the debugger's
 * one-a-line list behind "show registers".  They go to the crashed context's trace. */
void pm_bsd_registers(struct pm_bsd_report *report);
/* "Stopped at name+0x12: insn", "[ thread pid 1 tid 2 ]", "kernel: page fault trap, code=0",
 * "show panic", the debugger's lists of processes. */
void pm_bsd_debugger(struct pm_bsd_report *report);

/* All that a kernel debugger prints by itself: registers, pm_bsd_debugger's, locks. */
void pm_bsd_ddb(struct pm_bsd_report *report);

/* A line "name<blanks>[=:]<blanks>value" and what becomes of the value. */
struct pm_bsd_field {
	const char *name;
	void (*read)(struct pm_bsd_report *report, struct pm_slice value, const struct pm_bsd_line *line);
};
/* Hands each line of the report to the first field whose name it starts with. */
void pm_bsd_fields(struct pm_bsd_report *report, const struct pm_bsd_field *fields, size_t n);

void pm_bsd_set_address(struct pm_bsd_report *report, uint64_t address, const struct pm_bsd_line *line);
void pm_bsd_set_process(struct pm_bsd_report *report, bool has_pid, uint64_t pid, struct pm_slice comm,
			const struct pm_bsd_line *line);
void pm_bsd_set_cpu(struct pm_bsd_report *report, uint64_t cpu, const struct pm_bsd_line *line);
/* A register of the crashed context; name: static or of the arena. */
void pm_bsd_set_register(struct pm_bsd_report *report, const char *name, uint64_t value, unsigned bits,
			 const struct pm_bsd_line *line);
/* Words for a trap number of x86, as these kernels number traps; NULL: unknown. */
const char *pm_bsd_trap_words(enum pm_system system, uint64_t number);

#endif

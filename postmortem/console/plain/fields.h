/* Fields that several of these kernels print in one way: registers, debugger output,
 * "name = value" lines. */
#ifndef PM_PLAIN_FIELDS_H
#define PM_PLAIN_FIELDS_H

#include "console/plain/report.h"

/* Registers: "RAX: 0x…, RBX: 0x…", "RAX=… RBX=…", "x0  0x0 x1  0x10", and the debugger's
 * one-a-line list behind "show registers".  They go to the crashed context's trace. */
void pm_plain_registers(struct pm_plain_report *report);
/* "Stopped at name+0x12: insn", "[ thread pid 1 tid 2 ]", "kernel: page fault trap, code=0",
 * "show panic", the debugger's lists of processes. */
void pm_plain_debugger(struct pm_plain_report *report);

/* All that a kernel debugger prints by itself: registers, pm_plain_debugger's, locks. */
void pm_plain_ddb(struct pm_plain_report *report);

/* A line "name<blanks>[=:]<blanks>value" and what becomes of the value. */
struct pm_plain_field {
	const char *name;
	void (*read)(struct pm_plain_report *report, struct pm_slice value, const struct pm_plain_line *line);
};
/* Hands each line of the report to the first field whose name it starts with. */
void pm_plain_fields(struct pm_plain_report *report, const struct pm_plain_field *fields, size_t n);

void pm_plain_set_address(struct pm_plain_report *report, uint64_t address, const struct pm_plain_line *line);
void pm_plain_set_process(struct pm_plain_report *report, bool has_pid, uint64_t pid, struct pm_slice comm,
			  const struct pm_plain_line *line);
void pm_plain_set_cpu(struct pm_plain_report *report, uint64_t cpu, const struct pm_plain_line *line);
/* A register of the crashed context; name: static or of the arena. */
void pm_plain_set_register(struct pm_plain_report *report, const char *name, uint64_t value, unsigned bits,
			   const struct pm_plain_line *line);
/* Words for a trap number of x86, as these kernels number traps; NULL: unknown. */
const char *pm_plain_trap_words(enum pm_system system, uint64_t number);

#endif

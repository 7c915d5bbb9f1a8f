/* The form of Linux's oops: header, CPU line, registers, code, traces, panic line.
 *
 * Other kernels print it too, so that tools for it read them.  What is the same is read here; what only one
 * system means by it is told by its dialect.
 *
 * fields.c reads the lines of a report by tables of rows (fields.h), frame.c a line of a trace.
 */
#ifndef PM_OOPS_H
#define PM_OOPS_H

#include "console/report.h"

typedef PM_VEC(const struct pm_line *) pm_line_list;

/* The lines of one report: those of the context that printed it, in order. */
struct pm_printk_report {
	pm_line_list lines;  /* [0] is the line at which it starts */
	pm_line_list before; /* up to 50 lines of the same context that lead up to it */
	size_t own;          /* lines[own…] follow the start of another report: not for the title */
	size_t tail;         /* lines[tail…]: the panic that ended a complete report, and its own trace */
	struct pm_context context;
	const struct pm_window *window;
	bool apart; /* between its lines stood another CPU's, told apart without caller ids */
};

struct pm_field_row;

/* What a system does with the form. */
struct pm_oops_dialect {
	enum pm_system system;                    /* whose functions stand in the traces */
	const struct pm_field_row *const *tables; /* in the order of precedence; NULL-terminated */
	bool taints;                              /* "Not tainted" and "Tainted: …" mean something */
	bool loose; /* lines that no row knows may be titles of traces, tasks, releases */
};

/* Reads what every kind of report may carry: CPU line, registers, code, traces, modules, taint, …
 * seen: NULL, or [report->lines.n]: set for the lines that were understood. */
void pm_oops_read(const struct pm_printk_report *report, struct pm_incident *inc,
		  const struct pm_oops_dialect *dialect, bool *seen);

/* Is it a pointer that the kernel hashed before printing ("%p" since 4.15: 00000000 and a 32-bit hash)?  The
 * same hash is the same pointer; otherwise it says nothing. */
bool pm_oops_is_hashed(struct pm_slice address);
#define PM_HASHED_WORDS "hashed by the kernel: not the real address"

#endif

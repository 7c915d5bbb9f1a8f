/* Linux's reports: how one is cut out of a window of lines, named, and read.
 *
 * Families of reports stand in one file each beside this one; each has a table
 * of rows (see rows.h) and, where its reports carry more than every report
 * does, a function that reads it.
 */
#ifndef PM_PRINTK_H
#define PM_PRINTK_H

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

/* Cuts the report that starts at window->start; marks its lines as taken. */
void pm_printk_segment(struct pm_window *window, struct pm_arena *arena, struct pm_printk_report *report_out);
/* Names it: title, alt_titles, type, frame, guilty_file, corrupted, panicked, fingerprint, fault.kind.
 * False: the line looked like a report's start but is none. */
bool pm_printk_identify(const struct pm_printk_report *report, struct pm_incident *inc);
/* Reads what every kind of report may carry: CPU line, registers, code, traces, modules, taint, … */
void pm_printk_fields(const struct pm_printk_report *report, struct pm_incident *inc);

#endif

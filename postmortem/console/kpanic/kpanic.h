/* Reports of our own recorder (formats/SPEC.md, section 1), of whatever kernel has it in.
 *
 * A report is an oops in Linux's form, which console/oops reads, between extension lines, which extension.c reads.
 *
 * kpanic.c     the system's row, and the order of things
 * cut.c        which lines are the report's, and whether they are whole: its sum
 * extension.c  a table of words and keys, each with where in the incident it belongs
 * name.c       kind, title, function, fingerprint: ours, not the dashboards' for Linux
 */
#ifndef PM_KPANIC_H
#define PM_KPANIC_H

#include "console/oops/oops.h"
#include "formats/report.h"

/* How the lines agree with the last one, `end`. */
enum pm_kpanic_sum {
	PM_KPANIC_WHOLE,
	PM_KPANIC_MIXED,   /* whole, but others' lines stand between them */
	PM_KPANIC_CHANGED, /* the sum is another: lines were changed or lost, or others' cannot be told apart */
	PM_KPANIC_CUT,     /* there is no `end` */
	PM_KPANIC_HEADLESS, /* there is no `begin` */
};

struct pm_kpanic_cut {
	struct pm_printk_report report; /* bodies are what the recorder wrote, without prefixes */
	PM_VEC(size_t) at;              /* of each line: its index in the window */
	bool has_begin, has_end;
	size_t end; /* index in report.lines of the `end` line */
};

/* Does a report start at this line?  Lines of a log that a report quotes start none. */
bool pm_kpanic_starts(const struct pm_line *line);

/* Collects the lines from window->start on. Lines of others are among them. */
void pm_kpanic_cut(const struct pm_window *window, struct pm_arena *arena, struct pm_kpanic_cut *cut_out);
/* Drops what does not belong to the report by what the readers understood (seen: [report.lines.n]), and takes the rest.
 * foreign_out: how many lines of others stood between. */
enum pm_kpanic_sum pm_kpanic_settle(struct pm_window *window, struct pm_kpanic_cut *cut, const bool *seen,
				    struct pm_incident *inc, size_t *foreign_out);

/* The tables of readers for the lines of a report. */
extern const struct pm_oops_dialect pm_oops_kpanic;

/* Kind, title, frame, fingerprint, from what was read. */
void pm_kpanic_name(struct pm_incident *inc);

#endif

/* Linux's reports: how one is cut out of a window of lines, named, and read.
 *
 * Families of reports stand in one file each beside this one; each has a table
 * of rows (see rows.h) and, where its reports carry more than every report
 * does, a function that reads it.
 */
#ifndef PM_PRINTK_H
#define PM_PRINTK_H

#include "console/oops/oops.h"

/* Cuts the report that starts at window->start; marks its lines as taken. */
void pm_printk_segment(struct pm_window *window, struct pm_arena *arena, struct pm_printk_report *report_out);
/* Names it: title, alt_titles, type, frame, guilty_file, corrupted, panicked, fingerprint, fault.kind.
 * False: the line looked like a report's start but is none. */
bool pm_printk_identify(const struct pm_printk_report *report, struct pm_incident *inc);
/* How Linux means what stands in an oops. */
extern const struct pm_oops_dialect pm_oops_linux;

#endif

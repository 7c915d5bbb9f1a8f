/* Which operating system a text comes from: the table of those that are understood,
 * and what was seen so far.  A text is recognised by its own marks, never assumed. */
#ifndef PM_SYSTEM_H
#define PM_SYSTEM_H

#include "console/report.h"
#include "console/scan.h"

struct pm_systems {
	enum pm_system seen; /* the last system whose mark was seen; PM_SYSTEM_UNKNOWN: none */
};

/* Adds the words and marks of every system to the scanner, which thereby finds every line that matters here.
 */
void pm_systems_init(struct pm_systems *systems, struct pm_scanner *scanner);
/* Looks at a line for marks. */
void pm_systems_see(struct pm_systems *systems, const struct pm_line *line);
/* The first system of which a report may start at this line; NULL: none. */
const struct pm_console_system *pm_systems_start(const struct pm_systems *systems,
						 const struct pm_line *line);
/* Lets the systems whose report may start at window->start read it, the most likely first.
 * False: none found a report. */
bool pm_systems_read(const struct pm_systems *systems, struct pm_window *window, struct pm_incident *inc);

#endif

/* Lines that were printed in parts, put together. */
#ifndef PM_PRINTK_JOIN_H
#define PM_PRINTK_JOIN_H

#include "console/report.h"

/* Appends the rest to the line; the rest's own body becomes empty. */
void pm_printk_join(struct pm_line *line, struct pm_line *rest, struct pm_arena *arena);

/* Joins what /dev/kmsg and extended netconsole mark as parts of a line: '+' until Linux 4.9, where that is certain;
 * 'c' since then only says that a part could not be added to its line, so it must look like one, too. */
void pm_printk_join_records(struct pm_window *window, struct pm_arena *arena);

#endif

/* Tells the reports of several CPUs apart that printed at once, on kernels that print no caller ids. */
#ifndef PM_PRINTK_INTERLEAVE_H
#define PM_PRINTK_INTERLEAVE_H

#include "console/report.h"

/* Looks at the lines from window->start on that no report took.  Where two reports or more are mixed there,
 * each line of theirs gets a context of the kind PM_CONTEXT_GUESSED, and a line that another CPU's message broke
 * gets its rest back (stored in the arena).  False: one report after the other, or the kernel told callers
 * itself; nothing was changed. */
bool pm_printk_interleaved(struct pm_window *window, struct pm_arena *arena);

#endif

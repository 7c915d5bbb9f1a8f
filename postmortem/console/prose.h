/* Words of kernels in texts that no kernel wrote.
 *
 * A console line without a kernel's prefix (a photo typed off, a kernel without printk times) looks like a
 * sentence in a manual, a string in a source, a commit's message.  Kernels begin their lines, and print addresses,
 * places and registers around them; people quote in the middle of theirs, and write sentences.
 */
#ifndef PM_PROSE_H
#define PM_PROSE_H

#include "console/report.h"

/* head: what stands in a line before the words with which a report starts.  True: no console prints that there,
 * it is somebody's sentence, markup or source. */
bool pm_prose_before(struct pm_slice head);

/* Does a string of a source, or a quotation in backquotes, begin in head? */
bool pm_prose_quotes(struct pm_slice head);

/* Does a line hold what kernels print and people do not: a place with its offset, an address, an oops's count? */
bool pm_prose_is_kernel(struct pm_slice body);

/* What stands around the start of a report, without the line itself. */
enum pm_prose {
	PM_PROSE_KERNEL,  /* lines of a kernel */
	PM_PROSE_NOTHING, /* nothing that tells */
	PM_PROSE_TEXT,    /* sentences, markup or source, and no line of a kernel */
};
enum pm_prose pm_prose_around(const struct pm_window *window);

/* Do the lines around the window's start describe the form of reports ("CPU: <n> PID: <id>")? */
bool pm_prose_describes(const struct pm_window *window);

#endif

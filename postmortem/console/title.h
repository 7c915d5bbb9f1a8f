/* Titles to group by: what changes from one crash of a bug to the next is taken out.
 * The conventions are those of the public kernel-fuzzing dashboards. */
#ifndef PM_TITLE_H
#define PM_TITLE_H

#include "base/memory.h"

#define PM_TITLE_MAX 120 /* bytes */

/* Addresses become ADDR, lone numbers NUM, line numbers LINE, network addresses IP; blanks
 * are single; at most PM_TITLE_MAX printable characters. */
char *pm_title_clean(struct pm_arena *arena, struct pm_slice text) __attribute__((returns_nonnull));

/* The name in "… in NAME", the last there is; false: none. */
bool pm_title_frame(struct pm_slice title, struct pm_slice *name_out);

#endif

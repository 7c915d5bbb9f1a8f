/* Titles to group by: what changes from one crash of a bug to the next is taken out.
 * The conventions are those of the public kernel-fuzzing dashboards. */
#ifndef PM_TITLE_H
#define PM_TITLE_H

#include "base/memory.h"

/* Addresses become ADDR, lone numbers NUM, line numbers LINE, network addresses IP; blanks
 * are single; at most 120 printable characters.  One rule for all systems (linux/title.c). */
const char *pm_title_clean(struct pm_arena *arena, struct pm_slice title);

#endif

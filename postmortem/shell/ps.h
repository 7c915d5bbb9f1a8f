/* Which tasks ps tells of, and what it tells of each. */
#ifndef PM_SHELL_PS_H
#define PM_SHELL_PS_H

#include "shell/shell.h"

/* "RU", "IN", … as crash writes them. */
const char *pm_ps_state(char letter);

/* What is told of each task instead of a line of the list (shell/ps_views.c). */
enum pm_ps_view {
	PM_PS_LIST,
	PM_PS_PARENTS,
	PM_PS_CHILDREN,
	PM_PS_TIMES,
	PM_PS_ARGUMENTS,
	PM_PS_THREADS,
	PM_PS_LIMITS,
	PM_PS_LAST_RUN,
	PM_PS_LAST_RUN_AGO,
};

/* One task, of all the views but the last two; false: it was said what it could not. */
bool pm_ps_view(struct pm_shell *sh, enum pm_ps_view view, const struct pm_linux_task *task);
/* The tasks by when they ran last, [n]; cpus: NULL: all together, else a block for each of those CPUs. */
bool pm_ps_last_run(struct pm_shell *sh, bool ago, const struct pm_linux_task *const *tasks, size_t n,
		    const char *cpus);
/* How many there are in each state. */
void pm_ps_summary(struct pm_shell *sh, const struct pm_linux_task *const *tasks, size_t n);

#endif

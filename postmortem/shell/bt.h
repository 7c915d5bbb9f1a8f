/* What the traces of every kernel share. */
#ifndef PM_SHELL_BT_H
#define PM_SHELL_BT_H

#include "shell/shell.h"

struct pm_bt_options {
	bool words, offsets, lines, parameters, text;
};

/* Whose traces. */
struct pm_bt_choice {
	bool all_cpus;
	const char *cpus; /* NULL: none named */
	int first;        /* of the tasks' arguments */
};

/* What follows the line or members of whose trace it is; false: nothing, and it was said why.  stack: the lowest address of
 * it; 0: not known. */
bool pm_bt_put_trace(struct pm_shell *sh, struct pm_stack_trace *trace, uint64_t stack,
		     const struct pm_bt_options *options, const char *whose);
/* Between traces. */
void pm_bt_gap(struct pm_shell *sh);

/* Of a kernel that is not Linux (shell/image.c). */
bool pm_bt_image(struct pm_shell *sh, int argc, char **argv, const struct pm_bt_choice *choice,
		 const struct pm_bt_options *options);

#endif

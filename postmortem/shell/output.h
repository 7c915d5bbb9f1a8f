/* Where a command's output goes: to the shell's own stream, a file, a program of the user's, or a pager. */
#ifndef PM_SHELL_OUTPUT_H
#define PM_SHELL_OUTPUT_H

#include "shell/shell.h"

#include <sys/types.h>

enum pm_shell_output_kind {
	PM_OUTPUT_SHELL,   /* sh->out as it is */
	PM_OUTPUT_PAGER,   /* sh->out until a screen is full, then the pager */
	PM_OUTPUT_FILE,    /* > target */
	PM_OUTPUT_APPEND,  /* >> target */
	PM_OUTPUT_COMMAND, /* | target, for /bin/sh */
};

/* As long as a command runs. */
struct pm_shell_output {
	enum pm_shell_output_kind kind;
	const char *target; /* borrowed */
	FILE *stream, *outer;
	int fd;
	int error;   /* errno of the first write that failed */
	pid_t child; /* 0: none */
	/* of a pager that is not started yet */
	struct pm_buf held;
	unsigned rows, columns, held_rows;
};

/* Makes sh->out (and that of sh->json) what target says; false: it was said why not, and nothing is changed. */
bool pm_shell_output_open(struct pm_shell *sh, enum pm_shell_output_kind kind, const char *target,
			  struct pm_shell_output *o);
/* Puts sh->out back, and waits for the program.  false: not all was written, or the program failed; it was said. */
bool pm_shell_output_close(struct pm_shell *sh, struct pm_shell_output *o);
/* What a pager's stream holds back is shown: something else is about to be written to the terminal. */
void pm_shell_output_show(struct pm_shell *sh);
/* Runs a line of the user's with /bin/sh, as it is; false: said. */
bool pm_shell_escape(struct pm_shell *sh, const char *line);

#endif

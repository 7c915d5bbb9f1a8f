/* Source lines of a dump's code, from a vmlinux with debug information. */
#ifndef PM_SHELL_LINES_H
#define PM_SHELL_LINES_H

#include "shell/shell.h"

/* Looks at the vmlinux that was given.  PM_MISMATCH: it is of another kernel; PM_IO, PM_BAD_DATA. */
struct pm_error *pm_shell_lines_open(struct pm_shell *sh, const char *vmlinux)
	__attribute__((warn_unused_result));
void pm_shell_lines_close(struct pm_shell *sh);

/* Prints the source lines of an address, one for each inlined call and one for the function, or a member "lines".
 * Nothing where they are not known. */
void pm_shell_lines(struct pm_shell *sh, uint64_t pc, bool exact);
/* Says why no lines could be told so far; true: some were. */
bool pm_shell_lines_told(struct pm_shell *sh, const char *command);

#endif

/* Lines typed at a terminal: editing, completion and history by libedit, which is loaded when a terminal is there.
 * Without it lines are read as the terminal gives them. */
#ifndef PM_SHELL_EDIT_H
#define PM_SHELL_EDIT_H

#include "shell/shell.h"

struct pm_edit;

/* keep: the history is read from its file and written to it. */
struct pm_edit *pm_edit_open(struct pm_shell *sh, bool keep) __attribute__((returns_nonnull));
void pm_edit_close(struct pm_edit *edit);
/* The next line; borrowed until the next call.  NULL: there is no more.  "": Ctrl-C threw away what was typed. */
const char *pm_edit_line(struct pm_edit *edit, const char *prompt);

#endif

/* The variables of `set` (shell/settings.c). */
#ifndef PM_SHELL_SETTINGS_H
#define PM_SHELL_SETTINGS_H

#include "shell/shell.h"

/* For a session at a terminal: the user's pager. */
void pm_shell_settings_start(struct pm_shell *sh);
void pm_shell_settings_end(struct pm_shell *sh);
bool pm_shell_is_setting(const char *name);
const char *pm_shell_setting_at(size_t i); /* names; NULL: there are no more */
/* Shows or sets those of argv[first] and on; false: said. */
bool pm_shell_settings(struct pm_shell *sh, int argc, char **argv, int first);
/* All of them. */
void pm_shell_settings_put(struct pm_shell *sh);
/* Does what a command prints go through the pager? */
bool pm_shell_pages(struct pm_shell *sh);

#endif

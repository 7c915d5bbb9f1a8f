/* The explanation inside of the shell, for struct pm_shell's explain. */
#ifndef PM_CMD_WHY_H
#define PM_CMD_WHY_H

#include "shell/shell.h"

bool pm_cmd_why(struct pm_shell *sh, bool details, bool evidence);

#endif

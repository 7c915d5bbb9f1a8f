/* Parts of `dev` (shell/dev_bus.c). */
#ifndef PM_SHELL_DEV_H
#define PM_SHELL_DEV_H

#include "shell/rows.h"

/* -i: I/O ports and memory, by who has reserved them. */
bool pm_shell_resources(struct pm_shell *sh);
/* -p: PCI devices, bus by bus. */
bool pm_shell_pci(struct pm_shell *sh);

#endif

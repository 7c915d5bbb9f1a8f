/* Rows of memory, as `rd` prints them. */
#ifndef PM_SHELL_RD_H
#define PM_SHELL_RD_H

#include "shell/shell.h"

/* size bytes in rows of units of width bytes, with text beside them; as JSON a member "bytes", in hex.  space: NULL: of
 * physical addresses.  false: not all is there; said. */
bool pm_shell_dump(struct pm_shell *sh, const char *command, struct pm_space *space, uint64_t addr,
		   uint64_t size, unsigned width);

#endif

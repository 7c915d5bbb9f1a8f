/* Opening a dump and the kernel in it, as check, dmesg, explain and shell do. */
#ifndef PM_CMD_DUMP_H
#define PM_CMD_DUMP_H

#include "cmd/cmd.h"
#include "linux/session.h"

/* The session of a dump; NULL: not opened, and it was said on stderr why.  A file with types that is not the kernel's
 * is said, too, makes *status PM_STATUS_UNREADABLE, and the session has the dump's own types or none. */
struct pm_linux_session *pm_cmd_session(struct pm_dump *dump, const struct pm_linux_options *options,
					enum pm_status *status);
/* How many of the paths, the first among them, are the parts of one dump. */
size_t pm_cmd_parts(char *const *paths);

#endif

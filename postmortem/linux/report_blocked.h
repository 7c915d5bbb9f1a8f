/* Who waits for what in a machine that hangs, for the report that it died of. */
#ifndef PM_LINUX_REPORT_BLOCKED_H
#define PM_LINUX_REPORT_BLOCKED_H

#include "incident.h"
#include "linux/session.h"

/* Adds traces of tasks in uninterruptible sleep, one for each group in the same place (the largest 16), the locks that
 * they wait for and who holds those, and what a holder does that is not blocked itself. */
void pm_linux_add_blocked(struct pm_linux_session *session, struct pm_incident *inc);

#endif

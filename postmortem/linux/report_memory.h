/* Where a machine's memory went, for the report that it died of. */
#ifndef PM_LINUX_REPORT_MEMORY_H
#define PM_LINUX_REPORT_MEMORY_H

#include "incident.h"
#include "linux/session.h"

/* Adds facts of the group "memory" when memory is used up: the report is of that, or no more is free than the
 * kernel's reserve.  docs/json.md has their names. */
void pm_linux_add_memory(struct pm_linux_session *session, struct pm_incident *inc);

#endif

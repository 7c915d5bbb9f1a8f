/* A Linux dump → incidents: the reports of its own log, and for the one that the machine died of,
 * what memory knows of it. */
#ifndef PM_LINUX_REPORT_H
#define PM_LINUX_REPORT_H

#include "incident.h"
#include "linux/session.h"

/* Calls fn for each incident, as pm_console_read_source does.  PM_TRUNCATED: it cannot be told whether there was a
 * panic.  A dump of a kernel that had not panicked and whose log holds no report gives none. */
struct pm_error *pm_linux_read_dump(struct pm_linux_session *session,
				    bool (*fn)(struct pm_incident *inc, void *user), void *user)
	__attribute__((warn_unused_result));

/* For a dump in which no kernel can be found, as too much of it is damaged: the reports of what its log's text is found by
 * searching its memory. */
void pm_linux_read_log_alone(struct pm_dump *dump, bool (*fn)(struct pm_incident *inc, void *user),
			     void *user);

#endif

/* The crashed function in memory: its instructions, exact from its start on, and where the values that it failed over
 * came from. */
#ifndef PM_LINUX_REPORT_CODE_H
#define PM_LINUX_REPORT_CODE_H

#include "incident.h"
#include "linux/session.h"

/* Replaces what the log printed of the code, if memory says the same.  trace, first: as for pm_linux_report_stack. */
void pm_linux_report_code(struct pm_linux_session *session, struct pm_incident *inc,
			  const struct pm_stack_trace *trace, size_t first);

/* fault.member…, fault.origin_reg and what registers hold, by the function's types (BTF), or those of the object that
 * a register points to. */
void pm_linux_report_member(struct pm_linux_session *session, struct pm_incident *inc,
			    const struct pm_stack_trace *trace, size_t first);

#endif

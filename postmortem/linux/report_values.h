/* What the values of a crash are: frames of a trace, registers, the crashed stack, the system call and its arguments, the member that
 * the access went to. */
#ifndef PM_LINUX_REPORT_VALUES_H
#define PM_LINUX_REPORT_VALUES_H

#include "incident.h"
#include "linux/session.h"

/* Adds the frames of a trace from number `first` on, with their names, and why it ends. */
void pm_linux_report_frames(struct pm_linux_session *session, struct pm_incident *inc,
			    const struct pm_stack_trace *from, size_t first, struct pm_trace *to);

/* Adds the known ones of from to the trace. */
void pm_linux_report_regs(struct pm_linux_session *session, struct pm_incident *inc, struct pm_trace *trace,
			  const struct pm_x86_regs *from, enum pm_regs_role role);

/* The words of the crashed stack, from frame `first` of its trace on; after the registers.  task may be NULL. */
void pm_linux_report_stack(struct pm_linux_session *session, struct pm_incident *inc,
			   const struct pm_stack_trace *trace, size_t first,
			   const struct pm_linux_task *task);

/* Of the report that the machine died of, once its traces are there. */
void pm_linux_report_values(struct pm_linux_session *session, struct pm_incident *inc);

#endif

/* What forensics looks for first where a kernel left no report: what its processors say of themselves. */
#ifndef PM_IMAGE_STATE_H
#define PM_IMAGE_STATE_H

#include "image/image.h"
#include "incident.h"

/* Adds, for each CPU, facts of group "cpu<N>" (explain/rules_image.c speaks of them), its registers and its trace, the most
 * telling CPU first.  Was anything wrong?  Then inc->fault.message says what. */
bool pm_image_add_state(struct pm_image *image, struct pm_incident *inc);

/* For state.c. */
void pm_image_add_frames(const struct pm_image *image, struct pm_incident *inc,
			 const struct pm_stack_trace *from, struct pm_trace *to);
void pm_image_add_regs(const struct pm_image *image, struct pm_incident *inc, struct pm_trace *trace,
		       const struct pm_x86_regs *from, enum pm_regs_role role);

#endif

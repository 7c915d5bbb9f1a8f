/* What becomes of a fault. */
#ifndef KP_VERDICT_H
#define KP_VERDICT_H

#include "report.h"

/* What is true of a fault of the kernel's own, as bits. */
enum kp_circumstance {
	KP_C_FATAL = 1 << 0, /* the exception says that there is no way on */
	KP_C_INTERRUPT = 1 << 1,
	KP_C_NO_TASK = 1 << 2,
	KP_C_IDLE = 1 << 3,
	KP_C_FIRST = 1 << 4,
	KP_C_CRITICAL = 1 << 5,
	KP_C_PANIC_ON_OOPS = 1 << 6,
	KP_C_OOPS_LIMIT = 1 << 7,
};

/* The first row that applies. */
struct kp_verdict kp_verdict_of(unsigned circumstances);

/* Reports a fault of the kernel's own, and ends the task or the system. fault: NULL for KP_BUG. */
_Noreturn void kp_verdict_oops(const struct kp_frame *frame, const struct kp_fault *fault,
			       const struct kp_site *site);

#endif

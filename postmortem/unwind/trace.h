/* What unwinding a stack gives, whatever it went by. */
#ifndef PM_UNWIND_TRACE_H
#define PM_UNWIND_TRACE_H

#include "incident.h"
#include "unwind/x86_64.h"

struct pm_stack_frame {
	uint64_t pc;
	uint64_t sp;        /* the stack pointer in that frame; 0: not known */
	uint64_t return_at; /* where on the stack the pc stands; 0: in a register */
	enum pm_trust trust;
	enum pm_stack stack;
	const char *stack_name;  /* "IRQ", "NMI", "#DF"; NULL: the task's */
	bool exact_pc;           /* the pc itself was interrupted; else it is a return address */
	struct pm_x86_regs regs; /* what is known in that frame: all, where exact_pc */
};

struct pm_stack_trace {
	struct pm_arena arena;
	PM_VEC(struct pm_stack_frame) frames; /* innermost first */
	bool has_user;
	struct pm_x86_regs user; /* of user mode, where the trace reached it */
	const char *ended;       /* why it ends early; NULL: it is whole */
};

void pm_stack_trace_deinit(struct pm_stack_trace *trace);

/* Adds the frame to an incident's trace; its place is the caller's to fill. */
struct pm_frame *pm_stack_frame_add(struct pm_incident *inc, const struct pm_stack_frame *from,
				    struct pm_trace *to);
/* Behind the last one: why the trace ends early. */
void pm_stack_trace_end(struct pm_incident *inc, const struct pm_stack_trace *from, struct pm_trace *to);

#endif

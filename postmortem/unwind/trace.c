#include "unwind/trace.h"

void pm_stack_trace_deinit(struct pm_stack_trace *trace)
{
	pm_arena_deinit(&trace->arena);
}

struct pm_frame *pm_stack_frame_add(struct pm_incident *inc, const struct pm_stack_frame *from,
				    struct pm_trace *to)
{
	struct pm_frame *frame = PM_PUSH(&inc->arena, &to->frames);

	frame->trust = from->trust;
	frame->stack = from->stack;
	frame->stack_name = from->stack_name;
	frame->interrupted = from->exact_pc;
	return frame;
}

void pm_stack_trace_end(struct pm_incident *inc, const struct pm_stack_trace *from, struct pm_trace *to)
{
	if (from->ended)
		to->broken = pm_arena_str(&inc->arena, pm_slice_of(from->ended));
}

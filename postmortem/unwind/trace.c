#include "unwind/trace.h"

void pm_stack_trace_deinit(struct pm_stack_trace *trace)
{
	pm_arena_deinit(&trace->arena);
}

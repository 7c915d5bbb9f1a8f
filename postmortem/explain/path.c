/* The way to the place, from where the kernel was entered, in one line. */
#include "explain/rules.h"

/* Longer ways are elided in the middle: the ends tell who asked and who failed. */
#define PATH_NAMES 9
#define PATH_OUTER 3

static const struct pm_trace *story_of(const struct pm_incident *inc)
{
	const struct pm_trace *crash = pm_incident_crash_trace(inc);

	if (crash && crash->frames.n)
		return crash;
	/* A hung task's or a stalled CPU's own trace stands in for it. */
	for (size_t i = 0; i < inc->traces.n; i++) {
		const struct pm_trace *trace = &inc->traces.v[i];

		if (trace->role == PM_TRACE_TASK && trace->has_pid && inc->actor.has_pid &&
		    trace->pid == inc->actor.pid && trace->frames.n)
			return trace;
	}
	return NULL;
}

struct step {
	const char *symbol;
	size_t times; /* called itself so often */
};

static void put_step(struct pm_buf *line, const struct step *step)
{
	pm_buf_printf(line, "%s%.*s", line->n ? " → " : "", (int)pm_symbol_stem(step->symbol), step->symbol);
	if (step->times > 1)
		pm_buf_printf(line, " (%zu×)", step->times);
}

void pm_explain_path(struct pm_incident *inc)
{
	const struct pm_trace *trace = story_of(inc);
	PM_VEC(struct step) steps = { 0 };
	struct pm_buf line = { 0 };
	struct pm_walk walk;

	if (!trace)
		return;
	pm_walk(inc, trace, &walk);
	/* A hung task sleeps: a trace that does not is another's. */
	if (inc->fault.kind == PM_KIND_HUNG_TASK && walk.places.n &&
	    pm_frame_class(inc->machine.system, walk.places.v[0]->symbol) != PM_FRAME_WAIT)
		return;
	/* How a wait sleeps is always the same: its outermost function tells enough. */
	size_t inner = 0;
	for (size_t i = 0; inc->fault.kind == PM_KIND_HUNG_TASK && i < walk.places.n &&
			   pm_frame_class(inc->machine.system, walk.places.v[i]->symbol) == PM_FRAME_WAIT;
	     i++)
		inner = i;
	for (size_t i = walk.places.n; i-- > inner;) { /* outermost first */
		const char *symbol = walk.places.v[i]->symbol;

		if (steps.n && pm_symbol_same(steps.v[steps.n - 1].symbol, symbol))
			steps.v[steps.n - 1].times++;
		else
			*PM_PUSH(&inc->arena, &steps) = (struct step){ .symbol = symbol, .times = 1 };
	}
	if (steps.n < 2 && !(walk.entry && steps.n))
		return;
	if (walk.entry)
		pm_buf_str(&line, walk.entry);
	for (size_t i = 0; i < steps.n; i++) {
		if (steps.n > PATH_NAMES && i == PATH_OUTER) {
			pm_buf_str(&line, " → …");
			i = steps.n - (PATH_NAMES - PATH_OUTER);
		}
		put_step(&line, &steps.v[i]);
	}
	inc->path = pm_arena_str(&inc->arena, (struct pm_slice){ line.data, line.n });
	pm_buf_deinit(&line);
}

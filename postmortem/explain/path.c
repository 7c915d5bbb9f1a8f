/* The way to the place, from where the kernel was entered, in one line. */
#include "explain/rules.h"

/* Longer ways are elided in the middle: the ends tell who asked and who failed. */
#define PATH_FRAMES 9
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

static const char *element(struct pm_incident *inc, const struct pm_place *place)
{
	return pm_arena_str(&inc->arena,
			    pm_slice_upto(pm_slice_of(place->symbol), pm_symbol_stem(place->symbol)));
}

void pm_explain_path(struct pm_incident *inc)
{
	const struct pm_trace *trace = story_of(inc);
	const char *names[PATH_FRAMES + 2];
	struct pm_buf line = { 0 };
	struct pm_walk walk;
	size_t n = 0;

	if (!trace)
		return;
	pm_walk(inc, trace, &walk);
	/* x86 prints the place apart from the trace, which starts at its caller. */
	bool add_place = inc->place.symbol &&
			 pm_frame_class(inc->machine.system, inc->place.symbol) != PM_FRAME_REPORT;
	for (size_t i = 0; i < walk.places.n && add_place; i++)
		if (pm_symbol_same(walk.places.v[i]->symbol, inc->place.symbol))
			add_place = false;
	size_t all = walk.places.n + add_place;
	if (all < 2 && !walk.entry)
		return;
	if (walk.entry)
		pm_buf_str(&line, walk.entry);
	else if (inc->actor.syscall && trace->role == PM_TRACE_CRASH)
		pm_buf_printf(&line, "%s(2)", inc->actor.syscall);
	/* Outermost first. */
	for (size_t i = 0; i < all; i++) {
		bool is_place = add_place && i == all - 1;
		const struct pm_place *place = is_place ? &inc->place : walk.places.v[walk.places.n - 1 - i];
		const char *name;

		if (all > PATH_FRAMES && i == PATH_OUTER) {
			pm_buf_str(&line, " → …");
			i = all - (PATH_FRAMES - PATH_OUTER);
			is_place = add_place && i == all - 1;
			place = is_place ? &inc->place : walk.places.v[walk.places.n - 1 - i];
		}
		name = element(inc, place);
		/* A function that calls itself directly is named once. */
		if (n && !strcmp(names[n - 1], name))
			continue;
		pm_buf_printf(&line, "%s%s", line.n ? " → " : "", name);
		if (n < sizeof(names) / sizeof(*names))
			names[n++] = name;
		else
			names[n - 1] = name;
	}
	if (line.n)
		inc->path = pm_arena_str(&inc->arena, (struct pm_slice){ line.data, line.n });
	pm_buf_deinit(&line);
}

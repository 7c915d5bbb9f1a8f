/* The flight record of a run that ended, as the next start found it or as it lies in an image: how that run ended, and what it
 * did last. */
#include "explain/rules.h"

#include <stdlib.h>

/* A CPU whose timer has not come for so long had its interrupts off, or stood still. */
#define STALE_NS 1000000000ll

static const struct pm_fact *kept(const struct pm_incident *inc, const char *name)
{
	return pm_incident_fact(inc, "kept", name);
}

static unsigned long number(const struct pm_incident *inc, const char *name)
{
	const struct pm_fact *fact = kept(inc, name);

	return fact ? strtoul(fact->value, NULL, 10) : 0;
}

static bool is(const struct pm_fact *fact, const char *value)
{
	return fact && !strcmp(fact->value, value);
}

static bool damaged_copy(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *damaged = kept(inc, "damaged"), *mended = kept(inc, "mended");

	if (damaged)
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_TRUST, damaged->at,
			"more of the flight record had changed than its check bytes can mend: single bytes "
			"may "
			"be wrong anywhere in it");
	else if (mended && number(inc, "mended"))
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, mended->at,
			"%s of the flight record had changed in memory and %s mended by its check bytes",
			pm_bytes_words(inc, number(inc, "mended")),
			number(inc, "mended") == 1 ? "was" : "were");
	return damaged || number(inc, "mended");
}

/* The record is of its last renewal: what came after that is not in it. */
static bool no_last_words(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *state = kept(inc, "state"), *image = kept(inc, "image");
	struct pm_at at = state ? state->at : inc->log.n ? inc->log.v[0].at : (struct pm_at){ 0 };
	struct pm_finding *finding;

	if (inc->fault.kind != PM_KIND_RESET)
		return false;
	finding = pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, at,
			  "the flight record says that the system was running%s: it had neither panicked nor "
			  "begun to reboot or to turn off",
			  inc->machine.has_uptime ? pm_arena_printf(&inc->arena, ", %.3f s after its start",
								    (double)inc->machine.uptime_ns / 1e9)
						  : "");
	pm_because(inc, finding, at);
	if (is(image, "1"))
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, at,
			"either it runs (this is an image of its memory), or what ended it was not seen by "
			"any "
			"code of its own: a triple fault, a reset by a watchdog or a button, a short loss of "
			"power");
	else
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, at,
			"no code of its own saw what ended it: a triple fault, a reset by a watchdog or a "
			"button, or a short loss of power; a panic or a reboot in order would stand in the "
			"record");
	return true;
}

static bool unfinished(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *state = kept(inc, "state");

	if (!is(state, "panicking"))
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, state->at,
		"the panic had begun, and the machine was reset before its report was made: the record has "
		"its "
		"message, and what the CPUs did shortly before");
	return true;
}

/* "12.345678" */
static int64_t time_of(const char *text)
{
	double seconds = text ? strtod(text, NULL) : -1;

	return seconds >= 0 && seconds < 9e9 ? (int64_t)(seconds * 1e9) : -1;
}

static bool stale_cpu(struct pm_incident *inc, const struct pm_rule *rule)
{
	size_t n = inc->facts.n;
	bool any = false;

	for (size_t i = 0; i < n && inc->machine.has_uptime; i++) {
		const struct pm_fact *fact = &inc->facts.v[i];
		const char *dot = strchr(fact->name, '.');
		int64_t seen;

		if (strcmp(fact->group, "cpu") || !dot || strcmp(dot, ".seen"))
			continue;
		seen = time_of(fact->value);
		if (seen < 0 || (int64_t)inc->machine.uptime_ns - seen < STALE_NS)
			continue;
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, fact->at,
			"CPU %.*s had been stuck for %.1f s with its interrupts off: its timer came last at "
			"%.3f s",
			(int)(dot - fact->name), fact->name,
			(double)((int64_t)inc->machine.uptime_ns - seen) / 1e9, (double)seen / 1e9);
		any = true;
	}
	return any;
}

/* What was written last in the log, which may be what the system was doing. */
static bool last_line(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_log_line *last = NULL;

	if (inc->fault.kind != PM_KIND_RESET)
		return false;
	for (size_t i = 0; i < inc->log.n; i++) {
		const char *quoted = strstr(inc->log.v[i].text, "> ");

		if (quoted && quoted[2] && quoted - inc->log.v[i].text < 64)
			last = &inc->log.v[i];
	}
	if (!last)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, last->at, "the last line of its log was: %s",
		strstr(last->text, "> ") + 2);
	return true;
}

/* By the CPUs' timers, which is where they were interrupted last. */
static bool last_ticks(struct pm_incident *inc, const struct pm_rule *rule)
{
	bool any = false;

	for (size_t i = 0; i < inc->traces.n; i++) {
		const struct pm_trace *trace = &inc->traces.v[i];
		const char *prefix = pm_arena_printf(&inc->arena, "%u.", trace->cpu);
		const char *name, *seen;

		if (trace->role != PM_TRACE_CPU || !trace->regs.n)
			continue;
		name = pm_value(inc, "cpu", pm_arena_printf(&inc->arena, "%sname", prefix));
		seen = pm_value(inc, "cpu", pm_arena_printf(&inc->arena, "%sseen", prefix));
		bool user = pm_value(inc, "cpu", pm_arena_printf(&inc->arena, "%smode", prefix)) != NULL;
		const struct pm_place *pc = &trace->regs.v[0].pc;
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, trace->at, "CPU %u ran %s, %s%s at %s s",
			trace->cpu, name ? name : "no task",
			user         ? "in user mode"
			: pc->symbol ? "in "
				     : "in the kernel",
			user || !pc->symbol ? "" : pm_function_words(inc, pc), seen ? seen : "?");
		any = true;
	}
	return any;
}

static bool others_crashed(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *missed = kept(inc, "missed"), *in_row = kept(inc, "in_row");

	if (number(inc, "missed"))
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, missed->at,
			"%lu more run%s crashed after this one, before its record was read: of %s only the "
			"number was kept",
			number(inc, "missed"), number(inc, "missed") == 1 ? "" : "s",
			number(inc, "missed") == 1 ? "it" : "them");
	if (number(inc, "in_row") > 1)
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, in_row->at,
			"%lu runs in a row have crashed, one after the other", number(inc, "in_row"));
	return number(inc, "missed") || number(inc, "in_row") > 1;
}

static const struct pm_rule rules[] = {
	{ "kept-damaged", damaged_copy, 0, PM_KPANIC },
	{ "no-last-words", no_last_words, PM_K(RESET), PM_KPANIC },
	{ "unfinished-panic", unfinished, 0, PM_KPANIC },
	{ "stale-cpu", stale_cpu, PM_K(RESET), PM_KPANIC },
	{ "last-log-line", last_line, PM_K(RESET), PM_KPANIC },
	{ "last-tick", last_ticks, PM_K(RESET), PM_KPANIC },
	{ "crashes-in-a-row", others_crashed, 0, PM_KPANIC },
};
const struct pm_theme pm_theme_keep = PM_THEME(rules);

/* How far the report itself can be believed, and what led to it. */
#include "explain/rules.h"

#include "base/pattern.h"

static bool consequence(struct pm_incident *inc, const struct pm_rule *rule)
{
	if (!inc->follows)
		return false;
	if (inc->apart) {
		pm_find(inc, rule, PM_LIKELY, PM_RANK_TRUST, inc->fault.at,
			"an earlier report in the same boot, \"%s\", may be the cause, or both have one",
			inc->follows);
		return true;
	}
	pm_find(inc, rule, PM_LIKELY, PM_RANK_TRUST, inc->fault.at,
		inc->secondary
			? "this is a consequence of the earlier report \"%s\": explain that one first"
			: "an earlier report in the same boot, \"%s\", may have damaged what this one met",
		inc->follows);
	return true;
}

static bool told_apart(struct pm_incident *inc, const struct pm_rule *rule)
{
	if (!inc->apart)
		return false;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_TRUST, inc->fault.at,
		"several CPUs reported at once, and this kernel prints no caller ids: the lines were told "
		"apart by what they say, some may be another report's");
	return true;
}

static bool corrupted(struct pm_incident *inc, const struct pm_rule *rule)
{
	/* Of the recorder's reports the sum tells more ("damaged-record"). */
	if (!inc->corrupted || inc->whole || inc->title_apart || inc->machine.system == PM_KPANIC)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_TRUST, inc->fault.at,
		"the report is damaged%s%s: what follows may mix two reports or miss half of one",
		inc->corrupted_why ? ": " : "", inc->corrupted_why ? inc->corrupted_why : "");
	return true;
}

/* The kernel had warned or died before, whether or not the input still holds that report. */
static bool taint_history(struct pm_incident *inc, const struct pm_rule *rule)
{
	static const struct {
		char letter;
		const char *words;
		bool oops;
	} rows[] = {
		{ 'D',
		  "the kernel had already died once in this boot (taint D): read that report before this one",
		  true },
		{ 'B',
		  "a bad page or slab object was seen earlier in this boot (taint B): memory was corrupted "
		  "before",
		  false },
		{ 'M',
		  "a machine check was reported earlier in this boot (taint M): suspect the hardware first",
		  false },
		{ 'W', "a warning was printed earlier in this boot (taint W): read it before this report",
		  false },
		{ 'L', "a soft lockup happened earlier in this boot (taint L)", false },
	};
	bool found = false;

	for (size_t i = 0; i < inc->machine.taints.n; i++) {
		char letter = inc->machine.taints.v[i].letter;

		for (size_t k = 0; k < PM_COUNT(rows); k++) {
			if (rows[k].letter != letter)
				continue;
			/* The report itself sets these while it is printed, or the first report of the input
			 * says it. */
			if ((letter == 'D' && inc->fault.oops_count == 1) ||
			    (letter == 'M' && inc->fault.kind == PM_KIND_MACHINE_CHECK) ||
			    (letter == 'B' &&
			     (inc->fault.kind == PM_KIND_KASAN || inc->fault.kind == PM_KIND_BAD_PAGE ||
			      inc->fault.kind == PM_KIND_KFENCE || inc->fault.kind == PM_KIND_KMSAN ||
			      inc->fault.kind == PM_KIND_SLAB_CORRUPTION)) ||
			    (letter == 'L' && inc->fault.kind == PM_KIND_SOFT_LOCKUP) || inc->follows)
				continue;
			pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, inc->machine.taint_at, "%s",
				rows[k].words);
			found = true;
		}
	}
	return found;
}

static bool fault_injection(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_log_line *line = pm_log_find(inc, "FAULT_INJECTION: forcing a failure", true, NULL);

	if (!line)
		return false;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_DETAIL, line->at,
		"a failure was injected on purpose shortly before: the error path after it is where to look");
	return true;
}

static bool memory_pressure(struct pm_incident *inc, const struct pm_rule *rule)
{
	static const char *const patterns[] = { "page allocation failure",
						"Out of memory:", "invoked oom-killer",
						"SLUB: Unable to allocate memory", "allocation failure: " };

	if (inc->fault.kind == PM_KIND_OOM)
		return false;
	for (size_t i = 0; i < PM_COUNT(patterns); i++) {
		const struct pm_log_line *line = pm_log_find(inc, patterns[i], true, NULL);

		if (!line || line->report)
			continue;
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, line->at,
			"memory was short just before (an allocation failed, or the OOM killer ran): suspect "
			"an "
			"error path");
		return true;
	}
	return false;
}

static bool in_interrupt(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	struct pm_walk walk;

	if (!trace || !inc->panic_reason || !strcasestr(inc->panic_reason, "in interrupt"))
		return false;
	/* Handlers of #DF and #MC count as interrupts, too: only a trace that shows one proves it. */
	pm_walk(inc, trace, &walk);
	if (walk.entered != PM_ENTRY_IRQ && walk.entered != PM_ENTRY_SOFTIRQ && walk.entered != PM_ENTRY_NMI)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, inc->panic_at,
		"it failed in %s: the task named above is only the one that was interrupted, and there was "
		"none to kill instead of the machine",
		walk.entered == PM_ENTRY_SOFTIRQ ? "a softirq" : "an interrupt");
	return true;
}

static const struct pm_rule rules[] = {
	{ "consequence", consequence },
	{ "told-apart", told_apart },
	{ "corrupted-report", corrupted },
	{ "taint-history", taint_history, 0, PM_LINUX },
	{ "fault-injection", fault_injection, 0, PM_LINUX },
	{ "memory-pressure", memory_pressure, 0, PM_LINUX },
	{ "fault-in-interrupt", in_interrupt, 0, PM_LINUX },
};
const struct pm_theme pm_theme_trust = PM_THEME(rules);

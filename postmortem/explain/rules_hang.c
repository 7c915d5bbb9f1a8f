/* Machines that do not get on: who spins, who starves, who waits. */
#include "explain/rules.h"

#include "base/pattern.h"

static const char *story_words(const char *symbol)
{
	switch (pm_frame_wait(symbol)) {
	case PM_WAIT_SPIN:
		return "waits for a spin lock";
	case PM_WAIT_RWLOCK:
		return "waits for a read-write spin lock";
	case PM_WAIT_ANSWER:
		return "waits for another CPU to answer";
	default:
		return "waits";
	}
}

/* What the stalled CPU was doing: its own trace, else that of the CPU which was asked. */
static const struct pm_trace *stalled_trace(const struct pm_incident *inc)
{
	const char *cpus = pm_value(inc, "rcu", "stalled_cpus");
	struct pm_slice text = pm_slice_of(cpus);
	uint64_t cpu;

	if (cpus && pm_take_dec(&text, &cpu))
		for (size_t i = 0; i < inc->traces.n; i++)
			if (inc->traces.v[i].has_cpu && inc->traces.v[i].cpu == cpu &&
			    inc->traces.v[i].frames.n)
				return &inc->traces.v[i];
	return pm_incident_crash_trace(inc);
}

static bool is_scheduler(const char *symbol)
{
	enum pm_wait wait = pm_frame_wait(symbol);

	return wait == PM_WAIT_SCHEDULER || wait == PM_WAIT_PREEMPTED;
}

/* Of a task that left its CPU not by its own will: where the scheduler was entered, or NULL. */
static const struct pm_place *preempted_at(const struct pm_incident *inc, const struct pm_trace *trace)
{
	bool scheduler = false;

	/* Registers of an interrupt: the task is on its CPU. */
	if (inc->fault.kind != PM_KIND_RCU_STALL || inc->place.symbol)
		return NULL;
	for (size_t i = 0; i < trace->frames.n; i++) {
		const char *symbol = trace->frames.v[i].place.symbol;

		if (trace->frames.v[i].trust == PM_SCANNED)
			continue;
		if (pm_frame_wait(symbol) == PM_WAIT_PREEMPTED && scheduler)
			return &trace->frames.v[i].place;
		/* Before it only the scheduler itself: else something else runs by now. */
		if (!is_scheduler(symbol) && pm_frame_class(inc->machine.system, symbol) != PM_FRAME_REPORT)
			return NULL;
		scheduler = scheduler || is_scheduler(symbol);
	}
	return NULL;
}

static bool spinning(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_trace *trace = stalled_trace(inc);
	struct pm_walk walk;

	if (!trace)
		return false;
	pm_walk(inc, trace, &walk);
	const struct pm_place *culprit = pm_walk_culprit(inc, &walk);
	const char *cpu = trace->has_cpu ? pm_arena_printf(&inc->arena, "CPU %u", trace->cpu) : "the CPU";
	if (!culprit) {
		if (!walk.idle || walk.places.n)
			return false;
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, trace->at,
			"%s was idle when it was looked at: it does not spin; lost timer interrupts or a "
			"starved host are more likely",
			cpu);
		return true;
	}
	if (trace == pm_incident_crash_trace(inc) && pm_frame_prints(inc->place.symbol)) {
		struct pm_finding *prints = pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE,
						    inc->place.at.line ? inc->place.at : culprit->at,
						    "%s was printing, for %s: a flood of messages, or a slow "
						    "console (serial), takes the time",
						    cpu, pm_function_words(inc, culprit));
		pm_because(inc, prints, culprit->at);
		return true;
	}
	enum pm_frame_class first = pm_frame_class(inc->machine.system, walk.places.v[0]->symbol);
	struct pm_finding *finding;
	const struct pm_place *preempted = preempted_at(inc, trace);
	if (preempted) {
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, preempted->at,
			"the task was preempted in %s and did not run again: a reader of RCU that is "
			"not on a CPU holds the grace period up; look who took the CPU from it",
			pm_function_words(inc, culprit));
		return true;
	}
	/* A task that sleeps by itself keeps no CPU. */
	if (first == PM_FRAME_WAIT && is_scheduler(walk.places.v[0]->symbol))
		return false;
	if (first == PM_FRAME_WAIT)
		finding = pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, walk.places.v[0]->at,
				  "%s %s in %s, called by %s", cpu, story_words(walk.places.v[0]->symbol),
				  pm_function_words(inc, walk.places.v[0]), pm_function_words(inc, culprit));
	else
		finding = pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, culprit->at,
				  "%s was in %s when it was looked at: a loop there or in a caller does not "
				  "end, or %s",
				  cpu, pm_function_words(inc, culprit),
				  inc->fault.kind == PM_KIND_HARD_LOCKUP
					  ? "interrupts stay off there for too long"
					  : "has too much to do without a cond_resched()");
	pm_because(inc, finding, culprit->at);
	if (first == PM_FRAME_WAIT && pm_frame_wait(walk.places.v[0]->symbol) == PM_WAIT_ANSWER)
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, walk.places.v[0]->at,
			"the CPU that does not answer is the one to look at: it runs with interrupts off, or "
			"stands "
			"still");
	if (walk.entered == PM_ENTRY_SOFTIRQ)
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, trace->at,
			"it ran in a softirq: the task named is only whom it interrupted");
	return true;
}

static bool starved(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *jiffies = pm_incident_fact(inc, "rcu", "starved_jiffies");
	const char *kthread = pm_value(inc, "rcu", "kthread");
	const struct pm_fact *timer = pm_incident_fact(inc, "rcu", "timer_cpu");

	if (jiffies) {
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, jiffies->at,
			"the grace-period kthread %s itself did not run for %s jiffies: it starves (a "
			"real-time task or a spinning CPU took its CPU), so the stall may be none of the "
			"listed CPUs' fault",
			kthread ? kthread : "", jiffies->value);
	}
	if (timer)
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, timer->at,
			"the timer of CPU %s did not fire: timer interrupts are lost, or a virtual machine "
			"was not scheduled by its host",
			timer->value);
	return jiffies || timer;
}

static bool no_ticks(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *ticks = pm_incident_fact(inc, "rcu", "ticks");

	if (!ticks || strcmp(ticks->value, "0"))
		return false;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_DETAIL, ticks->at,
		"the stalled CPU took no timer interrupt in this grace period: interrupts are off there, or "
		"it (or its virtual machine's host) stands still");
	return true;
}

static bool false_positive(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *fact = pm_incident_fact(inc, "rcu", "false_positive");

	if (!fact)
		return false;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_TRUST, fact->at, "the kernel itself doubts the stall: %s",
		fact->meaning ? fact->meaning : fact->value);
	return true;
}

/* Where the hung task waits: the place its wait was asked for. */
static bool waits_in(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	struct pm_walk walk;

	if (!trace)
		return false;
	pm_walk(inc, trace, &walk);
	const struct pm_place *culprit = pm_walk_culprit(inc, &walk), *wait = NULL;
	for (size_t i = 0; i < walk.places.n && walk.places.v[i] != culprit; i++)
		wait = walk.places.v[i];
	if (!culprit)
		return false;
	/* A hung task sleeps: a trace that does not is another's. */
	if (!wait)
		return false;
	if (inc->fault.kind == PM_KIND_ATOMIC_SLEEP) {
		if (wait)
			pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, culprit->at,
				"%s called %s, which sleeps", pm_function_words(inc, culprit),
				pm_function_words(inc, wait));
		return wait != NULL;
	}
	struct pm_finding *finding =
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, culprit->at,
			"the task sleeps%s%s, asked for by %s", wait ? " in " : "",
			wait ? pm_function_words(inc, wait) : "", pm_function_words(inc, culprit));
	if (wait)
		pm_because(inc, finding, wait->at);
	return true;
}

static bool work_in_flight(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *work = pm_incident_fact(inc, "workqueue", "in_flight");

	if (!work)
		return false;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, work->at, "work that runs and does not finish: %s",
		work->value);
	return true;
}

static const struct pm_rule rules[] = {
	{ "stall-doubted", false_positive, PM_K(RCU_STALL) },
	{ "spinning-function", spinning, PM_K(RCU_STALL) | PM_K(SOFT_LOCKUP) | PM_K(HARD_LOCKUP) },
	{ "kthread-starved", starved, PM_K(RCU_STALL) },
	{ "no-ticks", no_ticks, PM_K(RCU_STALL) },
	{ "waits-in", waits_in, PM_K(HUNG_TASK) },
	{ "sleeps-in", waits_in, PM_K(ATOMIC_SLEEP) },
	{ "work-in-flight", work_in_flight, PM_K(WORKQUEUE_LOCKUP) },
};
const struct pm_theme pm_theme_hang = PM_THEME(rules);

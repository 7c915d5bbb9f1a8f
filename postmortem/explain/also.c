/* What stands around the failure and may matter. */
#include "explain/rules.h"

#define LIST_MAX 4

static void locks_held(struct pm_incident *inc)
{
	const struct pm_lock *waited = inc->fault.kind == PM_KIND_HUNG_TASK ? pm_lock_waited_for(inc) : NULL;
	size_t mine = 0;
	struct pm_buf names = { 0 };

	if (inc->fault.kind == PM_KIND_DEADLOCK || inc->fault.kind == PM_KIND_LOCKING ||
	    inc->fault.kind == PM_KIND_ATOMIC_SLEEP)
		return;
	for (size_t i = 0; i < inc->locks.n; i++) {
		const struct pm_lock *lock = &inc->locks.v[i];

		if (lock->role != PM_LOCK_HELD || !lock->name || !lock->has_pid || !inc->actor.has_pid ||
		    lock->pid != inc->actor.pid || lock == waited)
			continue;
		if (mine++ < LIST_MAX)
			pm_buf_printf(&names, "%s%s", names.n ? ", " : "", lock->name);
	}
	if (mine)
		pm_also(inc, "the task held %zu lock%s: %s%s", mine, mine == 1 ? "" : "s", names.data,
			mine > LIST_MAX ? ", …" : "");
	pm_buf_deinit(&names);
}

/* Other CPUs, when their traces are there: what each did. */
static void other_cpus(struct pm_incident *inc)
{
	struct pm_buf words = { 0 };
	size_t idle = 0, told = 0;

	for (size_t i = 0; i < inc->traces.n; i++) {
		const struct pm_trace *trace = &inc->traces.v[i];
		struct pm_walk walk;

		if (trace->role != PM_TRACE_CPU || !trace->has_cpu ||
		    (inc->actor.has_cpu && trace->cpu == inc->actor.cpu))
			continue;
		pm_walk(inc, trace, &walk);
		const struct pm_place *culprit = pm_walk_culprit(inc, &walk);
		if (walk.idle && !culprit)
			idle++;
		else if (culprit && told++ < LIST_MAX)
			pm_buf_printf(&words, "%sCPU %u was in %s", words.n ? "; " : "", trace->cpu,
				      pm_function_words(inc, culprit));
	}
	if (idle)
		pm_buf_printf(&words, "%s%zu other CPU%s idle", words.n ? "; " : "", idle,
			      idle == 1 ? " was" : "s were");
	if (words.n)
		pm_also(inc, "%s%s", words.data, told > LIST_MAX ? "; …" : "");
	pm_buf_deinit(&words);
}

/* Tasks that wait in one function of one function. */
struct waiting {
	const char *place, *first;
	size_t n;
};

/* Is it shown already?  A dump has the log's traces and its own, which stand for all tasks with that stack. */
static bool is_other(const struct pm_incident *inc, size_t index, bool of_memory)
{
	const struct pm_trace *trace = &inc->traces.v[index];

	if (trace->role != PM_TRACE_TASK || of_memory != trace->from_memory)
		return false;
	if (of_memory)
		return trace->others > 0;
	return !trace->has_pid || !inc->actor.has_pid || trace->pid != inc->actor.pid;
}

static void add_waiting(struct pm_incident *inc, const struct pm_trace *trace, struct waiting *places,
			size_t *places_n)
{
	const struct pm_place *wait = NULL;
	struct pm_walk walk;
	size_t at = 0;

	if (!trace->has_pid || !trace->frames.n)
		return;
	pm_walk(inc, trace, &walk);
	const struct pm_place *culprit = pm_walk_culprit(inc, &walk);
	for (size_t k = 0; k < walk.places.n && walk.places.v[k] != culprit; k++)
		wait = walk.places.v[k];
	if (!culprit || !wait)
		return;
	const char *place = pm_arena_printf(&inc->arena, "in %s of %s", pm_function_words(inc, wait),
					    pm_function_words(inc, culprit));

	while (at < *places_n && strcmp(places[at].place, place))
		at++;
	if (at == LIST_MAX)
		return;
	if (at == *places_n)
		places[(*places_n)++] =
			(struct waiting){ place, pm_task_words(inc, trace->comm, true, trace->pid), 0 };
	places[at].n += trace->from_memory ? trace->others : 1;
}

static void other_traces(struct pm_incident *inc)
{
	struct waiting places[LIST_MAX];
	struct pm_buf words = { 0 };
	size_t tasks = 0, told = 0, n = 0;
	bool of_memory = false;

	for (size_t i = 0; i < inc->traces.n; i++)
		of_memory |= inc->traces.v[i].from_memory;
	for (size_t i = 0; i < inc->traces.n; i++)
		if (is_other(inc, i, of_memory)) {
			tasks += of_memory ? inc->traces.v[i].others : 1;
			add_waiting(inc, &inc->traces.v[i], places, &n);
		}
	for (size_t i = 0; i < n; i++) {
		told += places[i].n;
		pm_buf_str(&words, i ? ", " : "");
		if (places[i].n > 1)
			pm_buf_printf(&words, "%zu %s", places[i].n, places[i].place);
		else
			pm_buf_printf(&words, "%s %s", places[i].first, places[i].place);
	}
	if (told && inc->fault.kind == PM_KIND_HUNG_TASK)
		pm_also(inc, "%zu other task%s: %s%s", tasks, tasks == 1 ? "" : "s", words.data,
			tasks > told ? ", …" : "");
	else if (tasks && inc->fault.kind != PM_KIND_RCU_STALL)
		pm_also(inc, "the report shows %zu other task%s", tasks, tasks == 1 ? "" : "s");
	pm_buf_deinit(&words);
}

static void interrupted(struct pm_incident *inc)
{
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	struct pm_walk walk;

	if (!trace)
		return;
	pm_walk(inc, trace, &walk);
	if (walk.interrupted && walk.entry && walk.entered != PM_ENTRY_PAGE_FAULT)
		pm_also(inc, "the %s interrupted %s", walk.entry, pm_function_words(inc, walk.interrupted));
}

static void ending(struct pm_incident *inc)
{
	static const char *const words[] = {
		[PM_END_HALT] = "the machine halted",
		[PM_END_REBOOT] = "the machine rebooted",
		[PM_END_KDUMP] = "the crash kernel was started: look for a memory dump",
	};

	/* The recorder says itself why it made a panic of it. */
	if (inc->panicked && inc->panic_reason && inc->machine.system != PM_KPANIC &&
	    !pm_found(inc, "panic-reason") && inc->fault.kind != PM_KIND_PANIC &&
	    inc->fault.kind != PM_KIND_INIT_KILLED && inc->fault.kind != PM_KIND_NO_ROOT &&
	    inc->fault.kind != PM_KIND_STACK_CANARY &&
	    !(inc->headline && strstr(inc->headline, inc->panic_reason)))
		pm_also(inc, "it ended in a panic: %s%s", inc->panic_reason,
			strcmp(inc->panic_reason, "Fatal exception") ? "" : " (panic_on_oops is set)");
	if (inc->end == PM_END_KDUMP && inc->of_dump)
		pm_also(inc, "the crash kernel was started");
	else if (inc->end < PM_COUNT(words) && words[inc->end])
		pm_also(inc, "%s", words[inc->end]);
	else if (inc->end == PM_END_GOES_ON && !inc->panicked && inc->fault.kind != PM_KIND_RESET)
		pm_also(inc, "the system went on running");
}

void pm_explain_also(struct pm_incident *inc)
{
	interrupted(inc);
	locks_held(inc);
	other_cpus(inc);
	other_traces(inc);
	ending(inc);
}

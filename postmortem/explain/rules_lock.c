/* Locks: cycles, double acquires, and who waits for whom. */
#include "explain/rules.h"

#include "base/pattern.h"

#define STUCK (PM_K(SOFT_LOCKUP) | PM_K(HARD_LOCKUP) | PM_K(RCU_STALL) | PM_K(HUNG_TASK))

/* "A → B → A" */
static const char *cycle_words(struct pm_incident *inc)
{
	struct pm_buf line = { 0 };
	const char *words;

	for (size_t i = 0; i < inc->lock_edges.n && i < 8; i++) {
		const struct pm_lock_edge *edge = &inc->lock_edges.v[i];

		if (i == 0)
			pm_buf_printf(&line, "%s", edge->from ? edge->from : "?");
		pm_buf_printf(&line, " → %s", edge->to ? edge->to : "?");
	}
	words = pm_arena_str(&inc->arena, (struct pm_slice){ line.data, line.n });
	pm_buf_deinit(&line);
	return words;
}

static bool is_cycle(const struct pm_incident *inc)
{
	size_t n = inc->lock_edges.n;

	if (n < 2 || !inc->lock_edges.v[0].from || !inc->lock_edges.v[n - 1].to)
		return false;
	for (size_t i = 0; i + 1 < n; i++)
		if (!inc->lock_edges.v[i].to || !inc->lock_edges.v[i + 1].from ||
		    strcmp(inc->lock_edges.v[i].to, inc->lock_edges.v[i + 1].from))
			return false;
	return !strcmp(inc->lock_edges.v[0].from, inc->lock_edges.v[n - 1].to);
}

static const struct pm_lock *lock_with(const struct pm_incident *inc, enum pm_lock_role role)
{
	for (size_t i = 0; i < inc->locks.n; i++)
		if (inc->locks.v[i].role == role && inc->locks.v[i].name)
			return &inc->locks.v[i];
	return NULL;
}

/* "lock(A);" behind "<Interrupt>" in lockdep's scenario, or NULL. */
static const char *interrupt_takes(struct pm_incident *inc)
{
	bool interrupt = false;

	for (size_t i = 0; i < inc->facts.n; i++) {
		const struct pm_fact *fact = &inc->facts.v[i];
		struct pm_match m;

		if (strcmp(fact->group, "lockdep") || strcmp(fact->name, "scenario"))
			continue;
		if (interrupt && pm_match("lock({*});", pm_slice_of(fact->value), &m))
			return pm_arena_str(&inc->arena, m.cap[0]);
		interrupt = interrupt || strstr(fact->value, "<Interrupt>");
	}
	return NULL;
}

/* The second number of "{2:2}" is what a lock may be taken under, inner and outer (5.7, PROVE_RAW_LOCK_NESTING). */
static bool wait_context(struct pm_incident *inc, const struct pm_rule *rule, const struct pm_lock *wanted)
{
	bool interrupt = inc->actor.context == PM_RUNS_IRQ || inc->actor.context == PM_RUNS_NMI;

	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, wanted->at, "%s takes %s%s%s",
		pm_task_words(inc, wanted->task, wanted->has_pid, wanted->pid), wanted->name,
		wanted->taken.symbol ? " in " : "",
		wanted->taken.symbol ? pm_function_words(inc, &wanted->taken) : "");
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, wanted->at,
		"%s: on PREEMPT_RT a spinlock_t or mutex sleeps, so it must not be taken under a raw spin "
		"lock, with "
		"interrupts off, or in an interrupt handler itself",
		interrupt ? "it runs in an interrupt"
			  : "what is held or where it runs does not allow this lock");
	return true;
}

static bool wanted_while_held(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_lock *wanted = lock_with(inc, PM_LOCK_WANTED), *held = NULL;

	if (!wanted || pm_found(inc, "lock-of-cpu"))
		return false;
	/* Of an order of interrupts the lock that counts is the one which the interrupt takes, too. */
	const char *inner = interrupt_takes(inc);
	for (size_t i = 0; inner && i < inc->locks.n && !held; i++)
		if (inc->locks.v[i].role == PM_LOCK_HELD && inc->locks.v[i].name &&
		    !strcmp(inc->locks.v[i].name, inner) && inc->locks.v[i].pid == wanted->pid)
			held = &inc->locks.v[i];
	/* A wait context is wrong whatever else is held: what encloses it is printed apart. */
	if (inc->fault.lock_bug == PM_LOCK_WAIT_CONTEXT)
		return wait_context(inc, rule, wanted);
	for (size_t i = 0; i < inc->locks.n && !held; i++)
		if (inc->locks.v[i].role == PM_LOCK_HELD && inc->locks.v[i].has_pid == wanted->has_pid &&
		    inc->locks.v[i].pid == wanted->pid && inc->locks.v[i].name)
			held = &inc->locks.v[i];
	if (!held)
		return false;
	struct pm_finding *finding = pm_find(
		inc, rule, PM_CERTAIN, PM_RANK_READ, wanted->at, "%s takes %s%s%s while it holds %s%s%s",
		pm_task_words(inc, wanted->task, wanted->has_pid, wanted->pid), wanted->name,
		wanted->taken.symbol ? " in " : "",
		wanted->taken.symbol ? pm_function_words(inc, &wanted->taken) : "", held->name,
		held->taken.symbol ? ", taken in " : "",
		held->taken.symbol ? pm_function_words(inc, &held->taken) : "");
	pm_because(inc, finding, held->at);
	return true;
}

/* Of an edge's trace: the function that took the lock. */
static const char *edge_where(struct pm_incident *inc, const struct pm_lock_edge *edge)
{
	struct pm_walk walk;

	if (edge->trace < 0 || (size_t)edge->trace >= inc->traces.n)
		return NULL;
	pm_walk(inc, &inc->traces.v[edge->trace], &walk);
	const struct pm_place *place = pm_walk_culprit(inc, &walk);
	return place ? pm_function_words(inc, place) : NULL;
}

/* Lockdep prints the newest first ("#2, #1, #0"); a circle reads from where it begins to what closes it. */
static void put_in_order(struct pm_incident *inc)
{
	size_t n = inc->lock_edges.n, left = 0, right;

	if (n < 3 || !inc->lock_edges.v[n - 1].new_edge || is_cycle(inc))
		return;
	for (unsigned turn = 0; turn < 2; turn++) {
		for (left = 0, right = n - 2; left < right; left++, right--) {
			struct pm_lock_edge edge = inc->lock_edges.v[left];

			inc->lock_edges.v[left] = inc->lock_edges.v[right];
			inc->lock_edges.v[right] = edge;
		}
		if (is_cycle(inc))
			return; /* else turned back */
	}
}

static bool order_cycle(struct pm_incident *inc, const struct pm_rule *rule)
{
	put_in_order(inc);
	if (!is_cycle(inc))
		return false;
	struct pm_finding *finding = pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, inc->lock_edges.v[0].at,
					     "the order closes a circle: %s", cycle_words(inc));
	for (size_t i = 0; i < inc->lock_edges.n; i++)
		pm_because(inc, finding, inc->lock_edges.v[i].at);
	for (size_t i = 0; i < inc->lock_edges.n && i < 6; i++) {
		const struct pm_lock_edge *edge = &inc->lock_edges.v[i];
		const char *where = edge_where(inc, edge);

		if (where)
			pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, edge->at,
				"%s: %s was taken under %s in %s", edge->new_edge ? "now" : "before",
				edge->to, edge->from, where);
	}
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, inc->fault.at,
		"no task need hang yet: lockdep has seen the orders one by one; when the paths run at the "
		"same time, they wait for each other for ever");
	return true;
}

static bool recursive(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_lock *wanted = lock_with(inc, PM_LOCK_WANTED), *held = lock_with(inc, PM_LOCK_HELD);

	if (inc->fault.lock_bug != PM_LOCK_RECURSION || !wanted || !held || pm_found(inc, "lock-of-cpu"))
		return false;
	if (wanted->has_addr && held->has_addr && wanted->addr == held->addr)
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_CAUSE, wanted->at,
			"it is the same lock, at 0x%llx: the task waits for itself",
			(unsigned long long)wanted->addr);
	else if (wanted->has_addr && held->has_addr && wanted->addr && held->addr)
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, wanted->at,
			"two different locks of the same class: a deadlock if another path takes the two the "
			"other way round, else a nesting that needs its own subclass (…_nested())");
	else
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, wanted->at,
			"the lock belongs to the class of one that the task holds: the same lock twice, or "
			"two of a kind without a defined order");
	return true;
}

/* A task spins on a lock; the same task's way leads through a taker of the same kind before. */
static bool double_acquire(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	enum pm_system system = inc->machine.system;
	struct pm_walk walk;

	if (!trace)
		return false;
	pm_walk(inc, trace, &walk);
	size_t i = 0;
	while (i < walk.places.n && pm_frame_class(system, walk.places.v[i]->symbol) == PM_FRAME_WAIT)
		i++;
	bool waits = i || pm_frame_class(system, inc->place.symbol) == PM_FRAME_WAIT;
	if (!waits || i >= walk.places.n)
		return false;
	const struct pm_place *taker = walk.places.v[i];
	bool spins = false;
	for (size_t k = 0; k < i && !spins; k++)
		spins = pm_frame_wait(walk.places.v[k]->symbol) == PM_WAIT_SPIN;
	spins = spins || pm_frame_wait(inc->place.symbol) == PM_WAIT_SPIN;
	if (!spins)
		return false;
	/* Held locks of this very task, where the kernel knows them. */
	for (size_t k = 0; k < inc->locks.n; k++) {
		const struct pm_lock *lock = &inc->locks.v[k];

		if (lock->role != PM_LOCK_HELD || !lock->has_pid || !inc->actor.has_pid ||
		    lock->pid != inc->actor.pid || !lock->taken.symbol)
			continue;
		if (!pm_symbol_same(lock->taken.symbol, taker->symbol))
			continue;
		for (size_t j = 0; j < inc->locks.n; j++) {
			const struct pm_lock *first = &inc->locks.v[j];

			if (j == k || first->role != PM_LOCK_HELD || first->pid != lock->pid ||
			    !first->has_addr || !lock->has_addr || first->addr != lock->addr)
				continue;
			pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, lock->at,
				"the task already holds the lock %s that it spins on: it waits for itself",
				lock->name);
			return true;
		}
	}
	for (size_t k = i + 1; k < walk.places.n; k++)
		if (pm_symbol_same(walk.places.v[k]->symbol, taker->symbol)) {
			struct pm_finding *finding =
				pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, taker->at,
					"%s is on the stack twice and takes a spin lock: if it is the same "
					"lock, the CPU waits for itself",
					pm_function_words(inc, taker));
			pm_because(inc, finding, walk.places.v[k]->at);
			return true;
		}
	return false;
}

/* Lockdep lists the lock that a task waits for as its last "held" one: it is noted before it is got. */
const struct pm_lock *pm_lock_waited_for(struct pm_incident *inc)
{
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	const struct pm_lock *last = NULL;
	struct pm_walk walk;

	for (size_t i = 0; i < inc->locks.n; i++)
		if (inc->locks.v[i].role == PM_LOCK_HELD && inc->locks.v[i].has_pid && inc->actor.has_pid &&
		    inc->locks.v[i].pid == inc->actor.pid)
			last = &inc->locks.v[i];
	if (!trace || !last || !last->taken.symbol)
		return NULL;
	pm_walk(inc, trace, &walk);
	bool acquires = false;
	for (size_t i = 0; i < walk.places.n; i++) {
		const char *symbol = walk.places.v[i]->symbol;
		bool waits = pm_frame_class(inc->machine.system, symbol) == PM_FRAME_WAIT;

		if (acquires && pm_symbol_same(symbol, last->taken.symbol))
			return last;
		if (!waits)
			return NULL;
		enum pm_wait wait = pm_frame_wait(symbol);
		acquires =
			acquires || wait == PM_WAIT_SLEEP || wait == PM_WAIT_SPIN || wait == PM_WAIT_RWLOCK;
		if (acquires && pm_symbol_same(symbol, last->taken.symbol))
			return last;
	}
	return NULL;
}

static bool waited_for(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_lock *want = pm_found(inc, "lock-holder-in-memory") ? NULL : pm_lock_waited_for(inc);
	struct pm_buf names = { 0 };
	size_t others = 0;
	struct pm_at at[4];

	if (!want)
		return false;
	for (size_t i = 0; i < inc->locks.n; i++) {
		const struct pm_lock *lock = &inc->locks.v[i];

		if (lock->role != PM_LOCK_HELD || !lock->has_pid || lock->pid == want->pid ||
		    !lock->has_addr || !want->has_addr || lock->addr != want->addr || !want->addr)
			continue;
		if (others < 4) {
			at[others] = lock->at;
			pm_buf_printf(&names, "%s%s%s%s", names.n ? ", " : "",
				      pm_task_words(inc, lock->task, true, lock->pid),
				      lock->taken.symbol ? " in " : "",
				      lock->taken.symbol ? pm_function_words(inc, &lock->taken) : "");
		}
		others++;
	}
	struct pm_finding *finding = pm_find(
		inc, rule, PM_LIKELY, PM_RANK_CAUSE, want->at, "it waits for %s%s%s%s",
		want->name ? want->name : "a lock",
		others ? "; also listed with that lock (one of them holds it, the others wait, too): "
		: want->has_addr
			? "; no other task is listed with that lock: its holder is missing from the list"
			: "",
		others ? names.data : "", others > 4 ? ", …" : "");
	for (size_t i = 0; i < others && i < 4; i++)
		pm_because(inc, finding, at[i]);
	pm_buf_deinit(&names);
	return true;
}

/* Tasks that block on a lock that another listed task holds. */
static bool held_by_other(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *blocker = pm_incident_fact(inc, "hung-task", "blocker");
	bool found = false;

	if (pm_found(inc, "waits-for-lock") || pm_found(inc, "lock-holder-in-memory"))
		return false;
	if (blocker) {
		const char *on = pm_value(inc, "hung-task", "blocked_on");

		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, blocker->at, "it waits for a %s%s%s%s%s",
			on ? on : "lock", strcmp(blocker->value, "not found") ? " of task " : "; owner ",
			blocker->value, blocker->meaning ? ": " : "",
			blocker->meaning ? blocker->meaning : "");
		found = true;
	}
	for (size_t i = 0; i < inc->locks.n && inc->findings.n < 40; i++) {
		const struct pm_lock *want = &inc->locks.v[i];
		bool mine = inc->actor.has_pid && want->has_pid && want->pid == inc->actor.pid;

		if (!want->has_addr || !want->addr || !want->has_pid || (inc->actor.has_pid && !mine))
			continue;
		/* Lockdep lists the lock that a task is about to take as its last held one, too. */
		for (size_t k = 0; k < inc->locks.n; k++) {
			const struct pm_lock *held = &inc->locks.v[k];

			if (k == i || held->role != PM_LOCK_HELD || !held->has_addr ||
			    held->addr != want->addr || !held->has_pid || held->pid == want->pid)
				continue;
			struct pm_finding *finding = pm_find(
				inc, rule, PM_LIKELY, PM_RANK_CAUSE, want->at,
				"%s and %s are both listed with the lock %s%s%s: one holds it, the other "
				"waits for it",
				pm_task_words(inc, want->task, true, want->pid),
				pm_task_words(inc, held->task, true, held->pid), want->name ? want->name : "",
				held->taken.symbol ? ", the latter in " : "",
				held->taken.symbol ? pm_function_words(inc, &held->taken) : "");
			pm_because(inc, finding, held->at);
			return true;
		}
	}
	return found;
}

/* Of a trace with such a title: the function that took the lock; NULL: there is none. */
static const struct pm_place *titled_place(struct pm_incident *inc, const char *title)
{
	for (size_t i = 0; i < inc->traces.n; i++) {
		const struct pm_trace *trace = &inc->traces.v[i];
		struct pm_walk walk;

		if (!trace->title || !strstr(trace->title, title) || !trace->frames.n)
			continue;
		pm_walk(inc, trace, &walk);
		return pm_walk_culprit(inc, &walk);
	}
	return NULL;
}

static bool irq_state(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *before = pm_incident_fact(inc, "lockdep", "state_before");
	const struct pm_fact *now = pm_incident_fact(inc, "lockdep", "state_now");

	if (!before || !now)
		return false;
	const struct pm_lock *wanted = lock_with(inc, PM_LOCK_WANTED);
	if (wanted && !pm_found(inc, "wanted-while-held"))
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, wanted->at, "the lock is %s%s%s", wanted->name,
			wanted->taken.symbol ? ", taken in " : "",
			wanted->taken.symbol ? pm_function_words(inc, &wanted->taken) : "");
	const struct pm_place *first = titled_place(inc, "state was registered at");
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, before->at, "before: %s%s%s; now: %s",
		before->meaning ? before->meaning : before->value, first ? ", first by " : "",
		first ? pm_function_words(inc, first) : "", now->meaning ? now->meaning : now->value);
	/* Of an NMI no lock protects: the path must not take one. */
	if (strstr(now->value, "NMI") || !(strstr(before->value, "IRQ") || strstr(now->value, "IRQ"))) {
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, before->at,
			"when it comes while the lock is held on the same CPU, it waits for ever: this way "
			"must "
			"not take the lock, or only try to");
		return true;
	}
	bool hard = strstr(before->value, "HARDIRQ") || strstr(now->value, "HARDIRQ");
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, before->at,
		"when the %s comes while the lock is held on the same CPU, it waits for ever: take the lock "
		"with %s everywhere outside of the %s",
		hard ? "interrupt" : "softirq", hard ? "spin_lock_irqsave()" : "spin_lock_bh()",
		hard ? "interrupt" : "softirq");
	return true;
}

static bool scenario(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *order = pm_incident_fact(inc, "lockdep", "order");

	if (!order)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, order->at, "%s%s%s", order->value,
		order->meaning ? ": " : "", order->meaning ? order->meaning : "");
	const char *inner = interrupt_takes(inc);
	const struct pm_lock *wanted = lock_with(inc, PM_LOCK_WANTED);
	const struct pm_place *safe = titled_place(inc, "-irq-safe at"),
			      *unsafe = titled_place(inc, "-irq-unsafe at");
	if (inner && safe)
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, safe->at, "the interrupt takes %s in %s", inner,
			pm_function_words(inc, safe));
	if (unsafe)
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, unsafe->at,
			"with interrupts on %s is taken in %s",
			wanted && inner && strcmp(wanted->name, inner) ? wanted->name : "the other lock",
			pm_function_words(inc, unsafe));
	return true;
}

static bool unlock_balance(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_lock *lock = lock_with(inc, PM_LOCK_RELEASED);

	if (!lock)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, lock->at, "%s releases %s%s%s without holding it",
		pm_task_words(inc, lock->task, lock->has_pid, lock->pid), lock->name,
		lock->taken.symbol ? " in " : "",
		lock->taken.symbol ? pm_function_words(inc, &lock->taken) : "");
	return true;
}

static bool exits_holding(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *holder = pm_incident_fact(inc, "lockdep", "holder");
	const struct pm_lock *held = lock_with(inc, PM_LOCK_HELD);

	if (!holder || !held)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, held->at, "%s, taken in %s, was never released: %s",
		held->name, pm_function_words(inc, &held->taken),
		holder->meaning ? holder->meaning : "the holder leaves");
	return true;
}

/* The kernel prints what is freed as a range, and the first lock that lies in it. */
static bool freed_held(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_lock *lock = lock_with(inc, PM_LOCK_HELD);

	if (inc->fault.lock_bug != PM_LOCK_FREED || !lock)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, lock->at,
		"%s frees memory in which %s lies, taken in %s and held",
		pm_task_words(inc, lock->task, lock->has_pid, lock->pid), lock->name,
		pm_function_words(inc, &lock->taken));
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, lock->at,
		"the object goes while somebody works on it under its lock: a reference too few, or an error "
		"path that "
		"frees before it unlocks");
	return true;
}

static bool leaked_by_work(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *function = pm_incident_fact(inc, "lockdep", "work_function");
	const struct pm_lock *lock = lock_with(inc, PM_LOCK_HELD);

	if (!function || !pm_incident_fact(inc, "lockdep", "leaked"))
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, function->at,
		"the work function %s() returned with a lock held or preemption disabled%s%s",
		function->value, lock ? ": " : "", lock ? lock->name : "");
	return true;
}

static bool never_initialised(struct pm_incident *inc, const struct pm_rule *rule)
{
	if (inc->fault.lock_bug != PM_LOCK_UNKNOWN_KEY)
		return false;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, inc->fault.at,
		"the lock was never initialised (spin_lock_init(), mutex_init()), or its object was "
		"overwritten or freed: used before its set-up finished, or after its end");
	return true;
}

static bool rcu_usage(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *source = pm_incident_fact(inc, "lockdep", "source");
	const struct pm_fact *check = pm_incident_fact(inc, "lockdep", "rcu_check");

	if (!source)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, source->at, "the check stands at %s%s%s%s",
		source->value, check ? " (" : "", check ? check->value : "", check ? ")" : "");
	/* What each of the checks wants (include/linux/rcupdate.h). */
	static const struct {
		const char *check, *words;
	} rows[] = {
		{ "rcu_dereference_protected",
		  "the code says that it holds the lock under which the pointer is changed, and lockdep sees "
		  "none "
		  "such: it is not held here, or the check names the wrong one" },
		{ "Illegal context switch", "a task slept inside of an RCU reader, which must not" },
		{ "RCU-list traversed",
		  "an RCU list was walked without rcu_read_lock() or the lock that protects its changes" },
	};
	const char *words =
		"an RCU-protected pointer was read without rcu_read_lock() or the lock that protects its "
		"update";
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if ((check && strstr(check->value, rows[i].check)) ||
		    (source->meaning && strstr(source->value, rows[i].check)))
			words = rows[i].words;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, source->at, "%s", words);
	return true;
}

/* Who took the spin lock or disabled preemption under which the sleep happened. */
static bool atomic_reason(struct pm_incident *inc, const struct pm_rule *rule)
{
	struct pm_match m;
	bool found = false, on = false; /* preemption is on: something else forbids sleeping */
	const struct pm_log_line *line =
		pm_log_find(inc, "in_atomic(): {d}, irqs_disabled(): {d}", false, &m);

	if (line) {
		bool atomic = !pm_slice_eq(m.cap[0], PM_S("0")), irqs = !pm_slice_eq(m.cap[1], PM_S("0"));

		on = !atomic;
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, line->at, "sleeping was not allowed: %s%s%s",
			atomic ? "preemption was disabled (a spin lock held, or RCU, or softirq)" : "",
			atomic && irqs ? ", and " : "",
			irqs     ? "interrupts were disabled"
			: atomic ? ""
				 : "an RCU reader or other non-sleeping section");
		found = true;
	}
	for (size_t i = 0; i < inc->locks.n && i < 8; i++) {
		const struct pm_lock *lock = &inc->locks.v[i];

		if (lock->role != PM_LOCK_HELD || !lock->name ||
		    (inc->actor.has_pid && lock->has_pid && lock->pid != inc->actor.pid) ||
		    lock->sleeps == PM_LOCK_SLEEPS)
			continue;
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, lock->at, "it holds %s%s%s", lock->name,
			lock->taken.symbol ? ", taken in " : "",
			lock->taken.symbol ? pm_function_words(inc, &lock->taken) : "");
		found = true;
	}
	/* The place is that of the last time, and says nothing when preemption is on. */
	const struct pm_fact *disabled = pm_incident_fact(inc, "atomic", "preemption_disabled_at");
	struct pm_match place;
	if (disabled && !on && pm_match("{f}+0x{x}/0x{x}", pm_slice_of(disabled->value), &place)) {
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, disabled->at,
			"preemption was disabled in %.*s()", PM_FMT(place.cap[0]));
		return true;
	}
	line = disabled || on ? NULL : pm_log_find(inc, "Preemption disabled at:", false, NULL);
	if (line) {
		size_t at = (size_t)(line - inc->log.v);

		/* The place stands on the same line or the next one. */
		for (size_t i = at; i < inc->log.n && i <= at + 1; i++) {
			if (!pm_match("{f}+0x{x}/0x{x}", pm_slice_of(inc->log.v[i].text), &place))
				continue;
			pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, inc->log.v[i].at,
				"preemption was disabled in %.*s()", PM_FMT(place.cap[0]));
			found = true;
			break;
		}
	}
	return found;
}

#define LOCKDEP (PM_K(DEADLOCK) | PM_K(LOCKING))

static const struct pm_rule rules[] = {
	{ "wanted-while-held", wanted_while_held, LOCKDEP },
	{ "lock-order-cycle", order_cycle, LOCKDEP },
	{ "lock-taken-twice", recursive, LOCKDEP },
	{ "irq-unsafe-order", scenario, LOCKDEP },
	{ "irq-lock-state", irq_state, LOCKDEP },
	{ "unlock-balance", unlock_balance, LOCKDEP },
	{ "held-at-exit", exits_holding, LOCKDEP },
	{ "freed-while-held", freed_held, LOCKDEP },
	{ "leaked-by-work", leaked_by_work, LOCKDEP },
	{ "never-initialised", never_initialised, LOCKDEP },
	{ "rcu-unprotected", rcu_usage, PM_K(RCU_USAGE) },
	{ "sleep-in-atomic", atomic_reason, PM_K(ATOMIC_SLEEP) },
	{ "double-acquire", double_acquire, STUCK },
	{ "waits-for-lock", waited_for, PM_K(HUNG_TASK) },
	{ "held-by-other", held_by_other, STUCK },
};
const struct pm_theme pm_theme_lock = PM_THEME(rules);

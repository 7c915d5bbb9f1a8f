/* Lockdep's reports: the locks wanted and held, the order they were taken in, the cycle. */
#include "console/linux/details.h"
#include "console/linux/details_rows.h"

#define LOCKS_MAX 400
#define CHAIN_MAX 64
#define SCENARIO_MAX 40

/* "ffff8880… (&mm->mmap_lock){++++}-{3:3}, at: do_page_fault+0x1c/0x80" */
struct lock_text {
	bool has_addr;
	uint64_t addr;
	struct pm_slice name, usage, where;
};

struct chain_link {
	uint64_t number;
	const char *name;
	struct pm_at at;
};

struct lockdep {
	const char *task; /* who the report is about */
	bool has_pid;
	int64_t pid;
	const char *holder; /* of the list of held locks that is being read */
	bool holder_has_pid;
	int64_t holder_pid;
	struct chain_link chain[CHAIN_MAX];
	size_t nchain;
	const char *wanted, *held;
	const char *new_from, *new_to; /* "which would create a new lock dependency" */
	bool recursive;
	bool nested_types; /* {4:…} was seen: 3 is a spinlock, 4 a sleeping lock */
};

static bool is_usage(char c)
{
	return c == '.' || c == '+' || c == '-' || c == '?';
}

static bool take_lock(struct pm_slice text, struct lock_text *out)
{
	struct pm_slice s = pm_slice_trim(text);
	unsigned digits;
	struct pm_slice number = s;

	*out = (struct lock_text){ 0 };
	/* print_lock puts the instance first since 4.17. */
	if (pm_take_hex(&number, &out->addr, &digits) && digits >= 8 && number.n && number.p[0] == ' ') {
		out->has_addr = true;
		s = pm_slice_trim(number);
	}
	if (!pm_take_char(&s, '('))
		return false;
	for (size_t i = 0; i + 2 < s.n; i++) {
		if (s.p[i] != ')' || s.p[i + 1] != '{' || !is_usage(s.p[i + 2]))
			continue;
		out->name = pm_slice_upto(s, i);
		s = pm_slice_from(s, i + 1);
		size_t end = 0;
		while (end < s.n && s.p[end] != ',' && s.p[end] != ' ' && s.p[end] != '\t')
			end++;
		out->usage = pm_slice_upto(s, end);
		if (pm_slice_ends(out->usage, PM_S(":")))
			out->usage.n--;
		size_t at = pm_slice_find(s, PM_S(", at: "));
		if (at != PM_NPOS)
			out->where = pm_slice_from(s, at + 6);
		return out->name.n > 0;
	}
	return false;
}

/* The class's name: "&(&x->lock)->rlock", "sk_lock-AF_INET6/1". */
static const char *lock_name(struct pm_detail *d, const struct lock_text *lock)
{
	return pm_detail_str(d, lock->name);
}

/* One letter of the usage: how the lock was taken, to write or to read, around interrupts or reclaim. */
static const char *usage_letter(char letter, const char *inside, const char *enabled, const char *verb,
				struct pm_arena *arena)
{
	switch (letter) {
	case '+':
		return pm_arena_printf(arena, "%s with %s", verb, enabled);
	case '-':
		return pm_arena_printf(arena, "%s inside %s", verb, inside);
	case '?':
		return pm_arena_printf(arena, "%s inside %s and with %s", verb, inside, enabled);
	default:
		return NULL;
	}
}

/* include/linux/lockdep_types.h: 3 is a spinlock and 4 a sleeping lock only with PROVE_RAW_LOCK_NESTING. */
static const char *wait_type_words(const struct lockdep *l, char type)
{
	switch (type) {
	case '1':
		return "wait free (as RCU)";
	case '2':
		return l->nested_types ? "raw spinlock" : "spinlock";
	case '3':
		return l->nested_types ? "spinlock (sleeps on PREEMPT_RT)"
				       : "sleeping lock (with PROVE_RAW_LOCK_NESTING: spinlock)";
	case '4':
		return "sleeping lock";
	default:
		return NULL;
	}
}

static const char *usage_words(const struct lockdep *l, struct pm_slice usage, struct pm_arena *arena)
{
	static const struct {
		const char *inside, *enabled, *verb;
	} letters[] = {
		{ "hardirqs", "hardirqs enabled", "taken" },
		{ "hardirqs", "hardirqs enabled", "read-taken" },
		{ "softirqs", "softirqs enabled", "taken" },
		{ "softirqs", "softirqs enabled", "read-taken" },
		/* Until 4.14. */
		{ "memory reclaim", "memory reclaim possible", "taken" },
		{ "memory reclaim", "memory reclaim possible", "read-taken" },
	};
	struct pm_slice s = usage;
	const char *text = NULL;
	size_t i = 0;

	if (!pm_take_char(&s, '{'))
		return NULL;
	for (; i < s.n && is_usage(s.p[i]) && i < PM_COUNT(letters); i++) {
		const char *one =
			usage_letter(s.p[i], letters[i].inside, letters[i].enabled, letters[i].verb, arena);

		if (one)
			text = text ? pm_arena_printf(arena, "%s, %s", text, one) : one;
	}
	if (i >= s.n || s.p[i] != '}' || (i != 4 && i != 6))
		return NULL;
	s = pm_slice_from(s, i + 1);
	if (!text)
		text = "never in an interrupt nor with interrupts enabled";
	if (pm_take(&s, PM_S("-{")) && s.n >= 4 && s.p[1] == ':') {
		const char *type = wait_type_words(l, s.p[2]);

		if (type)
			text = pm_arena_printf(arena, "%s; %s", text, type);
	}
	return text;
}

static void add_usage(struct pm_detail *d, struct pm_slice usage)
{
	for (size_t i = 0; i < d->inc->facts.n; i++) {
		const struct pm_fact *fact = &d->inc->facts.v[i];

		if (!strcmp(fact->name, "usage") && pm_slice_eq(pm_slice_of(fact->value), usage))
			return;
	}
	pm_detail_add_another(d, "usage", usage, usage_words(d->state, usage, &d->inc->arena));
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool is_known(const struct pm_incident *inc, const struct pm_lock *lock)
{
	for (size_t i = 0; i < inc->locks.n; i++) {
		const struct pm_lock *other = &inc->locks.v[i];

		if (other->role == lock->role && other->has_addr == lock->has_addr &&
		    other->addr == lock->addr && other->pid == lock->pid &&
		    other->taken.offset == lock->taken.offset && same_text(other->name, lock->name) &&
		    same_text(other->task, lock->task) && same_text(other->taken.symbol, lock->taken.symbol))
			return true;
	}
	return false;
}

/* Locks that sleep themselves, and the marks of a work item, forbid nobody to sleep.  Told by the inner wait type, the
 * second number of "{3:3}" (since 5.7; a mark has 0), else by how such locks are called. */
static enum pm_lock_sleeps sleeps(const struct lockdep *l, const char *name, struct pm_slice usage)
{
	static const char *const names[] = {
		"(wq_completion)", "(work_completion)", "mutex",       "_sem",   "rwsem",
		"sk_lock-",        "sb_writers",        "sb_internal", "i_mutex"
	};
	size_t at = pm_slice_find(usage, PM_S("}-{"));
	struct pm_slice types = at == PM_NPOS ? PM_S("") : pm_slice_from(usage, at + 3);

	for (size_t i = 0; i < PM_COUNT(names); i++)
		if (strstr(name, names[i]))
			return PM_LOCK_SLEEPS;
	if (types.n < 3 || types.p[1] != ':')
		return PM_LOCK_SLEEPS_UNKNOWN;
	char inner = types.p[2], least = l->nested_types ? '4' : '3';
	return inner == '0' || inner >= least ? PM_LOCK_SLEEPS : PM_LOCK_SPINS;
}

static void add_lock(struct pm_detail *d, const struct lock_text *text, enum pm_lock_role role,
		     const char *task, bool has_pid, int64_t pid)
{
	struct pm_lock lock = { .role = role, .task = task, .has_pid = has_pid, .pid = pid, .at = d->at };

	if (d->inc->locks.n >= LOCKS_MAX)
		return;
	lock.name = lock_name(d, text);
	if (text->usage.n) {
		lock.type = pm_detail_str(d, text->usage);
		add_usage(d, text->usage);
	}
	lock.sleeps = sleeps(d->state, lock.name, text->usage);
	lock.has_addr = text->has_addr;
	lock.addr = text->has_addr ? text->addr : 0;
	pm_detail_place(d, text->where, &lock.taken);
	if (!is_known(d->inc, &lock))
		*PM_PUSH(&d->inc->arena, &d->inc->locks) = lock;
}

/* "name/123 [HC0[0]:SC0[0]:HE1:SE1]" → name and pid. */
static void split_task(struct pm_detail *d, struct pm_slice text, const char **task, bool *has_pid,
		       int64_t *pid)
{
	size_t state = pm_slice_find(text, PM_S(" [HC"));
	uint64_t value;

	if (state != PM_NPOS)
		text = pm_slice_upto(text, state);
	text = pm_slice_trim(text);
	size_t slash = text.n;
	while (slash && text.p[slash - 1] != '/')
		slash--;
	if (slash && pm_slice_dec(pm_slice_from(text, slash), &value) && value <= INT32_MAX) {
		*has_pid = true;
		*pid = (int64_t)value;
		text = pm_slice_upto(text, slash - 1);
	}
	*task = pm_detail_str(d, text);
}

/* The next line that is not empty, when it is a lock. */
static bool next_lock(struct pm_detail *d, struct lock_text *out)
{
	for (size_t i = d->i + 1; i < d->n && i <= d->i + 3; i++) {
		if (!pm_slice_trim(pm_detail_line(d, i)).n)
			continue;
		if (!take_lock(pm_detail_line(d, i), out))
			return false;
		pm_detail_go(d, i);
		return true;
	}
	return false;
}

static void read_irq_state(struct pm_detail *d)
{
	struct pm_match m;

	if (pm_match("[HC{d}[{d}]:SC{d}[{d}]:HE{d}:SE{d}]", d->body, &m))
		pm_detail_add(d, "irq_state", (struct pm_slice){ d->body.p + m.start, m.end - m.start },
			      pm_arena_printf(&d->inc->arena,
					      "%s a hardirq, %s a softirq; hardirqs %s, softirqs %s",
					      pm_slice_eq(m.cap[0], PM_S("0")) ? "not in" : "in",
					      pm_slice_eq(m.cap[2], PM_S("0")) ? "not in" : "in",
					      pm_slice_eq(m.cap[4], PM_S("0")) ? "disabled" : "enabled",
					      pm_slice_eq(m.cap[5], PM_S("0")) ? "disabled" : "enabled"));
}

static void read_wanted(struct pm_detail *d, const struct pm_match *m)
{
	struct lockdep *l = d->state;
	struct lock_text lock;

	if (!l->task)
		split_task(d, m->cap[0], &l->task, &l->has_pid, &l->pid);
	read_irq_state(d);
	if (!next_lock(d, &lock))
		return;
	if (!l->wanted)
		l->wanted = lock_name(d, &lock);
	add_lock(d, &lock, PM_LOCK_WANTED, l->task, l->has_pid, l->pid);
}

static void read_holding(struct pm_detail *d, const struct pm_match *m)
{
	struct lockdep *l = d->state;
	struct lock_text lock;

	(void)m;
	if (!next_lock(d, &lock))
		return;
	if (!l->held)
		l->held = lock_name(d, &lock);
	add_lock(d, &lock, PM_LOCK_HELD, l->task, l->has_pid, l->pid);
}

static void read_released(struct pm_detail *d, const struct pm_match *m)
{
	struct lockdep *l = d->state;
	struct pm_lock lock = { .role = PM_LOCK_RELEASED, .at = d->at };

	split_task(d, m->cap[0], &l->task, &l->has_pid, &l->pid);
	lock.task = l->task;
	lock.has_pid = l->has_pid;
	lock.pid = l->pid;
	lock.name = pm_detail_str(d, m->cap[1]);
	if (d->i + 1 < d->n && d->inc->locks.n < LOCKS_MAX) {
		pm_detail_place(d, pm_detail_line(d, d->i + 1), &lock.taken);
		lock.taken.at = d->lines[d->i + 1]->at;
	}
	if (d->inc->locks.n < LOCKS_MAX)
		*PM_PUSH(&d->inc->arena, &d->inc->locks) = lock;
}

static void read_freeing(struct pm_detail *d, const struct pm_match *m)
{
	struct lockdep *l = d->state;
	struct lock_text lock;

	split_task(d, m->cap[0], &l->task, &l->has_pid, &l->pid);
	if (next_lock(d, &lock))
		add_lock(d, &lock, PM_LOCK_HELD, l->task, l->has_pid, l->pid);
}

static void read_about(struct pm_detail *d, const struct pm_match *m)
{
	struct lockdep *l = d->state;

	split_task(d, m->cap[0], &l->task, &l->has_pid, &l->pid);
}

static void read_holder(struct pm_detail *d, const struct pm_match *m)
{
	struct lockdep *l = d->state;

	l->holder_has_pid = false;
	split_task(d, m->cap[m->n - 1], &l->holder, &l->holder_has_pid, &l->holder_pid);
}

static void read_held(struct pm_detail *d, const struct pm_match *m)
{
	struct lockdep *l = d->state;
	struct lock_text lock;

	/* Symbolised logs repeat the line for every inlined frame. */
	if (pm_slice_ends(pm_slice_trim(m->cap[1]), PM_S("[inline]")))
		return;
	if (l->holder && take_lock(m->cap[1], &lock))
		add_lock(d, &lock, PM_LOCK_HELD, l->holder, l->holder_has_pid, l->holder_pid);
}

static void read_link(struct pm_detail *d, const struct pm_match *m)
{
	struct lockdep *l = d->state;
	struct lock_text lock;
	uint64_t number;

	if (l->nchain == CHAIN_MAX || !pm_slice_dec(m->cap[0], &number) || !take_lock(m->cap[1], &lock))
		return;
	/* #0 ends the chain: a second report's chain is not this one's. */
	if (l->nchain && l->chain[l->nchain - 1].number != number + 1)
		return;
	l->chain[l->nchain].number = number;
	l->chain[l->nchain].at = d->at;
	l->chain[l->nchain++].name = lock_name(d, &lock);
	add_usage(d, lock.usage);
}

static void read_new_dependency(struct pm_detail *d, const struct pm_match *m)
{
	struct lockdep *l = d->state;
	struct lock_text from, to;

	(void)m;
	if (d->i + 1 >= d->n)
		return;
	struct pm_slice line = pm_detail_line(d, d->i + 1);
	size_t arrow = pm_slice_find(line, PM_S(" -> ("));
	if (arrow == PM_NPOS || !take_lock(pm_slice_upto(line, arrow), &from) ||
	    !take_lock(pm_slice_from(line, arrow + 4), &to))
		return;
	pm_detail_go(d, d->i + 1);
	l->new_from = lock_name(d, &from);
	l->new_to = lock_name(d, &to);
	pm_detail_add(d, "new_dependency", line, "the first lock is held while the second is taken");
}

/* "Chain exists of:" A --> B --> C */
static void read_chain(struct pm_detail *d, const struct pm_match *m)
{
	struct lockdep *l = d->state;

	(void)m;
	if (d->i + 1 >= d->n)
		return;
	struct pm_slice line = pm_slice_trim(pm_detail_line(d, d->i + 1));
	if (!pm_slice_has(line, PM_S(" --> ")))
		return;
	pm_detail_go(d, d->i + 1);
	pm_detail_add(d, "chain", line, "the order in which the locks were seen to be taken before");
	if (l->nchain)
		return; /* the links with their traces say it better */
	const char *from = NULL;
	while (line.n && d->inc->lock_edges.n < CHAIN_MAX) {
		size_t arrow = pm_slice_find(line, PM_S(" --> "));
		const char *to = pm_detail_str(d, pm_slice_upto(line, arrow == PM_NPOS ? line.n : arrow));

		if (from && *to) {
			struct pm_lock_edge *edge = PM_PUSH(&d->inc->arena, &d->inc->lock_edges);

			edge->from = from;
			edge->to = to;
			edge->new_edge = same_text(from, l->new_from) && same_text(to, l->new_to);
			edge->how = edge->new_edge ? "this acquisition" : "existing dependency";
			edge->trace = -1;
			edge->at = d->at;
		}
		from = to;
		line = arrow == PM_NPOS ? PM_S("") : pm_slice_from(line, arrow + 5);
	}
}

/* The table of who takes what: CPU0 in the left column, CPU1 in the right. */
static void read_scenario(struct pm_detail *d, const struct pm_match *m)
{
	(void)m;
	for (unsigned n = 0; n < SCENARIO_MAX && d->i + 1 < d->n; n++) {
		struct pm_slice line = pm_detail_line(d, d->i + 1), text = pm_slice_trim(line);

		if (pm_slice_starts(text, PM_S("***")))
			break;
		pm_detail_go(d, d->i + 1);
		if (!pm_slice_ends(text, PM_S(";")) && !pm_slice_eq(text, PM_S("<Interrupt>")))
			continue;
		bool right = text.p - line.p > 16;
		pm_detail_add_another(d, "scenario", text, right ? "CPU1" : "CPU0");
	}
}

static const char *state_words(struct pm_slice state, struct pm_arena *arena)
{
	struct pm_slice s = state;
	const char *how, *kind;

	if (pm_slice_eq(s, PM_S("INITIAL USE")))
		return "taken at all, outside of an NMI";
	if (pm_slice_eq(s, PM_S("IN-NMI")))
		return "taken inside an NMI";
	bool read = pm_slice_ends(s, PM_S("-R"));
	if (!read && !pm_slice_ends(s, PM_S("-W")))
		return NULL;
	s.n -= 2;
	bool inside = pm_take(&s, PM_S("IN-"));
	if (!inside) {
		if (!pm_slice_ends(s, PM_S("-ON")))
			return NULL;
		s.n -= 3;
	}
	kind = pm_slice_eq(s, PM_S("HARDIRQ"))      ? "hard interrupt"
	       : pm_slice_eq(s, PM_S("SOFTIRQ"))    ? "soft interrupt"
	       : pm_slice_eq(s, PM_S("RECLAIM_FS")) ? "memory reclaim"
						    : NULL;
	if (!kind)
		return NULL;
	how = read ? "taken for reading" : "taken";
	return inside ? pm_arena_printf(arena, "%s inside a %s", how, kind)
		      : pm_arena_printf(arena, "%s with %ss enabled", how, kind);
}

static void read_inconsistent(struct pm_detail *d, const struct pm_match *m)
{
	const char *before = state_words(m->cap[0], &d->inc->arena),
		   *now = state_words(m->cap[1], &d->inc->arena);

	if (before)
		pm_detail_mean(d, "state_before", pm_arena_printf(&d->inc->arena, "the lock was %s", before));
	if (now)
		pm_detail_mean(d, "state_now", pm_arena_printf(&d->inc->arena, "it is %s", now));
}

static void read_safe_unsafe(struct pm_detail *d, const struct pm_match *m)
{
	pm_detail_add(
		d, "order", (struct pm_slice){ d->body.p + m->start, m->end - m->start },
		"a lock that is taken inside that kind of interrupt is held while one is taken that is also "
		"held with such interrupts enabled");
}

static void read_context(struct pm_detail *d, const struct pm_match *m)
{
	static const struct pm_detail_word words[] = {
		{ "1", "nothing may wait here" },
		{ "2", "only raw spinlocks may be taken here (hard interrupt or raw spinlock context)" },
		{ "3", "spinlocks may be taken here, sleeping locks not" },
		{ "4", "sleeping locks may be taken here" },
		{ "5", "any lock may be taken here" },
		{ NULL },
	};

	pm_detail_mean(d, "context", pm_detail_words(words, m->cap[1]));
}

static const struct pm_detail_word rcu_scheduler[] = {
	{ "0", "only one task runs yet: RCU needs no grace periods" },
	{ "1", "early boot: expedited grace periods only" },
	{ "2", "RCU is fully running" },
	{ NULL },
};

static void read_rcu_state(struct pm_detail *d, const struct pm_match *m)
{
	pm_detail_mean(d, "rcu_scheduler_active", pm_detail_words(rcu_scheduler, m->cap[0]));
}

static void read_illegal_switch(struct pm_detail *d, const struct pm_match *m)
{
	(void)m;
	pm_detail_mean(d, "rcu_check", "the task may sleep there, which a reader must not");
}

static const struct pm_detail_row lockdep_rows[] = {
	{ "^{*} is trying to acquire lock:", { "" }, NULL, read_wanted },
	{ "^{*} is trying to acquire:", { "" }, NULL, read_wanted },
	{ "^{*} is trying to lock:", { "" }, NULL, read_wanted },
	{ "^{*} takes:$", { "" }, NULL, read_wanted },
	{ "^{*} just changed the state of lock:", { "" }, NULL, read_wanted },
	{ "but task is already holding lock:", { NULL }, NULL, read_holding },
	{ "and this task is already holding:", { NULL }, NULL, read_holding },
	{ "^{*} is trying to release lock ({*}) at:", { "" }, NULL, read_released },
	{ "^{*} is trying to contend lock ({*}) at:", { "" }, NULL, read_released },
	{ "but there are no more locks to release!", { "not_held" }, "the task holds no such lock" },
	{ "^{*} is freeing memory {x}-{x}, with a lock still held there!",
	  { "", "freed_start", "freed_end" },
	  NULL,
	  read_freeing },
	{ "^WARNING: {w} still has locks held!",
	  { "holder" },
	  "it exits or freezes with a lock held",
	  read_about },
	{ "^{*} is leaving the kernel with locks still held!",
	  { "holder" },
	  "it returns to user mode with a lock held",
	  read_about },
	{ "^{*} is exiting with locks still held!", { "holder" }, "it exits with a lock held", read_about },
	{ "^{d} lock{*} held by {*}:$", { "" }, NULL, read_holder },
	{ "^{_}#{d}: {*}$", { "" }, NULL, read_held },
	{ "^-> #{d} {*}$", { "" }, NULL, read_link },
	{ "Chain exists of:", { NULL }, NULL, read_chain },
	{ "which would create a new lock dependency:", { NULL }, NULL, read_new_dependency },
	{ "unsafe locking scenario", { NULL }, NULL, read_scenario },
	{ "^inconsistent {{{*}} -> {{{*}} usage.", { "state_before", "state_now" }, NULL, read_inconsistent },
	{ "{w}-safe -> {w}-unsafe lock order detected", { "" }, NULL, read_safe_unsafe },
	{ "^{_}context-{{{d}:{d}}", { "context" }, NULL, read_context },
	{ "^{s} suspicious {w} usage!", { "source", "rcu_check" }, NULL, NULL },
	{ "^{s} RCU-list traversed in non-reader section",
	  { "source" },
	  "an RCU list was walked outside of a reader",
	  NULL },
	{ "^{s} Illegal context switch in {*}!", { "source", "rcu_check" }, NULL, read_illegal_switch },
	{ "^{s} {*}!$", { "source", "rcu_check" }, NULL, NULL },
	{ "rcu_scheduler_active = {d}, debug_locks = {d}",
	  { "rcu_scheduler_active", "debug_locks" },
	  NULL,
	  read_rcu_state },
	{ "^RCU used illegally from {*}!", { "rcu_context" }, "RCU does not watch this CPU there", NULL },
	{ "trying to register non-static key",
	  { "non_static_key" },
	  "the lock was never initialised, or its memory was overwritten or freed" },
	{ "^BUG: workqueue leaked {*}: {*}$", { "leaked", "worker" }, NULL, NULL },
	{ "^{_}last function: {f}", { "work_function" }, NULL, NULL },
	{ "DEBUG_LOCKS_WARN_ON({*})", { "failed_check" }, "lockdep's own data is inconsistent", NULL },
};

/* Who holds what, wherever a report lists it. */
static const struct pm_detail_row held_rows[] = {
	{ "^{d} lock{*} held by {*}:$", { "" }, NULL, read_holder },
	{ "^{_}#{d}: {*}$", { "" }, NULL, read_held },
};

static int32_t trace_of(const struct pm_incident *inc, struct pm_at at)
{
	for (size_t i = 0; i < inc->traces.n && i < INT32_MAX; i++)
		if (at.line && inc->traces.v[i].at.line == at.line)
			return (int32_t)i;
	return -1;
}

/* "-> #2 (C)", "-> #1 (B)", "-> #0 (A)": under #k stands how #k was taken with #k-1 held; #0 closes the
 * cycle. */
static void add_cycle(struct lockdep *l, struct pm_incident *inc)
{
	for (size_t i = 0; i < l->nchain; i++) {
		const struct chain_link *link = &l->chain[i];
		bool closes = link->number == 0;
		const char *from = closes              ? l->chain[0].name
				   : i + 1 < l->nchain ? l->chain[i + 1].name
						       : NULL;

		if (!from || (closes && l->nchain == 1))
			continue;
		struct pm_lock_edge *edge = PM_PUSH(&inc->arena, &inc->lock_edges);
		edge->from = from;
		edge->to = link->name;
		edge->new_edge = closes;
		edge->how = closes ? "this acquisition"
				   : pm_arena_printf(&inc->arena, "existing dependency #%llu",
						     (unsigned long long)link->number);
		edge->trace = trace_of(inc, link->at);
		edge->at = link->at;
	}
}

static void add_recursion(struct lockdep *l, struct pm_incident *inc)
{
	if (inc->lock_edges.n || !l->recursive || !l->held || !l->wanted)
		return;
	struct pm_lock_edge *edge = PM_PUSH(&inc->arena, &inc->lock_edges);
	edge->from = l->held;
	edge->to = l->wanted;
	edge->new_edge = true;
	edge->how = "this acquisition";
	edge->trace = -1;
	edge->at = inc->fault.at;
}

static void look_at_types(struct lockdep *l, const struct pm_printk_report *report)
{
	for (size_t i = 0; i < report->lines.n && !l->nested_types; i++)
		l->nested_types = pm_slice_has(report->lines.v[i]->body, PM_S("}-{4:")) ||
				  pm_slice_has(report->lines.v[i]->body, PM_S(":4}"));
}

void pm_held_locks_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	struct lockdep l = { 0 };

	look_at_types(&l, report);
	PM_DETAIL_READ(report, inc, "lockdep", held_rows, &l);
}

static enum pm_lock_bug bug_of(const char *message)
{
	static const struct {
		const char *part;
		enum pm_lock_bug bug;
	} rows[] = {
		{ "circular locking dependency", PM_LOCK_CIRCLE },
		{ "recursive locking", PM_LOCK_RECURSION },
		{ "inconsistent lock state", PM_LOCK_INCONSISTENT },
		{ "unsafe lock order", PM_LOCK_IRQ_ORDER },
		{ "irq lock inversion", PM_LOCK_IRQ_INVERSION },
		{ "Invalid wait context", PM_LOCK_WAIT_CONTEXT },
		{ "bad unlock balance", PM_LOCK_NOT_HELD },
		{ "bad contention", PM_LOCK_CONTENTION },
		{ "still has locks held", PM_LOCK_LEFT_HELD },
		{ "still held", PM_LOCK_LEFT_HELD },
		{ "lock held when returning to user space", PM_LOCK_LEFT_TO_USER },
		{ "held lock freed", PM_LOCK_FREED },
		{ "non-static key", PM_LOCK_UNKNOWN_KEY },
		{ "suspicious RCU", PM_LOCK_RCU },
	};

	for (size_t i = 0; message && i < PM_COUNT(rows); i++)
		if (strcasestr(message, rows[i].part))
			return rows[i].bug;
	return PM_LOCK_BUG_NONE;
}

void pm_lockdep_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	struct lockdep l = { 0 };

	look_at_types(&l, report);
	for (size_t i = 0; i < report->lines.n; i++)
		l.recursive |= pm_slice_has(report->lines.v[i]->body, PM_S("recursive locking detected"));
	PM_DETAIL_READ(report, inc, "lockdep", lockdep_rows, &l);
	add_cycle(&l, inc);
	add_recursion(&l, inc);
	inc->fault.lock_bug = bug_of(inc->fault.message);
}

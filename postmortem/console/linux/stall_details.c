/* What does not get on: RCU stalls, lockups, hung tasks, stuck workqueues. */
#include "console/linux/details.h"
#include "console/linux/details_rows.h"

/* ---- RCU stalls ---- */

static const struct pm_detail_word rcu_flavours[] = {
	{ "rcu_sched", "RCU of a kernel without preemptible readers" },
	{ "rcu_preempt", "RCU with preemptible readers" },
	{ "rcu_bh", "RCU-bh (until 4.20): readers disable soft interrupts" },
	{ "rcu_tasks", "RCU-tasks: waits until every task has switched voluntarily" },
	{ "rcu_tasks_rude", "RCU-tasks-rude: waits until every CPU has switched context" },
	{ "rcu_tasks_trace", "RCU-tasks-trace: readers of tracing and BPF programs that may sleep" },
	{ "rcu", "RCU" },
	{ NULL },
};

/* kernel/rcu/tree_stall.h, print_cpu_stall_info: "%d-%c%c%c%c:"; three characters until 4.14. */
static const char *rcu_flags(struct pm_slice flags, struct pm_arena *arena)
{
	const char *text = flags.p[0] == 'O' ? "the CPU is offline" : "the CPU is online";

	if (flags.n > 1 && flags.p[1] == 'o')
		text = pm_arena_printf(arena, "%s, was offline when the grace period began", text);
	if (flags.n > 2 && flags.p[2] == 'N')
		text = pm_arena_printf(arena, "%s, will be offline for the next one", text);
	if (flags.n > 3 && pm_is_digit(flags.p[3]))
		text = pm_arena_printf(
			arena,
			"%s; an irq_work has waited on it for %c grace periods: it takes no interrupts", text,
			flags.p[3]);
	else if (flags.n > 3 && flags.p[3] == '!')
		text = pm_arena_printf(arena, "%s; no irq_work has run on it in this grace period", text);
	else if (flags.n > 3 && flags.p[3] == '.')
		text = pm_arena_printf(arena, "%s; it still takes interrupts", text);
	return text;
}

static bool is_flags(struct pm_slice flags)
{
	for (size_t i = 0; i < flags.n; i++)
		if (!strchr("OoN.!?0123456789", flags.p[i]) || !flags.p[i])
			return false;
	return flags.n == 3 || flags.n == 4;
}

static void add_cpu(struct pm_detail *d, struct pm_slice cpu)
{
	struct pm_fact *fact = pm_incident_fact(d->inc, d->group, "stalled_cpus");

	if (!fact)
		pm_detail_add(d, "stalled_cpus", cpu, NULL);
	else if (strlen(fact->value) < 400)
		fact->value = pm_arena_printf(&d->inc->arena, "%s %.*s", fact->value, PM_FMT(cpu));
}

static void rcu_cpu(struct pm_detail *d, const struct pm_match *m)
{
	struct pm_match part;
	struct pm_slice rest = m->cap[2];
	uint64_t ticks, cpu;

	if (!is_flags(m->cap[1]) || !pm_slice_dec(m->cap[0], &cpu))
		return;
	add_cpu(d, m->cap[0]);
	pm_detail_add_another(d, "cpu_flags",
			      pm_slice_of(pm_arena_printf(&d->inc->arena, "%.*s-%.*s", PM_FMT(m->cap[0]),
							  PM_FMT(m->cap[1]))),
			      rcu_flags(m->cap[1], &d->inc->arena));
	if (pm_match("({d} ticks this GP)", rest, &part) && pm_slice_dec(part.cap[0], &ticks))
		pm_detail_add_another(d, "ticks", part.cap[0],
				      ticks ? "timer interrupts that CPU took in this grace period"
					    : "that CPU took no timer interrupt in this grace period");
	if (pm_match("({d} GPs behind)", rest, &part))
		pm_detail_add_another(d, "grace_periods_behind", part.cap[0],
				      "grace periods that CPU knows nothing of");
	if (pm_match("idle={w} ", rest, &part)) {
		struct pm_slice idle = part.cap[0];
		uint64_t counter;
		const char *meaning = NULL;

		/* dynticks counter / process nesting / NMI nesting; "(0 ticks…)" since 6.2 prints it whole.
		 */
		if (pm_take_hex(&idle, &counter, NULL) && pm_take_char(&idle, '/'))
			meaning = "context counter / nesting of tasks and idle / of interrupts and NMIs";
		pm_detail_add_another(d, "idle", part.cap[0], meaning);
	}
	if (pm_match("softirq={d}/{d}", rest, &part))
		pm_detail_add_another(d, "softirq",
				      (struct pm_slice){ rest.p + part.start, part.end - part.start },
				      pm_slice_eq(part.cap[0], part.cap[1])
					      ? "no RCU soft interrupt ran on that CPU in this grace period"
					      : "RCU soft interrupts ran on that CPU in this grace period");
	if (pm_match("fqs={d}", rest, &part))
		pm_detail_add_another(d, "fqs", part.cap[0], "scans for idle CPUs in this grace period");
	if (pm_slice_has(rest, PM_S("(false positive?)")))
		pm_detail_add_words(
			d, "false_positive", "true",
			"the CPU is idle and the grace-period kthread starves: that is the cause");
}

/* "P77/2:b..l …": pid / depth of readers : blocked, wanted by the grace period, expedited, queued. */
static void rcu_tasks_blocked(struct pm_detail *d, const struct pm_match *m)
{
	static const struct {
		char letter;
		const char *words;
	} letters[] = {
		{ 'b', "switched away from" },
		{ 'q', "asked to report" },
		{ 'e', "an expedited grace period waits for it" },
		{ 'l', "on the list of blocked readers" },
	};
	struct pm_slice s = m->cap[2], word;
	struct pm_match task;

	pm_detail_mean(d, "stalled_tasks", "tasks preempted or blocked inside of a reader");
	for (unsigned n = 0; n < 64 && (pm_take_blanks(&s), pm_take_word(&s, &word)); n++) {
		if (!pm_match("^P{d}/{d}:{w}", word, &task))
			continue;
		const char *text =
			pm_arena_printf(&d->inc->arena, "readers entered: %.*s", PM_FMT(task.cap[1]));
		for (size_t i = 0; i < PM_COUNT(letters); i++)
			if (pm_slice_find_char(task.cap[2], letters[i].letter) != PM_NPOS)
				text = pm_arena_printf(&d->inc->arena, "%s, %s", text, letters[i].words);
		pm_detail_add_another(d, "stalled_task", task.cap[0], text);
	}
}

/* include/linux/sched.h: TASK_…; 0x400 is TASK_NOLOAD. */
static const struct pm_detail_word task_states[] = {
	{ "0x0", "runnable: it was not given the CPU" },
	{ "0x1", "interruptible sleep" },
	{ "0x2", "uninterruptible sleep" },
	{ "0x402", "idle: it waits for its timer" },
	{ NULL },
};

static void rcu_starved(struct pm_detail *d, const struct pm_match *m)
{
	pm_detail_mean(d, "kthread",
		       "the kthread that drives grace periods did not run: the stall may be its own fault");
	if (m->n > 5)
		pm_detail_mean(d, "kthread_state", pm_detail_words(task_states, m->cap[5]));
}

static void rcu_stall_numbers(struct pm_detail *d, const struct pm_match *m)
{
	struct pm_match part;

	(void)m;
	pm_detail_mean(d, "jiffies", "age of the grace period, in jiffies");
	if (pm_match(" q={d}", d->body, &part))
		pm_detail_add(d, "queued_callbacks", part.cap[0], "RCU callbacks that wait on all CPUs");
	if (pm_match(" ncpus={d}", d->body, &part))
		pm_detail_add(d, "ncpus", part.cap[0], "CPUs online");
}

/* Until 3.18 the CPUs and numbers stood in the same line: "{ 1 3} (t=65000 jiffies g=11881 c=11880 q=3)". */
static void rcu_one_line(struct pm_detail *d)
{
	struct pm_match part;
	struct pm_slice cpu;

	if (pm_match("{{{*}}", d->body, &part))
		while (pm_take_blanks(&part.cap[0]), pm_take_word(&part.cap[0], &cpu))
			if (pm_slice_dec(cpu, &(uint64_t){ 0 }))
				add_cpu(d, cpu);
	if (!pm_match("t={d} jiffies", d->body, &part))
		return;
	pm_detail_add(d, "jiffies", part.cap[0], NULL);
	if (pm_match(" g={d}", d->body, &part))
		pm_detail_add(d, "grace_period", part.cap[0], NULL);
	rcu_stall_numbers(d, &part);
}

static void rcu_flavour(struct pm_detail *d, const struct pm_match *m)
{
	pm_detail_mean(d, "flavour", pm_detail_words(rcu_flavours, m->cap[0]));
	pm_detail_mean(d, "detection",
		       pm_slice_has(d->body, PM_S("self-detected"))
			       ? "the CPU that is stalled noticed it itself, in its timer interrupt"
			       : "another CPU than the stalled ones noticed it");
	rcu_one_line(d);
}

static void rcu_expedited(struct pm_detail *d, const struct pm_match *m)
{
	struct pm_slice list = m->cap[1], word;

	pm_detail_mean(d, "flavour", pm_detail_words(rcu_flavours, m->cap[0]));
	pm_detail_add_words(d, "detection", "expedited", "an expedited grace period is late");
	while (pm_take_blanks(&list), pm_take_word(&list, &word)) {
		size_t dash = pm_slice_find_char(word, '-');

		/* "0-...D": the fourth letter says that the CPU still runs a reader. */
		if (dash != PM_NPOS && dash && pm_is_digit(word.p[0]))
			add_cpu(d, pm_slice_upto(word, dash));
		else if (word.p[0] == 'P')
			pm_detail_add_another(d, "stalled_tasks", word,
					      "a task preempted or blocked inside of a reader");
	}
}

static void rcu_blocked_task(struct pm_detail *d, const struct pm_match *m)
{
	(void)m;
	pm_detail_mean(d, "holdout", "address of a task that RCU-tasks waits for");
}

static const struct pm_detail_row rcu_rows[] = {
	{ "INFO: {f} detected expedited stalls on CPUs/tasks: {{{*}} {d} jiffies",
	  { "flavour", "", "jiffies" },
	  NULL,
	  rcu_expedited },
	{ "INFO: {f} {w} stall on CPU", { "flavour", "detection" }, NULL, rcu_flavour },
	{ "INFO: {f} {w} stalls on {w}:", { "flavour", "detection", "stalled" }, NULL, rcu_flavour },
	{ "INFO: {f} {w} stall", { "flavour", "detection" }, NULL, rcu_flavour },
	{ "Stall ended before state dump start", { "ended" }, "the stall ended before it was shown" },
	{ "detected by {d}, t={d} jiffies, g={w}",
	  { "detected_by", "jiffies", "grace_period" },
	  "the CPU that noticed",
	  rcu_stall_numbers },
	{ "(t={d} jiffies g={w}", { "jiffies", "grace_period" }, NULL, rcu_stall_numbers },
	{ "(detected by {d}, t={d} jiffies",
	  { "detected_by", "jiffies" },
	  "the CPU that noticed",
	  rcu_stall_numbers },
	{ "{f} kthread starved for {d} jiffies! {w} {w} {w} ->state={x} ->cpu={d}",
	  { "kthread", "starved_jiffies", "", "", "kthread_wait", "kthread_state" },
	  NULL,
	  rcu_starved },
	{ "{f} kthread starved for {d} jiffies!", { "kthread", "starved_jiffies" }, NULL, rcu_starved },
	{ "{f} kthread timer wakeup didn't happen for {d} jiffies!",
	  { "kthread", "timer_late_jiffies" },
	  NULL,
	  NULL },
	{ "Possible timer handling issue on cpu={d}",
	  { "timer_cpu" },
	  "its timer interrupt did not come",
	  NULL },
	{ "All QSes seen, last {f} kthread activity {d}", { "kthread", "kthread_idle_jiffies" }, NULL, NULL },
	{ "Tasks blocked on level-{d} rcu_node (CPUs {w}): {*}$",
	  { "", "", "stalled_tasks" },
	  NULL,
	  rcu_tasks_blocked },
	{ "blocking rcu_node structures{*}: {*}$", { "", "blocking_nodes" }, NULL, NULL },
	{ "^{x}: {*} nvcsw: {w} holdout: {d} idle_cpu: {w}",
	  { "holdout", "", "voluntary_switches" },
	  NULL,
	  rcu_blocked_task },
	{ "{d}-{w}: {*}$", { "" }, NULL, rcu_cpu },
};

void pm_rcu_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	PM_DETAIL_READ(report, inc, "rcu", rcu_rows, NULL);
	pm_held_locks_fields(report, inc);
}

/* ---- Soft and hard lockups ---- */

static void lockup_task(struct pm_detail *d, const struct pm_match *m)
{
	struct pm_slice task = m->cap[2];
	size_t colon = task.n;
	uint64_t pid, cpu;

	while (colon && task.p[colon - 1] != ':')
		colon--;
	if (pm_slice_dec(m->cap[0], &cpu) && cpu <= UINT32_MAX && !d->inc->actor.has_cpu) {
		d->inc->actor.has_cpu = true;
		d->inc->actor.cpu = (uint32_t)cpu;
	}
	pm_detail_mean(d, "cpu", "it ran kernel code without letting the scheduler in");
	if (!colon || !pm_slice_dec(pm_slice_from(task, colon), &pid) || pid > INT32_MAX)
		return;
	pm_detail_add(d, "task", pm_slice_upto(task, colon - 1), NULL);
	pm_detail_add(d, "pid", pm_slice_from(task, colon), NULL);
	if (!d->inc->actor.comm && !d->inc->actor.has_pid) {
		d->inc->actor.comm = pm_detail_str(d, pm_slice_upto(task, colon - 1));
		d->inc->actor.has_pid = true;
		d->inc->actor.pid = (int64_t)pid;
		d->inc->actor.at = d->at;
	}
}

static const struct pm_detail_row soft_rows[] = {
	{ "soft lockup - CPU#{d} stuck for {d}s! [{*}]", { "cpu", "seconds" }, NULL, lockup_task },
	{ "CPU#{d} Utilization every {d}{f} during lockup:",
	  { "", "sample_period" },
	  "how the CPU spent its time, one line each period",
	  NULL },
	{ "#{d}: {d}% system,{_}{d}% softirq,{_}{d}% hardirq,{_}{d}% idle",
	  { "", "system_percent", "softirq_percent", "hardirq_percent", "idle_percent" },
	  NULL,
	  NULL },
	{ "Detect HardIRQ Time exceeds {d}%",
	  { "hardirq_over_percent" },
	  "the CPU drowns in hard interrupts",
	  NULL },
	{ "#{d}: {d}{_}irq#{d}", { "", "irq_count", "irq" }, NULL, NULL },
};

static const struct pm_detail_row hard_rows[] = {
	{ "Watchdog detected hard LOCKUP on cpu {d}",
	  { "cpu" },
	  "it took no interrupts for the watchdog's time",
	  NULL },
	{ "CPU {d} self-detected hard LOCKUP @ {*}$",
	  { "cpu", "place" },
	  "it noticed itself, in an NMI",
	  NULL },
	{ "CPU {d} detected hard LOCKUP on other CPUs {*}$",
	  { "detected_by", "cpu" },
	  "the CPU that noticed",
	  NULL },
	{ "atchdog CPU:{d} Hard LOCKUP", { "cpu" }, "it took no interrupts for the watchdog's time", NULL },
	{ "CPU {d} Hard LOCKUP", { "cpu" }, "it took no interrupts for the watchdog's time", NULL },
	{ "CPU {d} TB:{d}, last {*}heartbeat TB:{d} ({d}ms ago)",
	  { "", "", "", "", "last_heartbeat_ms" },
	  NULL,
	  NULL },
};

/* ---- Hung tasks ---- */

static const struct pm_detail_word states[] = {
	{ "R", "running" },
	{ "S", "interruptible sleep" },
	{ "D", "uninterruptible sleep" },
	{ "T", "stopped" },
	{ "t", "traced" },
	{ "X", "dead" },
	{ "Z", "zombie" },
	{ "P", "parked" },
	{ "I", "idle" },
	{ NULL },
};

struct hung {
	const char *task;
	uint64_t pid;
};

static void hung_task(struct pm_detail *d, const struct pm_match *m)
{
	struct hung *h = d->state;
	struct pm_slice task = m->cap[0];
	size_t colon = task.n;

	if (h->task)
		return;
	while (colon && task.p[colon - 1] != ':')
		colon--;
	if (!colon || !pm_slice_dec(pm_slice_from(task, colon), &h->pid) || h->pid > INT32_MAX)
		return;
	h->task = pm_detail_str(d, pm_slice_upto(task, colon - 1));
	pm_detail_add(d, "task", pm_slice_upto(task, colon - 1), NULL);
	pm_detail_add(d, "pid", pm_slice_from(task, colon), NULL);
	pm_detail_add(d, "seconds", m->cap[1], "without having been scheduled, at least");
	if (!d->inc->actor.comm && !d->inc->actor.has_pid) {
		d->inc->actor.comm = h->task;
		d->inc->actor.has_pid = true;
		d->inc->actor.pid = (int64_t)h->pid;
		d->inc->actor.at = d->at;
	}
}

/* "likely owned by task X:123", "likely last held by task X:123" */
static void hung_blocker(struct pm_detail *d, const struct pm_match *m)
{
	struct hung *h = d->state;
	struct pm_slice rest = m->cap[2], owner;
	struct pm_match who;
	uint64_t pid;

	pm_detail_add(d, "blocked_on", m->cap[1], NULL);
	if (pm_slice_has(rest, PM_S("not found"))) {
		pm_detail_add_words(d, "blocker", "not found", "nobody owns it now");
		return;
	}
	if (!pm_match("by task {*}$", rest, &who))
		return;
	owner = who.cap[0];
	if (pm_slice_ends(owner, PM_S(".")))
		owner.n--;
	size_t angle = pm_slice_find(owner, PM_S(" <"));
	if (angle != PM_NPOS)
		owner = pm_slice_upto(owner, angle);
	size_t colon = owner.n;
	while (colon && owner.p[colon - 1] != ':')
		colon--;
	if (!colon || !pm_slice_dec(pm_slice_from(owner, colon), &pid) || pid > INT32_MAX)
		return;
	struct pm_fact *fact =
		pm_detail_add(d, "blocker", owner,
			      pm_slice_has(rest, PM_S("last held"))
				      ? "the task that held it last: it may have let go since"
				      : "the task that owns it, as far as the kernel could tell");
	if (!fact || !h->task)
		return;
	fact->grade = PM_LIKELY;
	for (unsigned wanted = 0; wanted < 2; wanted++) {
		struct pm_lock *lock = PM_PUSH(&d->inc->arena, &d->inc->locks);

		lock->role = wanted ? PM_LOCK_WANTED : PM_LOCK_HELD;
		lock->type = pm_detail_str(d, m->cap[1]);
		lock->task = wanted ? h->task : pm_detail_str(d, pm_slice_upto(owner, colon - 1));
		lock->has_pid = true;
		lock->pid = (int64_t)(wanted ? h->pid : pid);
		lock->at = d->at;
	}
}

/* The state line of the hung task itself, not of those that are shown after it. */
static void hung_state(struct pm_detail *d, const struct pm_match *m)
{
	struct hung *h = d->state;
	struct pm_match part;

	if (!h->task || !pm_slice_eq(pm_slice_trim(m->cap[0]), pm_slice_of(h->task)))
		return;
	/* 0 without CONFIG_DEBUG_STACK_USAGE. */
	if (pm_match("stack:{_}{d}", d->body, &part) && !pm_slice_eq(part.cap[0], PM_S("0")))
		pm_detail_add(d, "stack_free", part.cap[0], "bytes of its stack that were never used");
	if (pm_match("ppid:{_}{d}", d->body, &part))
		pm_detail_add(d, "ppid", part.cap[0], "its parent");
	pm_detail_add(d, "state", m->cap[1], pm_detail_words(states, m->cap[1]));
}

/* Until 5.9: "name  D23920 10976   4681 0x00000004". */
static void hung_old_state(struct pm_detail *d, const struct pm_match *m)
{
	struct hung *h = d->state;
	uint64_t pid;

	if (!h->task || !pm_slice_dec(m->cap[2], &pid) || pid != h->pid ||
	    !pm_slice_eq(m->cap[0], pm_slice_of(h->task)))
		return;
	pm_detail_add_words(d, "state", "D", pm_detail_words(states, PM_S("D")));
	if (!pm_slice_eq(m->cap[1], PM_S("0")))
		pm_detail_add(d, "stack_free", m->cap[1], "bytes of its stack that were never used");
	pm_detail_add(d, "ppid", m->cap[3], "its parent");
}

static const struct pm_detail_row hung_rows[] = {
	{ "INFO: task {*} blocked in I/O wait for more than {d} seconds", { "" }, NULL, hung_task },
	{ "INFO: task {*} blocked for more than {d} seconds", { "" }, NULL, hung_task },
	{ "INFO: task {*} can't die for more than {d} seconds", { "" }, NULL, hung_task },
	{ "INFO: task {*} is blocked on a {w} likely {*}$", { "" }, NULL, hung_blocker },
	{ "INFO: task {*} is blocked on a {w}, but the {*}$", { "" }, NULL, hung_blocker },
	{ "INFO: task {*} is blocked on an {w}, but the {*}$", { "" }, NULL, hung_blocker },
	{ "INFO: task {*} blocked on a {w} likely {*}$", { "" }, NULL, hung_blocker },
	{ "INFO: task {*} blocked on an {w} likely {*}$", { "" }, NULL, hung_blocker },
	{ "Blocked by coredump", { "coredump" }, "the task waits for a core dump to be written" },
	{ "^task:{*}{_}state:{w}{_}", { "" }, NULL, hung_state },
	{ "^{w}{_}D{_}{d}{_}{d}{_}{d} {x}", { "" }, NULL, hung_old_state },
};

void pm_hung_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	struct hung h = { 0 };

	PM_DETAIL_READ(report, inc, "hung-task", hung_rows, &h);
	pm_held_locks_fields(report, inc);
}

/* ---- Workqueues ---- */

static const struct pm_detail_row workqueue_rows[] = {
	{ "workqueue lockup - pool{*} stuck for {d}s!",
	  { "pool", "seconds" },
	  "a pool whose workers make no progress",
	  NULL },
	{ "^workqueue {w}: flags={x}", { "workqueue", "" }, "it has work that waits or runs", NULL, true },
	{ "^{_}in-flight: {*}$", { "in_flight" }, "worker : function that runs now", NULL, true },
	{ "^{_}pending: {*}$", { "pending" }, "functions that wait", NULL, true },
	{ "^pool {d}: {*} hung={d}s workers={d}", { "", "", "hung_seconds", "workers" }, NULL, NULL },
	{ "^BUG: workqueue leaked {*}: {*}$", { "leaked", "worker" }, NULL, NULL },
	{ "last function: {f}", { "work_function" }, "the work item that ran", NULL },
};

void pm_lockup_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	PM_DETAIL_READ(report, inc, "soft-lockup", soft_rows, NULL);
	PM_DETAIL_READ(report, inc, "hard-lockup", hard_rows, NULL);
	if (inc->fault.kind == PM_KIND_WORKQUEUE_LOCKUP)
		PM_DETAIL_READ(report, inc, "workqueue", workqueue_rows, NULL);
	pm_held_locks_fields(report, inc);
}

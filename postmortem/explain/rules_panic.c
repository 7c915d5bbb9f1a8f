/* What the kernel itself said: panic() and why, BUG, WARN, init, root, memory, counters, lists. */
#include "explain/rules.h"

#include "base/pattern.h"

#include <stdlib.h>

/* Facts that are statements already: their meaning says what was read. */
struct said {
	uint64_t kinds;
	const char *group, *name;
	enum pm_rank rank;
	const char *lead; /* "the count says" */
};

static const struct said said_rows[] = {
	{ PM_K(REFCOUNT) | PM_K(WARNING), "refcount", "error", PM_RANK_READ, NULL },
	{ PM_K(KOBJECT), "kobject", "error", PM_RANK_READ, NULL },
	{ PM_K(KOBJECT), "kobject", "duplicate", PM_RANK_READ, NULL },
	{ PM_K(SLAB_CORRUPTION), "slab", "damage", PM_RANK_READ, NULL },
	{ PM_K(SLAB_CORRUPTION), "slab", "error", PM_RANK_READ, NULL },
	{ PM_K(BAD_PAGE), "page", "dumped_because", PM_RANK_READ, "the page is bad because" },
	{ PM_K(BAD_PAGE), "page", "bad_flag_names", PM_RANK_READ, "flags that must not be set" },
	{ PM_K(ATOMIC_SLEEP), "atomic", "preempt_count", PM_RANK_READ, "preempt_count was" },
	{ PM_K(OOM), "oom", "constraint", PM_RANK_READ, NULL },
	{ PM_K(OOM), "oom", "panic_on_oom", PM_RANK_DETAIL, NULL },
	{ PM_K(INIT_KILLED) | PM_K(PANIC) | PM_K(NO_ROOT), "init", "errno", PM_RANK_READ,
	  "its start failed" },
};

static bool kernel_says(struct pm_incident *inc, const struct pm_rule *rule)
{
	bool found = false;

	for (size_t i = 0; i < PM_COUNT(said_rows); i++) {
		const struct said *said = &said_rows[i];
		const struct pm_fact *fact = pm_incident_fact(inc, said->group, said->name);

		if (!fact || !(said->kinds >> inc->fault.kind & 1) || !(fact->meaning || said->lead))
			continue;
		/* Kernels end some of their messages with a full stop. */
		int n = (int)strlen(fact->value);
		while (n > 1 && fact->value[n - 1] == '.')
			n--;
		pm_find(inc, rule, PM_CERTAIN, (int)said->rank, fact->at, "%s%s%.*s%s%s",
			said->lead ? said->lead : "", said->lead ? ": " : "", n, fact->value,
			fact->meaning ? ": " : "", fact->meaning ? fact->meaning : "");
		found = true;
	}
	return found;
}

/* panic() by whom, and what made it panic. */
static bool panic_reason(struct pm_incident *inc, const struct pm_rule *rule)
{
	static const struct {
		const char *reason, *words;
	} rows[] = {
		{ "panic_on_warn", "the panic is only the answer to this report: panic_on_warn is set" },
		{ "hung_task: blocked tasks", "the panic is the answer to a hung task (hung_task_panic is "
					      "set): the task named before it is the one to look at" },
		{ "softlockup: hung tasks",
		  "the panic is the answer to the soft lockup: softlockup_panic is set" },
		{ "RCU Stall", "the panic is the answer to the RCU stall: panic_on_rcu_stall is set" },
		{ "sysrq triggered crash",
		  "somebody asked for this crash (sysrq-c): nothing is wrong with the kernel by itself" },
		{ "Fatal exception in interrupt", NULL },
		{ "Fatal exception", NULL },
		{ "Attempted to kill init", NULL },
		{ "Attempted to kill the idle task",
		  "the fault hit the idle task, or an interrupt over it, so nothing could go on" },
		{ "Out of memory", NULL },
	};

	if (!inc->panic_reason)
		return false;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		if (!strstr(inc->panic_reason, rows[i].reason))
			continue;
		if (!rows[i].words)
			return false;
		bool itself = inc->fault.kind == PM_KIND_PANIC || inc->fault.kind == PM_KIND_OTHER;
		pm_find(inc, rule, PM_CERTAIN, itself ? PM_RANK_READ : PM_RANK_DETAIL, inc->panic_at, "%s",
			rows[i].words);
		return true;
	}
	return false;
}

static bool panic_caller(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	struct pm_walk walk;

	/* A kernel that has our recorder may call its own functions what it likes. */
	if (!trace || inc->on_request || inc->machine.system == PM_KPANIC)
		return false;
	bool called = false;
	for (size_t i = 0; i < trace->frames.n && !called; i++)
		called = trace->frames.v[i].trust != PM_SCANNED &&
			 (pm_symbol_same(trace->frames.v[i].place.symbol, "panic") ||
			  pm_symbol_same(trace->frames.v[i].place.symbol, "vpanic"));
	if (!called)
		return false;
	pm_walk(inc, trace, &walk);
	const struct pm_place *culprit = pm_walk_culprit(inc, &walk);
	if (!culprit)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, culprit->at, "panic() was called by %s%s",
		pm_function_words(inc, culprit),
		culprit->module ? ": the module decided that it cannot go on" : "");
	return true;
}

static bool init_exit(struct pm_incident *inc, const struct pm_rule *rule)
{
	static const struct {
		const char *signal, *words;
	} signals[] = {
		{ "SIGILL",
		  "an instruction that this processor does not have; is the program built for it?" },
		{ "SIGABRT", "it gave up by itself; its own message stands in the log before" },
		{ "SIGBUS", "a file it had mapped could not be read; check disk and file system" },
		{ "SIGKILL", "killed from outside" },
		{ "SIGSEGV",
		  "a bad memory access in user space; check the program, its libraries, and memory" },
		{ "SIGTERM", "asked to end" },
	};
	const struct pm_init_exit *end = &inc->init_exit;
	struct pm_at at = inc->panic_at.line ? inc->panic_at : inc->fault.at;
	const char *words = NULL;

	if (!end->known)
		return false;
	if (!end->signal) {
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, at,
			"process 1 ended by itself with exit status %u%s", end->status,
			end->status == 127 ? ": shells say so when a command or library was not found" : "");
		return true;
	}
	for (size_t i = 0; end->signal_name && i < PM_COUNT(signals); i++)
		if (!strcmp(signals[i].signal, end->signal_name))
			words = signals[i].words;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, at, "process 1 was ended by signal %u%s%s%s%s",
		end->signal, end->signal_name ? ", " : "", end->signal_name ? end->signal_name : "",
		words ? ": " : "", words ? words : "");
	return true;
}

static bool no_root(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *device = pm_incident_fact(inc, "root", "root_device");
	const struct pm_fact *error = pm_incident_fact(inc, "root", "errno");
	const struct pm_fact *partition = pm_incident_fact(inc, "root", "partition");
	const struct pm_fact *block = pm_incident_fact(inc, "root", "unknown_block");
	struct pm_match m;
	bool found = false;

	if (device) {
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, device->at, "tried as root: %s%s%s%s",
			device->value, error ? ", error " : "", error ? error->value : "",
			error && error->meaning ? pm_arena_printf(&inc->arena, " (%s)", error->meaning) : "");
		found = true;
	}
	if (partition && !strcmp(partition->value, "none")) {
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, partition->at,
			"the kernel saw no disk at all: the driver of its controller is neither built in nor "
			"in an initramfs, or no initramfs was loaded");
		return true;
	}
	if (partition) {
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, partition->at,
			"disks are there (%s …): root= names another one, or the driver of its file system "
			"is missing",
			partition->value);
		return true;
	}
	const struct pm_log_line *line = pm_log_find(inc, "unknown-block({d},{d})", false, &m);
	if (line && pm_slice_eq(m.cap[0], PM_S("0")) && pm_slice_eq(m.cap[1], PM_S("0"))) {
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, line->at,
			"unknown-block(0,0): the name given with root= was not found: no such disk, no "
			"driver for it, or no initramfs");
		return true;
	}
	if (line) {
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, line->at,
			"block device %.*s:%.*s could not be mounted: no driver for it, or no file system on "
			"it that this kernel knows",
			PM_FMT(m.cap[0]), PM_FMT(m.cap[1]));
		return true;
	}
	return found || block;
}

static bool refcount(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *fact = pm_incident_fact(inc, "refcount", "error");

	if (!fact)
		return false;
	if (strstr(fact->value, "use-after-free"))
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, fact->at,
			"gets and puts of the object do not balance: a put too many, or a user without a "
			"reference of its own; the place of the report is often innocent");
	else
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, fact->at,
			"gets and puts of the object do not balance, or its memory was overwritten");
	return true;
}

static bool list(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *found_fact = pm_incident_fact(inc, "list", "found"),
			     *poison = pm_incident_fact(inc, "list", "poison");
	const struct pm_fact *expected = pm_incident_fact(inc, "list", "expected");
	const struct pm_fact *link = pm_incident_fact(inc, "list", "link");

	if (expected && found_fact)
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, found_fact->at, "%s should be %s but is %s%s%s",
			link ? link->value : "the link", expected->value, found_fact->value,
			found_fact->meaning ? ": " : "", found_fact->meaning ? found_fact->meaning : "");
	if (poison)
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, poison->at,
			"the entry is deleted twice: its links hold %s since the first time", poison->value);
	else if (expected && found_fact)
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, found_fact->at,
			"a neighbour was freed or reused while it was still linked, or two CPUs changed the "
			"list without its lock");
	const struct pm_fact *operation = pm_incident_fact(inc, "list", "operation");
	if (!poison && !(expected && found_fact) && operation && operation->meaning)
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, operation->at, "list_%s: %s", operation->value,
			operation->meaning);
	return expected || poison || operation;
}

static bool slab(struct pm_incident *inc, const struct pm_rule *rule)
{
	static const struct {
		const char *error, *words;
	} rows[] = {
		{ "Poison overwritten", "somebody wrote to the object after it was freed; the place of the "
					"report only noticed it" },
		{ "Redzone overwritten",
		  "somebody wrote past the bounds of the object; the place of the report only noticed it" },
		{ "already free", "the object is freed twice" },
	};
	const struct pm_fact *error = pm_incident_fact(inc, "slab", "error");
	const struct pm_fact *damage = pm_incident_fact(inc, "slab", "damage");
	const struct pm_fact *found = pm_incident_fact(inc, "slab", "found"),
			     *expected = pm_incident_fact(inc, "slab", "expected");
	static const struct {
		const char *where, *pid, *age, *words;
	} lives[] = {
		{ "allocated_in", "alloc_pid", "alloc_age", "allocated" },
		{ "freed_in", "free_pid", "free_age", "freed" },
	};

	if (!damage)
		damage = error;
	if (found && expected)
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, found->at,
			"the first bad byte is %s instead of %s%s%s", found->value, expected->value,
			expected->meaning ? ": " : "", expected->meaning ? expected->meaning : "");
	for (size_t i = 0; damage && i < PM_COUNT(rows); i++)
		if (strcasestr(damage->value, rows[i].error)) {
			pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, damage->at, "%s", rows[i].words);
			break;
		}
	/* The tracks are those of the last allocation and the last free of this slot: ages tell their order. */
	for (size_t i = 0; i < PM_COUNT(lives); i++) {
		const struct pm_fact *where = pm_incident_fact(inc, "slab", lives[i].where);
		const char *pid = pm_value(inc, "slab", lives[i].pid),
			   *age = pm_value(inc, "slab", lives[i].age);

		if (where)
			pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, where->at, "last %s in %s%s%s%s%s%s",
				lives[i].words, where->value, pid ? " by pid " : "", pid ? pid : "",
				age ? ", " : "", age ? age : "", age ? " jiffies before" : "");
	}
	return error || damage;
}

static bool usercopy(struct pm_incident *inc, const struct pm_rule *rule)
{
	const char *attempt = pm_value(inc, "usercopy", "attempt"),
		   *object = pm_value(inc, "usercopy", "object");
	const char *size = pm_value(inc, "usercopy", "size"), *offset = pm_value(inc, "usercopy", "offset");
	const struct pm_fact *fact = pm_incident_fact(inc, "usercopy", "attempt");

	if (!attempt || !size)
		return false;
	bool out = !strcmp(attempt, "exposure");
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, fact->at, "%s bytes were to be copied %s%s%s%s%s", size,
		out ? "to user space out of " : "from user space over ", object ? object : "kernel memory",
		offset ? ", from offset " : "", offset ? offset : "", offset ? " of it" : "");
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, fact->at,
		"the length is not checked against the object's size, or the pointer is not what it seems; "
		"caught before any harm was done");
	return true;
}

static bool leak(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *size = pm_incident_fact(inc, "kmemleak", "size");
	const char *comm = pm_value(inc, "kmemleak", "comm"), *pid = pm_value(inc, "kmemleak", "pid");

	if (!size)
		return false;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_READ, size->at,
		"%s bytes%s%s%s%s%s are referenced by no pointer that kmemleak could find: leaked, or only "
		"reachable by a disguised pointer",
		size->value, comm ? " allocated by " : "", comm ? comm : "", pid ? " (pid " : "",
		pid ? pid : "", pid ? ")" : "");
	return true;
}

static bool atomic_where(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *fact = pm_incident_fact(inc, "atomic", "function");

	if (!fact)
		return false;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, fact->at,
		"%s() is used where the task can be moved to another CPU: disable preemption around it, or "
		"use the raw variant if the value is only a hint",
		fact->value);
	return true;
}

/* Objects with a life that the kernel follows: timers, work items, RCU heads. */
static bool odebug(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *action = pm_incident_fact(inc, "odebug", "action"),
			     *state = pm_incident_fact(inc, "odebug", "state");
	const char *type = pm_value(inc, "odebug", "object_type"), *hint = pm_value(inc, "odebug", "hint");

	if (!action || !state)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, action->at, "%s%s%s%s: %s while it was %s",
		type ? "an object of type " : "an object", type ? type : "", hint ? ", of " : "",
		hint ? hint : "", action->meaning ? action->meaning : action->value,
		state->meaning ? state->meaning : state->value);
	if (!strcmp(action->value, "free"))
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, action->at,
			"it was not stopped before its memory was freed (del_timer_sync(), "
			"cancel_work_sync(), …): it will run on freed memory");
	return true;
}

/* The body of a log line: behind "<4>", "[   12.345678]", "[ T12]" and the like. */
static struct pm_slice body_of(const char *text)
{
	struct pm_slice s = pm_slice_of(text);

	for (;;) {
		struct pm_slice rest = s;
		struct pm_slice inside;

		pm_take_blanks(&rest);
		if (pm_take_char(&rest, '<') && pm_take_until(&rest, ">", &inside) && inside.n <= 3 &&
		    pm_take_char(&rest, '>')) {
			s = rest;
			continue;
		}
		rest = pm_slice_trim(s);
		if (pm_take_char(&rest, '[') && pm_take_until(&rest, "]", &inside) && inside.n <= 20 &&
		    pm_take_char(&rest, ']')) {
			s = rest;
			continue;
		}
		return pm_slice_trim(s);
	}
}

/* Between the cut line and "WARNING:" since 4.11 or so; behind it before. */
const char *pm_warn_text(struct pm_incident *inc, struct pm_at *at_out)
{
	size_t i = 0;

	while (i < inc->log.n && (!inc->fault.at.line || inc->log.v[i].at.line != inc->fault.at.line))
		i++;
	if (i == inc->log.n)
		return NULL;
	for (size_t before = 1; before <= 4 && before <= i; before++) {
		if (!strstr(inc->log.v[i - before].text, "[ cut here ]"))
			continue;
		if (before == 1)
			break;
		*at_out = inc->log.v[i - before + 1].at;
		struct pm_slice body = body_of(inc->log.v[i - before + 1].text);
		/* Another context's line may stand there. */
		if (pm_slice_has(body, PM_S("audit:")))
			return NULL;
		return body.n ? pm_arena_str(&inc->arena, body) : NULL;
	}
	if (i + 1 < inc->log.n && inc->log.v[i + 1].report) {
		static const char *const ours[] = { "Modules linked in",
						    "CPU:",
						    "Kernel panic",
						    "Call Trace",
						    "Hardware name",
						    "---[",
						    "pc :",
						    "Tainted:",
						    "audit:" };
		struct pm_slice body = body_of(inc->log.v[i + 1].text);

		if (pm_match("^{f}+0x{x}/0x{x}", body, NULL))
			return NULL;
		for (size_t k = 0; k < PM_COUNT(ours); k++)
			if (pm_slice_has(body, pm_slice_of(ours[k])))
				return NULL;
		*at_out = inc->log.v[i + 1].at;
		return body.n > 3 ? pm_arena_str(&inc->arena, body) : NULL;
	}
	return NULL;
}

static bool warn_text(struct pm_incident *inc, const struct pm_rule *rule)
{
	struct pm_at at = { 0 };
	const char *text = pm_warn_text(inc, &at);

	if (!text || (inc->headline && strstr(inc->headline, text)))
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, at, "the warning says: %s", text);
	return true;
}

static bool reboot(struct pm_incident *inc, const struct pm_rule *rule)
{
	if (!inc->ran_before) {
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, inc->fault.at,
			"a kernel starts here, and no line before it shows one that ran: a plain start, or "
			"the restart "
			"after something that this input does not hold");
		return true;
	}
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, inc->fault.at,
		"a kernel had been running, and the machine starts again without having said why: a triple "
		"fault, a "
		"reset, a power failure or a watchdog leaves no message");
	return true;
}

static const struct pm_rule rules[] = {
	{ "kernel-says", kernel_says, 0, PM_LINUX },
	{ "panic-reason", panic_reason, 0, PM_LINUX },
	{ "panic-caller", panic_caller, PM_K(PANIC) },
	{ "init-exit", init_exit, PM_K(INIT_KILLED) | PM_K(PANIC), PM_LINUX },
	{ "no-root", no_root, PM_K(NO_ROOT), PM_LINUX },
	{ "unbalanced-references", refcount, PM_K(REFCOUNT) | PM_K(WARNING), PM_LINUX },
	{ "list-links", list, PM_K(LIST_CORRUPTION) | PM_K(BUG) | PM_K(WARNING), PM_LINUX },
	{ "slab-overwritten", slab, PM_K(SLAB_CORRUPTION), PM_LINUX },
	{ "usercopy-bounds", usercopy, PM_K(USERCOPY) | PM_K(BUG), PM_LINUX },
	{ "leaked-object", leak, PM_K(MEMORY_LEAK), PM_LINUX },
	{ "per-cpu-in-preemptible", atomic_where, PM_K(PREEMPTIBLE), PM_LINUX },
	{ "object-life", odebug, PM_K(ODEBUG) | PM_K(WARNING), PM_LINUX },
	{ "warning-text", warn_text, PM_K(WARNING), PM_LINUX },
	{ "silent-reboot", reboot, PM_K(REBOOT) },
};
const struct pm_theme pm_theme_panic = PM_THEME(rules);

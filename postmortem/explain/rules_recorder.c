/* What our recorder tells and no other kernel's text does: gates, page walk, verdict, stages, who stayed silent.
 * Facts are the keys of formats/SPEC.md (console/kpanic/extension.c). */
#include "explain/rules.h"

#include "base/pattern.h"

#include <stdlib.h>

enum { DOUBLE_FAULT = 8, PAGE_FAULT = 14, VECTORS = 32, GATE_BYTES = 16, CALL_PANIC = 4096, CALL_BUG };

/* The exceptions of x86, with their article. */
static const char *const exceptions[VECTORS] = {
	[0] = "a divide error",
	[1] = "a debug exception",
	[2] = "an NMI",
	[3] = "a breakpoint",
	[4] = "an overflow",
	[5] = "a bounds error",
	[6] = "an invalid instruction",
	[7] = "a missing-FPU exception",
	[8] = "a double fault",
	[10] = "an invalid TSS",
	[11] = "a segment not present",
	[12] = "a stack fault",
	[13] = "a general protection fault",
	[14] = "a page fault",
	[16] = "an x87 error",
	[17] = "an alignment check",
	[18] = "a machine check",
	[19] = "a SIMD error",
	[21] = "a control protection exception",
};

static const char *exception_words(struct pm_incident *inc, unsigned long vector)
{
	if (vector < VECTORS && exceptions[vector])
		return exceptions[vector];
	if (vector == CALL_PANIC || vector == CALL_BUG)
		return vector == CALL_PANIC ? "a panic" : "a BUG()";
	return pm_arena_printf(&inc->arena, "vector %lu", vector);
}

static const char *key(const struct pm_incident *inc, const char *group, const char *name)
{
	const char *value = pm_value(inc, group, name);

	return value ? value : "";
}

static bool is(const struct pm_incident *inc, const char *group, const char *name, const char *what)
{
	return !strcmp(key(inc, group, name), what);
}

static struct pm_at at_of(const struct pm_incident *inc, const char *group, const char *name)
{
	const struct pm_fact *fact = pm_incident_fact(inc, group, name);

	return fact ? fact->at : (struct pm_at){ 0 };
}

/* ---- gates ---- */

/* The fact of a gate that a fault before the one taken needed and that was not there; NULL: none. */
static const struct pm_fact *missing_gate(const struct pm_incident *inc, unsigned long *vector_out)
{
	for (size_t i = 0; i < inc->facts.n; i++) {
		const struct pm_fact *fact = &inc->facts.v[i];
		char *end;

		if (strcmp(fact->group, "gate") || strcmp(fact->value, "0"))
			continue;
		*vector_out = strtoul(fact->name, &end, 10);
		if (end == fact->name || strcmp(end, ".present"))
			continue;
		if (!inc->fault.has_vector || *vector_out != inc->fault.vector)
			return fact;
	}
	return NULL;
}

static bool gate(struct pm_incident *inc, const struct pm_rule *rule)
{
	unsigned long vector;
	const struct pm_fact *fact = missing_gate(inc, &vector);
	struct pm_finding *finding;

	if (!fact)
		return false;
	/* Its gate was read; that it was this fault tells CR2, which only a page fault writes. */
	bool written = vector == PAGE_FAULT && inc->fault.has_address && !is(inc, "fault", "sent", "1") &&
		       inc->fault.vector == DOUBLE_FAULT;
	finding = pm_find(inc, rule, written ? PM_CERTAIN : PM_LIKELY, PM_RANK_READ, fact->at,
			  "%s (trap %lu) could not be handled because gate %lu of the IDT was not present",
			  exception_words(inc, vector), vector, vector);
	pm_because(inc, finding, inc->fault.at);
	pm_because(inc, finding, at_of(inc, "page-table", "end"));
	/* The other way, that a gate was there and was overwritten, is rarer by far. */
	finding = pm_find(inc, rule, PM_LIKELY, PM_RANK_READ, fact->at,
			  "code that can fault ran before the handler was set up");
	pm_because(inc, finding, inc->fault.at);
	return true;
}

/* An IDT that is too short has no gate either. */
static bool idt_limit(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *fact = pm_incident_fact(inc, "table", "idt_limit");
	/* Decimal; the first recorders wrote it in hex. */
	bool hex = fact && fact->value[strspn(fact->value, "0123456789")];
	unsigned long limit = fact ? strtoul(fact->value, NULL, hex ? 16 : 10) : 0;

	if (!fact || limit >= VECTORS * GATE_BYTES - 1 || inc->machine.arch != PM_X86_64)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, fact->at,
		"the IDT ends with gate %lu (limit 0x%lx): exceptions above it cannot be delivered",
		limit < GATE_BYTES - 1 ? 0 : (limit + 1) / GATE_BYTES - 1, limit);
	return true;
}

/* ---- what the processor could not say ---- */

static bool inferred(struct pm_incident *inc, const struct pm_rule *rule)
{
	bool old = is(inc, "fault", "sent", "1"), guess = is(inc, "fault", "inferred", "1");

	if (!old && !guess)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, at_of(inc, "fault", old ? "sent" : "inferred"), "%s%s%s",
		old ? "CR2 was not written by this fault" : "", old && guess ? "; " : "",
		guess ? "the address and the kind of access come from the instruction and the registers"
		      : "");
	return true;
}

/* ---- stacks ---- */

static bool guard_page(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *fault = &inc->fault;
	const char *region = pm_value(inc, "fault", "region");
	const struct pm_register *sp = pm_regs_find(pm_incident_regs(inc, PM_REGS_FAULT), "rsp");
	struct pm_finding *finding;

	/* Of the host's regions; that it lies near RSP alone says nothing. */
	if (!is(inc, "fault", "class", "guard") || !fault->has_address)
		return false;
	const char *below = fault->has_stack && fault->address < fault->stack_low
				    ? pm_arena_printf(&inc->arena, ", %s below the stack",
						      pm_bytes_words(inc, fault->stack_low - fault->address))
				    : "";
	finding = pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, fault->address_at,
			  "0x%llx lies in a guard page%s%s%s%s: the stack is full",
			  (unsigned long long)fault->address, region ? " (" : "", region ? region : "",
			  region ? ")" : "", below);
	if (sp)
		pm_because(inc, finding, sp->at);
	if (fault->vector != DOUBLE_FAULT)
		return true;
	bool present = is(inc, "gate", "14.present", "1");
	finding = pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, at_of(inc, "gate", "14.present"),
			  "the page fault had no stack left to be handled on, hence the double fault%s",
			  present ? "; its gate was present, so no handler was missing" : "");
	pm_because(inc, finding, inc->fault.at);
	return true;
}

/* How far below its stack RSP may stand and still have run over it: a large local array. */
#define NEAR_STACK (1u << 16)

static bool lost_stack(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *fault = &inc->fault;
	const struct pm_register *sp = pm_regs_find(pm_incident_regs(inc, PM_REGS_FAULT), "rsp");
	struct pm_finding *finding;

	if (fault->vector != DOUBLE_FAULT || !fault->has_stack || !sp || is(inc, "fault", "class", "guard") ||
	    (sp->value + NEAR_STACK >= fault->stack_low && sp->value <= fault->stack_high))
		return false;
	finding = pm_find(
		inc, rule, PM_LIKELY, PM_RANK_CAUSE, sp->at,
		"RSP is far from the task's stack: it was overwritten, or loaded from a wrong place; the "
		"page fault of what used it had no stack to be handled on, hence the double fault");
	pm_because(inc, finding, at_of(inc, "task", "stack"));
	return true;
}

/* ---- page walk ---- */

static bool page_walk(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *end = pm_incident_fact(inc, "page-table", "end");
	const char *level = pm_value(inc, "page-table", "level");
	const char *entry;
	uint64_t value;

	if (!end || !level || !inc->fault.has_address)
		return false;
	entry = pm_value(inc, "page-table", pm_arena_printf(&inc->arena, "l%s", level));
	struct pm_slice text = pm_slice_of(entry);
	if (!entry || !pm_take_hex(&text, &value, NULL))
		return false;
	if (!strcmp(end->value, "absent")) {
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, end->at,
			"page walk: nothing is mapped at 0x%llx: the entry at level %s is %s",
			(unsigned long long)inc->fault.address, level,
			value ? pm_arena_printf(&inc->arena, "0x%llx, not present", (unsigned long long)value)
			      : "empty");
	} else if (!strcmp(end->value, "mapped") && inc->machine.arch == PM_X86_64) {
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, end->at,
			"page walk: 0x%llx is mapped, by the entry 0x%llx at level %s: %s%s%s",
			(unsigned long long)inc->fault.address, (unsigned long long)value, level,
			value & 2 ? "writable" : "read-only", value & 4 ? ", user" : ", kernel only",
			value >> 63 ? ", not executable" : "");
	} else {
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, end->at, "page walk: at level %s %s", level,
			end->meaning ? end->meaning : end->value);
	}
	return true;
}

/* ---- locks ---- */

/* The lock that the crashed CPU waits for; held_out: who has it, NULL: not told. */
static const struct pm_lock *waited_for(const struct pm_incident *inc, const struct pm_lock **held_out)
{
	const struct pm_lock *wanted = NULL;

	*held_out = NULL;
	for (size_t i = 0; i < inc->locks.n && !wanted; i++)
		if (inc->locks.v[i].role == PM_LOCK_WANTED)
			wanted = &inc->locks.v[i];
	for (size_t i = 0; wanted && i < inc->locks.n; i++) {
		const struct pm_lock *lock = &inc->locks.v[i];

		if (lock->role == PM_LOCK_HELD && lock->has_addr && wanted->has_addr &&
		    lock->addr == wanted->addr)
			*held_out = lock;
	}
	return wanted;
}

static const char *lock_words(struct pm_incident *inc, const struct pm_lock *lock)
{
	return lock->name ? pm_arena_printf(&inc->arena, "\"%s\"", lock->name)
			  : pm_arena_printf(&inc->arena, "at 0x%llx", (unsigned long long)lock->addr);
}

/* "in f()", "at 0x…"; NULL: not told. */
static const char *place_words(struct pm_incident *inc, const struct pm_place *place)
{
	if (place->symbol)
		return pm_arena_printf(&inc->arena, "in %s", pm_function_words(inc, place));
	return place->has_addr ? pm_arena_printf(&inc->arena, "at 0x%llx", (unsigned long long)place->addr)
			       : NULL;
}

/* The message says that a lock is taken twice; which it waits for is not told. */
static bool already_held(struct pm_incident *inc, const struct pm_rule *rule)
{
	bool any = false;

	for (size_t i = 0; i < inc->locks.n; i++) {
		const struct pm_lock *lock = &inc->locks.v[i];

		if (lock->role != PM_LOCK_HELD || !lock->has_cpu || !inc->actor.has_cpu ||
		    lock->cpu != inc->actor.cpu)
			continue;
		const char *taken = place_words(inc, &lock->taken);

		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, lock->at, "CPU %u already holds the lock %s%s%s",
			lock->cpu, lock_words(inc, lock), taken ? ", taken " : "", taken ? taken : "");
		any = true;
	}
	return any;
}

static bool lock_of_cpu(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_lock *held, *wanted = waited_for(inc, &held);
	struct pm_finding *finding;

	if (!wanted && inc->fault.kind == PM_KIND_DEADLOCK)
		return already_held(inc, rule);
	if (!wanted || !wanted->has_cpu || !inc->actor.has_cpu)
		return false;
	bool own = wanted->cpu == inc->actor.cpu;
	const char *who = own ? "it holds itself" : pm_arena_printf(&inc->arena, "CPU %u holds", wanted->cpu);
	const char *taken = held ? place_words(inc, &held->taken) : NULL;
	const char *again = place_words(inc, &wanted->taken);
	if (taken && again && !strcmp(taken, again))
		again = NULL; /* of the lock, not of the wait */
	finding = pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, wanted->at,
			  "CPU %u waits for the lock %s, which %s%s%s%s%s%s%s", inc->actor.cpu,
			  lock_words(inc, wanted), who, taken ? ": taken " : "", taken ? taken : "",
			  again ? (taken ? ", wanted " : ": wanted ") : "", again && own ? "again " : "",
			  again ? again : "", own ? "; nobody else could ever release it" : "");
	if (held)
		pm_because(inc, finding, held->at);
	return true;
}

/* ---- checks ---- */

static bool condition(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *what = pm_incident_fact(inc, "site", "what");

	if (!what)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, what->at,
		"the condition `%s` was true, which the source%s%s "
		"declares to be %s",
		what->value, inc->place.symbol ? " of " : "",
		inc->place.symbol ? pm_function_words(inc, &inc->place) : "",
		inc->fault.kind == PM_KIND_WARNING ? "worth a warning" : "impossible");
	return true;
}

/* ---- the verdict ---- */

/* What the recorder's words mean; others are quoted. */
static const struct {
	const char *because, *words;
} verdicts[] = {
	{ "Fatal exception", "oopses are panics by its policy (oops=panic)" },
	{ "Fatal exception in interrupt",
	  "it happened in an interrupt, where there is no task to end instead" },
	{ "Fatal exception before the first task", "there was no task yet that could be ended instead" },
	{ "Attempted to kill the idle task!", "the idle task cannot be ended" },
	{ "Attempted to kill init!", "the first process cannot be ended" },
	{ "Fatal exception while holding what must not be lost",
	  "the task held something that must not be lost with it" },
	{ "Oopsed too often", "there were as many oopses as its limit allows (oops_limit)" },
	{ "panic_on_warn set ...", "warnings are panics by its policy (panic_on_warn)" },
};

/* Linux puts the name of its subsystem before some. */
static const char *without_name(const char *text)
{
	static const char name[] = "kernel: ";

	return strncmp(text, name, sizeof(name) - 1) ? text : text + sizeof(name) - 1;
}

static bool verdict(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *what = pm_incident_fact(inc, "verdict", "is"),
			     *because = pm_incident_fact(inc, "verdict", "because");
	const char *words = NULL;

	/* An explicit panic, a double fault and the like leave no choice. */
	if (!what || !because)
		return false;
	const struct pm_fact *was = pm_incident_fact(inc, "verdict", "was"),
			     *was_because = pm_incident_fact(inc, "verdict", "was_because");

	if (was && strcmp(was->value, what->value)) {
		struct pm_finding *finding =
			pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, what->at,
				"the verdict was a%s %s%s%s%s, until the report itself went wrong: it became "
				"a %s (%s)",
				strchr("aeiou", was->value[0]) ? "n" : "", was->value,
				was_because ? " (" : "", was_because ? was_because->value : "",
				was_because ? ")" : "", what->value, because->value);
		pm_because(inc, finding, was->at);
		return true;
	}
	for (size_t i = 0; i < PM_COUNT(verdicts); i++)
		if (!strcmp(verdicts[i].because, because->value) ||
		    !strcmp(verdicts[i].because, without_name(because->value)))
			words = verdicts[i].words;
	/* Without tasks its policy was not asked. */
	if (words && !strcmp(because->value, verdicts[0].because) &&
	    (is(inc, "report", "tier", "0") || is(inc, "report", "tier", "1")))
		words = "below its tier 2 the recorder knows of no task that could be ended instead";
	if (!words && (strcmp(what->value, "oops") || !inc->fault.has_vector))
		return false;
	if (!strcmp(what->value, "oops"))
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, what->at,
			"the verdict was an oops: %s, the system goes on (%s)",
			inc->actor.comm ? pm_arena_printf(&inc->arena, "%s is ended", inc->actor.comm)
					: "the task is ended",
			because->value);
	else
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, what->at, "the verdict was a %s: %s",
			what->value, words);
	return true;
}

/* What the recorder itself concludes, unless a rule has said so. */
static bool cause(struct pm_incident *inc, const struct pm_rule *rule)
{
	static const struct {
		const char *rule, *word;
	} said[] = {
		{ "missing-gate", "gate" },          { "guard-page", "stack" },
		{ "lost-stack", "stack" },           { "lock-of-cpu", "lock" },
		{ "null-member-offset", "NULL" },    { "told-by-instruction", "page fault was" },
		{ "non-canonical", "wild pointer" }, { "data-executed", "without execution" },
	};
	bool any = false;

	for (unsigned n = 1; n <= 8; n++) {
		const struct pm_fact *fact =
			pm_incident_fact(inc, "cause", pm_arena_printf(&inc->arena, "%u.words", n));
		bool known = false;

		if (!fact)
			break;
		for (size_t i = 0; i < PM_COUNT(said); i++)
			known |= pm_found(inc, said[i].rule) && strstr(fact->value, said[i].word);
		if (known)
			continue;
		pm_find(inc, rule, fact->grade == PM_CERTAIN ? PM_CERTAIN : PM_LIKELY, PM_RANK_CAUSE,
			fact->at, "the recorder concludes: %s", fact->value);
		any = true;
	}
	return any;
}

/* ---- how the panic itself went ---- */

static bool stages(struct pm_incident *inc, const struct pm_rule *rule)
{
	static const struct {
		const char *result, *words;
	} rows[] = { { "failed", "failed" },
		     { "late", "did not end in time" },
		     { "faulted", "was ended by a fault" } };
	size_t n = inc->facts.n;
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		const struct pm_fact *fact = &inc->facts.v[i];
		size_t name = strcspn(fact->name, ".");

		if (strcmp(fact->group, "stage") || strcmp(fact->name + name, ".result"))
			continue;
		for (size_t k = 0; k < PM_COUNT(rows); k++) {
			if (strcmp(fact->value, rows[k].result))
				continue;
			const char *prefix = pm_arena_printf(&inc->arena, "%.*s", (int)name, fact->name);
			const char *vector =
				pm_value(inc, "stage", pm_arena_printf(&inc->arena, "%s.vector", prefix));
			const char *ip =
				pm_value(inc, "stage", pm_arena_printf(&inc->arena, "%s.ip", prefix));
			const char *took =
				pm_value(inc, "stage", pm_arena_printf(&inc->arena, "%s.took", prefix));
			bool faulted = k == 2 && vector;

			pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, fact->at,
				"the recorder's stage `%s` %s%s%s%s%s%s: what it would have told may be "
				"missing",
				prefix, rows[k].words,
				faulted ? pm_arena_printf(&inc->arena, " (%s)",
							  exception_words(inc, strtoul(vector, NULL, 10)))
					: "",
				faulted && ip && strcmp(ip, "0") ? " at 0x" : "",
				faulted && ip && strcmp(ip, "0") ? ip : "", k == 1 && took ? ", after " : "",
				k == 1 && took
					? pm_arena_printf(&inc->arena, "%.1f s", strtod(took, NULL) / 1e9)
					: "");
			any = true;
		}
	}
	return any;
}

/* Facts "N.key" of group cpu with that value: "1, 3" in *words_out, the first one's place; how many. */
static unsigned cpus_with(struct pm_incident *inc, const char *name, const char *value,
			  const char **words_out, struct pm_at *first_out)
{
	struct pm_buf cpus = { 0 };
	unsigned n = 0;

	for (size_t i = 0; i < inc->facts.n; i++) {
		const struct pm_fact *fact = &inc->facts.v[i];
		size_t number = strcspn(fact->name, ".");

		if (strcmp(fact->group, "cpu") || strcmp(fact->name + number, name) ||
		    strcmp(fact->value, value))
			continue;
		if (!n++)
			*first_out = fact->at;
		if (n <= 8)
			pm_buf_printf(&cpus, "%s%.*s", n > 1 ? ", " : "", (int)number, fact->name);
	}
	*words_out = n ? pm_arena_printf(&inc->arena, "CPU%s %s%s", n > 1 ? "s" : "", cpus.data,
					 n > 8 ? ", …" : "")
		       : NULL;
	pm_buf_deinit(&cpus);
	return n;
}

static bool silent(struct pm_incident *inc, const struct pm_rule *rule)
{
	const char *cpus;
	struct pm_at first;
	unsigned n = cpus_with(inc, ".state", "silent", &cpus, &first);

	if (n)
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, first,
			"%s did not answer the NMI that stops the others: what %s did is not known, and %s "
			"may "
			"have gone on changing memory",
			cpus, n > 1 ? "they" : "it", n > 1 ? "they" : "it");
	return n > 0;
}

static bool too_late(struct pm_incident *inc, const struct pm_rule *rule)
{
	const char *cpus;
	struct pm_at first;
	unsigned n = cpus_with(inc, ".panicked", "1", &cpus, &first);

	if (n)
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, first,
			"%s panicked at the same time, too late for a report of %s own: what went wrong "
			"there may "
			"be the cause",
			cpus, n > 1 ? "their" : "its");
	return n > 0;
}

static bool mixed(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *lines = pm_incident_fact(inc, "integrity", "foreign_lines");

	if (!lines || !is(inc, "integrity", "sum", "ok"))
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, lines->at,
		"lines of others stand inside of the report (%s): without them its sum is right, so it is "
		"whole",
		lines->value);
	return true;
}

static bool damaged(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *sum = pm_incident_fact(inc, "integrity", "sum"),
			     *here = pm_incident_fact(inc, "integrity", "lines_here");

	if (!sum || !sum->meaning)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_TRUST, sum->at,
		"the report is not as it was written: %s%s%s%s", sum->meaning, here ? " (" : "",
		here ? here->meaning : "", here ? ")" : "");
	return true;
}

static const struct pm_rule rules[] = {
	{ "damaged-record", damaged, 0, PM_KPANIC },
	{ "missing-gate", gate, 0, PM_KPANIC },
	{ "short-idt", idt_limit, 0, PM_KPANIC },
	{ "guard-page", guard_page, 0, PM_KPANIC },
	{ "lost-stack", lost_stack, PM_K(DOUBLE_FAULT), PM_KPANIC },
	{ "told-by-instruction", inferred, 0, PM_KPANIC },
	{ "lock-of-cpu", lock_of_cpu, 0, PM_KPANIC },
	{ "condition", condition, PM_K(BUG) | PM_K(WARNING), PM_KPANIC },
	{ "page-walk", page_walk, 0, PM_KPANIC },
	{ "verdict", verdict, 0, PM_KPANIC },
	{ "silent-cpu", silent, 0, PM_KPANIC },
	{ "panicked-too", too_late, 0, PM_KPANIC },
	{ "recorder-stage", stages, 0, PM_KPANIC },
	{ "mixed-record", mixed, 0, PM_KPANIC },
};
const struct pm_theme pm_theme_recorder = PM_THEME(rules);

/* After the other themes: what they have not said. */
static const struct pm_rule late_rules[] = {
	{ "recorder-concludes", cause, 0, PM_KPANIC },
};
const struct pm_theme pm_theme_recorder_late = PM_THEME(late_rules);

/* ---- headline ---- */

static bool interrupts_off(const struct pm_incident *inc)
{
	const struct pm_register *flags = pm_regs_find(pm_incident_regs(inc, PM_REGS_FAULT), "eflags");

	return flags && !(flags->value >> 9 & 1);
}

const char *pm_recorder_headline(struct pm_incident *inc)
{
	const struct pm_lock *held, *wanted = waited_for(inc, &held);
	const char *region = pm_value(inc, "fault", "region"), *what = pm_value(inc, "site", "what");
	const char *words = NULL;
	unsigned long vector;

	if (missing_gate(inc, &vector))
		words = pm_arena_printf(&inc->arena,
					"%s (trap %lu) without a handler: gate %lu of the IDT was not "
					"present",
					exception_words(inc, vector) +
						strcspn(exception_words(inc, vector), " ") + 1,
					vector, vector);
	else if (inc->fault.kind == PM_KIND_STACK_GUARD)
		words = pm_arena_printf(&inc->arena, "kernel stack overflow%s%s%s%s%s", region ? " (" : "",
					region ? region : "", region ? ")" : "",
					inc->place.symbol ? " in " : "",
					inc->place.symbol ? pm_function_words(inc, &inc->place) : "");
	else if (inc->fault.kind == PM_KIND_STACK_CANARY && inc->frame)
		words = pm_arena_printf(&inc->arena, "%s in %s()", pm_kind_words(inc->fault.kind),
					inc->frame);
	else if (inc->fault.kind == PM_KIND_NMI && inc->place.symbol)
		words = pm_arena_printf(&inc->arena, "NMI in %s%s", pm_function_words(inc, &inc->place),
					interrupts_off(inc) ? ", which ran with interrupts off" : "");
	else if (inc->fault.kind == PM_KIND_DEADLOCK && wanted)
		words = pm_arena_printf(&inc->arena, "deadlock: CPU %u takes the lock %s, which it holds",
					inc->actor.cpu, lock_words(inc, wanted));
	else if (inc->fault.kind == PM_KIND_DEADLOCK && inc->fault.message)
		words = pm_arena_printf(&inc->arena, "panic: %s", inc->fault.message);
	else if (what && inc->place.file && inc->fault.kind == PM_KIND_WARNING)
		words = pm_arena_printf(&inc->arena, "warning at %s:%u: %s", inc->place.file,
					inc->place.file_line, what);
	else if (what && inc->place.file && inc->fault.kind == PM_KIND_BUG)
		words = pm_arena_printf(&inc->arena, "BUG at %s:%u: %s", inc->place.file,
					inc->place.file_line, what);
	return words;
}

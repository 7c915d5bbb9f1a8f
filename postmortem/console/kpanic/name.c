/* What the report is called: the kind of failure, a title to group by, the function, and a fingerprint.  The dashboards'
 * conventions are for Linux and others; these titles are kpanic's own. */
#include "console/kpanic/kpanic.h"

#include "base/hash.h"
#include "base/pattern.h"
#include "base/symbol.h"
#include "console/title.h"
#include "decode/arch.h"
#include "functions/functions.h"

static const char *value(const struct pm_incident *inc, const char *group, const char *name)
{
	const struct pm_fact *fact = pm_incident_fact(inc, group, name);

	return fact ? fact->value : "";
}

static bool is(const struct pm_incident *inc, const char *group, const char *name, const char *what)
{
	return !strcmp(value(inc, group, name), what);
}

/* ---- kind ---- */

/* Exceptions of x86. */
static const struct {
	uint32_t vector;
	enum pm_kind kind;
} vectors[] = {
	{ 0, PM_KIND_DIVIDE },         { 2, PM_KIND_NMI },          { 3, PM_KIND_BREAKPOINT },
	{ 6, PM_KIND_INVALID_OPCODE }, { 8, PM_KIND_DOUBLE_FAULT }, { 13, PM_KIND_GPF },
	{ 14, PM_KIND_PAGE_FAULT },    { 17, PM_KIND_ALIGNMENT },   { 18, PM_KIND_MACHINE_CHECK },
};

/* What an explicit panic is about, by its words; the first that stands in it. */
static const struct {
	const char *pattern;
	enum pm_kind kind;
} messages[] = {
	{ "stack-protector", PM_KIND_STACK_CANARY },
	{ "stack smash", PM_KIND_STACK_CANARY },
	{ "canary", PM_KIND_STACK_CANARY },
	{ "stack is corrupted", PM_KIND_STACK_CANARY },
	{ "taken twice", PM_KIND_DEADLOCK },
	{ "double acquire", PM_KIND_DEADLOCK },
	{ "deadlock", PM_KIND_DEADLOCK },
};

/* The lock that a CPU waits for and holds itself; NULL: none. */
static const struct pm_lock *taken_twice(const struct pm_incident *inc)
{
	for (size_t i = 0; i < inc->locks.n; i++) {
		const struct pm_lock *lock = &inc->locks.v[i];

		if (lock->role == PM_LOCK_WANTED && lock->has_cpu && inc->actor.has_cpu &&
		    lock->cpu == inc->actor.cpu)
			return lock;
	}
	return NULL;
}

static enum pm_kind page_fault_kind(const struct pm_incident *inc)
{
	const struct pm_fault *fault = &inc->fault;
	bool protected = is(inc, "fault", "state", "protected");
	/* Below tier 2 nobody has told the class. */
	bool null = fault->has_address && fault->address < 4096 && !*value(inc, "fault", "class");

	if (fault->address_class == PM_ADDR_STACK_GUARD)
		return PM_KIND_STACK_GUARD;
	if (null || fault->address_class == PM_ADDR_NULL)
		return PM_KIND_NULL_DEREF;
	if (protected && fault->address_class == PM_ADDR_USER)
		return fault->access == PM_EXECUTE ? PM_KIND_SMEP : PM_KIND_SMAP;
	if (protected && fault->access == PM_EXECUTE)
		return PM_KIND_EXECUTE_NX;
	if (protected && fault->access == PM_WRITE)
		return PM_KIND_WRITE_READ_ONLY;
	return PM_KIND_PAGE_FAULT;
}

static enum pm_kind fault_kind(const struct pm_incident *inc)
{
	const struct pm_fault *fault = &inc->fault;
	enum pm_kind kind = PM_KIND_OTHER;

	for (size_t i = 0; i < PM_COUNT(vectors); i++)
		if (vectors[i].vector == fault->vector)
			kind = vectors[i].kind;
	if (kind == PM_KIND_PAGE_FAULT)
		return page_fault_kind(inc);
	if (kind == PM_KIND_DOUBLE_FAULT && fault->address_class == PM_ADDR_STACK_GUARD)
		return PM_KIND_STACK_GUARD;
	if (kind == PM_KIND_GPF &&
	    (fault->address_class == PM_ADDR_NON_CANONICAL || is(inc, "fault", "state", "noncanonical")))
		return PM_KIND_NON_CANONICAL;
	return kind;
}

static enum pm_kind kind_of(struct pm_incident *inc)
{
	const char *message = inc->fault.message;

	if (is(inc, "report", "kind", "run")) /* a flight record: nobody panicked */
		return PM_KIND_RESET;
	/* A warning that policy made a panic of is one still. */
	if (is(inc, "report", "kind", "warn") || strstr(value(inc, "verdict", "because"), "panic_on_warn"))
		return PM_KIND_WARNING;
	if (message && !strncmp(message, "kernel BUG at ", 14))
		return PM_KIND_BUG;
	if (taken_twice(inc)) {
		inc->fault.lock_bug = PM_LOCK_RECURSION;
		return PM_KIND_DEADLOCK;
	}
	if (inc->fault.has_vector)
		return fault_kind(inc);
	for (size_t i = 0; message && i < PM_COUNT(messages); i++)
		if (strcasestr(message, messages[i].pattern))
			return messages[i].kind;
	return is(inc, "report", "kind", "oops") ? PM_KIND_OTHER : PM_KIND_PANIC;
}

/* ---- who ---- */

static bool of_story(const struct pm_incident *inc, const char *symbol)
{
	return symbol && pm_frame_class(inc->machine.system, symbol) == PM_FRAME_STORY;
}

/* The first function on the way that is not machinery. */
static const char *guilty(const struct pm_incident *inc)
{
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	const struct pm_lock *lock = taken_twice(inc);

	/* Who took the lock, not the function that takes locks. */
	if (lock && lock->taken.symbol)
		return lock->taken.symbol;

	bool locks = inc->fault.kind == PM_KIND_DEADLOCK;

	if (!locks && of_story(inc, inc->place.symbol))
		return inc->place.symbol;
	for (size_t i = 0; trace && i < trace->frames.n; i++)
		if (trace->frames.v[i].trust != PM_SCANNED &&
		    of_story(inc, trace->frames.v[i].place.symbol) &&
		    !(locks && pm_symbol_same(trace->frames.v[i].place.symbol, inc->place.symbol)))
			return trace->frames.v[i].place.symbol;
	return NULL;
}

/* "page fault" of "#PF page fault" */
static const char *exception_words(uint64_t vector)
{
	const char *words = pm_x86_vector_words(vector);
	const char *name = words && words[0] == '#' ? strchr(words, ' ') : NULL;

	return name ? name + 1 : words ? words : "exception";
}

/* What could not be handled, because its gate was not there; NULL: nothing. */
static const char *missing_gate(struct pm_incident *inc)
{
	for (size_t i = 0; i < inc->facts.n; i++) {
		const struct pm_fact *fact = &inc->facts.v[i];
		struct pm_slice name = pm_slice_of(fact->name);
		uint64_t vector;

		if (!strcmp(fact->group, "gate") && !strcmp(fact->value, "0") &&
		    pm_take_dec(&name, &vector) && pm_slice_eq(name, PM_S(".present")) &&
		    vector != inc->fault.vector)
			return exception_words(vector);
	}
	return NULL;
}

static const char *title_of(struct pm_incident *inc)
{
	const uint64_t by_message = UINT64_C(1) << PM_KIND_PANIC | UINT64_C(1) << PM_KIND_OTHER;
	const char *words = pm_kind_words(inc->fault.kind);

	if (by_message >> inc->fault.kind & 1 && inc->fault.message)
		return pm_arena_printf(&inc->arena, "%s%s", inc->fault.kind == PM_KIND_PANIC ? "panic: " : "",
				       inc->fault.message);
	if (inc->fault.kind == PM_KIND_DEADLOCK)
		words = "deadlock"; /* it happened */
	if (missing_gate(inc))
		words = pm_arena_printf(&inc->arena, "%s without a gate", missing_gate(inc));
	if (!inc->frame)
		return words;
	return pm_arena_printf(&inc->arena, "%s in %s", words, inc->frame);
}

static void fingerprint(struct pm_incident *inc)
{
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	uint64_t h = PM_HASH_BEGIN;
	unsigned used = 0;

	h = pm_hash_field(h, pm_slice_of(pm_system_name(inc->machine.system)));
	h = pm_hash_field(h, pm_slice_of(inc->machine.name));
	h = pm_hash_field(h, pm_slice_of(inc->title));
	for (size_t i = 0; trace && i < trace->frames.n && used < 3; i++) {
		const char *symbol = trace->frames.v[i].place.symbol;

		if (trace->frames.v[i].trust == PM_SCANNED || !of_story(inc, symbol))
			continue;
		h = pm_hash_field(h, pm_symbol_title(pm_slice_of(symbol)));
		used++;
	}
	inc->fingerprint = pm_arena_printf(&inc->arena, "%016llx", (unsigned long long)h);
}

/* "stack-protector: Kernel stack is corrupted in: parse+0x1/0x2" */
static void canary(struct pm_incident *inc)
{
	struct pm_match m;

	if (inc->fault.kind == PM_KIND_STACK_CANARY &&
	    pm_match("corrupted in: {f}", pm_slice_of(inc->fault.message), &m))
		pm_incident_add_fact(inc, "stack", "corrupted_in", m.cap[0], NULL, inc->fault.at);
}

void pm_kpanic_name(struct pm_incident *inc)
{
	const char *symbol;

	inc->fault.kind = kind_of(inc);
	canary(inc);
	symbol = guilty(inc);
	if (symbol)
		inc->frame = pm_arena_str(&inc->arena, pm_symbol_title(pm_slice_of(symbol)));
	if (inc->place.file)
		inc->guilty_file = inc->place.file;
	inc->title = pm_title_clean(&inc->arena, pm_slice_of(title_of(inc)));
	fingerprint(inc);
}

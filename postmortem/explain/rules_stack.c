/* Stacks that ran over: by the stack pointer, by the guard page, by recursion in the trace. */
#include "explain/rules.h"

/* A cycle of functions is looked for up to this length, and has to come round this often. */
#define PERIOD_MAX 12
#define ROUNDS_MIN 3

/* The longest run of frames with f[i] == f[i + period]; period 1 is a function that calls itself. */
static bool find_recursion(const struct pm_walk *walk, size_t *start_out, size_t *period_out,
			   size_t *rounds_out)
{
	size_t best = 0;

	for (size_t period = 1; period <= PERIOD_MAX && period * ROUNDS_MIN <= walk->places.n; period++) {
		size_t run = 0;

		for (size_t i = 0; i + period < walk->places.n; i++) {
			bool same =
				pm_symbol_same(walk->places.v[i]->symbol, walk->places.v[i + period]->symbol);

			run = same ? run + 1 : 0;
			size_t rounds = run / period + 1;
			/* A longer period that is only a multiple of a shorter one does not cover more
			 * frames. */
			if (rounds >= ROUNDS_MIN && run + period > best + (*period_out ? *period_out : 0)) {
				best = run;
				*period_out = period;
				*start_out = i + 1 - run;
				*rounds_out = rounds;
			}
		}
	}
	return best > 0;
}

static bool recursion(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	size_t start = 0, period = 0, rounds = 0;
	struct pm_buf names = { 0 };
	struct pm_walk walk;

	if (!trace)
		return false;
	pm_walk(inc, trace, &walk);
	if (!find_recursion(&walk, &start, &period, &rounds))
		return false;
	const uint64_t overflow = PM_K(STACK_GUARD) | PM_K(STACK_END) | PM_K(DOUBLE_FAULT);
	bool fatal = overflow >> inc->fault.kind & 1;
	/* Some functions nest by design (directory walks, softirqs): only many rounds mean something by
	 * themselves. */
	if (!fatal && rounds < 8)
		return false;
	for (size_t i = period; i-- > 0 && period > 1;) { /* callers first */
		const char *symbol = walk.places.v[start + i]->symbol;

		pm_buf_printf(&names, "%.*s → ", (int)pm_symbol_stem(symbol), symbol);
	}
	const char *again = walk.places.v[start + period - 1]->symbol;
	struct pm_finding *finding = pm_find(
		inc, rule, fatal ? PM_LIKELY : PM_CERTAIN, fatal ? PM_RANK_CAUSE : PM_RANK_DETAIL,
		walk.places.v[start]->at, "%s%s%.*s%s, %zu times in the trace%s",
		fatal ? "endless recursion used the stack up: " : "recursion: ", names.data ? names.data : "",
		(int)pm_symbol_stem(again), again, period == 1 ? "() calls itself" : "", rounds,
		trace->broken ? ", which ends early" : "");
	pm_because(inc, finding, walk.places.v[start + period]->at);
	pm_buf_deinit(&names);
	return true;
}

static bool kernel_says(struct pm_incident *inc, const struct pm_rule *rule)
{
	const char *words = inc->fault.kind == PM_KIND_STACK_GUARD
				    ? "the guard page below a kernel stack was hit: the stack is full"
			    : inc->fault.kind == PM_KIND_STACK_END
				    ? "the magic value at the end of the task's stack was overwritten: the "
				      "stack was full at some time before this was noticed"
				    : "the canary between a function's local variables and its return "
				      "address was overwritten: a local buffer was written past its end";

	if (pm_found(inc, "guard-page"))
		return false;
	pm_find(inc, rule, inc->fault.kind == PM_KIND_STACK_CANARY ? PM_LIKELY : PM_CERTAIN, PM_RANK_READ,
		inc->fault.at, "%s", words);
	return true;
}

static bool stack_bounds(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *fault = &inc->fault;
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	const struct pm_register *sp = pm_regs_find(regs, "rsp");
	uint64_t low = fault->stack_low, high = fault->stack_high;

	if (!sp)
		sp = pm_regs_find(regs, "sp");
	if (!fault->has_stack || !sp)
		return false;
	if (sp->value >= low && sp->value < high) {
		if (sp->value - low > 1024)
			return false;
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, sp->at,
			"the stack pointer stands %llu bytes above the stack's lower end",
			(unsigned long long)(sp->value - low));
		return true;
	}
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, sp->at,
		"the stack pointer 0x%llx is outside of the stack 0x%llx to 0x%llx%s",
		(unsigned long long)sp->value, (unsigned long long)low, (unsigned long long)(high - 1),
		sp->value < low && low - sp->value <= 65536 ? ": below it, so the stack ran over" : "");
	return true;
}

/* What a double fault leaves are RSP and CR2; its error code is always 0. */
static bool double_fault(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	const struct pm_register *sp = pm_regs_find(regs, "rsp"), *cr2 = pm_regs_find(regs, "cr2");
	/* What is known of RSP by its address alone. */
	static const struct {
		enum pm_address_class class;
		const char *words;
	} rows[] = {
		{ PM_ADDR_NULL,
		  "RSP is almost NULL: it was loaded from a structure that nobody set, or overwritten" },
		{ PM_ADDR_USER,
		  "RSP is an address of user space: the way from or to user mode ran with the user's stack" },
		{ PM_ADDR_NON_CANONICAL, "RSP is no address at all (non-canonical): it was overwritten" },
		{ PM_ADDR_CPU_ENTRY,
		  "RSP stands in the cpu entry area: on an entry or exception stack, or on one of espfix "
		  "(returns to 16-bit segments)" },
	};

	if (pm_found(inc, "recursion") || pm_found(inc, "missing-gate") || pm_found(inc, "guard-page") ||
	    pm_found(inc, "lost-stack"))
		return false;
	if (!sp || !cr2) {
		pm_find(inc, rule, PM_LIKELY, PM_RANK_READ, inc->fault.at,
			"a fault came while another one was being delivered: mostly the kernel stack was "
			"full, or RSP "
			"pointed to none%s",
			sp ? "" : "; RSP and CR2 would tell, and are not in the report");
		return true;
	}
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (rows[i].class == sp->class) {
			pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, sp->at, "%s", rows[i].words);
			return true;
		}
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	bool set = inc->fault.base_reg && inc->fault.base_from && !strcmp(inc->fault.base_reg, "rsp");
	/* A push at the guard page faults at RSP - 8, and its handler has no stack to start on. */
	bool below = cr2->value < sp->value && sp->value - cr2->value <= 4096;
	struct pm_finding *finding;

	if (!below) {
		finding = pm_find(
			inc, rule, PM_LIKELY, PM_RANK_CAUSE, cr2->at,
			"CR2 (0x%llx) is not near RSP (0x%llx): not the stack's end but a page fault at that "
			"address could not be delivered, or CR2 is from a fault before",
			(unsigned long long)cr2->value, (unsigned long long)sp->value);
		pm_because(inc, finding, sp->at);
		return true;
	}
	if (!(sp->value & 0xfff) && !set) {
		finding = pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, sp->at,
				  "RSP stands at the start of a page and CR2 is RSP - %llu: what was pushed "
				  "went into the "
				  "page below, which is not mapped",
				  (unsigned long long)(sp->value - cr2->value));
		pm_because(inc, finding, cr2->at);
		/* Of a stack that is full the frames above RSP can be read. */
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, sp->at,
			trace && trace->frames.n
				? "the kernel stack is used up to its last byte, and the page below is its "
				  "guard: "
				  "deep calls or large local variables; the page fault had no stack to run "
				  "on, hence "
				  "the double fault"
				: "no frame could be read at RSP: it pointed to no stack at all, or the "
				  "trace is lost; "
				  "the page fault had no stack to run on, hence the double fault");
		return true;
	}
	finding = pm_find(
		inc, rule, PM_LIKELY, PM_RANK_CAUSE, sp->at,
		set ? "CR2 lies just below RSP, which the code had just set (`%s`): RSP did not point into a "
		      "stack, and the page fault for it had none to run on, hence the double fault"
		    : "CR2 lies just below RSP: the stack was full, or RSP pointed to no stack at all; the "
		      "page fault for it had none to run on, hence the double fault%s",
		set ? inc->fault.base_from : "");
	pm_because(inc, finding, cr2->at);
	return true;
}

static const struct pm_rule rules[] = {
	{ "stack-overwritten", kernel_says, PM_K(STACK_GUARD) | PM_K(STACK_END) | PM_K(STACK_CANARY) },
	{ "stack-bounds", stack_bounds },
	{ "recursion", recursion },
	{ "stack-full-double-fault", double_fault, PM_K(DOUBLE_FAULT) },
};
const struct pm_theme pm_theme_stack = PM_THEME(rules);

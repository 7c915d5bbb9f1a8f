#include "console/kpanic/kpanic.h"

#include "decode/machine_check.h"

static const char *const words[] = { "KPANIC 1 ", NULL };
static const char *const marks[] = { "KPANIC 1 ", NULL };

/* Why such a report is not to be trusted whole. */
static const struct {
	const char *sum, *why;
} sums[] = {
	[PM_KPANIC_WHOLE] = { "ok", NULL },
	[PM_KPANIC_MIXED] = { "ok", NULL },
	[PM_KPANIC_CHANGED] = { "changed", "its lines do not have the sum that its last one tells" },
	[PM_KPANIC_CUT] = { "cut", "its end is missing" },
	[PM_KPANIC_HEADLESS] = { "cut", "its beginning is missing" },
};

/* The incident's log is of lines as they stand in the input; the words of the title are in other lines. */
static const char *message_of(struct pm_incident *inc, const struct pm_kpanic_cut *cut, struct pm_at *at_out)
{
	static const char *const firsts[] = { "BUG: ", "kernel BUG at ", "WARNING: " };
	const struct pm_fact *told = pm_incident_fact(inc, "verdict", "message");

	for (size_t i = 0; i < cut->report.lines.n; i++) {
		const struct pm_line *line = cut->report.lines.v[i];
		struct pm_slice body = pm_slice_trim(line->body);
		bool first = pm_slice_has(body, PM_S(" [#")) && inc->fault.has_vector;

		for (size_t k = 0; k < PM_COUNT(firsts); k++)
			first |= pm_slice_starts(body, pm_slice_of(firsts[k]));
		if (!first)
			continue;
		*at_out = line->at;
		return pm_arena_str(&inc->arena, body);
	}
	*at_out = inc->panic_reason ? inc->panic_at : told ? told->at : cut->report.lines.v[0]->at;
	return inc->panic_reason ? inc->panic_reason : told ? told->value : NULL;
}

/* "none" is no task, "-" what the host did not tell. */
static void drop_placeholders(struct pm_incident *inc)
{
	struct pm_trace *trace = pm_incident_crash_trace(inc);
	struct pm_machine *machine = &inc->machine;

	if (machine->release && !strcmp(machine->release, "-"))
		machine->release = NULL;
	if (inc->actor.has_pid && inc->actor.pid)
		return;
	if (!inc->actor.comm || strcmp(inc->actor.comm, "none"))
		return;
	inc->actor.comm = NULL;
	inc->actor.has_pid = false;
	inc->actor.context = PM_RUNS_UNKNOWN;
	if (trace) {
		trace->comm = NULL;
		trace->has_pid = false;
	}
}

/* The bank that reports an error, of "mc_status1" and its like: as Linux's machine checks are told. */
static void read_machine_check(struct pm_incident *inc)
{
	size_t n = inc->facts.n;

	for (size_t i = 0; i < n && !pm_incident_fact(inc, "machine-check", "bank"); i++) {
		const struct pm_fact status_fact = inc->facts.v[i];
		struct pm_slice name = pm_slice_of(status_fact.name), text = pm_slice_of(status_fact.value);
		uint64_t status, bank;

		if (strcmp(status_fact.group, "msr") || !pm_take(&name, PM_S("mc_status")) ||
		    !pm_slice_dec(name, &bank) || !pm_slice_hex(text, &status) || !(status >> 63))
			continue;
		const char *code = pm_mca_code((uint16_t)status, &inc->arena);
		struct pm_fact *fact = pm_incident_add_fact(
			inc, "machine-check", "mci_status", text,
			pm_arena_printf(&inc->arena, "%s%s%s", pm_mca_severity(status, PM_MCA_UNKNOWN),
					code ? ": " : "", code ? code : ""),
			status_fact.at);
		fact->part = pm_mca_part((uint16_t)status);
		pm_incident_add_fact(inc, "machine-check", "bank", name, NULL, status_fact.at);
		pm_incident_add_fact(inc, "machine-check", "cpu",
				     pm_slice_of(pm_arena_printf(&inc->arena, "%u", inc->actor.cpu)), NULL,
				     status_fact.at);
	}
}

/* The raw stack's words by their distance from the stack pointer. */
static void place_stack_words(struct pm_incident *inc)
{
	const struct pm_register *sp = pm_regs_find(pm_incident_regs(inc, PM_REGS_FAULT), "rsp");

	for (size_t i = 0; i < inc->stack_words.n; i++)
		inc->stack_words.v[i].from_sp = sp ? inc->stack_words.v[i].addr - sp->value : 8 * i;
}

static void read_sum(struct pm_incident *inc, enum pm_kpanic_sum sum, size_t foreign,
		     const struct pm_kpanic_cut *cut)
{
	struct pm_at at = cut->report.lines.v[cut->has_end ? cut->end : cut->report.lines.n - 1]->at;

	pm_incident_add_fact(inc, "integrity", "sum", pm_slice_of(sums[sum].sum), sums[sum].why, at);
	if (foreign)
		pm_incident_add_fact(inc, "integrity", "foreign_lines",
				     pm_slice_of(pm_arena_printf(&inc->arena, "%zu", foreign)),
				     "lines of others between those of the report", at);
	inc->corrupted = sums[sum].why != NULL;
	inc->corrupted_why = sums[sum].why;
	if (sum == PM_KPANIC_CUT && pm_incident_fact(inc, "cut", "bytes"))
		inc->corrupted_why = "the flight record had no room for its end";
}

/* ---- the flight record of a run before, as the next start prints it (formats/SPEC.md, section 5) ---- */

#define KEPT_PREFIX PM_S("last: ")
#define KEPT_LINES 4 /* between the line that tells of the record, and the record */

/* What the values mean that are words. */
static const struct {
	const char *name, *value, *meaning;
} kept_meanings[] = {
	{ "state", "running", "no code saw how that run ended" },
	{ "state", "panicking", "a panic had begun, and did not get as far as its report" },
	{ "state", "panicked", "a panic ended it" },
	{ "state", "rebooting", "it ended in order" },
	{ "state", "off", "it ended in order" },
	{ "damaged", "1", "more of it had changed than its check bytes can mend" },
	{ "image", "1", "found in an image of memory, which may be of a running system" },
};

static void read_kept(const struct pm_line *line, struct kf_line extension, struct pm_incident *inc)
{
	struct kf_pair pair;

	for (unsigned n = 0; n < 16 && kf_pair_next(&extension.rest, &pair); n++) {
		const char *meaning = NULL;
		char *name = pm_arena_str(&inc->arena, (struct pm_slice){ pair.key.p, pair.key.n });

		for (char *c = name; *c; c++)
			if (!pm_is_alnum(*c))
				*c = '_';
		struct pm_slice value = { pair.value.p, pair.value.n };
		for (size_t i = 0; i < PM_COUNT(kept_meanings); i++)
			if (!strcmp(kept_meanings[i].name, name) &&
			    pm_slice_eq(value, pm_slice_of(kept_meanings[i].value)))
				meaning = kept_meanings[i].meaning;
		pm_incident_add_fact(inc, "kept", name, value, meaning, line->at);
	}
}

/* Is the report one that was kept?  Then what stands before it tells how. */
static void find_kept(const struct pm_window *window, const struct pm_kpanic_cut *cut,
		      struct pm_incident *inc)
{
	const struct pm_line *first = cut->report.lines.v[0];
	size_t start = window->start, marked = pm_slice_find(window->lines[start].raw, PM_S(KF_REPORT_MARK));
	struct pm_slice before = pm_slice_upto(window->lines[start].raw, marked);

	if (cut->has_begin)
		inc->told_by = pm_arena_str(&inc->arena, first->body);
	if (!pm_slice_ends(before, KEPT_PREFIX))
		return;
	inc->is_copy = true;
	for (size_t i = start; i > 0 && i + KEPT_LINES > start; i--) {
		const struct pm_line *line = &window->lines[i - 1];
		size_t at = kf_line_find(line->raw.p, line->raw.n);
		struct kf_line extension;

		if (!kf_line_read(line->raw.p + at, line->raw.n - at, &extension) ||
		    !pm_slice_eq((struct pm_slice){ extension.word.p, extension.word.n }, PM_S("kept")))
			continue;
		read_kept(line, extension, inc);
		return;
	}
}

static bool read_report(struct pm_window *window, struct pm_incident *inc)
{
	struct pm_kpanic_cut cut;
	size_t foreign;

	if (window->taken[window->start])
		return false;
	pm_kpanic_cut(window, &inc->arena, &cut);
	bool *seen = pm_arena_alloc(&inc->arena, cut.report.lines.n * sizeof(*seen));
	inc->machine.system = PM_KPANIC;
	/* What is printed first names no failure; message_of finds the line that does. */
	inc->fault.message = "";
	pm_oops_read(&cut.report, inc, &pm_oops_kpanic, seen);
	enum pm_kpanic_sum sum = pm_kpanic_settle(window, &cut, seen, inc, &foreign);
	inc->fault.message = message_of(inc, &cut, &inc->fault.at);
	place_stack_words(inc);
	drop_placeholders(inc);
	read_machine_check(inc);
	read_sum(inc, sum, foreign, &cut);
	find_kept(window, &cut, inc);
	/* Of a flight record all places are those of the CPUs' last ticks. */
	const struct pm_fact *report_number = pm_incident_fact(inc, "report", "report");
	if (report_number && !strcmp(report_number->value, "0")) {
		inc->place = (struct pm_place){ 0 };
		for (size_t i = 0; i < inc->traces.n; i++)
			if (inc->traces.v[i].has_cpu)
				inc->traces.v[i].role = PM_TRACE_CPU;
	}
	pm_kpanic_name(inc);
	inc->context_how = "one report: from its first line to its last";
	return true;
}

const struct pm_console_system pm_console_kpanic = { PM_KPANIC, pm_kpanic_starts, read_report, words, marks };

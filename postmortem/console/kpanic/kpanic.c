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
	pm_kpanic_name(inc);
	inc->context_how = "one report: from its first line to its last";
	return true;
}

const struct pm_console_system pm_console_kpanic = { PM_KPANIC, pm_kpanic_starts, read_report, words, marks };

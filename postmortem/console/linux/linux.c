#include "console/linux/identify.h"
#include "console/linux/interleave.h"
#include "console/linux/join.h"
#include "console/oops/fields.h"

/* Lines in which a stack must be dumped behind a warning that no row knows. */
#define STACK_LINES 6

static const char *const marks[] = { "Linux version ", NULL };

static const struct pm_field_row *const tables[] = {
	pm_rows_machine, pm_rows_fault, pm_rows_trace, pm_rows_x86,  pm_rows_arm64,     pm_rows_arm,
	pm_rows_riscv,   pm_rows_ppc,   pm_rows_s390,  pm_rows_mips, pm_rows_loongarch, NULL,
};

const struct pm_oops_dialect pm_oops_linux = { PM_LINUX, tables, .taints = true, .loose = true };

static bool starts(const struct pm_line *line)
{
	return pm_printk_start(line) != PM_NO_START;
}

/* A boot is only a failure where a kernel was running, and said nothing of ending. */
static bool unexpected(const struct pm_window *window)
{
	static const char *const ends[] = {
		"reboot: ",   "Restarting system", "Rebooting in",
		"Power down", "System halted",     "Kernel panic",
	};
	bool ran = false;

	for (size_t i = 0; i < window->start; i++) {
		ran |= window->lines[i].time_ns >= 0;
		for (size_t k = 0; k < PM_COUNT(ends); k++)
			if (pm_slice_has(window->lines[i].body, pm_slice_of(ends[k])))
				return false;
	}
	return ran;
}

/* Dashboards do not tell such lines apart: where the lines as they stand are a damaged report, that is its title
 * by their conventions, and the one of the lines told apart stands beside it. */
static void name_by_convention(const struct pm_window *window, struct pm_incident *inc)
{
	struct pm_window whole = *window;
	struct pm_printk_report report;
	struct pm_incident named;

	pm_incident_init(&named);
	whole.lines = pm_arena_alloc(&named.arena, window->n * sizeof(*whole.lines));
	whole.taken = pm_arena_alloc(&named.arena, window->n * sizeof(*whole.taken));
	for (size_t i = 0; i < window->n; i++) {
		whole.lines[i] = window->lines[i];
		if (whole.lines[i].context.kind == PM_CONTEXT_GUESSED)
			whole.lines[i].context = (struct pm_context){ PM_CONTEXT_CONSOLE, 0 };
	}
	pm_printk_segment(&whole, &named.arena, &report);
	if (pm_printk_identify(&report, &named) && named.corrupted) {
		inc->title_apart = inc->title;
		inc->title = pm_arena_str(&inc->arena, pm_slice_of(named.title));
		inc->type = named.type;
		inc->alt_titles.n = 0;
		for (size_t i = 0; i < named.alt_titles.n; i++)
			*PM_PUSH(&inc->arena, &inc->alt_titles) =
				pm_arena_str(&inc->arena, pm_slice_of(named.alt_titles.v[i]));
		inc->corrupted = true;
		inc->corrupted_why = named.corrupted_why; /* static */
	}
	pm_incident_deinit(&named);
}

/* dump_stack() begins with a line about the CPU and its task. */
static bool dumps_stack(const struct pm_window *window)
{
	const struct pm_line *first = &window->lines[window->start];

	for (size_t i = window->start + 1, own = 0; i < window->n && own < STACK_LINES; i++) {
		if (!pm_context_same(window->lines[i].context, first->context))
			continue;
		own++;
		if (pm_match("^CPU: {d} {*}PID: {d} Comm: ", window->lines[i].body, NULL))
			return true;
	}
	return false;
}

static bool read_report(struct pm_window *window, struct pm_incident *inc)
{
	struct pm_printk_report report;
	const struct pm_printk_family *family;

	if (window->taken[window->start])
		return false;
	if (pm_printk_start(&window->lines[window->start]) == PM_MAYBE && !dumps_stack(window))
		return false;
	pm_printk_join_records(window, &inc->arena);
	pm_printk_interleaved(window, &inc->arena);
	pm_printk_segment(window, &inc->arena, &report);
	if (!pm_printk_identify(&report, inc))
		return false;
	if (inc->fault.kind == PM_KIND_REBOOT && !unexpected(window))
		return false;
	if (report.apart)
		name_by_convention(window, inc);
	pm_oops_read(&report, inc, &pm_oops_linux, NULL);
	const struct pm_printk_row *row = pm_printk_row_of(&report, &family);
	if (row && row->fields)
		row->fields(&report, inc);
	else if (family && family->fields)
		family->fields(&report, inc);
	return true;
}

const struct pm_console_system pm_console_linux = { PM_LINUX, starts, read_report, pm_printk_words, marks };

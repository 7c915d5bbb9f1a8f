#include "console/linux/identify.h"

static const char *const marks[] = { "Linux version ", NULL };

static bool starts(const struct pm_line *line)
{
	return pm_linux_start(line) != PM_NO_START;
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

static bool read_report(struct pm_window *window, struct pm_incident *inc)
{
	struct pm_linux_report report;
	const struct pm_linux_family *family;

	if (window->taken[window->start])
		return false;
	pm_linux_segment(window, &inc->arena, &report);
	if (!pm_linux_identify(&report, inc))
		return false;
	if (inc->fault.kind == PM_KIND_REBOOT && !unexpected(window))
		return false;
	pm_linux_fields(&report, inc);
	const struct pm_linux_row *row = pm_linux_row_of(&report, &family);
	if (row && row->fields)
		row->fields(&report, inc);
	else if (family && family->fields)
		family->fields(&report, inc);
	return true;
}

const struct pm_console_system pm_console_linux = { PM_LINUX, starts, read_report, pm_linux_words, marks };

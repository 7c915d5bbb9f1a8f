#include "console/linux/identify.h"

static const char *const marks[] = { "Linux version ", NULL };

static bool starts(const struct pm_line *line)
{
	return pm_linux_start(line) != PM_NO_START;
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
	pm_linux_fields(&report, inc);
	const struct pm_linux_row *row = pm_linux_row_of(&report, &family);
	if (row && row->fields)
		row->fields(&report, inc);
	else if (family && family->fields)
		family->fields(&report, inc);
	return true;
}

const struct pm_console_system pm_console_linux = { PM_LINUX, starts, read_report, pm_linux_words, marks };

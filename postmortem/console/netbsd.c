#include "console/report.h"

static const char *const words[] = { NULL };
static const char *const marks[] = { NULL };

static bool starts(const struct pm_line *line)
{
	(void)line;
	return false;
}

static bool read_report(struct pm_window *window, struct pm_incident *inc)
{
	(void)window;
	(void)inc;
	return false;
}

const struct pm_console_system pm_console_netbsd = { PM_NETBSD, starts, read_report, words, marks };

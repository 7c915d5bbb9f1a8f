#include "cmd/report.h"

#include <string.h>
#include <unistd.h>

static const struct option long_options[] = {
	PM_REPORT_LONG_OPTIONS,
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

int pm_cmd_explain(int argc, char **argv)
{
	static char standard_input[] = "-";
	static char *only_stdin[] = { standard_input, NULL };
	struct pm_report_options options;
	int c;

	pm_report_options_init(&options);
	while ((c = getopt_long(argc, argv, "vh", long_options, NULL)) != -1) {
		if (c == 'h')
			return pm_cmd_help("explain");
		if (!pm_report_option(&options, c, optarg)) {
			pm_cmd_say("see kpanic explain --help");
			return PM_STATUS_USAGE;
		}
	}
	char **files = argv + optind;
	if (!*files) {
		if (isatty(STDIN_FILENO)) {
			pm_cmd_say("no file is named: give one, or pipe a log into it");
			return PM_STATUS_USAGE;
		}
		files = only_stdin;
	}
	size_t stdins = 0;
	for (char **file = files; *file; file++)
		stdins += !strcmp(*file, "-");
	if (stdins > 1) {
		pm_cmd_say("standard input ('-') can be read only once");
		return PM_STATUS_USAGE;
	}
	if (!pm_report_options_fit(&options))
		return PM_STATUS_USAGE;
	struct pm_report_run *run = pm_report_begin(&options, files);
	pm_report_files(run, files);
	return pm_report_end(run);
}

#include "cmd/cmd.h"

#include "cmd/report.h"

#include <stdio.h>
#include <string.h>

const struct pm_cmd pm_cmds[] = {
	{ "explain", "[OPTION…] [FILE…]",
	  "explain what a panic left behind (also without the word: kpanic FILE)",
	  "Each FILE is a console log, gzip, xz or zstd compressed or not, or a part of a\n"
	  "pstore record; standard input without one, or for '-'.\n\n" PM_REPORT_OPTIONS_HELP,
	  pm_cmd_explain },
	{ "last", "[OPTION…]", "explain this host's latest panic",
	  "Looks at the journals of earlier boots, /sys/fs/pstore, systemd's archive of it,\n"
	  "and /var/crash, and explains the newest panic.\n\n"
	  "  --root DIR       look below DIR: the mounted disk of a machine that is down\n"
	  "  --list           only list what was found, newest first\n" PM_REPORT_OPTIONS_HELP,
	  pm_cmd_last },
};
const unsigned pm_cmds_count = sizeof(pm_cmds) / sizeof(pm_cmds[0]);

int pm_cmd_help(const char *name)
{
	for (unsigned i = 0; i < pm_cmds_count; i++) {
		const struct pm_cmd *cmd = &pm_cmds[i];

		if (!strcmp(cmd->name, name))
			printf("usage: kpanic %s %s\n\n%s\n\n%s", cmd->name, cmd->arguments, cmd->summary,
			       cmd->help ? cmd->help : "");
	}
	return PM_STATUS_OK;
}

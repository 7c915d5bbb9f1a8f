#include "cmd/cmd.h"
#include "cmd/report.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifndef PM_VERSION
#define PM_VERSION "0.1.0"
#endif

static int usage(FILE *out, int status)
{
	fputs("usage: kpanic [OPTION...] [FILE...]\n"
	      "       kpanic COMMAND [ARG...]\n\n"
	      "Explains what a kernel panic left behind: a console log, a memory dump,\n"
	      "standard input (-).\n\n"
	      "commands:\n",
	      out);
	for (unsigned i = 0; i < pm_cmds_count; i++)
		fprintf(out, "  %-10s %s\n", pm_cmds[i].name, pm_cmds[i].summary);
	fputs("\noptions:\n"
	      "  -h, --help       this; kpanic COMMAND --help: that of a command\n"
	      "  --version        the version\n"
	      "and with FILE those of explain:\n" PM_REPORT_OPTIONS_HELP
	      "\nExit status: 0 explained, 1 no report found, 2 bad usage, 3 unreadable.\n"
	      "`kpanic COMMAND --help` tells more; so does man kpanic.\n",
	      out);
	return status;
}

static const struct pm_cmd *command(const char *name)
{
	for (unsigned i = 0; i < pm_cmds_count; i++)
		if (!strcmp(name, pm_cmds[i].name))
			return &pm_cmds[i];
	return NULL;
}

/* "nosuch: no such command (explain, last, symbolize)" to standard error. */
static void say_commands(const char *name, const char *what)
{
	struct pm_buf words = { 0 };

	for (unsigned i = 0; i < pm_cmds_count; i++)
		pm_buf_printf(&words, "%s%s", i ? ", " : "", pm_cmds[i].name);
	pm_cmd_say("%s: %s (%s)", name, what, words.data);
	pm_buf_deinit(&words);
}

/* `kpanic help [COMMAND]` */
static int help(const char *name)
{
	if (!name)
		return pm_cmd_printed(usage(stdout, PM_STATUS_OK));
	if (command(name))
		return pm_cmd_help(name);
	say_commands(name, "no such command");
	return PM_STATUS_USAGE;
}

int main(int argc, char **argv)
{
	/* A reader that closes the pipe is noticed by the write error, not by a signal. */
	signal(SIGPIPE, SIG_IGN);

	pm_cmd_hold_standard_files();
	setlocale(LC_CTYPE, "");
	/* getopt names the program in its messages. */
	static char program[] = "kpanic";

	if (argc < 2 && isatty(STDIN_FILENO))
		return usage(stderr, PM_STATUS_USAGE);
	if (argc < 2)
		return pm_cmd_explain(argc, argv);
	argv[0] = program;
	if (!strcmp(argv[1], "help"))
		return help(argv[2]);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return pm_cmd_printed(usage(stdout, PM_STATUS_OK));
	if (!strcmp(argv[1], "--version")) {
		puts("kpanic " PM_VERSION);
		return pm_cmd_printed(PM_STATUS_OK);
	}
	const struct pm_cmd *cmd = command(argv[1]);
	if (cmd) {
		argv[1] = program;
		return cmd->run(argc - 1, argv + 1);
	}
	/* A word that is no file was meant as a command. */
	if (*argv[1] && argv[1][0] != '-' && !strpbrk(argv[1], "/.") && access(argv[1], F_OK)) {
		say_commands(argv[1], "no such file, nor a command");
		return PM_STATUS_UNREADABLE;
	}
	return pm_cmd_explain(argc, argv);
}

#include "cmd/cmd.h"

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
	fputs("usage: kpanic FILE…            explain what a panic left behind\n"
	      "       kpanic COMMAND [ARG…]\n\ncommands:\n",
	      out);
	for (unsigned i = 0; i < pm_cmds_count; i++)
		fprintf(out, "  %-10s %s\n", pm_cmds[i].name, pm_cmds[i].summary);
	fputs("\n`kpanic COMMAND --help` tells more; so does man kpanic.\n", out);
	return status;
}

int main(int argc, char **argv)
{
	/* A reader that closes the pipe is noticed by the write error, not by a signal. */
	signal(SIGPIPE, SIG_IGN);

	setlocale(LC_CTYPE, "");
	/* getopt names the program in its messages. */
	static char program[] = "kpanic";

	if (argc < 2 && isatty(STDIN_FILENO))
		return usage(stderr, PM_STATUS_USAGE);
	if (argc < 2)
		return pm_cmd_explain(argc, argv);
	argv[0] = program;
	if (argc > 2 && !strcmp(argv[1], "help"))
		for (unsigned i = 0; i < pm_cmds_count; i++)
			if (!strcmp(argv[2], pm_cmds[i].name))
				return pm_cmd_help(argv[2]);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
		return usage(stdout, PM_STATUS_OK);
	if (!strcmp(argv[1], "--version")) {
		puts("kpanic " PM_VERSION);
		return PM_STATUS_OK;
	}
	for (unsigned i = 0; i < pm_cmds_count; i++) {
		const struct pm_cmd *cmd = &pm_cmds[i];

		if (strcmp(argv[1], cmd->name))
			continue;
		argv[1] = program;
		return cmd->run(argc - 1, argv + 1);
	}
	/* A word that is no file was meant as a command. */
	if (argv[1][0] != '-' && !strpbrk(argv[1], "/.") && access(argv[1], F_OK)) {
		fprintf(stderr, "kpanic: %s: no such file, nor a command (", argv[1]);
		for (unsigned i = 0; i < pm_cmds_count; i++)
			fprintf(stderr, "%s%s", i ? ", " : "", pm_cmds[i].name);
		fputs(")\n", stderr);
		return PM_STATUS_UNREADABLE;
	}
	return pm_cmd_explain(argc, argv);
}

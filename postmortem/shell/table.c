/* The commands, and a line of them taken apart. */
#include "shell/shell.h"

#include "base/slice.h"

#include <stdlib.h>
#include <string.h>

const struct pm_shell_command pm_shell_commands[] = {
	{ "bt", "[-a] [-f] [-l] [-s] [PID|TASK|all]…", "stack traces",
	  "  -a    of the task on each CPU\n"
	  "  -f    with the words of each frame\n"
	  "  -s    with the offset in each function\n",
	  pm_shell_bt },
	{ "dis", "[-r|-f] [-x] ADDRESS|SYMBOL [N]", "instructions",
	  "  -r      from the function's start up to the address\n"
	  "  -f      from the address up to the function's end\n"
	  "  -x      with the bytes\n",
	  pm_shell_dis },
	{ "files", "[PID|TASK]…", "open files", NULL, pm_shell_files },
	{ "help", "[COMMAND]", "the commands, or one of them", NULL, pm_shell_help },
	{ "id", "ADDRESS…", "what an address is", NULL, pm_shell_id },
	{ "log", "[-m] [-t]", "the kernel's log",
	  "  -m    with the level of each line\n"
	  "  -t    without time stamps\n",
	  pm_shell_log },
	{ "mod", "", "the modules that are loaded", NULL, pm_shell_mod },
	{ "ps", "[-k|-u|-G] [PID|TASK|COMMAND]…", "the tasks",
	  "  -k    kernel threads only\n"
	  "  -u    user tasks only\n"
	  "  -G    the leader of each thread group only\n",
	  pm_shell_ps },
	{ "rd", "[-p] [-s] [-d] [-x] [-8|-16|-32|-64] [-e END] ADDRESS [N]", "memory",
	  "  -p      the address is physical\n"
	  "  -s      symbols for what points to them\n"
	  "  -d      decimal\n"
	  "  -x      without the text beside it\n"
	  "  -8 …    bits of a unit\n"
	  "  -e END  up to this address\n",
	  pm_shell_rd },
	{ "set", "[PID|TASK|-p]", "show or choose the current task", "  -p    the task that panicked\n",
	  pm_shell_set },
	{ "struct", "[-o] [-x] [-c N] TYPE[.MEMBER,…] [ADDRESS]…", "a type, or memory by it",
	  "  -o      with the offset of each member\n"
	  "  -x      integers in hex\n"
	  "  -c N    so many of them, one behind the other\n",
	  pm_shell_struct },
	{ "sym", "[-q TEXT] [ADDRESS|SYMBOL]…", "symbols by address or name",
	  "  -q TEXT    those whose name holds TEXT\n", pm_shell_sym },
	{ "sys", "", "the system and its panic", NULL, pm_shell_sys },
	{ "union", "[-o] [-x] TYPE[.MEMBER,…] [ADDRESS]…", "as struct", NULL, pm_shell_struct },
	{ "vm", "[PID|TASK]…", "the mappings of a process", NULL, pm_shell_vm },
	{ "*", "TYPE[.MEMBER,…] [ADDRESS]…", "as struct, whatever the type is", NULL, pm_shell_struct },
};
const size_t pm_shell_commands_n = sizeof(pm_shell_commands) / sizeof(pm_shell_commands[0]);

enum { max_words = 64 };

/* Splits at blanks; quotes keep them. */
static int split(char *text, char *words[max_words])
{
	int n = 0;

	while (*text && n < max_words - 1) {
		text += strspn(text, " \t\r");
		if (!*text)
			break;
		char quote = *text == '"' || *text == '\'' ? *text++ : 0;

		words[n++] = text;
		text += quote ? strcspn(text, (char[]){ quote, 0 }) : strcspn(text, " \t\r");
		if (*text)
			*text++ = 0;
	}
	words[n] = NULL;
	return n;
}

static bool run_one(struct pm_shell *sh, char *text)
{
	char *words[max_words];
	int n = split(text, words);

	if (!n || *words[0] == '#')
		return true;
	for (size_t i = 0; i < pm_shell_commands_n; i++)
		if (!strcmp(words[0], pm_shell_commands[i].name))
			return pm_shell_commands[i].run(sh, n, words);
	return pm_shell_error(sh, words[0], "no such command; 'help' lists them");
}

bool pm_shell_run(struct pm_shell *sh, const char *line)
{
	bool all = true;

	while (*line) {
		size_t n = strcspn(line, ";\n");
		char *one = pm_printf("%.*s", (int)n, line);

		if (!run_one(sh, one)) {
			sh->failures++;
			all = false;
		}
		free(one);
		line += n + (line[n] != 0);
	}
	return all;
}

bool pm_shell_help(struct pm_shell *sh, int argc, char **argv)
{
	for (size_t i = 0; i < pm_shell_commands_n; i++) {
		const struct pm_shell_command *cmd = &pm_shell_commands[i];

		if (argc < 2)
			fprintf(sh->out, "  %-8s %s\n", cmd->name, cmd->summary);
		else if (!strcmp(argv[1], cmd->name)) {
			fprintf(sh->out, "%s %s\n  %s\n%s", cmd->name, cmd->arguments, cmd->summary,
				cmd->help ? cmd->help : "");
			return true;
		}
	}
	return argc < 2 || pm_shell_error(sh, "help", "no command '%s'", argv[1]);
}

/* The commands, and a line of them taken apart. */
#include "shell/shell.h"

#include "base/slice.h"
#include "linux/kernel_types.h"

#include <stdlib.h>
#include <string.h>

const struct pm_shell_command pm_shell_commands[] = {
	{ "blocked", "", "tasks in uninterruptible sleep, grouped by their stacks", NULL, pm_shell_blocked,
	  true, true },
	{ "bt", "[-f] [-l] [-p] [-s] [-t] [-a | -c CPU,... | PID|TASK|all...]", "stack traces",
	  "  -a        of the task on each CPU\n"
	  "  -c CPU,...  of the task on these: 0,2-4\n"
	  "  -f        with the words of each frame\n"
	  "  -l        with source lines, from the vmlinux given or one that is installed\n"
	  "  -p        with the parameters of each function, inlined ones too, from it\n"
	  "  -s        with the offset in each function\n"
	  "  -t        every code address on the stack instead\n",
	  pm_shell_bt },
	{ "dis", "[-r|-f] [-x] ADDRESS|SYMBOL [N]", "instructions",
	  "  -r      from the function's start up to the address\n"
	  "  -f      from the address up to the function's end\n"
	  "  -x      with the bytes\n",
	  pm_shell_dis },
	{ "files", "[PID|TASK]...", "open files", NULL, pm_shell_files, true, true },
	{ "help", "[COMMAND]", "the commands, or one of them", NULL, pm_shell_help },
	{ "id", "ADDRESS...", "what an address is, of the kernel or the current task's process", NULL,
	  pm_shell_id },
	{ "kmem", "-i | -s [CACHE]... | [-s] ADDRESS...", "what memory is used for",
	  "  -i         all of it, in pages\n"
	  "  -s         the slab caches, or those named\n"
	  "  ADDRESS    the slab, object, task and page that an address belongs to\n",
	  pm_shell_kmem, true, true },
	{ "locks", "[PID|TASK]...", "who waits for which lock, and who holds it", NULL, pm_shell_locks, true,
	  true },
	{ "log", "[-c] [-m] [-t | -T]", "the kernel's log",
	  "  -c    with the task or CPU that printed each line\n"
	  "  -m    with the level of each line\n"
	  "  -t    without time stamps\n"
	  "  -T    with the date and time of each line\n",
	  pm_shell_log },
	{ "mod", "[-t]", "the modules that are loaded", "  -t    those that taint the kernel, and how\n",
	  pm_shell_mod, true, true },
	{ "ps", "[-k|-u|-G] [PID|TASK|COMMAND]...", "the tasks",
	  "  -k    kernel threads only\n"
	  "  -u    user tasks only\n"
	  "  -G    the leader of each thread group only\n",
	  pm_shell_ps, true },
	{ "rd", "[-p] [-s] [-d] [-x] [-8|-16|-32|-64] [-e END] ADDRESS [N]", "memory",
	  "  -p      the address is physical\n"
	  "  -s      symbols for what points to them\n"
	  "  -d      decimal\n"
	  "  -x      without the text beside it\n"
	  "  -8 ...    bits of a unit\n"
	  "  -e END  up to this address\n"
	  "SYMBOL:CPUS is a per-CPU symbol's address: runqueues:0,2-3, runqueues:a\n",
	  pm_shell_rd },
	{ "set", "[PID|TASK|-p]", "show or choose the current task", "  -p    the task that panicked\n",
	  pm_shell_set, true, true },
	{ "struct", "[-o] [-x] [-c N] TYPE[.MEMBER,...] [ADDRESS]...", "a type, or memory by it",
	  "  -o      with the offset of each member, or where it stands, instead of values\n"
	  "  -x      integers in hex\n"
	  "  -c N    so many of them, one behind the other\n"
	  "ADDRESS is also SYMBOL:CPUS, of a per-CPU symbol: runqueues:0,2-3, runqueues:a\n",
	  pm_shell_struct, false, true },
	{ "sym", "-l | -M | -m MODULE | -q TEXT | ADDRESS|SYMBOL...", "symbols by address or name",
	  "  SYMBOL:CPUS  of a per-CPU symbol: runqueues:0,2-3, runqueues:a\n"
	  "  -l           all, the modules' too\n"
	  "  -M           those of all modules\n"
	  "  -m MODULE    those of a module\n"
	  "  -q TEXT      those whose name holds TEXT\n",
	  pm_shell_sym },
	{ "sys", "", "the system and its panic", NULL, pm_shell_sys },
	{ "union", "[-o] [-x] TYPE[.MEMBER,...] [ADDRESS]...", "as struct", NULL, pm_shell_struct, false,
	  true },
	{ "vm", "[PID|TASK]...", "the mappings of a process", NULL, pm_shell_vm, true, true },
	{ "vtop", "[-u | -c PID|TASK] ADDRESS|SYMBOL...",
	  "virtual address to physical, with the tables on the way",
	  "  -u      of the current task's process, whatever the address is\n"
	  "  -c PID  of that task's process\n",
	  pm_shell_vtop },
	{ "*", "TYPE[.MEMBER,...] [ADDRESS]...", "as struct, whatever the type is", NULL, pm_shell_struct,
	  false, true },
};
const size_t pm_shell_commands_n = sizeof(pm_shell_commands) / sizeof(pm_shell_commands[0]);

/* Those of crash that are not here yet.  Many are types' names, too, whose declaration is not what was asked for. */
static const char *const not_yet[] = { "alias",   "ascii",    "bpf",    "btop", "dev",  "eval", "extend",
				       "foreach", "fuser",    "gdb",    "ipcs", "irq",  "list", "mach",
				       "mount",   "net",      "p",      "pte",  "ptob", "ptov", "repeat",
				       "runq",    "sbitmapq", "search", "sig",  "swap", "task", "timer",
				       "tree",    "waitq",    "whatis", "wr" };

static bool not_implemented(struct pm_shell *sh, const char *name)
{
	for (size_t i = 0; i < PM_COUNT(not_yet); i++)
		if (!strcmp(name, not_yet[i])) {
			if (pm_shell_has_type(sh, name))
				pm_shell_error(sh, NULL,
					       "not implemented: %s; '* %s' is the type of that name", name,
					       name);
			else
				pm_shell_error(sh, NULL, "not implemented: %s; 'help' lists what is", name);
			return true;
		}
	return false;
}

/* Splits at blanks; quotes keep them.  words has room for every second character, and the end. */
static int split(char *text, char **words)
{
	int n = 0;

	while (*text) {
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

/* "-fl" → "-f" "-l": options that are put together, none of which is longer than a letter.  Freed by the caller. */
static char **split_options(int *n, char **words)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static char option['z' + 1][3]; /* "-f" for each letter */
	size_t room = 1;
	int to = 0;

	for (int i = 0; i < *n; i++)
		room += strlen(words[i]) + 1;
	char **out = pm_alloc(room * sizeof(*out));
	for (int i = 0; i < *n; i++) {
		const char *letter = words[i] + 1;

		if (!i || *words[i] != '-' || strlen(letter) < 2 || letter[strspn(letter, letters)]) {
			out[to++] = words[i];
			continue;
		}
		for (; *letter; letter++) {
			char *one = option[(unsigned char)*letter];

			one[0] = '-';
			one[1] = *letter;
			out[to++] = one;
		}
	}
	out[to] = NULL;
	*n = to;
	return out;
}

static bool run_command(struct pm_shell *sh, const struct pm_shell_command *command, int n, char **words)
{
	if (command->needs_linux && sh->image)
		return pm_shell_error(sh, command->name,
				      "it reads structures of Linux, and this is another kernel");
	if (command->needs_types && !sh->image && !sh->btf)
		return pm_shell_no_types(sh, command->name);
	char **separate = split_options(&n, words);
	bool ok = command->run(sh, n, separate);

	free(separate);
	return ok;
}

/* words[-1] is free. */
static bool run_words(struct pm_shell *sh, int n, char **words)
{
	static char star[] = "*";

	if (!strcmp(words[0], "q") || !strcmp(words[0], "quit") || !strcmp(words[0], "exit")) {
		sh->ended = true;
		return true;
	}
	for (size_t i = 0; i < pm_shell_commands_n; i++)
		if (!strcmp(words[0], pm_shell_commands[i].name))
			return run_command(sh, &pm_shell_commands[i], n, words);
	if (not_implemented(sh, words[0]))
		return false;
	/* "task_struct.pid ADDRESS": a type alone is a command, as in crash. */
	char type[256];

	snprintf(type, sizeof(type), "%.*s", (int)strcspn(words[0], "."), words[0]);
	if (pm_shell_has_type(sh, type)) {
		words[-1] = star;
		return pm_shell_struct(sh, n + 1, words - 1);
	}
	return pm_shell_error(sh, NULL, "no such command: %s; 'help' lists them", words[0]);
}

static void open_object(struct pm_shell *sh, int n, char **words)
{
	pm_json_open(sh->json, NULL, '{');
	pm_json_str(sh->json, "command", words[0]);
	pm_json_open(sh->json, "arguments", '[');
	for (int i = 1; i < n; i++)
		pm_json_str(sh->json, NULL, words[i]);
	pm_json_close(sh->json, ']');
	pm_arena_init(&sh->errors_arena);
}

/* A line of its own for each object, and no comma between them. */
static void close_object(struct pm_shell *sh)
{
	if (sh->errors.n) {
		pm_json_open(sh->json, "errors", '[');
		for (size_t i = 0; i < sh->errors.n; i++)
			pm_json_str(sh->json, NULL, sh->errors.v[i]);
		pm_json_close(sh->json, ']');
	}
	pm_json_close(sh->json, '}');
	sh->json->comma = false;
	fputc('\n', sh->out);
	pm_arena_deinit(&sh->errors_arena);
	memset(&sh->errors, 0, sizeof(sh->errors));
}

static bool run_one(struct pm_shell *sh, char *text)
{
	char **room = pm_alloc((strlen(text) / 2 + 3) * sizeof(*room)), **words = room + 1;
	int n = split(text, words);
	bool ok = true;

	if (n && *words[0] != '#') {
		if (sh->json)
			open_object(sh, n, words);
		ok = run_words(sh, n, words);
		if (sh->json)
			close_object(sh);
	}
	free(room);
	return ok;
}

bool pm_shell_run(struct pm_shell *sh, const char *line)
{
	bool all = true;

	while (*line && !sh->ended) {
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
	bool found = argc < 2;

	if (sh->json)
		pm_json_open(sh->json, "commands", '[');
	for (size_t i = 0; i < pm_shell_commands_n; i++) {
		const struct pm_shell_command *cmd = &pm_shell_commands[i];

		if (argc < 2 && sh->image && cmd->needs_linux)
			continue;
		if (sh->json && (argc < 2 || !strcmp(argv[1], cmd->name))) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_str(sh->json, "name", cmd->name);
			pm_json_str(sh->json, "arguments", cmd->arguments);
			pm_json_str(sh->json, "summary", cmd->summary);
			pm_json_str(sh->json, "help", cmd->help);
			pm_json_close(sh->json, '}');
			found = true;
		} else if (sh->json) {
			continue;
		} else if (argc < 2) {
			fprintf(sh->out, "  %-8s %s\n", cmd->name, cmd->summary);
		} else if (!strcmp(argv[1], cmd->name)) {
			fprintf(sh->out, "%s %s\n  %s\n%s", cmd->name, cmd->arguments, cmd->summary,
				cmd->help ? cmd->help : "");
			return true;
		}
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	if (!found && not_implemented(sh, argv[1]))
		return false;
	return found || pm_shell_no_such(sh, "help", "command", argv[1], NULL);
}

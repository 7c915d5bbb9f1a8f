/* A line of commands, taken apart and run. */
#include "shell/commands.h"

#include "base/interrupt.h"

#include <stdlib.h>
#include <string.h>

bool pm_shell_interrupted(struct pm_shell *sh)
{
	(void)sh;
	return pm_interrupted();
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
	if (command->raw)
		return command->run(sh, n, words);
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
	const struct pm_shell_command *command = pm_shell_command_find(words[0]);

	if (command)
		return run_command(sh, command, n, words);
	if (pm_shell_not_implemented(sh, words[0]))
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

/* A line of commands, taken apart and run. */
#include "shell/commands.h"
#include "shell/output.h"
#include "shell/settings.h"

#include "base/interrupt.h"

#include <stdlib.h>
#include <string.h>

/* What is between two separators of a line. */
struct piece {
	char *text;   /* up to its redirections, which are cut off */
	char *input;  /* the file behind '<'; NULL: none */
	char *target; /* what stands behind '>' or '|' */
	enum pm_shell_output_kind kind;
};

/* Aliases of aliases, scripts that run scripts. */
static const unsigned max_depth = 8;

bool pm_shell_interrupted(struct pm_shell *sh)
{
	/* who reads what is written has left */
	return pm_interrupted() || ferror(sh->out);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Where the redirections of a command begin; NULL: none. */
struct marks {
	const char *input;  /* '<' */
	const char *output; /* its first '|' or '>' */
};

/* Is it a mark, and not part of an operator ("->", "<<", "<=")? */
static bool is_mark(const char *text, const char *at)
{
	switch (*at) {
	case '|':
		return true;
	case '>':
		return at == text || at[-1] != '-';
	case '<':
		return (at == text || is_blank(at[-1])) && at[1] != '<' && at[1] != '=';
	default:
		return false;
	}
}

/* Where the command ends that text begins with: at ';' or the line's end.  Quotes and parentheses keep all that is
 * special; behind '|' quotes are as /bin/sh has them, before it they begin where a word does. */
static const char *find_end(const char *text, struct marks *marks)
{
	const char *at = text;
	unsigned depth = 0;
	char quote = 0;

	*marks = (struct marks){ 0 };
	for (; *at && *at != '\n'; at++) {
		bool of_sh = marks->output && *marks->output == '|';

		if (quote) {
			if (of_sh && quote == '"' && *at == '\\' && at[1] && at[1] != '\n')
				at++;
			else if (*at == quote)
				quote = 0;
		} else if (of_sh && *at == '\\' && at[1] && at[1] != '\n') {
			at++;
		} else if ((*at == '"' || *at == '\'') && (of_sh || at == text || is_blank(at[-1]))) {
			quote = *at;
		} else if (*at == '(') {
			depth++;
		} else if (*at == ')') {
			depth -= depth > 0;
		} else if (depth) {
			continue;
		} else if (*at == ';') {
			break;
		} else if (!marks->output && is_mark(text, at)) {
			if (*at != '<')
				marks->output = at;
			else if (!marks->input)
				marks->input = at;
		}
	}
	return at;
}

/* Blanks around it go, and quotes around all of it. */
static char *trim(char *text)
{
	text += strspn(text, " \t\r");
	for (char *end = text + strlen(text); end > text && is_blank(end[-1]);)
		*--end = 0;
	size_t n = strlen(text);

	if (n > 1 && (*text == '"' || *text == '\'') && text[n - 1] == *text) {
		text[n - 1] = 0;
		text++;
	}
	return text;
}

/* text is cut into pieces at its marks; false: said. */
static bool take_redirections(struct pm_shell *sh, char *text, const struct marks *marks, struct piece *out)
{
	*out = (struct piece){ .text = text };
	if (marks->output) {
		char *mark = text + (marks->output - text);
		bool is_pipe = *mark == '|', appends = !is_pipe && mark[1] == '>';

		out->kind = is_pipe ? PM_OUTPUT_COMMAND : appends ? PM_OUTPUT_APPEND : PM_OUTPUT_FILE;
		out->target = mark + 1 + appends;
		*mark = 0;
		if (!is_pipe)
			out->target = trim(out->target);
		if (!out->target[strspn(out->target, " \t\r")])
			return pm_shell_error(sh, NULL,
					      is_pipe ? "|: to which command?" : ">: to which file?");
	}
	if (marks->input) {
		char *mark = text + (marks->input - text);

		*mark = 0;
		out->input = trim(mark + 1);
		if (!*out->input)
			return pm_shell_error(sh, NULL, "<: which file?");
	}
	return true;
}

/* Splits at blanks; quotes keep them, and are told in quotes (0: none).  Both have room for every second character,
 * and the end. */
static int split(char *text, char **words, char *quotes)
{
	int n = 0;

	while (*text) {
		text += strspn(text, " \t\r");
		if (!*text)
			break;
		char quote = *text == '"' || *text == '\'' ? *text++ : 0;

		quotes[n] = quote;
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

bool pm_shell_run_command(struct pm_shell *sh, const struct pm_shell_command *command, int n, char **words)
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

bool pm_shell_exit(struct pm_shell *sh, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	sh->ended = true;
	return true;
}

bool pm_shell_run_words(struct pm_shell *sh, int n, char **words)
{
	static char star[] = "*", p[] = "p", gdb[] = "gdb";
	const struct pm_shell_command *command = pm_shell_command_find(words[0]);

	if (command)
		return pm_shell_run_command(sh, command, n, words);
	/* "task_struct.pid ADDRESS": a type alone is a command, as in crash. */
	char type[256];
	uint64_t at;
	bool percpu;

	snprintf(type, sizeof(type), "%.*s", (int)strcspn(words[0], "."), words[0]);
	if (pm_shell_has_type(sh, type)) {
		words[-1] = star;
		return pm_shell_struct(sh, n + 1, words - 1);
	}
	/* as is a variable: "jiffies", "runqueues:0" */
	type[strcspn(type, ":[")] = 0;
	if (pm_shell_symbol(sh, type, &at, &percpu) && (command = pm_shell_command_find("p"))) {
		words[-1] = p;
		return pm_shell_run_command(sh, command, n + 1, words - 1);
	}
	if (!strncmp(words[0], "x/", 2)) {
		words[-1] = gdb;
		return pm_shell_gdb(sh, n + 1, words - 1);
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
	sh->in_object = true;
}

/* A line of its own for each object, and no comma between them. */
static void close_object(struct pm_shell *sh)
{
	if (pm_interrupted())
		*PM_PUSH(&sh->errors_arena, &sh->errors) =
			pm_arena_str(&sh->errors_arena, PM_S("interrupted"));
	if (sh->errors.n) {
		pm_json_open(sh->json, "errors", '[');
		for (size_t i = 0; i < sh->errors.n; i++)
			pm_json_str(sh->json, NULL, sh->errors.v[i]);
		pm_json_close(sh->json, ']');
	}
	pm_json_close(sh->json, '}');
	sh->in_object = false;
	sh->json->comma = false;
	fputc('\n', sh->out);
	pm_arena_deinit(&sh->errors_arena);
	memset(&sh->errors, 0, sizeof(sh->errors));
}

/* Its words, and an object around what they print. */
static bool run_text(struct pm_shell *sh, char *text)
{
	size_t room = strlen(text) / 2 + 3;
	char **all = pm_alloc(room * sizeof(*all)), **words = all + 1, *quotes = pm_alloc(room);
	const char *outer = sh->quotes;
	int n = split(text, words, quotes);
	bool ok = true;

	sh->quotes = quotes;
	pm_shell_refresh(sh);
	if (n) {
		if (sh->json)
			open_object(sh, n, words);
		ok = pm_shell_run_words(sh, n, words);
		if (sh->json)
			close_object(sh);
	}
	sh->quotes = outer;
	free(quotes);
	free(all);
	return ok;
}

static bool run_deeper(struct pm_shell *sh, const char *what, bool (*run)(struct pm_shell *, const char *),
		       const char *argument)
{
	if (sh->depth >= max_depth)
		return pm_shell_error(sh, NULL, "%s: %u levels of aliases and scripts are enough", what,
				      max_depth);
	sh->depth++;
	bool ok = run(sh, argument);

	sh->depth--;
	return ok;
}

/* "ps -p < FILE": the command with the words of each line of the file behind it. */
static bool run_with_lines(struct pm_shell *sh, const struct piece *piece)
{
	FILE *in = pm_shell_open_file(sh, piece->input);
	char *line = NULL;
	size_t size = 0;
	bool ok = in;

	while (in && !sh->ended && !pm_shell_interrupted(sh) && getline(&line, &size, in) >= 0) {
		char *one = pm_printf("%s %.*s", piece->text, (int)strcspn(line, "\n"), line);

		ok &= run_text(sh, one);
		free(one);
	}
	free(line);
	if (in)
		fclose(in);
	return ok;
}

/* What stands between two separators, with its output where it belongs. */
static bool run_piece(struct pm_shell *sh, struct piece *piece)
{
	struct pm_shell_output output;
	bool is_script = piece->input && !piece->text[strspn(piece->text, " \t\r")], ok;

	/* the commands of a script have pagers of their own */
	if (!piece->target && !is_script && pm_shell_pages(sh))
		piece->kind = PM_OUTPUT_PAGER;
	if (!pm_shell_output_open(sh, piece->kind, piece->target ? piece->target : sh->settings.pager,
				  &output))
		return false;
	if (is_script)
		ok = run_deeper(sh, piece->input, pm_shell_run_file, piece->input);
	else if (piece->input)
		ok = run_with_lines(sh, piece);
	else
		ok = run_text(sh, piece->text);
	return pm_shell_output_close(sh, &output) && ok;
}

/* A line for /bin/sh; without one, at a terminal, the user's shell. */
static bool run_outside(struct pm_shell *sh, const char *line)
{
	if (line[strspn(line, " \t\r")])
		return pm_shell_escape(sh, line);
	return sh->interactive ? pm_shell_escape(sh, "exec ${SHELL:-/bin/sh}")
			       : pm_shell_error(sh, NULL, "!: which command?");
}

static bool is_comment(const char *text)
{
	return *text == '#' || !strncmp(text, "//", 2);
}

/* One command with all that belongs to it; marks: in it. */
static bool run_one(struct pm_shell *sh, char *text, const struct marks *marks)
{
	struct piece piece;
	size_t blanks = strspn(text, " \t\r"), n = strcspn(text + blanks, " \t\r|<>");
	char *first = text + blanks;

	if (!*first || is_comment(first))
		return true;
	if (*first == '!')
		return run_outside(sh, first + 1);
	const char *alias = pm_shell_alias_of(sh, first, n);

	if (alias) {
		char *line = pm_printf("%s%s", alias, first + n);
		bool ok = run_deeper(sh, alias, pm_shell_run, line);

		free(line);
		return ok;
	}
	return take_redirections(sh, text, marks, &piece) && run_piece(sh, &piece);
}

/* What an interrupt leaves behind: what was being read is not whole. */
static void tell_interrupted(struct pm_shell *sh)
{
	sh->telling = true;
	pm_shell_error(sh, NULL, "interrupted");
	sh->telling = false;
	if (sh->session)
		pm_session_forget(sh->session);
}

bool pm_shell_run(struct pm_shell *sh, const char *line)
{
	bool all = true;

	while (*line && !sh->ended && !pm_interrupted()) {
		struct marks marks = { 0 };
		/* a comment goes on to the line's end, whatever it holds */
		const char *end = is_comment(line + strspn(line, " \t\r")) ? line + strcspn(line, "\n")
									   : find_end(line, &marks);
		char *one = pm_printf("%.*s", (int)(end - line), line);

		if (marks.input)
			marks.input = one + (marks.input - line);
		if (marks.output)
			marks.output = one + (marks.output - line);
		bool ok = run_one(sh, one, &marks);

		/* what runs deeper counts its own */
		if (!ok && !sh->depth)
			sh->failures++;
		all &= ok;
		free(one);
		line = end + (*end != 0);
	}
	if (pm_interrupted() && !sh->depth) {
		tell_interrupted(sh);
		sh->failures += all;
		all = false;
	}
	return all;
}

void pm_shell_refresh(struct pm_shell *sh)
{
	if (!sh->live || !sh->session)
		return;
	pm_dump_forget(sh->dump);
	pm_space_forget(&sh->lx->kernel);
	if (!sh->settings.keep)
		pm_session_forget(sh->session);
}

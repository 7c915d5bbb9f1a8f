/* help: the commands, by topic or all of them, or one of them. */
#include "shell/commands.h"

#include <string.h>

static bool is_shown(const struct pm_shell *sh, const struct pm_shell_command *command)
{
	return !sh->image || !command->needs_linux;
}

static void put_json(struct pm_shell *sh, const struct pm_shell_command *command, const char *topic)
{
	pm_json_open(sh->json, NULL, '{');
	pm_json_str(sh->json, "name", command->name);
	pm_json_str(sh->json, "arguments", command->arguments);
	pm_json_str(sh->json, "summary", command->summary);
	pm_json_str(sh->json, "help", command->help);
	pm_json_str(sh->json, "topic", topic);
	pm_json_close(sh->json, '}');
}

/* All names, down the columns. */
static void put_columns(struct pm_shell *sh)
{
	static const size_t columns = 5;
	const struct pm_shell_command *command;
	const char *names[160];
	size_t n = 0;

	for (size_t i = 0; (command = pm_shell_command_at(i)) && n < PM_COUNT(names); i++)
		if (is_shown(sh, command))
			names[n++] = command->name;
	size_t rows = (n + columns - 1) / columns;

	for (size_t row = 0; row < rows; row++) {
		for (size_t i = row; i < n; i += rows)
			fprintf(sh->out, i + rows < n ? "%-15s" : "%s", names[i]);
		fputc('\n', sh->out);
	}
	fputs("\n'help COMMAND' tells of a command, 'help all' what each is for.\n"
	      "'help input': lines, files and keys.  'help output': pipes, files, pagers.\n",
	      sh->out);
}

/* What each is for, by topic; topic NULL: all of them. */
static void put_topics(struct pm_shell *sh)
{
	for (size_t t = 0; t < pm_shell_topics_n; t++) {
		pm_shell_style(sh, PM_STYLE_BOLD);
		fprintf(sh->out, "%s%s:", t ? "\n" : "", pm_shell_topics[t].title);
		pm_shell_style(sh, PM_STYLE_PLAIN);
		fputc('\n', sh->out);
		for (const struct pm_shell_command *c = pm_shell_topics[t].commands; c->name; c++)
			if (is_shown(sh, c))
				fprintf(sh->out, "  %-9s %s\n", c->name, c->summary);
	}
}

static const char help_input[] =
	"A line is one command, or several with ';' between them.  '#' begins a comment.\n"
	"Quotes ('...' or \"...\") keep blanks.  In parentheses nothing but ')' is special.\n"
	"  < FILE     the lines of a file; kpanic shell -i FILE does so at the start\n"
	"  COMMAND < FILE   the command with the words of each line of a file\n"
	"  ! LINE     a line for /bin/sh\n"
	"  alias      short names of commands\n"
	"Lines of $HOME/.kpanicrc and ./.kpanicrc are run at the start, where the file is\n"
	"the user's own and no one else may write to it; --no-rc: they are not.\n"
	"Keys: Tab completes commands, options, symbols, types, members and tasks; the\n"
	"arrows and Ctrl-R go through the history (kept in\n"
	"$XDG_STATE_HOME/kpanic/history; h lists it, r, !!, r N, !N and r TEXT run a line\n"
	"of it again); Ctrl-C stops a command; Ctrl-D ends.\n"
	"'set edit vi' for vi's keys; ~/.editrc is read.\n";

static const char help_output[] =
	"  COMMAND | LINE   through a line of /bin/sh: bt -a | grep mutex\n"
	"  COMMAND > FILE   into a file\n"
	"  COMMAND >> FILE  at its end\n"
	"At a terminal what is longer than the screen goes through $KPANIC_PAGER, $PAGER\n"
	"or less; 'set scroll off' (or sf) turns that off.\n"
	"Errors go to standard error; 'set error redirect': where the output goes;\n"
	"'set error FILE': into a file.\n"
	"Colours only at a terminal, and not with NO_COLOR set.\n"
	"What is not exact is marked: (guessed), (scanned), (likely).\n";

static bool put_page(struct pm_shell *sh, const char *name)
{
	static const struct {
		const char *name, *text;
	} pages[] = { { "input", help_input }, { "output", help_output } };

	for (size_t i = 0; i < PM_COUNT(pages); i++)
		if (!strcmp(name, pages[i].name) && sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_str(sh->json, "name", name);
			pm_json_str(sh->json, "help", pages[i].text);
			pm_json_close(sh->json, '}');
			return true;
		} else if (!strcmp(name, pages[i].name)) {
			fputs(pages[i].text, sh->out);
			return true;
		}
	if (!strcmp(name, "all") && !sh->json)
		put_topics(sh);
	return !strcmp(name, "all") && !sh->json;
}

/* name NULL: all of them.  false: there is none of that name. */
static bool put_objects(struct pm_shell *sh, const char *name)
{
	bool found = !name;

	for (size_t t = 0; t < pm_shell_topics_n; t++)
		for (const struct pm_shell_command *c = pm_shell_topics[t].commands; c->name; c++)
			if (name ? !strcmp(name, c->name) : is_shown(sh, c)) {
				put_json(sh, c, pm_shell_topics[t].title);
				found = true;
			}
	return found;
}

/* "ps [-k] …", in lines that fit a terminal. */
static void put_usage(struct pm_shell *sh, const struct pm_shell_command *command)
{
	static const size_t width = 80;
	const char *word = command->arguments;
	size_t column = (size_t)fprintf(sh->out, "%s", command->name);

	while (*word) {
		size_t n = strcspn(word, " ");

		if (column + 1 + n > width)
			column = (size_t)fprintf(sh->out, "\n%*s", (int)strlen(command->name), "") - 1;
		column += (size_t)fprintf(sh->out, " %.*s", (int)n, word);
		word += n + (word[n] == ' ');
	}
	fputc('\n', sh->out);
}

static bool put_one(struct pm_shell *sh, const char *name)
{
	const struct pm_shell_command *command = pm_shell_command_find(name);
	const char *alias = pm_shell_alias_of(sh, name, strlen(name));

	if (put_page(sh, name) || (sh->json && put_objects(sh, !strcmp(name, "all") ? NULL : name)))
		return true;
	if (command && !sh->json) {
		put_usage(sh, command);
		fprintf(sh->out, "  %s\n%s", command->summary, command->help ? command->help : "");
		return true;
	}
	if (alias && !sh->json) {
		fprintf(sh->out, "%s: an alias for %s\n", name, alias);
		return true;
	}
	return pm_shell_no_such(sh, "help", "command", name, NULL);
}

bool pm_shell_help(struct pm_shell *sh, int argc, char **argv)
{
	bool ok = true;

	if (sh->json)
		pm_json_open(sh->json, "commands", '[');
	for (int i = 1; i < argc; i++)
		ok &= put_one(sh, argv[i]);
	if (argc < 2 && sh->json)
		put_objects(sh, NULL);
	else if (argc < 2)
		put_columns(sh);
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}

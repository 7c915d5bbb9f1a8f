/* Options of commands, by tables. */
#include "shell/shell.h"

#include "base/slice.h"

#include <string.h>

static const struct pm_shell_option *find(const struct pm_shell_option *rows, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(rows[i].name, text))
			return &rows[i];
	return NULL;
}

/* "-c4": one that takes something, with it in the same word. */
static const struct pm_shell_option *find_joined(const struct pm_shell_option *rows, size_t n, char *text,
						 char **value_out)
{
	for (size_t i = 0; i < n; i++) {
		size_t length = strlen(rows[i].name);

		if (rows[i].kind >= PM_OPTION_TEXT && !strncmp(rows[i].name, text, length)) {
			*value_out = text + length;
			return &rows[i];
		}
	}
	return NULL;
}

/* false: said. */
static bool take(struct pm_shell *sh, const char *command, const struct pm_shell_option *row, char *value)
{
	if (row->given)
		*row->given = true;
	switch (row->kind) {
	case PM_OPTION_FLAG:
		*(bool *)row->to = true;
		return true;
	case PM_OPTION_COUNT:
		++*(unsigned *)row->to;
		return true;
	case PM_OPTION_TEXT:
		*(const char **)row->to = value;
		return true;
	case PM_OPTION_NUMBER:
		return pm_shell_number(value, row->to) ||
		       pm_shell_error(sh, command, "%s: not a number: %s", row->name, value);
	case PM_OPTION_ADDRESS:
		return pm_shell_address(sh, command, value, row->to);
	}
	return false;
}

static bool is_option(const char *text)
{
	return text[0] == '-' && text[1];
}

int pm_shell_options(struct pm_shell *sh, int argc, char **argv, const struct pm_shell_option *rows, size_t n)
{
	bool ended = false;
	int left = 1;

	for (int i = 1; i < argc; i++) {
		char *word = argv[i], *value = NULL;
		const struct pm_shell_option *row;

		if (ended || !is_option(word)) {
			argv[left++] = word;
			continue;
		}
		ended = !strcmp(word, "--");
		if (ended)
			continue;
		row = find(rows, n, word);
		if (!row)
			row = find_joined(rows, n, word, &value);
		if (!row && pm_is_digit(word[1])) {
			argv[left++] = word;
			continue;
		}
		if (!row) {
			pm_shell_no_option(sh, argv[0], word);
			return 0;
		}
		if (row->kind >= PM_OPTION_TEXT && !value) {
			if (i + 1 >= argc) {
				pm_shell_error(sh, argv[0], "%s takes an argument; 'help %s' tells which",
					       word, argv[0]);
				return 0;
			}
			value = argv[++i];
		}
		if (!take(sh, argv[0], row, value))
			return 0;
	}
	argv[left] = NULL;
	return left;
}

/* alias: short names of commands, crash's own among them. */
#include "shell/commands.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *line;
} of_crash[] = {
	{ "man", "help" },         { "?", "help" },
	{ "quit", "q" },           { "sf", "set scroll off" },
	{ "sn", "set scroll on" }, { "hex", "set radix 16" },
	{ "dec", "set radix 10" }, { "g", "gdb" },
	{ "px", "p -x" },          { "pd", "p -d" },
	{ "for", "foreach" },      { "size", "*" },
	{ "dmesg", "log" },        { "lsmod", "mod" },
	{ "last", "ps -l" },       { "p/x", "p -x" },
	{ "p/d", "p -d" },         { "print", "p" },
	{ "output", "p" },         { "ptype", "whatis" },
	{ "info", "gdb info" },
};

/* Those of the user, and crash's that were changed; the newest first.  line NULL: one that was removed. */
struct pm_shell_alias {
	struct pm_shell_alias *next;
	char *origin, *name, *line;
};

static struct pm_shell_alias *find(struct pm_shell *sh, const char *name, size_t n)
{
	struct pm_shell_alias *alias = sh->aliases;

	while (alias && (strlen(alias->name) != n || memcmp(alias->name, name, n) != 0))
		alias = alias->next;
	return alias;
}

const char *pm_shell_alias_of(struct pm_shell *sh, const char *name, size_t n)
{
	const struct pm_shell_alias *own = find(sh, name, n);

	if (own)
		return own->line;
	for (size_t i = 0; i < PM_COUNT(of_crash); i++)
		if (strlen(of_crash[i].name) == n && !memcmp(of_crash[i].name, name, n))
			return of_crash[i].line;
	return NULL;
}

static void put(struct pm_shell *sh, const char *origin, const char *name, const char *line)
{
	if (!line)
		return;
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_str(sh->json, "name", name);
		pm_json_str(sh->json, "line", line);
		pm_json_str(sh->json, "origin", origin);
		pm_json_close(sh->json, '}');
	} else {
		fprintf(sh->out, "%-8s %-8s %s\n", origin, name, line);
	}
}

const char *pm_shell_alias_at(struct pm_shell *sh, size_t i)
{
	const struct pm_shell_alias *own = sh->aliases;

	if (i < PM_COUNT(of_crash))
		return of_crash[i].name;
	for (i -= PM_COUNT(of_crash); own && i; i--)
		own = own->next;
	return own ? own->name : NULL;
}

/* name NULL: all of them. */
static void put_all(struct pm_shell *sh, const char *name)
{
	if (sh->json)
		pm_json_open(sh->json, "aliases", '[');
	else
		fputs("ORIGIN   ALIAS    COMMAND\n", sh->out);
	for (size_t i = 0; i < PM_COUNT(of_crash); i++)
		if (!find(sh, of_crash[i].name, strlen(of_crash[i].name)) &&
		    (!name || !strcmp(name, of_crash[i].name)))
			put(sh, "builtin", of_crash[i].name, of_crash[i].line);
	for (const struct pm_shell_alias *own = sh->aliases; own; own = own->next)
		if (!name || !strcmp(name, own->name))
			put(sh, own->origin, own->name, own->line);
	if (sh->json)
		pm_json_close(sh->json, ']');
}

/* Of a file that it stands in, or typed. */
static const char *origin_of(const struct pm_shell *sh)
{
	return sh->script ? sh->script : "runtime";
}

static void set(struct pm_shell *sh, const char *name, const char *line)
{
	struct pm_shell_alias *alias = find(sh, name, strlen(name));

	if (!alias) {
		alias = pm_alloc(sizeof(*alias));
		alias->name = pm_printf("%s", name);
		alias->next = sh->aliases;
		sh->aliases = alias;
	}
	free(alias->line);
	free(alias->origin);
	alias->line = line ? pm_printf("%s", line) : NULL;
	alias->origin = pm_printf("%s", origin_of(sh)); /* a script's name goes with its command */
}

/* The words behind the name as one line; freed by the caller. */
static char *join(int argc, char **argv)
{
	struct pm_buf line = { 0 };

	for (int i = 2; i < argc; i++)
		pm_buf_printf(&line, "%s%s", i > 2 ? " " : "", argv[i]);
	return line.data;
}

bool pm_shell_alias(struct pm_shell *sh, int argc, char **argv)
{
	if (argc < 2) {
		put_all(sh, NULL);
		return true;
	}
	bool known = pm_shell_alias_of(sh, argv[1], strlen(argv[1]));

	if (argc > 2 && pm_shell_command_find(argv[1]))
		return pm_shell_error(sh, "alias", "%s: a command has that name", argv[1]);
	if (argc > 2 && (strpbrk(argv[1], " \t|<>;'\"") || strchr("#!", *argv[1])))
		return pm_shell_error(sh, "alias", "%s: not a word that a line can begin with", argv[1]);
	if (argc == 3 && !*argv[2]) {
		if (!known)
			return pm_shell_no_such(sh, "alias", "alias", argv[1], NULL);
		set(sh, argv[1], NULL);
		if (!sh->json)
			fprintf(sh->out, "alias deleted: %s\n", argv[1]);
		return true;
	}
	if (argc > 2) {
		char *line = join(argc, argv);

		set(sh, argv[1], line);
		free(line);
	} else if (!known) {
		return pm_shell_no_such(sh, "alias", "alias", argv[1], NULL);
	}
	/* what a file of the user's sets needs no words */
	if (!sh->script || argc < 3)
		put_all(sh, argv[1]);
	return true;
}

void pm_shell_aliases_free(struct pm_shell *sh)
{
	while (sh->aliases) {
		struct pm_shell_alias *alias = sh->aliases;

		sh->aliases = alias->next;
		free(alias->origin);
		free(alias->name);
		free(alias->line);
		free(alias);
	}
}

/* gdb: what people write to crash's gdb by habit, in words of the commands here. */
#include "shell/commands.h"

#include <stdlib.h>
#include <string.h>

/* What gdb's command (and its subcommand: "info symbol") is here. */
static const struct {
	const char *gdb, *sub, *ours, *option;
} rows[] = {
	{ "p", NULL, "p", NULL },
	{ "print", NULL, "p", NULL },
	{ "output", NULL, "p", NULL },
	{ "ptype", NULL, "whatis", NULL },
	{ "whatis", NULL, "whatis", NULL },
	{ "bt", NULL, "bt", NULL },
	{ "where", NULL, "bt", NULL },
	{ "backtrace", NULL, "bt", NULL },
	{ "disassemble", NULL, "dis", NULL },
	{ "list", NULL, "dis", "-s" },
	{ "l", NULL, "dis", "-s" },
	{ "info", "symbol", "sym", NULL },
	{ "info", "address", "sym", NULL },
	{ "info", "line", "sym", NULL },
};

/* "x/4gx": how many, how large, and as what; false: not understood. */
struct examine {
	char count[16];
	char unit, as; /* gdb's letters */
};

static bool take_examine(const char *word, struct examine *e)
{
	size_t digits;

	*e = (struct examine){ "1", 'g', 'x' };
	if (word[0] != 'x' || !word[1])
		return word[0] == 'x';
	if (word[1] != '/')
		return false;
	digits = strspn(word += 2, "0123456789");
	if (digits >= sizeof(e->count))
		return false;
	if (digits) {
		memcpy(e->count, word, digits);
		e->count[digits] = 0;
	}
	for (word += digits; *word; word++) {
		if (strchr("bhwg", *word))
			e->unit = *word;
		else if (strchr("xdusia", *word))
			e->as = *word;
		else
			return false;
	}
	return true;
}

/* As `rd` or `dis` has it. */
static bool examine(struct pm_shell *sh, const struct examine *e, char *addr)
{
	static char rd[] = "rd", dis[] = "dis", signed_d[] = "-d", unsigned_d[] = "-D", text[] = "-a",
		    names[] = "-s", none[] = "";
	static char units[][4] = { "-8", "-16", "-32", "-64" };
	static const char letters[] = "bhwg"; /* theirs */
	char count[sizeof(e->count)];
	char *room[7] = { none }, **words = room + 1;
	int n = 0;

	memcpy(count, e->count, sizeof(count));
	addr += *addr == '&';
	words[n++] = e->as == 'i' ? dis : rd;
	if (e->as == 's' || e->as == 'a')
		words[n++] = e->as == 's' ? text : names;
	else if (e->as != 'i')
		words[n++] = units[strchr(letters, e->unit) - letters];
	if (e->as == 'd' || e->as == 'u')
		words[n++] = e->as == 'd' ? signed_d : unsigned_d;
	words[n++] = addr;
	if (e->as != 's') /* a text ends by itself */
		words[n++] = count;
	return pm_shell_run_words(sh, n, words);
}

/* The command, its option, and what stands behind the first of n words. */
static bool run(struct pm_shell *sh, const char *name, const char *option, int n, char **words)
{
	char command[16], first[8];
	/* one before them is the callee's */
	char **room = pm_alloc(((size_t)n + 2) * sizeof(*room)), **all = room + 1;
	int at = 0;

	snprintf(command, sizeof(command), "%s", name);
	all[at++] = command;
	if (option) {
		snprintf(first, sizeof(first), "%s", option);
		all[at++] = first;
	}
	for (int i = 1; i < n; i++)
		all[at++] = words[i];
	bool ok = pm_shell_run_words(sh, at, all);

	free(room);
	return ok;
}

bool pm_shell_gdb(struct pm_shell *sh, int argc, char **argv)
{
	struct examine e;

	for (size_t i = 0; argc > 1 && i < PM_COUNT(rows); i++) {
		int known = rows[i].sub ? 2 : 1;

		if (!strcmp(argv[1], rows[i].gdb) && argc > known &&
		    (!rows[i].sub || !strcmp(argv[2], rows[i].sub)))
			return run(sh, rows[i].ours, rows[i].option, argc - known, argv + known);
	}
	if (argc == 3 && take_examine(argv[1], &e))
		return examine(sh, &e, argv[2]);
	return pm_shell_error(
		sh, "gdb",
		"there is no gdb in here: of its commands there are p, ptype, whatis, x/FMT, list, "
		"disassemble, bt and info symbol; 'p', 'struct', 'whatis', 'list', 'dis' and 'sym' "
		"do what it is used for in crash");
}

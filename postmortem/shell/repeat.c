/* repeat: a command again and again, until an interrupt; of use where memory changes. */
#include "shell/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Wakes up for an interrupt. */
static void pause_for(struct pm_shell *sh, uint64_t seconds)
{
	const struct timespec moment = { .tv_nsec = 50000000 };

	for (uint64_t i = 0; i < seconds * 20 && !pm_shell_interrupted(sh); i++)
		nanosleep(&moment, NULL);
}

bool pm_shell_repeat(struct pm_shell *sh, int argc, char **argv)
{
	static const uint64_t day = 86400;
	uint64_t seconds = 0;
	int first = 1;
	bool ok;

	if (first < argc && *argv[first] == '-') {
		if (!pm_slice_dec(pm_slice_of(argv[first] + 1), &seconds) || seconds > day)
			return pm_shell_error(sh, "repeat", "%s: not a number of seconds", argv[first]);
		first++;
	}
	if (first >= argc)
		return pm_shell_error(sh, "repeat", "which command?");
	if (sh->json)
		return pm_shell_error(sh, "repeat", "one object has no room for it: ask again and again");
	if (!strcmp(argv[first], "repeat"))
		return pm_shell_error(sh, "repeat", "once is enough");
	const char *quotes = sh->quotes;

	sh->quotes += first;
	if (!sh->live) {
		ok = pm_shell_run_words(sh, argc - first, argv + first);
		sh->quotes = quotes;
		pm_shell_error(sh, "repeat", "once: this is a dump, and stays as it is");
		return ok;
	}
	do {
		/* commands may move their words about */
		char **copy = pm_alloc(((size_t)(argc - first) + 2) * sizeof(*copy));

		memcpy(copy + 1, argv + first, (size_t)(argc - first + 1) * sizeof(*copy));
		ok = pm_shell_run_words(sh, argc - first, copy + 1);
		free(copy);
		fflush(sh->out);
		if (ok)
			pause_for(sh, seconds);
		if (!pm_shell_interrupted(sh))
			pm_shell_refresh(sh);
	} while (ok && !pm_shell_interrupted(sh) && !sh->ended);
	sh->quotes = quotes;
	return ok;
}

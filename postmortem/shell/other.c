/* Commands of crash that have nothing to do here, and say what is there instead. */
#include "shell/commands.h"

#include "base/demangle.h"

bool pm_shell_extend(struct pm_shell *sh, int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return pm_shell_error(
			sh, "extend",
			"extensions of crash are linked against crash itself and cannot be loaded; "
			"a program of your own can read what any command prints with --json");
	if (!sh->json)
		fputs("no extensions: what they add in crash is built in, or is done outside:\n"
		      "  kpanic shell --json DUMP -c 'ps; bt -a' | your-program\n"
		      "  foreach bt | your-program\n"
		      "'help' lists the commands.\n",
		      sh->out);
	return true;
}

bool pm_shell_rustfilt(struct pm_shell *sh, int argc, char **argv)
{
	struct pm_arena arena;
	struct pm_slice name;
	bool ok = true;

	if (argc < 2)
		return pm_shell_error(sh, "rustfilt", "which symbol?");
	pm_arena_init(&arena);
	if (sh->json)
		pm_json_open(sh->json, "names", '[');
	for (int i = 1; i < argc; i++) {
		ok &= pm_demangle(&arena, pm_slice_of(argv[i]), &name) ||
		      pm_shell_error(sh, "rustfilt", "%s: not a mangled name", argv[i]);
		if (sh->json)
			pm_json_str(sh->json, NULL, pm_arena_str(&arena, name));
		else
			fprintf(sh->out, "%.*s\n", PM_FMT(name));
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	pm_arena_deinit(&arena);
	return ok;
}

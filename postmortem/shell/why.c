/* why: the explanation, as `kpanic DUMP` prints it. */
#include "shell/commands.h"

bool pm_shell_why(struct pm_shell *sh, int argc, char **argv)
{
	bool details = false, evidence = false;
	const struct pm_shell_option options[] = { { "-v", PM_OPTION_FLAG, &details, NULL },
						   { "-e", PM_OPTION_FLAG, &evidence, NULL } };

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (argc > 1)
		return pm_shell_error(sh, "why", "it takes no argument: %s", argv[1]);
	if (sh->live)
		return pm_shell_error(sh, "why",
				      "the kernel runs: nothing has ended it; log tells what it has said");
	return sh->explain ? sh->explain(sh, details, evidence)
			   : pm_shell_error(sh, "why", "this program has no explanations");
}

/* id: what an address is. */
#include "linux/identify.h"
#include "shell/shell.h"

bool pm_shell_id(struct pm_shell *sh, int argc, char **argv)
{
	bool ok = true;

	if (argc < 2)
		return pm_shell_error(sh, "id", "which address?");
	for (int i = 1; i < argc; i++) {
		char text[PM_LINUX_NAME_MAX + 128];
		uint64_t addr;

		if (!pm_shell_address(sh, argv[i], &addr)) {
			ok = pm_shell_error(sh, "id", "no symbol or address '%s'", argv[i]);
			continue;
		}
		bool known = pm_session_identify(sh->session, addr, text, sizeof(text));

		fprintf(sh->out, "%016llx  %s\n", (unsigned long long)addr, known ? text : "not known");
	}
	return ok;
}

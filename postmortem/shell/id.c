/* id: what an address is. */
#include "linux/identify.h"
#include "shell/shell.h"

bool pm_shell_id(struct pm_shell *sh, int argc, char **argv)
{
	bool ok = true;

	if (argc < 2)
		return pm_shell_error(sh, "id", "which address?");
	if (sh->json)
		pm_json_open(sh->json, "addresses", '[');
	for (int i = 1; i < argc; i++) {
		char text[PM_LINUX_NAME_MAX + 128];
		uint64_t addr;

		if (!pm_shell_address(sh, argv[i], &addr)) {
			ok = pm_shell_error(sh, "id", "no symbol or address '%s'", argv[i]);
			continue;
		}
		bool known = pm_session_identify(sh->session, addr, text, sizeof(text));

		if (!sh->json) {
			fprintf(sh->out, "%016llx  %s\n", (unsigned long long)addr,
				known ? text : "not known");
			continue;
		}
		pm_json_open(sh->json, NULL, '{');
		pm_json_hex(sh->json, "address", addr);
		pm_json_str(sh->json, "is", known ? text : NULL);
		pm_json_close(sh->json, '}');
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}

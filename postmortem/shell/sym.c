#include "shell/shell.h"

#include <string.h>

static void print(struct pm_shell *sh, uint64_t addr)
{
	char name[PM_LINUX_NAME_MAX + 96];

	pm_shell_name(sh, addr, true, name, sizeof(name));
	fprintf(sh->out, "%016llx  %s\n", (unsigned long long)addr, name);
}

static void search(struct pm_shell *sh, const char *text)
{
	char name[PM_LINUX_NAME_MAX];

	for (uint32_t i = 0; sh->lx->symbols && i < pm_linux_symbols_count(sh->lx->symbols); i++) {
		char type = pm_linux_symbols_name(sh->lx->symbols, i, name);

		if (type && strstr(name, text))
			fprintf(sh->out, "%016llx (%c) %s\n",
				(unsigned long long)pm_linux_symbols_addr(sh->lx->symbols, i), type, name);
	}
}

bool pm_shell_sym(struct pm_shell *sh, int argc, char **argv)
{
	bool all = true;

	if (argc == 3 && !strcmp(argv[1], "-q")) {
		search(sh, argv[2]);
		return true;
	}
	if (argc < 2)
		return pm_shell_error(sh, "sym", "which address or symbol?");
	for (int i = 1; i < argc; i++) {
		uint64_t addr;

		if (pm_shell_address(sh, argv[i], &addr))
			print(sh, addr);
		else
			all = pm_shell_error(sh, "sym", "no symbol or address '%s'", argv[i]);
	}
	return all;
}

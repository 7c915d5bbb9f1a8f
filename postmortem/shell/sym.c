/* sym: symbols by address or name, or all of them. */
#include "shell/shell.h"

#include <string.h>

/* type 0: not told (modules keep it apart). */
static void print_symbol(struct pm_shell *sh, uint64_t addr, char type, const char *name, const char *module)
{
	if (!sh->json) {
		fprintf(sh->out, "%016llx (%c) %s%s%s%s\n", (unsigned long long)addr, type ? type : '?', name,
			module ? " [" : "", module ? module : "", module ? "]" : "");
		return;
	}
	pm_json_open(sh->json, NULL, '{');
	pm_json_hex(sh->json, "address", addr);
	pm_json_str(sh->json, "symbol", name);
	if (type)
		pm_json_str(sh->json, "type", (const char[]){ type, 0 });
	pm_json_str(sh->json, "module", module);
	pm_json_close(sh->json, '}');
}

/* Those of the kernel itself whose name holds text. */
static void print_kernel(struct pm_shell *sh, const char *text)
{
	char name[PM_LINUX_NAME_MAX];

	for (uint32_t i = 0; sh->lx->symbols && i < pm_linux_symbols_count(sh->lx->symbols); i++) {
		char type = pm_linux_symbols_name(sh->lx->symbols, i, name);

		if (type && strstr(name, text))
			print_symbol(sh, pm_linux_symbols_addr(sh->lx->symbols, i), type, name, NULL);
	}
}

/* Of a module (NULL: of all); false: there is none of that name. */
static bool print_modules(struct pm_shell *sh, const char *module, const char *text)
{
	struct pm_linux_modules *modules = pm_session_modules(sh->session);
	bool any = !module;

	for (size_t i = 0; i < modules->v.n; i++) {
		struct pm_linux_module *m = &modules->v.v[i];
		const char *name;
		uint64_t addr;
		char type;

		if (module && strcmp(m->name, module))
			continue;
		any = true;
		for (uint32_t k = 0; pm_linux_module_symbol_at(sh->lx, m, k, &name, &addr, &type); k++)
			if (*name && *name != '.' && *name != '$' && strstr(name, text))
				print_symbol(sh, addr, type, name, m->name);
	}
	return any;
}

static void print_address(struct pm_shell *sh, uint64_t addr)
{
	char name[PM_LINUX_NAME_MAX + 96];

	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_hex(sh->json, "address", addr);
		pm_shell_json_place(sh, addr, true);
		pm_json_close(sh->json, '}');
		return;
	}
	pm_shell_name(sh, addr, true, name, sizeof(name));
	fprintf(sh->out, "%016llx  %s\n", (unsigned long long)addr, name);
}

static bool print_chosen(struct pm_shell *sh, int argc, char **argv)
{
	bool all = true;

	if (argc == 2 && !strcmp(argv[1], "-l")) {
		print_kernel(sh, "");
		return print_modules(sh, NULL, "");
	}
	if (argc == 2 && !strcmp(argv[1], "-M"))
		return print_modules(sh, NULL, "");
	if (argc == 3 && !strcmp(argv[1], "-m"))
		return print_modules(sh, argv[2], "") || pm_shell_error(sh, "sym", "no module '%s'", argv[2]);
	if (argc == 3 && !strcmp(argv[1], "-q")) {
		print_kernel(sh, argv[2]);
		return print_modules(sh, NULL, argv[2]);
	}
	if (argc < 2)
		return pm_shell_error(sh, "sym", "which address or symbol?");
	for (int i = 1; i < argc; i++) {
		uint64_t addr;

		if (*argv[i] == '-')
			return pm_shell_error(sh, "sym", "no option '%s', or not with these arguments",
					      argv[i]);
		if (pm_shell_address(sh, argv[i], &addr))
			print_address(sh, addr);
		else
			all = pm_shell_error(sh, "sym", "no symbol or address '%s'", argv[i]);
	}
	return all;
}

bool pm_shell_sym(struct pm_shell *sh, int argc, char **argv)
{
	if (sh->json)
		pm_json_open(sh->json, "symbols", '[');
	bool ok = print_chosen(sh, argc, argv);

	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}

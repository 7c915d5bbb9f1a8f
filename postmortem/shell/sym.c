/* sym: symbols by address or name, or all of them. */
#include "linux/identify.h"
#include "shell/commands.h"

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

/* Those of the kernel itself whose name holds text; how many. */
static size_t print_kernel(struct pm_shell *sh, const char *text)
{
	char name[PM_LINUX_NAME_MAX];
	size_t n = 0;

	for (size_t i = 0; sh->image && i < sh->image->symbols.v.n; i++) {
		const struct pm_image_symbol *symbol = &sh->image->symbols.v.v[i];

		if (!strstr(symbol->name, text))
			continue;
		print_symbol(sh, symbol->start, symbol->data ? 'd' : 't', symbol->name, NULL);
		n++;
	}
	if (sh->image)
		return n;
	for (uint32_t i = 0; sh->lx->symbols && i < pm_linux_symbols_count(sh->lx->symbols); i++) {
		char type = pm_linux_symbols_name(sh->lx->symbols, i, name);

		if (!type || !strstr(name, text))
			continue;
		print_symbol(sh, pm_linux_symbols_addr(sh->lx->symbols, i), type, name, NULL);
		n++;
	}
	return n;
}

/* Of a module (NULL: of all); how many.  *found_out (may be NULL): is there one of that name? */
static size_t print_modules(struct pm_shell *sh, const char *module, const char *text, bool *found_out)
{
	struct pm_linux_modules *modules = sh->image ? NULL : pm_session_modules(sh->session);
	size_t n = 0;

	for (size_t i = 0; modules && i < modules->v.n; i++) {
		struct pm_linux_module *m = &modules->v.v[i];
		const char *name;
		uint64_t addr;
		char type;

		if (module && strcmp(m->name, module))
			continue;
		if (found_out)
			*found_out = true;
		for (uint32_t k = 0; pm_linux_module_symbol_at(sh->lx, m, k, &name, &addr, &type); k++)
			if (*name && *name != '.' && *name != '$' && strstr(name, text)) {
				print_symbol(sh, addr, type, name, m->name);
				n++;
			}
	}
	return n;
}

/* Why a list of symbols may lack some; NULL: it does not. */
static const char *trouble_of(struct pm_shell *sh, bool kernel, bool modules)
{
	if (sh->image)
		return kernel ? sh->image->symbols_trouble : NULL;
	if (kernel && !sh->lx->symbols)
		return sh->lx->symbols_trouble->message;
	return modules ? pm_session_modules(sh->session)->trouble : NULL;
}

/* How each CPU's is asked for, and that this is none of them, as crash does not. */
static void print_percpu(struct pm_shell *sh, const char *name, uint64_t addr)
{
	if (!sh->json) {
		fprintf(sh->out, "%016llx  %s  (per-CPU: '%s:0' is CPU 0's, '%s:a' each one's)\n",
			(unsigned long long)addr, name, name, name);
		return;
	}
	pm_json_open(sh->json, NULL, '{');
	pm_json_hex(sh->json, "address", addr);
	pm_json_str(sh->json, "symbol", name);
	pm_json_bool(sh->json, "per_cpu", true);
	pm_json_close(sh->json, '}');
}

static bool print_address(struct pm_shell *sh, uint64_t addr, int cpu, void *user)
{
	char name[PM_LINUX_NAME_MAX + 128];
	struct pm_arena arena;
	struct pm_place place;

	(void)user;
	pm_arena_init(&arena);
	bool found = pm_shell_place(sh, &arena, addr, true, &place);
	bool percpu = !found && !sh->image &&
		      pm_session_identify(sh->session, addr, name, sizeof(name)) == PM_IS_PERCPU;

	pm_arena_deinit(&arena);
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_shell_put_cpu(sh, addr, cpu);
		pm_json_hex(sh->json, "address", addr);
		if (percpu)
			pm_json_str(sh->json, "symbol", name);
		else
			pm_shell_json_place(sh, addr, true);
		pm_json_close(sh->json, '}');
	}
	if (!found && !percpu)
		return pm_shell_error(sh, "sym", "0x%llx: lies in no symbol", (unsigned long long)addr);
	if (!percpu)
		pm_shell_name(sh, addr, true, name, sizeof(name));
	if (!sh->json)
		fprintf(sh->out, "%016llx  %s\n", (unsigned long long)addr, name);
	return true;
}

static bool print_one(struct pm_shell *sh, const char *text)
{
	uint64_t addr;
	bool percpu;

	if (pm_shell_is_percpu(text))
		return pm_shell_each_address(sh, "sym", text, print_address, NULL);
	if (!pm_shell_lookup(sh, "sym", text, &addr, &percpu))
		return false;
	if (!percpu)
		return print_address(sh, addr, -1, NULL);
	print_percpu(sh, text, addr);
	return true;
}

static bool print_chosen(struct pm_shell *sh, int argc, char **argv)
{
	/* option, with an argument: whose symbols */
	static const struct {
		const char *option;
		bool argument, kernel, modules, one;
	} lists[] = {
		{ "-l", false, true, true, false },
		{ "-M", false, false, true, false },
		{ "-m", true, false, true, true },
		{ "-q", true, true, true, false },
	};
	bool all = true;

	if (argc < 2)
		return pm_shell_error(sh, "sym", "which address or symbol?");
	for (size_t i = 0; i < PM_COUNT(lists); i++) {
		bool found = !lists[i].one;
		const char *text = "", *module = NULL;
		size_t n = 0;

		if (strcmp(argv[1], lists[i].option) || argc != 2 + lists[i].argument)
			continue;
		if (lists[i].argument)
			*(lists[i].one ? &module : &text) = argv[2];
		if (lists[i].kernel)
			n += print_kernel(sh, text);
		if (lists[i].modules)
			n += print_modules(sh, module, text, &found);
		const char *trouble = trouble_of(sh, lists[i].kernel, lists[i].modules);

		if (!found)
			return pm_shell_no_such(sh, "sym", "module", module, trouble);
		if (!n && *text)
			return pm_shell_no_such(sh, "sym", "symbol", text, trouble);
		return !trouble || pm_shell_error(sh, "sym", "%s", trouble);
	}
	for (int i = 1; i < argc; i++)
		all &= *argv[i] == '-' ? pm_shell_no_option(sh, "sym", argv[i]) : print_one(sh, argv[i]);
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

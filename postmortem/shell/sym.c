/* sym: symbols by address or name, or all of them. */
#include "linux/identify.h"
#include "shell/commands.h"
#include "shell/lines.h"

#include <string.h>

/* "fs/read_write.c: 451" behind a symbol of code, where a vmlinux was given. */
static void put_source(struct pm_shell *sh, uint64_t addr, char type)
{
	struct pm_shell_source source;

	if (!sh->lines || !strchr("tTwW", type) || !type || !pm_shell_source(sh, addr, &source))
		return;
	if (sh->json) {
		pm_json_str(sh->json, "file", source.file);
		pm_json_uint(sh->json, "line", source.line);
	} else {
		fprintf(sh->out, " %s: %u", source.file, source.line);
	}
}

/* type 0: not told (modules keep it apart).  offset: of the address in it. */
static void print_symbol(struct pm_shell *sh, uint64_t addr, char type, const char *name, uint64_t offset,
			 const char *module, bool with_source)
{
	if (!sh->json) {
		fprintf(sh->out, "%llx (%c) %s", (unsigned long long)addr, type ? type : '?', name);
		if (offset)
			fprintf(sh->out, "+%llu", (unsigned long long)offset);
		fprintf(sh->out, "%s%s%s", module ? " [" : "", module ? module : "", module ? "]" : "");
		if (with_source)
			put_source(sh, addr, type);
		fputc('\n', sh->out);
		return;
	}
	pm_json_open(sh->json, NULL, '{');
	pm_json_hex(sh->json, "address", addr);
	pm_json_str(sh->json, "symbol", name);
	if (offset)
		pm_json_uint(sh->json, "offset", offset);
	if (type)
		pm_json_str(sh->json, "type", (const char[]){ type, 0 });
	pm_json_str(sh->json, "module", module);
	if (with_source)
		put_source(sh, addr, type);
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
		print_symbol(sh, symbol->start, symbol->data ? 'd' : 't', symbol->name, 0, NULL, false);
		n++;
	}
	if (sh->image)
		return n;
	for (uint32_t i = 0;
	     sh->lx->symbols && i < pm_linux_symbols_count(sh->lx->symbols) && !pm_shell_interrupted(sh);
	     i++) {
		char type = pm_linux_symbols_name(sh->lx->symbols, i, name);

		if (!type || !strstr(name, text))
			continue;
		print_symbol(sh, pm_linux_symbols_addr(sh->lx->symbols, i), type, name, 0, NULL, false);
		n++;
	}
	return n;
}

/* Where the module's memory begins or ends. */
static void print_bounds(struct pm_shell *sh, const struct pm_linux_module *m, bool end)
{
	uint64_t at = 0;

	if (sh->json)
		return;
	for (size_t i = 0; i < PM_MODULE_REGIONS; i++) {
		uint64_t edge = m->mem[i].start + (end ? m->mem[i].size : 0);

		if (m->mem[i].size && (!at || (end ? edge > at : edge < at)))
			at = edge;
	}
	fprintf(sh->out, "%llx MODULE %s: %s\n", (unsigned long long)at, end ? "END" : "START", m->name);
}

/* Of a module (NULL: of all); how many.  *found_out (may be NULL): is there one of that name? */
static size_t print_modules(struct pm_shell *sh, const char *module, const char *text, bool *found_out)
{
	struct pm_linux_modules *modules = sh->image ? NULL : pm_session_modules(sh->session);
	size_t n = 0;

	for (size_t i = modules ? modules->v.n : 0; i-- && !pm_shell_interrupted(sh);) {
		struct pm_linux_module *m = &modules->v.v[i]; /* the oldest first */
		const char *name;
		uint64_t addr;
		char type;

		if (module && strcmp(m->name, module))
			continue;
		if (found_out)
			*found_out = true;
		if (!*text)
			print_bounds(sh, m, false);
		for (uint32_t k = 0; pm_linux_module_symbol_at(sh->lx, m, k, &name, &addr, &type); k++)
			if (*name && *name != '.' && *name != '$' && strstr(name, text)) {
				print_symbol(sh, addr, type, name, 0, !*text && !sh->json ? NULL : m->name,
					     false);
				n++;
			}
		if (!*text)
			print_bounds(sh, m, true);
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
	if (kernel && pm_linux_symbols_lost(sh->lx->symbols))
		return "some of the kernel's symbols are not in the dump";
	return modules ? pm_session_modules(sh->session)->trouble : NULL;
}

/* How each CPU's is asked for, and that this is none of them, as crash does not. */
static void print_percpu(struct pm_shell *sh, const char *name, uint64_t addr)
{
	if (!sh->json) {
		fprintf(sh->out, "%llx (D) %s  (per-CPU: '%s:0' is CPU 0's, '%s:a' each one's)\n",
			(unsigned long long)addr, name, name, name);
		return;
	}
	pm_json_open(sh->json, NULL, '{');
	pm_json_hex(sh->json, "address", addr);
	pm_json_str(sh->json, "symbol", name);
	pm_json_bool(sh->json, "per_cpu", true);
	pm_json_close(sh->json, '}');
}

/* The letter of the symbol that begins at start; 0: not told. */
static char letter_of(struct pm_shell *sh, uint64_t start, const char *symbol, const char *module)
{
	uint64_t from, to, addr;
	uint32_t index;
	char name[PM_LINUX_NAME_MAX], type = 0;

	if (sh->image) {
		const struct pm_image_symbol *found = pm_image_symbols_named(&sh->image->symbols, symbol);

		return found && found->data ? 'd' : 't';
	}
	if (module) {
		struct pm_linux_module *m = pm_linux_module_at(pm_session_modules(sh->session), start);
		const char *own;

		for (uint32_t k = 0; m && pm_linux_module_symbol_at(sh->lx, m, k, &own, &addr, &type); k++)
			if (addr == start && !strcmp(own, symbol))
				return type;
		return 0;
	}
	if (!sh->lx->symbols || !pm_linux_symbols_find(sh->lx->symbols, start, &index, &from, &to))
		return 0;
	/* several names may begin there */
	for (; index < pm_linux_symbols_count(sh->lx->symbols) &&
	       pm_linux_symbols_addr(sh->lx->symbols, index) == start;
	     index++) {
		type = pm_linux_symbols_name(sh->lx->symbols, index, name);
		if (!strcmp(name, symbol))
			return type;
	}
	return 0;
}

/* What is asked for beside the symbol itself. */
struct around {
	bool previous, next;
};

/* The symbol before or behind one of the kernel's. */
static void print_neighbour(struct pm_shell *sh, uint64_t start, bool next)
{
	uint32_t index, n = sh->lx->symbols ? pm_linux_symbols_count(sh->lx->symbols) : 0;
	char name[PM_LINUX_NAME_MAX];
	uint64_t from, to;

	if (!n || !pm_linux_symbols_find(sh->lx->symbols, start, &index, &from, &to))
		return;
	if (next)
		while (index < n && pm_linux_symbols_addr(sh->lx->symbols, index) <= start)
			index++;
	else if (!index--)
		return;
	if (index >= n)
		return;
	char type = pm_linux_symbols_name(sh->lx->symbols, index, name);

	if (type)
		print_symbol(sh, pm_linux_symbols_addr(sh->lx->symbols, index), type, name, 0, NULL, true);
}

static bool print_address(struct pm_shell *sh, uint64_t addr, int cpu, void *user)
{
	const struct around *around = user;
	char name[PM_LINUX_NAME_MAX + 128];
	struct pm_arena arena;
	struct pm_place place;

	pm_arena_init(&arena);
	bool found = pm_shell_place(sh, &arena, addr, true, &place);
	bool percpu = !found && !sh->image &&
		      pm_session_identify(sh->session, addr, name, sizeof(name)) == PM_IS_PERCPU;

	if (found && cpu < 0) {
		if (around->previous && !sh->image && !place.module)
			print_neighbour(sh, addr - place.offset, false);
		print_symbol(sh, addr, letter_of(sh, addr - place.offset, place.symbol, place.module),
			     place.symbol, place.offset, place.module, true);
		if (around->next && !sh->image && !place.module)
			print_neighbour(sh, addr - place.offset, true);
	} else if (found || percpu) {
		if (found)
			pm_shell_name(sh, addr, true, name, sizeof(name));
		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_shell_put_cpu(sh, addr, cpu);
			pm_json_hex(sh->json, "address", addr);
			pm_json_str(sh->json, "symbol", name);
			pm_json_close(sh->json, '}');
		} else {
			fprintf(sh->out, "%016llx  %s\n", (unsigned long long)addr, name);
		}
	}
	pm_arena_deinit(&arena);
	return found || percpu ||
	       pm_shell_error(sh, "sym", "0x%llx: lies in no symbol", (unsigned long long)addr);
}

/* All of that name, of the kernel and of modules; how many. */
static size_t print_named(struct pm_shell *sh, const char *name, const struct around *around)
{
	struct pm_linux_modules *modules = pm_session_modules(sh->session);
	char other[PM_LINUX_NAME_MAX], type;
	size_t n = 0;

	for (uint32_t i = 0; sh->lx->symbols && i < pm_linux_symbols_count(sh->lx->symbols); i++) {
		if (!(type = pm_linux_symbols_name(sh->lx->symbols, i, other)) || strcmp(other, name) != 0)
			continue;
		uint64_t addr = pm_linux_symbols_addr(sh->lx->symbols, i);

		if (around->previous)
			print_neighbour(sh, addr, false);
		print_symbol(sh, addr, type, name, 0, NULL, true);
		if (around->next)
			print_neighbour(sh, addr, true);
		n++;
	}
	for (size_t i = modules->v.n; i--;) {
		struct pm_linux_module *m = &modules->v.v[i];
		const char *own;
		uint64_t addr;

		for (uint32_t k = 0; pm_linux_module_symbol_at(sh->lx, m, k, &own, &addr, &type); k++)
			if (!strcmp(own, name)) {
				print_symbol(sh, addr, type, name, 0, m->name, true);
				n++;
			}
	}
	return n;
}

static bool print_one(struct pm_shell *sh, const char *text, struct around *around)
{
	uint64_t addr;
	bool percpu;

	if (pm_shell_is_percpu(text))
		return pm_shell_each_address(sh, "sym", text, print_address, around);
	if (!pm_shell_lookup(sh, "sym", text, &addr, &percpu))
		return false;
	if (percpu) {
		print_percpu(sh, text, addr);
		return true;
	}
	if (!sh->image && print_named(sh, text, around))
		return true;
	return print_address(sh, addr, -1, around);
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
	struct around around = { 0 };
	const struct pm_shell_option options[] = {
		{ "-p", PM_OPTION_FLAG, &around.previous, NULL },
		{ "-n", PM_OPTION_FLAG, &around.next, NULL },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (argc == 1)
		return pm_shell_error(sh, "sym", "which address or symbol?");
	for (int i = 1; i < argc; i++)
		all &= print_one(sh, argv[i], &around);
	return argc && all;
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

/* mod: the modules. */
#include "shell/commands.h"
#include "shell/sys.h"

#include "decode/taint.h"
#include "shell/lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void print_json(struct pm_shell *sh, const struct pm_linux_module *m, const char *letters)
{
	static const char *const states[] = { "live", "coming", "going", "unformed" };

	pm_json_open(sh->json, NULL, '{');
	pm_json_hex(sh->json, "address", m->addr);
	pm_json_str(sh->json, "name", m->name);
	pm_json_hex(sh->json, "text", m->mem[0].start);
	pm_json_uint(sh->json, "size", m->size);
	pm_json_str(sh->json, "state", m->state < PM_COUNT(states) ? states[m->state] : NULL);
	pm_json_str(sh->json, "taints", letters);
	pm_json_str(sh->json, "build_id", m->build_id);
	bool lines = false;
	const char *file = pm_shell_lines_file(sh, m, &lines);

	pm_json_str(sh->json, "file", file);
	if (file)
		pm_json_bool(sh->json, "lines", lines);
	pm_json_open(sh->json, "regions", '[');
	for (size_t i = 0; i < PM_MODULE_REGIONS; i++)
		if (m->mem[i].size) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_hex(sh->json, "start", m->mem[i].start);
			pm_json_uint(sh->json, "size", m->mem[i].size);
			pm_json_close(sh->json, '}');
		}
	pm_json_close(sh->json, ']');
	pm_json_close(sh->json, '}');
}

static void print_taints(struct pm_shell *sh, const char *name, const char *letters)
{
	fprintf(sh->out, "%-24s %-8s", name, letters);
	for (const char *l = letters; *l; l++) {
		const char *words = pm_taint_words(*l);

		fprintf(sh->out, "%s%s", l == letters ? " " : "; ", words ? words : "?");
	}
	fputc('\n', sh->out);
}

static void print_title(struct pm_shell *sh)
{
	pm_shell_say(sh, "%-16s  %-24s %-16s %10s  %s\n", "MODULE", "NAME", "TEXT_BASE", "SIZE",
		     "OBJECT FILE");
}

static void print_module(struct pm_shell *sh, const struct pm_linux_module *m)
{
	bool lines = false;
	const char *file = pm_shell_lines_file(sh, m, &lines);
	char letters[32];

	pm_shell_taint_letters(m->taints, letters);
	if (sh->json) {
		print_json(sh, m, letters);
		return;
	}
	fprintf(sh->out, "%016llx  %-24s %016llx %10llu  %s%s\n", (unsigned long long)m->addr, m->name,
		(unsigned long long)m->mem[0].start, (unsigned long long)m->size,
		file ? file : "(not loaded)  [CONFIG_KALLSYMS]",
		file && !lines ? "  (without debug information)" : "");
}

static struct pm_linux_module *find(struct pm_linux_modules *modules, const char *name)
{
	for (size_t i = 0; i < modules->v.n; i++)
		if (!strcmp(modules->v.v[i].name, name))
			return &modules->v.v[i];
	return NULL;
}

/* -s MODULE [FILE] */
static bool load_one(struct pm_shell *sh, struct pm_linux_modules *modules, const char *name,
		     const char *path)
{
	struct pm_linux_module *m = find(modules, name);
	bool ok = m;

	if (!m)
		return pm_shell_no_such(sh, "mod", "module", name, modules->trouble);
	if (path && access(path, R_OK))
		return pm_shell_error(sh, "mod", "%s: %s", path, strerror(errno));
	ok = pm_shell_lines_module(sh, m, path, NULL);
	if (!ok && !path)
		return pm_shell_error(sh, "mod",
				      "%s: no file of this build where modules are; mod -s %s FILE names one",
				      name, name);
	if (!ok)
		return false;
	pm_shell_open(sh, "modules", '[');
	print_title(sh);
	print_module(sh, m);
	pm_shell_close(sh, ']');
	return true;
}

/* -S [FOLDER] */
static bool load_all(struct pm_shell *sh, struct pm_linux_modules *modules, const char *folder)
{
	size_t none = 0;

	if (folder && access(folder, R_OK | X_OK))
		return pm_shell_error(sh, "mod", "%s: %s", folder, strerror(errno));
	pm_shell_open(sh, "modules", '[');
	print_title(sh);
	for (size_t i = 0; i < modules->v.n && !pm_shell_interrupted(sh); i++) {
		none += !pm_shell_lines_module(sh, &modules->v.v[i], NULL, folder);
		print_module(sh, &modules->v.v[i]);
	}
	pm_shell_close(sh, ']');
	return !none || pm_shell_error(sh, "mod", "no file of this build was found of %zu of %zu modules",
				       none, modules->v.n);
}

static bool list(struct pm_shell *sh, struct pm_linux_modules *modules, bool taints)
{
	bool any = false;

	pm_shell_open(sh, "modules", '[');
	if (taints)
		pm_shell_say(sh, "%-24s %s\n", "NAME", "TAINTS");
	else
		print_title(sh);
	for (size_t i = 0; i < modules->v.n; i++) {
		const struct pm_linux_module *m = &modules->v.v[i];
		char letters[32];

		pm_shell_taint_letters(m->taints, letters);
		if (taints && !*letters)
			continue;
		any = true;
		if (taints && !sh->json)
			print_taints(sh, m->name, letters);
		else
			print_module(sh, m);
	}
	pm_shell_close(sh, ']');
	if (taints && !any)
		pm_shell_say(sh, "no module is tainted\n");
	return !modules->trouble || pm_shell_error(sh, "mod", "the list of modules: %s", modules->trouble);
}

bool pm_shell_mod(struct pm_shell *sh, int argc, char **argv)
{
	struct pm_linux_modules *modules = pm_session_modules(sh->session);
	bool taints = false, load = false, everything = false, drop_all = false, again = false,
	     unused = false;
	const char *drop = NULL;
	const struct pm_shell_option options[] = {
		{ "-t", PM_OPTION_FLAG, &taints, NULL },
		{ "-s", PM_OPTION_FLAG, &load, NULL },
		{ "-S", PM_OPTION_FLAG, &everything, NULL },
		{ "-d", PM_OPTION_TEXT, &drop, NULL },
		{ "-D", PM_OPTION_FLAG, &drop_all, NULL },
		{ "-R", PM_OPTION_FLAG, &again, NULL },
		/* how crash reads the files, and what else it enters as symbols: it is all the same here */
		{ "-r", PM_OPTION_FLAG, &unused, NULL },
		{ "-o", PM_OPTION_FLAG, &unused, NULL },
		{ "-g", PM_OPTION_FLAG, &unused, NULL },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (again)
		return pm_shell_error(sh, "mod", "-R: the modules of a dump do not change");
	if ((load || everything) && sh->sealed)
		return pm_shell_error(sh, "mod", "no file is opened here");
	if (load)
		return argc > 1 ? load_one(sh, modules, argv[1], argc > 2 ? argv[2] : NULL)
				: pm_shell_error(sh, "mod", "-s: which module?");
	if (everything)
		return load_all(sh, modules, argc > 1 ? argv[1] : NULL);
	if (drop && !find(modules, drop))
		return pm_shell_no_such(sh, "mod", "module", drop, modules->trouble);
	for (size_t i = 0; (drop || drop_all) && i < modules->v.n; i++)
		if (drop_all || !strcmp(modules->v.v[i].name, drop))
			pm_shell_lines_drop(sh, &modules->v.v[i]);
	if (drop || drop_all)
		return true;
	if (argc > 1)
		return pm_shell_error(sh, "mod", "-s goes before a module: %s", argv[1]);
	return list(sh, modules, taints);
}

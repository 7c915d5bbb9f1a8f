/* mod: the modules. */
#include "shell/commands.h"
#include "shell/sys.h"

#include "decode/taint.h"

#include <string.h>

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

bool pm_shell_mod(struct pm_shell *sh, int argc, char **argv)
{
	struct pm_linux_modules *modules = pm_session_modules(sh->session);
	bool taints = argc > 1 && !strcmp(argv[1], "-t"), any = false;

	if (argc > 1 + taints)
		return pm_shell_no_option(sh, "mod", argv[1 + taints]);
	if (sh->json)
		pm_json_open(sh->json, "modules", '[');
	else if (taints)
		fprintf(sh->out, "%-24s %s\n", "NAME", "TAINTS");
	else
		fprintf(sh->out, "%-16s  %-24s %-16s %10s\n", "MODULE", "NAME", "TEXT_BASE", "SIZE");
	for (size_t i = 0; i < modules->v.n; i++) {
		const struct pm_linux_module *m = &modules->v.v[i];
		char letters[32];

		pm_shell_taint_letters(m->taints, letters);
		if (taints && !*letters)
			continue;
		any = true;
		if (sh->json)
			print_json(sh, m, letters);
		else if (taints)
			print_taints(sh, m->name, letters);
		else
			fprintf(sh->out, "%016llx  %-24s %016llx %10llu\n", (unsigned long long)m->addr,
				m->name, (unsigned long long)m->mem[0].start, (unsigned long long)m->size);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	else if (taints && !any)
		fputs("no module is tainted\n", sh->out);
	return !modules->trouble || pm_shell_error(sh, "mod", "the list of modules: %s", modules->trouble);
}

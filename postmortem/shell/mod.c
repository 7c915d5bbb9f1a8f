#include "shell/shell.h"

bool pm_shell_mod(struct pm_shell *sh, int argc, char **argv)
{
	struct pm_linux_modules *modules = pm_session_modules(sh->session);

	if (argc > 1)
		return pm_shell_error(sh, "mod", "no option '%s'", argv[1]);
	fprintf(sh->out, "%16s  %-24s %16s %10s\n", "MODULE", "NAME", "TEXT_BASE", "SIZE");
	for (size_t i = 0; i < modules->v.n; i++) {
		const struct pm_linux_module *m = &modules->v.v[i];

		fprintf(sh->out, "%016llx  %-24s %016llx %10llu\n", (unsigned long long)m->addr, m->name,
			(unsigned long long)m->mem[0].start, (unsigned long long)m->size);
	}
	return !modules->trouble || pm_shell_error(sh, "mod", "%s", modules->trouble);
}

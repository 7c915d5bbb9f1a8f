#include "shell/commands.h"

#include <string.h>

bool pm_shell_set(struct pm_shell *sh, int argc, char **argv)
{
	struct pm_linux_cpus *cpus = pm_session_cpus(sh->session);
	struct pm_linux_task task;

	if (argc > 1 && !strcmp(argv[1], "-p")) {
		if (cpus->panic_cpu < 0)
			return pm_shell_error(sh, "set", "no task panicked");
		sh->task = cpus->v.v[cpus->panic_cpu].task;
	} else if (argc > 1) {
		const struct pm_linux_task *chosen = pm_shell_task(sh, "set", argv[1]);

		if (!chosen)
			return false;
		sh->task = chosen->addr;
	}
	if (!pm_shell_current(sh, "set", &task))
		return false;
	if (sh->json) {
		pm_shell_put_task(sh, &task);
		pm_json_str(sh->json, "state", (const char[]){ task.state, 0 });
		return true;
	}
	fprintf(sh->out, "    PID: %d\nCOMMAND: \"%s\"\n   TASK: %016llx\n    CPU: %u\n  STATE: %c\n",
		task.pid, task.comm, (unsigned long long)task.addr, task.cpu, task.state);
	return true;
}

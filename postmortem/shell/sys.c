#include "shell/shell.h"

#include <string.h>

static void row(struct pm_shell *sh, const char *label, const char *value)
{
	fprintf(sh->out, "%12s: %s\n", label, value);
}

bool pm_shell_sys(struct pm_shell *sh, int argc, char **argv)
{
	struct pm_linux_cpus *cpus = pm_session_cpus(sh->session);
	struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	const struct pm_dump_info *info = pm_dump_info(sh->dump);
	const struct pm_log *log = pm_session_log(sh->session, NULL);
	char text[512];
	uint64_t addr;
	unsigned online = 0;

	if (argc > 1)
		return pm_shell_error(sh, "sys", "no option '%s'", argv[1]);
	for (size_t i = 0; i < cpus->v.n; i++)
		online += cpus->v.v[i].online;
	snprintf(text, sizeof(text), "%s  [%s]", pm_dump_name(sh->dump), info->format);
	row(sh, "DUMPFILE", text);
	snprintf(text, sizeof(text), "%zu (%u online)", cpus->v.n, online);
	row(sh, "CPUS", text);
	if (log->records.n) {
		uint64_t seconds = log->records.v[log->records.n - 1].ts_ns / 1000000000;

		snprintf(text, sizeof(text), "%llu days, %02llu:%02llu:%02llu",
			 (unsigned long long)seconds / 86400, (unsigned long long)seconds / 3600 % 24,
			 (unsigned long long)seconds / 60 % 60, (unsigned long long)seconds % 60);
		row(sh, "UPTIME", text);
	}
	snprintf(text, sizeof(text), "%zu", tasks->v.n);
	row(sh, "TASKS", text);
	if (sh->lx->release)
		row(sh, "RELEASE", sh->lx->release);
	if (sh->lx->build_id)
		row(sh, "BUILD-ID", sh->lx->build_id);
	if (pm_linux_symbol(sh->lx, "linux_banner", &addr) &&
	    pm_space_string(&sh->lx->kernel, addr, text, sizeof(text))) {
		text[strcspn(text, "\n")] = 0;
		row(sh, "VERSION", text);
	}
	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)sh->lx->kaslr);
	row(sh, "KASLR", text);
	if (cpus->panic_cpu >= 0) {
		struct pm_linux_task task;

		for (size_t i = log->records.n; i-- > 0;)
			if (pm_slice_starts(log->records.v[i].text, PM_S("Kernel panic - not syncing: "))) {
				snprintf(text, sizeof(text), "\"%.*s\"", PM_FMT(log->records.v[i].text));
				row(sh, "PANIC", text);
				break;
			}
		if (pm_linux_task_read(sh->lx, cpus->v.v[cpus->panic_cpu].task, &task)) {
			snprintf(text, sizeof(text), "%d", task.pid);
			row(sh, "PID", text);
			snprintf(text, sizeof(text), "\"%s\"", task.comm);
			row(sh, "COMMAND", text);
			snprintf(text, sizeof(text), "%016llx", (unsigned long long)task.addr);
			row(sh, "TASK", text);
		}
		snprintf(text, sizeof(text), "%d", cpus->panic_cpu);
		row(sh, "CPU", text);
	}
	return true;
}

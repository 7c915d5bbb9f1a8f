/* set: the current task, and the variables. */
#include "shell/commands.h"
#include "shell/settings.h"

#include <string.h>

/* Which task an option means; 0: said why none. */
static uint64_t choose(struct pm_shell *sh, int argc, char **argv)
{
	struct pm_linux_cpus *cpus = pm_session_cpus(sh->session);
	const char *cpu_text = NULL;
	bool panicked = false, activate = false;
	uint64_t cpu;
	const struct pm_shell_option options[] = {
		{ "-a", PM_OPTION_FLAG, &activate },
		{ "-c", PM_OPTION_TEXT, &cpu_text },
		{ "-p", PM_OPTION_FLAG, &panicked },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return 0;
	if (panicked) {
		if (cpus->panic_cpu < 0)
			return pm_shell_error(sh, "set", "no task panicked");
		cpu = (uint64_t)cpus->panic_cpu;
	} else if (cpu_text) {
		if (!pm_shell_number(cpu_text, &cpu) || cpu >= cpus->v.n)
			return pm_shell_no_such(sh, "set", "CPU", cpu_text, NULL);
	}
	if (panicked || cpu_text) {
		if (!cpus->v.v[cpu].task)
			return pm_shell_error(sh, "set", "what CPU %u ran is not in the dump", (unsigned)cpu);
		return cpus->v.v[cpu].task;
	}
	if (argc < 2)
		return pm_shell_error(sh, "set", "-a: which task?");
	const struct pm_linux_task *task = pm_shell_task(sh, "set", argv[1]);

	if (!task)
		return 0;
	if (activate && task->cpu < cpus->v.n) {
		/* its registers were another one's */
		cpus->v.v[task->cpu].task = task->addr;
		cpus->v.v[task->cpu].has_regs = false;
	}
	return task->addr;
}

const char *pm_shell_state_words(char letter)
{
	static const struct {
		char letter;
		const char *words;
	} states[] = {
		{ 'R', "TASK_RUNNING" }, { 'S', "TASK_INTERRUPTIBLE" }, { 'D', "TASK_UNINTERRUPTIBLE" },
		{ 'T', "TASK_STOPPED" }, { 't', "TASK_TRACED" },        { 'X', "EXIT_DEAD" },
		{ 'Z', "EXIT_ZOMBIE" },  { 'P', "TASK_PARKED" },        { 'I', "TASK_IDLE" },
		{ 'W', "TASK_WAKING" },  { 'N', "TASK_NEW" },
	};

	for (size_t i = 0; i < PM_COUNT(states); i++)
		if (states[i].letter == letter)
			return states[i].words;
	return "?";
}

static bool put_context(struct pm_shell *sh)
{
	struct pm_linux_cpus *cpus = pm_session_cpus(sh->session);
	struct pm_linux_task task;

	if (!pm_shell_current(sh, "set", &task))
		return false;
	bool runs = pm_session_cpu_of(sh->session, task.addr);
	bool panicked = cpus->panic_cpu >= 0 && cpus->v.v[cpus->panic_cpu].task == task.addr;

	if (sh->json) {
		pm_shell_put_task(sh, &task);
		pm_json_str(sh->json, "state", (const char[]){ task.state, 0 });
		pm_json_bool(sh->json, "active", runs);
		pm_json_bool(sh->json, "panicked", panicked);
		return true;
	}
	fprintf(sh->out, "    PID: %d\nCOMMAND: \"%s\"\n   TASK: %016llx  ", task.pid, task.comm,
		(unsigned long long)task.addr);
	if (!task.pid && cpus->v.n > 1)
		fprintf(sh->out, "(1 of %zu)  ", cpus->v.n);
	fprintf(sh->out, "[THREAD_INFO: %016llx]\n    CPU: %u\n  STATE: %s%s\n",
		(unsigned long long)pm_shell_thread_info(sh, &task), task.cpu,
		pm_shell_state_words(task.state),
		panicked ? " (PANIC)"
		: runs   ? " (ACTIVE)"
			 : "");
	return true;
}

bool pm_shell_set(struct pm_shell *sh, int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "-v")) {
		pm_shell_settings_put(sh);
		return true;
	}
	if (argc > 1 && pm_shell_is_setting(argv[1]))
		return pm_shell_settings(sh, argc, argv, 1);
	if (sh->image)
		return pm_shell_error(sh, "set", "which task is the current one is Linux's to tell");
	if (!sh->btf)
		return pm_shell_no_types(sh, "set");
	if (argc > 1) {
		uint64_t task = choose(sh, argc, argv);

		if (!task)
			return false;
		sh->task = task;
	}
	return put_context(sh);
}

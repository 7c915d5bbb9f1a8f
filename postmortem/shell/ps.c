#include "shell/commands.h"

#include <string.h>

static const char *state_words(char letter)
{
	static const char *const words[] = {
		"RU", "IN", "UN", "ST", "TR", "PA", "DE", "WA", "ID", "ZO", "NE"
	};
	static const char letters[] = "RSDTtPXWIZN";
	const char *at = letter ? strchr(letters, letter) : NULL;

	return at ? words[at - letters] : "??";
}

struct choice {
	bool kernel, user, groups;
	char **named;
	int named_n;
};

static bool is_named(const struct pm_linux_task *task, const char *name)
{
	uint64_t value;

	return !strcmp(name, task->comm) ||
	       (pm_shell_number(name, &value) && (value == task->addr || value == (uint64_t)task->pid));
}

static bool is_there(const struct pm_linux_tasks *tasks, const char *name)
{
	for (size_t i = 0; i < tasks->v.n; i++)
		if (is_named(&tasks->v.v[i], name))
			return true;
	return false;
}

static bool is_chosen(const struct choice *choice, const struct pm_linux_task *task)
{
	if ((choice->kernel && task->mm) || (choice->user && !task->mm) || (choice->groups && !task->leader))
		return false;
	for (int i = 0; i < choice->named_n; i++)
		if (is_named(task, choice->named[i]))
			return true;
	return !choice->named_n;
}

/* Pages of the address space: all, and those in memory. */
static void sizes(struct pm_shell *sh, const struct pm_linux_task *task, uint64_t *virtual_out,
		  uint64_t *resident_out)
{
	*virtual_out = *resident_out = 0;
	if (!task->mm)
		return;
	pm_linux_get(sh->lx, task->mm, PM_MM_TOTAL_VM, virtual_out);
	*resident_out = pm_linux_resident_pages(sh->lx, pm_session_tasks(sh->session), task->mm);
}

static void print_task(struct pm_shell *sh, const struct pm_linux_task *t, uint64_t total)
{
	bool runs = pm_session_cpu_of(sh->session, t->addr);
	uint64_t virtual, resident;

	sizes(sh, t, &virtual, &resident);
	if (!sh->json) {
		fprintf(sh->out, "%c  %7d %7d %4u  %016llx  %s %5.1f %9llu %8llu  %s%s%s\n", runs ? '>' : ' ',
			t->pid, t->ppid, t->cpu, (unsigned long long)t->addr, state_words(t->state),
			total ? 100.0 * (double)resident / (double)total : 0.0,
			(unsigned long long)virtual * PM_PAGE_SIZE / 1024,
			(unsigned long long)resident * PM_PAGE_SIZE / 1024, t->mm ? "" : "[", t->comm,
			t->mm ? "" : "]");
		return;
	}
	pm_json_open(sh->json, NULL, '{');
	pm_shell_put_task(sh, t);
	pm_json_int(sh->json, "tgid", t->tgid);
	pm_json_int(sh->json, "ppid", t->ppid);
	pm_json_str(sh->json, "state", (const char[]){ t->state, 0 });
	pm_json_bool(sh->json, "running", runs);
	pm_json_bool(sh->json, "kernel_thread", !t->mm);
	pm_json_uint(sh->json, "vsz_kb", virtual * PM_PAGE_SIZE / 1024);
	pm_json_uint(sh->json, "rss_kb", resident * PM_PAGE_SIZE / 1024);
	pm_json_close(sh->json, '}');
}

bool pm_shell_ps(struct pm_shell *sh, int argc, char **argv)
{
	if (sh->image)
		return pm_shell_image_ps(sh, argc, argv);
	struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	struct choice choice = { 0 };
	int first = 1;
	uint64_t total = 0;

	for (; first < argc && *argv[first] == '-'; first++) {
		if (!strcmp(argv[first], "-k"))
			choice.kernel = true;
		else if (!strcmp(argv[first], "-u"))
			choice.user = true;
		else if (!strcmp(argv[first], "-G"))
			choice.groups = true;
		else
			return pm_shell_no_option(sh, "ps", argv[first]);
	}
	choice.named = argv + first;
	choice.named_n = argc - first;
	pm_linux_variable(sh->lx, "_totalram_pages", 8, &total);
	if (sh->json)
		pm_json_open(sh->json, "tasks", '[');
	else
		fprintf(sh->out, "   %7s %7s  CPU  %-16s  ST  %%MEM %9s %8s  COMM\n", "PID", "PPID", "TASK",
			"VSZ", "RSS");
	for (size_t i = 0; i < tasks->v.n; i++)
		if (is_chosen(&choice, &tasks->v.v[i]))
			print_task(sh, &tasks->v.v[i], total);
	if (sh->json)
		pm_json_close(sh->json, ']');
	bool ok = !tasks->trouble || pm_shell_error(sh, "ps", "the list of tasks: %s", tasks->trouble);

	for (int i = first; i < argc; i++)
		ok &= is_there(tasks, argv[i]) || pm_shell_no_such(sh, "ps", "task", argv[i], tasks->trouble);
	return ok;
}

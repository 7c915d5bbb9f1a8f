/* ps: the tasks. */
#include "shell/commands.h"
#include "shell/ps.h"
#include "shell/sys.h"

#include "linux/member.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *pm_ps_state(char letter)
{
	static const char *const words[] = {
		"RU", "IN", "UN", "ST", "TR", "PA", "DE", "WA", "ID", "ZO", "NE"
	};
	static const char letters[] = "RSDTtPXWIZN";
	const char *at = letter ? strchr(letters, letter) : NULL;

	return at ? words[at - letters] : "??";
}

/* Scheduling policies (include/uapi/linux/sched.h). */
static const char *const policies[] = { "NORMAL", "FIFO", "RR", "BATCH", "ISO", "IDLE", "DEADLINE", "EXT" };

struct choice {
	bool kernel, user, groups, active, no_header, stack_pointer, summary;
	bool policy[PM_COUNT(policies)], any_policy;
	char **named;
	int named_n;
	regex_t *patterns; /* [named_n] */
	bool *is_pattern;
};

/* "0", "fifo", "RR,5"; false: said. */
static bool take_policies(struct pm_shell *sh, struct choice *choice, const char *list)
{
	while (*list) {
		size_t n = strcspn(list, ","), i = 0;
		char *one = pm_printf("%.*s", (int)n, list);
		uint64_t number;

		if (pm_shell_number(one, &number) && pm_is_digit(*one))
			i = number < PM_COUNT(policies) ? (size_t)number : PM_COUNT(policies);
		else
			while (i < PM_COUNT(policies) && strcasecmp(policies[i], one))
				i++;
		bool known = i < PM_COUNT(policies);

		if (known)
			choice->policy[i] = choice->any_policy = true;
		else
			pm_shell_no_such(sh, "ps", "policy", one,
					 "NORMAL, FIFO, RR, BATCH, ISO, IDLE, DEADLINE, EXT, or 0 to 7");
		free(one);
		if (!known)
			return false;
		list += n + (list[n] == ',');
	}
	return true;
}

static bool is_named(const struct pm_linux_task *task, const char *name)
{
	uint64_t value;

	/* a name of digits is told from a pid by "\" before it */
	if (*name == '\\')
		return !strcmp(name + 1, task->comm);
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

/* What no task is called is a regular expression, if it is more than letters. */
static void take_patterns(struct choice *choice, const struct pm_linux_tasks *tasks)
{
	choice->patterns = pm_alloc(((size_t)choice->named_n + 1) * sizeof(*choice->patterns));
	choice->is_pattern = pm_alloc((size_t)choice->named_n + 1);
	for (int i = 0; i < choice->named_n; i++)
		choice->is_pattern[i] =
			strpbrk(choice->named[i], ".*[]^$|+?(){}") && !is_there(tasks, choice->named[i]) &&
			!regcomp(&choice->patterns[i], choice->named[i], REG_EXTENDED | REG_NOSUB);
}

static void drop_patterns(struct choice *choice)
{
	for (int i = 0; i < choice->named_n; i++)
		if (choice->is_pattern[i])
			regfree(&choice->patterns[i]);
	free(choice->patterns);
	free(choice->is_pattern);
}

static bool matches(const struct choice *choice, int i, const struct pm_linux_task *task)
{
	return choice->is_pattern[i] ? !regexec(&choice->patterns[i], task->comm, 0, NULL, 0)
				     : is_named(task, choice->named[i]);
}

static bool is_chosen(struct pm_shell *sh, const struct choice *choice, const struct pm_linux_task *task)
{
	if (sh->each && task->addr != sh->task)
		return false;
	if ((choice->kernel && task->mm) || (choice->user && !task->mm) || (choice->groups && !task->leader))
		return false;
	if (choice->active && !pm_session_cpu_of(sh->session, task->addr))
		return false;
	if (choice->any_policy) {
		uint64_t policy;

		if (!pm_linux_member_get(sh->lx, task->addr, "task_struct", "policy", &policy) ||
		    policy >= PM_COUNT(policies) || !choice->policy[policy])
			return false;
	}
	for (int i = 0; i < choice->named_n; i++)
		if (matches(choice, i, task))
			return true;
	return !choice->named_n;
}

/* Pages of the address space: all, and those in memory.  false: it is not in the dump. */
static bool sizes(struct pm_shell *sh, const struct pm_linux_task *task, uint64_t *virtual_out,
		  uint64_t *resident_out)
{
	*virtual_out = *resident_out = 0;
	if (!task->mm)
		return true;
	if (!pm_linux_get(sh->lx, task->mm, PM_MM_TOTAL_VM, virtual_out))
		return false;
	*resident_out = pm_linux_resident_pages(sh->lx, pm_session_tasks(sh->session), task->mm);
	return true;
}

static void print_task(struct pm_shell *sh, const struct pm_linux_task *t, uint64_t total, bool stack_pointer)
{
	bool runs = pm_session_cpu_of(sh->session, t->addr);
	uint64_t virtual, resident, sp = 0;

	bool has_sizes = sizes(sh, t, &virtual, &resident);
	bool has_sp = pm_linux_get(sh->lx, t->addr, PM_TASK_THREAD_SP, &sp);

	if (!sh->json) {
		char where[24] = "       --       ", share[8] = "?", all[24] = "?", there[24] = "?";

		if (has_sizes) {
			snprintf(all, sizeof(all), "%llu", (unsigned long long)virtual * PM_PAGE_SIZE / 1024);
			snprintf(there, sizeof(there), "%llu",
				 (unsigned long long)resident * PM_PAGE_SIZE / 1024);
		}
		if (has_sizes && total)
			snprintf(share, sizeof(share), "%.1f", 100.0 * (double)resident / (double)total);
		/* that of a task that runs is in a register */
		if (!stack_pointer || (!runs && has_sp))
			snprintf(where, sizeof(where), "%016llx",
				 (unsigned long long)(stack_pointer ? sp : t->addr));
		fprintf(sh->out, "%c  %7d %7d %4u  %s  %s %5s %9s %8s  %s%s%s\n", runs ? '>' : ' ', t->pid,
			t->ppid, t->cpu, where, pm_ps_state(t->state), share, all, there, t->mm ? "" : "[",
			t->comm, t->mm ? "" : "]");
		return;
	}
	pm_json_open(sh->json, NULL, '{');
	pm_shell_put_task(sh, t);
	pm_json_int(sh->json, "tgid", t->tgid);
	pm_json_int(sh->json, "ppid", t->ppid);
	pm_json_str(sh->json, "state", (const char[]){ t->state, 0 });
	pm_json_bool(sh->json, "running", runs);
	pm_json_bool(sh->json, "kernel_thread", !t->mm);
	if (has_sizes) {
		pm_json_uint(sh->json, "vsz_kb", virtual * PM_PAGE_SIZE / 1024);
		pm_json_uint(sh->json, "rss_kb", resident * PM_PAGE_SIZE / 1024);
	}
	if (stack_pointer && !runs && has_sp)
		pm_json_hex(sh->json, "stack_pointer", sp);
	pm_json_close(sh->json, '}');
}

/* Pages of the machine's memory; 0: not known. */
static uint64_t all_pages(struct pm_shell *sh)
{
	/* as crash: what is there, not what the page allocator was given of it */
	uint64_t total = pm_shell_present_pages(sh);

	if (!total)
		pm_linux_variable(sh->lx, "_totalram_pages", 8, &total);
	return total;
}

static void print_list(struct pm_shell *sh, const struct choice *choice,
		       const struct pm_linux_task *const *tasks, size_t n)
{
	uint64_t total = all_pages(sh);

	if (!sh->json && !choice->no_header && (!sh->each || sh->each_first))
		fprintf(sh->out, "   %7s %7s  CPU  %-16s  ST  %%MEM %9s %8s  COMM\n", "PID", "PPID",
			choice->stack_pointer ? "    KSTACKP" : "      TASK", "VSZ", "RSS");
	for (size_t i = 0; i < n && !pm_shell_interrupted(sh); i++)
		print_task(sh, tasks[i], total, choice->stack_pointer);
}

static bool print_views(struct pm_shell *sh, enum pm_ps_view view, const struct pm_linux_task *const *tasks,
			size_t n)
{
	bool ok = true;

	for (size_t i = 0; i < n && !pm_shell_interrupted(sh); i++) {
		/* a group is told of once, by its leader where that is there */
		if (view == PM_PS_THREADS && i && !tasks[i]->leader && tasks[i]->tgid == tasks[i - 1]->tgid)
			continue;
		if (sh->json)
			pm_json_open(sh->json, NULL, '{');
		ok &= pm_ps_view(sh, view, tasks[i]);
		if (sh->json)
			pm_json_close(sh->json, '}');
		else
			fputc('\n', sh->out);
	}
	return ok;
}

static bool print_chosen(struct pm_shell *sh, const struct choice *choice, enum pm_ps_view view,
			 const char *cpus, const struct pm_linux_task *const *chosen, size_t n)
{
	bool by_time = view == PM_PS_LAST_RUN || view == PM_PS_LAST_RUN_AGO, ok = true;

	if (choice->summary) {
		pm_ps_summary(sh, chosen, n);
		return true;
	}
	if (by_time && cpus)
		return pm_ps_last_run(sh, view == PM_PS_LAST_RUN_AGO, chosen, n, cpus);
	if (sh->json)
		pm_json_open(sh->json, "tasks", '[');
	if (by_time)
		ok = pm_ps_last_run(sh, view == PM_PS_LAST_RUN_AGO, chosen, n, NULL);
	else if (view == PM_PS_LIST)
		print_list(sh, choice, chosen, n);
	else
		ok = print_views(sh, view, chosen, n);
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}

bool pm_shell_ps(struct pm_shell *sh, int argc, char **argv)
{
	if (sh->image)
		return pm_shell_image_ps(sh, argc, argv);
	struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	struct choice choice = { 0 };
	bool views[PM_PS_LAST_RUN_AGO + 1] = { 0 };
	const char *policy = NULL, *cpus = NULL;
	const struct pm_shell_option options[] = {
		{ "-k", PM_OPTION_FLAG, &choice.kernel },
		{ "-u", PM_OPTION_FLAG, &choice.user },
		{ "-G", PM_OPTION_FLAG, &choice.groups },
		{ "-A", PM_OPTION_FLAG, &choice.active },
		{ "-H", PM_OPTION_FLAG, &choice.no_header },
		{ "-s", PM_OPTION_FLAG, &choice.stack_pointer },
		{ "-S", PM_OPTION_FLAG, &choice.summary },
		{ "-y", PM_OPTION_TEXT, &policy },
		{ "-C", PM_OPTION_TEXT, &cpus },
		{ "-p", PM_OPTION_FLAG, &views[PM_PS_PARENTS] },
		{ "-c", PM_OPTION_FLAG, &views[PM_PS_CHILDREN] },
		{ "-t", PM_OPTION_FLAG, &views[PM_PS_TIMES] },
		{ "-a", PM_OPTION_FLAG, &views[PM_PS_ARGUMENTS] },
		{ "-g", PM_OPTION_FLAG, &views[PM_PS_THREADS] },
		{ "-r", PM_OPTION_FLAG, &views[PM_PS_LIMITS] },
		{ "-l", PM_OPTION_FLAG, &views[PM_PS_LAST_RUN] },
		{ "-m", PM_OPTION_FLAG, &views[PM_PS_LAST_RUN_AGO] },
	};
	enum pm_ps_view view = PM_PS_LIST;

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc || (policy && !take_policies(sh, &choice, policy)))
		return false;
	for (size_t i = 1; i < PM_COUNT(views); i++) {
		if (views[i] && view != PM_PS_LIST)
			return pm_shell_error(sh, "ps", "only one of -p -c -t -l -m -a -g -r at a time");
		if (views[i])
			view = (enum pm_ps_view)i;
	}
	if (cpus && view != PM_PS_LAST_RUN && view != PM_PS_LAST_RUN_AGO)
		return pm_shell_error(sh, "ps", "-C goes with -l or -m");
	choice.named = argv + 1;
	choice.named_n = argc - 1;
	take_patterns(&choice, tasks);
	const struct pm_linux_task **chosen = pm_alloc((tasks->v.n + 1) * sizeof(*chosen));
	size_t n = 0;

	for (size_t i = 0; i < tasks->v.n && !pm_shell_interrupted(sh); i++)
		if (is_chosen(sh, &choice, &tasks->v.v[i]))
			chosen[n++] = &tasks->v.v[i];
	bool ok = print_chosen(sh, &choice, view, cpus, chosen, n);

	if (tasks->trouble && !sh->each) /* foreach says that itself, once */
		ok = pm_shell_error(sh, "ps", "the list of tasks: %s", tasks->trouble);
	for (int i = 0; i < choice.named_n; i++) {
		bool found = false;

		for (size_t k = 0; k < tasks->v.n && !found; k++)
			found = matches(&choice, i, &tasks->v.v[k]);
		ok &= found || pm_shell_no_such(sh, "ps", "task", choice.named[i], tasks->trouble);
	}
	free(chosen);
	drop_patterns(&choice);
	return ok;
}

/* foreach: commands for each of some tasks. */
#include "shell/commands.h"
#include "shell/ps.h"
#include "shell/rows.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

struct selection {
	struct pm_arena arena;
	PM_VEC(const char *) names, states;
	PM_VEC(uint64_t) numbers; /* pids and addresses */
	PM_VEC(regex_t) patterns;
	bool kernel, user, leaders, active;
	PM_VEC(const struct pm_shell_command *) commands;
};

static bool is_state(const char *word)
{
	static const char *const states[] = { "RU", "IN", "UN", "ST", "ZO", "TR",
					      "SW", "DE", "WA", "PA", "ID", "NE" };

	for (size_t i = 0; i < PM_COUNT(states); i++)
		if (!strcmp(word, states[i]))
			return true;
	return false;
}

/* A word of the selection; false: said. */
static bool select_word(struct pm_shell *sh, struct selection *s, const char *word, char quote)
{
	const struct {
		const char *word;
		bool *to;
	} kinds[] = {
		{ "kernel", &s->kernel },
		{ "user", &s->user },
		{ "gleader", &s->leaders },
		{ "active", &s->active },
	};
	uint64_t number;

	if (quote == '\'') {
		regex_t *pattern = PM_PUSH(&s->arena, &s->patterns);
		char why[128];
		int code = regcomp(pattern, word, REG_EXTENDED | REG_NOSUB);

		if (!code)
			return true;
		regerror(code, pattern, why, sizeof(why));
		s->patterns.n--;
		return pm_shell_error(sh, "foreach", "'%s': %s", word, why);
	}
	for (size_t i = 0; !quote && i < PM_COUNT(kinds); i++)
		if (!strcmp(word, kinds[i].word)) {
			*kinds[i].to = true;
			return true;
		}
	if (!quote && is_state(word)) {
		*PM_PUSH(&s->arena, &s->states) = word;
		return true;
	}
	struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	bool named = *word == '\\';

	word += named;
	if (!named && pm_shell_number(word, &number) &&
	    ((number <= INT32_MAX && pm_linux_task_by_pid(tasks, (int32_t)number)) ||
	     pm_linux_task_by_addr(tasks, number))) {
		*PM_PUSH(&s->arena, &s->numbers) = number;
		return true;
	}
	for (size_t i = 0; i < tasks->v.n; i++)
		if (!strncmp(tasks->v.v[i].comm, word, 15)) {
			*PM_PUSH(&s->arena, &s->names) = word;
			return true;
		}
	return pm_shell_no_such(sh, "foreach", "task, or command for each", word, tasks->trouble);
}

/* Any of the tasks that are named, of a state that is named, and of all kinds. */
static bool is_selected(struct pm_shell *sh, const struct selection *s, const struct pm_linux_task *t)
{
	bool named = !s->names.n && !s->numbers.n && !s->patterns.n, state = !s->states.n;

	if ((s->kernel && !s->user && t->mm) || (s->user && !s->kernel && !t->mm) ||
	    (s->leaders && (!t->leader || !t->mm)) || (s->active && !pm_session_cpu_of(sh->session, t->addr)))
		return false;
	for (size_t i = 0; i < s->names.n; i++)
		named |= !strncmp(t->comm, s->names.v[i], 15);
	for (size_t i = 0; i < s->numbers.n; i++)
		named |= s->numbers.v[i] == t->addr || s->numbers.v[i] == (uint64_t)t->pid;
	for (size_t i = 0; i < s->patterns.n; i++)
		named |= !regexec(&s->patterns.v[i], t->comm, 0, NULL, 0);
	for (size_t i = 0; i < s->states.n; i++)
		state |= !strcmp(s->states.v[i], pm_ps_state(t->state));
	return named && state;
}

/* Its options and arguments are argv[first] and on. */
static bool run_for(struct pm_shell *sh, const struct pm_shell_command *command,
		    const struct pm_linux_task *task, int argc, char **argv, int first)
{
	char **words = pm_alloc(((size_t)(argc - first) + 3) * sizeof(*words)), *name;
	int n = 0;

	name = pm_printf("%s", command->name);
	words[1 + n++] = name;
	for (int i = first; i < argc; i++)
		words[1 + n++] = argv[i];
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_open(sh->json, "of", '{');
		pm_shell_put_task(sh, task);
		pm_json_close(sh->json, '}');
		pm_json_str(sh->json, "command", name);
	} else if (command->foreach == PM_EACH_HEAD)
		pm_shell_put_task(sh, task);
	bool ok = !command->run || pm_shell_run_command(sh, command, n, words + 1);

	if (sh->json)
		pm_json_close(sh->json, '}');
	else if (command->foreach != PM_EACH_ROW && command->foreach != PM_EACH_WHOLE)
		fputc('\n', sh->out);
	free(name);
	free(words);
	return ok;
}

/* "test" is crash's, too: which tasks are selected. */
static const struct pm_shell_command *find_command(const char *name)
{
	static const struct pm_shell_command test = { .name = "test", .foreach = PM_EACH_HEAD };

	return strcmp(name, test.name) ? pm_shell_command_find(name) : &test;
}

/* Words up to the first command's name select, those behind the last one's are for all of them.  Returns where these
 * begin; 0: said. */
static int take_words(struct pm_shell *sh, struct selection *s, int argc, char **argv)
{
	int i = 1;

	for (; i < argc; i++) {
		const struct pm_shell_command *command = sh->quotes[i] ? NULL : find_command(argv[i]);

		if (command && command->foreach)
			*PM_PUSH(&s->arena, &s->commands) = command;
		else if (s->commands.n)
			break;
		else if (!select_word(sh, s, argv[i], sh->quotes[i]))
			return 0;
	}
	if (s->commands.n)
		return i;
	struct pm_buf names = { 0 };
	const struct pm_shell_command *command;

	for (size_t k = 0; (command = pm_shell_command_at(k)); k++)
		if (command->foreach)
			pm_buf_printf(&names, "%s%s", names.n ? " " : "", command->name);
	pm_shell_error(sh, "foreach", "which command?  One of: %s", names.data);
	pm_buf_deinit(&names);
	return 0;
}

static bool run_all(struct pm_shell *sh, const struct selection *s, int argc, char **argv, int first)
{
	struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	const uint64_t current = sh->task;
	bool ok = true, any = false;

	if (sh->json)
		pm_json_open(sh->json, "runs", '[');
	sh->each = true;
	for (size_t i = 0; i < tasks->v.n && !pm_shell_interrupted(sh); i++) {
		if (!is_selected(sh, s, &tasks->v.v[i]))
			continue;
		sh->each_first = !any;
		any = true;
		sh->task = tasks->v.v[i].addr;
		for (size_t k = 0; k < s->commands.n && !pm_shell_interrupted(sh); k++)
			ok &= run_for(sh, s->commands.v[k], &tasks->v.v[i], argc, argv, first);
	}
	sh->each = sh->each_first = false;
	sh->task = current;
	if (sh->json)
		pm_json_close(sh->json, ']');
	if (!any && !tasks->trouble && !pm_shell_interrupted(sh))
		pm_shell_say(sh, "no task is all of that\n");
	if (tasks->trouble)
		ok = pm_shell_error(sh, "foreach", "the list of tasks: %s", tasks->trouble);
	return ok;
}

bool pm_shell_foreach(struct pm_shell *sh, int argc, char **argv)
{
	struct selection s = { 0 };

	if (sh->each)
		return pm_shell_error(sh, "foreach", "not within foreach");
	pm_arena_init(&s.arena);
	int first = take_words(sh, &s, argc, argv);
	bool ok = first && run_all(sh, &s, argc, argv, first);

	for (size_t i = 0; i < s.patterns.n; i++)
		regfree(&s.patterns.v[i]);
	pm_arena_deinit(&s.arena);
	return ok;
}

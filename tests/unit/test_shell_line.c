/* A line of the shell: what is taken apart how, aliases, foreach, completion, and what an interrupt leaves behind. */
#include "shell_fixture.h"

#include "base/interrupt.h"
#include "shell/complete.h"
#include "shell/settings.h"

#include <unistd.h>

static void quotes(void **state)
{
	struct run r;

	(void)state;
	start(&r, &(struct image_options){ 0 }, true);
	r.sh.sealed = true;
	const struct {
		const char *line, *object;
	} rows[] = {
		{ "eval 1 # 2", "\"arguments\":[\"1\",\"#\",\"2\"]" },
		{ "help 'a b' c", "\"arguments\":[\"a b\",\"c\"]" },
		{ "help \"a;b|c>d\"", "\"arguments\":[\"a;b|c>d\"]" },
		{ "help (a;b|c>d <e)", "\"arguments\":[\"(a;b|c>d\",\"<e)\"]" },
		{ "help a->b", "\"arguments\":[\"a->b\"]" },
		{ "help it's", "\"arguments\":[\"it's\"]" },
		{ "help 'never ends", "\"arguments\":[\"never ends\"]" },
		{ "man eval", "\"command\":\"help\",\"arguments\":[\"eval\"]" },
		{ "help a<b", "\"arguments\":[\"a<b\"]" },
	};

	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (!strstr(output(&r, rows[i].line), rows[i].object))
			fail_msg("%s: %s", rows[i].line, r.text);
	/* what goes elsewhere is not run where that cannot be */
	static const char *const sealed[] = { "ps > x", "ps | x", "! x", "< x", "ps < x", "set error x" };

	for (size_t i = 0; i < PM_COUNT(sealed); i++) {
		unsigned failures = r.sh.failures;

		output(&r, sealed[i]);
		assert_int_equal(r.sh.failures, failures + 1);
	}
	pm_shell_settings_end(&r.sh);
	end(&r);
}

static void aliases(void **state)
{
	struct run r;

	(void)state;
	start(&r, &(struct image_options){ 0 }, false);
	assert_string_equal(output(&r, "alias k \"eval 7\""),
			    "ORIGIN   ALIAS    COMMAND\nruntime  k        eval 7\n");
	assert_non_null(strstr(output(&r, "k"), "decimal: 7 "));
	assert_non_null(strstr(output(&r, "k + 1"), "decimal: 8 "));
	assert_string_equal(output(&r, "alias k \"\""), "alias deleted: k\n");
	assert_int_equal(r.sh.failures, 0);
	output(&r, "k");
	assert_int_equal(r.sh.failures, 1);
	/* one of crash's own that is removed is gone, too */
	output(&r, "alias man \"\"; man");
	assert_int_equal(r.sh.failures, 2);
	/* one that a file has set says so when the file is done */
	char path[] = "/tmp/kpanic-aliases-XXXXXX", line[64], want[128];
	int fd = mkstemp(path);

	assert_true(fd >= 0 && write(fd, "alias j \"eval 9\"\n", 17) == 17);
	close(fd);
	snprintf(line, sizeof(line), "< %s", path);
	snprintf(want, sizeof(want), "%-8s j        eval 9\n", path);
	output(&r, line);
	assert_non_null(strstr(output(&r, "alias j"), want));
	assert_int_equal(r.sh.failures, 2);
	unlink(path);
	pm_shell_aliases_free(&r.sh);
	end(&r);
}

static void each_task(void **state)
{
	struct run r;

	(void)state;
	start(&r, &(struct image_options){ .blocked = true }, false);
	const struct {
		const char *line;
		unsigned tasks;
	} rows[] = {
		{ "foreach UN test", 2 },         { "foreach 'kworker/0:[12]' test", 2 },
		{ "foreach '0:1$' UN test", 1 },  { "foreach kernel 42 test", 0 },
		{ "foreach user 42 test", 1 },    { "foreach 7 8 42 test", 3 },
		{ "foreach sh test", 1 },         { "foreach \\sh test", 1 },
		{ "foreach gleader sh test", 1 },
	};

	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		const char *text = output(&r, rows[i].line);
		unsigned n = 0;

		for (const char *at = text; (at = strstr(at, "PID: ")); at++)
			n++;
		if (n != rows[i].tasks)
			fail_msg("%s: %u tasks: %s", rows[i].line, n, text);
	}
	assert_int_equal(r.sh.failures, 0);
	uint64_t task = r.sh.task;

	/* what is told of each task is no error of each */
	assert_non_null(strstr(output(&r, "foreach 7 vtop 400000"),
			       "400000            (the task has no memory of its own)\n"));
	assert_int_equal(r.sh.failures, 0);
	output(&r, "foreach; foreach 7; foreach nobody bt; foreach '(' bt; foreach 7 foreach bt");
	assert_int_equal(r.sh.failures, 5);
	assert_true(r.sh.task == task && !r.sh.each);
	end(&r);
}

static void completion(void **state)
{
	struct pm_shell_matches m;
	struct run r;

	(void)state;
	start(&r, &(struct image_options){ .blocked = true }, false);
	const struct {
		const char *line, *first;
		size_t n;
	} rows[] = {
		{ "rustf", "rustfilt", 1 },
		{ "sym vfs_", "vfs_write", 1 },
		{ "struct thread_s", "thread_struct", 1 },
		{ "struct list_head.", "list_head.next", 2 },
		{ "struct task_struct.pid,com", "task_struct.pid,comm", 1 },
		{ "list_head.p", "list_head.prev", 1 },
		{ "ps; rustf", "rustfilt", 1 },
		{ "foreach kworker/0:", "kworker/0:1", 2 },
		{ "no-such-command x", "", 0 },
		{ "ps | gr", "", 0 },
		{ "set rad", "radix", 1 },
		{ "foreach 7 bt -", "", 0 },
		{ "", "*", 0 },
	};

	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		pm_shell_complete(&r.sh, rows[i].line, &m);
		if ((rows[i].n && m.names.n != rows[i].n) ||
		    (*rows[i].first && (!m.names.n || strcmp(m.names.v[0], rows[i].first) != 0)))
			fail_msg("%s: %zu, %s", rows[i].line, m.names.n, m.names.n ? m.names.v[0] : "");
		pm_shell_matches_free(&m);
	}
	/* a name that would move the terminal's cursor is none that is offered */
	struct pm_linux_task *task = pm_linux_task_by_pid(pm_session_tasks(r.sh.session), 42);

	assert_non_null(task);
	strcpy(task->comm, "zz\033[2J");
	pm_shell_complete(&r.sh, "foreach zz", &m);
	assert_int_equal(m.names.n, 0);
	pm_shell_matches_free(&m);
	end(&r);
}

/* A command that is interrupted reads nothing any more, says so once, and leaves nothing half read. */
static void interrupts(void **state)
{
	struct run r;
	char *before, *errors;

	(void)state;
	start(&r, &(struct image_options){ 0 }, false);
	before = pm_printf("%s", output(&r, "ps; mod; kmem -s; log; bt"));
	end(&r);
	start(&r, &(struct image_options){ 0 }, false);
	/* a command at a time, as one in whose midst it comes */
	static const char *const commands[] = { "ps", "mod",        "kmem -s",   "log",
						"bt", "foreach bt", "rd -p 0 64" };

	size_t n;

	r.sh.settings.errors_file = open_memstream(&errors, &n);
	for (size_t i = 0; i < PM_COUNT(commands); i++) {
		const struct pm_shell_command *command;
		char *words[6] = { NULL }, *copy = pm_printf("%s", commands[i]), *rest = copy;
		int argc = 0;

		while ((words[1 + argc] = strsep(&rest, " ")))
			argc++;
		command = pm_shell_command_find(words[1]);
		assert_non_null(command);
		r.sh.quotes = "\0\0\0\0\0";
		pm_interrupt_flag = 1;
		pm_shell_run_command(&r.sh, command, argc, words + 1);
		pm_shell_run(&r.sh, "");
		free(copy);
	}
	fflush(r.sh.settings.errors_file);
	/* each said nothing, and the shell told once for each */
	char *want = pm_printf("%s", "");

	for (size_t i = 0; i < PM_COUNT(commands); i++) {
		char *more = pm_printf("%skpanic: interrupted\n", want);

		free(want);
		want = more;
	}
	assert_string_equal(errors, want);
	free(want);
	pm_interrupt_flag = 0;
	assert_string_equal(output(&r, "ps; mod; kmem -s; log; bt"), before);
	free(before);
	pm_shell_settings_end(&r.sh);
	free(errors);
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes),     cmocka_unit_test(aliases),    cmocka_unit_test(each_task),
		cmocka_unit_test(completion), cmocka_unit_test(interrupts),
	};

	return cmocka_run_group_tests_name("shell's lines", tests, NULL, NULL);
}

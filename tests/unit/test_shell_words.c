/* What the shell's commands take as addresses and members, and what they say of those that they cannot use. */
#include "shell_fixture.h"

/* What a command cannot do names what it was asked for, and why. */
static void error_words(void **state)
{
	static const struct {
		const char *command, *error;
	} rows[] = {
		{ "nonsense", "no such command: nonsense; 'help' lists them" },
		{ "help nonsense", "no such command: nonsense" },
		{ "bt 4711", "no such task: 4711" },
		{ "bt -z", "no such option: -z; 'help bt' lists them" },
		{ "bt -c 0,3", "no such CPU: 3 (there is 1)" },
		{ "set 4711", "no such task: 4711" },
		{ "vm 4711", "no such task: 4711" },
		{ "files 4711", "no such task: 4711" },
		{ "locks 4711", "no such task: 4711" },
		{ "ps 42 4711", "no such task: 4711" },
		{ "swap all", "it takes no argument: all" },
		{ "blocked all", "it takes no argument: all" },
		{ "blocked -z", "no such option: -z; 'help blocked' lists them" },
		{ "waitq 0", "0x0: mapped by no page table" },
		{ "sbitmapq 0", "0x0: mapped by no page table" },
		{ "p *(struct no_such *)0", "no such type: struct no_such" },
		{ "ps -z", "no such option: -z; 'help ps' lists them" },
		{ "sym foo", "no such symbol: foo" },
		{ "sym foo+8", "no such symbol: foo" },
		{ "sym vfs_write+z", "no such offset: +z" },
		{ "sym -q no_such", "no such symbol: no_such" },
		{ "sym -m foo", "no such module: foo" },
		{ "sym ffff888000000000", "0xffff888000000000: lies in no symbol" },
		{ "rd foo", "no such symbol: foo" },
		{ "rd 0", "0x0: mapped by no page table" },
		{ "rd -e foo 0", "no such symbol: foo" },
		{ "rd init_task x", "not a number: x" },
		{ "rd -7 init_task", "no such option: -7; 'help rd' lists them" },
		{ "rd -p 7fffffff000", "0x7fffffff000: no memory at that address in the dump" },
		{ "rd ffff888000200000", "0xffff888000200000: mapped by no page table" },
		{ "dis foo", "no such symbol: foo" },
		{ "dis 0", "0x0: mapped by no page table" },
		{ "dis vfs_write x", "not a number: x" },
		{ "dis ffffc90000000000", "0xffffc90000000000: mapped by no page table" },
		{ "struct foo", "no such type: foo" },
		{ "struct list_head.foo", "no such member of list_head: foo" },
		{ "struct list_head.foo init_task", "no such member of list_head: foo" },
		{ "struct list_head foo", "no such symbol: foo" },
		{ "struct list_head 0", "0x0: mapped by no page table" },
		{ "struct list_head.next 0", "0x0: mapped by no page table" },
		{ "struct list_head ffff8880001ffff8", "0xffff888000200000: mapped by no page table" },
		{ "list_head.next 0", "0x0: mapped by no page table" },
		{ "kmem 0", "0x0: NULL belongs to nothing" },
		{ "kmem foo", "no such symbol: foo" },
		{ "kmem ffffc90000000000", "0xffffc90000000000: mapped by no page table" },
		{ "kmem ffff888000200000", "0xffff888000200000: mapped by no page table" },
		{ "kmem -s foo test-48", "no such cache: foo" },
		{ "id 0", "0x0: not known: no address, or what sh (pid 42) has mapped is not in the dump" },
		{ "id 600000", "0x600000: not mapped by sh (pid 42)" },
		{ "id ffffc90000000000", "0xffffc90000000000: mapped by no page table" },
		{ "mod -x", "no such option: -x; 'help mod' lists them" },
		{ "sys -x", "no such option: -x; 'help sys' lists them" },
		{ "rd current_task",
		  "current_task: per-CPU: 'current_task:0' is CPU 0's, 'current_task:a' each one's" },
		{ "rd current_task:1", "no such CPU: 1 (there is 1)" },
		{ "rd current_task:x", "CPUs are written 0, 0,2-4, or a for all of them, not 'x'" },
		{ "rd init_task:0", "init_task: not per-CPU" },
		{ "rd foo:0", "no such symbol: foo" },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		struct run r;

		start(&r, &(struct image_options){ 0 }, true);
		const char *text = output(&r, rows[i].command), *errors = strstr(text, "\"errors\":[\"");

		if (r.sh.failures != 1 || !errors)
			fail_msg("%s: no error: %s", rows[i].command, text);
		size_t n = strlen(rows[i].error);
		if (strncmp(errors + 11, rows[i].error, n) || errors[11 + n] != '"')
			fail_msg("%s: %s", rows[i].command, errors);
		end(&r);
	}
}

/* A list that is known to lack some does not let a command say that there is none. */
static void error_words_of_lists(void **state)
{
	static const char *const commands[] = { "bt 4711", "ps 4711", "ps", "locks", "blocked", "bt all" };
	struct image im;
	struct run r;

	(void)state;
	image_make(&im, &(struct image_options){ .blocked = true });
	open_shell(&r, &im, false);
	const struct pm_linux_tasks *tasks = pm_session_tasks(r.sh.session);
	uint64_t last = tasks->v.v[tasks->v.n - 1].addr, nowhere = IMAGE_DIRECT + IMAGE_MEMORY;

	last -= last >= IMAGE_MAP ? IMAGE_MAP : IMAGE_DIRECT;
	close_shell(&r);
	memcpy(im.core + im.memory_at + last + TASK_TASKS, &nowhere, 8);
	open_shell(&r, &im, true);
	for (size_t i = 0; i < PM_COUNT(commands); i++) {
		const char *text = output(&r, commands[i]);

		assert_int_equal(r.sh.failures, i + 1);
		if (!strstr(text, "is not in the dump"))
			fail_msg("%s: %s", commands[i], text);
	}
	end(&r);
}

static void per_cpu(void **state)
{
	struct run r;
	char line[128];

	(void)state;
	start(&r, &(struct image_options){ 0 }, false);
	const uint64_t at = r.sh.lx->cpu_offset[0];
	uint64_t symbol;

	assert_true(pm_linux_symbol(r.sh.lx, "current_task", &symbol));
	/* the areas of this image lie behind its symbols, and so are named by the last of them */
	snprintf(line, sizeof(line), "%016llx  ", (unsigned long long)(symbol + at));
	assert_memory_equal(output(&r, "sym current_task:0"), line, strlen(line));
	assert_memory_equal(output(&r, "sym current_task:a"), line, strlen(line));
	assert_memory_equal(output(&r, "sym current_task:"), line, strlen(line));
	snprintf(line, sizeof(line),
		 "%llx (D) current_task  (per-CPU: 'current_task:0' is CPU 0's, 'current_task:a' each "
		 "one's)\n",
		 (unsigned long long)symbol);
	assert_string_equal(output(&r, "sym current_task"), line);
	snprintf(line, sizeof(line), "[0]: %016llx\n%16llx:  %016llx\n", (unsigned long long)(symbol + at),
		 (unsigned long long)(symbol + at), (unsigned long long)r.sh.task);
	assert_string_equal(output(&r, "rd -x current_task:0-0"), line);
	snprintf(line, sizeof(line), "[0]: %016llx\n  next = 0x%llx", (unsigned long long)(symbol + at),
		 (unsigned long long)r.sh.task);
	assert_memory_equal(output(&r, "struct list_head.next current_task:a"), line, strlen(line));
	assert_int_equal(r.sh.failures, 0);
	end(&r);
	start(&r, &(struct image_options){ 0 }, true);
	assert_non_null(strstr(output(&r, "rd current_task:all"), "\"cpus\":[{\"cpu\":0,\"address\":\"0x"));
	assert_non_null(
		strstr(output(&r, "struct list_head.next current_task:0"), "\"values\":[{\"cpu\":0,"));
	assert_non_null(strstr(output(&r, "sym current_task"), "\"per_cpu\":true"));
	end(&r);
}

/* Of some members, with where they stand or what they hold. */
static void some_members(void **state)
{
	struct run r;

	(void)state;
	start(&r, &(struct image_options){ 0 }, false);
	assert_string_equal(output(&r, "struct -o list_head.prev"),
			    "struct list_head {\n  [8] void *prev;\n}\n");
	assert_string_equal(output(&r, "struct -o list_head.prev ffffffff80100000"),
			    "struct list_head {\n  [ffffffff80100008] void *prev;\n}\n");
	assert_string_equal(output(&r, "struct -o list_head.next,prev ffffffff80100000"),
			    "struct list_head {\n"
			    "  [ffffffff80100000] void *next;\n"
			    "  [ffffffff80100008] void *prev;\n}\n");
	assert_string_equal(output(&r, "struct task_struct.pid,comm init_task"),
			    "  pid = 0,\n  comm = \"swapper/0\",\n");
	assert_int_equal(r.sh.failures, 0);
	end(&r);
	start(&r, &(struct image_options){ 0 }, true);
	assert_non_null(strstr(output(&r, "struct -o list_head.prev ffffffff80100000"),
			       "\"members\":[{\"name\":\"prev\",\"type\":\"void *\",\"offset\":8,"
			       "\"address\":\"0xffffffff80100008\"}]"));
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(error_words),
		cmocka_unit_test(error_words_of_lists),
		cmocka_unit_test(per_cpu),
		cmocka_unit_test(some_members),
	};

	return cmocka_run_group_tests_name("shell's words", tests, NULL, NULL);
}

/* The shell's commands on the kernel that is made in memory: what they print, as text and as JSON.  What they make of
 * memory that lies: test_shell_lies.c. */
#include "json_check.h"
#include "shell_fixture.h"

static void kmem_usage(void **state)
{
	struct run r;

	(void)state;
	start(&r, &(struct image_options){ 0 }, false);
	assert_string_equal(output(&r, "kmem -i"),
			    "                 PAGES        TOTAL      PERCENTAGE\n"
			    "    TOTAL MEM      500         2 MB         ----\n"
			    "         FREE      200       800 KB   40% of TOTAL MEM\n"
			    "         USED      300       1.2 MB   60% of TOTAL MEM\n"
			    "       SHARED        1         4 KB    0% of TOTAL MEM\n"
			    "      BUFFERS        7        28 KB    1% of TOTAL MEM\n"
			    "       CACHED       50       200 KB   10% of TOTAL MEM\n"
			    "         SLAB       15        60 KB    3% of TOTAL MEM\n"
			    "\n"
			    "   TOTAL HUGE        ?     not told         ----\n"
			    "    HUGE FREE        ?     not told         ----\n"
			    "\n"
			    "   TOTAL SWAP      100       400 KB         ----\n"
			    "    SWAP USED       60       240 KB   60% of TOTAL SWAP\n"
			    "    SWAP FREE       40       160 KB   40% of TOTAL SWAP\n"
			    "\n"
			    " COMMIT LIMIT      350       1.4 MB         ----\n"
			    "    COMMITTED       42       168 KB   12% of TOTAL LIMIT\n");
	end(&r);
}

/* Three free objects on the node's list, two with the CPU, in whatever kind of place that kernel keeps them; the
 * barn's sheaf has one more. */
static void kmem_caches(void **state)
{
	static const struct image_options kinds[] = { { 0 }, { .old = true }, { .sheaves = true } };
	static const char *const free_objects[] = {
		"\"free\":{\"partial\":3,\"cpus\":2,\"sheaves\":0}",
		"\"free\":{\"partial\":3,\"cpus\":2,\"sheaves\":0}",
		"\"free\":{\"partial\":3,\"cpus\":0,\"sheaves\":3}",
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(kinds); i++) {
		struct run r;

		start(&r, &kinds[i], true);
		const char *text = output(&r, "kmem -s");

		assert_non_null(strstr(text, "\"name\":\"test-48\",\"object_size\":48,\"size\":64"));
		assert_non_null(strstr(text, kinds[i].sheaves
						     ? "\"allocated\":122,\"total\":128,\"slabs\":2"
						     : "\"allocated\":123,\"total\":128,\"slabs\":2"));
		assert_non_null(strstr(text, free_objects[i]));
		assert_null(strstr(text, "trouble"));
		assert_int_equal(r.sh.failures, 0);
		output(&r, "kmem -s no-such-cache");
		assert_int_equal(r.sh.failures, 1);
		end(&r);
	}
}

static void kmem_address(void **state)
{
	struct run r;
	char command[64];
	const struct {
		uint64_t slab, index;
		const char *is;
	} rows[] = {
		{ IMAGE_SLAB, 3, "test-48 object, free" },
		{ IMAGE_SLAB, 4, "test-48 object" },
		{ IMAGE_SLAB_2, 2, "test-48 object, free" },
	};

	(void)state;
	start(&r, &(struct image_options){ 0 }, false);
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		bool is_free = strstr(rows[i].is, "free");
		uint64_t at = IMAGE_DIRECT + rows[i].slab + 64 * rows[i].index;
		char line[128];

		snprintf(command, sizeof(command), "kmem %llx", (unsigned long long)at);
		const char *text = output(&r, command);

		snprintf(line, sizeof(line), "%016llx: %s\n", (unsigned long long)at, rows[i].is);
		assert_non_null(strstr(text, line));
		snprintf(line, sizeof(line),
			 !is_free                       ? "  [%016llx]\n"
			 : rows[i].slab == IMAGE_SLAB_2 ? "   %016llx  (cpu 0 cache)\n"
							: "   %016llx\n",
			 (unsigned long long)at);
		assert_non_null(strstr(text, line));
		/* the name of a flag is its first one */
		assert_non_null(strstr(text, " 80 slab\n"));
	}
	snprintf(command, sizeof(command), "kmem %llx", IMAGE_DIRECT + IMAGE_STACK + 0x3010);
	assert_non_null(strstr(output(&r, command), "stack of sh (pid 42)\n"));
	assert_int_equal(r.sh.failures, 0);
	output(&r, "kmem 123456789abcdef0");
	assert_int_equal(r.sh.failures, 1);
	end(&r);
	/* in a CPU's sheaf, in one of the node's barn, in none */
	start(&r, &(struct image_options){ .sheaves = true }, false);
	for (uint64_t i = 2; i < 5; i++) {
		snprintf(command, sizeof(command), "kmem %llx",
			 IMAGE_DIRECT + IMAGE_SLAB_2 + 64 * (unsigned long long)i);
		assert_int_equal(strstr(output(&r, command), "test-48 object, free\n") != NULL, i < 4);
	}
	end(&r);
}

static void locks_and_blocked(void **state)
{
	struct run r;

	(void)state;
	/* waiters in a list whose head is the lock's, and in a ring of their own */
	for (unsigned ring = 0; ring < 2; ring++) {
		start(&r, &(struct image_options){ .blocked = true, .sheaves = ring }, false);
		const char *text = output(&r, "locks");

		assert_non_null(strstr(text, "  kworker/0:1      mutex"));
		assert_non_null(strstr(text, "  lock_a, held by kworker/0:2 (pid 8)\n"));
		assert_non_null(strstr(text, "  lock_b, held by kworker/0:1 (pid 7)\n"));
		assert_non_null(strstr(text, "a circle: kworker/0:1 (pid 7) waits for kworker/0:2 (pid 8) "
					     "waits for kworker/0:1 (pid 7)\n"));
		text = output(&r, "blocked");
		assert_non_null(strstr(text, "2 tasks:\n  7 kworker/0:1\n  8 kworker/0:2\n"));
		assert_non_null(strstr(
			text, "    __schedule+32\n    schedule+32\n    __mutex_lock+32\n    kthread+32\n"));
		end(&r);
	}
	start(&r, &(struct image_options){ .blocked = true, .rt = true }, false);
	const char *text = output(&r, "locks");

	assert_non_null(strstr(text, "  kworker/0:1      rt_mutex"));
	assert_non_null(strstr(text, "  lock_a, held by kworker/0:2 (pid 8)\n"));
	assert_non_null(strstr(text, "a circle: kworker/0:1 (pid 7) waits for kworker/0:2 (pid 8) "));
	/* a node that its tree does not have is no waiter */
	uint64_t lock;

	assert_true(pm_linux_symbol(r.sh.lx, "lock_a", &lock));
	memset(r.image.core + r.image.memory_at + (lock - IMAGE_MAP), 0, 8);
	pm_dump_forget(r.sh.dump);
	text = output(&r, "locks");
	assert_null(strstr(text, "lock_a"));
	assert_non_null(strstr(text, "  lock_b, held by kworker/0:1 (pid 7)\n"));
	end(&r);
	start(&r, &(struct image_options){ 0 }, false);
	assert_string_equal(output(&r, "locks"), "no task waits for a lock that can be told\n");
	assert_string_equal(output(&r, "blocked"), "no task is in uninterruptible sleep\n");
	end(&r);
}

/* What tasks have counted for themselves belongs to their address space. */
static void processes(void **state)
{
	(void)state;
	for (unsigned old = 0; old < 2; old++) {
		struct run r;

		start(&r, &(struct image_options){ .old = old }, false);
		assert_non_null(strstr(output(&r, "ps 42"), "       64       36  sh\n"));
		const char *text = output(&r, "vm");

		assert_non_null(strstr(text, "    36k       64k\n"));
		assert_non_null(strstr(text, "       400000       410000       5 /bin/sh\n"));
		text = output(&r, "files 42");
		assert_non_null(strstr(text, "ROOT: /    CWD: /bin    \n"));
		assert_non_null(strstr(text, "  3 "));
		assert_non_null(strstr(text, " REG  /bin/sh\n"));
		assert_string_equal(strrchr(output(&r, "files 7"), '\n') - 13, "No open files\n");
		assert_int_equal(r.sh.failures, 0);
		end(&r);
	}
}

static void other_commands(void **state)
{
	struct run r;

	(void)state;
	start(&r, &(struct image_options){ 0 }, false);
	assert_string_equal(output(&r, "struct -o thread_struct"),
			    "struct thread_struct {\n      [0] unsigned long sp;\n}\nSIZE: 16\n");
	assert_non_null(
		strstr(output(&r, "struct -o task_struct"), "\n     [64] union {\n     [64]     int pid;\n"));
	assert_string_equal(output(&r, "task_struct.pid init_task"), "  pid = 0,\n");
	assert_string_equal(output(&r, "struct -o list_head ffffffff80100000"),
			    "struct list_head {\n"
			    "  [ffffffff80100000] void *next;\n"
			    "  [ffffffff80100008] void *prev;\n"
			    "}\nSIZE: 16\n");
	/* a typedef is not opened, an enumeration without a name is */
	assert_string_equal(output(&r, "struct -o shapes"), "struct shapes {\n"
							    "      [0] atomic_t count;\n"
							    "      [4] enum {RED, BLACK} colour;\n"
							    "      [8] unsigned long more[];\n"
							    "}\nSIZE: 8\n");
	assert_non_null(strstr(output(&r, "sym -m drv"), "ffffffff801c0100 (?) drv_write\n"));
	assert_non_null(strstr(output(&r, "sym -l"), "ffffffff80100080 (T) vfs_write\n"));
	assert_string_equal(output(&r, "mod -t"), "NAME                     TAINTS\nno module is tainted\n");
	assert_non_null(strstr(output(&r, "log -t"), "two\nlines\nsysrq: Trigger a crash\n"));
	assert_non_null(strstr(output(&r, "log -c"), "[    4.000000][   T42] Kernel panic"));
	assert_non_null(strstr(output(&r, "bt -c 0"),
			       " #1 [ffff888000083020] sysrq_handle_crash at ffffffff80100060\n"));
	assert_string_equal(output(&r, "bt -c 0"), output(&r, "bt -c 0"));
	assert_non_null(strstr(output(&r, "bt -ts"),
			       "  [ffff888000083020] sysrq_handle_crash+32 at ffffffff80100060\n"));
	assert_int_equal(r.sh.failures, 0);
	assert_non_null(strstr(output(&r, "log -T"), "[    3.000000] sysrq: Trigger a crash\n"));
	assert_int_equal(r.sh.failures, 1);
	/* no lines, no clock, no such CPU, module, option, command */
	output(&r, "bt -l; log -T; bt -c 1; bt -c x; bt -c 0-; sym -m none; mod -x; nonsense");
	assert_int_equal(r.sh.failures, 9);
	end(&r);
}

/* Without types it is not known which tasks ran, but what they did. */
static void traces_without_types(void **state)
{
	static const char *const commands[] = { "bt", "bt -a", "bt -c 0" };
	struct run r;

	(void)state;
	start(&r, &(struct image_options){ .no_btf = true }, false);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const char *text = output(&r, commands[i]);

		assert_non_null(strstr(text, "CPU: 0    COMMAND: ?\n    [exception RIP: "));
		assert_non_null(strstr(text, " #5 [ffff8880000830c0] entry_SYSCALL_64_after_hwframe at "));
	}
	assert_non_null(strstr(output(&r, "bt -ts"), "sysrq_handle_crash+32 at ffffffff80100060\n"));
	assert_int_equal(r.sh.failures, 0);
	/* what is not known is not none */
	assert_string_equal(output(&r, "ps; locks; blocked; vm; files; set; mod; kmem -i; bt all; bt 42"),
			    "");
	assert_int_equal(r.sh.failures, 10);
	end(&r);
}

static void options_together_and_quit(void **state)
{
	struct run r;

	(void)state;
	start(&r, &(struct image_options){ 0 }, false);
	assert_string_equal(output(&r, "bt -fs"), output(&r, "bt -f -s"));
	assert_non_null(strstr(output(&r, "bt -sc 0"), "sysrq_handle_crash+32 at"));
	assert_int_equal(r.sh.failures, 0);
	output(&r, "bt -fq");
	assert_int_equal(r.sh.failures, 1);
	assert_string_equal(output(&r, "quit; sys"), "");
	assert_true(r.sh.ended);
	end(&r);
}

/* Addresses below the kernel's are those of the current task's process; a kernel thread has none. */
static void memory_of_process(void **state)
{
	struct run r;

	(void)state;
	start(&r, &(struct image_options){ 0 }, false);
	assert_string_equal(output(&r, "rd -x 401ff8"), "          401ff8:  0000000000002003\n");
	output(&r, "rd 600000");
	assert_int_equal(r.sh.failures, 1);
	output(&r, "set 7");
	assert_string_equal(output(&r, "rd -x 401ff8"), "");
	assert_int_equal(r.sh.failures, 2);
	end(&r);
}

/* No argument is lost, however many there are. */
static void many_arguments(void **state)
{
	struct pm_buf line = { 0 };
	struct run r;
	unsigned n = 0;

	(void)state;
	start(&r, &(struct image_options){ 0 }, false);
	for (unsigned form = 0; form < 2; form++) {
		pm_buf_printf(&line, form ? "task_struct.pid" : "struct task_struct.pid");
		for (unsigned i = 0; i < 200; i++)
			pm_buf_str(&line, " init_task");
		for (const char *at = output(&r, line.data); (at = strstr(at, "  pid = 0,\n")); at++)
			n++;
		pm_buf_deinit(&line);
	}
	assert_int_equal(n, 400);
	assert_int_equal(r.sh.failures, 0);
	end(&r);
}

/* ---- JSON ---- */

static const char *const all_commands[] = {
	"sys",
	"log",
	"bt",
	"bt -a",
	"bt -f -l all",
	"bt -t",
	"bt -c 0",
	"ps",
	"mod",
	"mod -t",
	"sym vfs_write",
	"sym -l",
	"sym -q vfs",
	"sym current_task current_task:a",
	"rd current_task:a 2",
	"rd current_task:1",
	"struct -o list_head.prev init_task current_task:0",
	"struct task_struct.pid 0",
	"kmem current_task:0 0",
	"id current_task:a 400000",
	"rd -s init_task 8",
	"rd ffff8880001ffff8 4",
	"struct task_struct init_task",
	"struct task_struct",
	"struct task_struct.pid,comm init_task",
	"struct task_struct.pid",
	"* zone_stat_item",
	"struct page ffff888000040000",
	"id ffff8880000500c0 init_task 1",
	"set 7",
	"dis vfs_write",
	"dis -r -x -B vfs_write+5",
	"vm 42",
	"files 42",
	"kmem -i",
	"kmem -s",
	"kmem ffff8880000500c0 ffff888000083010",
	"locks",
	"blocked",
	"p init_task",
	"p -x init_task.comm",
	"p vfs_write",
	"p current_task",
	"p current_task:a",
	"p (char)65",
	"p 1/0",
	"whatis init_task",
	"whatis list_head",
	"whatis -r 16",
	"whatis no_such",
	"list -h init_task -s task_struct.pid -o task_struct.tasks",
	"list -H init_task",
	"tree -t rb init_task",
	"tree -t maple -v init_task",
	"tree -t xarray -p init_task",
	"search -k init_task",
	"search -t init_task",
	"search -p -c swapper",
	"search -u 0",
	"ptov 1000 current_task:a",
	"ptob 1 x",
	"btop 1000",
	"pte d8e067 13f600 0",
	"wr init_task 1",
	"rd -S init_task 4",
	"rd -a vfs_write",
	"struct -r list_head init_task",
	"struct -ox task_struct",
	"sym -np vfs_write",
	"sym -M",
	"dis -l vfs_write 2",
	"dis -s vfs_write",
	"dis -u 400000 2",
	"vtop init_task",
	"vtop -u 400000 600000",
	"vtop -k 0",
	"id ffff888000083010 ffffc90000000000 ffff888000000000",
	"help",
	"help bt",
	"bt -x",
	"nonsense 'quoted \" words'",
};

static void json_of_each_command(void **state)
{
	static const struct image_options kinds[] = { { 0 },
						      { .old = true },
						      { .sheaves = true, .blocked = true } };

	(void)state;
	for (size_t k = 0; k < PM_COUNT(kinds); k++)
		for (size_t i = 0; i < PM_COUNT(all_commands); i++) {
			struct run r;
			char start_of[64];

			start(&r, &kinds[k], true);
			const char *text = output(&r, all_commands[i]);

			snprintf(start_of, sizeof(start_of), "{\"command\":\"%.*s\",\"arguments\":[",
				 (int)strcspn(all_commands[i], " "), all_commands[i]);
			assert_memory_equal(text, start_of, strlen(start_of));
			json_value(&text);
			assert_string_equal(text, "\n");
			assert_int_equal(r.sh.failures != 0, strstr(r.text, "\"errors\":[") != NULL);
			end(&r);
		}
}

static void json_of_some(void **state)
{
	struct run r;

	(void)state;
	start(&r, &(struct image_options){ .blocked = true }, true);
	assert_non_null(strstr(output(&r, "task_struct.pid,comm init_task"),
			       "\"value\":{\"pid\":0,\"comm\":\"swapper/0\"}}]}\n"));
	assert_non_null(strstr(output(&r, "locks"), "\"cycles\":[[7,8]]"));
	assert_non_null(
		strstr(output(&r, "kmem -i"), "{\"total\":500,\"free\":200,\"used\":300,\"shared\":1,"));
	assert_non_null(
		strstr(output(&r, "bt"), "\"frames\":[{\"pc\":\"0xffffffff80100028\",\"symbol\":\"panic\","));
	assert_non_null(
		strstr(output(&r, "bt -z"), "\"errors\":[\"no such option: -z; 'help bt' lists them\"]}\n"));
	/* two commands are two lines */
	assert_non_null(strstr(output(&r, "set; nonsense"), "}\n{\"command\":\"nonsense\""));
	end(&r);
}

/* Every command is documented, for people and for programs. */
static void documents(void **state)
{
	static const char *const paths[] = { "docs/shell.md", "docs/man/kpanic.1" };

	(void)state;
	for (size_t i = 0; i < PM_COUNT(paths); i++) {
		FILE *file = fopen(paths[i], "r");
		char *text = pm_alloc(1 << 17), what[64];

		assert_non_null(file);
		text[fread(text, 1, (1 << 17) - 1, file)] = 0;
		fclose(file);
		for (size_t k = 0; pm_shell_command_at(k); k++) {
			const char *name = pm_shell_command_at(k)->name;

			/* as a word in backquotes, or behind .It Ic */
			snprintf(what, sizeof(what), i ? " %s" : "`%s", name);
			if (!strstr(text, what))
				fail_msg("%s does not name '%s'", paths[i], name);
		}
		free(text);
	}
}

/* What an address is said to be, it must be. */
static void no_files(void **state)
{
	struct image im;
	struct run r;
	char command[64];

	(void)state;
	image_make(&im, &(struct image_options){ 0 });
	open_shell(&r, &im, false);
	snprintf(command, sizeof(command), "inode %llx", (unsigned long long)im.inode);
	assert_non_null(strstr(output(&r, command), "       INODE: ffffffff80"));
	snprintf(command, sizeof(command), "dentry %llx", (unsigned long long)im.dentry);
	output(&r, command);
	close_shell(&r);
	expect_trouble(&im, "inode init_task", ": no inode: the host of its i_data is 0x");
	expect_trouble(&im, "files -p init_task", ": no inode: the host of its i_data is 0x");
	lie(&im, image_member(&im, im.inode, "inode.i_data.host"), im.inode + 8);
	snprintf(command, sizeof(command), "inode %llx", (unsigned long long)im.inode);
	expect_trouble(&im, command, ": no inode: the host of its i_data is 0x");
	image_deinit(&im);
}

/* "none" is said of what is there, and of nothing else. */
static void none_of_what_is_lost(void **state)
{
	static const struct {
		const char *command, *none, *trouble;
	} rows[] = {
		{ "bt -e 42", "(none found)", "\"errors\":[\"0x" },
		{ "bt -T 42", "no words", "words of the stack are not in the dump" },
		{ "bt -v", "No stack overflows", "the ends of 1 stacks are not in the dump" },
	};

	struct image im;
	struct run r;

	(void)state;
	image_make(&im, &(struct image_options){ 0 });
	open_shell(&r, &im, false);
	uint64_t task = pm_linux_task_by_pid(pm_session_tasks(r.sh.session), 42)->addr, files = 0;
	uint64_t stack = pm_linux_at(r.sh.lx, task, PM_TASK_STACK);

	pm_linux_get(r.sh.lx, task, PM_TASK_FILES, &files);
	close_shell(&r);
	/* its stack, and its table of files, are nowhere */
	lie(&im, stack, IMAGE_DIRECT + IMAGE_MEMORY + 0x10000);
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		for (unsigned json = 0; json < 2; json++) {
			open_shell(&r, &im, json);
			const char *text = output(&r, rows[i].command);

			if (strstr(text, rows[i].none) || (json && !strstr(text, rows[i].trouble)))
				fail_msg("%s: %s", rows[i].command, text);
			assert_int_equal(r.sh.failures, 1);
			close_shell(&r);
		}
	lie(&im, files, 0xffffc90000000000);
	static const char *const commands[] = { "files 42", "fuser /nowhere" };

	for (size_t i = 0; i < PM_COUNT(commands); i++) {
		open_shell(&r, &im, false);
		const char *text = output(&r, commands[i]);

		if (strstr(text, "No open files") || strstr(text, "No users of"))
			fail_msg("%s: %s", commands[i], text);
		assert_int_equal(r.sh.failures, 1);
		close_shell(&r);
	}
	image_deinit(&im);
}

/* What was removed while it was in use is marked, as in /proc; what is there is not, nor is the root. */
static void deleted_files(void **state)
{
	static const char *const commands[] = { "files", "vm", "id 400000" };

	(void)state;
	for (unsigned deleted = 0; deleted < 2; deleted++) {
		struct run r;

		start(&r, &(struct image_options){ .deleted = deleted }, false);
		for (size_t i = 0; i < PM_COUNT(commands); i++) {
			const char *text = output(&r, commands[i]), *path = strstr(text, "/bin/sh");

			assert_non_null(path);
			assert_int_equal(!strncmp(path, "/bin/sh (deleted)", 17), deleted);
			assert_null(strstr(text, deleted ? "bin (deleted)" : "(deleted)"));
			assert_null(strstr(text, "/ (deleted)"));
		}
		assert_int_equal(r.sh.failures, 0);
		end(&r);
	}
}

static void tasks_of_sys(void **state)
{
	struct run r;

	(void)state;
	start(&r, &(struct image_options){ 0 }, false);
	assert_non_null(strstr(output(&r, "sys"), "       TASKS: 2\n"));
	end(&r);
	start(&r, &(struct image_options){ .no_btf = true }, false);
	assert_non_null(
		strstr(output(&r, "sys"), "       TASKS: unknown (the kernel's types are not known)\n"));
	end(&r);
	start(&r, &(struct image_options){ .no_btf = true }, true);
	const char *text = output(&r, "sys");

	assert_null(strstr(text, "\"tasks\":"));
	assert_non_null(strstr(text, "\"tasks_trouble\":\"the kernel's types are not known\""));
	end(&r);
}

/* An oops that goes to a crash kernel ends without panic()'s words. */
static void last_words_of_sys(void **state)
{
	static const char *const panic = "Kernel panic - not syncing: sysrq";
	struct image image;
	struct run r;

	(void)state;
	start(&r, &(struct image_options){ 0 }, false);
	assert_non_null(
		strstr(output(&r, "sys"), "PANIC: \"Kernel panic - not syncing: sysrq triggered crash\"\n"));
	end(&r);
	image_make(&image, &(struct image_options){ 0 });
	char *at = memmem(image.core, image.core_size, panic, strlen(panic));

	assert_non_null(at);
	*at = 'k';
	open_shell(&r, &image, false);
	assert_non_null(strstr(output(&r, "sys"), "PANIC: \"sysrq: Trigger a crash\"\n"));
	end(&r);
}

/* Every line of help fits a terminal of 80 columns, in every locale. */
static void help_width(void **state)
{
	struct run r;

	(void)state;
	start(&r, &(struct image_options){ 0 }, false);
	for (size_t i = 0; i < 2 || pm_shell_command_at(i - 2); i++) {
		char command[64] = "help";

		if (i)
			snprintf(command, sizeof(command), "help %s",
				 i == 1 ? "all" : pm_shell_command_at(i - 2)->name);
		const char *line = output(&r, command);

		assert_true(*line);
		for (; *line; line += strcspn(line, "\n") + 1) {
			size_t n = strcspn(line, "\n");

			if (n > 80)
				fail_msg("%s: %zu columns: %.*s", command, n, (int)n, line);
			for (size_t k = 0; k < n; k++)
				assert_in_range(line[k], ' ', '~');
		}
	}
	assert_int_equal(r.sh.failures, 0);
	end(&r);
}

static void terminal(void **state)
{
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n), *safe = pm_shell_terminal(out);

	(void)state;
	fprintf(safe, "a\tb \x1b[2J\xc3\xa4\xff\n%c\x9b", 0);
	fclose(safe);
	fclose(out);
	assert_string_equal(text, "a\tb \\x1b[2J\xc3\xa4\\xff\n\\x9b");
	free(text);
}

/* What is no vmlinux is refused before the first command. */
static void no_vmlinux(void **state)
{
	static const struct {
		const char *path;
		enum pm_code code;
	} rows[] = { { "/nowhere", PM_IO }, { "/proc/self/exe", PM_MISMATCH } };

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		struct run r;

		start(&r, &(struct image_options){ 0 }, false);
		struct pm_error *err = pm_shell_lines_open(&r.sh, rows[i].path);

		assert_non_null(err);
		assert_int_equal(err->code, rows[i].code);
		pm_error_free(err);
		end(&r);
	}
}

/* ---- lies ---- */

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kmem_usage),
		cmocka_unit_test(kmem_caches),
		cmocka_unit_test(kmem_address),
		cmocka_unit_test(locks_and_blocked),
		cmocka_unit_test(processes),
		cmocka_unit_test(other_commands),
		cmocka_unit_test(traces_without_types),
		cmocka_unit_test(options_together_and_quit),
		cmocka_unit_test(memory_of_process),
		cmocka_unit_test(many_arguments),
		cmocka_unit_test(json_of_each_command),
		cmocka_unit_test(json_of_some),
		cmocka_unit_test(documents),
		cmocka_unit_test(no_files),
		cmocka_unit_test(none_of_what_is_lost),
		cmocka_unit_test(deleted_files),
		cmocka_unit_test(tasks_of_sys),
		cmocka_unit_test(last_words_of_sys),
		cmocka_unit_test(help_width),
		cmocka_unit_test(terminal),
		cmocka_unit_test(no_vmlinux),
	};

	return cmocka_run_group_tests_name("shell", tests, NULL, NULL);
}

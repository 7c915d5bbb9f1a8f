/* No lie in the kernel's memory keeps a command of the shell from ending, or is told as true. */
#include "json_check.h"
#include "shell_fixture.h"

#include <fcntl.h>
#include <unistd.h>

static int silence(void)
{
	int saved = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);

	fflush(stderr);
	dup2(null, STDERR_FILENO);
	close(null);
	return saved;
}

static void speak(int saved)
{
	dup2(saved, STDERR_FILENO);
	close(saved);
}

/* Every word of the structures that memory is told from is replaced in turn: by rubbish, by an address that leads to
 * itself, by all ones, and by what stands before it.  Each command ends, and what it prints is JSON. */
static void lies(void **state)
{
	static const char commands[] =
		"ps; vm 42; files 42; kmem -i; kmem -s; kmem ffff8880000500c0; locks; blocked";
	static const struct image_options kinds[] = { { .blocked = true },
						      { .old = true },
						      { .sheaves = true } };
	int saved = silence();

	(void)state;
	for (size_t k = 0; k < PM_COUNT(kinds); k++) {
		struct image im;

		image_make(&im, &kinds[k]);
		for (uint64_t at = im.memory_from & ~7ull; at < im.memory_to; at += 8)
			for (unsigned lie = 0; lie < 4; lie++) {
				uint8_t *word = im.core + im.memory_at + at;
				uint64_t kept, before, value;
				struct run r;

				memcpy(&kept, word, 8);
				memcpy(&before, word - 8, 8);
				value = lie == 0   ? 0x6b6b6b6b6b6b6b6b
					: lie == 1 ? IMAGE_MAP + at
					: lie == 2 ? ~0ull
						   : before;
				memcpy(word, &value, 8);
				open_shell(&r, &im, true);
				const char *text = output(&r, commands);

				for (unsigned i = 0; i < 8; i++) {
					json_value(&text);
					assert_int_equal(*text++, '\n');
				}
				close_shell(&r);
				memcpy(word, &kept, 8);
			}
		image_deinit(&im);
	}
	speak(saved);
}

/* A list that closes behind its head is noticed. */
static void lists_without_end(void **state)
{
	struct run r;
	struct image im;
	uint64_t page = 0x40000 + IMAGE_SLAB / 4096 * PAGE_SIZE_OF, self = IMAGE_DIRECT + page + SLAB_LIST_AT;

	(void)state;
	image_make(&im, &(struct image_options){ 0 });
	memcpy(im.core + im.memory_at + page + SLAB_LIST_AT, &self, 8);
	open_shell(&r, &im, true);
	assert_non_null(
		strstr(output(&r, "kmem -s"), "\"trouble\":\"a list does not come back to its head\""));
	assert_int_equal(r.sh.failures, 1);
	end(&r);

	/* of tasks: the last one leads back into the list; each is told once */
	for (unsigned last = 1; last < 3; last++) {
		image_make(&im, &(struct image_options){ .blocked = true });
		open_shell(&r, &im, false);
		struct pm_linux_tasks *tasks = pm_session_tasks(r.sh.session);
		size_t n = tasks->v.n;
		uint64_t from = tasks->v.v[n - 1].addr, to = tasks->v.v[n - last].addr + TASK_TASKS;

		assert_true(n >= 3);
		from -= from >= IMAGE_MAP ? IMAGE_MAP : IMAGE_DIRECT;
		close_shell(&r);
		memcpy(im.core + im.memory_at + from + TASK_TASKS, &to, 8);
		open_shell(&r, &im, false);
		tasks = pm_session_tasks(r.sh.session);
		assert_string_equal(tasks->trouble, "the list does not end: read from both ends");
		assert_int_equal(tasks->v.n, n);
		end(&r);
	}
}

/* Where one link is wrong, what lies behind it is found from the list's other end, in its order. */
static void lists_from_both_ends(void **state)
{
	static const uint64_t wrong[] = { 0xdead000000000100, 0, 1 };
	struct run r;
	struct image im;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		int32_t pids[16];

		image_make(&im, &(struct image_options){ .blocked = true });
		open_shell(&r, &im, false);
		struct pm_linux_tasks *tasks = pm_session_tasks(r.sh.session);
		size_t n = tasks->v.n, first = 0;

		assert_in_range(n, 3, 16);
		for (size_t k = 0; k < n; k++)
			pids[k] = tasks->v.v[k].pid;
		/* of the first one in the list that is no idle task; 1: it leads back to itself */
		while (!tasks->v.v[first].pid)
			first++;
		uint64_t at = tasks->v.v[first].addr, to = wrong[i] == 1 ? at + TASK_TASKS : wrong[i];

		at -= at >= IMAGE_MAP ? IMAGE_MAP : IMAGE_DIRECT;
		close_shell(&r);
		memcpy(im.core + im.memory_at + at + TASK_TASKS, &to, 8);
		open_shell(&r, &im, false);
		tasks = pm_session_tasks(r.sh.session);
		assert_non_null(strstr(tasks->trouble, "read from both ends"));
		assert_int_equal(tasks->v.n, n);
		for (size_t k = 0; k < n; k++)
			assert_int_equal(tasks->v.v[k].pid, pids[k]);
		end(&r);
	}
}

/* A table of open files that tells of four thousand million entries is not believed. */
static void open_files_that_lie(void **state)
{
	struct run r;
	struct image im;
	uint32_t most = 0xffffffff;

	(void)state;
	image_make(&im, &(struct image_options){ 0 });
	open_shell(&r, &im, false);
	struct pm_linux *lx = pm_session_kernel(r.sh.session);
	uint64_t files, table, task = pm_linux_task_by_pid(pm_session_tasks(r.sh.session), 42)->addr;

	assert_true(pm_linux_get(lx, task, PM_TASK_FILES, &files));
	assert_true(pm_linux_get(lx, files, PM_FILES_FDT, &table));
	table -= table >= IMAGE_MAP ? IMAGE_MAP : IMAGE_DIRECT;
	close_shell(&r);
	memcpy(im.core + im.memory_at + table, &most, 4);
	open_shell(&r, &im, true);
	const char *text = output(&r, "files 42");

	assert_non_null(strstr(text, "lies about its size: only its first 64 entries"));
	assert_non_null(strstr(text, "\"fd\":3"));
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lies),
		cmocka_unit_test(lists_without_end),
		cmocka_unit_test(lists_from_both_ends),
		cmocka_unit_test(open_files_that_lie),
	};

	return cmocka_run_group_tests_name("shell_lies", tests, NULL, NULL);
}

/* What a console prints before a report's first words, and what people do. */
#include "console/prose.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void heads(void **state)
{
	static const struct {
		const char *head;
		bool prose;
	} rows[] = {
		{ "", false },
		{ "   ", false },
		{ "rcu: ", false },
		{ "NMI watchdog: ", false },
		{ "traps: ", false },
		{ "2018/01/09 14:28:48 ", false },
		{ "box login: ", false },
		{ "root@box:~# ", false },
		{ "/ # ", false },
		{ "** 93 printk messages dropped ** ", false },
		{ "[ ", false },
		{ "pcieport 0000:00:01.0: ", false },
		{ "usb 1-1: ", false },
		{ "nvme nvme0: ", false },
		{ "Chapter 12: the ", true },
		{ "executing program 1", false }, /* broken off */
		{ "# ", true },
		{ " * ", true },
		{ "// ", true },
		{ "- ", true },
		{ "> ", true },
		{ "`", true },
		{ "\tpr_err(\"", true },
		{ "<p>", true },
		{ "the kernel says ", true },
		{ "- COMPATIBILITY ", true },
		{ "log.", true },
		{ "=item ", true },
		{ "Fix the ", true },
		{ "Note: the kernel says ", true },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		assert_int_equal(pm_prose_before(pm_slice_of(rows[i].head)), rows[i].prose);
}

static void kernel_lines(void **state)
{
	static const struct {
		const char *line;
		bool kernel;
	} rows[] = {
		{ " vfs_write+0xd3/0x3e0", true },
		{ "Oops: 0002 [#1] PREEMPT SMP", true },
		{ "BUG: unable to handle page fault for address: ffffdeadbeef0018", true },
		{ "BUG: kernel NULL pointer dereference, address: 0000000000000018", true },
		{ "Unable to handle kernel paging request at virtual address 0x80b0f484", true },
		{ "commit 1f0c9e2b7d64a3a58e4f0d9b6c2a71e5d3f48b90", false },
		{ "it was seen on 20240101, and again later", false },
		{ "BUG: there are some", false },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		assert_int_equal(pm_prose_is_kernel(pm_slice_of(rows[i].line)), rows[i].kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads),
		cmocka_unit_test(kernel_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

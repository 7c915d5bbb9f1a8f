/* Two CPUs' reports in one log without caller ids: whose line is whose. */
#include "linux_text.h"

#include "console/linux/interleave.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Lines of the first speaker start with 'a', of the second with 'b'; then comes what the kernel printed. */
static void check(const char *const *lines, bool mixed)
{
	struct pm_buf text = { 0 };
	struct text_window tw;
	size_t n = 0;

	for (; lines[n]; n++)
		pm_buf_printf(&text, "[   12.%06zu] %s\n", 100000 + 50 * n, lines[n] + 1);
	assert_true(text_window_make(&tw, "", text.data));
	assert_int_equal(pm_printk_interleaved(&tw.window, &tw.arena), mixed);
	for (size_t i = 0; i < n; i++) {
		const struct pm_context *context = &tw.window.lines[i].context;

		if (!mixed) {
			assert_int_equal(context->kind, PM_CONTEXT_CONSOLE);
			continue;
		}
		if (context->kind != PM_CONTEXT_GUESSED || context->id != (unsigned)(lines[i][0] - 'a'))
			print_error("line %zu (%s): speaker %u\n", i, lines[i], context->id);
		assert_int_equal(context->kind, PM_CONTEXT_GUESSED);
		assert_int_equal(context->id, lines[i][0] - 'a');
	}
	text_window_free(&tw);
	pm_buf_deinit(&text);
}

static void turns(void **state)
{
	static const char *const lines[] = {
		"a------------[ cut here ]------------",
		"aWARNING: CPU: 0 PID: 70 at lib/frob.c:12 frob_open+0x17/0x20",
		"aModules linked in:",
		"b------------[ cut here ]------------",
		"bfrobd is late",
		"bWARNING: CPU: 1 PID: 71 at lib/frob.c:34 frob_close+0x27/0x30",
		"bModules linked in: frob(OE)",
		"a frob(OE) nic",
		"aCPU: 0 PID: 70 Comm: frobd Not tainted 6.1.0 #1",
		"aHardware name: Frob",
		"bCPU: 1 PID: 71 Comm: frobctl Not tainted 6.1.0 #1",
		"bHardware name: Frob",
		"bRIP: 0010:frob_close+0x27/0x30",
		"bCode: 00 11 <0f> 0b",
		"bRSP: 0018:ffffc90000123456 EFLAGS: 00010246",
		"aRIP: 0010:frob_open+0x17/0x20",
		"aCode: 22 33 <0f> 0b",
		"aRSP: 0018:ffffc90000654321 EFLAGS: 00010246",
		"aCall Trace:",
		"a <TASK>",
		"bCall Trace:",
		"b <TASK>",
		"b frob_ioctl+0x10/0x20",
		"b kthread+0x10/0x20",
		"a frob_read+0x10/0x20",
		"a kthread+0x10/0x20",
		"a ret_from_fork_asm+0x1a/0x30",
		"a </TASK>",
		"a---[ end trace 0000000000000000 ]---",
		"b ret_from_fork_asm+0x1a/0x30",
		"b </TASK>",
		"b---[ end trace 0000000000000000 ]---",
		NULL,
	};

	(void)state;
	check(lines, true);
}

/* A slow console: every line is another CPU's. */
static void line_by_line(void **state)
{
	static const char *const lines[] = {
		"ageneral protection fault: 0000 [#1] PREEMPT SMP",
		"b------------[ cut here ]------------",
		"aCPU: 0 PID: 70 Comm: frobd Not tainted 5.2.0 #1",
		"bWARNING: CPU: 1 PID: 71 at lib/frob.c:34 frob_close+0x27/0x30",
		"aHardware name: Frob",
		"bCPU: 1 PID: 71 Comm: frobctl Not tainted 5.2.0 #1",
		"aRIP: 0010:frob_open+0x17/0x20",
		"bHardware name: Frob",
		"aCode: 22 33 <0f> 0b",
		"bRIP: 0010:frob_close+0x27/0x30",
		"aRSP: 0018:ffffc90000654321 EFLAGS: 00010246",
		"bCode: 00 11 <0f> 0b",
		"aRAX: 0000000000000000 RBX: 0000000000000000 RCX: 0000000000000000",
		"bRSP: 0018:ffffc90000123456 EFLAGS: 00010246",
		"aCall Trace:",
		"bRAX: 0000000000000001 RBX: 0000000000000000 RCX: 0000000000000000",
		"a frob_open+0x10/0x20",
		"bCall Trace:",
		"a vfs_open+0x10/0x20",
		"b frob_close+0x10/0x20",
		"a do_sys_openat2+0x10/0x20",
		"b __fput+0x10/0x20",
		"a do_syscall_64+0x10/0x20",
		"b task_work_run+0x10/0x20",
		"a entry_SYSCALL_64_after_hwframe+0x10/0x20",
		"b do_syscall_64+0x10/0x20",
		"a---[ end trace 0000000000000000 ]---",
		"b entry_SYSCALL_64_after_hwframe+0x10/0x20",
		NULL,
	};

	(void)state;
	check(lines, true);
}

#define REPORT(cpu, pid, f)                                                                                  \
	"a------------[ cut here ]------------",                                                             \
		"aWARNING: CPU: " cpu " PID: " pid " at lib/frob.c:12 " f "+0x17/0x20",                      \
		"aModules linked in:", "aCPU: " cpu " PID: " pid " Comm: frobd Not tainted 6.1.0 #1",        \
		"aRIP: 0010:" f "+0x17/0x20", "aCode: 22 33 <0f> 0b",                                        \
		"aRSP: 0018:ffffc90000654321 EFLAGS: 00010246", "aCall Trace:", "a frob_read+0x10/0x20",     \
		"a kthread+0x10/0x20", "a ret_from_fork_asm+0x1a/0x30",                                      \
		"a---[ end trace 0000000000000000 ]---"

static void one_after_the_other(void **state)
{
	static const char *const lines[] = { REPORT("0", "70", "frob_open"), REPORT("1", "71", "frob_close"),
					     NULL };

	(void)state;
	check(lines, false);
}

/* printk does not keep a task from moving. */
static void a_task_that_moves(void **state)
{
	static const char *const lines[] = {
		"a------------[ cut here ]------------",
		"aWARNING: CPU: 0 PID: 70 at lib/frob.c:12 frob_open+0x17/0x20",
		"aCPU: 1 PID: 70 Comm: frobd Not tainted 6.1.0 #1",
		"aRIP: 0010:frob_open+0x17/0x20",
		"aCall Trace:",
		"a frob_read+0x10/0x20",
		"aKernel panic - not syncing: panic_on_warn set ...",
		"aCPU: 1 PID: 70 Comm: frobd Not tainted 6.1.0 #1",
		"aCall Trace:",
		"a panic+0x10/0x20",
		NULL,
	};

	(void)state;
	check(lines, false);
}

/* Linux 6.19 words it otherwise. */
static void new_words(void **state)
{
	static const char *const lines[] = {
		"a------------[ cut here ]------------",
		"aWARNING: lib/frob.c:12 at frob_open+0x17/0x20, CPU#0: frobd/70",
		"b------------[ cut here ]------------",
		"bWARNING: lib/frob.c:34 at frob_close+0x27/0x30, CPU#1: kworker/1:2/71",
		"aModules linked in:",
		"aCPU: 0 UID: 0 PID: 70 Comm: frobd Not tainted 6.19.0 #1",
		"aRIP: 0010:frob_open+0x17/0x20",
		"bModules linked in:",
		"bCPU: 1 UID: 0 PID: 71 Comm: kworker/1:2 Not tainted 6.19.0 #1",
		"bRIP: 0010:frob_close+0x27/0x30",
		NULL,
	};

	(void)state;
	check(lines, true);
}

static void a_broken_line(void **state)
{
	static const char text[] =
		"[    1.000001] BUG: unable to handle kernel NULL pointer dereference at 18\n"
		"[    1.000002] PGD 1234 \n"
		"[    1.000003] WARNING: CPU: 1 PID: 71 at lib/frob.c:34 frob_close+0x27/0x30\n"
		"[    1.000004] Modules linked in:\n"
		"[    1.000005] P4D 5678 PUD 0 \n"
		"[    1.000006] Oops: 0000 [#1] SMP\n"
		"[    1.000007] CPU: 0 PID: 70 Comm: frobd Not tainted 6.1.0 #1\n"
		"[    1.000008]  frob(OE) nic\n"
		"[    1.000009] CPU: 1 PID: 71 Comm: frobctl Not tainted 6.1.0 #1\n"
		"[    1.000010] RIP: 0010:frob_close+0x27/0x30\n"
		"[    1.000011] RIP: 0010:frob_open+0x27/0x30\n";
	struct text_window tw;

	(void)state;
	assert_true(text_window_make(&tw, "", text));
	assert_true(pm_printk_interleaved(&tw.window, &tw.arena));
	assert_true(pm_slice_eq(tw.window.lines[1].body, PM_S("PGD 1234 P4D 5678 PUD 0 ")));
	assert_true(pm_slice_eq(tw.window.lines[3].body, PM_S("Modules linked in: frob(OE) nic")));
	assert_int_equal(tw.window.lines[4].body.n, 0);
	text_window_free(&tw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(turns),
		cmocka_unit_test(line_by_line),
		cmocka_unit_test(one_after_the_other),
		cmocka_unit_test(a_task_that_moves),
		cmocka_unit_test(new_words),
		cmocka_unit_test(a_broken_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

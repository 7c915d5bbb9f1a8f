/* Unwinding a kernel that keeps frame pointers and has no ORC tables. */
#include "linux_opened.h"

enum { RET = 50 }; /* where in vfs_write there is a ret */

static void open_chained(struct opened *o)
{
	image_make(&o->image, &(struct image_options){ .frame_pointers = true });
	o->image.core[o->image.memory_at + (image_function("vfs_write") + RET - IMAGE_MAP)] = 0xc3;
	open_made(o, NULL);
	assert_int_equal(pm_session_unwinder(o->session)->orc.n, 0);
	assert_true(pm_session_unwinder(o->session)->frame_pointers);
}

static void chain_to_user_mode(void **state)
{
	static const char *const names[] = {
		"panic",      "sysrq_handle_crash", "vfs_write",
		"ksys_write", "do_syscall_64",      "entry_SYSCALL_64_after_hwframe",
		NULL
	};
	struct opened o;
	struct pm_stack_trace trace;

	(void)state;
	open_chained(&o);
	pm_session_unwind(o.session, pm_linux_task_by_pid(pm_session_tasks(o.session), 42), &trace);
	assert_frames(&o, &trace, names);
	assert_null(trace.ended);
	assert_true(trace.has_user);
	assert_int_equal(trace.user.v[PM_X86_IP], 0x401000);
	pm_stack_trace_deinit(&trace);
	close_image(&o);
}

/* Behind the last frame of a kernel thread lie registers of a user mode that it has not got: all zero. */
static void kernel_thread_ends(void **state)
{
	static const char *const names[] = { "__schedule", "schedule", "kthread", "ret_from_fork", NULL };
	struct opened o;
	struct pm_stack_trace trace;

	(void)state;
	open_chained(&o);
	pm_session_unwind(o.session, pm_linux_task_by_pid(pm_session_tasks(o.session), 7), &trace);
	assert_frames(&o, &trace, names);
	assert_null(trace.ended);
	assert_false(trace.has_user);
	pm_stack_trace_deinit(&trace);
	close_image(&o);
}

/* While a function sets up its frame or has taken it down, bp is still the caller's. */
static void interrupted_anywhere(void **state)
{
	static const char *const names[] = { "vfs_write", "ksys_write", "do_syscall_64",
					     "entry_SYSCALL_64_after_hwframe", NULL };
	enum { stack = 0x3000, own_bp = 0x68, return_at = 0x70, callers_bp = 0x90 };
	static const struct {
		unsigned offset; /* in the function */
		unsigned sp, bp; /* behind the stack's beginning */
	} rows[] = {
		{ 0, return_at, callers_bp }, /* at push %rbp */
		{ 1, own_bp, callers_bp },    /* at mov %rsp,%rbp */
		{ 4, own_bp, own_bp },        /* behind it */
		{ 40, own_bp - 16, own_bp },  /* in its body */
		{ RET, return_at, callers_bp },
	};
	struct opened o;

	(void)state;
	open_chained(&o);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t base = IMAGE_DIRECT + IMAGE_STACK + stack;
		uint64_t pc = image_function("vfs_write") + rows[i].offset;
		struct pm_x86_regs regs = { 0 };
		struct pm_stack_trace trace;

		pm_x86_set(&regs, PM_X86_IP, pc);
		pm_x86_set(&regs, PM_X86_SP, base + rows[i].sp);
		pm_x86_set(&regs, PM_X86_BP, base + rows[i].bp);
		pm_linux_unwind(pm_session_unwinder(o.session), &regs, true, IMAGE_DIRECT + IMAGE_STACK,
				&trace);
		assert_frames(&o, &trace, names);
		assert_null(trace.ended);
		assert_true(trace.has_user);
		pm_stack_trace_deinit(&trace);
	}
	close_image(&o);
}

/* A frame pointer that leads down, out of the stack or nowhere is not followed: callers are found by their calls, and
 * the trace says that its end is missing. */
static void chain_is_checked(void **state)
{
	static const char *const names[] = { "vfs_write", "ksys_write", "do_syscall_64",
					     "entry_SYSCALL_64_after_hwframe" };
	static const uint64_t lies[] = { IMAGE_DIRECT + IMAGE_STACK + 0x100, 0xdeadbeef,
					 IMAGE_DIRECT + 0x90000, IMAGE_DIRECT + IMAGE_STACK + 0x3f01 };
	struct opened o;

	(void)state;
	open_chained(&o);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct pm_x86_regs regs = { 0 };
		struct pm_stack_trace trace;

		pm_x86_set(&regs, PM_X86_IP, image_function("vfs_write") + 40);
		pm_x86_set(&regs, PM_X86_SP, IMAGE_DIRECT + IMAGE_STACK + 0x3050);
		pm_x86_set(&regs, PM_X86_BP, lies[i]);
		pm_linux_unwind(pm_session_unwinder(o.session), &regs, true, IMAGE_DIRECT + IMAGE_STACK,
				&trace);
		assert_int_equal(trace.frames.n, 4);
		for (size_t k = 0; k < trace.frames.n; k++)
			assert_int_equal(trace.frames.v[k].pc & -64ull, image_function(names[k]));
		assert_false(trace.has_user);
		assert_non_null(trace.ended);
		pm_stack_trace_deinit(&trace);
	}
	close_image(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain_to_user_mode),
		cmocka_unit_test(kernel_thread_ends),
		cmocka_unit_test(interrupted_anywhere),
		cmocka_unit_test(chain_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

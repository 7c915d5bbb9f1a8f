/* XNU (Darwin). */
#include "functions/tables.h"

static const struct pm_function_row names[] = {
	{ "panic*", PM_FRAME_REPORT },
	{ "handle_debugger_trap", PM_FRAME_REPORT },
	{ "kdp_i386_trap", PM_FRAME_REPORT },
	{ "DebuggerTrapWithState", PM_FRAME_REPORT },
	{ "Debugger", PM_FRAME_REPORT },
	{ "__assert_fail", PM_FRAME_REPORT },
	{ "printf", PM_FRAME_HELPER, PM_FUNCTION_STOPS },
	{ "kernel_trap", PM_FRAME_EXCEPTION },
	{ "trap_from_kernel", PM_FRAME_EXCEPTION },
	{ "sleh_synchronous", PM_FRAME_EXCEPTION },
	{ "_sleh_synchronous", PM_FRAME_EXCEPTION },
	{ "fleh_synchronous", PM_FRAME_EXCEPTION },
	{ "trap", PM_FRAME_EXCEPTION },
	{ "alltraps*", PM_FRAME_EXCEPTION },
	{ "return_from_trap", PM_FRAME_EXCEPTION },
	{ "hndl_unix_scall64", PM_FRAME_SYSCALL },
	{ "unix_syscall64", PM_FRAME_SYSCALL },
	{ "hndl_mach_scall64", PM_FRAME_SYSCALL },
	{ "mach_call_munger64", PM_FRAME_SYSCALL },
	{ "call_continuation", PM_FRAME_THREAD },
};

const struct pm_function_table pm_darwin_functions = { names, PM_COUNT(names) };

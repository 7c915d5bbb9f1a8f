/* Zircon (Fuchsia). */
#include "functions/tables.h"

static const struct pm_function_row names[] = {
	{ "platform_halt", PM_FRAME_REPORT },
	{ "_panic", PM_FRAME_REPORT },
	{ "panic", PM_FRAME_REPORT },
	{ "platform_specific_halt", PM_FRAME_REPORT },
	{ "Panic", PM_FRAME_REPORT },
	{ "__zx_panic", PM_FRAME_REPORT },
	{ "AssertionFailure", PM_FRAME_REPORT },
	{ "__asan_*", PM_FRAME_REPORT },
	{ "kasan_*", PM_FRAME_REPORT },
	{ "assert_fail*", PM_FRAME_REPORT },
	{ "exception_die", PM_FRAME_REPORT },
	{ "x86_exception_handler", PM_FRAME_EXCEPTION },
	{ "handle_exception_types", PM_FRAME_EXCEPTION },
	{ "x86_pfe_handler", PM_FRAME_EXCEPTION },
	{ "x86_df_handler", PM_FRAME_EXCEPTION },
	{ "interrupt_common", PM_FRAME_EXCEPTION },
	{ "arm64_sync_exception", PM_FRAME_EXCEPTION },
	{ "x86_syscall", PM_FRAME_SYSCALL },
	{ "syscall_dispatcher", PM_FRAME_SYSCALL },
};

const struct pm_function_table pm_zircon_functions = { names, PM_COUNT(names) };

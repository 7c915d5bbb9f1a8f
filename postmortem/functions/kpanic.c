/* Kernels that have our recorder in: its own functions; of theirs nothing is known but what C itself names. */
#include "functions/tables.h"

static const struct pm_function_row names[] = {
	{ "kp_copy_*", PM_FRAME_HELPER },
	{ "kp_strncpy_*", PM_FRAME_HELPER },
	{ "kp_get_user", PM_FRAME_HELPER },
	{ "kp_put_user", PM_FRAME_HELPER },
	{ "kp_exception*", PM_FRAME_EXCEPTION, PM_FUNCTION_TRAPS },
	{ "kp_entry*", PM_FRAME_EXCEPTION, PM_FUNCTION_TRAPS },
	{ "kp_host_interrupt", PM_FRAME_IRQ },
	{ "common_entry", PM_FRAME_EXCEPTION, PM_FUNCTION_TRAPS }, /* of the stubs of all vectors */
	{ "kp_host_*", PM_FRAME_STORY },                           /* the kernel's own */
	{ "kp_*", PM_FRAME_REPORT },
	{ "__stack_chk_fail*", PM_FRAME_REPORT },
	{ "__ubsan_handle_*", PM_FRAME_REPORT },
	{ "memcpy", PM_FRAME_HELPER },
	{ "memmove", PM_FRAME_HELPER },
	{ "memset", PM_FRAME_HELPER },
	{ "memcmp", PM_FRAME_HELPER },
	{ "strlen", PM_FRAME_HELPER },
	{ "strnlen", PM_FRAME_HELPER },
	{ "strcmp", PM_FRAME_HELPER },
	{ "strncmp", PM_FRAME_HELPER },
	{ "strcpy", PM_FRAME_HELPER },
	{ "strncpy", PM_FRAME_HELPER },
};

const struct pm_function_table pm_kpanic_functions = { names, PM_COUNT(names) };

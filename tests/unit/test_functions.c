/* What functions in a trace are there for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "functions/functions.h"

static void classes(void **state)
{
	static const struct {
		enum pm_system system;
		const char *symbol;
		enum pm_frame_class class;
	} rows[] = {
		{ PM_LINUX, "dump_stack_lvl", PM_FRAME_REPORT },
		{ PM_LINUX, "asm_exc_page_fault", PM_FRAME_EXCEPTION },
		{ PM_LINUX, "asm_sysvec_apic_timer_interrupt", PM_FRAME_IRQ },
		{ PM_LINUX, "__x64_sys_write", PM_FRAME_CALL },
		{ PM_LINUX, "__x64_sys_", PM_FRAME_STORY },
		{ PM_LINUX, "mutex_lock_nested.constprop.0", PM_FRAME_WAIT },
		{ PM_LINUX, "schedule_work", PM_FRAME_STORY },
		{ PM_LINUX, "atomic_open", PM_FRAME_STORY },
		{ PM_LINUX, "kfree", PM_FRAME_HELPER },
		{ PM_LINUX, "vfs_write", PM_FRAME_STORY },
		{ PM_LINUX, "", PM_FRAME_STORY },
		{ PM_LINUX, NULL, PM_FRAME_STORY },
		{ PM_OPENBSD, "dump_stack_lvl", PM_FRAME_STORY },
		{ PM_OPENBSD, "db_enter", PM_FRAME_REPORT },
		{ PM_FUCHSIA, "asm_exc_page_fault", PM_FRAME_STORY },
		{ PM_SYSTEM_UNKNOWN, "panic", PM_FRAME_REPORT },
		{ PM_SYSTEMS, "panic", PM_FRAME_STORY },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (pm_frame_class(rows[i].system, rows[i].symbol) != rows[i].class)
			fail_msg("%s", rows[i].symbol);
}

static void traits(void **state)
{
	static const struct {
		enum pm_system system;
		const char *symbol;
		int traits;
	} rows[] = {
		{ PM_LINUX, "watchdog_timer_fn", PM_FUNCTION_DETECTS },
		{ PM_LINUX, "rcu_sched_clock_irq.cold", PM_FUNCTION_DETECTS },
		{ PM_LINUX, "hrtimer_interrupt", 0 }, /* on the way, but other timers come by it as well */
		{ PM_LINUX, "exc_invalid_op", PM_FUNCTION_TRAPS | PM_FUNCTION_STOPS },
		{ PM_LINUX, "report_bug", PM_FUNCTION_TRAPS | PM_FUNCTION_STOPS },
		{ PM_LINUX, "exc_page_fault", PM_FUNCTION_STOPS },
		{ PM_LINUX, "vfs_write", 0 },
		{ PM_NETBSD, "vpanic", PM_FUNCTION_STOPS },
		{ PM_NETBSD, "snprintf", PM_FUNCTION_STOPS },
		{ PM_NETBSD, "memcpy", 0 },
		{ PM_DARWIN, "panic_trap_to_debugger", PM_FUNCTION_STOPS },
		{ PM_FUCHSIA, "platform_specific_halt", PM_FUNCTION_STOPS },
		{ PM_FUCHSIA, "vpanic", 0 },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		for (int trait = 1; trait <= PM_FUNCTION_STOPS; trait <<= 1)
			if (pm_function_has(rows[i].system, rows[i].symbol, trait) !=
			    !!(rows[i].traits & trait))
				fail_msg("%s: %d", rows[i].symbol, trait);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes),
		cmocka_unit_test(traits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

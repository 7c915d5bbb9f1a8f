#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "console/journal.h"

static void boots_are_listed(void **state)
{
	struct pm_slice list =
		PM_S("IDX BOOT ID                          FIRST ENTRY                 LAST ENTRY\n"
		     " -1 0123456789abcdef0123456789abcdef Mon 2026-11-16 10:00:00 UTC—Mon 2026-11-16 "
		     "11:00:00 UTC\n"
		     "  0 fedcba9876543210fedcba9876543210 Mon 2026-11-16 11:01:00 UTC—Mon 2026-11-16 "
		     "12:00:00 UTC\n");
	struct pm_journal_boot boot;

	(void)state;
	assert_true(pm_journal_boot(&list, &boot));
	assert_int_equal(boot.number, -1);
	assert_true(pm_slice_eq(boot.offset, PM_S("-1")));
	assert_true(pm_slice_eq(boot.id, PM_S("0123456789abcdef0123456789abcdef")));
	assert_true(pm_journal_boot(&list, &boot));
	assert_int_equal(boot.number, 0);
	assert_false(pm_journal_boot(&list, &boot));
}

static void what_is_no_boot_is_passed_over(void **state)
{
	struct pm_slice list = PM_S("-99999999999999999999 0123456789abcdef0123456789abcdef\n"
				    "-2 0123456789abcdef0123456789abcde\n"
				    "-2 --file=/tmp/other.journal_______\n"
				    "- 0123456789abcdef0123456789abcdef\n"
				    "-2\n\n"
				    "-3 00000000000000000000000000000001");
	struct pm_journal_boot boot;

	(void)state;
	assert_true(pm_journal_boot(&list, &boot));
	assert_int_equal(boot.number, -3);
	assert_false(pm_journal_boot(&list, &boot));
}

static void a_line_begins_with_its_time(void **state)
{
	time_t when = 0;

	(void)state;
	assert_true(pm_journal_time(PM_S("1763000000.123456 host kernel: Kernel panic"), &when));
	assert_int_equal(when, 1763000000);
	assert_true(pm_journal_time(PM_S("   5000419.000000 host kernel: Rebooting"), &when));
	assert_int_equal(when, 5000419);
	assert_false(pm_journal_time(PM_S("-- No entries --"), &when));
	assert_false(pm_journal_time(PM_S("0.0 host kernel: x"), &when));
	/* what no calendar holds */
	assert_false(pm_journal_time(PM_S("99999999999999999.0 host kernel: x"), &when));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boots_are_listed),
		cmocka_unit_test(what_is_no_boot_is_passed_over),
		cmocka_unit_test(a_line_begins_with_its_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

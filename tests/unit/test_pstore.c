#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "console/pstore.h"

static void check(const char *in, const char *want)
{
	struct pm_buf out = { 0 };

	pm_pstore_order(pm_slice_of(in), &out);
	assert_string_equal(out.data ? out.data : "", want);
	pm_buf_deinit(&out);
}

static void parts_are_put_in_order(void **state)
{
	(void)state;
	check("Panic#1 Part1\nthree\nPanic#1 Part3\none\nPanic#1 Part2\ntwo\n", "one\ntwo\nthree\n");
}

static void records_keep_their_order(void **state)
{
	(void)state;
	check("Panic#2 Part1\nlate\nOops#1 Part1\nearly\n", "early\nlate\n");
}

static void a_later_record_repeats_nothing(void **state)
{
	(void)state;
	check("Oops#1 Part1\n<1>[   10.000001] BUG: one\n<4>[   10.000002] ---[ end trace ]---\n"
	      "Panic#2 Part1\n<1>[   10.000001] BUG: one\n<4>[   10.000002] ---[ end trace ]---\n<0>[   "
	      "11.0] panic\n",
	      "<1>[   10.000001] BUG: one\n<4>[   10.000002] ---[ end trace ]---\n\n<0>[   11.0] panic\n");
}

static void other_text_stays(void **state)
{
	(void)state;
	check("no parts here\nPanic#1 without\n", "no parts here\nPanic#1 without\n");
	check("before\nPanic#1 Part1\nx", "before\nx\n");
	check("", "");
	assert_false(pm_pstore_is_part(PM_S("Panic#1 Part1 and more\n")));
	assert_false(pm_pstore_is_part(PM_S("Panic#x Part1\n")));
	assert_true(pm_pstore_is_part(PM_S("Oops#12 Part3\r\n")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_put_in_order),
		cmocka_unit_test(records_keep_their_order),
		cmocka_unit_test(a_later_record_repeats_nothing),
		cmocka_unit_test(other_text_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "console/scan.h"

#include <stdlib.h>

static const char *const words[] = { "BUG: ",    "Oops", "Kernel panic", "WARNING: ", "soft lockup",
				     "Oops: 00", NULL };

/* The first place by the plainest of ways. */
static size_t plain(struct pm_slice text, size_t from)
{
	for (size_t i = from; i < text.n; i++)
		for (size_t w = 0; words[w]; w++)
			if (pm_slice_starts(pm_slice_from(text, i), pm_slice_of(words[w])))
				return i;
	return PM_NPOS;
}

static void both_ways_find_what_is_there(bool narrow)
{
	static struct pm_scanner scanner;
	char text[600];

	pm_scanner_init(&scanner);
	pm_scanner_add(&scanner, words);
	pm_scanner_build(&scanner, narrow);
	srand(1);
	for (int round = 0; round < 20000; round++) {
		size_t n = (size_t)rand() % sizeof(text), from = n ? (size_t)rand() % n : 0;

		for (size_t i = 0; i < n; i++)
			text[i] = "BUG: OopsKernlaicftuk0\n"[rand() % 23];
		for (int k = rand() % 3; k && n > 20; k--) {
			const char *word = words[rand() % 6];
			size_t length = strlen(word), at = (size_t)rand() % (n - length);

			memcpy(text + at, word, length);
		}
		struct pm_slice s = { text, n };
		size_t want = plain(s, from), got = pm_scan(&scanner, s, from);
		if ((want == PM_NPOS) != (got == PM_NPOS))
			fail_msg("round %d: %zd instead of %zd", round, (ssize_t)got, (ssize_t)want);
		if (want == PM_NPOS)
			continue;
		/* A word does start there, and on no later line than the first. */
		assert_int_equal(plain(s, got), got);
		assert_true(got == want || !memchr(text + (got < want ? got : want), '\n',
						   got < want ? want - got : got - want));
	}
}

static void wide(void **state)
{
	(void)state;
	both_ways_find_what_is_there(false);
}

static void narrow(void **state)
{
	(void)state;
	both_ways_find_what_is_there(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(wide), cmocka_unit_test(narrow) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

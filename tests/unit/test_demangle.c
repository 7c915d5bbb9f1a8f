#include "base/demangle.h"
#include "base/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const char *const names[][2] = {
	/* Rust v0: crate, nested, impl, trait impl, generics, back references, closures */
	{ "_RNvCs1234_7mycrate3foo", "mycrate::foo" },
	{ "_RNvNtCs1234_7mycrate3mod3bar", "mycrate::mod::bar" },
	{ "_RNvMCs1234_7mycrateNtB2_3Dev4open", "<mycrate::Dev>::open" },
	{ "_RNvXCs5_4frobNtB2_4FrobNtNtCs6_6kernel4file10Operations4read",
	  "<frob::Frob as kernel::file::Operations>::read" },
	{ "_RINvNtC3std3mem8align_ofjE", "std::mem::align_of<usize>" },
	{ "_RINvC1a1bRShTmlEE", "a::b<&[u8], (u32, i32)>" },
	{ "_RNCNvC1a1b0", "a::b::{closure}" },
	{ "_RNvYNtC1a1SNtC1b1T1m", "<a::S as b::T>::m" },
	/* Rust before v0 */
	{ "_ZN4core9panicking9panic_fmt17h0123456789abcdefE", "core::panicking::panic_fmt" },
	{ "_ZN29_$LT$a..S$u20$as$u20$b..T$GT$1m17h0123456789abcdefE", "<a::S as b::T>::m" },
	/* C++ */
	{ "_Z4frobiii", "frob" },
	{ "_ZN3foo3barEv", "foo::bar" },
	{ "_ZNK3foo3barEv", "foo::bar" },
	/* not understood, or none */
	{ "_ZN3fooIiE3barEv", NULL },
	{ "_ZNSt6vectorIiE", NULL },
	{ "frob_read", NULL },
	{ "_R", NULL },
	{ "_RNvC", NULL },
	{ "_RNvC99999999999999999999a", NULL },
	{ "_RB_", NULL },
	{ "_RNvB_3foo", NULL },
	{ "_RNvCsZZZZZZZZZZZZZZZZZZZZ_1a1b", NULL },
	{ "_Z", NULL },
	{ "_Z0", NULL },
	{ "_Z9999999999frob", NULL },
	{ "", NULL },
};

static void demangling(void **state)
{
	(void)state;
	for (size_t i = 0; i < PM_COUNT(names); i++) {
		struct pm_arena arena;
		struct pm_slice out;

		pm_arena_init(&arena);
		bool yes = pm_demangle(&arena, pm_slice_of(names[i][0]), &out);
		const char *want = names[i][1] ? names[i][1] : names[i][0];
		if (yes != (names[i][1] != NULL) || !pm_slice_eq(out, pm_slice_of(want)))
			fail_msg("%s: %.*s", names[i][0], PM_FMT(out));
		pm_arena_deinit(&arena);
	}
}

static void deep_names_end(void **state)
{
	struct pm_arena arena;
	struct pm_slice out;
	char deep[1024];

	(void)state;
	pm_arena_init(&arena);
	memset(deep, 'R', sizeof(deep));
	deep[0] = '_';
	assert_false(pm_demangle(&arena, (struct pm_slice){ deep, sizeof(deep) }, &out));
	deep[2] = 'I';
	assert_false(pm_demangle(&arena, (struct pm_slice){ deep, sizeof(deep) }, &out));
	/* doubling back references */
	static const char twice[] = "_RIC1aTB_B_ETB4_B4_ETB9_B9_ETBf_Bf_EE";
	(void)pm_demangle(&arena, pm_slice_of(twice), &out);
	pm_arena_deinit(&arena);
}

static void alternatives(void **state)
{
	struct pm_match m;

	(void)state;
	assert_true(pm_match("x {one|two} y", PM_S("an x two y"), &m));
	assert_int_equal(m.n, 1);
	assert_true(pm_slice_eq(m.cap[0], PM_S("two")));
	assert_false(pm_match("x {one|two} y", PM_S("x three y"), NULL));
	assert_true(pm_match("x{ one|} {d}", PM_S("x 12"), &m));
	assert_int_equal(m.n, 2);
	assert_true(pm_slice_eq(m.cap[1], PM_S("12")));
	/* the first that fits, but another where the rest wants it */
	assert_true(pm_match("{a|ab}c", PM_S("abc"), &m));
	assert_true(pm_slice_eq(m.cap[0], PM_S("ab")));
	assert_false(pm_match("{unclosed", PM_S("unclosed"), NULL));
}

static void addresses(void **state)
{
	struct pm_match m;

	(void)state;
	assert_true(pm_match("at: {a}{f}+0x", PM_S("at: [<ffffffff81234567>]  frob+0x1"), &m));
	assert_true(pm_slice_eq(m.cap[0], PM_S("frob")));
	assert_true(pm_match("at: {a}{f}+0x", PM_S("at: frob+0x1"), &m));
	assert_int_equal(m.n, 1);
	assert_false(pm_match("at: {a}{f}+0x", PM_S("at: [<xyz>] frob+0x1"), NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(demangling),
		cmocka_unit_test(deep_names_end),
		cmocka_unit_test(alternatives),
		cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cursor.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/pattern.h"
#include "base/slice.h"
#include "assert_slice.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

static void errors_carry_their_way(void **state)
{
	(void)state;
	struct pm_error *err = pm_error_errno(ENOENT, "%s", "log");
	err = pm_error_prepend(err, "part %d", 3);
	assert_string_equal(err->message, "part 3: log: No such file or directory");
	assert_int_equal(pm_error_take(err), PM_IO);
	assert_int_equal(pm_error_take(NULL), PM_OK);
	assert_null(pm_error_prepend(NULL, "nothing"));
}

static void cursor_loads_both_orders(void **state)
{
	static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	struct pm_cursor cur;
	uint64_t v64;
	uint32_t v32;
	uint16_t v16;

	(void)state;
	pm_cursor_init(&cur, "bytes", bytes, sizeof(bytes));
	assert_null(pm_cursor_u16(&cur, &v16));
	assert_int_equal(v16, 0x0201);
	cur.big_endian = true;
	assert_null(pm_cursor_u32(&cur, &v32));
	assert_int_equal(v32, 0x03040506);
	struct pm_error *err = pm_cursor_u64(&cur, &v64);
	assert_int_equal(err->code, PM_TRUNCATED);
	assert_string_equal(err->message, "bytes: offset 0x6: 8 bytes wanted, 3 left");
	pm_error_free(err);
	assert_int_equal(cur.pos, 6); /* it did not advance */
}

static void numbers_end_where_they_end(void **state)
{
	struct pm_slice s = PM_S("0x1fz"), dec = PM_S("18446744073709551616"),
			max = PM_S("ffffffffffffffff0");
	uint64_t v = 7;
	unsigned digits;

	(void)state;
	assert_true(pm_take_hex(&s, &v, &digits));
	assert_int_equal(v, 0x1f);
	assert_int_equal(digits, 2);
	assert_slice(s, "z");
	assert_false(pm_take_dec(&dec, &v)); /* 2^64 */
	assert_false(pm_take_hex(&max, &v, NULL));
	assert_slice(max, "ffffffffffffffff0");
}

static void whole_numbers_have_no_rest(void **state)
{
	uint64_t value = 7;

	(void)state;
	assert_true(pm_slice_dec(PM_S(" 42 "), &value) && value == 42);
	assert_true(pm_slice_hex(PM_S("0xFFff"), &value) && value == 0xffff);
	assert_false(pm_slice_dec(PM_S("42K"), &value));
	assert_false(pm_slice_hex(PM_S("ffffg"), &value));
	assert_false(pm_slice_hex(PM_S(""), &value));
	assert_int_equal(value, 0xffff);
	for (int c = -128; c < 128; c++) {
		bool digit = c >= '0' && c <= '9', low = c >= 'a' && c <= 'f', high = c >= 'A' && c <= 'F';

		assert_int_equal(pm_is_hex((char)c), digit || low || high);
		assert_int_equal(pm_is_word((char)c), c > 0 && (isalnum(c) || c == '_'));
	}
}

static void lines_end_in_either_way(void **state)
{
	struct pm_slice s = PM_S("one\r\ntwo\n\nlast"), line;

	(void)state;
	assert_true(pm_take_line(&s, &line));
	assert_slice(line, "one");
	assert_true(pm_take_line(&s, &line));
	assert_slice(line, "two");
	assert_true(pm_take_line(&s, &line));
	assert_slice(line, "");
	assert_true(pm_take_line(&s, &line));
	assert_slice(line, "last");
	assert_false(pm_take_line(&s, &line));
}

static void words_are_found_wherever_they_stand(void **state)
{
	char text[100];

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++)
		for (size_t at = 0; at + 3 <= n; at++) {
			memset(text, 'a', n);
			memcpy(text + at, "aXa", 3);
			assert_int_equal(pm_slice_find((struct pm_slice){ text, n }, PM_S("aXa")), at);
			assert_int_equal(pm_slice_find((struct pm_slice){ text, n }, PM_S("X")), at + 1);
			assert_int_equal(pm_slice_find((struct pm_slice){ text, at + 2 }, PM_S("aXa")),
					 PM_NPOS);
			assert_int_equal(pm_slice_find((struct pm_slice){ text, n }, PM_S("XX")), PM_NPOS);
		}
	assert_int_equal(pm_slice_find(PM_S("short"), PM_S("")), 0);
	assert_int_equal(pm_slice_find(PM_S("short"), PM_S("shorter")), PM_NPOS);
}

static void patterns_capture(void **state)
{
	struct pm_match m;

	(void)state;
	assert_true(pm_match("BUG: KASAN: {w} in {f}+{x}",
			     PM_S("x BUG: KASAN: use-after-free in foo_bar+0x10/0x20"), &m));
	assert_int_equal(m.n, 3);
	assert_slice(m.cap[0], "use-after-free");
	assert_slice(m.cap[1], "foo_bar");
	assert_slice(m.cap[2], "0x10");
	assert_int_equal(m.start, 2);
	assert_true(pm_match("kernel BUG at {s}!$", PM_S("kernel BUG at fs/ext4/inode.c:2721!"), &m));
	assert_slice(m.cap[0], "fs/ext4/inode.c:2721");
	assert_true(pm_match("CPU: {d} PID:{_}{d}", PM_S("CPU: 1 PID:   42"), &m));
	assert_slice(m.cap[1], "42");
	assert_true(pm_match("{*} by {w}$", PM_S("taken by by me"), &m));
	assert_slice(m.cap[0], "taken by");
	assert_slice(m.cap[1], "me");
}

static void patterns_refuse(void **state)
{
	(void)state;
	assert_false(pm_match("^BUG:", PM_S(" BUG:"), NULL));
	assert_false(pm_match("end$", PM_S("end "), NULL));
	assert_false(pm_match("{d}", PM_S("none"), NULL));
	assert_false(pm_match("in {f}+", PM_S("in 9lives+0x1"), NULL));
	assert_false(pm_match("at {s}", PM_S("at nowhere:12"), NULL)); /* no file ending */
}

static void hostile_lines_take_bounded_time(void **state)
{
	char line[4096];

	(void)state;
	memset(line, 'a', sizeof(line));
	assert_false(pm_match("{*}a{*}a{*}a{*}a{*}b", (struct pm_slice){ line, sizeof(line) }, NULL));
}

static void paths_are_cleaned(void **state)
{
	static const char *const rows[][2] = {
		{ "mm/slub.c", "mm/slub.c" },
		{ "./a//b/../c.c", "a/c.c" },
		{ "/build/linux/./mm/slub.c", "/build/linux/mm/slub.c" },
		{ "/../a.c", "/a.c" },
		{ "../mm/slub.c", "../mm/slub.c" },
		{ "../../mm/slub.c", "../../mm/slub.c" },
		{ "a/../../b.c", "../b.c" },
		{ "a/..", "" },
		{ "/", "/" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		char *path = pm_printf("%s", rows[i][0]);

		pm_path_clean(path);
		assert_string_equal(path, rows[i][1]);
		free(path);
	}
}

static void heap_vectors_grow(void **state)
{
	size_t n = 0, cap = 0;
	uint64_t *v = NULL;

	(void)state;
	for (; n < 1000; v[n] = n, n++)
		PM_ROOM(v, n, cap);
	assert_true(cap >= n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(v[i], i);
	free(v);
}

static void arena_vectors_grow(void **state)
{
	struct pm_arena arena;
	PM_VEC(uint64_t) v = { 0 };

	(void)state;
	pm_arena_init(&arena);
	for (uint64_t i = 0; i < 1000; i++)
		*PM_PUSH(&arena, &v) = i;
	assert_int_equal(v.n, 1000);
	for (uint64_t i = 0; i < 1000; i++)
		assert_int_equal(v.v[i], i);
	char *big = pm_arena_alloc(&arena, 1 << 20);
	assert_int_equal(big[(1 << 20) - 1], 0);
	pm_arena_deinit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_carry_their_way),
		cmocka_unit_test(cursor_loads_both_orders),
		cmocka_unit_test(numbers_end_where_they_end),
		cmocka_unit_test(whole_numbers_have_no_rest),
		cmocka_unit_test(lines_end_in_either_way),
		cmocka_unit_test(words_are_found_wherever_they_stand),
		cmocka_unit_test(patterns_capture),
		cmocka_unit_test(patterns_refuse),
		cmocka_unit_test(hostile_lines_take_bounded_time),
		cmocka_unit_test(paths_are_cleaned),
		cmocka_unit_test(heap_vectors_grow),
		cmocka_unit_test(arena_vectors_grow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kpanic/symbols.h"

#define ANCHOR ((uintptr_t)0x100000)

static struct table {
	struct kp_symbols head;
	struct kp_symbols_row rows[4];
	char names[16];
} table;

static void make(void)
{
	static const struct kp_symbols_row rows[4] = {
		{ -0x100, 0x80, 0 }, { 0, 0x40, 4 }, { 0x40, 0x10, 8 }, { 0x1000, 1, 12 }
	};

	table.head = (struct kp_symbols){ KP_SYMBOLS_MAGIC, 4, 16, KP_SYMBOLS_CHECK(4u, 16u) };
	memcpy(table.rows, rows, sizeof(rows));
	memcpy(table.names, "one\0two\0thr\0four", 16); /* the last has no NUL */
}

static const char *find(uintptr_t address, uintptr_t *start, size_t *size)
{
	static char name[16];

	memset(name, 'X', sizeof(name));
	return kp_symbols_search(&table.head, ANCHOR, address, name, sizeof(name), start, size) ? name
												: "none";
}

static void test_lookup(void **state)
{
	uintptr_t start = 0;
	size_t size = 0;

	(void)state;
	make();
	assert_string_equal(find(ANCHOR - 0x101, &start, &size), "none");
	assert_string_equal(find(ANCHOR - 0x100, &start, &size), "one");
	assert_int_equal(start, ANCHOR - 0x100);
	assert_int_equal(size, 0x80);
	assert_string_equal(find(ANCHOR - 0x81, &start, &size), "one");
	assert_string_equal(find(ANCHOR - 0x80, &start, &size), "none"); /* between two functions */
	assert_string_equal(find(ANCHOR, &start, &size), "two");
	assert_string_equal(find(ANCHOR + 0x3f, &start, &size), "two");
	assert_string_equal(find(ANCHOR + 0x40, &start, &size), "thr");
	assert_string_equal(find(ANCHOR + 0x1000, &start, &size), "four");
	assert_string_equal(find(ANCHOR + 0x1001, &start, &size), "none");
	assert_string_equal(find(0, &start, &size), "none");
	assert_string_equal(find(UINTPTR_MAX, &start, &size), "none");
	assert_string_equal(find(ANCHOR + ((uintptr_t)1 << 40), &start, &size), "none");
}

static void test_short_buffer(void **state)
{
	char name[3] = "XX";
	uintptr_t start;
	size_t size;

	(void)state;
	make();
	assert_true(kp_symbols_search(&table.head, ANCHOR, ANCHOR, name, sizeof(name), &start, &size));
	assert_string_equal(name, "tw");
	assert_true(kp_symbols_search(&table.head, ANCHOR, ANCHOR, name, 0, &start, &size));
	assert_string_equal(name, "tw");
}

/* A table that something was written over is none; a row of nonsense costs itself. */
static void test_damaged(void **state)
{
	uintptr_t start;
	size_t size;

	(void)state;
	for (unsigned byte = 0; byte < sizeof(table.head); byte++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			make();
			((uint8_t *)&table.head)[byte] ^= (uint8_t)(1u << bit);
			assert_string_equal(find(ANCHOR, &start, &size), "none");
		}
	}
	make();
	table.rows[1].name = 16;
	assert_string_equal(find(ANCHOR, &start, &size), "none");
	assert_string_equal(find(ANCHOR + 0x40, &start, &size), "thr");
	table.rows[1].name = UINT32_MAX;
	assert_string_equal(find(ANCHOR, &start, &size), "none");
	make();
	for (unsigned i = 0; i < 4; i++)
		table.rows[i] = (struct kp_symbols_row){ INT32_MIN, UINT32_MAX, 15 };
	for (unsigned i = 0; i < 64; i++)
		find((uintptr_t)1 << i, &start, &size);
	assert_false(kp_symbols_search(NULL, ANCHOR, ANCHOR, NULL, 0, &start, &size));
}

/* This program was linked without a table. */
static void test_none(void **state)
{
	char name[8] = "";
	uintptr_t start = 1;
	size_t size = 2;

	(void)state;
	assert_false(kp_symbol_find((uintptr_t)test_none, name, sizeof(name), &start, &size));
	assert_int_equal(start, 1);
	assert_int_equal(size, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_short_buffer),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The extension lines of the recorder's text report: formats/report.h. */
#include "formats/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

static void assert_text(struct kf_text text, const char *expected)
{
	assert_int_equal(text.n, strlen(expected));
	assert_memory_equal(text.p, expected, text.n);
}

static void assert_value(const struct kf_pair *pair, const char *expected)
{
	char value[256];
	size_t n = kf_value_copy(pair, value, sizeof(value));

	assert_int_equal(n, strlen(expected));
	assert_memory_equal(value, expected, n);
}

static void finds_the_mark(void **state)
{
	static const struct {
		const char *text;
		int at; /* -1: none */
	} rows[] = {
		{ "KPANIC 1 begin", 0 },
		{ "cpu0: KPANIC 1 begin", 6 },
		{ "KPANIC KPANIC 1 begin", 7 },
		{ "KPANIC x", -1 },
		{ "KPANIC ", -1 },
		{ "KPANIC", -1 },
		{ "KKPANIC 12", 1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = strlen(rows[i].text);

		assert_int_equal(kf_line_find(rows[i].text, n), rows[i].at < 0 ? (int)n : rows[i].at);
	}
}

static void reads_a_line(void **state)
{
	static const char text[] =
		"KPANIC 1 begin report=3 system=\"my \\\"os\\\"\" release=0.1 empty= odd also=\"\"";
	struct kf_line line;
	struct kf_pair pair;
	uint64_t number;

	(void)state;
	assert_true(kf_line_read(text, strlen(text), &line));
	assert_int_equal(line.version, 1);
	assert_text(line.word, "begin");
	assert_true(kf_pair_next(&line.rest, &pair));
	assert_text(pair.key, "report");
	assert_true(kf_value_dec(&pair, &number));
	assert_int_equal(number, 3);
	assert_true(kf_pair_next(&line.rest, &pair));
	assert_text(pair.key, "system");
	assert_true(pair.quoted && !pair.cut);
	assert_value(&pair, "my \"os\"");
	assert_true(kf_pair_next(&line.rest, &pair));
	assert_false(kf_value_dec(&pair, &number)); /* 0.1 */
	assert_true(kf_pair_next(&line.rest, &pair));
	assert_text(pair.key, "empty");
	assert_value(&pair, "");
	assert_true(kf_pair_next(&line.rest, &pair)); /* "odd" is passed over */
	assert_text(pair.key, "also");
	assert_true(pair.quoted);
	assert_value(&pair, "");
	assert_false(kf_pair_next(&line.rest, &pair));
}

static void refuses_lines(void **state)
{
	static const char *const rows[] = { "KPANIC",          "KPANIC 1",    "KPANIC 1 ",
					    "KPANIC 1begin x", "KPANICS 1 x", " KPANIC 1 x" };
	struct kf_line line;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_false(kf_line_read(rows[i], strlen(rows[i]), &line));
}

static void undoes_escapes(void **state)
{
	static const struct {
		const char *text, *value;
		bool cut;
	} rows[] = {
		{ "a=\"x\\n\\x41\\\\\\\"y\"", "x\nA\\\"y", false },
		{ "a=\"open", "open", true },
		{ "a=\"half\\", "half\\", true },
		{ "a=\"\\xZ1\"", "\\xZ1", true },
		{ "a=\\n", "\\n", false }, /* escapes are for quotes */
		{ "a=b\"c", "b\"c", false },
		{ "a=b=c", "b=c", false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kf_text rest = { rows[i].text, strlen(rows[i].text) };
		struct kf_pair pair;

		assert_true(kf_pair_next(&rest, &pair));
		assert_text(pair.key, "a");
		assert_value(&pair, rows[i].value);
		assert_int_equal(pair.cut, rows[i].cut);
		assert_false(kf_pair_next(&rest, &pair));
	}
}

static void reads_numbers(void **state)
{
	static const struct {
		const char *text;
		bool dec, hex;
		uint64_t dec_value, hex_value;
	} rows[] = {
		{ "a=12", true, true, 12, 0x12 },
		{ "a=ffffffffffffffff", false, true, 0, UINT64_MAX },
		{ "a=10000000000000000", true, false, 10000000000000000ull, 0 },
		{ "a=18446744073709551616", false, false, 0, 0 },
		{ "a=0x1f", false, true, 0, 0x1f },
		{ "a=12 ", true, true, 12, 0x12 },
		{ "a=12;", false, false, 0, 0 },
		{ "a=", false, false, 0, 0 },
		{ "a=0x", false, false, 0, 0 },
		{ "a=-1", false, false, 0, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kf_text rest = { rows[i].text, strlen(rows[i].text) };
		struct kf_pair pair;
		uint64_t value;

		assert_true(kf_pair_next(&rest, &pair));
		assert_int_equal(kf_value_dec(&pair, &value), rows[i].dec);
		if (rows[i].dec)
			assert_true(value == rows[i].dec_value);
		assert_int_equal(kf_value_hex(&pair, &value), rows[i].hex);
		if (rows[i].hex)
			assert_true(value == rows[i].hex_value);
	}
}

/* Whatever was quoted comes back. */
static void quotes_every_byte(void **state)
{
	char text[16 + 256 * KF_QUOTED_MAX], back[256];
	size_t n = 0;
	struct kf_pair pair;

	(void)state;
	text[n++] = 'a';
	text[n++] = '=';
	text[n++] = '"';
	for (int c = 0; c < 256; c++)
		n += kf_quote((char)c, text + n);
	text[n++] = '"';
	for (size_t i = 0; i < n; i++)
		assert_true((unsigned char)text[i] >= ' ' && text[i] != 0x7f);
	struct kf_text rest = { text, n };
	assert_true(kf_pair_next(&rest, &pair));
	assert_false(pair.cut);
	assert_int_equal(kf_value_copy(&pair, back, sizeof(back)), 256);
	for (int c = 0; c < 256; c++)
		assert_int_equal((unsigned char)back[c], c);
	/* A buffer that is too small gets what fits. */
	memset(back, 'x', sizeof(back));
	assert_int_equal(kf_value_copy(&pair, back, 3), 256);
	assert_int_equal(back[2], 2);
	assert_int_equal(back[3], 'x');
}

static void knows_what_needs_quotes(void **state)
{
	(void)state;
	assert_true(kf_is_bare("kpk", 3));
	assert_true(kf_is_bare("a\\b=c", 5));
	assert_false(kf_is_bare("", 0));
	assert_false(kf_is_bare("a b", 3));
	assert_false(kf_is_bare("a\"", 2));
	assert_false(kf_is_bare("a\n", 2));
}

static void sums_like_zlib(void **state)
{
	unsigned char bytes[1000];

	(void)state;
	assert_int_equal(kf_crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(kf_crc32(0, "", 0), 0);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 167 + 13);
	for (size_t n = 0; n < sizeof(bytes); n += 37) {
		uint32_t parts = kf_crc32(kf_crc32(0, bytes, n), bytes + n, sizeof(bytes) - n);

		assert_int_equal(kf_crc32(0, bytes, n), crc32(0, bytes, (unsigned)n));
		assert_int_equal(parts, crc32(0, bytes, sizeof(bytes)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_mark),          cmocka_unit_test(reads_a_line),
		cmocka_unit_test(refuses_lines),           cmocka_unit_test(undoes_escapes),
		cmocka_unit_test(reads_numbers),           cmocka_unit_test(quotes_every_byte),
		cmocka_unit_test(knows_what_needs_quotes), cmocka_unit_test(sums_like_zlib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "test.h"

#include "host.h"
#include "lib/format.h"
#include "lib/mem.h"
#include "show/line.h"
#include "show/sections.h"

#include "formats/report.h"

#define FORMATS(expected, ...)                                                                               \
	do {                                                                                                 \
		size_t n_ = kp_format(text, sizeof(text), __VA_ARGS__);                                      \
		if (strcmp(text, expected) || n_ != strlen(expected)) {                                      \
			fprintf(stderr, "line %d: '%s' instead of '%s'\n", __LINE__, text, expected);        \
			exit(1);                                                                             \
		}                                                                                            \
	} while (0)

/* What a compiler warns of is what is tried. */
#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wformat-overflow"
#endif

static char text[64];

static void formats_like_printf(void)
{
	FORMATS("", "%s", "");
	FORMATS("a b", "%s %c", "a", 'b');
	FORMATS("0 -1 4294967295", "%d %i %u", 0, -1, -1);
	FORMATS("-2147483648", "%d", -2147483647 - 1);
	FORMATS("-9223372036854775808", "%lld", -9223372036854775807ll - 1);
	FORMATS("18446744073709551615", "%llu", ~0ull);
	FORMATS("10000000000", "%llu", 10000000000ull);
	FORMATS("ff FF 0xff 0", "%x %X %#x %#x", 255, 255, 255, 0);
	FORMATS("00ff|  ff|ff  |", "%04x|%4x|%-4x|", 255, 255, 255);
	FORMATS("-005|   -5", "%04d|%5d", -5, -5);
	FORMATS("ab|  ab|ab  |abc", "%.2s|%4s|%-4s|%.*s", "abc", "ab", "ab", 3, "abcdef");
	FORMATS("  7|7  ", "%*d|%*d", 3, 7, -3, 7);
	FORMATS("(null)", "%s", (char *)NULL);
	FORMATS("0x10", "%p", (void *)0x10);
	FORMATS("7 8", "%zu %ld", (size_t)7, 8l);
	FORMATS("100%", "%d%%", 100);
}

static void formats_what_it_does_not_know_as_it_stands(void)
{
	FORMATS("%q 1", "%q %d", 1);
	FORMATS("%n", "%n");
	FORMATS("%", "%");
	FORMATS("%-08l", "%-08l");
}

static void formats_cut_at_the_end(void)
{
	char small[4] = "xyz";

	CHECK(kp_format(small, sizeof(small), "abcdef") == 3 && !strcmp(small, "abc"));
	CHECK(kp_format(small, 1, "abc") == 0 && small[0] == 0);
	CHECK(kp_format(small, 0, "abc") == 0);
	CHECK(kp_format(small, sizeof(small), "%2000000000d", 1) == 3);
	CHECK(kp_format(small, sizeof(small), "%*d", -2147483647 - 1, 1) == 3);
}

static void sums_as_zlib_does(void)
{
	CHECK(kp_crc32(0, "123456789", 9) == 0xcbf43926);
	CHECK(kp_crc32(kp_crc32(0, "1234", 4), "56789", 5) == 0xcbf43926);
	CHECK(kp_crc32(0, "", 0) == 0);
	/* What the reader checks with. */
	CHECK(kf_crc32(0, "123456789", 9) == kp_crc32(0, "123456789", 9));
}

static void divides_times(void)
{
	CHECK(kp_seconds(0) == 0 && kp_microseconds(0) == 0);
	CHECK(kp_seconds(12345678901ull) == 12 && kp_microseconds(12345678901ull) == 345678);
	CHECK(kp_seconds(999999999ull) == 0 && kp_microseconds(999999999ull) == 999999);
	CHECK(kp_seconds(86400ull * 365 * 1000000000) == 86400u * 365);
}

/* The reader's half takes apart what the recorder's half put together. */
static void lines_are_read_back(void)
{
	static const char hostile[] = "a\"b\\c\nd\x01 e";
	struct kf_line line;
	struct kf_pair pair;
	char copy[32];
	uint64_t number;

	kp_line_start();
	kp_extension("begin");
	kp_key_number("n", 18446744073709551615ull);
	kp_key_signed("s", -5);
	kp_key_hex("h", 0xdeadbeef);
	kp_key_string("q", hostile);
	kp_end_line();
	CHECK(kf_line_read(fake.out, fake.used - 1, &line) && line.version == 1);
	CHECK(line.word.n == 5 && !memcmp(line.word.p, "begin", 5));
	CHECK(kf_pair_next(&line.rest, &pair) && kf_value_dec(&pair, &number) && number == ~0ull);
	CHECK(kf_pair_next(&line.rest, &pair) && pair.value.n == 2);
	CHECK(kf_pair_next(&line.rest, &pair) && kf_value_hex(&pair, &number) && number == 0xdeadbeef);
	CHECK(kf_pair_next(&line.rest, &pair) && pair.quoted && !pair.cut);
	CHECK(kf_value_copy(&pair, copy, sizeof(copy)) == strlen(hostile) &&
	      !memcmp(copy, hostile, strlen(hostile)));
	CHECK(!kf_pair_next(&line.rest, &pair));
	CHECK(kp_line_crc() == kf_crc32(0, fake.out, fake.used));
}

static void lines_have_an_end(void)
{
	char longer[600];
	struct kf_line line;
	struct kf_pair pair;

	memset(longer, '"', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	kp_line_start();
	kp_extension("begin");
	kp_key_string("command", longer);
	kp_end_line();
	CHECK(fake.used <= 200 && fake.out[fake.used - 1] == '\n' && kp_line_count() == 1);
	CHECK(kf_line_read(fake.out, fake.used - 1, &line) && kf_pair_next(&line.rest, &pair) && !pair.cut);
}

static void policy_takes_linux_words(void)
{
	static const struct kp_system system = {
		.command_line = "quiet panic=-5 oops=panic panic_on_warn oops_limit=3  style=guru panic=x "
				"nonsense style=none",
	};
	const struct kp_policy *policy = kp_policy();

	kp_init(&system);
	CHECK(policy->reboot_after_s == -5 && policy->panic_on_oops && policy->panic_on_warn &&
	      policy->oops_limit == 3 && policy->style == KP_STYLE_GURU);
	CHECK(kp_policy_word("panic_on_oops=0", 15) && !policy->panic_on_oops);
	CHECK(kp_policy_word("panic_on_warn=0", 15) && !policy->panic_on_warn);
	CHECK(!kp_policy_word("panic=99999999999999", 20) && policy->reboot_after_s == -5);
	CHECK(!kp_policy_word("", 0) && !kp_policy_word("=", 1) && !kp_policy_word("panicky=1", 9));
}

const struct test lib_tests[] = {
	TEST(formats_like_printf),
	TEST(formats_what_it_does_not_know_as_it_stands),
	TEST(formats_cut_at_the_end),
	TEST(sums_as_zlib_does),
	TEST(divides_times),
	TEST(lines_are_read_back),
	TEST(lines_have_an_end),
	TEST(policy_takes_linux_words),
	{ NULL, NULL },
};

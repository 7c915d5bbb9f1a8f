/* LZO1X and Snappy against those who pack them. */
#include "dump_fixture.h"

#include "read/lzo.h"

typedef bool unpack_fn(const uint8_t *in, size_t n, uint8_t *out, size_t cap, size_t *n_out);

static uint64_t seed = 88172645463325252ull;

static uint64_t random_next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Texts of every kind: runs, short and far repetitions, noise, of any length. */
static size_t make_text(uint8_t *out, size_t cap)
{
	size_t n = 1 + random_next() % cap, at = 0;

	while (at < n) {
		size_t run = 1 + random_next() % (1u << random_next() % 12);
		unsigned kind = random_next() % 4;
		size_t back = at ? 1 + random_next() % at : 1;

		for (size_t i = 0; i < run && at < n; i++, at++)
			out[at] = kind == 0                 ? 0
				  : kind == 1               ? (uint8_t)random_next()
				  : kind == 2 && at >= back ? out[at - back]
							    : (uint8_t)(i & 15);
	}
	return n;
}

static void check_round(unsigned flag, unpack_fn *unpack)
{
	static uint8_t text[1 << 17], packed[1 << 18], out[1 << 17];

	for (int i = 0; i < 2000; i++) {
		size_t n = make_text(text, i % 10 ? 4096 : sizeof(text)), got;
		size_t size = pack(flag, text, n, packed, sizeof(packed));
		uint8_t *exact = pm_alloc(size); /* so that sanitizers see a byte too many */

		memcpy(exact, packed, size);
		assert_true(unpack(exact, size, out, n, &got));
		assert_int_equal(got, n);
		assert_memory_equal(out, text, n);
		/* Neither a place that is too small nor an end that is missing goes unseen. */
		if (n > 1)
			assert_false(unpack(exact, size, out, n - 1, &got));
		assert_false(unpack(exact, size - 1, out, n, &got) && got == n && flag == SNAPPY);
		assert_false(flag == LZO && unpack(exact, size - 1, out, n, &got));
		/* Whatever stands in a damaged one, nothing outside is touched. */
		for (int k = 0; k < 3; k++)
			exact[random_next() % size] = (uint8_t)random_next();
		(void)!unpack(exact, size, out, n, &got);
		assert_true(got <= n);
		free(exact);
	}
}

static void lzo_round(void **state)
{
	(void)state;
	check_round(LZO, pm_lzo_unpack);
}

static void snappy_round(void **state)
{
	(void)state;
	check_round(SNAPPY, pm_snappy_unpack);
}

/* liblzo's other packer, slow and tight, writes instructions that the fast one never does. */
static void lzo_999_round(void **state)
{
	static uint8_t text[1 << 16], packed[1 << 17], out[1 << 16], work[LZO1X_999_MEM_COMPRESS];

	(void)state;
	for (int i = 0; i < 200; i++) {
		size_t n = make_text(text, sizeof(text)), got;
		lzo_uint size = sizeof(packed);

		assert_int_equal(lzo1x_999_compress(text, n, packed, &size, work), LZO_E_OK);
		assert_true(pm_lzo_unpack(packed, size, out, n, &got));
		assert_int_equal(got, n);
		assert_memory_equal(out, text, n);
	}
}

static void nothing_and_nonsense(void **state)
{
	uint8_t out[64] = { 0 };
	size_t got;

	(void)state;
	assert_false(pm_lzo_unpack(out, 0, out, sizeof(out), &got));
	assert_false(pm_snappy_unpack(out, 0, out, sizeof(out), &got));
	assert_int_equal(got, 0);
	/* a repetition before anything came out */
	assert_false(pm_lzo_unpack((const uint8_t *)"\x40\x00\x11\x00\x00", 5, out, sizeof(out), &got));
	assert_false(pm_snappy_unpack((const uint8_t *)"\x04\x01\x01", 3, out, sizeof(out), &got));
	/* a length that never ends */
	assert_false(pm_lzo_unpack((const uint8_t *)"\0\0\0\0\0\0\0", 7, out, sizeof(out), &got));
	assert_false(
		pm_snappy_unpack((const uint8_t *)"\xff\xff\xff\xff\xff\xff", 6, out, sizeof(out), &got));
	/* more than it says */
	assert_false(pm_snappy_unpack((const uint8_t *)"\x01\x04zz", 4, out, sizeof(out), &got));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lzo_round),
		cmocka_unit_test(lzo_999_round),
		cmocka_unit_test(snappy_round),
		cmocka_unit_test(nothing_and_nonsense),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

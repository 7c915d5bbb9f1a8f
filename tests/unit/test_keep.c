/* The flight record's bytes: what is written is read back, and what flips is mended. */
#include "formats/keep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SLOT = 8192, TEXT = 2048 };

static uint32_t seed = 1;

static unsigned draw(unsigned below)
{
	seed = seed * 1664525u + 1013904223u;
	return (unsigned)((uint64_t)seed * below >> 32);
}

static struct kf_keep fill(uint8_t slot[SLOT], size_t size)
{
	struct kf_keep keep = {
		.slot = 1,
		.slot_size = SLOT,
		.state = KF_KEEP_RUNNING,
		.size = (uint32_t)size,
		.sequence = 0x123456789abcdef,
		.run = 42,
		.up_ns = 5000000000,
		.physical = 0x70000,
		.in_row = 3,
		.missed = 2,
		.build_id = "0123456789abcdefghi",
	};

	memset(slot, 0xa5, SLOT);
	kf_keep_clear(slot);
	for (size_t i = 0; i < size; i++)
		slot[KF_KEEP_TEXT_AT + i] = (uint8_t)draw(256);
	keep.sum = kf_keep_seal(slot, size);
	kf_keep_put_header(slot, &keep);
	return keep;
}

static void expect_whole(const uint8_t slot[SLOT], const uint8_t good[SLOT], const struct kf_keep *keep,
			 uint32_t mended)
{
	uint8_t copy[SLOT];
	struct kf_keep out;
	uint32_t n;

	memcpy(copy, slot, SLOT);
	assert_int_equal(kf_keep_read(copy, SLOT, &out, &n), KF_KEEP_WHOLE);
	assert_int_equal(n, mended);
	assert_memory_equal(copy, good, SLOT);
	assert_memory_equal(&out, keep, sizeof(out));
}

static void test_back_and_forth(void **state)
{
	static const size_t sizes[] = { 0, 1, 127, 128, 1023, 1024, 1025, 5000, 6144 };
	uint8_t slot[SLOT];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct kf_keep keep = fill(slot, sizes[i]);

		assert_true(sizes[i] <= kf_keep_capacity(SLOT));
		assert_true(kf_keep_used(sizes[i]) <= SLOT);
		expect_whole(slot, slot, &keep, 0);
	}
	assert_int_equal(kf_keep_capacity(KF_KEEP_SLOT_MIN), 1024);
	assert_int_equal(kf_keep_capacity(KF_KEEP_SLOT_MIN - 1), 0);
}

/* Each bit, everywhere: magic, header, text, check bytes. */
static void test_every_bit(void **state)
{
	uint8_t slot[SLOT], good[SLOT];
	struct kf_keep keep = fill(slot, TEXT);

	(void)state;
	memcpy(good, slot, SLOT);
	for (size_t at = 0; at < kf_keep_used(TEXT); at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			bool of_mark = at >= KF_KEEP_READ_AT && at < KF_KEEP_TEXT_AT;

			slot[at] ^= (uint8_t)(1u << bit);
			if (of_mark)
				assert_false(kf_keep_was_read(slot));
			else
				expect_whole(slot, good, &keep, 1);
			slot[at] = good[at];
		}
	}
}

/* Eight bytes of a codeword are mended wherever they are; nine are told to be wrong. */
static void test_every_codeword(void **state)
{
	enum { COLUMNS = TEXT / 128 };
	uint8_t slot[SLOT], good[SLOT];
	struct kf_keep keep = fill(slot, TEXT), out;
	uint32_t mended;

	(void)state;
	memcpy(good, slot, SLOT);
	for (unsigned column = 0; column < COLUMNS; column++)
		for (unsigned wrong = 1; wrong <= 9; wrong++) {
			for (unsigned i = 0; i < wrong; i++)
				slot[KF_KEEP_TEXT_AT + column + (draw(16) + 16 * i) * COLUMNS] ^=
					(uint8_t)(1 + draw(255));
			if (wrong <= 8)
				expect_whole(slot, good, &keep, wrong);
			else
				assert_int_equal(kf_keep_read(slot, SLOT, &out, &mended), KF_KEEP_DAMAGED);
			memcpy(slot, good, SLOT);
		}
}

/* How many of 200 records of 2 KiB survive: the numbers of formats/keep.h. */
static unsigned survive(unsigned flips, unsigned run)
{
	uint8_t slot[SLOT], good[SLOT];
	struct kf_keep out;
	uint32_t mended;
	unsigned whole = 0;

	for (unsigned i = 0; i < 200; i++) {
		fill(slot, TEXT);
		memcpy(good, slot, SLOT);
		for (unsigned k = 0; k < flips; k++)
			slot[KF_KEEP_TEXT_AT + draw(TEXT + TEXT / 8)] ^= (uint8_t)(1u << draw(8));
		if (run)
			memset(slot + KF_KEEP_TEXT_AT + draw(TEXT + TEXT / 8 - run), 0, run);
		whole +=
			kf_keep_read(slot, SLOT, &out, &mended) == KF_KEEP_WHOLE && !memcmp(slot, good, SLOT);
	}
	return whole;
}

/* A code for each word of 64 bits, with as many check bits, loses a record to the first word with two flips. */
static unsigned survive_by_words(unsigned flips)
{
	unsigned whole = 0;

	for (unsigned i = 0; i < 200; i++) {
		uint8_t hit[TEXT / 8] = { 0 };
		bool lost = false;

		for (unsigned k = 0; k < flips; k++)
			lost |= ++hit[draw(TEXT / 8)] > 1;
		whole += !lost;
	}
	return whole;
}

static void test_flips_and_runs(void **state)
{
	(void)state;
	for (unsigned flips = 8; flips <= 64; flips += 8)
		print_message("%u flips: %u, by words %u\n", flips, survive(flips, 0),
			      survive_by_words(flips));
	assert_true(survive(24, 0) >= 198);
	assert_true(survive(40, 0) >= 190);
	assert_int_equal(survive(0, TEXT / 16), 200);
	assert_int_equal(survive(0, TEXT / 16 + TEXT / 64), 0);
	assert_true(survive_by_words(40) < 40);
}

/* The header alone: half of a codeword's bytes may be wrong. */
static void test_header(void **state)
{
	uint8_t slot[SLOT], good[SLOT];
	struct kf_keep keep = fill(slot, 100), out;
	uint32_t mended;

	(void)state;
	memcpy(good, slot, SLOT);
	memset(slot + 64, 0, 64); /* eight rows of it */
	assert_int_equal(kf_keep_read(slot, SLOT, &out, &mended), KF_KEEP_WHOLE);
	assert_memory_equal(&out, &keep, sizeof(out));
	/* One that is cut off in the middle of being written is none, or the one that was to be. */
	for (size_t cut = 0; cut <= KF_KEEP_HEADER_SIZE; cut += 8) {
		memcpy(slot, good, SLOT);
		memset(slot + cut, 0, KF_KEEP_HEADER_SIZE - cut);
		enum kf_keep_found found = kf_keep_read(slot, SLOT, &out, &mended);
		assert_true(found == KF_KEEP_NONE || found == KF_KEEP_WHOLE);
		if (found == KF_KEEP_WHOLE)
			assert_memory_equal(&out, &keep, sizeof(out));
	}
	memcpy(slot, good, SLOT);
	kf_keep_clear(slot);
	assert_int_equal(kf_keep_read(slot, SLOT, &out, &mended), KF_KEEP_NONE);
}

static void test_read_mark(void **state)
{
	uint8_t slot[SLOT];

	(void)state;
	fill(slot, 100);
	assert_false(kf_keep_was_read(slot));
	kf_keep_acknowledge(slot);
	assert_true(kf_keep_was_read(slot));
	for (unsigned i = 0; i < 31; i++)
		slot[KF_KEEP_READ_AT + i / 8] ^= (uint8_t)(1u << i % 8);
	assert_true(kf_keep_was_read(slot));
}

static void test_find(void **state)
{
	static uint8_t file[3 * SLOT];
	struct kf_keep out;
	uint32_t mended;

	(void)state;
	assert_int_equal(kf_keep_find(file, sizeof(file), 0), sizeof(file));
	uint8_t slot[SLOT];
	fill(slot, 100);
	memcpy(file + 777, slot, SLOT);
	memset(file + 779, 0, 1); /* of the magic, and a whole byte */
	assert_int_equal(kf_keep_find(file, sizeof(file), 0), 777);
	assert_int_equal(kf_keep_find(file, sizeof(file), 778), sizeof(file));
	assert_int_equal(kf_keep_read(file + 777, sizeof(file) - 777, &out, &mended), KF_KEEP_WHOLE);
	assert_int_equal(mended, 1);
	/* A file that ends too early. */
	memcpy(file + 777, slot, SLOT);
	assert_int_equal(kf_keep_read(file + 777, KF_KEEP_TEXT_AT + 50, &out, &mended), KF_KEEP_DAMAGED);
	assert_int_equal(out.size, 50);
	assert_int_equal(kf_keep_read(file + 777, 100, &out, &mended), KF_KEEP_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_back_and_forth), cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_every_codeword), cmocka_unit_test(test_flips_and_runs),
		cmocka_unit_test(test_header),         cmocka_unit_test(test_read_mark),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

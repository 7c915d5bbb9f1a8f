#include "read/bitmap.h"

#include "base/memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 4096u
#define BLOCK_BITS (8u * BLOCK_BYTES)
#define PART_BITS 512u /* a block's own counts are for each so many */
#define BLOCKS 64u     /* kept */
#define READ_BLOCKS 64u

struct block {
	uint64_t index; /* 1 + its number; 0: none */
	size_t n;       /* bytes that could be read */
	int all;        /* of a scanned block: what all of its bytes are; -1: they differ */
	uint16_t before[BLOCK_BITS / PART_BITS];
	uint8_t bytes[BLOCK_BYTES];
};

struct pm_bitmap {
	const struct pm_file *file;
	uint64_t offset, start, end;
	pthread_mutex_t lock;
	struct block *blocks[BLOCKS]; /* by number */
	uint64_t *counts;             /* set bits before each block, from the block of start on */
	size_t counted, counts_cap;
	struct block *scan; /* for pm_bitmap_run */
};

struct pm_bitmap *pm_bitmap_create(const struct pm_file *file, uint64_t offset, uint64_t start, uint64_t end)
{
	struct pm_bitmap *bitmap = pm_alloc(sizeof(*bitmap));

	bitmap->file = file;
	bitmap->offset = offset;
	bitmap->start = start;
	bitmap->end = end;
	pthread_mutex_init(&bitmap->lock, NULL);
	return bitmap;
}

void pm_bitmap_destroy(struct pm_bitmap *bitmap)
{
	if (!bitmap)
		return;
	for (size_t i = 0; i < BLOCKS; i++)
		free(bitmap->blocks[i]);
	free(bitmap->counts);
	free(bitmap->scan);
	pthread_mutex_destroy(&bitmap->lock);
	free(bitmap);
}

static uint64_t word_at(const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word)); /* only counted: any byte order will do */
	return word;
}

static unsigned count_word(uint64_t x)
{
	x -= x >> 1 & 0x5555555555555555;
	x = (x & 0x3333333333333333) + (x >> 2 & 0x3333333333333333);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return (unsigned)(x * 0x0101010101010101 >> 56);
}

/* Adds three words bit by bit: the sums stay in *a, the carries come back. */
static inline uint64_t add_bits(uint64_t *a, uint64_t b, uint64_t c)
{
	uint64_t u = *a ^ b, carry = (*a & b) | (u & c);

	*a = u ^ c;
	return carry;
}

/* n: bytes, a multiple of 64.  Eight words are added to one that counts (Harley and Seal). */
static uint64_t count_bytes(const uint8_t *bytes, size_t n)
{
	uint64_t ones = 0, twos = 0, fours = 0, total = 0;

	for (size_t i = 0; i < n; i += 64) {
		const uint8_t *p = bytes + i;
		uint64_t two_a = add_bits(&ones, word_at(p), word_at(p + 8));
		uint64_t two_b = add_bits(&ones, word_at(p + 16), word_at(p + 24));
		uint64_t four_a = add_bits(&twos, two_a, two_b);

		two_a = add_bits(&ones, word_at(p + 32), word_at(p + 40));
		two_b = add_bits(&ones, word_at(p + 48), word_at(p + 56));
		uint64_t four_b = add_bits(&twos, two_a, two_b);

		total += count_word(add_bits(&fours, four_a, four_b));
	}
	return 8 * total + 4 * count_word(fours) + 2 * count_word(twos) + count_word(ones);
}

/* Clears what lies outside start…end, and behind what could be read. */
static void trim(const struct pm_bitmap *bitmap, uint64_t first_bit, uint8_t *bytes, size_t size, size_t got)
{
	uint64_t last_bit = first_bit + 8 * (uint64_t)size;

	memset(bytes + got, 0, size - got);
	if (bitmap->start > first_bit) {
		uint64_t n = (bitmap->start < last_bit ? bitmap->start : last_bit) - first_bit;

		memset(bytes, 0, (size_t)(n / 8));
		if (n % 8 && n / 8 < size)
			bytes[n / 8] &= (uint8_t)(0xff << n % 8);
	}
	if (bitmap->end < last_bit) {
		uint64_t n = (bitmap->end > first_bit ? bitmap->end : first_bit) - first_bit;

		if (n % 8)
			bytes[n / 8] &= (uint8_t) ~(0xff << n % 8);
		n = (n + 7) / 8;
		memset(bytes + n, 0, (size_t)(size - n));
	}
}

static size_t read_blocks(const struct pm_bitmap *bitmap, uint64_t number, uint8_t *bytes, size_t blocks)
{
	size_t size = blocks * BLOCK_BYTES;
	size_t got = pm_file_read(bitmap->file, bitmap->offset + number * BLOCK_BYTES, bytes, size, NULL);

	trim(bitmap, number * BLOCK_BITS, bytes, size, got);
	return got;
}

/* Counts on, up to the block with this number. */
static uint64_t count_before(struct pm_bitmap *bitmap, uint64_t number)
{
	uint64_t first = bitmap->start / BLOCK_BITS;
	size_t want = (size_t)(number - first);
	uint8_t *bytes = NULL;

	if (!bitmap->counted) {
		bitmap->counts_cap = 64;
		bitmap->counts = pm_alloc(bitmap->counts_cap * sizeof(*bitmap->counts));
		bitmap->counted = 1;
	}
	while (bitmap->counted <= want) {
		size_t last = bitmap->counted - 1, n = want - last < READ_BLOCKS ? want - last : READ_BLOCKS;

		if (!bytes)
			bytes = pm_alloc(READ_BLOCKS * BLOCK_BYTES);
		if (last + n >= bitmap->counts_cap) {
			bitmap->counts_cap = 2 * (last + n);
			bitmap->counts =
				pm_realloc(bitmap->counts, bitmap->counts_cap * sizeof(*bitmap->counts));
		}
		read_blocks(bitmap, first + last, bytes, n);
		for (size_t i = 0; i < n; i++)
			bitmap->counts[last + i + 1] =
				bitmap->counts[last + i] + count_bytes(bytes + i * BLOCK_BYTES, BLOCK_BYTES);
		bitmap->counted += n;
	}
	free(bytes);
	return bitmap->counts[want];
}

static const struct block *block_at(struct pm_bitmap *bitmap, uint64_t number)
{
	struct block **slot = &bitmap->blocks[number % BLOCKS], *block;

	if (!*slot)
		*slot = pm_alloc(sizeof(**slot));
	block = *slot;
	if (block->index == number + 1)
		return block;
	block->n = read_blocks(bitmap, number, block->bytes, 1);
	block->index = number + 1;
	for (size_t i = 1; i < BLOCK_BITS / PART_BITS; i++)
		block->before[i] =
			(uint16_t)(block->before[i - 1] +
				   count_bytes(block->bytes + (i - 1) * (PART_BITS / 8), PART_BITS / 8));
	return block;
}

enum pm_bit pm_bitmap_get(struct pm_bitmap *bitmap, uint64_t bit, uint64_t *before_out)
{
	uint64_t number = bit / BLOCK_BITS;
	size_t in_block = (size_t)(bit % BLOCK_BITS), part = in_block / PART_BITS;
	enum pm_bit result;

	if (bit < bitmap->start || bit >= bitmap->end)
		return PM_BIT_CLEAR;
	pthread_mutex_lock(&bitmap->lock);
	const struct block *block = block_at(bitmap, number);

	if (in_block / 8 >= block->n)
		result = PM_BIT_CUT;
	else
		result = block->bytes[in_block / 8] >> in_block % 8 & 1 ? PM_BIT_SET : PM_BIT_CLEAR;
	if (before_out && result == PM_BIT_SET) {
		uint64_t before = count_before(bitmap, number) + block->before[part];
		size_t byte = part * (PART_BITS / 8);

		for (; byte + 8 <= in_block / 8; byte += 8)
			before += count_word(word_at(block->bytes + byte));
		for (; byte < in_block / 8; byte++)
			before += count_word(block->bytes[byte]);
		before += count_word(block->bytes[byte] & ((1u << in_block % 8) - 1));
		*before_out = before;
	}
	pthread_mutex_unlock(&bitmap->lock);
	return result;
}

/* From bit `at` of the block on the first that is (set) or is not; BLOCK_BITS: none. */
static uint64_t next_bit(const struct block *block, uint64_t at, bool set)
{
	uint8_t all = set ? 0 : 0xff;

	if (block->all == all)
		return BLOCK_BITS;
	while (at < BLOCK_BITS) {
		uint8_t byte = block->bytes[at / 8];

		if (at % 64 == 0 && word_at(block->bytes + at / 8) == (set ? 0 : UINT64_MAX)) {
			at += 64;
			continue;
		}
		if (at % 8 == 0 && byte == all) {
			at += 8;
			continue;
		}
		if ((byte >> at % 8 & 1) == set)
			return at;
		at++;
	}
	return at;
}

bool pm_bitmap_run(struct pm_bitmap *bitmap, uint64_t from, uint64_t *start_out, uint64_t *end_out)
{
	bool in_run = false;
	uint64_t at = from > bitmap->start ? from : bitmap->start;

	pthread_mutex_lock(&bitmap->lock);
	if (!bitmap->scan)
		bitmap->scan = pm_alloc(sizeof(*bitmap->scan));
	while (at < bitmap->end) {
		uint64_t number = at / BLOCK_BITS, base = number * BLOCK_BITS;

		if (bitmap->scan->index != number + 1) {
			bitmap->scan->n = read_blocks(bitmap, number, bitmap->scan->bytes, 1);
			bitmap->scan->index = number + 1;
			/* holes of a machine, and its memory, are large */
			bitmap->scan->all =
				memcmp(bitmap->scan->bytes, bitmap->scan->bytes + 1, BLOCK_BYTES - 1)
					? -1
					: bitmap->scan->bytes[0];
		}
		if (!bitmap->scan->n)
			break;
		uint64_t bit = next_bit(bitmap->scan, at - base, !in_run);

		at = base + bit;
		if (bit == BLOCK_BITS)
			continue;
		if (in_run)
			break;
		in_run = true;
		*start_out = at;
	}
	*end_out = at < bitmap->end ? at : bitmap->end;
	pthread_mutex_unlock(&bitmap->lock);
	return in_run;
}

uint64_t pm_bitmap_count(struct pm_bitmap *bitmap)
{
	uint64_t count = 0;

	if (bitmap->end <= bitmap->start)
		return 0;
	pthread_mutex_lock(&bitmap->lock);
	count = count_before(bitmap, (bitmap->end - 1) / BLOCK_BITS + 1);
	pthread_mutex_unlock(&bitmap->lock);
	return count;
}

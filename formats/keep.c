#include "formats/keep.h"

#include "formats/bytes.h"
#include "formats/sum.h"

/* Offsets in the header. */
enum {
	AT_VERSION = 8,
	AT_SLOT = 10,
	AT_FLAGS = 11,
	AT_STATE = 12,
	AT_SLOT_SIZE = 16,
	AT_SIZE = 20,
	AT_TEXT_SUM = 24,
	AT_IN_ROW = 28,
	AT_SEQUENCE = 32,
	AT_RUN = 40,
	AT_UP = 48,
	AT_PHYSICAL = 56,
	AT_MISSED = 64,
	AT_BUILD = 68,
	AT_SUM = 124,
};
enum { FLAG_CUT = 1 };

/* Of each codeword: bytes, the last CHECKS of which are check bytes; codewords lie side by side. The header's are shorter. */
enum { TEXT_ROWS = 128, CHECKS = 16, MENDS = CHECKS / 2, LANES = 8, HEADER_COLUMNS = 8, HEADER_ROWS = 16 };
enum { MAGIC_FLIPS = 8 };

const char *kf_keep_state_word(enum kf_keep_state state)
{
	static const char *const words[KF_KEEP_STATES] = {
		[KF_KEEP_RUNNING] = "running",   [KF_KEEP_PANICKING] = "panicking",
		[KF_KEEP_PANICKED] = "panicked", [KF_KEEP_REBOOTING] = "rebooting",
		[KF_KEEP_OFF] = "off",
	};

	return state > 0 && state < KF_KEEP_STATES ? words[state] : "unknown";
}

/* Codewords of a text: whole lanes of them. */
static size_t columns_of(size_t size)
{
	size_t columns = (size + TEXT_ROWS - 1) / TEXT_ROWS;

	columns = (columns + LANES - 1) / LANES * LANES;
	return columns ? columns : LANES;
}

size_t kf_keep_capacity(size_t slot_size)
{
	if (slot_size < KF_KEEP_SLOT_MIN)
		return 0;
	return (slot_size - KF_KEEP_TEXT_AT) / (LANES * (TEXT_ROWS + CHECKS)) * (LANES * TEXT_ROWS);
}

size_t kf_keep_used(size_t text_size)
{
	return KF_KEEP_TEXT_AT + columns_of(text_size) * (TEXT_ROWS + CHECKS);
}

/* ---- the code: GF(2^8) by x^8 + x^4 + x^3 + x^2 + 1, roots 1, 2, 4, … of the generator ---- */

/* Eight bytes at once, each in a codeword of its own; in which order does not matter. */
static inline __attribute__((always_inline)) uint64_t load(const uint8_t *from)
{
	uint64_t lanes;

	__builtin_memcpy(&lanes, from, sizeof(lanes));
	return lanes;
}

static inline __attribute__((always_inline)) void store(uint8_t *to, uint64_t lanes)
{
	__builtin_memcpy(to, &lanes, sizeof(lanes));
}

static inline __attribute__((always_inline)) uint64_t doubled(uint64_t lanes)
{
	return (lanes & 0x7f7f7f7f7f7f7f7full) << 1 ^ (lanes >> 7 & 0x0101010101010101ull) * 0x1d;
}

/* The generator's coefficients from x^15 down to x^0; that of x^16 is 1. */
#define GENERATOR(TAP)                                                                                       \
	TAP(0, 0x3b);                                                                                        \
	TAP(1, 0x0d);                                                                                        \
	TAP(2, 0x68);                                                                                        \
	TAP(3, 0xbd);                                                                                        \
	TAP(4, 0x44);                                                                                        \
	TAP(5, 0xd1);                                                                                        \
	TAP(6, 0x1e);                                                                                        \
	TAP(7, 0x08);                                                                                        \
	TAP(8, 0xa3);                                                                                        \
	TAP(9, 0x41);                                                                                        \
	TAP(10, 0x29);                                                                                       \
	TAP(11, 0xe5);                                                                                       \
	TAP(12, 0x62);                                                                                       \
	TAP(13, 0x32);                                                                                       \
	TAP(14, 0x24);                                                                                       \
	TAP(15, 0x3b)

/* A product with a number that the compiler knows: the doublings that it is the sum of. */
#define TIMES(c)                                                                                             \
	((((c)&1) ? t0 : 0) ^ (((c)&2) ? t1 : 0) ^ (((c)&4) ? t2 : 0) ^ (((c)&8) ? t3 : 0) ^                 \
	 (((c)&16) ? t4 : 0) ^ (((c)&32) ? t5 : 0) ^ (((c)&64) ? t6 : 0) ^ (((c)&128) ? t7 : 0))
#define TAP(i, c) rest[i] = rest[(i) + 1] ^ TIMES(c)

/* The check bytes of eight codewords, whose first bytes are at data, and next ones stride further: the rest of the division
 * by the generator. */
static void divide(const uint8_t *data, size_t stride, unsigned rows, uint64_t rest[CHECKS + 1])
{
	for (unsigned i = 0; i <= CHECKS; i++)
		rest[i] = 0;
	for (unsigned row = 0; row < rows; row++, data += stride) {
		uint64_t t0 = load(data) ^ rest[0], t1 = doubled(t0), t2 = doubled(t1), t3 = doubled(t2),
			 t4 = doubled(t3), t5 = doubled(t4), t6 = doubled(t5), t7 = doubled(t6);

		GENERATOR(TAP);
	}
}

static void encode(uint8_t *data, size_t columns, unsigned rows)
{
	uint64_t rest[CHECKS + 1];

	for (size_t at = 0; at < columns; at += LANES) {
		divide(data + at, columns, rows, rest);
		for (unsigned i = 0; i < CHECKS; i++)
			store(data + (rows + i) * columns + at, rest[i]);
	}
}

/* ---- mending: one codeword after the other, by Berlekamp and Massey, Chien and Forney ---- */

static uint8_t times(uint8_t a, uint8_t b)
{
	unsigned sum = 0;

	for (unsigned bit = 0x80; bit; bit >>= 1) {
		sum <<= 1;
		sum ^= sum & 0x100 ? 0x11d : 0;
		sum ^= b & bit ? a : 0;
	}
	return (uint8_t)sum;
}

static uint8_t power(uint8_t a, unsigned n)
{
	uint8_t result = 1;

	for (; n; n >>= 1, a = times(a, a))
		if (n & 1)
			result = times(result, a);
	return result;
}

static uint8_t inverse(uint8_t a)
{
	return power(a, 254);
}

/* The value of a polynomial, lowest coefficient first. */
static uint8_t value_at(const uint8_t *coefficients, unsigned n, uint8_t x)
{
	uint8_t sum = 0;

	while (n--)
		sum = (uint8_t)(times(sum, x) ^ coefficients[n]);
	return sum;
}

/* The polynomial whose roots tell the wrong places; returns how many there are, more than MENDS: too many. */
static unsigned locate(const uint8_t syndromes[CHECKS], uint8_t locator[CHECKS + 1])
{
	uint8_t before[CHECKS + 1] = { 1 }, saved[CHECKS + 1], last = 1;
	unsigned errors = 0, shift = 1;

	for (unsigned i = 0; i <= CHECKS; i++)
		locator[i] = i == 0;
	for (unsigned n = 0; n < CHECKS; n++) {
		uint8_t off = syndromes[n], factor;

		for (unsigned i = 1; i <= errors; i++)
			off ^= times(locator[i], syndromes[n - i]);
		if (!off) {
			shift++;
			continue;
		}
		factor = times(off, inverse(last));
		for (unsigned i = 0; i <= CHECKS; i++)
			saved[i] = locator[i];
		for (unsigned i = shift; i <= CHECKS; i++)
			locator[i] ^= times(factor, before[i - shift]);
		if (2 * errors > n) {
			shift++;
			continue;
		}
		errors = n + 1 - errors;
		last = off;
		shift = 1;
		for (unsigned i = 0; i <= CHECKS; i++)
			before[i] = saved[i];
	}
	return errors;
}

/* Mends the codeword that begins at first; returns how many of its bytes were wrong, -1: more than can be mended. */
static int mend(uint8_t *first, size_t stride, unsigned length, const uint8_t syndromes[CHECKS])
{
	uint8_t locator[CHECKS + 1], evaluator[CHECKS] = { 0 }, wrong[MENDS] = { 0 }, by[MENDS] = { 0 };
	unsigned errors = locate(syndromes, locator), found = 0;

	if (errors > MENDS)
		return -1;
	for (unsigned i = 0; i < CHECKS; i++)
		for (unsigned k = 0; k <= i && k <= errors; k++)
			evaluator[i] ^= times(locator[k], syndromes[i - k]);
	for (unsigned at = 0; at < length; at++) {
		/* The byte is the coefficient of x^(length - 1 - at). */
		uint8_t x = power(2, length - 1 - at), root = inverse(x), slope = 0;

		if (value_at(locator, errors + 1, root))
			continue;
		for (unsigned k = 1; k <= errors; k += 2)
			slope ^= times(locator[k], power(root, k - 1));
		if (!slope || found == errors)
			return -1;
		wrong[found] = (uint8_t)at;
		by[found++] = times(times(x, value_at(evaluator, CHECKS, root)), inverse(slope));
	}
	if (found != errors)
		return -1;
	for (unsigned i = 0; i < found; i++)
		first[wrong[i] * stride] ^= by[i];
	return (int)found;
}

/* Mends all codewords; false: there are some that could not be. */
static bool decode(uint8_t *data, size_t columns, unsigned rows, uint32_t *mended)
{
	uint64_t rest[CHECKS + 1];
	bool all = true;

	for (size_t at = 0; at < columns; at += LANES) {
		uint64_t any = 0;

		divide(data + at, columns, rows, rest);
		for (unsigned i = 0; i < CHECKS; i++) {
			rest[i] ^= load(data + (rows + i) * columns + at);
			any |= rest[i];
		}
		for (unsigned lane = 0; any && lane < LANES; lane++) {
			uint8_t own[CHECKS], syndromes[CHECKS], bad = 0;
			int n;

			/* What a division leaves has the same values at the roots. */
			for (unsigned i = 0; i < CHECKS; i++) {
				own[CHECKS - 1 - i] = ((const uint8_t *)&rest[i])[lane];
				bad |= own[CHECKS - 1 - i];
			}
			if (!bad)
				continue;
			for (unsigned i = 0; i < CHECKS; i++)
				syndromes[i] = value_at(own, CHECKS, power(2, i));
			n = mend(data + at + lane, columns, rows + CHECKS, syndromes);
			if (n < 0)
				all = false;
			else
				*mended += (uint32_t)n;
		}
	}
	return all;
}

/* ---- writing ---- */

void kf_keep_clear(uint8_t *slot)
{
	for (unsigned i = 0; i < KF_KEEP_TEXT_AT; i++)
		slot[i] = 0;
}

uint32_t kf_keep_seal(uint8_t *slot, size_t size)
{
	size_t columns = columns_of(size);
	uint8_t *text = slot + KF_KEEP_TEXT_AT;

	for (size_t i = size; i < columns * TEXT_ROWS; i++)
		text[i] = 0;
	encode(text, columns, TEXT_ROWS);
	return kf_crc32(0, text, size);
}

void kf_keep_put_header(uint8_t *slot, const struct kf_keep *keep)
{
	uint8_t header[KF_KEEP_HEADER_SIZE] = { 0 };

	for (unsigned i = 0; i < sizeof(KF_KEEP_MAGIC) - 1; i++)
		header[i] = (uint8_t)KF_KEEP_MAGIC[i];
	kf_put16(header + AT_VERSION, KF_KEEP_VERSION);
	header[AT_SLOT] = (uint8_t)keep->slot;
	header[AT_FLAGS] = keep->cut ? FLAG_CUT : 0;
	kf_put32(header + AT_STATE, keep->state);
	kf_put32(header + AT_SLOT_SIZE, keep->slot_size);
	kf_put32(header + AT_SIZE, keep->size);
	kf_put32(header + AT_TEXT_SUM, keep->sum);
	kf_put32(header + AT_IN_ROW, keep->in_row);
	kf_put64(header + AT_SEQUENCE, keep->sequence);
	kf_put64(header + AT_RUN, keep->run);
	kf_put64(header + AT_UP, keep->up_ns);
	kf_put64(header + AT_PHYSICAL, keep->physical);
	kf_put32(header + AT_MISSED, keep->missed);
	for (unsigned i = 0; i < sizeof(keep->build_id); i++)
		header[AT_BUILD + i] = keep->build_id[i];
	kf_put32(header + AT_SUM, kf_crc32(0, header, AT_SUM));
	encode(header, HEADER_COLUMNS, HEADER_ROWS);
	for (unsigned i = 0; i < KF_KEEP_HEADER_SIZE; i += LANES)
		store(slot + i, load(header + i));
}

/* Half of the bits decide. */
#define READ_MARK 0xffffffffffffffffull

void kf_keep_acknowledge(uint8_t *slot)
{
	store(slot + KF_KEEP_READ_AT, READ_MARK);
}

static unsigned bits(uint64_t word)
{
	unsigned n = 0;

	for (; word; word &= word - 1)
		n++;
	return n;
}

bool kf_keep_was_read(const uint8_t *slot)
{
	return bits(load(slot + KF_KEEP_READ_AT)) >= 32;
}

/* ---- reading ---- */

static bool is_magic(const uint8_t *at, unsigned flips)
{
	static const char magic[] = KF_KEEP_MAGIC;
	uint64_t is = load(at), wanted = load((const uint8_t *)magic);

	return is == wanted || (flips && bits(is ^ wanted) <= flips);
}

static bool read_header(uint8_t *slot, struct kf_keep *out, uint32_t *mended)
{
	uint8_t header[KF_KEEP_HEADER_SIZE];

	/* Mended in a copy: what is no header stays as it is. */
	for (unsigned i = 0; i < KF_KEEP_HEADER_SIZE; i += LANES)
		store(header + i, load(slot + i));
	if (!decode(header, HEADER_COLUMNS, HEADER_ROWS, mended) || !is_magic(header, 0) ||
	    kf_get32(header + AT_SUM) != kf_crc32(0, header, AT_SUM) ||
	    kf_get16(header + AT_VERSION) != KF_KEEP_VERSION)
		return false;
	*out = (struct kf_keep){
		.slot = header[AT_SLOT],
		.cut = header[AT_FLAGS] & FLAG_CUT,
		.state = kf_get32(header + AT_STATE),
		.slot_size = kf_get32(header + AT_SLOT_SIZE),
		.size = kf_get32(header + AT_SIZE),
		.sum = kf_get32(header + AT_TEXT_SUM),
		.in_row = kf_get32(header + AT_IN_ROW),
		.sequence = kf_get64(header + AT_SEQUENCE),
		.run = kf_get64(header + AT_RUN),
		.up_ns = kf_get64(header + AT_UP),
		.physical = kf_get64(header + AT_PHYSICAL),
		.missed = kf_get32(header + AT_MISSED),
	};
	for (unsigned i = 0; i < sizeof(out->build_id); i++)
		out->build_id[i] = header[AT_BUILD + i];
	/* Who wrote a sum over it may still have written nonsense. */
	if (out->slot >= KF_KEEP_SLOTS || out->slot_size < KF_KEEP_SLOT_MIN ||
	    out->slot_size > KF_KEEP_SLOT_MAX || out->size > kf_keep_capacity(out->slot_size))
		return false;
	for (unsigned i = 0; i < KF_KEEP_HEADER_SIZE; i += LANES)
		store(slot + i, load(header + i));
	return true;
}

enum kf_keep_found kf_keep_read(uint8_t *slot, size_t room, struct kf_keep *out, uint32_t *mended_out)
{
	*mended_out = 0;
	if (room < KF_KEEP_TEXT_AT || !is_magic(slot, MAGIC_FLIPS) || !read_header(slot, out, mended_out))
		return KF_KEEP_NONE;
	if (kf_keep_used(out->size) > room) {
		if (out->size > room - KF_KEEP_TEXT_AT)
			out->size = (uint32_t)(room - KF_KEEP_TEXT_AT);
		return KF_KEEP_DAMAGED;
	}
	/* Whatever could not be mended: the sum decides. */
	(void)decode(slot + KF_KEEP_TEXT_AT, columns_of(out->size), TEXT_ROWS, mended_out);
	return kf_crc32(0, slot + KF_KEEP_TEXT_AT, out->size) == out->sum ? KF_KEEP_WHOLE : KF_KEEP_DAMAGED;
}

size_t kf_keep_find(const uint8_t *bytes, size_t n, size_t from)
{
	for (; from < n && n - from >= KF_KEEP_TEXT_AT; from++)
		if (is_magic(bytes + from, MAGIC_FLIPS))
			return from;
	return n;
}

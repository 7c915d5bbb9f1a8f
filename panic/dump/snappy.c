/* Snappy's format, one page at a time, with integers only.
 *
 * A length, then elements: a literal (bytes as they are), or a copy of bytes that came before (offset and length).  Sequences
 * of four bytes are looked up in a table of where such were last seen. */
#include "dump/dump.h"

#define BITS 11
#define SHORTEST 4 /* bytes of a copy */

_Static_assert(KP_SNAPPY_TABLE == sizeof(uint16_t) << BITS, "a position for each hash");

static uint32_t word_at(const uint8_t *at)
{
	uint32_t word;

	__builtin_memcpy(&word, at, sizeof(word));
	return word;
}

static uint32_t hash(uint32_t word)
{
	return word * 0x1e35a7bdu >> (32 - BITS);
}

/* Bytes that a literal's length takes. */
static size_t literal_head(size_t n)
{
	return n <= 60 ? 1 : n <= 256 ? 2 : 3;
}

static uint8_t *put_literal(uint8_t *to, const uint8_t *from, size_t n)
{
	if (n <= 60) {
		*to++ = (uint8_t)((n - 1) << 2);
	} else if (n <= 256) {
		*to++ = 60 << 2;
		*to++ = (uint8_t)(n - 1);
	} else {
		*to++ = 61 << 2;
		*to++ = (uint8_t)(n - 1);
		*to++ = (uint8_t)((n - 1) >> 8);
	}
	/* By words, and no call: there are many short ones. */
	for (; n >= 8; n -= 8, to += 8, from += 8)
		__builtin_memcpy(to, from, 8);
	while (n--)
		*to++ = *from++;
	return to;
}

/* Bytes that are the same at two places, the second of which ends before n. */
static size_t same(const uint8_t *page, size_t before, size_t at, size_t n)
{
	size_t length = SHORTEST;

	while (at + length + 4 <= n && word_at(page + before + length) == word_at(page + at + length))
		length += 4;
	while (at + length < n && page[before + length] == page[at + length])
		length++;
	return length;
}

/* Copies with offsets of two bytes: 1 to 64 bytes each; the last is never shorter than four. */
static uint8_t *put_copy(uint8_t *to, size_t offset, size_t n)
{
	while (n) {
		size_t part = n > 64 ? (n < 68 ? 60 : 64) : n;

		*to++ = (uint8_t)((part - 1) << 2 | 2);
		*to++ = (uint8_t)offset;
		*to++ = (uint8_t)(offset >> 8);
		n -= part;
	}
	return to;
}

size_t kp_snappy(const uint8_t *page, size_t n, uint8_t *to, size_t room, void *table)
{
	uint16_t *seen = table;
	uint8_t *out = to, *end = to + room;
	size_t at = 1, literal = 0; /* where the literal that is not written yet begins */
	unsigned misses = 0;

	if (n < 16 || n > 16384 || room < 8)
		return 0;
	/* The table is that of the page before: what it says is looked at before it is believed. */
	for (size_t left = n; left; left >>= 7)
		*out++ = (uint8_t)((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
	while (at + SHORTEST <= n) {
		uint32_t word = word_at(page + at);
		uint16_t *slot = &seen[hash(word)];
		size_t before = *slot, length;

		*slot = (uint16_t)at;
		if (before >= at || word_at(page + before) != word) {
			/* The longer nothing is found, the larger the steps. */
			at += 1 + (misses++ >> 5);
			continue;
		}
		misses = 0;
		length = same(page, before, at, n);
		if (at > literal) {
			if (literal_head(at - literal) + at - literal >= (size_t)(end - out))
				return 0;
			out = put_literal(out, page + literal, at - literal);
		}
		if (3 * (length / 60 + 1) >= (size_t)(end - out))
			return 0;
		out = put_copy(out, at - before, length);
		at += length;
		literal = at;
	}
	if (literal < n) {
		if (literal_head(n - literal) + n - literal >= (size_t)(end - out))
			return 0;
		out = put_literal(out, page + literal, n - literal);
	}
	return (size_t)(out - to);
}

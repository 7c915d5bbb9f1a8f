/* Reading of ELF and DWARF where it must be fast: a window of bytes with a
 * sticky error instead of an error object for every field.
 *
 * A read past the end gives 0 and sets `bad`; the caller looks at `bad` once,
 * where it matters.  No read ever leaves the window.
 */
#ifndef PM_BYTES_H
#define PM_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct pm_bytes {
	const uint8_t *p;
	size_t n;
};

struct pm_reader {
	const uint8_t *p, *end;
	bool big_endian, bad;
};

static inline struct pm_reader pm_reader_at(struct pm_bytes bytes, uint64_t offset, bool big_endian)
{
	bool outside = offset > bytes.n;

	if (!bytes.p)
		return (struct pm_reader){ NULL, NULL, big_endian, true };
	return (struct pm_reader){ bytes.p + (outside ? bytes.n : offset), bytes.p + bytes.n, big_endian,
				   outside };
}

static inline size_t pm_reader_left(const struct pm_reader *r)
{
	return (size_t)(r->end - r->p);
}

/* Little-endian; one instruction, where the machine is. */
static inline uint32_t pm_load_low_4(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t pm_load(const uint8_t *p, unsigned size, bool big_endian)
{
	uint64_t value = 0;

	if (!big_endian && size == 4)
		return pm_load_low_4(p);
	if (!big_endian && size == 8)
		return pm_load_low_4(p) | (uint64_t)pm_load_low_4(p + 4) << 32;
	for (unsigned i = 0; i < size; i++)
		value = value << 8 | p[big_endian ? i : size - 1 - i];
	return value;
}

static inline bool pm_reader_skip(struct pm_reader *r, uint64_t n)
{
	if (n > pm_reader_left(r)) {
		r->p = r->end;
		r->bad = true;
		return false;
	}
	r->p += n;
	return true;
}

static inline uint64_t pm_read(struct pm_reader *r, unsigned size)
{
	const uint8_t *p = r->p;

	return pm_reader_skip(r, size) ? pm_load(p, size, r->big_endian) : 0;
}

static inline uint8_t pm_read_u8(struct pm_reader *r)
{
	if (r->p == r->end) {
		r->bad = true;
		return 0;
	}
	return *r->p++;
}

/* Bits past 64 are dropped. */
static inline uint64_t pm_read_uleb(struct pm_reader *r)
{
	uint64_t value = 0;
	unsigned shift = 0;

	for (;;) {
		uint8_t byte = pm_read_u8(r);

		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
		shift += 7;
	}
}

static inline int64_t pm_read_sleb(struct pm_reader *r)
{
	uint64_t value = 0;
	unsigned shift = 0;
	uint8_t byte;

	do {
		byte = pm_read_u8(r);
		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	if (shift < 64 && (byte & 0x40))
		value |= ~(uint64_t)0 << shift;
	return (int64_t)value;
}

/* NULL (and bad) where no NUL follows. */
static inline const char *pm_read_str(struct pm_reader *r)
{
	const uint8_t *p = r->p, *nul = pm_reader_left(r) ? memchr(p, 0, pm_reader_left(r)) : NULL;

	if (!nul) {
		r->p = r->end;
		r->bad = true;
		return NULL;
	}
	r->p = nul + 1;
	return (const char *)p;
}

/* A NUL-terminated string at an offset of a string section; NULL where there is none. */
static inline const char *pm_str_at(struct pm_bytes bytes, uint64_t offset)
{
	struct pm_reader r = pm_reader_at(bytes, offset, false);

	return r.bad ? NULL : pm_read_str(&r);
}

#endif

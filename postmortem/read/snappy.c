/* Snappy: the length of the whole, then literals and repetitions, told by the two lowest bits of their tag. */
#include "read/lzo.h"

/* The next n bytes, the lowest first. */
static bool number(struct pm_unpack *u, unsigned n, size_t *value)
{
	*value = 0;
	if ((size_t)(u->in_end - u->in) < n)
		return false;
	for (unsigned i = 0; i < n; i++)
		*value |= (size_t)*u->in++ << 8 * i;
	return true;
}

static bool whole_length(struct pm_unpack *u, size_t *length)
{
	*length = 0;
	for (unsigned shift = 0; shift < 35 && u->in < u->in_end; shift += 7) {
		uint8_t byte = *u->in++;

		*length |= (size_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return true;
	}
	return false;
}

bool pm_snappy_unpack(const uint8_t *in, size_t n, uint8_t *out, size_t cap, size_t *n_out)
{
	struct pm_unpack u = { in, in + n, out, out, out + cap };
	size_t whole;
	bool ok = whole_length(&u, &whole) && whole <= cap;

	while (ok && u.in < u.in_end) {
		size_t tag = *u.in++, length = (tag >> 2) + 1, distance;

		switch (tag & 3) {
		case 0: /* a length above 60 stands behind the tag, in 1 to 4 bytes */
			if (length > 60 && (ok = number(&u, (unsigned)length - 60, &length)))
				length++;
			ok = ok && pm_unpack_literal(&u, length);
			continue;
		case 1:
			length = (tag >> 2 & 7) + 4;
			ok = number(&u, 1, &distance);
			distance |= tag >> 5 << 8;
			break;
		case 2:
			ok = number(&u, 2, &distance);
			break;
		default:
			ok = number(&u, 4, &distance);
		}
		ok = ok && pm_unpack_repeat(&u, distance, length);
	}
	*n_out = (size_t)(u.out - out);
	return ok && *n_out == whole;
}

/* LZO1X.  An instruction is told by its first byte, below 16 also by how many literals the one before it
 * ended with; its two lowest bits (of the byte, or of the 16-bit distance) are how many follow it. */
#include "read/lzo.h"

/* What went before: 0 no literals, 1 to 3 so many at the end of a repetition, 4 a run of its own. */
enum { AFTER_RUN = 4 };

/* A length that did not fit: zero bytes count 255 each, the first other one ends it. */
static bool long_length(struct pm_unpack *u, size_t base, size_t *length)
{
	size_t zeros = 0;

	while (u->in < u->in_end && !*u->in) {
		u->in++;
		zeros++;
	}
	if (u->in == u->in_end)
		return false;
	*length = base + 255 * zeros + *u->in++;
	return true;
}

static bool distance16(struct pm_unpack *u, size_t *word)
{
	if (u->in_end - u->in < 2)
		return false;
	*word = (size_t)u->in[0] | (size_t)u->in[1] << 8;
	u->in += 2;
	return true;
}

bool pm_lzo_unpack(const uint8_t *in, size_t n, uint8_t *out, size_t cap, size_t *n_out)
{
	struct pm_unpack u = { in, in + n, out, out, out + cap };
	size_t after = 0; /* literals that the last instruction ended with */
	bool ok = n > 0, done = false;

	if (n && in[0] > 17) { /* a first run, whose length stands in this byte alone */
		u.in++;
		ok = pm_unpack_literal(&u, in[0] - 17u);
		after = in[0] - 17 < 4 ? in[0] - 17u : AFTER_RUN;
	}
	while (ok && !done) {
		size_t t, length, distance = 0, word;

		if (u.in == u.in_end) {
			ok = false;
			break;
		}
		t = *u.in++;
		if (t < 16 && !after) {
			length = t + 3;
			ok = (t || long_length(&u, 15 + 3, &length)) && pm_unpack_literal(&u, length);
			after = AFTER_RUN;
			continue;
		}
		if (t < 16 || t >= 64) {
			if (u.in == u.in_end) {
				ok = false;
				break;
			}
			size_t high = *u.in++;

			if (t >= 64) {
				length = t >= 128 ? 5 + (t >> 5 & 3) : 3 + (t >> 5 & 1);
				distance = (high << 3) + (t >> 2 & 7) + 1;
			} else {
				length = after == AFTER_RUN ? 3 : 2;
				distance = (high << 2) + (t >> 2) + (after == AFTER_RUN ? 2049 : 1);
			}
			after = t & 3;
		} else {
			size_t mask = t >= 32 ? 31 : 7;

			length = (t & mask) + 2;
			ok = ((t & mask) || long_length(&u, mask + 2, &length)) && distance16(&u, &word);
			if (!ok)
				break;
			after = word & 3;
			distance = (word >> 2) + 1;
			if (t < 32) {
				distance += 16383 + ((t & 8) << 11);
				done = distance == 16384;
				if (done)
					break;
			}
		}
		ok = pm_unpack_repeat(&u, distance, length) && pm_unpack_literal(&u, after);
	}
	*n_out = (size_t)(u.out - out);
	return ok;
}

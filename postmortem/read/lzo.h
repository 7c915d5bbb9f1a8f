/* LZO1X and Snappy: the two packings of pages that no library we link has (docs/adr/). */
#ifndef PM_LZO_H
#define PM_LZO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Unpacks n bytes into at most cap; *n_out is how many came out, also where false is returned: the
 * input is damaged, or holds more than cap. */
bool pm_lzo_unpack(const uint8_t *in, size_t n, uint8_t *out, size_t cap, size_t *n_out)
	__attribute__((warn_unused_result));
bool pm_snappy_unpack(const uint8_t *in, size_t n, uint8_t *out, size_t cap, size_t *n_out)
	__attribute__((warn_unused_result));

/* Both are literals and repetitions of what came out before. */
struct pm_unpack {
	const uint8_t *in, *in_end;
	uint8_t *out, *out_start, *out_end;
};

/* Takes n bytes over as they are. */
static inline bool pm_unpack_literal(struct pm_unpack *u, size_t n)
{
	if (n > (size_t)(u->in_end - u->in) || n > (size_t)(u->out_end - u->out))
		return false;
	if (n)
		memcpy(u->out, u->in, n);
	u->in += n;
	u->out += n;
	return true;
}

/* Repeats n bytes from `distance` back; where that is shorter than n, what is written is read again. */
static inline bool pm_unpack_repeat(struct pm_unpack *u, size_t distance, size_t n)
{
	if (!distance || distance > (size_t)(u->out - u->out_start) || n > (size_t)(u->out_end - u->out))
		return false;
	const uint8_t *from = u->out - distance;
	uint8_t *end = u->out + n;

	if (distance == 1) /* most pages are zeros */
		memset(u->out, *from, n);
	else
		for (size_t part; u->out < end; u->out += part) { /* what was written can be repeated, too */
			part = (size_t)(u->out - from) < (size_t)(end - u->out) ? (size_t)(u->out - from)
										: (size_t)(end - u->out);
			memcpy(u->out, from, part);
		}
	u->out = end;
	return true;
}

#endif

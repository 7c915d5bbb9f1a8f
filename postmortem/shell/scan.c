/* Whole blocks are compared as vectors, which the compiler makes of what the machine has; where in a block something
 * is, and whether it is more than a likeness, is looked at byte by byte, as are the last bytes, which are no whole
 * block. */
#include "shell/scan.h"

#include "symbols/bytes.h"

#include <string.h>

enum { vector_size = 16, vectors = 4, block_size = vector_size * vectors };

#define VECTOR __attribute__((vector_size(vector_size)))
typedef uint8_t vector_8 VECTOR;
typedef uint16_t vector_16 VECTOR;
typedef uint32_t vector_32 VECTOR;
typedef uint64_t vector_64 VECTOR;

/* Unrolled, which halves the time. */
#define EACH_VECTOR(k) _Pragma("GCC unroll 4") for (size_t k = 0; k < vectors; k++)

static bool any(vector_64 bits)
{
	return (bits[0] | bits[1]) != 0;
}

static vector_16 equal_16(vector_16 a, vector_16 b)
{
	return (vector_16)(a == b);
}

static vector_32 equal_32(vector_32 a, vector_32 b)
{
	return (vector_32)(a == b);
}

/* By halves, as SSE2 compares no more at once: bits of the low one are set where both are equal. */
static vector_64 equal_64(vector_64 a, vector_64 b)
{
	vector_64 halves = (vector_64)((vector_32)a == (vector_32)b);

	return halves & halves >> 32;
}

/* Each of these: where the first block from i on begins that may have one of what is looked for, or the rest that is
 * less than a block.  For values one function for each width. */
#define SKIP_VALUES(bits)                                                                                    \
	static size_t skip_##bits(const struct pm_scan *scan, const uint8_t *bytes, size_t n, size_t i)      \
	{                                                                                                    \
		const vector_##bits care = (uint##bits##_t)scan->care + (vector_##bits){ 0 };                \
		vector_##bits wanted[PM_SCAN_WANTED], here[vectors];                                         \
                                                                                                             \
		for (size_t v = 0; v < scan->n; v++)                                                         \
			wanted[v] = ((uint##bits##_t)scan->values[v] + (vector_##bits){ 0 }) & care;         \
		for (; n - i >= block_size; i += block_size) {                                               \
			vector_##bits hits = { 0 };                                                          \
                                                                                                             \
			memcpy(here, bytes + i, block_size);                                                 \
			EACH_VECTOR (k)                                                                      \
				here[k] &= care;                                                             \
			for (size_t v = 0; v < scan->n; v++)                                                 \
				EACH_VECTOR (k)                                                              \
					hits |= equal_##bits(here[k], wanted[v]);                            \
			if (any((vector_64)hits))                                                            \
				break;                                                                       \
		}                                                                                            \
		return i;                                                                                    \
	}

SKIP_VALUES(16)
SKIP_VALUES(32)
SKIP_VALUES(64)

/* Of a text the first byte and the last, at their distance: in memory both are seldom together by chance. */
static size_t skip_texts(const struct pm_scan *scan, const uint8_t *bytes, size_t n, size_t i)
{
	size_t longest = 1;

	for (size_t t = 0; t < scan->n; t++)
		longest = scan->texts[t].n > longest ? scan->texts[t].n : longest;
	for (; n - i >= block_size + longest - 1; i += block_size) {
		vector_8 hits = { 0 }, first[vectors], last[vectors];

		memcpy(first, bytes + i, block_size);
		for (size_t t = 0; t < scan->n; t++) {
			const char *text = scan->texts[t].p;
			size_t end = scan->texts[t].n - 1;

			memcpy(last, bytes + i + end, block_size);
			EACH_VECTOR (k)
				hits |= (vector_8)((first[k] == (uint8_t)text[0]) &
						   (last[k] == (uint8_t)text[end]));
		}
		if (any((vector_64)hits))
			break;
	}
	return i;
}

/* Does one of them stand at p, of which n bytes are there? */
static bool is_at(const struct pm_scan *scan, const uint8_t *p, size_t n, size_t *which_out)
{
	uint64_t value = scan->width ? pm_load(p, scan->width, false) : 0;
	uint64_t care = scan->width ? scan->care & UINT64_MAX >> (64 - 8 * scan->width) : 0;

	for (size_t i = 0; i < scan->n; i++)
		if (scan->width ? !((value ^ scan->values[i]) & care)
				: scan->texts[i].n <= n && *p == (uint8_t)scan->texts[i].p[0] &&
					  !memcmp(p, scan->texts[i].p, scan->texts[i].n)) {
			*which_out = i;
			return true;
		}
	return false;
}

size_t pm_scan_next(const struct pm_scan *scan, const uint8_t *bytes, size_t n, size_t from,
		    size_t *which_out)
{
	size_t (*const skip)(const struct pm_scan *, const uint8_t *, size_t, size_t) =
		scan->width == 8   ? skip_64
		: scan->width == 4 ? skip_32
		: scan->width == 2 ? skip_16
				   : skip_texts;
	const size_t step = scan->width ? scan->width : 1, end = n - n % step;
	size_t i = (from + step - 1) / step * step;

	while (i < end) {
		size_t block = skip(scan, bytes, end, i);

		for (i = block; i < end && i - block < block_size; i += step)
			if (is_at(scan, bytes + i, end - i, which_out))
				return i;
	}
	return n;
}

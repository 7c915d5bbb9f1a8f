/* Tables that give words to numbers: fields of a register, and plain codes. */
#ifndef PM_DECODE_BITS_H
#define PM_DECODE_BITS_H

#include "base/memory.h"

/* A field of a register: the row speaks when (value & mask) == match. */
struct pm_bit {
	uint64_t mask, match;
	const char *words;
};
#define PM_BIT(n, words)                                                                                     \
	{                                                                                                    \
		UINT64_C(1) << (n), UINT64_C(1) << (n), words                                                \
	}
#define PM_CLEAR(n, words)                                                                                   \
	{                                                                                                    \
		UINT64_C(1) << (n), 0, words                                                                 \
	}

/* The words of all rows that speak, in the order of the table, with ", " or the
 * like between; bits that no row's mask covers follow as "unknown 0x…".  NULL
 * when nothing speaks. */
const char *pm_bits_words(struct pm_arena *arena, const struct pm_bit *rows, size_t n, uint64_t value,
			  const char *between);

struct pm_code_words {
	uint64_t code;
	const char *words;
};

/* NULL: the table does not have it. */
const char *pm_code_find(const struct pm_code_words *rows, size_t n, uint64_t code);

/* "0x18", "-0x8". */
const char *pm_signed_hex(struct pm_arena *arena, int64_t value);

#endif

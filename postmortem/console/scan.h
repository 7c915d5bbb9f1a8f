/* Finds the first of many words in a large text, skipping most of its bytes
 * (Wu and Manber, "A fast algorithm for multi-pattern searching", 1994). */
#ifndef PM_SCAN_H
#define PM_SCAN_H

#include "base/slice.h"

#define PM_SCAN_HASH_BITS 13
#define PM_SCAN_WORDS_MAX 512
#define PM_SCAN_WORD_MIN 4 /* shorter words are not taken */

struct pm_scanner {
	size_t least; /* length of the shortest word */
	size_t longest;
	unsigned n;
	struct pm_slice words[PM_SCAN_WORDS_MAX]; /* borrowed */
	uint8_t shift[1u << PM_SCAN_HASH_BITS];	  /* bytes to skip when a block hashes here */
	uint16_t first[1u << PM_SCAN_HASH_BITS];  /* 1 + index of the first word ending in such a block */
	uint16_t next[PM_SCAN_WORDS_MAX];	  /* 1 + index of the next such word */
};

void pm_scanner_init(struct pm_scanner *scanner);
/* words: NULL-terminated, each at least PM_SCAN_WORD_MIN long. */
void pm_scanner_add(struct pm_scanner *scanner, const char *const *words);
void pm_scanner_build(struct pm_scanner *scanner);
/* Where the first word starts at or after `from`, or PM_NPOS. */
size_t pm_scan(const struct pm_scanner *scanner, struct pm_slice text, size_t from);

#endif

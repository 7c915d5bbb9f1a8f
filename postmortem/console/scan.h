/* Finds lines that hold one of many words in a large text, looking at few of its bytes.
 *
 * Each word is represented by three of its bytes, chosen so that many words share them and
 * ordinary logs rarely have them.  Where the processor can look up 32 bytes at a time, all
 * such triples are looked for at once ("Teddy", from the Hyperscan project's paper: Wang et
 * al., NSDI 2019); elsewhere most bytes are skipped (Wu and Manber, TR-94-17, 1994). */
#ifndef PM_SCAN_H
#define PM_SCAN_H

#include "base/slice.h"

#define PM_SCAN_HASH_BITS 13
#define PM_SCAN_WORDS_MAX 512
#define PM_SCAN_WORD_MIN 4 /* shorter words are not taken */

struct pm_scan_word {
	struct pm_slice text; /* borrowed */
	uint8_t at;           /* where its triple stands in it */
	uint16_t next;        /* 1 + index of the next word in the hash chain */
};

struct pm_scanner {
	size_t least; /* length of the shortest word */
	size_t longest;
	unsigned n;
	bool wide; /* by triples, 32 bytes at a time */
	struct pm_scan_word words[PM_SCAN_WORDS_MAX];
	uint16_t first[1u << PM_SCAN_HASH_BITS]; /* 1 + index of the first word of a triple's chain */
	uint8_t shift[1u << PM_SCAN_HASH_BITS];  /* narrow: bytes to skip */
	uint8_t low[3][16], high[3][16];         /* wide: buckets of triples by their bytes' nibbles */
};

void pm_scanner_init(struct pm_scanner *scanner);
/* words: NULL-terminated, each at least PM_SCAN_WORD_MIN long. */
void pm_scanner_add(struct pm_scanner *scanner, const char *const *words);
/* narrow: without the processor's wide look-ups, for tests. */
void pm_scanner_build(struct pm_scanner *scanner, bool narrow);
/* Where a word starts at or after `from`, or PM_NPOS.  It stands in the first line that holds
 * any; within that line it need not be the first. */
size_t pm_scan(const struct pm_scanner *scanner, struct pm_slice text, size_t from);

#endif

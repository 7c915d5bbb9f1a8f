#include "console/scan.h"

#include <assert.h>

#define BLOCK 3

static inline unsigned hash(const char *p)
{
	const uint8_t *b = (const uint8_t *)p;
	uint32_t block = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16;

	return (block * 0x9e3779b1u) >> (32 - PM_SCAN_HASH_BITS);
}

void pm_scanner_init(struct pm_scanner *scanner)
{
	memset(scanner, 0, sizeof(*scanner));
	scanner->least = SIZE_MAX;
}

void pm_scanner_add(struct pm_scanner *scanner, const char *const *words)
{
	for (; *words; words++) {
		struct pm_slice word = pm_slice_of(*words);

		assert(word.n >= PM_SCAN_WORD_MIN && scanner->n < PM_SCAN_WORDS_MAX);
		scanner->words[scanner->n++] = word;
		if (word.n < scanner->least)
			scanner->least = word.n;
		if (word.n > scanner->longest)
			scanner->longest = word.n;
	}
}

void pm_scanner_build(struct pm_scanner *scanner)
{
	if (!scanner->n)
		return;
	/* Only the first `least` bytes of each word steer the skipping. */
	size_t most = scanner->least - BLOCK + 1;
	memset(scanner->shift, (int)(most > 255 ? 255 : most), sizeof(scanner->shift));
	for (unsigned w = 0; w < scanner->n; w++)
		for (size_t i = 0; i + BLOCK <= scanner->least; i++) {
			unsigned h = hash(scanner->words[w].p + i);
			size_t shift = scanner->least - BLOCK - i;

			if (shift < scanner->shift[h])
				scanner->shift[h] = (uint8_t)shift;
			if (!shift) {
				scanner->next[w] = scanner->first[h];
				scanner->first[h] = (uint16_t)(w + 1);
			}
		}
}

size_t pm_scan(const struct pm_scanner *scanner, struct pm_slice text, size_t from)
{
	if (!scanner->n || text.n < scanner->least)
		return PM_NPOS;
	const size_t tail = scanner->least - BLOCK; /* from a word's start to the block looked at */

	for (size_t pos = from; pos + scanner->least <= text.n;) {
		unsigned h = hash(text.p + pos + tail);
		size_t shift = scanner->shift[h];

		if (shift) {
			pos += shift;
			continue;
		}
		for (unsigned w = scanner->first[h]; w; w = scanner->next[w - 1]) {
			struct pm_slice word = scanner->words[w - 1];

			if (text.n - pos >= word.n && !memcmp(text.p + pos, word.p, word.n))
				return pos;
		}
		pos++;
	}
	return PM_NPOS;
}

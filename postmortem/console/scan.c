#include "console/scan.h"

#include "base/memory.h"

#include <assert.h>
#include <stdlib.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define TRIPLE 3
#define BUCKETS 8

static inline uint32_t triple_at(const char *p)
{
	const uint8_t *b = (const uint8_t *)p;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16;
}

static inline unsigned hash(uint32_t triple)
{
	return (triple * 0x9e3779b1u) >> (32 - PM_SCAN_HASH_BITS);
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

		assert(word.n >= PM_SCAN_WORD_MIN && word.n < 256 && scanner->n < PM_SCAN_WORDS_MAX);
		scanner->words[scanner->n++].text = word;
		if (word.n < scanner->least)
			scanner->least = word.n;
		if (word.n > scanner->longest)
			scanner->longest = word.n;
	}
}

static void chain(struct pm_scanner *scanner, unsigned w)
{
	struct pm_scan_word *word = &scanner->words[w];
	unsigned h = hash(triple_at(word->text.p + word->at));

	word->next = scanner->first[h];
	scanner->first[h] = (uint16_t)(w + 1);
}

static void build_narrow(struct pm_scanner *scanner)
{
	/* Only the first `least` bytes of each word steer the skipping. */
	size_t most = scanner->least - TRIPLE + 1;

	memset(scanner->shift, (int)(most > 255 ? 255 : most), sizeof(scanner->shift));
	for (unsigned w = 0; w < scanner->n; w++) {
		for (size_t i = 0; i + TRIPLE <= scanner->least; i++) {
			unsigned h = hash(triple_at(scanner->words[w].text.p + i));
			size_t shift = scanner->least - TRIPLE - i;

			if (shift < scanner->shift[h])
				scanner->shift[h] = (uint8_t)shift;
		}
		scanner->words[w].at = (uint8_t)(scanner->least - TRIPLE);
		chain(scanner, w);
	}
}

/* How often a byte stands in ordinary kernel messages, roughly: the more, the worse to look for. */
static unsigned commonness(uint8_t c)
{
	if (c == ' ')
		return 12;
	if (c >= 'a' && c <= 'z')
		return strchr("etaoinsrdlc", c) ? 8 : 4;
	if (pm_is_digit(c))
		return 7;
	if (c == ':' || c == '.' || c == '/' || c == '_' || c == '-' || c == '[' || c == ']')
		return 5;
	return 1; /* capitals and rare signs */
}

/* Gives each word the triple that most of the words still without one share; among equals the rarest. */
static void choose_triples(struct pm_scanner *scanner)
{
	bool done[PM_SCAN_WORDS_MAX] = { false };
	uint16_t *shared = pm_alloc(sizeof(*shared) << PM_SCAN_HASH_BITS); /* words by a triple's hash */

	for (unsigned left = scanner->n; left;) {
		uint32_t best = 0;
		unsigned best_score = 0;

		memset(shared, 0, sizeof(*shared) << PM_SCAN_HASH_BITS);
		for (unsigned w = 0; w < scanner->n; w++)
			for (size_t i = 0; !done[w] && i + TRIPLE <= scanner->words[w].text.n; i++)
				shared[hash(triple_at(scanner->words[w].text.p + i))]++;
		for (unsigned w = 0; w < scanner->n; w++)
			for (size_t i = 0; !done[w] && i + TRIPLE <= scanner->words[w].text.n; i++) {
				const char *p = scanner->words[w].text.p + i;
				unsigned cost = commonness((uint8_t)p[0]) * commonness((uint8_t)p[1]) *
						commonness((uint8_t)p[2]);
				unsigned score = shared[hash(triple_at(p))] * 100000u / (cost + 20);

				if (score > best_score) {
					best_score = score;
					best = triple_at(p);
				}
			}
		for (unsigned w = 0; w < scanner->n; w++) {
			struct pm_scan_word *word = &scanner->words[w];

			for (size_t i = 0; !done[w] && i + TRIPLE <= word->text.n; i++)
				if (triple_at(word->text.p + i) == best) {
					word->at = (uint8_t)i;
					done[w] = true;
					left--;
				}
		}
	}
	free(shared);
}

static int compare_triples(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void build_wide(struct pm_scanner *scanner)
{
	uint32_t triples[PM_SCAN_WORDS_MAX] = { 0 };
	unsigned n = 0;

	choose_triples(scanner);
	for (unsigned w = 0; w < scanner->n; w++) {
		uint32_t triple = triple_at(scanner->words[w].text.p + scanner->words[w].at);
		unsigned i = 0;

		chain(scanner, w);
		while (i < n && triples[i] != triple)
			i++;
		if (i == n)
			triples[n++] = triple;
	}
	/* Neighbours in order are alike in their last byte: together in a bucket they let little else
	 * through. */
	qsort(triples, n, sizeof(triples[0]), compare_triples);
	for (unsigned i = 0; i < n; i++) {
		uint8_t bucket = (uint8_t)(1u << (i * BUCKETS / n));

		for (unsigned k = 0; k < TRIPLE; k++) {
			uint8_t byte = (uint8_t)(triples[i] >> 8 * k);

			scanner->low[k][byte & 15] |= bucket;
			scanner->high[k][byte >> 4] |= bucket;
		}
	}
}

void pm_scanner_build(struct pm_scanner *scanner, bool narrow)
{
	if (!scanner->n)
		return;
#if defined(__x86_64__)
	scanner->wide = !narrow && __builtin_cpu_supports("avx2");
#else
	(void)narrow;
#endif
	if (scanner->wide)
		build_wide(scanner);
	else
		build_narrow(scanner);
}

/* Start of the word whose triple stands at pos, or PM_NPOS. */
static inline size_t verify(const struct pm_scanner *scanner, struct pm_slice text, size_t pos, size_t from)
{
	for (unsigned w = scanner->first[hash(triple_at(text.p + pos))]; w; w = scanner->words[w - 1].next) {
		const struct pm_scan_word *word = &scanner->words[w - 1];

		if (pos < from + word->at)
			continue;
		size_t start = pos - word->at;
		if (text.n - start >= word->text.n && !memcmp(text.p + start, word->text.p, word->text.n))
			return start;
	}
	return PM_NPOS;
}

static size_t scan_narrow(const struct pm_scanner *scanner, struct pm_slice text, size_t from)
{
	const size_t tail = scanner->least - TRIPLE; /* from a word's start to the block looked at */

	for (size_t pos = from; pos + scanner->least <= text.n;) {
		size_t shift = scanner->shift[hash(triple_at(text.p + pos + tail))];

		if (!shift) {
			size_t start = verify(scanner, text, pos + tail, from);

			if (start != PM_NPOS)
				return start;
			shift = 1;
		}
		pos += shift;
	}
	return PM_NPOS;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static inline __m256i table(const uint8_t row[16])
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)row));
}

__attribute__((target("avx2"))) static inline __m256i buckets(__m256i bytes, __m256i low, __m256i high)
{
	const __m256i nibble = _mm256_set1_epi8(15);

	return _mm256_and_si256(
		_mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble)),
		_mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble)));
}

__attribute__((target("avx2"))) static size_t scan_wide(const struct pm_scanner *scanner,
							struct pm_slice text, size_t from)
{
	const __m256i low0 = table(scanner->low[0]), high0 = table(scanner->high[0]);
	const __m256i low1 = table(scanner->low[1]), high1 = table(scanner->high[1]);
	const __m256i low2 = table(scanner->low[2]), high2 = table(scanner->high[2]);
	size_t pos = from;

	for (; pos + 32 + TRIPLE <= text.n; pos += 32) {
		const char *p = text.p + pos;
		__m256i hit = buckets(_mm256_loadu_si256((const __m256i *)(const void *)p), low0, high0);

		hit = _mm256_and_si256(
			hit,
			buckets(_mm256_loadu_si256((const __m256i *)(const void *)(p + 1)), low1, high1));
		hit = _mm256_and_si256(
			hit,
			buckets(_mm256_loadu_si256((const __m256i *)(const void *)(p + 2)), low2, high2));
		uint32_t some =
			~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(hit, _mm256_setzero_si256()));

		for (; some; some &= some - 1) {
			size_t start = verify(scanner, text, pos + (size_t)__builtin_ctz(some), from);

			if (start != PM_NPOS)
				return start;
		}
	}
	for (; pos + TRIPLE <= text.n; pos++) {
		size_t start = verify(scanner, text, pos, from);

		if (start != PM_NPOS)
			return start;
	}
	return PM_NPOS;
}
#endif

size_t pm_scan(const struct pm_scanner *scanner, struct pm_slice text, size_t from)
{
	if (!scanner->n || text.n < scanner->least)
		return PM_NPOS;
#if defined(__x86_64__)
	if (scanner->wide)
		return scan_wide(scanner, text, from);
#endif
	return scan_narrow(scanner, text, from);
}

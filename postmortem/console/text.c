#include "console/text.h"

#include "base/memory.h"

#include <stdlib.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define CHUNK (512u * 1024)

void pm_text_init(struct pm_text *text, struct pm_source *source)
{
	*text = (struct pm_text){ .source = source, .line = 1 };
	text->cap = PM_TEXT_BACK + PM_TEXT_AHEAD + 4 * CHUNK;
	text->buf = pm_alloc(text->cap);
}

void pm_text_deinit(struct pm_text *text)
{
	pm_error_free(text->error);
	free(text->buf);
}

static size_t count_lines(const char *p, size_t n)
{
	size_t lines = 0;

#if defined(__SSE2__) /* counting takes longer than scanning unless it is done by sixteens */
	const __m128i end = _mm_set1_epi8('\n');

	while (n >= 16) {
		__m128i sums = _mm_setzero_si128();
		size_t blocks = n / 16 < 255 ? n / 16 : 255;

		for (size_t i = 0; i < blocks; i++, p += 16)
			sums = _mm_sub_epi8(
				sums, _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)p), end));
		__m128i sum = _mm_sad_epu8(sums, _mm_setzero_si128());
		lines += (size_t)_mm_cvtsi128_si32(sum) + (size_t)_mm_extract_epi16(sum, 4);
		n -= blocks * 16;
	}
#endif
	for (size_t i = 0; i < n; i++)
		lines += p[i] == '\n';
	return lines;
}

uint32_t pm_text_line(struct pm_text *text, uint64_t offset)
{
	if (offset > text->counted) {
		text->line += (uint32_t)count_lines(text->buf + (text->counted - text->base),
						    (size_t)(offset - text->counted));
		text->counted = offset;
	}
	return text->line;
}

size_t pm_text_need(struct pm_text *text, uint64_t offset, size_t ahead)
{
	while (!text->at_end && text->base + text->n < offset + ahead) {
		if (text->cap - text->n < CHUNK) {
			uint64_t keep = offset > PM_TEXT_BACK ? offset - PM_TEXT_BACK : 0;
			size_t drop = keep > text->base ? (size_t)(keep - text->base) : 0;

			if (drop > text->n)
				drop = text->n;
			pm_text_line(text, text->base + drop);
			memmove(text->buf, text->buf + drop, text->n - drop);
			text->n -= drop;
			text->base += drop;
		}
		size_t got = 0;
		text->error = pm_source_read(text->source, text->buf + text->n, text->cap - text->n, &got);
		text->n += got;
		if (!got || text->error)
			text->at_end = true;
	}
	return pm_text_at(text, offset).n;
}

struct pm_slice pm_text_at(const struct pm_text *text, uint64_t offset)
{
	uint64_t end = text->base + text->n;

	if (offset < text->base || offset >= end)
		return (struct pm_slice){ text->buf + text->n, 0 };
	return (struct pm_slice){ text->buf + (offset - text->base), (size_t)(end - offset) };
}

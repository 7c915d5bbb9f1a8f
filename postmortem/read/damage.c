/* A file with parts of it overwritten, and cut, without a copy: for tests. */
#include "read/file_kind.h"
#include "read/spans.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

struct damaged {
	struct pm_file *inner;
	struct pm_damage *damages;
	struct pm_span *spans; /* value: 1 + index of the damage */
	size_t spans_n;
};

/* The same at the same place, however it is read. */
static uint8_t noise(uint64_t offset)
{
	uint64_t x = (offset / 8 + 1) * 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return (uint8_t)(x >> 8 * (offset % 8));
}

static size_t read_damaged(const struct pm_file *file, uint64_t offset, uint8_t *buf, size_t n,
			   int *errno_out)
{
	const struct damaged *state = file->state;

	if (offset >= file->size)
		return 0;
	if (n > file->size - offset)
		n = (size_t)(file->size - offset);
	n = pm_file_read(state->inner, offset, buf, n, errno_out);
	for (size_t i = pm_span_find(state->spans, state->spans_n, offset); i < state->spans_n; i++) {
		const struct pm_span *span = &state->spans[i];
		const struct pm_damage *damage = &state->damages[span->value - 1];
		uint64_t at = span->start > offset ? span->start : offset;

		if (at >= offset + n)
			break;
		for (; at < span->end && at < offset + n; at++)
			buf[at - offset] = damage->bytes ? damage->bytes[at - damage->offset] : noise(at);
	}
	return n;
}

static void close_damaged(struct pm_file *file)
{
	struct damaged *state = file->state;

	pm_file_close(state->inner);
	free(state->spans);
	free(state->damages);
}

static const struct pm_file_ops damaged_ops = { read_damaged, close_damaged };

struct pm_file *pm_file_damaged(struct pm_file *inner, const struct pm_damage *damages, size_t n,
				uint64_t size)
{
	if (size > pm_file_size(inner))
		size = pm_file_size(inner);
	struct pm_file *file = pm_file_new(&damaged_ops, pm_file_name(inner), size, sizeof(struct damaged));
	struct damaged *state = file->state;
	struct pm_span *spans = pm_alloc((n + 1) * sizeof(*spans));

	state->inner = inner;
	state->damages = pm_alloc((n + 1) * sizeof(*damages));
	for (size_t i = 0; i < n; i++) {
		state->damages[i] = damages[i];
		spans[i] = (struct pm_span){ damages[i].offset, damages[i].offset + damages[i].size, i + 1 };
	}
	state->spans = pm_spans_settle(spans, n, &state->spans_n);
	free(spans);
	return file;
}

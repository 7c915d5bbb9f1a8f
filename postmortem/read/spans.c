/* A sweep over the starts, with the claims that are open in a heap: the greatest value on top. */
#include "read/spans.h"

#include "base/memory.h"
#include "base/search.h"

#include <stdbool.h>
#include <stdlib.h>

static int compare_starts(const void *a, const void *b)
{
	const struct pm_span *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->value < y->value ? -1 : x->value > y->value;
}

struct heap {
	const struct pm_span **v;
	size_t n;
};

static void heap_swap(struct heap *heap, size_t a, size_t b)
{
	const struct pm_span *kept = heap->v[a];

	heap->v[a] = heap->v[b];
	heap->v[b] = kept;
}

static void heap_push(struct heap *heap, const struct pm_span *span)
{
	size_t i = heap->n++;

	heap->v[i] = span;
	for (; i && heap->v[(i - 1) / 2]->value < heap->v[i]->value; i = (i - 1) / 2)
		heap_swap(heap, i, (i - 1) / 2);
}

static void heap_pop(struct heap *heap)
{
	size_t i = 0;

	heap->v[0] = heap->v[--heap->n];
	for (;;) {
		size_t best = i;

		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < heap->n; child++)
			if (heap->v[child]->value > heap->v[best]->value)
				best = child;
		if (best == i)
			return;
		heap_swap(heap, i, best);
		i = best;
	}
}

static bool is_settled(const struct pm_span *spans, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (spans[i].start < spans[i - 1].end)
			return false;
	return true;
}

static size_t sweep(const struct pm_span *sorted, size_t n, struct pm_span *out)
{
	struct heap open = { pm_alloc((n + 1) * sizeof(*open.v)), 0 };
	size_t next = 0, kept = 0;
	uint64_t at = 0;

	while (next < n || open.n) {
		if (!open.n && sorted[next].start > at)
			at = sorted[next].start;
		while (next < n && sorted[next].start <= at)
			heap_push(&open, &sorted[next++]);
		while (open.n && open.v[0]->end <= at)
			heap_pop(&open);
		if (!open.n)
			continue;
		uint64_t end = open.v[0]->end, value = open.v[0]->value;

		if (next < n && sorted[next].start < end)
			end = sorted[next].start;
		if (kept && out[kept - 1].value == value && out[kept - 1].end == at)
			out[kept - 1].end = end;
		else
			out[kept++] = (struct pm_span){ at, end, value };
		at = end;
	}
	free(open.v);
	return kept;
}

struct pm_span *pm_spans_settle(const struct pm_span *spans, size_t n, size_t *n_out)
{
	struct pm_span *sorted = pm_alloc((n + 1) * sizeof(*sorted));
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (spans[i].start < spans[i].end)
			sorted[kept++] = spans[i];
	qsort(sorted, kept, sizeof(*sorted), compare_starts);
	*n_out = kept;
	if (is_settled(sorted, kept))
		return sorted;
	/* Each start and each end begins at most one. */
	struct pm_span *out = pm_alloc((2 * kept + 1) * sizeof(*out));

	*n_out = sweep(sorted, kept, out);
	free(sorted);
	return out;
}

size_t pm_span_find(const struct pm_span *spans, size_t n, uint64_t at)
{
	return PM_FIRST_ABOVE(spans, n, end, at);
}

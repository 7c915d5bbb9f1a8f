/* Which of several claims to the same range of addresses holds. */
#ifndef PM_SPANS_H
#define PM_SPANS_H

#include <stddef.h>
#include <stdint.h>

struct pm_span {
	uint64_t start, end; /* end is exclusive */
	uint64_t value;      /* where two overlap, the greater one wins */
};

/* The same as spans that are sorted and do not overlap: at most 2 n of them, in new storage that the
 * caller frees.  Empty spans are dropped. */
struct pm_span *pm_spans_settle(const struct pm_span *spans, size_t n, size_t *n_out)
	__attribute__((returns_nonnull));
/* Of settled spans the one that holds `at`, or the first one behind it; n: none. */
size_t pm_span_find(const struct pm_span *spans, size_t n, uint64_t at);

#endif

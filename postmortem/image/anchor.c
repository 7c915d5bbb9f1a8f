/* A table of symbols counts from an address that it does not tell.  Without a
 * note that does: functions are where calls lead, so the address is the one by
 * which the most calls of the code around what the CPUs run lead to a symbol's
 * start. */
#include "image/find.h"
#include "image/machine.h"

#include "symbols/bytes.h"

#include <stdlib.h>

enum {
	around = 64 << 10,  /* bytes of code looked at before and behind each place */
	reach = 16 << 20,   /* bytes from a call to where it leads */
	max_targets = 64,   /* the most frequent ones, that are compared */
	max_samples = 8,    /* of those, that candidates are made of */
	first_checks = 8,   /* of which half must hold before all are compared */
	least_matches = 12, /* and three quarters of all */
	max_calls = 1 << 16,
};

struct targets {
	uint64_t *v;
	size_t n, cap;
};

static void collect(struct pm_image *image, uint64_t place, struct targets *targets)
{
	uint64_t start = (place - around) & -(uint64_t)PM_PAGE_SIZE;
	uint8_t code[PM_PAGE_SIZE + 4];

	for (uint64_t at = start; at - start < 2 * around; at += PM_PAGE_SIZE) {
		size_t n = pm_space_read(&image->space, at, code, sizeof(code), NULL);

		for (size_t i = 0; i + 5 <= n && targets->n < max_calls; i++) {
			if (code[i] != 0xe8)
				continue;
			int64_t distance = (int32_t)pm_load(code + i + 1, 4, false);

			if (distance > reach || distance < -reach)
				continue;
			PM_ROOM(targets->v, targets->n, targets->cap);
			targets->v[targets->n++] = at + i + 5 + (uint64_t)distance;
		}
	}
}

struct target {
	uint64_t addr;
	size_t calls;
};

static int by_addr(const void *a, const void *b)
{
	uint64_t l = *(const uint64_t *)a, r = *(const uint64_t *)b;

	return l < r ? -1 : l > r;
}

static int by_calls(const void *a, const void *b)
{
	const struct target *l = a, *r = b;

	return l->calls != r->calls ? (l->calls > r->calls ? -1 : 1) : by_addr(&l->addr, &r->addr);
}

/* The most frequent; bytes that only look like calls lead elsewhere each time.
 */
static size_t frequent(struct targets *all, struct target out[max_targets])
{
	struct target *found = pm_alloc((all->n + 1) * sizeof(*found));
	size_t n = 0;

	if (all->n)
		qsort(all->v, all->n, sizeof(*all->v), by_addr);
	for (size_t i = 0; i < all->n; i++) {
		if (!n || found[n - 1].addr != all->v[i])
			found[n++] = (struct target){ all->v[i], 0 };
		found[n - 1].calls++;
	}
	qsort(found, n, sizeof(*found), by_calls);
	while (n && found[n - 1].calls < 2)
		n--;
	n = n < max_targets ? n : max_targets;
	memcpy(out, found, n * sizeof(*out));
	free(found);
	return n;
}

static bool is_start(const struct pm_image_symbols *symbols, uint64_t addr)
{
	const struct pm_image_symbol *symbol = pm_image_symbols_at(symbols, addr);

	return symbol && symbol->start == addr;
}

static size_t matches(const struct pm_image_symbols *symbols, const struct target *targets, size_t n,
		      uint64_t anchor)
{
	size_t same = 0;

	for (size_t i = 0; i < n; i++) {
		same += is_start(symbols, targets[i].addr - anchor);
		if (i + 1 == first_checks && same < first_checks / 2)
			return 0;
	}
	return same;
}

bool pm_image_find_anchor(struct pm_image *image, const struct pm_image_symbols *relative,
			  uint64_t *anchor_out)
{
	struct targets all = { 0 };
	struct target targets[max_targets];
	size_t best = 0;

	for (size_t i = 0; i < image->cpus.n && i < 8; i++)
		if (image->cpus.v[i].has_regs && image->cpus.v[i].regs.v[PM_X86_IP] >> 63)
			collect(image, image->cpus.v[i].regs.v[PM_X86_IP], &all);
	size_t n = frequent(&all, targets);

	for (size_t i = 0; i < n && i < max_samples; i++)
		for (size_t k = 0; k < relative->v.n; k++) {
			uint64_t anchor = targets[i].addr - relative->v.v[k].start;
			size_t same = matches(relative, targets, n, anchor);

			if (same > best) {
				best = same;
				*anchor_out = anchor;
			}
		}
	free(all.v);
	return best >= least_matches && 4 * best >= 3 * n;
}

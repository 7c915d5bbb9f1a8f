#include "shell/seen.h"

#include "base/memory.h"

#include <stdlib.h>

/* Those that are remembered one by one: 64 MiB of them. */
static const size_t most = 2 << 20;

static size_t slot_of(const struct pm_shell_seen *seen, uint64_t addr)
{
	size_t i = (size_t)((addr >> 3) * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (seen->cap - 1);

	while (seen->v[i].number && seen->v[i].addr != addr)
		i = (i + 1) & (seen->cap - 1);
	return i;
}

static void grow(struct pm_shell_seen *seen)
{
	struct pm_shell_seen larger = { .n = seen->n, .cap = seen->cap ? 2 * seen->cap : 64 };

	larger.v = pm_alloc(larger.cap * sizeof(*larger.v));
	for (size_t i = 0; i < seen->cap; i++)
		if (seen->v[i].number)
			larger.v[slot_of(&larger, seen->v[i].addr)] = seen->v[i];
	free(seen->v);
	seen->v = larger.v;
	seen->cap = larger.cap;
}

bool pm_shell_seen_add(struct pm_shell_seen *seen, uint64_t addr, uint64_t number, uint64_t *first_out)
{
	if (2 * seen->n >= seen->cap && seen->n < most)
		grow(seen);
	size_t i = slot_of(seen, addr);

	if (seen->v[i].number) {
		*first_out = seen->v[i].number - 1;
		return false;
	}
	if (seen->n < most) {
		seen->v[i].addr = addr;
		seen->v[i].number = number + 1;
		seen->n++;
		return true;
	}
	/* Brent's: one that comes again, counted from a mark that moves ahead at powers of two */
	if (seen->next_mark && addr == seen->mark) {
		*first_out = seen->next_mark / 2;
		return false;
	}
	if (number >= seen->next_mark) {
		seen->mark = addr;
		seen->next_mark = 2 * number;
	}
	return true;
}

void pm_shell_seen_free(struct pm_shell_seen *seen)
{
	free(seen->v);
	*seen = (struct pm_shell_seen){ 0 };
}

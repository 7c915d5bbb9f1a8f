#include "base/symbol.h"
#include "console/linux/identify.h"

/* FNV-1a, 64 bits: small, stable, no secrets involved. */
static uint64_t hash(uint64_t h, struct pm_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * 0x100000001b3ull;
	return (h ^ 0xff) * 0x100000001b3ull; /* ends the field */
}

const char *pm_fingerprint(struct pm_arena *arena, enum pm_kind kind, const char *title,
			   const struct pm_search *search)
{
	uint64_t h = hash(0xcbf29ce484222325ull, pm_slice_of(pm_kind_name(kind)));

	if (!search || !search->callers_n)
		h = hash(h, pm_slice_of(title));
	else
		for (size_t i = 0; i < search->callers_n; i++)
			h = hash(h, pm_symbol_title(search->callers[i]));
	return pm_arena_printf(arena, "%016llx", (unsigned long long)h);
}

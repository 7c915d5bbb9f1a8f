#include "base/pattern.h"
#include "base/symbol.h"
#include "console/linux/identify.h"

/* FNV-1a, 64 bits: small, stable, no secrets involved. */
static uint64_t hash(uint64_t h, struct pm_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * 0x100000001b3ull;
	return (h ^ 0xff) * 0x100000001b3ull; /* ends the field */
}

/* A title may quote the line's names; what the compiler made of them changes from build to build. */
static struct pm_slice plain_title(struct pm_arena *arena, struct pm_slice title)
{
	char *out = pm_arena_alloc(arena, title.n + 1);
	size_t n = 0;

	for (size_t i = 0, word; i < title.n; i += word) {
		for (word = 0; i + word < title.n && pm_is_name_char(title.p[i + word]);)
			word++;
		struct pm_slice name = pm_symbol_cut((struct pm_slice){ title.p + i, word ? word : 1 });

		memcpy(out + n, name.p, name.n);
		n += name.n;
		word += !word;
	}
	return (struct pm_slice){ out, n };
}

const char *pm_fingerprint(struct pm_arena *arena, enum pm_kind kind, const char *title,
			   const struct pm_search *search)
{
	uint64_t h = hash(0xcbf29ce484222325ull, pm_slice_of(pm_kind_name(kind)));

	if (!search || !search->callers_n)
		h = hash(h, plain_title(arena, pm_slice_of(title)));
	else
		for (size_t i = 0; i < search->callers_n; i++)
			h = hash(h, pm_symbol_title(search->callers[i]));
	return pm_arena_printf(arena, "%016llx", (unsigned long long)h);
}

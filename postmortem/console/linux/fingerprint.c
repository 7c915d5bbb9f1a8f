#include "base/hash.h"
#include "base/pattern.h"
#include "base/symbol.h"
#include "console/linux/identify.h"

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
	uint64_t h = pm_hash_field(PM_HASH_BEGIN, pm_slice_of(pm_kind_name(kind)));

	if (!search || !search->callers_n)
		h = pm_hash_field(h, plain_title(arena, pm_slice_of(title)));
	else
		for (size_t i = 0; i < search->callers_n; i++)
			h = pm_hash_field(h, pm_symbol_title(search->callers[i]));
	return pm_arena_printf(arena, "%016llx", (unsigned long long)h);
}

#include "symbols/kallsyms.h"

#include "base/search.h"

#include "console/source.h"

#include <stdlib.h>

/* 200,000 symbols with long names take 20 MiB. */
#define TEXT_MAX ((size_t)512 << 20)

struct pm_kallsyms {
	struct pm_arena arena;
	struct pm_kallsym *symbols; /* by address */
	size_t n, cap;
};

static bool is_type(char c)
{
	return pm_is_alpha(c) || c == '?' || c == '-';
}

static bool parse_line(struct pm_kallsyms *k, struct pm_slice line, const char **module,
		       struct pm_slice *module_text)
{
	uint64_t addr;
	unsigned digits;
	struct pm_slice name, rest = line;

	if (!pm_take_hex(&rest, &addr, &digits) || digits < 8 || !pm_take_char(&rest, ' ') || rest.n < 3 ||
	    !is_type(rest.p[0]) || rest.p[1] != ' ')
		return false;
	char type = rest.p[0];
	rest = pm_slice_from(rest, 2);
	if (!pm_take_word(&rest, &name))
		return false;
	PM_ROOM(k->symbols, k->n, k->cap);
	struct pm_kallsym *symbol = &k->symbols[k->n++];
	*symbol = (struct pm_kallsym){ .addr = addr,
				       .text = type == 't' || type == 'T' || type == 'w' || type == 'W' };
	symbol->name = pm_arena_str(&k->arena, name);
	pm_take_blanks(&rest);
	if (pm_take_char(&rest, '[') && pm_take_until(&rest, "]", &name)) {
		/* Symbols of a module stand together: one copy of its name will do. */
		if (!*module || !pm_slice_eq(*module_text, name))
			*module = pm_arena_str(&k->arena, name);
		*module_text = name;
		symbol->module = *module;
	}
	return true;
}

static int by_address(const void *va, const void *vb)
{
	const struct pm_kallsym *a = va, *b = vb;

	return a->addr < b->addr ? -1 : a->addr > b->addr;
}

struct pm_error *pm_kallsyms_parse(const char *name, struct pm_slice text, struct pm_kallsyms **out)
{
	struct pm_kallsyms *k = pm_alloc(sizeof(*k));
	struct pm_slice line, module_text = { 0 };
	const char *module = NULL;
	bool any = false, stub = false;

	pm_arena_init(&k->arena);
	while (pm_take_line(&text, &line)) {
		if (!parse_line(k, line, &module, &module_text))
			continue;
		uint64_t addr = k->symbols[k->n - 1].addr;

		/* Debian's /boot/System.map: "ffffffffffffffff B The real System.map is in the … package" */
		stub = stub || addr == UINT64_MAX;
		any = any || (addr && addr != UINT64_MAX);
	}
	if (!any) {
		struct pm_error *err = pm_error_new(
			PM_BAD_DATA, "%s: %s", name,
			stub   ? "a stub: the real System.map is in the package of debug information"
			: k->n ? "all addresses are 0: it was read without the right to see them "
				 "(kptr_restrict)"
			       : "no line is \"address type name\": neither kallsyms nor a System.map");

		pm_kallsyms_close(k);
		return err;
	}
	qsort(k->symbols, k->n, sizeof(*k->symbols), by_address);
	for (size_t i = k->n; i-- > 0;) {
		const struct pm_kallsym *next = i + 1 < k->n ? &k->symbols[i + 1] : NULL;

		k->symbols[i].end = !next                              ? k->symbols[i].addr
				    : next->addr == k->symbols[i].addr ? next->end
								       : next->addr;
	}
	*out = k;
	return NULL;
}

struct pm_error *pm_kallsyms_open(const char *path, struct pm_kallsyms **out)
{
	struct pm_source *source;
	struct pm_buf text = { 0 };
	char bytes[65536];
	size_t got;

	struct pm_error *err = pm_source_open(path, &source);
	if (err)
		return err;
	while (!(err = pm_source_read(source, bytes, sizeof(bytes), &got)) && got) {
		if (text.n + got > TEXT_MAX) {
			err = pm_error_new(PM_UNSUPPORTED, "%s: longer than %zu MiB", path, TEXT_MAX >> 20);
			break;
		}
		pm_buf_add(&text, bytes, got);
	}
	pm_source_close(source);
	if (!err)
		err = pm_kallsyms_parse(path, (struct pm_slice){ text.data, text.n }, out);
	pm_buf_deinit(&text);
	return err;
}

void pm_kallsyms_close(struct pm_kallsyms *k)
{
	if (!k)
		return;
	free(k->symbols);
	pm_arena_deinit(&k->arena);
	free(k);
}

const struct pm_kallsym *pm_kallsyms_find(const struct pm_kallsyms *k, uint64_t addr)
{
	size_t above = PM_FIRST_ABOVE(k->symbols, k->n, addr, addr);
	/* Of several names at one address the first one of code. */
	const struct pm_kallsym *best = NULL;

	for (size_t i = above; i-- > 0 && k->symbols[i].addr == k->symbols[above - 1].addr;)
		if (k->symbols[i].text)
			best = &k->symbols[i];
	return best && addr < best->end ? best : NULL;
}

const struct pm_kallsym *pm_kallsyms_named(const struct pm_kallsyms *k, struct pm_slice name,
					   size_t *count_out)
{
	const struct pm_kallsym *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < k->n; i++) {
		const struct pm_kallsym *symbol = &k->symbols[i];

		if (!pm_slice_eq(pm_slice_of(symbol->name), name))
			continue;
		if (!first)
			first = symbol;
		count++;
	}
	if (count_out)
		*count_out = count;
	return first;
}

size_t pm_kallsyms_count(const struct pm_kallsyms *k)
{
	return k->n;
}

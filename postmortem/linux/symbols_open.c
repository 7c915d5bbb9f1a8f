#include "linux/symbols_packed.h"

#include "base/memory.h"
#include "linux/symbol_tables.h"
#include "symbols/bytes.h"

#include <stdlib.h>
#include <string.h>

static const uint32_t max_symbols = 4000000;

static bool read_tokens(struct pm_linux_symbols *s, struct pm_space *kernel, uint64_t table, uint64_t index)
{
	uint8_t raw[512];

	if (index <= table || index - table > 1 << 16 ||
	    pm_space_read(kernel, index, raw, sizeof(raw), NULL) < sizeof(raw))
		return false;
	s->tokens_size = (uint32_t)(index - table);
	s->tokens = pm_alloc(s->tokens_size + 1);
	if (pm_space_read(kernel, table, s->tokens, s->tokens_size, NULL) < s->tokens_size)
		return false;
	for (unsigned i = 0; i < 256; i++) {
		struct token *token = &s->token[i];

		token->at = (uint16_t)pm_load(raw + 2 * i, 2, false);
		if (token->at >= s->tokens_size)
			return false;
		const char *text = s->tokens + token->at;
		size_t n = strnlen(text, s->tokens_size - token->at);

		token->size = (uint16_t)n;
		pm_symbols_ends_of(text, n, &token->first, &token->last);
		if (n)
			pm_symbols_ends_of(text + 1, n - 1, &token->tail_first, &token->tail_last);
	}
	return true;
}

/* A name has a byte at least; names never take more than these for each symbol on average. */
static const uint32_t max_name_average = 64;

/* ---- tables with pages missing ---- */

/* A place where the machine has nothing is a lie of who named it; pages can be missing for good reasons. */
static enum pm_code absent_code(enum pm_absence why)
{
	return why == PM_UNMAPPED || why == PM_NO_MEMORY ? PM_BAD_DATA : PM_TRUNCATED;
}

/* Bytes that are not there. */
struct gap {
	size_t start, end;
};

struct gaps {
	struct gap *v;
	size_t n;
};

static void add_gap(size_t start, size_t end, enum pm_absence why, void *user)
{
	struct gaps *gaps = user;

	(void)why;
	if (gaps->n && gaps->v[gaps->n - 1].end == start) {
		gaps->v[gaps->n - 1].end = end;
		return;
	}
	gaps->v = pm_realloc(gaps->v, (gaps->n + 1) * sizeof(*gaps->v));
	gaps->v[gaps->n++] = (struct gap){ start, end };
}

/* The first gap that ends behind at; at the end of all: one that begins at n. */
static struct gap gap_behind(const struct gaps *gaps, size_t at, size_t n)
{
	size_t low = 0, high = gaps->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (gaps->v[middle].end > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low < gaps->n ? gaps->v[low] : (struct gap){ n, n };
}

/* The markers: right before the tokens, or (6.2 to 6.3) before 3 bytes for each symbol, in order of the names.  Each
 * table begins at a multiple of 8, or (7.x) of 4.  false: there is nothing that rises as names do. */
struct markers {
	uint32_t *v; /* [count]; UNKNOWN_MARKER: not in the dump */
	uint32_t count;
	uint64_t at;
};

#define UNKNOWN_MARKER UINT32_MAX

/* How many of them can be right, if they stand at that place. */
static uint32_t read_markers_at(struct pm_space *kernel, uint64_t names, uint64_t at, struct markers *m)
{
	const uint32_t most = 256 * 2 * max_name_average; /* bytes of 256 names */
	size_t size = 4 * (size_t)m->count;
	uint8_t *bytes = pm_alloc(size);
	struct gaps gaps = { 0 };
	uint32_t last = 0, last_i = 0, right = 0;

	pm_space_read_around(kernel, at, bytes, size, add_gap, &gaps);
	m->at = at;
	for (uint32_t i = 0; i < m->count; i++) {
		uint32_t v = (uint32_t)pm_load(bytes + 4 * (size_t)i, 4, false);
		bool fits = i ? v >= last + 256 && v < at - names && v - last <= (uint64_t)most * (i - last_i)
			      : !v;

		m->v[i] = UNKNOWN_MARKER;
		if (!fits || gap_behind(&gaps, 4 * (size_t)i, size).start < 4 * (size_t)i + 4)
			continue;
		m->v[i] = last = v;
		last_i = i;
		right++;
	}
	free(gaps.v);
	free(bytes);
	return right;
}

static bool read_markers(const struct pm_linux_symbols *s, struct pm_space *kernel, uint64_t names,
			 uint64_t tokens, struct markers *m)
{
	uint64_t best_at = 0;
	uint32_t best = 0;

	for (unsigned form = 0; form < 4; form++) {
		uint64_t align = form & 1 ? 3 : 7;
		uint64_t end = form & 2 ? tokens - ((3ull * s->n + align) & ~align) : tokens;
		uint64_t at = end - ((4ull * m->count + align) & ~align);

		if (at <= names || at - names > (uint64_t)s->n * max_name_average)
			continue;
		uint32_t right = read_markers_at(kernel, names, at, m);

		if (right > best) {
			best = right;
			best_at = at;
		}
	}
	return best > 1 && best >= m->count / 2 && read_markers_at(kernel, names, best_at, m);
}

/* Is that where walking from name to name came by, too?  The markers begin behind the names, at a multiple of 8. */
static bool markers_agree(const struct pm_linux_symbols *s, const struct markers *m, uint64_t names)
{
	if (m->at - names < s->names_size || m->at - names - s->names_size >= 8)
		return false;
	for (uint32_t i = 0; i < m->count; i++)
		if (m->v[i] != UNKNOWN_MARKER && m->v[i] != s->starts[i])
			return false;
	return true;
}

/* Names around pages that are not there or damaged: those of each 256 up to the first that is not whole; none of them
 * where they do not end at the next marker. */
static void salvage_names(struct pm_linux_symbols *s, struct pm_space *kernel, uint64_t at,
			  const struct markers *m)
{
	struct gaps gaps = { 0 };

	s->names_size = (uint32_t)(m->at - at);
	s->names = pm_realloc(s->names, s->names_size);
	pm_space_read_around(kernel, at, s->names, s->names_size, add_gap, &gaps);
	for (uint32_t group = 0; group < m->count; group++) {
		bool is_last = group + 1 == m->count;
		uint32_t pos = m->v[group], length, n = 0, most = is_last ? s->n - 256 * group : 256;
		uint32_t next = is_last ? s->names_size : m->v[group + 1];

		s->whole[group] = 0;
		if (pos == UNKNOWN_MARKER)
			continue;
		s->starts[group] = pos;
		size_t end = gap_behind(&gaps, pos, s->names_size).start;

		while (n < most && pos < end && pm_symbols_name_length(s, &pos, &length) &&
		       pos + length <= end) {
			pos += length;
			n++;
		}
		bool is_wrong = next != UNKNOWN_MARKER &&
				(n < most ? end >= next : pos > next || next - pos >= (is_last ? 8 : 1));

		s->whole[group] = is_wrong ? 0 : (uint16_t)n;
	}
	free(gaps.v);
}

/* Walks from name to name, which tells how long they are.  How many there are before a page that is not in the dump,
 * or the end of what names can take. */
static uint32_t walk_names(struct pm_linux_symbols *s, struct pm_space *kernel, uint64_t at,
			   enum pm_absence *why_out)
{
	uint32_t limit = s->n * max_name_average, pos = 0, i = 0;

	s->names = pm_alloc(limit);
	while (i < s->n) {
		uint32_t length, before = pos;

		if (i % 256 == 0)
			s->starts[i / 256] = pos;
		if (pm_symbols_name_length(s, &pos, &length)) {
			pos += length;
			i++;
			continue;
		}
		pos = before;
		uint32_t part = limit - s->names_size < 1 << 18 ? limit - s->names_size : 1 << 18;
		uint32_t got = part ? (uint32_t)pm_space_read(kernel, at + s->names_size,
							      s->names + s->names_size, part, why_out)
				    : 0;

		s->names_size += got;
		if (!got)
			return i;
	}
	s->names_size = pos;
	s->names = pm_realloc(s->names, pos + 1);
	return i;
}

static struct pm_error *read_names(struct pm_linux_symbols *s, struct pm_space *kernel, uint64_t at,
				   uint64_t tokens)
{
	struct markers m = { .count = (s->n + 255) / 256 };
	enum pm_absence why = PM_PRESENT;

	s->starts = pm_alloc((m.count + 1) * sizeof(*s->starts));
	m.v = pm_alloc((m.count + 1) * sizeof(*m.v));
	uint32_t n = walk_names(s, kernel, at, &why);
	bool has_markers = read_markers(s, kernel, at, tokens, &m);

	if (n < s->n || (has_markers && !markers_agree(s, &m, at))) {
		s->whole = pm_alloc((m.count + 1) * sizeof(*s->whole));
		if (has_markers)
			salvage_names(s, kernel, at, &m);
		else
			for (uint32_t group = 0; group <= n / 256 && group < m.count; group++)
				s->whole[group] = (uint16_t)(group < n / 256 ? 256 : n % 256);
	}
	free(m.v);
	if (n || has_markers)
		return NULL;
	return why ? pm_error_new(absent_code(why), "kallsyms_names at 0x%llx: %s", (unsigned long long)at,
				  pm_absence_words(why))
		   : pm_error_new(PM_BAD_DATA, "kallsyms_names at 0x%llx: no end of the names",
				  (unsigned long long)at);
}

static bool says_stext(const struct pm_linux_symbols *s, enum encoding encoding, uint64_t stext)
{
	char name[PM_LINUX_NAME_MAX];
	uint32_t i;

	if (!pm_symbols_find_in(s, encoding, stext, &i))
		return false;
	for (; i < s->n && pm_symbols_addr_in(s, encoding, i) == stext; i++)
		if (pm_linux_symbols_name(s, i, name) ? !strcmp(name, "_stext") : s->whole != NULL)
			return true;
	return false;
}

/* Where _stext's own address is not in the dump: the others must rise, to behind it, from before it if
 * the first one is there. */
static bool goes_around(const struct pm_linux_symbols *s, enum encoding encoding, uint64_t stext)
{
	const struct stretch *first = s->stretches, *last = &s->stretches[s->stretches_n - 1];
	uint64_t before = 0;

	for (const struct stretch *one = first; one <= last; one++)
		for (uint32_t i = one->first; i < one->end; i += (one->end - one->first + 15) / 16) {
			if (pm_symbols_addr_in(s, encoding, i) < before)
				return false;
			before = pm_symbols_addr_in(s, encoding, i);
		}
	return (pm_symbols_addr_in(s, encoding, first->first) < stext) == !first->first &&
	       pm_symbols_addr_in(s, encoding, last->end - 1) > stext;
}

static struct pm_error *read_offsets(struct pm_linux_symbols *s, struct pm_space *kernel,
				     const struct pm_symbol_tables *t, uint64_t stext)
{
	size_t size = t->offsets ? 4 : 8;
	uint64_t at = t->offsets ? t->offsets : t->addresses;
	enum pm_absence why;

	s->offsets = pm_alloc(s->n * size);
	s->offsets_at = at;
	struct gaps gaps = { 0 };

	pm_space_read_around(kernel, at, s->offsets, s->n * size, add_gap, &gaps);
	s->stretches = pm_alloc((gaps.n + 1) * sizeof(*s->stretches));
	for (size_t i = 0, start = 0; i <= gaps.n; i++) {
		size_t end = i < gaps.n ? gaps.v[i].start : s->n * size;

		if (end / size > (start + size - 1) / size)
			s->stretches[s->stretches_n++] =
				(struct stretch){ (uint32_t)((start + size - 1) / size),
						  (uint32_t)(end / size) };
		start = i < gaps.n ? gaps.v[i].end : 0;
	}
	free(gaps.v);
	if (!s->stretches_n) {
		pm_space_read(kernel, at, s->offsets, 1, &why);
		return pm_error_new(absent_code(why), "the table of symbol addresses at 0x%llx: %s",
				    (unsigned long long)at, pm_absence_words(why));
	}
	bool has_base = t->relative_base && pm_space_load(kernel, t->relative_base, 8, &s->base);

	bool all = s->stretches[0].end - s->stretches[0].first == s->n;

	for (unsigned guess = 0; guess < (all ? 1 : 2); guess++)
		for (enum encoding e = ABSOLUTE; e < ENCODINGS; e++) {
			if ((e == ABSOLUTE) != (size == 8) || ((e == PERCPU_BASE || e == BASE) && !has_base))
				continue;
			s->encoding = e;
			if (guess ? goes_around(s, e, stext) : says_stext(s, e, stext))
				return NULL;
		}
	return pm_error_new(PM_BAD_DATA, "no known encoding of symbol addresses gives _stext = 0x%llx",
			    (unsigned long long)stext);
}

static bool told_tables(const struct pm_vmcoreinfo *info, struct pm_symbol_tables *t)
{
	pm_vmcoreinfo_symbol(info, "kallsyms_offsets", &t->offsets);
	pm_vmcoreinfo_symbol(info, "kallsyms_relative_base", &t->relative_base);
	pm_vmcoreinfo_symbol(info, "kallsyms_addresses", &t->addresses);
	return pm_vmcoreinfo_symbol(info, "kallsyms_names", &t->names) &&
	       pm_vmcoreinfo_symbol(info, "kallsyms_num_syms", &t->num_syms) &&
	       pm_vmcoreinfo_symbol(info, "kallsyms_token_table", &t->token_table) &&
	       pm_vmcoreinfo_symbol(info, "kallsyms_token_index", &t->token_index) &&
	       (t->offsets || t->addresses);
}

struct pm_error *pm_linux_symbols_open(struct pm_space *kernel, const struct pm_vmcoreinfo *info,
				       uint64_t image, uint64_t image_end, uint64_t stext,
				       struct pm_linux_symbols **out)
{
	struct pm_linux_symbols *s = pm_alloc(sizeof(*s));
	struct pm_symbol_tables t = { 0 };
	struct pm_error *err = NULL;
	uint64_t count = 0;
	uint32_t symbols = 0;

	if (told_tables(info, &t)) {
		enum pm_absence why;
		uint8_t bytes[4];

		if (pm_space_read(kernel, t.num_syms, bytes, sizeof(bytes), &why) < sizeof(bytes))
			err = pm_error_new(absent_code(why), "the number of kernel symbols at 0x%llx: %s",
					   (unsigned long long)t.num_syms, pm_absence_words(why));
		else
			count = pm_load(bytes, 4, false);
	} else if (pm_symbol_tables_search(kernel, image, image_end, &t, &symbols)) {
		count = symbols;
	} else {
		err = pm_error_new(PM_NOT_FOUND, "no table of kernel symbols in the dump");
	}
	if (!err && (!count || count > max_symbols))
		err = pm_error_new(PM_BAD_DATA, "%llu kernel symbols are told", (unsigned long long)count);
	s->n = (uint32_t)count;
	if (!err && !read_tokens(s, kernel, t.token_table, t.token_index))
		err = pm_error_new(PM_BAD_DATA,
				   "the tokens of kernel symbol names at 0x%llx are broken or missing",
				   (unsigned long long)t.token_table);
	if (!err)
		err = read_names(s, kernel, t.names, t.token_table);
	if (!err)
		err = read_offsets(s, kernel, &t, stext);
	if (err) {
		pm_linux_symbols_close(s);
		return err;
	}
	*out = s;
	return NULL;
}

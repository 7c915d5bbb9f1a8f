/* The tables, as scripts/kallsyms.c writes them:
 *
 *   names        for each symbol a length (one byte; from 6.1 a byte over 0x7f takes a second one) and
 *                that many bytes, each a token
 *   markers      u32: where every 256th name begins
 *   token_table  256 strings, NUL-ended;  token_index  256 u16: where each begins
 *   offsets      s32 for each symbol, with relative_base; or addresses, u64 (a few old configurations)
 */
#include "linux/symbols.h"

#include "linux/symbol_tables.h"

#include "base/memory.h"
#include "symbols/bytes.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum encoding {
	ABSOLUTE,       /* u64 addresses */
	PERCPU_BASE,    /* >= 0: that very value (per-CPU); else base - 1 - offset: 4.6 until 6.15 */
	BASE,           /* base + (u32)offset */
	PLACE_RELATIVE, /* the address of the offset itself + offset: from 7.0 */
	ENCODINGS
};

struct token {
	uint16_t at;
	uint16_t size;
	/* its first four characters, the very first one lowest; its last four, the very last one lowest */
	uint32_t first, last;
	uint32_t tail_first, tail_last; /* the same without its first character */
};

struct pm_linux_symbols {
	uint32_t n;
	enum encoding encoding;
	uint64_t base, offsets_at;
	uint8_t *names;
	uint32_t names_size;
	uint8_t *offsets; /* [n * 4], ABSOLUTE: [n * 8] */
	uint32_t *starts; /* of every 256th name, from walking; [n / 256 + 1] */
	char *tokens;
	uint32_t tokens_size;
	struct token token[256];
	/* Names by their ends, made at the first lookup: hash → index + 1, index → the next one of the same hash */
	uint32_t *by_ends, *next;
	uint32_t by_ends_mask;
	/* What was looked up, by the same hash: what is told of each task asks for the same names again and again. */
	struct known {
		char *name; /* NULL: nothing yet */
		bool any;
		uint64_t addr;
	} known[256];
	/* Of a table with pages missing: how many of each 256 names are there, from the first on (NULL: all), and of
	 * which symbols the addresses are, ascending. */
	uint16_t *whole;
	struct stretch {
		uint32_t first, end;
	} * stretches;
	uint32_t stretches_n;
};

static const uint32_t max_symbols = 4000000;
/* Names that are expanded for one lookup: kernels have some hundreds with the same ends. */
static const uint32_t max_expanded = 1 << 16;

const char *pm_linux_symbols_encoding(const struct pm_linux_symbols *s)
{
	static const char *const words[] = {
		[ABSOLUTE] = "absolute addresses",
		[PERCPU_BASE] = "offsets from a base, per-CPU symbols absolute",
		[BASE] = "offsets from a base",
		[PLACE_RELATIVE] = "offsets from their own place",
	};

	return words[s->encoding];
}

uint32_t pm_linux_symbols_count(const struct pm_linux_symbols *s)
{
	return s->n;
}

static uint64_t addr_in(const struct pm_linux_symbols *s, enum encoding encoding, uint32_t i)
{
	if (encoding == ABSOLUTE)
		return pm_load(s->offsets + 8 * (size_t)i, 8, false);
	int32_t offset = (int32_t)pm_load(s->offsets + 4 * (size_t)i, 4, false);

	switch (encoding) {
	case PERCPU_BASE:
		return offset >= 0 ? (uint64_t)offset : s->base - 1 - (uint64_t)(int64_t)offset;
	case BASE:
		return s->base + (uint32_t)offset;
	default:
		return s->offsets_at + 4 * (uint64_t)i + (uint64_t)(int64_t)offset;
	}
}

uint64_t pm_linux_symbols_addr(const struct pm_linux_symbols *s, uint32_t index)
{
	return addr_in(s, s->encoding, index);
}

/* The length of the name at *pos, which moves behind it; false past the end. */
static inline bool name_length(const struct pm_linux_symbols *s, uint32_t *pos, uint32_t *length_out)
{
	if (*pos >= s->names_size)
		return false;
	uint32_t length = s->names[(*pos)++];

	if (length & 0x80) {
		if (*pos >= s->names_size)
			return false;
		length = (length & 0x7f) | (uint32_t)s->names[(*pos)++] << 7;
	}
	*length_out = length;
	return length <= s->names_size - *pos;
}

/* How many of the 256 names from number 256 * group on are there. */
static uint32_t names_in(const struct pm_linux_symbols *s, uint32_t group)
{
	uint32_t left = s->n - 256 * group, most = left < 256 ? left : 256;

	return s->whole && s->whole[group] < most ? s->whole[group] : most;
}

static bool name_at(const struct pm_linux_symbols *s, uint32_t index, uint32_t *pos_out, uint32_t *length_out)
{
	uint32_t pos = s->starts[index / 256];

	if (index % 256 >= names_in(s, index / 256))
		return false;
	for (uint32_t i = index % 256;; i--) {
		if (!name_length(s, &pos, length_out))
			return false;
		if (!i)
			break;
		pos += *length_out;
	}
	*pos_out = pos;
	return true;
}

/* Is it there, and does it stand in order?  Addresses ascend: one that does not is damaged, or beside one that is. */
static bool has_address(const struct pm_linux_symbols *s, uint32_t index)
{
	for (uint32_t k = 0; k < s->stretches_n; k++) {
		const struct stretch *stretch = &s->stretches[k];

		if (index >= stretch->end)
			continue;
		if (index < stretch->first)
			return false;
		uint64_t addr = addr_in(s, s->encoding, index);

		return (index == stretch->first || addr_in(s, s->encoding, index - 1) <= addr) &&
		       (index + 1 == stretch->end || addr <= addr_in(s, s->encoding, index + 1));
	}
	return false;
}

char pm_linux_symbols_name(const struct pm_linux_symbols *s, uint32_t index, char name[PM_LINUX_NAME_MAX])
{
	uint32_t pos, length;
	size_t n = 0;
	char type = 0;

	*name = 0;
	if (index >= s->n || !has_address(s, index) || !name_at(s, index, &pos, &length))
		return 0;
	for (uint32_t i = 0; i < length; i++) {
		const struct token *token = &s->token[s->names[pos + i]];

		for (uint16_t c = 0; c < token->size && n < PM_LINUX_NAME_MAX - 1; c++) {
			char ch = s->tokens[token->at + c];

			if (type)
				name[n++] = ch;
			else
				type = ch;
		}
	}
	name[n] = 0;
	return type;
}

/* The first of the symbols that cover addr; where the next one's address is missing, nobody knows what is behind. */
static bool find_in(const struct pm_linux_symbols *s, enum encoding encoding, uint64_t addr,
		    uint32_t *index_out)
{
	for (uint32_t k = 0; k < s->stretches_n; k++) {
		const struct stretch *stretch = &s->stretches[k];
		uint32_t low = stretch->first, high = stretch->end;

		while (low < high) { /* the first behind addr */
			uint32_t middle = low + (high - low) / 2;

			if (addr_in(s, encoding, middle) > addr)
				high = middle;
			else
				low = middle + 1;
		}
		if (low == stretch->first)
			return false;
		if (low == stretch->end && low < s->n)
			continue;
		uint64_t start = addr_in(s, encoding, low - 1);

		for (low--; low > stretch->first && addr_in(s, encoding, low - 1) == start;)
			low--;
		*index_out = low;
		return true;
	}
	return false;
}

uint32_t pm_linux_symbols_lost(const struct pm_linux_symbols *s)
{
	uint32_t names = s->n, addresses = s->n;

	for (uint32_t i = 0; i < s->n; i += 256)
		names -= names_in(s, i / 256);
	for (uint32_t k = 0; k < s->stretches_n; k++)
		addresses -= s->stretches[k].end - s->stretches[k].first;
	return names > addresses ? names : addresses;
}

bool pm_linux_symbols_find(const struct pm_linux_symbols *s, uint64_t addr, uint32_t *index_out,
			   uint64_t *start_out, uint64_t *end_out)
{
	uint32_t i;

	if (!find_in(s, s->encoding, addr, &i))
		return false;
	*index_out = i;
	*start_out = *end_out = pm_linux_symbols_addr(s, i);
	while (*end_out == *start_out && ++i < s->n)
		*end_out = pm_linux_symbols_addr(s, i);
	return true;
}

/* ---- by name ---- */

/* Names are told apart by their first and last four characters, for which two tokens or so at each end do: a table of
 * all names is wanted for a few of them, and expanding every name would be most of the time that opening takes. */

/* As struct token has them. */
static void ends_of(const char *text, size_t n, uint32_t *first_out, uint32_t *last_out)
{
	*first_out = *last_out = 0;
	for (size_t i = 0; i < n && i < 4; i++) {
		*first_out |= (uint32_t)(uint8_t)text[i] << 8 * i;
		*last_out |= (uint32_t)(uint8_t)text[n - 1 - i] << 8 * i;
	}
}

static uint32_t hash_of(uint32_t first, uint32_t last)
{
	uint64_t hash = (uint64_t)first * 0x9e3779b1u ^ (uint64_t)last * 0x85ebca77u << 8;

	return (uint32_t)(hash ^ hash >> 29);
}

/* The same from a name's tokens.  Their very first character is the symbol's type, no part of the name. */
static uint32_t hash_of_tokens(const struct pm_linux_symbols *s, const uint8_t *tokens, uint32_t n)
{
	const struct token *start = &s->token[tokens[0]];
	unsigned have = start->size ? start->size - 1u : 0;
	uint32_t first = start->tail_first, last = 0;

	for (uint32_t i = 1; i < n && have < 4; i++) {
		first |= s->token[tokens[i]].first << 8 * have;
		have += s->token[tokens[i]].size;
	}
	have = 0;
	for (uint32_t i = n - 1; i > 0 && have < 4; i--) {
		last |= s->token[tokens[i]].last << 8 * have;
		have += s->token[tokens[i]].size;
	}
	if (have < 4)
		last |= start->tail_last << 8 * have;
	return hash_of(first, last);
}

static void index_names(struct pm_linux_symbols *s)
{
	uint32_t size = 1024;

	while (size < s->n / 2)
		size *= 2;
	s->by_ends = pm_alloc(size * sizeof(uint32_t));
	s->by_ends_mask = size - 1;
	s->next = pm_alloc(s->n * sizeof(uint32_t));
	for (uint32_t group = 0; 256 * group < s->n; group++) {
		uint32_t pos = s->starts[group], length, end = 256 * group + names_in(s, group);

		for (uint32_t i = 256 * group; i < end && name_length(s, &pos, &length); i++, pos += length) {
			if (!length)
				continue;
			uint32_t hash = hash_of_tokens(s, s->names + pos, length);

			s->next[i] = s->by_ends[hash & s->by_ends_mask];
			s->by_ends[hash & s->by_ends_mask] = i + 1;
		}
	}
}

static void look_up(const struct pm_linux_symbols *s, uint32_t hash, struct known *known)
{
	char found[PM_LINUX_NAME_MAX];
	uint32_t expanded = 0;

	/* The last one in a chain is the first one in the table. */
	for (uint32_t i = s->by_ends[hash & s->by_ends_mask]; i && expanded < max_expanded;
	     i = s->next[i - 1], expanded++)
		if (pm_linux_symbols_name(s, i - 1, found) && !strcmp(found, known->name)) {
			known->addr = pm_linux_symbols_addr(s, i - 1);
			known->any = true;
		}
}

bool pm_linux_symbols_lookup(struct pm_linux_symbols *s, const char *name, uint64_t *addr_out)
{
	uint32_t first, last;

	if (!s->by_ends)
		index_names(s);
	ends_of(name, strlen(name), &first, &last);
	uint32_t hash = hash_of(first, last);
	struct known *known = &s->known[hash % PM_COUNT(s->known)];

	if (!known->name || strcmp(known->name, name) != 0) {
		free(known->name);
		*known = (struct known){ .name = pm_printf("%s", name) };
		look_up(s, hash, known);
	}
	if (known->any)
		*addr_out = known->addr;
	return known->any;
}

/* ---- opening ---- */

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
		ends_of(text, n, &token->first, &token->last);
		if (n)
			ends_of(text + 1, n - 1, &token->tail_first, &token->tail_last);
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

		while (n < most && pos < end && name_length(s, &pos, &length) && pos + length <= end) {
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
		if (name_length(s, &pos, &length)) {
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

	if (!find_in(s, encoding, stext, &i))
		return false;
	for (; i < s->n && addr_in(s, encoding, i) == stext; i++)
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
			if (addr_in(s, encoding, i) < before)
				return false;
			before = addr_in(s, encoding, i);
		}
	return (addr_in(s, encoding, first->first) < stext) == !first->first &&
	       addr_in(s, encoding, last->end - 1) > stext;
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

void pm_linux_symbols_close(struct pm_linux_symbols *s)
{
	if (!s)
		return;
	free(s->names);
	free(s->offsets);
	free(s->starts);
	free(s->tokens);
	free(s->by_ends);
	for (size_t i = 0; i < PM_COUNT(s->known); i++)
		free(s->known[i].name);
	free(s->next);
	free(s->whole);
	free(s->stretches);
	free(s);
}

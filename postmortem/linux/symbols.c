/* The tables, as scripts/kallsyms.c writes them:
 *
 *   names        for each symbol a length (one byte; from 6.1 a byte over 0x7f takes a second one) and
 *                that many bytes, each a token
 *   markers      u32: where every 256th name begins
 *   token_table  256 strings, NUL-ended;  token_index  256 u16: where each begins
 *   offsets      s32 for each symbol, with relative_base; or addresses, u64 (a few old configurations)
 */
#include "linux/symbols.h"

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

static bool name_at(const struct pm_linux_symbols *s, uint32_t index, uint32_t *pos_out, uint32_t *length_out)
{
	uint32_t pos = s->starts[index / 256];

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

char pm_linux_symbols_name(const struct pm_linux_symbols *s, uint32_t index, char name[PM_LINUX_NAME_MAX])
{
	uint32_t pos, length;
	size_t n = 0;
	char type = 0;

	*name = 0;
	if (index >= s->n || !name_at(s, index, &pos, &length))
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

static bool find_in(const struct pm_linux_symbols *s, enum encoding encoding, uint64_t addr,
		    uint32_t *index_out)
{
	uint32_t low = 0, high = s->n;

	while (low < high) { /* the first behind addr */
		uint32_t middle = low + (high - low) / 2;

		if (addr_in(s, encoding, middle) > addr)
			high = middle;
		else
			low = middle + 1;
	}
	if (!low)
		return false;
	uint64_t start = addr_in(s, encoding, low - 1);

	for (low--; low > 0 && addr_in(s, encoding, low - 1) == start;)
		low--;
	*index_out = low;
	return true;
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
	uint32_t size = 1024, pos = 0, length;

	while (size < s->n / 2)
		size *= 2;
	s->by_ends = pm_alloc(size * sizeof(uint32_t));
	s->by_ends_mask = size - 1;
	s->next = pm_alloc(s->n * sizeof(uint32_t));
	for (uint32_t i = 0; i < s->n && name_length(s, &pos, &length); i++, pos += length) {
		if (!length)
			continue;
		uint32_t *slot = &s->by_ends[hash_of_tokens(s, s->names + pos, length) & s->by_ends_mask];

		s->next[i] = *slot;
		*slot = i + 1;
	}
}

bool pm_linux_symbols_lookup(struct pm_linux_symbols *s, const char *name, uint64_t *addr_out)
{
	char found[PM_LINUX_NAME_MAX];
	uint32_t first, last, expanded = 0;
	bool any = false;

	if (!s->by_ends)
		index_names(s);
	ends_of(name, strlen(name), &first, &last);
	/* The last one in a chain is the first one in the table. */
	for (uint32_t i = s->by_ends[hash_of(first, last) & s->by_ends_mask]; i && expanded < max_expanded;
	     i = s->next[i - 1], expanded++)
		if (pm_linux_symbols_name(s, i - 1, found) && !strcmp(found, name)) {
			*addr_out = pm_linux_symbols_addr(s, i - 1);
			any = true;
		}
	return any;
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

static struct pm_error *read_names(struct pm_linux_symbols *s, struct pm_space *kernel, uint64_t at)
{
	uint32_t limit = s->n * max_name_average;

	s->names = pm_alloc(limit);
	s->starts = pm_alloc((s->n / 256 + 2) * sizeof(uint32_t));
	/* How long the names are is known when they have been walked: read on as they are. */
	uint32_t pos = 0, i = 0;
	enum pm_absence why = PM_PRESENT;

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

		if (!part)
			return pm_error_new(PM_BAD_DATA, "kallsyms_names at 0x%llx: no end of the names",
					    (unsigned long long)at);
		uint32_t got = (uint32_t)pm_space_read(kernel, at + s->names_size, s->names + s->names_size,
						       part, &why);
		s->names_size += got;
		if (!got) {
			const unsigned long long lost = at + s->names_size;

			return pm_error_new(PM_TRUNCATED, "kallsyms_names at 0x%llx: %s", lost,
					    pm_absence_words(why));
		}
	}
	s->names_size = pos;
	s->names = pm_realloc(s->names, pos + 1);
	return NULL;
}

static bool says_stext(const struct pm_linux_symbols *s, enum encoding encoding, uint64_t stext)
{
	char name[PM_LINUX_NAME_MAX];
	uint32_t i;

	if (!find_in(s, encoding, stext, &i))
		return false;
	for (; i < s->n && addr_in(s, encoding, i) == stext; i++)
		if (pm_linux_symbols_name(s, i, name) && !strcmp(name, "_stext"))
			return true;
	return false;
}

struct tables {
	uint64_t num_syms, names, token_table, token_index, offsets, relative_base, addresses; /* 0: none */
};

static struct pm_error *read_offsets(struct pm_linux_symbols *s, struct pm_space *kernel,
				     const struct tables *t, uint64_t stext)
{
	size_t size = t->offsets ? 4 : 8;
	uint64_t at = t->offsets ? t->offsets : t->addresses;
	enum pm_absence why;

	s->offsets = pm_alloc(s->n * size);
	s->offsets_at = at;
	size_t got = pm_space_read(kernel, at, s->offsets, s->n * size, &why);

	if (got < s->n * size) {
		if (got < size)
			return pm_error_new(PM_TRUNCATED, "the table of symbol addresses at 0x%llx: %s",
					    (unsigned long long)at, pm_absence_words(why));
		s->n = (uint32_t)(got / size); /* what is there is sorted: use it */
	}
	bool has_base = t->relative_base && pm_space_load(kernel, t->relative_base, 8, &s->base);

	for (enum encoding e = ABSOLUTE; e < ENCODINGS; e++) {
		if ((e == ABSOLUTE) != (size == 8) || ((e == PERCPU_BASE || e == BASE) && !has_base))
			continue;
		if (says_stext(s, e, stext)) {
			s->encoding = e;
			return NULL;
		}
	}
	return pm_error_new(PM_BAD_DATA, "no known encoding of symbol addresses gives _stext = 0x%llx",
			    (unsigned long long)stext);
}

static bool told_tables(const struct pm_vmcoreinfo *info, struct tables *t)
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

/* ---- by shape ---- */

/* 256 rising u16 from 0, each token a character or more and its NUL. */
static bool is_token_index(const uint8_t *p)
{
	unsigned last = 0;

	if (p[0] || p[1])
		return false;
	for (unsigned i = 1; i < 256; i++) {
		unsigned at = p[2 * i] | (unsigned)p[2 * i + 1] << 8;

		if (at < last + 2 || at > last + 64)
			return false;
		last = at;
	}
	return last < 4096;
}

/* The table ends where the index begins, but for the NULs that align it. */
static bool table_before(const uint8_t *start, const uint8_t *index, const uint8_t **table_out)
{
	unsigned last = index[510] | (unsigned)index[511] << 8;

	for (const uint8_t *table = index - last - 2; table > start && index - table < last + 64; table--) {
		bool fits = ((uintptr_t)(index - table) & 3) == 0;

		for (unsigned i = 1; fits && i < 256; i++) {
			unsigned at = index[2 * i] | (unsigned)index[2 * i + 1] << 8;

			fits = !table[at - 1] && table[at];
		}
		/* digits and letters stand at their own codes */
		unsigned zero = index[2 * '0'] | (unsigned)index[2 * '0' + 1] << 8;
		if (fits && table[zero] == '0' && !table[zero + 1]) {
			*table_out = table;
			return true;
		}
	}
	return false;
}

static uint32_t u32_at(const uint8_t *p)
{
	return (uint32_t)pm_load(p, 4, false);
}

/* Markers run up to the token table (or the 3-byte table by name, from 6.2 until the order was changed):
 * u32 that rise from 0.  Names end where they begin. */
static bool markers_before(const uint8_t *start, const uint8_t *table, const uint8_t **markers_out,
			   uint32_t *count_out)
{
	const uint8_t *p = table - 4;

	for (unsigned pad = 0; pad < 4 && p > start && !u32_at(p); pad++)
		p -= 4;
	uint32_t count = 1;
	while (p - 4 >= start && u32_at(p - 4) < u32_at(p) && u32_at(p) - u32_at(p - 4) < 256 * 512) {
		p -= 4;
		count++;
	}
	if (count < 16 || u32_at(p))
		return false;
	*markers_out = p;
	*count_out = count;
	return true;
}

/* The names' beginning is known by the first 256 of them ending at the first marker. */
static bool names_before(const uint8_t *start, const uint8_t *markers, uint32_t count,
			 const uint8_t **names_out, uint32_t *n_out)
{
	uint32_t last = u32_at(markers + 4 * (count - 1)), first = u32_at(markers + 4);

	for (const uint8_t *names = markers - (last & ~3u);
	     names >= start + 16 && markers - names < last + 256 * 512; names -= 4) {
		uint32_t n = u32_at(names - 8), pos = 0;

		if (n <= (count - 1) * 256 || n > count * 256) {
			n = u32_at(names - 4);
			if (n <= (count - 1) * 256 || n > count * 256)
				continue;
		}
		for (unsigned i = 0; i < 256 && pos <= first; i++) {
			uint32_t length = names[pos++];

			if (length & 0x80)
				length = (length & 0x7f) | (uint32_t)names[pos++] << 7;
			pos += length;
		}
		if (pos == first) {
			*names_out = names;
			*n_out = n;
			return true;
		}
	}
	return false;
}

/* Tables in a piece of the image; at: its address. */
static bool shaped_tables(const uint8_t *bytes, size_t n, uint64_t at, struct tables *t, uint32_t *count_out)
{
	for (const uint8_t *p = bytes; p + 512 <= bytes + n; p += 4) {
		const uint8_t *table, *markers, *names;
		uint32_t count, symbols;

		if (p[0] || p[1] || !is_token_index(p) || !table_before(bytes, p, &table) ||
		    !markers_before(bytes, table, &markers, &count) ||
		    !names_before(bytes, markers, count, &names, &symbols))
			continue;
		t->token_index = at + (uint64_t)(p - bytes);
		t->token_table = at + (uint64_t)(table - bytes);
		t->names = at + (uint64_t)(names - bytes);
		/* before the names: offsets, base, number; after a pad to 8 bytes each */
		uint64_t number = t->names - 8;
		t->relative_base = number - 8;
		t->offsets = (t->relative_base - 4ull * symbols) & ~7ull;
		t->addresses = 0;
		*count_out = symbols;
		return true;
	}
	return false;
}

/* In pieces that overlap by more than the tables are long. */
static bool search_tables(struct pm_space *kernel, uint64_t image, uint64_t image_end, struct tables *t,
			  uint32_t *count_out)
{
	const size_t piece = 24 << 20, overlap = 8 << 20;
	uint8_t *bytes = pm_alloc(piece);
	bool found = false;

	for (uint64_t at = image; at < image_end && !found; at += piece - overlap) {
		size_t want = image_end - at < piece ? (size_t)(image_end - at) : piece, got = 0;

		memset(bytes, 0, piece);
		while (got < want) { /* around pages that are not there */
			got += pm_space_read(kernel, at + got, bytes + got, want - got, NULL);
			got = got < want ? (got | (PM_PAGE_SIZE - 1)) + 1 : got;
		}
		found = shaped_tables(bytes, want, at, t, count_out);
	}
	free(bytes);
	return found;
}

struct pm_error *pm_linux_symbols_open(struct pm_space *kernel, const struct pm_vmcoreinfo *info,
				       uint64_t image, uint64_t image_end, uint64_t stext,
				       struct pm_linux_symbols **out)
{
	struct pm_linux_symbols *s = pm_alloc(sizeof(*s));
	struct tables t = { 0 };
	struct pm_error *err = NULL;
	uint64_t count = 0;
	uint32_t symbols = 0;

	if (told_tables(info, &t)) {
		if (!pm_space_load(kernel, t.num_syms, 4, &count))
			err = pm_error_new(PM_TRUNCATED, "the number of kernel symbols is not in the dump");
	} else if (search_tables(kernel, image, image_end, &t, &symbols)) {
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
		err = read_names(s, kernel, t.names);
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
	free(s->next);
	free(s);
}

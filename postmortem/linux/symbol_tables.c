/* The tables of kernel symbols by their shape, in kernels whose VMCOREINFO does not name them. */
#include "linux/symbol_tables.h"

#include "base/memory.h"
#include "symbols/bytes.h"

#include <stdlib.h>

/* 256 rising u16 from 0, each token a character or more and its NUL. */
static bool is_token_index(const uint8_t *p)
{
	unsigned last = 0;

	/* nearly all that is not one ends here */
	if (p[0] || p[1] || p[2] < 2 || p[3])
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

	if ((size_t)(index - start) < last + 2)
		return false;
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

enum { index_size = 512, window_size = 1 << 18 };
/* What stands before the index: names and markers are not longer. */
static const uint64_t most_before = 8 << 20;
/* Places that look like an index; a kernel has one. */
static const unsigned max_candidates = 64;

/* The other tables stand before the index, whose bytes are the last ones of these; at: the address of the first. */
static bool tables_before(const uint8_t *bytes, size_t n, uint64_t at, struct pm_symbol_tables *t,
			  uint32_t *count_out)
{
	const uint8_t *index = bytes + n - index_size, *table, *markers, *names;
	uint32_t count, symbols;

	if (!table_before(bytes, index, &table) || !markers_before(bytes, table, &markers, &count) ||
	    !names_before(bytes, markers, count, &names, &symbols))
		return false;
	t->token_index = at + (uint64_t)(index - bytes);
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

bool pm_symbol_tables_search(struct pm_space *kernel, uint64_t image, uint64_t image_end,
			     struct pm_symbol_tables *t, uint32_t *count_out)
{
	uint8_t *window = pm_alloc(window_size);
	unsigned candidates = 0;
	bool found = false;

	/* Each window begins with the first place that was not looked at in the one before. */
	for (uint64_t at = image; !found && candidates < max_candidates && image_end - at >= index_size;) {
		size_t n = image_end - at < window_size ? (size_t)(image_end - at) : window_size, i;

		pm_space_read_around(kernel, at, window, n, NULL, NULL);
		for (i = 0; !found && i + index_size <= n && candidates < max_candidates; i += 4) {
			if (!is_token_index(window + i))
				continue;
			uint64_t from = at + i - image > most_before ? at + i - most_before : image;
			size_t size = (size_t)(at + i + index_size - from);
			uint8_t *bytes = pm_alloc_large(size);

			pm_space_read_around(kernel, from, bytes, size, NULL, NULL);
			found = tables_before(bytes, size, from, t, count_out);
			free(bytes);
			candidates++;
		}
		at += i;
	}
	free(window);
	return found;
}

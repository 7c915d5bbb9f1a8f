#include "linux/symbols_packed.h"

#include "base/memory.h"
#include "symbols/bytes.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

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

uint64_t pm_symbols_addr_in(const struct pm_linux_symbols *s, enum encoding encoding, uint32_t i)
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
	return pm_symbols_addr_in(s, s->encoding, index);
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
		if (!pm_symbols_name_length(s, &pos, length_out))
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
		uint64_t addr = pm_symbols_addr_in(s, s->encoding, index);

		return (index == stretch->first || pm_symbols_addr_in(s, s->encoding, index - 1) <= addr) &&
		       (index + 1 == stretch->end || addr <= pm_symbols_addr_in(s, s->encoding, index + 1));
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
bool pm_symbols_find_in(const struct pm_linux_symbols *s, enum encoding encoding, uint64_t addr,
			uint32_t *index_out)
{
	for (uint32_t k = 0; k < s->stretches_n; k++) {
		const struct stretch *stretch = &s->stretches[k];
		uint32_t low = stretch->first, high = stretch->end;

		while (low < high) { /* the first behind addr */
			uint32_t middle = low + (high - low) / 2;

			if (pm_symbols_addr_in(s, encoding, middle) > addr)
				high = middle;
			else
				low = middle + 1;
		}
		if (low == stretch->first)
			return false;
		if (low == stretch->end && low < s->n)
			continue;
		uint64_t start = pm_symbols_addr_in(s, encoding, low - 1);

		for (low--; low > stretch->first && pm_symbols_addr_in(s, encoding, low - 1) == start;)
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

	if (!pm_symbols_find_in(s, s->encoding, addr, &i))
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
void pm_symbols_ends_of(const char *text, size_t n, uint32_t *first_out, uint32_t *last_out)
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

		for (uint32_t i = 256 * group; i < end && pm_symbols_name_length(s, &pos, &length);
		     i++, pos += length) {
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
	pm_symbols_ends_of(name, strlen(name), &first, &last);
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

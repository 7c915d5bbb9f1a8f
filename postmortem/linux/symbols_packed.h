/* What of a table of kernel symbols is kept, as it is packed in the image: shared by opening it (linux/symbols_open.c) and by
 * looking things up in it (linux/symbols.c).  The tables, as scripts/kallsyms.c writes them:
 *
 *   names        for each symbol a length (one byte; from 6.1 a byte over 0x7f takes a second one) and
 *                that many bytes, each a token
 *   markers      u32: where every 256th name begins
 *   token_table  256 strings, NUL-ended;  token_index  256 u16: where each begins
 *   offsets      s32 for each symbol, with relative_base; or addresses, u64 (a few old configurations)
 */
#ifndef PM_LINUX_SYMBOLS_PACKED_H
#define PM_LINUX_SYMBOLS_PACKED_H

#include "linux/symbols.h"

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

/* The length of the name at *pos, which moves behind it; false past the end. */
static inline bool pm_symbols_name_length(const struct pm_linux_symbols *s, uint32_t *pos,
					  uint32_t *length_out)
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

/* An address as one of the encodings has it. */
uint64_t pm_symbols_addr_in(const struct pm_linux_symbols *s, enum encoding encoding, uint32_t i);
/* The first of the symbols that cover addr; where the next one's address is missing, nobody knows what is behind. */
bool pm_symbols_find_in(const struct pm_linux_symbols *s, enum encoding encoding, uint64_t addr,
			uint32_t *index_out);
/* The first four characters of a text, the very first one lowest; and the last four, the very last one lowest. */
void pm_symbols_ends_of(const char *text, size_t n, uint32_t *first_out, uint32_t *last_out);

#endif

#include "decode/bits.h"

#include <inttypes.h>

const char *pm_bits_words(struct pm_arena *arena, const struct pm_bit *rows, size_t n, uint64_t value,
			  const char *between)
{
	struct pm_buf buf = { 0 };
	uint64_t known = 0;
	const char *words = NULL;

	for (size_t i = 0; i < n; i++) {
		known |= rows[i].mask;
		if ((value & rows[i].mask) != rows[i].match || !rows[i].words)
			continue;
		pm_buf_printf(&buf, "%s%s", buf.n ? between : "", rows[i].words);
	}
	if (value & ~known)
		pm_buf_printf(&buf, "%sunknown 0x%" PRIx64, buf.n ? between : "", value & ~known);
	if (buf.n)
		words = pm_arena_str(arena, (struct pm_slice){ buf.data, buf.n });
	pm_buf_deinit(&buf);
	return words;
}

const char *pm_code_find(const struct pm_code_words *rows, size_t n, uint64_t code)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].code == code)
			return rows[i].words;
	return NULL;
}

const char *pm_signed_hex(struct pm_arena *arena, int64_t value)
{
	uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;

	return pm_arena_printf(arena, "%s0x%" PRIx64, value < 0 ? "-" : "", magnitude);
}

/* Memory as it is in a file: raw, with a map of what lies where, and LiME, whose headers are the map.
 *
 * LiME: for each range of memory a header of 32 bytes {"EMiL", u32 version 1, u64 first and last physical
 * address, 8 bytes of nothing}, little-endian, and its bytes.
 */
#include "read/format.h"
#include "read/spans.h"

#include "base/memory.h"
#include "symbols/bytes.h"

#include <stdlib.h>

struct raw {
	struct pm_span *spans; /* value: 1 + index of the piece; the later one wins */
	size_t spans_n;
	struct pm_dump_piece *pieces; /* of the arena */
};

static const size_t max_pieces = 1 << 16;
#define LIME_HEADER 32

/* Finds what of the pieces is in the file, and makes the map. */
static struct pm_error *use_pieces(struct pm_dump *dump, const struct pm_dump_piece *pieces, size_t n)
{
	struct raw *raw = pm_arena_alloc(&dump->arena, sizeof(*raw));
	struct pm_span *spans = pm_alloc((n + 1) * sizeof(*spans));
	uint64_t size = pm_file_size(dump->files[0]), cut = 0;

	raw->pieces = pm_arena_alloc(&dump->arena, (n + 1) * sizeof(*pieces));
	dump->state = raw;
	for (size_t i = 0; i < n; i++) {
		struct pm_dump_piece piece = pieces[i];
		uint64_t here;

		if (piece.size > UINT64_MAX - piece.phys)
			piece.size = UINT64_MAX - piece.phys;
		pm_dump_add_range(dump->map, piece.phys, piece.phys + piece.size);
		here = piece.offset >= size               ? 0
		       : piece.size > size - piece.offset ? size - piece.offset
							  : piece.size;
		cut += piece.size - here;
		raw->pieces[i] = piece;
		spans[i] = (struct pm_span){ piece.phys, piece.phys + here, i + 1 };
	}
	raw->spans = pm_spans_settle(spans, n, &raw->spans_n);
	free(spans);
	for (size_t i = 0; i < raw->spans_n; i++)
		dump->map->here += (raw->spans[i].end - raw->spans[i].start) / PM_PAGE_SIZE;
	if (cut)
		pm_dump_incomplete(dump, "the file ends at 0x%llx, %llu KiB before its memory does",
				   (unsigned long long)size, (unsigned long long)((cut + 1023) >> 10));
	if (!raw->spans_n)
		return pm_error_new(PM_BAD_DATA, "none of the memory that is told is in the file");
	return NULL;
}

static struct pm_error *open_raw(struct pm_dump *dump)
{
	const struct pm_dump_pieces *given = dump->state;
	struct pm_dump_piece whole = { 0, pm_file_size(dump->files[0]), 0 };

	dump->state = NULL;
	if (!whole.size)
		return pm_error_new(PM_NOT_FOUND, "empty");
	return given->n ? use_pieces(dump, given->v, given->n) : use_pieces(dump, &whole, 1);
}

static bool is_lime(const uint8_t *start, size_t n)
{
	return n >= LIME_HEADER && !memcmp(start, "EMiL", 4) && pm_load(start + 4, 4, false) == 1;
}

static struct pm_error *open_lime(struct pm_dump *dump)
{
	PM_VEC(struct pm_dump_piece) pieces = { 0 };
	uint64_t at = 0, size = pm_file_size(dump->files[0]);

	dump->state = NULL;
	while (at < size && pieces.n < max_pieces) {
		uint8_t header[LIME_HEADER];
		size_t n = pm_file_read(dump->files[0], at, header, sizeof(header), NULL);

		if (!is_lime(header, n)) {
			pm_dump_incomplete(dump, "offset 0x%llx: no LiME header; what follows is lost",
					   (unsigned long long)at);
			break;
		}
		uint64_t first = pm_load(header + 8, 8, false), last = pm_load(header + 16, 8, false);

		if (last < first || last - first >= INT64_MAX) {
			pm_dump_incomplete(dump, "offset 0x%llx: a LiME range from 0x%llx to 0x%llx",
					   (unsigned long long)at, (unsigned long long)first,
					   (unsigned long long)last);
			break;
		}
		*PM_PUSH(&dump->arena, &pieces) =
			(struct pm_dump_piece){ first, last - first + 1, at + LIME_HEADER };
		at += LIME_HEADER + (last - first + 1);
	}
	return use_pieces(dump, pieces.v, pieces.n);
}

static enum pm_absence locate_raw(const struct pm_dump *dump, uint64_t phys, const struct pm_file **file_out,
				  uint64_t *offset_out, uint64_t *length_out)
{
	const struct raw *raw = dump->state;
	size_t i = pm_span_find(raw->spans, raw->spans_n, phys);

	if (i < raw->spans_n && phys >= raw->spans[i].start) {
		const struct pm_dump_piece *piece = &raw->pieces[raw->spans[i].value - 1];

		*file_out = dump->files[0];
		*offset_out = piece->offset + (phys - piece->phys);
		*length_out = raw->spans[i].end - phys;
		return PM_PRESENT;
	}
	*length_out = (i < raw->spans_n ? raw->spans[i].start : UINT64_MAX) - phys;
	return pm_dump_map_has(dump->map, phys) ? PM_CUT : PM_NO_MEMORY;
}

static void close_raw(struct pm_dump *dump)
{
	struct raw *raw = dump->state;

	if (raw)
		free(raw->spans);
}

const struct pm_dump_ops pm_dump_raw = {
	.name = "raw memory",
	.open = open_raw,
	.locate = locate_raw,
	.close = close_raw,
};

const struct pm_dump_ops pm_dump_lime = {
	.name = "LiME",
	.is = is_lime,
	.open = open_lime,
	.locate = locate_raw,
	.close = close_raw,
};

/* --- a map from the command line */

static bool take_address(struct pm_slice *s, uint64_t *out)
{
	unsigned digits;

	return pm_take_hex(s, out, &digits) && digits <= 16;
}

struct pm_error *pm_dump_parse_pieces(const char *text, struct pm_dump_piece **pieces_out, size_t *n_out)
{
	struct pm_slice s = pm_slice_of(text);
	struct pm_dump_piece *pieces = NULL;
	uint64_t behind = 0;
	size_t n = 0;

	do {
		uint64_t start, end, offset = behind;
		bool ok = n < max_pieces && take_address(&s, &start) && pm_take_char(&s, '-') &&
			  take_address(&s, &end) && start < end;

		if (ok && pm_take_char(&s, '@'))
			ok = take_address(&s, &offset);
		if (!ok || (s.n && s.p[0] != ',') || end - start > UINT64_MAX - offset) {
			size_t at = (size_t)(s.p - text);

			free(pieces);
			return pm_error_new(PM_USAGE,
					    "%s: not a map of memory (START-END@OFFSET,… in hex), from its "
					    "character %zu on",
					    text, at + 1);
		}
		pieces = pm_realloc(pieces, (n + 1) * sizeof(*pieces));
		pieces[n++] = (struct pm_dump_piece){ start, end - start, offset };
		behind = offset + (end - start);
	} while (pm_take_char(&s, ','));
	*pieces_out = pieces;
	*n_out = n;
	return NULL;
}

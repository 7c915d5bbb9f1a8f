#include "image/find.h"

#include "symbols/bytes.h"

#include <stdlib.h>

/* A kernel has one note; a memory that is full of them was made to be. */
enum { max_candidates = 64, max_note = 16 << 20 };

/* How much a candidate is worth: what it tells, then whether it is where it says that it is. */
static unsigned worth(enum kf_note_is is, const struct kf_note_header *header, uint64_t at)
{
	static const uint8_t whole[] = { [KF_NOTE_IS_BAD] = 1, [KF_NOTE_IS_CUT] = 2, [KF_NOTE_IS_WHOLE] = 3 };
	unsigned state = header->state <= KF_NOTE_COMPLETE ? header->state : 0;

	if (is >= PM_COUNT(whole) || !whole[is])
		return 0;
	/* a copy of a note (in a buffer, of an earlier run) says another place */
	return (at && header->physical == at ? 16u : 0) + 4 * whole[is] + state;
}

struct best {
	unsigned worth;
	enum pm_image_found found;
	enum kf_note_is is;
	struct kf_note note;
	uint64_t at;
	bool foreign; /* one of a version that is not known */
};

static void consider(struct best *best, struct pm_image *image, enum pm_image_found found, uint64_t at,
		     const uint8_t *bytes, size_t n)
{
	struct kf_note note;
	enum kf_note_is is = kf_note_open(bytes, n, &note);

	best->foreign |= is == KF_NOTE_IS_FOREIGN;
	if (is == KF_NOTE_IS_NONE || is == KF_NOTE_IS_FOREIGN)
		return;
	unsigned value = worth(is, &note.header, at);

	if (value <= best->worth) {
		image->notes_passed++;
		return;
	}
	image->notes_passed += best->worth != 0;
	*best = (struct best){ value, found, is, note, at, best->foreign };
}

/* Of memory: its header first, then as many bytes as that says. */
static void consider_at(struct best *best, struct pm_image *image, enum pm_image_found found, uint64_t at)
{
	uint8_t head[KF_NOTE_HEADER];
	struct kf_note note;

	if (pm_dump_read(image->dump, at, head, sizeof(head), NULL) < sizeof(head))
		return;
	enum kf_note_is is = kf_note_open(head, sizeof(head), &note);

	if (is == KF_NOTE_IS_NONE || is == KF_NOTE_IS_FOREIGN) {
		best->foreign |= is == KF_NOTE_IS_FOREIGN;
		return;
	}
	/* of a header that is wrong, as much as it may have had */
	size_t want = is == KF_NOTE_IS_BAD ? max_note : note.header.size;

	if (want > max_note)
		want = max_note;
	if (want < sizeof(head))
		want = sizeof(head);
	uint8_t *bytes = pm_alloc(want);
	size_t n = pm_dump_read(image->dump, at, bytes, want, NULL);
	unsigned before = best->worth;

	consider(best, image, found, at, bytes, n);
	if (best->worth == before) {
		free(bytes);
		return;
	}
	uint8_t *kept = pm_arena_alloc(&image->arena, n + 1);

	memcpy(kept, bytes, n);
	best->note.at = kept;
	free(bytes);
}

static void by_name(struct best *best, struct pm_image *image)
{
	const struct pm_dump_note *notes;
	size_t n = pm_dump_notes(image->dump, &notes);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(notes[i].name, KF_NOTE_NAME))
			consider(best, image, PM_IMAGE_BY_NAME, 0, notes[i].desc, notes[i].size);
}

static void by_key(struct best *best, struct pm_image *image)
{
	struct pm_slice text = pm_dump_vmcoreinfo(image->dump), line;
	uint64_t at;

	while (pm_take_line(&text, &line))
		if (pm_take(&line, PM_S(KF_NOTE_KEY "=")) && pm_take_hex(&line, &at, NULL))
			consider_at(best, image, PM_IMAGE_BY_KEY, at);
}

static void by_scan(struct best *best, struct pm_image *image)
{
	struct pm_dump_range range;
	unsigned candidates = 0;
	char magic[sizeof(KF_NOTE_MAGIC) - 1];

	for (size_t i = 0; pm_dump_range(image->dump, i, &range); i++)
		for (uint64_t at = (range.start + KF_NOTE_ALIGN - 1) & -(uint64_t)KF_NOTE_ALIGN;
		     at < range.end && candidates < max_candidates; at += KF_NOTE_ALIGN) {
			uint64_t next = pm_dump_next(image->dump, at);

			/* a header that lies tells of more memory than one could walk through */
			if (next >= range.end)
				break;
			if (next > at) {
				at = (next & -(uint64_t)KF_NOTE_ALIGN) -
				     (next % KF_NOTE_ALIGN ? 0 : KF_NOTE_ALIGN);
				continue;
			}
			if (pm_dump_peek(image->dump, at, magic, sizeof(magic), NULL) < sizeof(magic) ||
			    memcmp(magic, KF_NOTE_MAGIC, sizeof(magic)))
				continue;
			candidates++;
			consider_at(best, image, PM_IMAGE_BY_SCAN, at);
		}
}

static const char *trouble_of(enum kf_note_is is, const struct best *best)
{
	switch (is) {
	case KF_NOTE_IS_WHOLE:
		return NULL;
	case KF_NOTE_IS_CUT:
		return "the recorder's note is not whole in the dump";
	case KF_NOTE_IS_BAD:
		return "the header of the recorder's note was changed: what it tells may be wrong";
	default:
		return best->foreign ? "the recorder's note is of a later version than this kpanic knows"
				     : "there is no note of the recorder's in it";
	}
}

void pm_image_find_note(struct pm_image *image, bool scan)
{
	struct best best = { 0 };

	by_name(&best, image);
	if (best.is != KF_NOTE_IS_WHOLE)
		by_key(&best, image);
	if (!best.worth && scan)
		by_scan(&best, image);
	image->found = best.found;
	image->note_is = best.is;
	image->note = best.note;
	image->note_at = best.at ? best.at : best.note.header.physical;
	image->note_trouble = trouble_of(best.is, &best);
}

/* ---- symbols ---- */

static size_t read_piece(struct pm_image *image, const struct kf_note_symbols *where, uint64_t offset,
			 uint8_t *to, size_t n)
{
	size_t got = image->has_space && where->at
			     ? pm_space_read(&image->space, where->at + offset, to, n, NULL)
			     : 0;

	if (got < n && where->physical)
		got = pm_dump_read(image->dump, where->physical + offset, to, n, NULL);
	return got;
}

struct pm_error *pm_image_read_table(struct pm_image *image, const struct kf_note_symbols *where)
{
	uint8_t head[PM_IMAGE_TABLE_HEAD];
	uint64_t size;

	if (read_piece(image, where, 0, head, sizeof(head)) < sizeof(head))
		return pm_error_new(PM_TRUNCATED, "the symbol table at 0x%llx is not in the dump",
				    (unsigned long long)where->at);
	size = pm_image_table_size(head, image->big_endian);
	if (!size)
		return pm_error_new(PM_BAD_DATA, "the symbol table at 0x%llx was written over",
				    (unsigned long long)where->at);
	uint8_t *bytes = pm_alloc((size_t)size);
	bool *known = pm_alloc((size_t)size), all = true;

	for (uint64_t done = 0; done < size;) {
		uint64_t n = PM_PAGE_SIZE - (where->at + done) % PM_PAGE_SIZE;

		if (n > size - done)
			n = size - done;
		size_t got = read_piece(image, where, done, bytes + done, (size_t)n);

		memset(known + done, true, got);
		all &= got == n;
		done += n;
	}
	struct pm_error *err = pm_image_symbols_table(&image->symbols, bytes, (size_t)size,
						      all ? NULL : known, where->anchor, image->big_endian);

	free(bytes);
	free(known);
	return err;
}

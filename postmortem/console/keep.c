#include "console/keep.h"

#include "read/file.h"

#include <stdlib.h>

/* Slots are looked for in pieces of the file, which overlap by what a slot's head takes. */
#define PIECE ((size_t)1 << 20)
#define LEAST KF_KEEP_SLOT_MIN

bool pm_keep_may_be(const struct pm_file *file)
{
	uint8_t start[4096];
	size_t n = pm_file_read(file, 0, start, sizeof(start), NULL);

	return n >= LEAST && memchr(start, 0, n);
}

bool pm_keep_in_order(const struct pm_keep_record *record)
{
	return record->keep.state == KF_KEEP_REBOOTING || record->keep.state == KF_KEEP_OFF;
}

/* Is a the one to tell, of the same run? */
static bool better(const struct pm_keep_record *a, const struct pm_keep_record *b)
{
	if (a->damaged != b->damaged)
		return b->damaged;
	return a->keep.sequence > b->keep.sequence;
}

static bool same_run(const struct pm_keep_record *a, const struct pm_keep_record *b)
{
	return a->keep.run == b->keep.run &&
	       !memcmp(a->keep.build_id, b->keep.build_id, sizeof(a->keep.build_id));
}

static void add(struct pm_keep *out, struct pm_keep_record *record, const uint8_t *text)
{
	struct pm_keep_record *to = NULL;

	for (unsigned i = 0; i < out->n && !to; i++)
		if (same_run(&out->records[i], record))
			to = &out->records[i];
	if (to && !better(record, to))
		return;
	if (!to && out->n == PM_KEEP_RECORDS)
		return;
	if (to)
		free(to->text);
	else
		to = &out->records[out->n++];
	record->text = pm_alloc(record->keep.size + 1);
	memcpy(record->text, text, record->keep.size);
	*to = *record;
}

/* Reads what begins at offset; the next place to look at. */
static uint64_t look(const struct pm_file *file, uint64_t offset, uint8_t *slot, struct pm_keep *out)
{
	struct pm_keep_record record = { .offset = offset };
	size_t room = pm_file_read(file, offset, slot, KF_KEEP_SLOT_MAX, NULL);
	enum kf_keep_found found = kf_keep_read(slot, room, &record.keep, &record.mended);

	if (found == KF_KEEP_NONE)
		return offset + 1;
	record.damaged = found == KF_KEEP_DAMAGED;
	record.read = room >= KF_KEEP_TEXT_AT && kf_keep_was_read(slot);
	add(out, &record, slot + KF_KEEP_TEXT_AT);
	return offset + KF_KEEP_TEXT_AT;
}

static int compare(const void *a, const void *b)
{
	const struct pm_keep_record *x = a, *y = b;

	if (x->keep.run != y->keep.run)
		return x->keep.run < y->keep.run ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

void pm_keep_find(const struct pm_file *file, struct pm_keep *out)
{
	uint8_t *piece = pm_alloc(PIECE), *slot = pm_alloc(KF_KEEP_SLOT_MAX);
	uint64_t offset = 0;

	out->n = 0;
	for (;;) {
		size_t n = pm_file_read(file, offset, piece, PIECE, NULL);
		size_t at = kf_keep_find(piece, n, 0);

		if (at < n)
			offset = look(file, offset + at, slot, out);
		else if (n <= KF_KEEP_TEXT_AT)
			break;
		else
			offset += n - KF_KEEP_TEXT_AT + 1;
	}
	qsort(out->records, out->n, sizeof(out->records[0]), compare);
	free(piece);
	free(slot);
}

void pm_keep_deinit(struct pm_keep *keep)
{
	for (unsigned i = 0; i < keep->n; i++)
		free(keep->records[i].text);
	keep->n = 0;
}

void pm_keep_text(const struct pm_keep_record *record, struct pm_buf *text)
{
	const struct kf_keep *keep = &record->keep;

	pm_buf_printf(text,
		      "KPANIC 1 kept state=%s of=%llu sequence=%llu up=%llu.%06llu mended=%u missed=%u "
		      "in_row=%u%s%s%s%s\n",
		      kf_keep_state_word(keep->state), (unsigned long long)keep->run,
		      (unsigned long long)keep->sequence, (unsigned long long)(keep->up_ns / 1000000000u),
		      (unsigned long long)(keep->up_ns / 1000 % 1000000), record->mended, keep->missed,
		      keep->in_row, record->damaged ? " damaged=1" : "", keep->cut ? " cut=1" : "",
		      record->read ? " read=1" : "", keep->slot == KF_KEEP_WAITING ? "" : " image=1");
	for (size_t at = 0; at < keep->size;) {
		const char *line = record->text + at, *end = memchr(line, '\n', keep->size - at);
		size_t n = end ? (size_t)(end - line) : keep->size - at;

		pm_buf_str(text, "last: ");
		pm_buf_add(text, line, n);
		pm_buf_str(text, "\n");
		at += n + 1;
	}
}

/* makedumpfile's flattened format: a header of 4096 bytes, then records {offset, size, data} in the order
 * in which a dump was written, all numbers big-endian, ended by an offset of -1.
 *
 * A dump of 300 GiB from QEMU has 20 million records of 16 KiB, too many to remember.  So of each group of up to 64
 * only the ranges are kept that they fill together (one or two: what is written is mostly written in
 * order), and a group's headers are read again when something in it is asked for.
 */
#include "read/file_kind.h"
#include "read/spans.h"

#include "base/memory.h"
#include "symbols/bytes.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_SIZE 4096
#define RECORD_HEADER 16
#define CHAIN 5 /* records that tell a place where records begin */
#define GROUP_RECORDS 64
#define GROUP_RANGES 8
#define EXPANDED 256 /* groups whose records are at hand */

static const char signature[] = "makedumpfile\0\0\0"; /* 16 bytes with its last NUL */
static const size_t max_ranges = 1 << 20;             /* a hostile file's; 24 bytes each */
static const uint64_t search_each = 16 << 20;         /* bytes behind one damaged header */
static const uint64_t search_all = 256 << 20;         /* … and behind all of them */
static const uint64_t plausible_offset = 1ull << 48;  /* larger is no dump */
static const uint64_t plausible_size = 1ull << 28;    /* of what is found by searching */

struct record {
	uint64_t offset, size; /* in the dump */
	uint64_t from;         /* its data, in the file */
};

struct group {
	uint64_t at; /* of its first header in the file */
	uint32_t n;  /* records; 0: one record, which is not as its header says */
	struct record only;
};

struct expanded {
	size_t group; /* 1 + index; 0: none */
	size_t n;
	struct record records[GROUP_RECORDS];
};

struct flattened {
	struct pm_file *inner;
	struct group *groups;
	size_t groups_n;
	struct pm_span *spans; /* value: 1 + index of the group; the later one wins */
	size_t spans_n;
	pthread_mutex_t lock;
	struct expanded *expanded[EXPANDED]; /* by group */
};

bool pm_file_is_flattened(const uint8_t *start, size_t n)
{
	return n >= sizeof(signature) && !memcmp(start, signature, sizeof(signature));
}

/* --- reading headers */

struct walk {
	const struct pm_file *inner;
	uint64_t size;
	uint8_t *window;
	size_t window_size;
	uint64_t window_at;
	size_t window_n;
	uint64_t searched; /* bytes, and what stands for them */
};

/* 16 bytes at `at`, NULL: not there.  near: what is read next stands close behind. */
static const uint8_t *header_at(struct walk *w, uint64_t at, bool near)
{
	if (at < w->window_at || at - w->window_at + RECORD_HEADER > w->window_n) {
		w->window_at = at;
		w->window_n =
			pm_file_read(w->inner, at, w->window, near ? w->window_size : RECORD_HEADER, NULL);
		if (w->window_n < RECORD_HEADER)
			return NULL;
	}
	return w->window + (at - w->window_at);
}

enum header_kind { HEADER_NONE, HEADER_END, HEADER_BAD, HEADER_CUT, HEADER_GOOD };

static enum header_kind read_header(struct walk *w, uint64_t at, bool near, struct record *out)
{
	const uint8_t *p = header_at(w, at, near);

	if (!p)
		return HEADER_NONE;
	out->offset = pm_load(p, 8, true);
	out->size = pm_load(p + 8, 8, true);
	out->from = at + RECORD_HEADER;
	if (out->offset == UINT64_MAX && out->size == UINT64_MAX)
		return HEADER_END;
	if (!out->size || out->offset >= plausible_offset || out->size >= plausible_offset)
		return HEADER_BAD;
	return out->size > w->size - out->from ? HEADER_CUT : HEADER_GOOD;
}

/* Do records begin here?  A few in a row that go on one where another ended: that the numbers are plausible is
 * not enough, page descriptors look like that.  The end's mark alone must stand at the end: a bitmap is full of
 * such bytes. */
static bool begins_records(struct walk *w, uint64_t at)
{
	struct record records[CHAIN];
	size_t joined = 0;

	for (size_t i = 0; i < CHAIN; i++) {
		enum header_kind kind = read_header(w, at, true, &records[i]);

		if (kind == HEADER_END)
			return w->size - at < HEADER_SIZE;
		if (kind != HEADER_GOOD || records[i].size >= plausible_size)
			return false;
		for (size_t k = 0; k < i; k++)
			if (records[i].offset == records[k].offset + records[k].size) {
				joined++;
				break;
			}
		at = records[i].from + records[i].size;
		w->searched += 4096; /* the next is elsewhere */
	}
	return joined + 2 >= CHAIN;
}

/* The next place behind `from` at which records go on; 0: none. */
static uint64_t find_records(struct walk *w, uint64_t from)
{
	uint64_t end = w->size - from > search_each ? from + search_each : w->size;
	uint8_t *bytes = pm_alloc(1 << 16);
	uint64_t found = 0;

	for (uint64_t at = from; !found && at + RECORD_HEADER <= end && w->searched < search_all;) {
		size_t n = pm_file_read(w->inner, at, bytes, 1 << 16, NULL);

		if (n < RECORD_HEADER)
			break;
		for (size_t i = 0; i + RECORD_HEADER <= n && !found; i++) {
			const uint8_t *p = bytes + i;
			bool record = !p[0] && !p[1] && pm_load(p + 8, 8, true) - 1 < plausible_size;
			bool mark = p[0] == 0xff && p[1] == 0xff && p[8] == 0xff;

			if ((record || mark) && begins_records(w, at + i))
				found = at + i;
		}
		at += n - RECORD_HEADER + 1;
		w->searched += n;
	}
	free(bytes);
	return found;
}

/* --- the index */

struct index {
	struct flattened *state;
	struct pm_arena arena;
	PM_VEC(struct group) groups;
	PM_VEC(struct pm_span) spans;
	struct group group; /* being filled */
	struct pm_span ranges[GROUP_RANGES];
	size_t ranges_n;
};

static void end_group(struct index *x)
{
	if (!x->ranges_n)
		return;
	*PM_PUSH(&x->arena, &x->groups) = x->group;
	for (size_t i = 0; i < x->ranges_n; i++) {
		x->ranges[i].value = x->groups.n;
		*PM_PUSH(&x->arena, &x->spans) = x->ranges[i];
	}
	x->ranges_n = 0;
	x->group = (struct group){ 0 };
}

static bool extend_range(struct index *x, const struct record *record)
{
	for (size_t i = 0; i < x->ranges_n; i++)
		if (x->ranges[i].end == record->offset) {
			x->ranges[i].end += record->size;
			return true;
		}
	return false;
}

static void add_record(struct index *x, const struct record *record)
{
	if (x->group.n == GROUP_RECORDS)
		end_group(x);
	if (!x->ranges_n || !extend_range(x, record)) {
		if (x->ranges_n == GROUP_RANGES)
			end_group(x);
		x->ranges[x->ranges_n++] =
			(struct pm_span){ record->offset, record->offset + record->size, 0 };
	}
	if (!x->group.n++)
		x->group.at = record->from - RECORD_HEADER;
}

/* A record whose header does not say what it is. */
static void add_odd_record(struct index *x, const struct record *record)
{
	end_group(x);
	x->group.only = *record;
	x->ranges[x->ranges_n++] = (struct pm_span){ record->offset, record->offset + record->size, 0 };
	end_group(x);
}

/* Records are mostly written one behind the other, so that its neighbours tell what a record with a damaged
 * header was. */
struct stream {
	struct index *index;
	uint64_t before;    /* where the record before the last one ended, in the dump */
	struct record last; /* held back until the next one is known; size 0: none */
	unsigned long long bad;
	uint64_t first_bad; /* offset in the file */
};

static void count_bad(struct stream *s, uint64_t at)
{
	if (!s->bad++)
		s->first_bad = at;
}

/* next: what follows the last record, or NULL. */
static void settle_last(struct stream *s, const struct record *next)
{
	if (!s->last.size)
		return;
	if (next && s->last.offset != s->before && s->before + s->last.size == next->offset) {
		/* It fills the gap between its neighbours, but says that it is elsewhere. */
		count_bad(s, s->last.from - RECORD_HEADER);
		s->last.offset = s->before;
		add_odd_record(s->index, &s->last);
	} else {
		add_record(s->index, &s->last);
	}
	s->before = s->last.offset + s->last.size;
	s->last.size = 0;
}

/* The header at `at` says nothing good, and records go on at next_at. */
static void mend(struct stream *s, uint64_t at, const struct record *bad, uint64_t next_at,
		 const struct record *next)
{
	uint64_t size = next_at - s->last.from;

	if (s->last.size && (next_at < at || s->last.offset + size == next->offset)) {
		/* The one before told a wrong size, so that this is no header. */
		count_bad(s, s->last.from - RECORD_HEADER);
		s->last.size = size;
		add_odd_record(s->index, &s->last);
		s->before = s->last.offset + size;
		s->last.size = 0;
		return;
	}
	settle_last(s, NULL);
	count_bad(s, at);
	end_group(s->index); /* what follows does not stand right behind */
	if (next_at <= bad->from)
		return;
	struct record record = { bad->offset, next_at - bad->from, bad->from };

	if (bad->offset != s->before && bad->offset + record.size != next->offset) {
		if (s->before + record.size != next->offset)
			return;
		record.offset = s->before;
	}
	add_odd_record(s->index, &record);
	s->before = record.offset + record.size;
}

static char *ends_early(const struct walk *w)
{
	return pm_printf("the flattened file ends early, at 0x%llx", (unsigned long long)w->size);
}

static char *read_records(struct index *x, struct walk *w)
{
	struct stream s = { .index = x };
	uint64_t at = HEADER_SIZE;
	bool near = true;

	while (x->spans.n < max_ranges) {
		struct record record, next = { 0 };
		enum header_kind kind = read_header(w, at, near, &record);

		if (kind == HEADER_GOOD) {
			settle_last(&s, &record);
			s.last = record;
			at = record.from + record.size;
			near = record.size < 4096;
			continue;
		}
		if (kind == HEADER_END || kind == HEADER_NONE) {
			settle_last(&s, NULL);
			if (kind == HEADER_NONE)
				return ends_early(w);
			return !s.bad ? NULL
				      : pm_printf("offset 0x%llx: damaged header of a record, and %llu more "
						  "such",
						  (unsigned long long)s.first_bad, s.bad - 1);
		}
		uint64_t next_at = find_records(w, (s.last.size ? s.last.from : record.from) + 1);

		if (!next_at) {
			settle_last(&s, NULL);
			if (kind != HEADER_CUT)
				return pm_printf(
					"offset 0x%llx: damaged header of a record; what follows it is lost",
					(unsigned long long)at);
			record.size = w->size - record.from;
			if (record.size)
				add_odd_record(x, &record);
			return ends_early(w);
		}
		if (read_header(w, next_at, true, &next) != HEADER_GOOD)
			next.offset = UINT64_MAX; /* the end */
		mend(&s, at, &record, next_at, &next);
		at = next_at;
		near = true;
	}
	return pm_printf("more than %zu records out of order; what follows them is lost", max_ranges);
}

/* --- reading */

/* Of the group's records the last one that holds `at`; *end_out: up to where it does. */
static const struct record *record_at(struct flattened *state, size_t group, uint64_t at, uint64_t *end_out)
{
	struct expanded **slot = &state->expanded[group % EXPANDED], *e;
	const struct group *g = &state->groups[group];
	const struct record *found = NULL;

	if (!*slot)
		*slot = pm_alloc(sizeof(**slot));
	e = *slot;
	if (e->group != group + 1) {
		uint8_t window[RECORD_HEADER];
		struct walk w = { state->inner, pm_file_size(state->inner), window, sizeof(window) };
		uint64_t place = g->at;

		e->n = 0;
		if (!g->n)
			e->records[e->n++] = g->only;
		for (uint32_t i = 0; i < g->n; i++) {
			if (read_header(&w, place, false, &e->records[e->n]) != HEADER_GOOD)
				break; /* the file has changed */
			place = e->records[e->n].from + e->records[e->n].size;
			e->n++;
		}
		e->group = group + 1;
	}
	for (size_t i = 0; i < e->n; i++) {
		const struct record *record = &e->records[i];

		if (at >= record->offset && at - record->offset < record->size) {
			found = record;
			*end_out = record->offset + record->size;
		} else if (found && record->offset > at && record->offset < *end_out) {
			*end_out = record->offset;
		}
	}
	return found;
}

static size_t read_flattened(const struct pm_file *file, uint64_t offset, uint8_t *buf, size_t n,
			     int *errno_out)
{
	struct flattened *state = file->state;
	size_t done = 0;

	if (offset >= file->size)
		return 0;
	if (n > file->size - offset)
		n = (size_t)(file->size - offset);
	for (size_t i = pm_span_find(state->spans, state->spans_n, offset); done < n;) {
		uint64_t at = offset + done, end = file->size;
		const struct pm_span *span = i < state->spans_n ? &state->spans[i] : NULL;
		uint64_t from = 0;
		bool there = span && at >= span->start;

		if (there) {
			pthread_mutex_lock(&state->lock);
			const struct record *record = record_at(state, span->value - 1, at, &end);
			if (record)
				from = record->from + (at - record->offset);
			pthread_mutex_unlock(&state->lock);
			if (!record)
				return done;
			if (end > span->end)
				end = span->end;
		} else if (span) {
			end = span->start;
		}
		size_t part = end - at < n - done ? (size_t)(end - at) : n - done;
		if (!there)
			memset(buf + done, 0, part);
		size_t got = there ? pm_file_read(state->inner, from, buf + done, part, errno_out) : part;
		done += got;
		if (got < part)
			return done;
		if (there && at + part == span->end)
			i++;
	}
	return done;
}

static void close_flattened(struct pm_file *file)
{
	struct flattened *state = file->state;

	pm_file_close(state->inner);
	pthread_mutex_destroy(&state->lock);
	free(state->groups);
	free(state->spans);
	for (size_t i = 0; i < EXPANDED; i++)
		free(state->expanded[i]);
}

static const struct pm_file_ops flattened_ops = { read_flattened, close_flattened };

struct pm_error *pm_file_flattened(struct pm_file *inner, struct pm_file **out)
{
	struct pm_file *file = pm_file_new(&flattened_ops, pm_file_name(inner), 0, sizeof(struct flattened));
	struct flattened *state = file->state;
	struct walk w = { 0 };
	struct index x = { .state = state };

	w.inner = state->inner = inner;
	w.size = pm_file_size(inner);
	w.window_size = 1 << 15;
	w.window = pm_alloc(w.window_size);
	pthread_mutex_init(&state->lock, NULL);
	pm_arena_init(&x.arena);
	char *trouble = read_records(&x, &w);
	free(w.window);
	end_group(&x);
	state->spans = pm_spans_settle(x.spans.v, x.spans.n, &state->spans_n);
	state->groups = pm_alloc((x.groups.n + 1) * sizeof(*state->groups));
	state->groups_n = x.groups.n;
	if (x.groups.n)
		memcpy(state->groups, x.groups.v, x.groups.n * sizeof(*state->groups));
	pm_arena_deinit(&x.arena);
	if (state->spans_n)
		file->size = state->spans[state->spans_n - 1].end;
	if (pm_file_trouble(inner))
		file->trouble = pm_printf("%s%s%s", pm_file_trouble(inner), trouble ? "; " : "",
					  trouble ? trouble : "");
	else if (trouble)
		file->trouble = pm_printf("%s", trouble);
	free(trouble);
	if (state->spans_n) {
		*out = file;
		return NULL;
	}
	struct pm_error *err =
		pm_error_new(file->trouble ? PM_TRUNCATED : PM_BAD_DATA, "%s: flattened: %s",
			     pm_file_name(inner), file->trouble ? file->trouble : "no records");
	pm_file_close(file);
	return err;
}

/* The log's text without the ring that leads to it.  The text area is a sequence of blocks: 8 bytes of the record's id,
 * the text, up to the next multiple of 8; and ids are given one after another.  So a block is known by the next one, and
 * nothing else in memory looks like three of them.  Time, level and caller stand elsewhere, and are not found. */
#include "linux/log.h"

#include "symbols/bytes.h"

#include <stdlib.h>
#include <string.h>

enum { window = 1 << 20, longest = 2048, least_chain = 3 };
static const uint64_t most_memory = 4ull << 30, id_mask = ~0ull >> 2;
/* The first id is a little below 2^62, whence they go on at 0. */
static const uint64_t most_ids = 1ull << 36;

struct found {
	uint64_t order; /* ids from the first possible one on */
	uint64_t phys;
	struct pm_slice text;
};

struct search {
	struct pm_log *log;
	PM_VEC(struct found) v;
};

/* The bytes that UTF-8 never has are those that pointers into a kernel begin with. */
static bool is_text(uint8_t c)
{
	return (c >= 0x20 && c != 0x7f && c < 0xf5) || c == '\n' || c == '\t' || c == '\033';
}

/* Pairs of a small number and an address look like records, too, but their text is short and no language. */
static bool is_readable(const uint8_t *text, size_t n)
{
	size_t ascii = 0;

	for (size_t i = 0; i < n; i++)
		ascii += text[i] < 0x80;
	return n >= 4 && ascii >= n - n / 4;
}

static bool is_id(uint64_t id)
{
	return id < most_ids || (id <= id_mask && id > id_mask - most_ids);
}

/* Bytes of the block at p, of at most n; 0: it is none, as the next one does not follow. */
static size_t block_size(const uint8_t *p, size_t n)
{
	uint64_t id = pm_load(p, 8, false), next;
	size_t text = 8, most = n < longest ? n : longest;

	if (!is_id(id))
		return 0;
	next = (id + 1) & id_mask;
	for (size_t end = 16; end + 8 <= most; end += 8) {
		/* what stands in the last bytes before the next block may be left from another text */
		while (text < end && is_text(p[text]))
			text++;
		if (text == 8 || text + 8 <= end)
			return 0;
		if (pm_load(p + end, 8, false) == next)
			return end;
	}
	return 0;
}

static size_t text_size(const uint8_t *text, size_t n)
{
	size_t length = 0;

	while (length < n && is_text(text[length]))
		length++;
	return length;
}

static void add(struct search *s, uint64_t id, uint64_t phys, const uint8_t *text, size_t n)
{
	size_t length = text_size(text, n);

	*PM_PUSH(&s->log->arena, &s->v) = (struct found){
		(id + most_ids) & id_mask,
		phys,
		{ pm_arena_str(&s->log->arena, (struct pm_slice){ (const char *)text, length }), length }
	};
}

/* The chain of blocks at p; returns its bytes, 0: none.  Its last block has no next one: its text ends where text does. */
static size_t take_chain(struct search *s, const uint8_t *p, size_t n, uint64_t phys)
{
	size_t at = 0, size, chain = 0, readable = 0;

	while ((size = block_size(p + at, n - at))) {
		readable += is_readable(p + at + 8, text_size(p + at + 8, size - 8));
		at += size;
		chain++;
	}
	if (chain + 1 < least_chain || readable < chain - chain / 4)
		return 0;
	for (at = 0; (size = block_size(p + at, n - at)); at += size)
		add(s, pm_load(p + at, 8, false), phys + at, p + at + 8, size - 8);
	if (at + 8 < n)
		add(s, pm_load(p + at, 8, false), phys + at, p + at + 8,
		    n - at - 8 < longest ? n - at - 8 : longest);
	return at;
}

static int compare(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->text.n != y->text.n ? (x->text.n > y->text.n ? -1 : 1)
				      : (x->phys > y->phys) - (x->phys < y->phys);
}

static void search_memory(struct search *s, struct pm_dump *dump)
{
	uint8_t *bytes = pm_alloc(window + longest);
	struct pm_dump_range range;
	uint64_t searched = 0;

	for (size_t i = 0; pm_dump_range(dump, i, &range); i++)
		for (uint64_t at = range.start; at < range.end && searched < most_memory;) {
			size_t want = range.end - at < window + longest ? (size_t)(range.end - at)
									: window + longest;
			size_t got = pm_dump_read(dump, at, bytes, want, NULL), pos = 0, end;

			searched += got;
			/* a chain that goes on behind the window is found again from there */
			end = got == window + longest ? window : got;
			while (pos + 16 <= end) {
				size_t taken = is_text(bytes[pos + 8])
						       ? take_chain(s, bytes + pos, got - pos, at + pos)
						       : 0;

				pos += taken ? taken : 8;
			}
			if (end == window) {
				at += window;
				continue;
			}
			/* behind a gap, at the next page that may be there */
			at = pm_dump_next(dump, (at + got) / PM_PAGE_SIZE * PM_PAGE_SIZE + PM_PAGE_SIZE);
		}
	free(bytes);
}

/* What printk takes off a text (since 5.12, where it stands): the line's end behind it, and the two bytes of a level
 * before it, by moving the text down; so its last two characters stand there twice. */
static bool is_doubled(struct pm_slice text)
{
	return text.n >= 4 && !memcmp(text.p + text.n - 2, text.p + text.n - 4, 2);
}

/* How long a text was stands in the record that is not found.  Where most are doubled all are, but for the few that were
 * written without a level. */
static void trim(struct search *s)
{
	size_t doubled = 0;

	for (size_t i = 0; i < s->v.n; i++) {
		struct pm_slice *text = &s->v.v[i].text;

		if (text->n && text->p[text->n - 1] == '\n')
			text->n--;
		doubled += is_doubled(*text);
	}
	for (size_t i = 0; doubled > s->v.n / 2 && i < s->v.n; i++)
		if (is_doubled(s->v.v[i].text))
			s->v.v[i].text.n -= 2;
}

bool pm_linux_log_search(struct pm_dump *dump, struct pm_log *log)
{
	struct search s = { .log = log };
	uint64_t last = 0;

	search_memory(&s, dump);
	if (!s.v.n)
		return false;
	trim(&s);
	qsort(s.v.v, s.v.n, sizeof(*s.v.v), compare);
	for (size_t i = 0; i < s.v.n; i++) {
		const struct found *f = &s.v.v[i];

		if (i && f->order == last)
			continue; /* found twice */
		if (i && f->order - last < most_ids)
			log->lost += f->order - last - 1;
		last = f->order;
		*PM_PUSH(&log->arena, &log->records) =
			(struct pm_log_record){ .seq = f->order, .text = f->text };
	}
	return true;
}

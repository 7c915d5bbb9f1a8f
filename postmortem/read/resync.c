#include "read/resync.h"

#include "base/memory.h"
#include "symbols/bytes.h"

#include <stdlib.h>
#include <string.h>

enum { samples = 4096, most_between = 1 << 16, gib_shift = 30, most_gib = 64, most_kinds = 64 };

/* A page that told its address. */
struct anchor {
	uint64_t place;
	uint64_t virtual; /* block number */
	bool image;       /* of the image, not of the linear map */
	uint64_t bit, before;
};

/* Bits from `start` on, up to the next stretch's. */
struct stretch {
	uint64_t start;
	enum { UNKNOWN, SHIFTED, SOLID } kind;
	int64_t shift; /* SHIFTED: place is shift + the bits before; SOLID: shift + the bit's number, whatever the bitmap says */
};

typedef PM_VEC(struct anchor) anchors;

struct pm_resync {
	struct pm_bitmap *bitmap;
	uint64_t start, end, n; /* bits; pages in the file */
	struct pm_arena arena;
	PM_VEC(struct stretch) v;
};

struct search {
	struct pm_bitmap *bitmap;
	uint64_t start, end;
	const struct pm_resync_pages *pages;
	unsigned block_shift;
	uint64_t base; /* block number of physical address 0 in the linear map */
	uint8_t *page;
	struct pm_arena arena;
	anchors v;
};

static const uint64_t linear_map = 0xff00000000000000, image_map = 0xffffffff80000000,
		      module_map = 0xffffffffc0000000;

/* The block number that most heads of empty lists in the page tell; false: none does. */
static bool own_address(const struct search *s, uint64_t *virtual_out)
{
	size_t block = s->pages->block;
	uint64_t told = 0;
	unsigned votes = 0;

	for (size_t at = 0; at + 16 <= block; at += 8) {
		uint64_t word = pm_load(s->page + at, 8, s->pages->big_endian);

		if ((word & (block - 1)) != at || word < linear_map || word >= module_map ||
		    pm_load(s->page + at + 8, 8, s->pages->big_endian) != word)
			continue;
		/* of an object that was copied from another page some still tell that one's */
		if (!votes || word >> s->block_shift == told) {
			told = word >> s->block_shift;
			votes++;
		} else {
			votes--;
		}
	}
	*virtual_out = told;
	return votes != 0;
}

static bool read_anchor(const struct search *s, uint64_t place, struct anchor *out)
{
	*out = (struct anchor){ .place = place };
	if (!s->pages->read(s->pages->user, place, s->page) || !own_address(s, &out->virtual))
		return false;
	out->image = out->virtual >= image_map >> s->block_shift;
	return !out->image || s->pages->image;
}

/* Its bit, and the bits before it; false: the bitmap does not have it. */
static bool locate(const struct search *s, struct anchor *a)
{
	uint64_t base = a->image ? (s->pages->image - s->pages->image_at) >> s->block_shift : s->base;

	if (a->virtual < base)
		return false;
	a->bit = a->virtual - base;
	return a->bit >= s->start && a->bit < s->end &&
	       pm_bitmap_get(s->bitmap, a->bit, &a->before) == PM_BIT_SET;
}

static int64_t shift_of(const struct anchor *a)
{
	return (int64_t)(a->place - a->before);
}

/* Where the linear map begins: with the right base most pages that tell their address have as many bits before them as
 * pages, as long as little is damaged; and with a wrong one hardly any has. */
static bool find_base(struct search *s)
{
	const uint64_t gib = 1ull << (gib_shift - s->block_shift);
	uint64_t kinds[most_kinds], best_base = 0;
	size_t kinds_n = 0, best = 0, spread = s->pages->n / 8 + 64;

	for (size_t i = 0; i < s->v.n && kinds_n < most_kinds; i++) {
		uint64_t of = s->v.v[i].virtual / gib * gib;
		size_t k = 0;

		if (s->v.v[i].image)
			continue;
		while (k < kinds_n && kinds[k] != of)
			k++;
		if (k == kinds_n)
			kinds[kinds_n++] = of;
	}
	for (size_t k = 0; k < kinds_n; k++)
		for (uint64_t below = 0; below < most_gib && below * gib < s->end; below++) {
			size_t fit = 0;

			s->base = kinds[k] - below * gib;
			for (size_t i = 0; i < s->v.n; i++) {
				int64_t shift = locate(s, &s->v.v[i]) ? shift_of(&s->v.v[i]) : INT64_MAX;

				fit += (uint64_t)(shift < 0 ? -shift : shift) < spread;
			}
			if (fit > best) {
				best = fit;
				best_base = s->base;
			}
		}
	s->base = best_base;
	return best >= 16 && best >= s->v.n / 4;
}

/* Only those that fit into the order stay: a page that tells another's address stands between two that agree. */
static void drop_strangers(struct search *s, anchors *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++)
		if (locate(s, &v->v[i]))
			v->v[n++] = v->v[i];
	v->n = n;
	n = 0;
	for (size_t i = 0; i < v->n; i++) {
		const struct anchor *a = &v->v[i], *next = i + 1 < v->n ? a + 1 : NULL;
		const struct anchor *last = n ? &v->v[n - 1] : NULL;
		bool fits = (last && shift_of(last) == shift_of(a)) ||
			    (next && shift_of(next) == shift_of(a)) || (!last && !shift_of(a));

		if (fits && (!last || a->bit > last->bit))
			v->v[n++] = *a;
	}
	v->n = n;
}

/* Looks at all pages between two anchors that disagree. */
static void look_between(struct search *s, const struct anchor *a, const struct anchor *b, anchors *out)
{
	uint64_t step = (b->place - a->place) / most_between + 1;
	struct anchor found;

	for (uint64_t place = a->place + 1; place < b->place; place += step)
		if (read_anchor(s, place, &found))
			*PM_PUSH(&s->arena, out) = found;
}

static void add_stretch(struct pm_resync *r, uint64_t start, int kind, int64_t shift)
{
	*PM_PUSH(&r->arena, &r->v) = (struct stretch){ start, kind, shift };
}

/* What is between each two neighbours. */
static void lay_out(struct pm_resync *r, const struct search *s)
{
	const struct anchor *a = s->v.v, *last = &s->v.v[s->v.n - 1];
	int64_t rest = (int64_t)(s->pages->n - pm_bitmap_count(r->bitmap));

	if (shift_of(a))
		add_stretch(r, r->start, UNKNOWN, 0);
	add_stretch(r, shift_of(a) ? a->bit : r->start, SHIFTED, shift_of(a));
	for (; a < last; a++) {
		const struct anchor *b = a + 1;

		if (shift_of(a) == shift_of(b))
			continue;
		/* As many pages as addresses between them: all are there. */
		if (b->place - a->place == b->bit - a->bit)
			add_stretch(r, a->bit + 1, SOLID, (int64_t)(a->place - a->bit));
		else
			add_stretch(r, a->bit + 1, UNKNOWN, 0);
		add_stretch(r, b->bit, SHIFTED, shift_of(b));
	}
	if (shift_of(last) != rest)
		add_stretch(r, last->bit + 1, UNKNOWN, 0);
}

struct pm_resync *pm_resync_create(struct pm_bitmap *bitmap, uint64_t start, uint64_t end,
				   const struct pm_resync_pages *pages)
{
	struct search s = { .bitmap = bitmap, .start = start, .end = end, .pages = pages };
	uint64_t step = pages->n / samples + 1;
	struct pm_resync *r = NULL;
	struct anchor found;
	anchors more = { 0 };
	bool damaged = false;

	while (1ull << s.block_shift < pages->block)
		s.block_shift++;
	pm_arena_init(&s.arena);
	s.page = pm_alloc(pages->block);
	for (uint64_t place = 0; place < pages->n; place += step)
		if (read_anchor(&s, place, &found))
			*PM_PUSH(&s.arena, &s.v) = found;
	if (find_base(&s)) {
		drop_strangers(&s, &s.v);
		for (size_t i = 0; i < s.v.n; i++) {
			*PM_PUSH(&s.arena, &more) = s.v.v[i];
			if (i + 1 < s.v.n && shift_of(&s.v.v[i]) != shift_of(&s.v.v[i + 1]))
				look_between(&s, &s.v.v[i], &s.v.v[i + 1], &more);
		}
		drop_strangers(&s, &more);
		s.v = more;
		for (size_t i = 0; i < s.v.n; i++)
			damaged |= shift_of(&s.v.v[i]) != 0;
	}
	if (damaged) {
		r = pm_alloc(sizeof(*r));
		*r = (struct pm_resync){ .bitmap = bitmap, .start = start, .end = end, .n = pages->n };
		pm_arena_init(&r->arena);
		lay_out(r, &s);
	}
	free(s.page);
	pm_arena_deinit(&s.arena);
	return r;
}

void pm_resync_destroy(struct pm_resync *resync)
{
	if (!resync)
		return;
	pm_arena_deinit(&resync->arena);
	free(resync);
}

static const struct stretch *stretch_of(const struct pm_resync *r, uint64_t bit)
{
	size_t low = 0, high = r->v.n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (r->v.v[middle].start <= bit)
			low = middle;
		else
			high = middle;
	}
	return &r->v.v[low];
}

enum pm_placed pm_resync_find(const struct pm_resync *resync, uint64_t bit, uint64_t *place_out)
{
	const struct stretch *s;
	uint64_t before = 0;

	if (bit < resync->start || bit >= resync->end)
		return PM_PLACED_NOT;
	s = stretch_of(resync, bit);
	if (s->kind == UNKNOWN)
		return PM_PLACED_UNKNOWN;
	if (s->kind == SHIFTED && pm_bitmap_get(resync->bitmap, bit, &before) != PM_BIT_SET)
		return PM_PLACED_NOT;
	*place_out = (s->kind == SOLID ? bit : before) + (uint64_t)s->shift;
	return *place_out < resync->n ? PM_PLACED : PM_PLACED_UNKNOWN;
}

uint64_t pm_resync_unknown(const struct pm_resync *resync)
{
	uint64_t n = 0;

	for (size_t i = 0; i < resync->v.n; i++)
		if (resync->v.v[i].kind == UNKNOWN)
			n += (i + 1 < resync->v.n ? resync->v.v[i + 1].start : resync->end) -
			     resync->v.v[i].start;
	return n;
}

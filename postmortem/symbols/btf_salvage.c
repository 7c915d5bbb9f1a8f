/* BTF with broken records: what stands before a broken place is used, and what stands behind it.
 *
 * Two things are lost with a broken record.  Where the next one begins: that is searched, as the first place from
 * which a row of records follows.  And how many types the broken place held, without which every id behind it is
 * wrong: that number is the one with which references agree.  A function must refer to a prototype, a data section
 * to variables, and the members of a structure must not overlap; with any other number they are other types.  Where
 * no number agrees, or two do, nothing behind the place is used.
 *
 * The record before the broken one is under suspicion, too: if its number of members is wrong, it is the place that
 * follows it which does not look like a record.  Then no type is lost behind it, or more than there is room for
 * between the two places: those that it swallowed.
 */
#include "symbols/btf_records.h"

#include <stdlib.h>
#include <string.h>

enum {
	row_length = 64, /* of records that follow each other are no chance */
	max_holes = 64,
	max_candidates = 4096, /* for how many types a broken place held */
	few_votes = 16,
	max_tries = 1 << 20, /* of records' references, for one place */
	max_steps = 1 << 26, /* over all of a file */
};

struct pm_btf_salvage {
	bool open;       /* a broken place is not settled yet */
	uint32_t at;     /* index of the first record behind it */
	size_t from, to; /* its bytes */
	unsigned holes;
	uint64_t steps;
};

/* Do records follow from pos on: a row of them, or as many as there are up to the very end? */
static bool is_row(const struct pm_btf *btf, size_t pos, struct pm_btf_salvage *s)
{
	for (unsigned i = 0; i < row_length && pos < btf->types_end; i++) {
		size_t size = pm_btf_record_size(btf, pos, btf->types_end - pos);

		s->steps++;
		if (!size)
			return false;
		pos += size;
	}
	return true;
}

/* ---- which number agrees? ---- */

struct votes {
	const struct pm_btf *btf;
	uint32_t hole; /* ids from here on speak for or against the number */
	uint32_t end;
	unsigned good, bad;
	uint64_t steps;
};

static void vote(struct votes *v, uint32_t target, bool good)
{
	/* what is not read yet says nothing */
	if (target < v->hole || target >= v->end)
		return;
	if (good)
		v->good++;
	else
		v->bad++;
}

static void vote_members(struct votes *v, size_t at, uint32_t info, uint64_t size)
{
	const struct pm_btf *btf = v->btf;
	uint32_t n = pm_btf_info_n(info);

	for (uint32_t i = 0; i < n && i < 64; i++) {
		size_t member = at + 12 + 12 * (size_t)i;
		uint32_t type = pm_btf_u32(btf, member + 4), offset = pm_btf_u32(btf, member + 8);
		enum pm_btf_kind kind = pm_btf_kind(btf, pm_btf_resolve(btf, type));

		v->steps++;
		if (info >> 31) { /* bit fields share their bytes */
			vote(v, type,
			     kind && kind != PM_BTF_FUNC && kind != PM_BTF_FUNC_PROTO && kind != PM_BTF_VAR);
			continue;
		}
		uint64_t next = i + 1 < n && pm_btf_info_kind(info) == PM_BTF_STRUCT
					? pm_btf_u32(btf, member + 12 + 8)
					: 8 * size;
		uint64_t bits = 8 * pm_btf_size(btf, type);

		/* the last may have no size: entries[] */
		vote(v, type,
		     offset + bits <= next &&
			     (bits || kind == PM_BTF_ARRAY || kind == PM_BTF_STRUCT || kind == PM_BTF_UNION));
	}
}

static void vote_record(struct votes *v, size_t at)
{
	const struct pm_btf *btf = v->btf;
	uint32_t info = pm_btf_u32(btf, at + 4), third = pm_btf_u32(btf, at + 8), n = pm_btf_info_n(info);
	enum pm_btf_kind kind;

	v->steps++;
	switch (pm_btf_info_kind(info)) {
	case PM_BTF_FUNC:
		vote(v, third, pm_btf_kind(btf, third) == PM_BTF_FUNC_PROTO);
		break;
	case PM_BTF_DATASEC:
		for (uint32_t i = 0; i < n && i < 64; i++) {
			uint32_t type = pm_btf_u32(btf, at + 12 + 12 * (size_t)i);

			vote(v, type, pm_btf_kind(btf, type) == PM_BTF_VAR);
		}
		break;
	case PM_BTF_ARRAY:
		third = pm_btf_u32(btf, at + 16);
		vote(v, third, pm_btf_kind(btf, pm_btf_resolve(btf, third)) == PM_BTF_INT);
		break;
	case PM_BTF_VAR:
	case PM_BTF_TYPEDEF:
	case PM_BTF_CONST:
	case PM_BTF_VOLATILE:
		kind = pm_btf_kind(btf, third);
		vote(v, third, kind && kind != PM_BTF_FUNC && kind != PM_BTF_VAR && kind != PM_BTF_DATASEC);
		break;
	case PM_BTF_STRUCT:
	case PM_BTF_UNION:
		vote_members(v, at, info, third);
		break;
	default:
		break;
	}
}

/* How well ids fit when the place held so many types; < 0: not at all. */
static double agreement(struct pm_btf *btf, struct pm_btf_salvage *s, uint32_t types, uint32_t step)
{
	uint32_t hole = btf->first + s->at;
	struct votes v = { .btf = btf, .hole = hole, .end = btf->first + btf->count + types };

	btf->hole_at = hole;
	btf->hole_types = types;
	/* the right number has hardly a vote against it: most others are known after a few */
	for (uint32_t i = 0; i < btf->count && (v.good + v.bad < few_votes || v.good > v.bad); i += step)
		/* the suspect has no vote */
		if (btf->records[i] && i + 1 != s->at)
			vote_record(&v, btf->records[i]);
	btf->hole_types = 0;
	s->steps += v.steps;
	return v.good ? (double)v.good / (v.good + v.bad) : -1;
}

/* UINT32_MAX: no number agrees, or more than one. */
static uint32_t count_lost(struct pm_btf *btf, struct pm_btf_salvage *s)
{
	size_t before = s->at ? btf->records[s->at - 1] : 0,
	       held = (s->to - (before ? before + 12 : s->from)) / 12;
	uint32_t most = held < max_candidates ? (uint32_t)held : max_candidates, best = UINT32_MAX;
	uint32_t step = (uint32_t)((uint64_t)btf->count * (most + 1) / max_tries) + 1;
	double good = 0.9;

	for (uint32_t types = 0; types <= most; types++) {
		double fits = agreement(btf, s, types, step);

		if (s->steps >= max_steps)
			return UINT32_MAX;

		if (fits > good) {
			good = fits;
			best = types;
		} else if (fits == good) {
			best = UINT32_MAX;
		}
	}
	return best;
}

static void settle(struct pm_btf *btf, struct pm_btf_salvage *s)
{
	if (!s->open)
		return;
	s->open = false;
	uint32_t types = count_lost(btf, s);

	if (types == UINT32_MAX) {
		btf->lost_bytes += btf->types_end - s->to;
		btf->tail_lost = true;
		btf->count = s->at;
		return;
	}
	if (s->at &&
	    (!types || types > (s->to - s->from) / 12)) { /* the record before it was the broken one */
		btf->records[s->at - 1] = 0;
		btf->lost_types++;
	}
	for (uint32_t i = 0; i < types; i++)
		pm_btf_add_record(btf, 0);
	memmove(btf->records + s->at + types, btf->records + s->at,
		(btf->count - types - s->at) * sizeof(uint32_t));
	memset(btf->records + s->at, 0, types * sizeof(uint32_t));
	btf->lost_types += types;
}

bool pm_btf_salvage_next(struct pm_btf *btf, struct pm_btf_salvage **salvage, size_t *pos)
{
	struct pm_btf_salvage *s = *salvage ? *salvage : (*salvage = pm_alloc(sizeof(*s)));
	size_t at = *pos;

	if (!btf->lost_at)
		btf->lost_at = *pos;
	settle(btf, s);
	if (btf->tail_lost)
		return false;
	do {
		at += 4;
		s->steps++;
	} while (at < btf->types_end && s->steps < max_steps && !is_row(btf, at, s));
	if (at >= btf->types_end || s->steps >= max_steps || ++s->holes > max_holes) {
		btf->lost_bytes += btf->types_end - *pos;
		btf->tail_lost = true;
		return false;
	}
	btf->lost_bytes += at - *pos;
	s->open = true;
	s->at = btf->count;
	s->from = *pos;
	s->to = at;
	*pos = at;
	return true;
}

void pm_btf_salvage_end(struct pm_btf *btf, struct pm_btf_salvage **salvage)
{
	if (*salvage)
		settle(btf, *salvage);
	free(*salvage);
	*salvage = NULL;
}

/* Two CPUs that report at once write line by line into one log.  printk keeps lines whole, but nothing says
 * whose they are, unless the kernel prints caller ids.
 *
 * Every report has its order: a line that cuts it off, the CPU and its task, the machine, a register dump in a
 * fixed order, a stack that ends with the function at its bottom, an end.  So the lines are read as if by several
 * speakers.  A reading says who spoke each line; it costs something where a line does not follow what its speaker
 * said before, where its time is earlier, where it names another CPU or task, and where the speaker changes.  The
 * cheapest reading is taken; the WIDTH cheapest are kept on the way.
 *
 * What comes out is likely, never certain, and says so (pm_context_kind's PM_CONTEXT_GUESSED).
 */
#include "console/linux/interleave.h"

#include "console/linux/join.h"
#include "console/linux/mark.h"

#include <stdlib.h>

#define WIDTH 32     /* readings kept */
#define SPEAKERS 4   /* at a time */
#define LINES 500    /* that are looked at */
#define LEAD 3       /* lines before the one that names the report */
#define AFTER 40     /* lines behind the last report's end */
#define RECENT 12    /* frames that a speaker remembers */
#define REGISTERS 16 /* lines of a dump that it remembers */
#define NOBODY 255

/* Costs. */
enum {
	UNUSUAL = 2,
	ODD = 5,
	WRONG = 12, /* more than two changes of speakers */
	IMPOSSIBLE = 40,
};

/* Compared as memory: no padding. */
struct speaker {
	int64_t time; /* of its last line; -1: none */
	uint32_t cpu, pid, symbol, tag, frames;
	uint32_t recent[RECENT];       /* hashes of frames, the last ones, in a ring */
	uint32_t registers[REGISTERS]; /* hashes of a dump's lines */
	uint8_t used, has_cpu, has_pid, last /* enum pm_mark_kind */;
	uint8_t chain, place, open /* enum pm_broken */, in_trace;
	uint8_t bottom, ended, headed, named;
	uint64_t id;
};
_Static_assert(sizeof(struct speaker) == 8 + 4 * (5 + RECENT + REGISTERS + 3) + 8, "padding");

struct reading {
	uint64_t changes; /* of speakers, at the last eight lines, a bit each */
	uint64_t current; /* index into speakers */
	uint64_t count;   /* speakers so far */
	struct speaker speakers[SPEAKERS];
};

/* A fast console is spoken to in turns of many lines, a slow one line by line: what it costs to change speakers
 * or not to, by the number of changes at the last lines. */
static const uint8_t change_costs[] = { 4, 4, 3, 3, 2, 1, 1, 0, 0 };
static const uint8_t stay_costs[] = { 0, 0, 0, 0, 0, 1, 1, 2, 2 };

struct step {
	uint8_t parent, id;
};

struct search {
	struct reading readings[2][WIDTH];
	unsigned costs[2][WIDTH];
	size_t n[2];
	struct step steps[LINES][WIDTH];
	struct pm_mark marks[LINES];
	size_t lines[LINES]; /* indices into the window */
	size_t nlines;
	int64_t pause; /* ns */
};

static bool saw_frame(const struct speaker *s, uint32_t text)
{
	for (size_t i = 0; i < RECENT && i < s->frames; i++)
		if (s->recent[i] == text)
			return true;
	return false;
}

static unsigned register_cost(const struct speaker *s, const struct pm_mark *m)
{
	unsigned cost = 0;

	if (m->symbol && s->symbol && m->symbol != s->symbol && !s->in_trace)
		cost += UNUSUAL;
	/* An oops repeats its registers at its end. */
	if (s->ended && m->place < REGISTERS && s->registers[m->place])
		cost += s->registers[m->place] == m->text ? 0 : UNUSUAL;
	if (s->last == PM_MARK_REGISTER && s->chain == m->chain && s->place < m->place)
		return cost + (m->place == s->place + 1 ? 0 : 1);
	if (m->place) /* its beginning is missing */
		return cost + WRONG;
	switch (s->last) {
	case PM_MARK_CPU:
	case PM_MARK_MACHINE:
	case PM_MARK_FRAME:
	case PM_MARK_OPEN:
	case PM_MARK_END:
		return cost;
	case PM_MARK_REGISTER:
		return cost + ODD;
	default:
		return cost + UNUSUAL;
	}
}

static unsigned frame_cost(const struct speaker *s, const struct pm_mark *m)
{
	if (!s->in_trace || s->ended || s->bottom)
		return WRONG;
	/* Recursion repeats a frame as well; but where another stack is open, it is more likely that one's. */
	return !saw_frame(s, m->text) ? 0 : m->doubted ? 1 : ODD;
}

static bool fresh(const struct speaker *s)
{
	return s->last == PM_MARK_CUT || (s->last == PM_MARK_TEXT && !s->headed && !s->has_cpu);
}

static bool in_stack(const struct speaker *s)
{
	return s->in_trace && !s->ended && !s->bottom;
}

/* What it costs that s spoke this line. */
static unsigned line_cost(const struct speaker *s, const struct pm_mark *m, int64_t time)
{
	unsigned cost = 0;

	if (time >= 0 && s->time > time)
		cost += IMPOSSIBLE;
	/* A task may go on on another CPU; printk does not hold it. */
	if (m->has_pid && s->has_pid)
		cost += m->pid != s->pid ? IMPOSSIBLE : m->cpu != s->cpu && m->has_cpu ? 1 : 0;
	else if (m->has_cpu && s->has_cpu && m->cpu != s->cpu)
		cost += IMPOSSIBLE;
	switch (m->kind) {
	case PM_MARK_CUT:
		return cost + ODD;
	case PM_MARK_START:
		return cost + (fresh(s) ? 0 : ODD);
	case PM_MARK_CPU:
		return cost + (!s->named ? WRONG : s->headed ? UNUSUAL : 0);
	case PM_MARK_MACHINE:
		return cost + (s->last == PM_MARK_CPU || s->last == PM_MARK_MACHINE ? 0 : WRONG);
	case PM_MARK_MODULES:
		return cost + (s->last == PM_MARK_START || s->in_trace || s->ended ? 0 : UNUSUAL);
	case PM_MARK_REGISTER:
		return cost + register_cost(s, m);
	case PM_MARK_TRACE:
		return cost + (s->ended || s->in_trace ? UNUSUAL : 0);
	case PM_MARK_OPEN:
		return cost + (in_stack(s) && !s->tag ? 0 : WRONG);
	case PM_MARK_CLOSE:
		return cost + (s->tag == m->text && s->frames ? 0 : WRONG);
	case PM_MARK_FRAME:
		return cost + frame_cost(s, m);
	case PM_MARK_END:
		return cost + (s->ended || !s->frames ? ODD : 0);
	case PM_MARK_PANIC:
		return cost + (in_stack(s) ? WRONG : 0);
	case PM_MARK_NOTE:
		return cost + (s->ended ? 0 : UNUSUAL);
	case PM_MARK_PIECE:
		if (s->open && (m->piece == PM_BROKEN_ANY || m->piece == s->open))
			return cost;
		return cost + (m->piece == PM_BROKEN_LEVELS ? WRONG : ODD); /* names might be any text */
	default:
		/* Messages stand before the registers and behind the end. */
		return cost + (s->last == PM_MARK_REGISTER || in_stack(s) ? UNUSUAL : 0);
	}
}

static void speak(struct speaker *s, const struct pm_mark *m, int64_t time)
{
	if (m->has_cpu && !s->has_cpu) {
		s->has_cpu = true;
		s->cpu = m->cpu;
	}
	if (m->has_pid && !s->has_pid) {
		s->has_pid = true;
		s->pid = m->pid;
	}
	if (m->symbol && !s->symbol)
		s->symbol = m->symbol;
	if (time >= 0)
		s->time = time;
	s->last = (uint8_t)m->kind;
	if (m->kind != PM_MARK_TEXT || m->open)
		s->open = (uint8_t)m->open;
	switch (m->kind) {
	case PM_MARK_START:
		s->named = true;
		break;
	case PM_MARK_CPU:
		s->headed = true;
		break;
	case PM_MARK_REGISTER:
		s->chain = m->chain;
		s->place = m->place;
		if (m->place < REGISTERS && !s->registers[m->place])
			s->registers[m->place] = m->text;
		break;
	case PM_MARK_TRACE:
		s->in_trace = true;
		s->bottom = false;
		s->tag = 0;
		s->frames = 0;
		break;
	case PM_MARK_OPEN:
		s->tag = m->text;
		break;
	case PM_MARK_CLOSE:
		s->tag = 0;
		break;
	case PM_MARK_FRAME:
		s->recent[s->frames++ % RECENT] = m->text;
		s->bottom |= m->bottom;
		break;
	case PM_MARK_END:
		s->ended = true;
		s->in_trace = false;
		break;
	default:
		break;
	}
}

static bool same(const struct reading *a, const struct reading *b)
{
	return a->changes == b->changes && a->current == b->current && !memcmp(a, b, sizeof(*a));
}

/* Adds the reading made of `from` when speaker `who` (SPEAKERS: a new one) spoke the line. */
static void add(struct search *search, size_t line, size_t from, size_t who, unsigned cost, int64_t time)
{
	size_t to = (line + 1) % 2, worst = 0, n = search->n[to];

	for (size_t i = 1; i < n; i++)
		if (search->costs[to][i] > search->costs[to][worst])
			worst = i;
	/* Nor is it better than one that is the same. */
	if (n == WIDTH && cost >= search->costs[to][worst])
		return;

	struct reading next = search->readings[line % 2][from];
	const struct pm_mark *mark = &search->marks[line];
	bool new = who == SPEAKERS;
	if (new) {
		for (who = 0; who < SPEAKERS && next.speakers[who].used && !next.speakers[who].ended; who++)
			;
		if (who == SPEAKERS || next.count >= NOBODY)
			return;
		memset(&next.speakers[who], 0, sizeof(next.speakers[who]));
		next.speakers[who].used = true;
		next.speakers[who].time = -1;
		next.speakers[who].id = (uint8_t)next.count++;
	}
	speak(&next.speakers[who], mark, time);
	if (new && !line) /* the line that names the report, whatever it looks like */
		next.speakers[who].named |= mark->kind != PM_MARK_CUT;
	next.changes = (next.changes << 1 | (next.current != who)) & 0xff;
	next.current = who;
	uint8_t id = next.speakers[who].id;

	for (size_t i = 0; i < n; i++) {
		if (!same(&search->readings[to][i], &next))
			continue;
		if (cost < search->costs[to][i]) { /* the same from here on, by a better way */
			search->costs[to][i] = cost;
			search->steps[line][i] = (struct step){ (uint8_t)from, id };
		}
		return;
	}
	if (n < WIDTH)
		worst = search->n[to]++;
	search->readings[to][worst] = next;
	search->costs[to][worst] = cost;
	search->steps[line][worst] = (struct step){ (uint8_t)from, id };
}

static size_t cheapest(const struct search *search, size_t at)
{
	size_t best = 0;

	for (size_t i = 1; i < search->n[at]; i++)
		if (search->costs[at][i] < search->costs[at][best])
			best = i;
	return best;
}

static bool all_ended(const struct reading *reading)
{
	for (size_t i = 0; i < SPEAKERS; i++)
		if (reading->speakers[i].used && !reading->speakers[i].ended)
			return false;
	return true;
}

static int by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Silence that is long for this console: lines come one after the other while one CPU speaks. */
static int64_t pause_of(const struct search *search, const struct pm_window *window)
{
	int64_t gaps[LINES];
	size_t n = 0;

	for (size_t i = 1; i < search->nlines; i++) {
		int64_t a = window->lines[search->lines[i - 1]].time_ns,
			b = window->lines[search->lines[i]].time_ns;

		if (a >= 0 && b > a)
			gaps[n++] = b - a;
	}
	if (!n)
		return INT64_MAX;
	qsort(gaps, n, sizeof(*gaps), by_size);
	return gaps[n / 2] * 6;
}

/* Takes in the lines that may belong to reports at window->start.  False: nothing speaks for two of them. */
static bool gather(struct search *search, const struct pm_window *window)
{
	size_t from = window->start;
	bool several = false, has_first = false;
	uint32_t first = 0;

	for (size_t i = window->start; i-- > 0 && window->start - i <= LEAD;)
		if (!window->taken[i] && pm_slice_has(window->lines[i].body, PM_S("[ cut here ]")))
			from = i;
	/* Most windows are of one CPU, which only the lines that name one tell: the others are not looked at for that. */
	for (size_t i = from, n = 0; i < window->n && n < LINES && !several; i++) {
		const struct pm_line *line = &window->lines[i];
		struct pm_mark mark;

		if (line->context.kind == PM_CONTEXT_TASK || line->context.kind == PM_CONTEXT_CPU)
			return false;
		if (window->taken[i] && i != window->start)
			continue;
		n++;
		if (!pm_slice_has(line->body, PM_S("CPU")))
			continue;
		pm_mark_read(line, &mark);
		several = mark.has_cpu && has_first && first != mark.cpu;
		if (mark.has_cpu && !has_first)
			first = mark.cpu;
		has_first |= mark.has_cpu;
	}
	if (!several)
		return false;
	for (size_t i = from; i < window->n && search->nlines < LINES; i++) {
		const struct pm_line *line = &window->lines[i];

		if (line->context.kind == PM_CONTEXT_TASK || line->context.kind == PM_CONTEXT_CPU)
			return false;
		if (window->taken[i] && i != window->start)
			continue;
		pm_mark_read(line, &search->marks[search->nlines]);
		search->lines[search->nlines++] = i;
	}
	return true;
}

/* Fills ids_out[nlines]: who spoke each line; NOBODY behind the end.  False: one report after the other. */
static bool find_speakers(struct search *search, const struct pm_window *window, uint8_t ids_out[LINES])
{
	size_t line = 0, since_end = 0;

	search->pause = pause_of(search, window);
	search->n[0] = 1;
	for (; line < search->nlines; line++) {
		size_t at = line % 2, best = cheapest(search, at);
		const struct reading *likely = &search->readings[at][best];
		const struct pm_mark *mark = &search->marks[line];
		bool starts = !line || mark->kind == PM_MARK_CUT || mark->kind == PM_MARK_START;
		int64_t time = window->lines[search->lines[line]].time_ns;
		int64_t before = line ? window->lines[search->lines[line - 1]].time_ns : -1;
		bool paused = before >= 0 && time - before > search->pause;

		if (line && all_ended(likely)) {
			if (likely->count == 1 || starts || ++since_end > AFTER)
				break;
		}
		search->n[1 - at] = 0;
		for (size_t r = 0; r < search->n[at]; r++) {
			const struct reading *reading = &search->readings[at][r];
			unsigned cost = search->costs[at][r];
			unsigned changes = (unsigned)__builtin_popcountll(reading->changes);
			unsigned change = change_costs[changes] / (paused ? 2 : 1),
				 stay = stay_costs[changes];

			for (size_t s = 0; s < SPEAKERS; s++)
				if (reading->speakers[s].used)
					add(search, line, r, s,
					    cost + line_cost(&reading->speakers[s], mark, time) +
						    (s == reading->current ? stay : change),
					    time);
			if (starts)
				add(search, line, r, SPEAKERS, cost + (line ? change : 0), time);
		}
	}
	size_t state = cheapest(search, line % 2);
	if (search->readings[line % 2][state].count < 2)
		return false;
	memset(ids_out, NOBODY, LINES);
	while (line-- > 0) {
		ids_out[line] = search->steps[line][state].id;
		state = search->steps[line][state].parent;
	}
	return true;
}

static bool tells(const struct pm_mark *mark)
{
	return mark->kind == PM_MARK_CPU || mark->kind == PM_MARK_MACHINE || mark->kind == PM_MARK_REGISTER ||
	       mark->kind == PM_MARK_TRACE || mark->kind == PM_MARK_FRAME || mark->kind == PM_MARK_END;
}

static bool another(const struct pm_mark *a, const struct pm_mark *b)
{
	return a->has_pid && b->has_pid ? a->pid != b->pid : a->cpu != b->cpu;
}

/* Does an earlier report go on behind a later one's lines, of another CPU? */
static bool mixed(const struct search *search, const uint8_t ids[LINES])
{
	const struct pm_mark *owner[NOBODY + 1] = { NULL };
	size_t latest = 0;

	for (size_t i = 0; i < search->nlines; i++)
		if (search->marks[i].has_cpu)
			owner[ids[i]] = &search->marks[i];
	for (size_t i = 0; i < search->nlines && ids[i] != NOBODY; i++) {
		bool told = tells(&search->marks[i]);

		if ((!told && search->marks[i].kind != PM_MARK_START) || !owner[ids[i]])
			continue;
		if (told && ids[i] < latest && another(owner[ids[i]], owner[latest]))
			return true;
		latest = ids[i] > latest ? ids[i] : latest;
	}
	return false;
}

static void assign(const struct search *search, const uint8_t ids[LINES], struct pm_window *window,
		   struct pm_arena *arena)
{
	struct pm_line *open[NOBODY + 1] = { NULL };

	for (size_t i = 0; i < search->nlines && ids[i] != NOBODY; i++) {
		struct pm_line *line = &window->lines[search->lines[i]];
		const struct pm_mark *mark = &search->marks[i];

		line->context = (struct pm_context){ PM_CONTEXT_GUESSED, ids[i] };
		if (mark->kind == PM_MARK_PIECE && open[ids[i]]) {
			pm_printk_join(open[ids[i]], line, arena);
			if (!mark->open)
				open[ids[i]] = NULL;
		} else if (mark->kind != PM_MARK_TEXT || mark->open) {
			open[ids[i]] = mark->open ? line : NULL;
		}
	}
}

bool pm_printk_interleaved(struct pm_window *window, struct pm_arena *arena)
{
	struct search *search = pm_alloc(sizeof(*search));
	uint8_t ids[LINES];
	bool found = gather(search, window) && find_speakers(search, window, ids) && mixed(search, ids);

	if (found)
		assign(search, ids, window, arena);
	free(search);
	return found;
}

#include "console/kpanic/kpanic.h"

/* A report is shorter; what is longer lost its end. */
#define LINES_MAX 4000
/* Lines without any of the recorder's behind which a report that has no end is over. */
#define QUIET_LINES 60
/* Lines behind `end` within which the stages that came after the text are told. */
#define AFTER_LINES 200
#define LINES_BEFORE 20
#define PREFIX_MAX 256

/* ---- what a console puts before each line ---- */

/* Numbers (with the blanks that fill them up) differ from line to line; the rest does not. */
static bool take_number(struct pm_slice *s)
{
	struct pm_slice rest = *s;

	pm_take_blanks(&rest);
	if (!rest.n || !pm_is_digit(rest.p[0]))
		return false;
	while (rest.n && pm_is_digit(rest.p[0]))
		rest = pm_slice_from(rest, 1);
	*s = rest;
	return true;
}

/* Takes what looks like prefix off the line. */
static bool take_prefix(struct pm_slice *line, struct pm_slice prefix)
{
	struct pm_slice rest = *line;

	while (prefix.n) {
		if (take_number(&prefix)) {
			if (!take_number(&rest))
				return false;
		} else {
			if (!rest.n || rest.p[0] != prefix.p[0])
				return false;
			rest = pm_slice_from(rest, 1);
			prefix = pm_slice_from(prefix, 1);
		}
	}
	*line = rest;
	return true;
}

/* ---- which lines ---- */

static bool read_extension(struct pm_slice text, struct kf_line *line)
{
	return kf_line_read(text.p, text.n, line) && line->version == KF_REPORT_VERSION;
}

static bool is_word(const struct kf_line *line, const char *word)
{
	return pm_slice_eq((struct pm_slice){ line->word.p, line->word.n }, pm_slice_of(word));
}

/* From the mark on, and what stands before it; n == 0: there is none. */
static struct pm_slice from_mark(struct pm_slice raw, struct pm_slice *prefix_out)
{
	size_t at = kf_line_find(raw.p, raw.n);

	*prefix_out = pm_slice_upto(raw, at);
	return pm_slice_from(raw, at);
}

/* "> " stands before the lines of a log. */
static bool is_quoted(struct pm_slice prefix)
{
	return pm_slice_ends(prefix, PM_S("> "));
}

static bool has_key(struct kf_line line, const char *key)
{
	struct kf_pair pair;

	while (kf_pair_next(&line.rest, &pair))
		if (pm_slice_eq((struct pm_slice){ pair.key.p, pair.key.n }, pm_slice_of(key)))
			return true;
	return false;
}

bool pm_kpanic_starts(const struct pm_line *line)
{
	/* Words of the body of a report, by which it is known where its begin is lost. */
	static const char *const words[] = { "verdict", "fault", "gate", "table", "msr", "cause" };
	struct pm_slice prefix, text = from_mark(line->raw, &prefix);
	struct kf_line extension;

	if (!text.n || is_quoted(prefix) || prefix.n > PREFIX_MAX || !read_extension(text, &extension))
		return false;
	if (is_word(&extension, "begin"))
		return has_key(extension, "report") && has_key(extension, "kind");
	for (size_t i = 0; i < PM_COUNT(words); i++)
		if (is_word(&extension, words[i]))
			return true;
	return false;
}

static void add_line(struct pm_kpanic_cut *cut, struct pm_arena *arena, const struct pm_window *window,
		     size_t i, struct pm_slice body)
{
	struct pm_line *line = pm_arena_alloc(arena, sizeof(*line));

	*line = window->lines[i];
	line->body = body;
	*PM_PUSH(arena, &cut->report.lines) = line;
	*PM_PUSH(arena, &cut->at) = i;
}

static void add_before(struct pm_kpanic_cut *cut, struct pm_arena *arena, const struct pm_window *window)
{
	size_t from = window->start > LINES_BEFORE ? window->start - LINES_BEFORE : 0;

	for (size_t i = from; i < window->start; i++)
		if (!window->taken[i])
			*PM_PUSH(arena, &cut->report.before) = &window->lines[i];
}

/* A frame of a trace, which may have many of them. Also "...", and a stack's name. */
static bool is_of_trace(struct pm_slice body)
{
	if (!pm_slice_starts(body, PM_S(" ")))
		return false;
	pm_take_blanks(&body);
	return pm_slice_has(body, PM_S("0x")) || pm_slice_starts(body, PM_S("<")) ||
	       pm_slice_eq(body, PM_S("..."));
}

void pm_kpanic_cut(const struct pm_window *window, struct pm_arena *arena, struct pm_kpanic_cut *cut)
{
	struct pm_slice first_prefix = { 0 };
	bool in_log = false;
	size_t quiet = 0;

	*cut = (struct pm_kpanic_cut){ .report.window = window, .report.own = SIZE_MAX };
	add_before(cut, arena, window);
	for (size_t i = window->start; i < window->n && cut->report.lines.n < LINES_MAX; i++) {
		struct pm_slice raw = window->lines[i].raw, prefix, text = from_mark(raw, &prefix), body;
		struct kf_line extension;
		bool ours = text.n && !is_quoted(prefix) && read_extension(text, &extension);

		if (i > window->start && window->taken[i])
			continue;
		if (i == window->start) {
			first_prefix = prefix;
			cut->has_begin = ours && is_word(&extension, "begin");
		} else if (ours && is_word(&extension, "begin")) {
			break;
		}
		body = raw;
		if (!take_prefix(&body, first_prefix))
			body = window->lines[i].body;
		in_log = (in_log && !ours && pm_slice_starts(body, PM_S(">"))) ||
			 (ours && is_word(&extension, "log"));
		if (ours || in_log)
			quiet = 0;
		else if (cut->has_end || !is_of_trace(body))
			quiet++;
		if (cut->has_end) {
			/* Stages that came after the text: nothing else is the report's. */
			if (quiet > AFTER_LINES)
				break;
			if (ours)
				add_line(cut, arena, window, i, text);
			continue;
		}
		if (quiet > QUIET_LINES)
			break;
		add_line(cut, arena, window, i, ours ? text : body);
		if (ours && is_word(&extension, "end")) {
			cut->has_end = true;
			cut->end = cut->report.lines.n - 1;
		}
	}
	cut->report.own = cut->report.tail = cut->report.lines.n;
}

/* ---- whether they are whole ---- */

static struct pm_slice without_blanks(struct pm_slice s)
{
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* seen NULL: of all lines before `end`.  bare: without blanks at their ends, which a terminal may have added. */
static uint32_t sum(const struct pm_kpanic_cut *cut, const bool *seen, bool bare, uint64_t *lines_out)
{
	uint32_t crc = 0;

	*lines_out = 0;
	for (size_t i = 0; i < cut->end; i++) {
		struct pm_slice body = cut->report.lines.v[i]->body;

		if (seen && !seen[i])
			continue;
		if (bare)
			body = without_blanks(body);
		crc = kf_crc32(crc, body.p, body.n);
		crc = kf_crc32(crc, "\n", 1);
		++*lines_out;
	}
	return crc;
}

/* What `end` says; false: it does not. */
static bool told(const struct pm_kpanic_cut *cut, uint64_t *lines_out, uint32_t *crc_out)
{
	struct pm_slice body = cut->report.lines.v[cut->end]->body;
	struct kf_line line;
	struct kf_pair pair;
	bool has = false;
	uint64_t crc;

	*lines_out = 0;
	if (!read_extension(body, &line))
		return false;
	while (kf_pair_next(&line.rest, &pair)) {
		struct pm_slice key = { pair.key.p, pair.key.n };

		if (pm_slice_eq(key, PM_S("lines")))
			(void)kf_value_dec(&pair, lines_out);
		else if (pm_slice_eq(key, PM_S("crc32")) && kf_value_hex(&pair, &crc) && crc <= UINT32_MAX) {
			has = true;
			*crc_out = (uint32_t)crc;
		}
	}
	return has;
}

static void say(struct pm_incident *inc, const char *name, const char *value, const char *meaning,
		struct pm_at at)
{
	pm_incident_add_fact(inc, "integrity", name, pm_slice_of(value), meaning, at);
}

static enum pm_kpanic_sum compare(const struct pm_kpanic_cut *cut, const bool *seen, size_t foreign,
				  struct pm_incident *inc)
{
	uint64_t lines, counted, own;
	uint32_t crc;

	if (!cut->has_begin)
		return PM_KPANIC_HEADLESS;
	if (!cut->has_end)
		return PM_KPANIC_CUT;
	struct pm_at at = cut->report.lines.v[cut->end]->at;
	if (!told(cut, &lines, &crc))
		return PM_KPANIC_CHANGED;
	say(inc, "crc32", pm_arena_printf(&inc->arena, "%08x", crc), NULL, at);
	say(inc, "lines", pm_arena_printf(&inc->arena, "%llu", (unsigned long long)lines), NULL, at);
	for (int bare = 0; bare < 2; bare++) {
		if (sum(cut, NULL, bare, &counted) == crc)
			return PM_KPANIC_WHOLE;
		if (foreign && sum(cut, seen, bare, &own) == crc)
			return PM_KPANIC_MIXED;
	}
	if (lines && lines != counted)
		say(inc, "lines_here", pm_arena_printf(&inc->arena, "%llu", (unsigned long long)counted),
		    counted < lines ? "lines of the report are lost" : "lines of others are in the report",
		    at);
	return PM_KPANIC_CHANGED;
}

enum pm_kpanic_sum pm_kpanic_settle(struct pm_window *window, struct pm_kpanic_cut *cut, const bool *seen,
				    struct pm_incident *inc, size_t *foreign_out)
{
	size_t n = cut->report.lines.n;

	/* Where the end is lost, the last line that was understood stands in for it. */
	while (!cut->has_end && n > 1 && !seen[n - 1])
		n--;
	*foreign_out = 0;
	for (size_t i = 0; i < n; i++) {
		bool inside = !cut->has_end || i <= cut->end;

		if (seen[i])
			window->taken[cut->at.v[i]] = true;
		else if (inside)
			++*foreign_out;
	}
	return compare(cut, seen, *foreign_out, inc);
}

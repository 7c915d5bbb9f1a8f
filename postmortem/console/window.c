#include "console/window.h"

#include "console/record.h"

/* The length of an escape sequence at the start of s: CSI (ESC [ … letter), OSC, or two bytes. */
static size_t escape_length(struct pm_slice s)
{
	if (s.n < 2)
		return s.n;
	if (s.p[1] == '[') {
		size_t i = 2;

		while (i < s.n && i < 32 && (s.p[i] < 0x40 || s.p[i] > 0x7e))
			i++;
		return i < s.n ? i + 1 : s.n;
	}
	if (s.p[1] == ']') {
		size_t end = pm_slice_find_char(pm_slice_upto(s, 256), '\a');

		return end == PM_NPOS ? 2 : end + 1;
	}
	return 2;
}

static struct pm_slice cleaned(struct pm_slice raw, struct pm_arena *arena)
{
	while (raw.n && raw.p[raw.n - 1] == '\r')
		raw.n--;
	if (pm_slice_find_char(raw, '\033') == PM_NPOS && pm_slice_find_char(raw, 0) == PM_NPOS &&
	    pm_slice_find_char(raw, '\r') == PM_NPOS)
		return raw;
	char *out = pm_arena_alloc(arena, raw.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < raw.n;) {
		if (raw.p[i] == '\033') {
			i += escape_length(pm_slice_from(raw, i));
		} else if (raw.p[i] == 0 || raw.p[i] == '\r') {
			i++;
		} else {
			out[n++] = raw.p[i++];
		}
	}
	return (struct pm_slice){ out, n };
}

/* A console that was taken over from a CPU in the middle of a line (nbcon, 6.12 and later) has the line again: what came of
 * it before, on the line before these words or in front of them, is no line. */
static bool is_printed_again(struct pm_slice raw, struct pm_slice behind)
{
	const struct pm_slice words = PM_S("** replaying previous printk message **");
	struct pm_slice near = pm_slice_upto(behind, 256);
	struct pm_line next = { .raw = pm_slice_upto(near, pm_slice_find_char(near, '\n')) };

	if (pm_slice_has(raw, words))
		return true;
	if (!pm_slice_has(next.raw, words))
		return false;
	pm_line_parse(&next);
	return pm_slice_starts(next.body, words);
}

void pm_window_line(struct pm_text *text, uint64_t offset, uint32_t number, struct pm_arena *arena,
		    struct pm_line *line_out, uint64_t *next_out)
{
	struct pm_slice rest = pm_text_at(text, offset);
	size_t end = pm_slice_find_char(rest, '\n');
	struct pm_slice raw = pm_slice_upto(rest, end);
	size_t mark = !offset && pm_slice_starts(raw, PM_S("\xef\xbb\xbf")) ? 3 : 0; /* an editor's */

	*next_out = offset + (end == PM_NPOS ? rest.n : end + 1);
	*line_out = (struct pm_line){ .at = { number, offset } };
	if (raw.n > PM_LINE_MAX) {
		raw.n = PM_LINE_MAX;
		line_out->cut = true;
	}
	raw = pm_slice_from(raw, mark);
	line_out->raw = cleaned(raw, arena);
	pm_line_parse(line_out);
	if (end != PM_NPOS && is_printed_again(raw, pm_slice_from(rest, end + 1))) {
		line_out->body.n = 0;
		return;
	}
	if (offset && line_out->context.kind == PM_CONTEXT_NONE)
		pm_record_inherit(text, offset, line_out);
	if (line_out->record.is) {
		pm_record_finish(text, offset, arena, line_out, next_out);
		return;
	}

	size_t second = pm_line_second(line_out);
	if (second != PM_NPOS &&
	    line_out->raw.p == raw.p) { /* offsets hold only where nothing was taken out */
		line_out->body.n = second;
		line_out->raw.n = (size_t)(line_out->body.p - raw.p) + second;
		*next_out = offset + mark + line_out->raw.n;
	}
}

/* Is this a line that reports are made of: a frame, a register, a list of tasks or locks?
 * Only tells when a report has certainly ended, so it says yes in doubt. */
static bool report_like(struct pm_slice body)
{
	if (pm_slice_has(body, PM_S("+0x")) || pm_slice_has(body, PM_S("[<")))
		return true;
	return body.n && (body.p[0] == '[' || body.p[0] == '#' || body.p[0] == '<');
}

void pm_window_make(struct pm_text *text, uint64_t offset, uint32_t number, uint64_t begin,
		    const struct pm_window_hooks *hooks, struct pm_arena *arena, struct pm_window *window_out)
{
	PM_VEC(struct pm_line) lines = { 0 };

	pm_text_need(text, offset, PM_TEXT_AHEAD);

	/* Back to the first of the lines before. */
	uint64_t first = offset;
	uint32_t before = 0;
	uint64_t oldest = begin > text->base ? begin : text->base;
	while (before < PM_WINDOW_LINES_BEFORE && first > oldest && offset - first < PM_TEXT_BACK) {
		uint64_t start = first - 1; /* the line end before `first` */

		while (start > oldest && text->buf[start - 1 - text->base] != '\n')
			start--;
		if (start == oldest && oldest != begin && oldest != 0)
			break; /* only the end of that line is still in the buffer */
		first = start;
		before++;
	}

	uint32_t at = number - before;
	unsigned quiet = 0, starts = 0;
	uint64_t limit = offset + PM_TEXT_AHEAD;
	uint64_t place = first;
	*window_out = (struct pm_window){ 0 };
	while (pm_text_at(text, place).n) {
		struct pm_line line;
		uint64_t next;

		pm_window_line(text, place, at, arena, &line, &next);
		if (place > offset) {
			bool word = hooks->has_word(line.raw, hooks->user);

			if (word && hooks->is_boot(&line, hooks->user)) {
				window_out->has_end_of_boot = true;
				break;
			}
			if (word && hooks->is_start(&line, hooks->user)) {
				quiet = 0;
				if (++starts > PM_WINDOW_STARTS)
					break;
			}
			quiet = report_like(line.body) ? 0 : quiet + 1;
			if (quiet > PM_WINDOW_QUIET || next > limit ||
			    lines.n > before + PM_WINDOW_LINES_AFTER)
				break;
		} else if (place == offset) {
			window_out->start = lines.n;
		}
		*PM_PUSH(arena, &lines) = line;
		for (uint64_t i = place; i < next; i++)
			at += text->buf[i - text->base] == '\n';
		place = next;
	}
	window_out->at_end = !pm_text_at(text, place).n && text->at_end;
	window_out->lines = lines.v;
	window_out->n = lines.n;
	window_out->taken = pm_arena_alloc(arena, lines.n ? lines.n * sizeof(bool) : 1);
}

#include "console/record.h"

#define ESCAPE PM_S("\\x")
#define NEWLINE PM_S("\\x0a")
#define RELEASE_MAX 64

/* "6.9.0-rc1," before it: netconsole tells its release where it is asked to. */
static void take_release(struct pm_slice *s)
{
	struct pm_slice rest = *s, word;
	uint64_t v;

	if (pm_take_dec(&rest, &v) && pm_take_char(&rest, '.') && pm_take_until(&rest, " ,;", &word) &&
	    word.n <= RELEASE_MAX && pm_take_char(&rest, ','))
		*s = rest;
}

/* The value of "name=" among the comma-separated flags; empty: not there. */
static struct pm_slice flag_value(struct pm_slice flags, struct pm_slice name)
{
	struct pm_slice flag;

	while (pm_take_until(&flags, ",", &flag)) {
		if (pm_take(&flag, name))
			return flag;
		if (!pm_take_char(&flags, ','))
			break;
	}
	return (struct pm_slice){ 0 };
}

static bool is_number(struct pm_slice s, uint32_t *out)
{
	uint64_t n;

	if (!pm_take_dec(&s, &n) || s.n || n > UINT32_MAX)
		return false;
	*out = (uint32_t)n;
	return true;
}

static void take_context(struct pm_slice flags, struct pm_line *line)
{
	struct pm_slice id = flag_value(flags, PM_S("caller="));
	bool cpu = pm_take_char(&id, 'C');
	uint32_t n;

	line->context = (struct pm_context){ PM_CONTEXT_CONSOLE, 0 };
	if ((cpu || pm_take_char(&id, 'T')) && is_number(id, &n))
		line->context = (struct pm_context){ cpu ? PM_CONTEXT_CPU : PM_CONTEXT_TASK, n };
}

/* "ncfrag=16/33" */
static void take_fragment(struct pm_slice flags, struct pm_record *record)
{
	struct pm_slice value = flag_value(flags, PM_S("ncfrag=")), at;
	uint32_t from, of;

	if (pm_take_until(&value, "/", &at) && pm_take_char(&value, '/') && is_number(at, &from) &&
	    is_number(value, &of) && from < of) {
		record->fragment_at = from;
		record->fragment_of = of;
	}
}

bool pm_record_take(struct pm_slice *s, struct pm_line *line)
{
	struct pm_slice rest = *s, flags;
	uint64_t level, seq, usec;

	take_release(&rest);
	if (!pm_take_dec(&rest, &level) || level > 1023 || !pm_take_char(&rest, ',') ||
	    !pm_take_dec(&rest, &seq) || !pm_take_char(&rest, ',') || !pm_take_dec(&rest, &usec) ||
	    usec > INT64_MAX / 1000 || !pm_take_char(&rest, ',') || !pm_take_until(&rest, ";", &flags) ||
	    !pm_take_char(&rest, ';'))
		return false;
	line->level = (int8_t)(level & 7);
	line->time_ns = (int64_t)(usec * 1000);
	take_context(flags, line);
	line->record = (struct pm_record){ .is = true };
	if (flags.n == 1 || flags.p[1] == ',')
		line->record.flag = flags.p[0];
	take_fragment(flags, &line->record);
	*s = rest;
	return true;
}

void pm_record_inherit(const struct pm_text *text, uint64_t offset, struct pm_line *line)
{
	struct pm_line head = { 0 };
	uint64_t start = offset;

	if (offset < text->base + NEWLINE.n ||
	    !pm_slice_eq(pm_slice_upto(pm_text_at(text, offset - NEWLINE.n), NEWLINE.n), NEWLINE))
		return;
	while (start > text->base && offset - start < PM_LINE_MAX &&
	       text->buf[start - 1 - text->base] != '\n')
		start--;
	head.raw = pm_slice_upto(pm_text_at(text, start), (size_t)(offset - start));
	struct pm_slice s = head.raw;
	if (!pm_record_take(&s, &head))
		return;
	line->level = head.level;
	line->time_ns = head.time_ns;
	line->context = head.context;
	line->record = head.record;
	line->body = line->raw;
}

/* ---- Escapes ---- */

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The length of the escape at the start of s, and the byte that it stands for; 0: none. */
static size_t escape(struct pm_slice s, char *byte_out)
{
	if (s.n < 4 || !pm_slice_starts(s, ESCAPE) || digit(s.p[2]) < 0 || digit(s.p[3]) < 0)
		return 0;
	*byte_out = (char)(digit(s.p[2]) * 16 + digit(s.p[3]));
	return 4;
}

static void undo_escapes(struct pm_line *line, struct pm_arena *arena)
{
	if (!pm_slice_has(line->body, ESCAPE))
		return;
	size_t lead = (size_t)(line->body.p - line->raw.p), n = lead;
	char *out = pm_arena_alloc(arena, lead + line->body.n + 1);
	memcpy(out, line->raw.p, lead);
	for (size_t i = 0; i < line->body.n;) {
		char byte = line->body.p[i];
		size_t length = escape(pm_slice_from(line->body, i), &byte);

		if (!length || (byte && byte != '\r'))
			out[n++] = byte == '\n' ? ' ' : byte;
		i += length ? length : 1;
	}
	line->raw = (struct pm_slice){ out, n };
	line->body = pm_slice_from(line->raw, lead);
}

/* ---- Fragments ---- */

struct joint {
	struct pm_slice head; /* "6,416,1758426,-,ncfrag=": the same before every fragment */
	struct pm_buf out;
	uint32_t size;
	bool lost; /* a packet did not come */
};

/* Adds the fragments on one line of the text; s stands behind "ncfrag=" of the first. */
static void add_fragments(struct joint *joint, struct pm_slice s)
{
	for (;;) {
		uint64_t at, of;

		if (!pm_take_dec(&s, &at) || !pm_take_char(&s, '/') || !pm_take_dec(&s, &of) ||
		    !pm_take_char(&s, ';'))
			return;
		joint->lost |= at != joint->out.n;
		size_t next = pm_slice_find(s, joint->head);
		pm_buf_add(&joint->out, s.p, next == PM_NPOS ? s.n : next);
		if (next == PM_NPOS || joint->out.n > PM_LINE_MAX)
			return;
		s = pm_slice_from(s, next + joint->head.n);
	}
}

static struct pm_slice without_end(struct pm_slice s)
{
	size_t end = pm_slice_find_char(s, '\n');

	s = pm_slice_upto(s, end);
	while (s.n && s.p[s.n - 1] == '\r')
		s.n--;
	return s;
}

/* Packets come one after the other, each on a line of its own or not, as the receiver writes them. */
static void join(const struct pm_text *text, struct pm_arena *arena, struct pm_line *line,
		 uint64_t *next_inout)
{
	size_t name = pm_slice_find(line->raw, PM_S("ncfrag="));
	struct joint joint = { .size = line->record.fragment_of };

	if (name == PM_NPOS || line->raw.p + name > line->body.p)
		return;
	joint.head = pm_slice_upto(line->raw, name + 7);
	add_fragments(&joint, pm_slice_from(line->raw, name + 7));
	while (joint.out.n < joint.size && joint.out.n <= PM_LINE_MAX) {
		struct pm_slice rest = pm_text_at(text, *next_inout);
		struct pm_slice raw = without_end(rest);

		if (!pm_slice_starts(raw, joint.head) || raw.n > PM_LINE_MAX)
			break;
		add_fragments(&joint, pm_slice_from(raw, joint.head.n));
		size_t end = pm_slice_find_char(rest, '\n');
		*next_inout += end == PM_NPOS ? rest.n : end + 1;
	}
	/* The sizes count the line end. */
	line->cut = joint.lost || joint.out.n + 1 < joint.size;
	char *raw = pm_arena_printf(arena, "%.*s;%.*s", (int)(name - 1), joint.head.p, (int)joint.out.n,
				    joint.out.data ? joint.out.data : "");
	line->raw = pm_slice_of(raw);
	line->body = pm_slice_from(line->raw, name);
	pm_buf_deinit(&joint.out);
}

void pm_record_finish(const struct pm_text *text, uint64_t offset, struct pm_arena *arena,
		      struct pm_line *line, uint64_t *next_inout)
{
	bool whole = line->record.fragment_of && !line->record.fragment_at;

	if (whole)
		join(text, arena, line, next_inout);
	size_t end = whole ? PM_NPOS : pm_slice_find(line->body, NEWLINE);
	/* Places count only where the line stands in the text as it is read. */
	if (end != PM_NPOS && line->raw.p == pm_text_at(text, offset).p) {
		size_t rest = (size_t)(line->body.p - line->raw.p) + end + NEWLINE.n;

		if (rest < line->raw.n)
			*next_inout = offset + rest;
		line->body.n = end;
		line->raw.n = rest - NEWLINE.n;
	}
	undo_escapes(line, arena);
}

#include "base/pattern.h"

#define STEPS_MAX 200000

struct state {
	struct pm_slice line;
	struct pm_match *out;
	unsigned steps;
	bool hopeless; /* a text that must come is nowhere behind: starting further right cannot help */
};

bool pm_is_name_char(char c)
{
	return pm_is_word(c) || c == '.';
}

static bool is_path_char(char c)
{
	return pm_is_name_char(c) || c == '/' || c == '-' || c == '+' || c == ',';
}

static size_t run(struct pm_slice line, size_t pos, bool (*is)(char))
{
	size_t n = 0;

	while (pos + n < line.n && is(line.p[pos + n]))
		n++;
	return n;
}

/* The length of "file.ext:123" at pos, or 0. */
static size_t source_place(struct pm_slice line, size_t pos)
{
	size_t path = run(line, pos, is_path_char);
	size_t dot = 0;

	for (size_t i = 0; i < path; i++)
		if (line.p[pos + i] == '.')
			dot = i;
	if (!dot || dot + 1 == path || pos + path >= line.n || line.p[pos + path] != ':')
		return 0;
	size_t digits = run(line, pos + path + 1, pm_is_digit);
	return digits ? path + 1 + digits : 0;
}

/* The length of "[<ffff…>] " or "[ffff…] " at pos, or 0. */
static size_t address(struct pm_slice line, size_t pos)
{
	size_t n = 0;

	if (pos >= line.n || line.p[pos] != '[')
		return 0;
	n += 1 + (pos + 1 < line.n && line.p[pos + 1] == '<');
	if (pos + n + 1 < line.n && line.p[pos + n] == '0' && line.p[pos + n + 1] == 'x')
		n += 2;
	size_t digits = run(line, pos + n, pm_is_hex);
	n += digits;
	n += pos + n < line.n && line.p[pos + n] == '>';
	if (digits < 8 || pos + n >= line.n || line.p[pos + n] != ']')
		return 0;
	for (n++; pos + n < line.n && line.p[pos + n] == ' ';)
		n++;
	return n;
}

/* The longest run that field may take at pos; *least_out the shortest. 0 with least 1: none. */
static size_t field_length(char field, struct pm_slice line, size_t pos, size_t *least_out)
{
	size_t n = 0;

	*least_out = 1;
	switch (field) {
	case 'f':
		if (pos < line.n && pm_is_digit(line.p[pos]))
			return 0;
		n = run(line, pos, pm_is_name_char);
		return n;
	case 'x':
		if (pos + 2 < line.n && line.p[pos] == '0' && line.p[pos + 1] == 'x' &&
		    pm_is_hex(line.p[pos + 2]))
			n = 2;
		return n + run(line, pos + n, pm_is_hex);
	case 'd':
		return run(line, pos, pm_is_digit);
	case 's':
		return source_place(line, pos);
	case 'w':
		while (pos + n < line.n && line.p[pos + n] != ' ' && line.p[pos + n] != '\t')
			n++;
		return n;
	case 'a':
		*least_out = 0;
		return address(line, pos);
	case '_':
		*least_out = 0;
		while (pos + n < line.n && (line.p[pos + n] == ' ' || line.p[pos + n] == '\t'))
			n++;
		return n;
	default: /* '*' */
		*least_out = 0;
		return line.n - pos;
	}
}

/* How much of the pattern is plain text. */
static size_t literal_length(const char *pattern)
{
	size_t n = 0;

	while (pattern[n] && pattern[n] != '{' && !(pattern[n] == '$' && !pattern[n + 1]))
		n++;
	return n;
}

static bool match_at(struct state *st, const char *pattern, size_t pos, size_t ncap);

/* "{this|that}": pattern stands behind the brace. */
static bool match_choice(struct state *st, const char *pattern, size_t pos, size_t ncap)
{
	const char *end = strchr(pattern, '}');

	for (const char *text = pattern; end && text <= end;) {
		size_t n = strcspn(text, "|}");

		if (pm_slice_starts(pm_slice_from(st->line, pos), (struct pm_slice){ text, n })) {
			size_t next = ncap;

			if (ncap < PM_CAPTURES) {
				st->out->cap[ncap] = (struct pm_slice){ st->line.p + pos, n };
				next = ncap + 1;
			}
			if (match_at(st, end + 1, pos + n, next))
				return true;
			st->hopeless = false; /* another alternative may be shorter */
			if (st->steps > STEPS_MAX)
				return false;
		}
		text += n + 1;
	}
	return false;
}

static bool match_at(struct state *st, const char *pattern, size_t pos, size_t ncap)
{
	for (; *pattern; pattern++, pos++) {
		if (++st->steps > STEPS_MAX)
			return false;
		if (pattern[0] == '$' && !pattern[1])
			break;
		if (pattern[0] == '{' && pattern[1] == '{') {
			pattern++;
		} else if (pattern[0] == '{' && pattern[1] && pattern[2] != '}') {
			return match_choice(st, pattern + 1, pos, ncap);
		} else if (pattern[0] == '{') {
			char field = pattern[1];
			size_t least;
			size_t most = field_length(field, st->line, pos, &least);
			/* A word at the end of the pattern is taken whole. */
			bool lazy = field == '*' || (field == 'w' && pattern[3]);

			if (most < least)
				return false;
			if (!lazy && field != 'f')
				least = most; /* a number or a run of blanks is not cut */
			/* "anything" ends where the literal behind it can begin */
			struct pm_slice stop = { pattern + 3,
						 field == '*' ? literal_length(pattern + 3) : 0 };
			for (size_t n = lazy ? least : most;;) {
				size_t next = ncap;

				if (stop.n) {
					size_t to = pm_slice_find(pm_slice_from(st->line, pos + n), stop);

					st->steps += (unsigned)((to == PM_NPOS ? most - n : to) / 64);
					if (to == PM_NPOS) {
						st->hopeless = true;
						return false;
					}
					n += to;
				}

				if (field != '_' && field != 'a' && ncap < PM_CAPTURES) {
					st->out->cap[ncap] = (struct pm_slice){ st->line.p + pos, n };
					next = ncap + 1;
				}
				if (match_at(st, pattern + 3, pos + n, next))
					return true;
				if (st->steps > STEPS_MAX || n == (lazy ? most : least))
					return false;
				if (lazy && st->hopeless)
					return false;
				st->hopeless = false;
				n = lazy ? n + 1 : n - 1;
			}
		}
		if (pos >= st->line.n || st->line.p[pos] != *pattern)
			return false;
	}
	if (*pattern == '$' && pos != st->line.n)
		return false;
	st->out->end = pos;
	st->out->n = ncap;
	return true;
}

bool pm_match(const char *pattern, struct pm_slice line, struct pm_match *out)
{
	struct pm_match scratch;
	struct state st = { line, out ? out : &scratch, 0, false };

	if (*pattern == '^') {
		st.out->start = 0;
		return match_at(&st, pattern + 1, 0, 0);
	}
	size_t literal = literal_length(pattern);
	for (size_t pos = 0; pos <= line.n && st.steps <= STEPS_MAX; pos++) {
		if (literal) {
			size_t found = pm_slice_find(pm_slice_from(line, pos),
						     (struct pm_slice){ pattern, literal });
			if (found == PM_NPOS)
				return false;
			pos += found;
		}
		st.out->start = pos;
		if (match_at(&st, pattern, pos, 0))
			return true;
		if (st.hopeless)
			return false;
	}
	return false;
}

#include "console/title.h"

#define WORK_MAX 2048 /* what stands behind cannot reach the title any more */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(char c)
{
	return is_digit(c) || is_alpha(c) || c == '_';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static size_t run(struct pm_slice s, size_t at, bool (*is)(char))
{
	size_t n = 0;

	while (at + n < s.n && is(s.p[at + n]))
		n++;
	return n;
}

/* A rule looks at one place: how many bytes it replaces (0: none), and by what. */
typedef size_t (*rule_fn)(struct pm_slice s, size_t at, const char **by_out);

/* "name[.]12", "name[.]12:3", "name[.]12/3": process numbers of fuzzers' programs. */
static size_t numbered(struct pm_slice s, size_t at, struct pm_slice name, bool dot)
{
	size_t n = name.n, digits;

	if (!pm_slice_starts(pm_slice_from(s, at), name))
		return 0;
	if (dot && at + n < s.n && s.p[at + n] == '.')
		n++;
	if (!(digits = run(s, at + n, is_digit)))
		return 0;
	n += digits;
	if (at + n < s.n && (s.p[at + n] == '/' || s.p[at + n] == ':') &&
	    (digits = run(s, at + n + 1, is_digit)))
		n += 1 + digits;
	return n;
}

static size_t executor(struct pm_slice s, size_t at, const char **by_out)
{
	*by_out = "syz-executor";
	return numbered(s, at, PM_S("syz-executor"), true);
}

static size_t reproducer(struct pm_slice s, size_t at, const char **by_out)
{
	*by_out = "syzkaller";
	return numbered(s, at, PM_S("syzkaller"), false);
}

static size_t address(struct pm_slice s, size_t at, const char **by_out)
{
	size_t n = 0, digits;

	if (!at || is_alpha(s.p[at - 1]) || is_digit(s.p[at - 1]))
		return 0;
	if (pm_slice_starts(pm_slice_from(s, at), PM_S("0x")) && run(s, at + 2, is_hex) >= 6)
		n = 2;
	digits = run(s, at + n, is_hex);
	*by_out = "ADDR";
	return digits >= 6 ? n + digits : 0;
}

static size_t network(struct pm_slice s, size_t at, const char **by_out)
{
	size_t n = 0;

	for (int part = 0; part < 4; part++) {
		if (part) {
			if (at + n >= s.n || s.p[at + n] != '.')
				return 0;
			n++;
		}
		size_t digits = run(s, at + n, is_digit);
		if (!digits || (digits > 3 && part < 3))
			return 0;
		n += digits > 3 ? 3 : digits;
	}
	*by_out = "IP";
	return n;
}

/* ":12:34" behind ".c" */
static size_t file_line(struct pm_slice s, size_t at, const char **by_out)
{
	size_t n = 0, digits, back = at;

	if (s.p[at] != ':')
		return 0;
	while (back && is_word(s.p[back - 1]))
		back--;
	if (back == at || !back || s.p[back - 1] != '.')
		return 0;
	while (at + n < s.n && s.p[at + n] == ':' && (digits = run(s, at + n + 1, is_digit)))
		n += 1 + digits;
	*by_out = ":LINE";
	return n;
}

/* "+0x10/0x20" behind a function's name */
static size_t offset(struct pm_slice s, size_t at, const char **by_out)
{
	struct pm_slice rest = pm_slice_from(s, at);
	size_t n = 3, digits;

	if (!at || (!is_word(s.p[at - 1]) && s.p[at - 1] != '.') || !pm_take(&rest, PM_S("+0x")))
		return 0;
	while (n < s.n - at && (is_digit(s.p[at + n]) || (s.p[at + n] >= 'a' && s.p[at + n] <= 'z')))
		n++;
	rest = pm_slice_from(s, at + n);
	if (n == 3 || !pm_take(&rest, PM_S("/0x")))
		return 0;
	digits = 0;
	while (digits < rest.n &&
	       (is_digit(rest.p[digits]) || (rest.p[digits] >= 'a' && rest.p[digits] <= 'z')))
		digits++;
	*by_out = "";
	return digits ? n + 3 + digits : 0;
}

static size_t cpu(struct pm_slice s, size_t at, const char **by_out)
{
	size_t digits;

	if (!pm_slice_starts(pm_slice_from(s, at), PM_S("CPU#")) || !(digits = run(s, at + 4, is_digit)))
		return 0;
	*by_out = "CPU";
	return 4 + digits;
}

/* A number on its own; a part of a name ("cfg80211") stays unless it is too long for one. */
static size_t number(struct pm_slice s, size_t at, const char **by_out)
{
	size_t digits = run(s, at, is_digit);

	*by_out = "NUM";
	if (!digits || (at && is_digit(s.p[at - 1])))
		return 0;
	if (digits >= 7)
		return digits;
	if (!at || is_word(s.p[at - 1]) || (at + digits < s.n && is_word(s.p[at + digits])))
		return 0;
	return digits;
}

static const rule_fn rules[] = {
	executor, reproducer, address, network, file_line, offset, cpu, number,
};

static struct pm_slice apply(struct pm_arena *arena, struct pm_slice s, rule_fn rule)
{
	char *out = NULL;
	size_t n = 0;

	for (size_t i = 0; i < s.n;) {
		const char *by = "";
		size_t gone = rule(s, i, &by), len = strlen(by);

		if (gone &&
		    !out) { /* by is at most six bytes longer than what it stands for, and starts at one */
			out = pm_arena_alloc(arena, s.n * 4 + 16);
			memcpy(out, s.p, i);
			n = i;
		}
		if (gone) {
			memcpy(out + n, by, len);
			n += len;
			i += gone;
		} else {
			if (out)
				out[n++] = s.p[i];
			i++;
		}
	}
	return out ? (struct pm_slice){ out, n } : s;
}

char *pm_title_clean(struct pm_arena *arena, struct pm_slice text)
{
	struct pm_slice s = pm_slice_upto(text, WORK_MAX);
	char out[PM_TITLE_MAX];
	size_t n = 0;
	char last = ' ';

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		s = pm_slice_upto(apply(arena, s, rules[i]), WORK_MAX);
	for (size_t i = 0; i < s.n && i < PM_TITLE_MAX; i++) {
		char c = s.p[i] == '\t' ? ' ' : s.p[i];

		if (c < 0x20 || c == 0x7f || (c == ' ' && last == ' '))
			continue;
		out[n++] = last = c;
	}
	return pm_arena_str(arena, pm_slice_trim((struct pm_slice){ out, n }));
}

bool pm_title_frame(struct pm_slice title, struct pm_slice *name_out)
{
	for (size_t at = title.n; at-- > 0;) {
		struct pm_slice s = pm_slice_from(title, at);

		if (!pm_take(&s, PM_S(" in ")))
			continue;
		size_t n = run(s, 0, is_word);
		if (n) {
			*name_out = pm_slice_upto(s, n);
			return true;
		}
	}
	return false;
}

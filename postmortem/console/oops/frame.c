#include "console/oops/frame.h"

#include "base/pattern.h"

/* Discriminators and column numbers may follow; only file and line are kept. */
static bool take_source(struct pm_slice text, struct pm_slice *file, uint32_t *line)
{
	size_t colon = pm_slice_find_char(text, ':');
	uint64_t number;

	if (colon == PM_NPOS || !colon)
		return false;
	struct pm_slice path = pm_slice_upto(text, colon), rest = pm_slice_from(text, colon + 1);
	bool dot = false;
	for (size_t i = 0; i < path.n; i++) {
		char c = path.p[i];
		dot |= c == '.';
		if (!pm_is_name_char(c) && c != '/' && c != '-' && c != '+' && c != ',' && c != '@' &&
		    c != '~')
			return false;
	}
	if (!dot || path.p[path.n - 1] == '.')
		return false;
	if (!pm_take_dec(&rest, &number) || number > UINT32_MAX) {
		if (!rest.n || rest.p[0] != '?') /* addr2line's "file.c:?" */
			return false;
		number = 0;
	}
	*file = path;
	*line = (uint32_t)number;
	return true;
}

static bool all_name(struct pm_slice s)
{
	if (!s.n || pm_is_digit(s.p[0]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!pm_is_name_char(s.p[i]) && s.p[i] != '$' && s.p[i] != '@')
			return false;
	return true;
}

/* C names; Rust and C++ names may hold blanks, but then also "::". */
static bool is_symbol(struct pm_slice s)
{
	if (all_name(s))
		return true;
	if (!s.n || s.n > 512 || !pm_slice_has(s, PM_S("::")))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!pm_is_name_char(s.p[i]) && !strchr(":<>&*,;()[]{} -='#$\"", s.p[i]))
			return false;
	return s.p[0] == '<' || s.p[0] == '_' || (s.p[0] | 0x20) >= 'a';
}

/* "<TASK>", "<EOI>", "<#DF>", "<<EOE>>": before the first frame of a stack in kernels before 4.9. */
static void skip_tags(struct pm_slice *s)
{
	for (;;) {
		size_t i = 0;

		pm_take_blanks(s);
		while (i < s->n && s->p[i] == '<')
			i++;
		if (!i)
			return;
		size_t name = i;
		while (i < s->n && ((s->p[i] >= 'A' && s->p[i] <= 'Z') || s->p[i] == '#' || s->p[i] == '_' ||
				    s->p[i] == '/' || pm_is_digit(s->p[i])))
			i++;
		if (i == name || i >= s->n || s->p[i] != '>')
			return;
		while (i < s->n && s->p[i] == '>')
			i++;
		*s = pm_slice_from(*s, i);
	}
}

/* "[<ffff…>]", "[ffff…]", "[<     inline     >]"; powerpc prints two, stack and code. */
static bool take_address(struct pm_slice *s, struct pm_frame_text *out)
{
	struct pm_slice rest = *s;
	unsigned digits;
	uint64_t addr;

	if (!pm_take_char(&rest, '['))
		return false;
	bool angle = pm_take_char(&rest, '<');
	pm_take_blanks(&rest);
	if (angle && pm_take(&rest, PM_S("inline"))) {
		out->inlined = true;
	} else if (angle && pm_take(&rest, PM_S("none"))) {
		;
	} else {
		if (!pm_take_hex(&rest, &addr, &digits) || digits < 8)
			return false;
		out->has_addr = true;
		out->addr = addr;
	}
	pm_take_blanks(&rest);
	if (angle && !pm_take_char(&rest, '>'))
		return false;
	if (!pm_take_char(&rest, ']'))
		return false;
	*s = rest;
	return true;
}

static void take_addresses(struct pm_slice *s, struct pm_frame_text *out)
{
	for (int i = 0; i < 4; i++) {
		pm_take_blanks(s);
		if (pm_slice_starts(*s, PM_S("? "))) {
			out->unreliable = true;
			*s = pm_slice_from(*s, 2);
		} else if (!take_address(s, out)) {
			return;
		}
	}
}

/* "a.h:1 b.c:2 c.c:3 (discriminator 1)": the last place is the function's own, the others were inlined there. */
static void take_sources(struct pm_slice s, struct pm_frame_text *out)
{
	struct pm_slice all = s, word;

	while (pm_take_blanks(&s), pm_take_word(&s, &word)) {
		if (!take_source(word, &out->file, &out->file_line))
			break;
		out->inlined_at = pm_slice_upto(all, (size_t)(word.p - all.p));
	}
}

bool pm_frame_take_inlined(struct pm_slice *inlined_at, struct pm_slice *file_out, uint32_t *line_out)
{
	struct pm_slice word;

	pm_take_blanks(inlined_at);
	return pm_take_word(inlined_at, &word) && take_source(word, file_out, line_out);
}

/* "(x12)": the recorder's, of a function that called itself. */
static bool take_repeats(struct pm_slice *s, uint32_t *repeats_out)
{
	struct pm_slice rest = *s;
	uint64_t n;

	if (!pm_take(&rest, PM_S("(x")) || !pm_take_dec(&rest, &n) || !pm_take_char(&rest, ')') ||
	    n > UINT32_MAX)
		return false;
	*repeats_out = (uint32_t)n;
	*s = rest;
	return true;
}

/* What may follow symbol+offset/size. */
static void take_tail(struct pm_slice s, struct pm_frame_text *out)
{
	for (int i = 0; i < 6; i++) {
		struct pm_slice word;

		pm_take_blanks(&s);
		if (!s.n)
			return;
		if (pm_take_char(&s, '[')) {
			size_t end = pm_slice_find_char(s, ']');
			struct pm_slice inside = pm_slice_upto(s, end);

			if (end == PM_NPOS || !pm_take_word(&inside, &word))
				return;
			if (pm_slice_eq(word, PM_S("inline"))) {
				out->inlined = true;
			} else if (!out->module.n) {
				out->module = word;
				pm_take_blanks(&inside);
				if (pm_take_word(&inside, &word))
					out->build_id = word;
			}
			s = pm_slice_from(s, end + 1);
		} else if (pm_take(&s, PM_S("(unreliable)"))) {
			out->unreliable = true;
		} else if (take_repeats(&s, &out->repeats)) {
			continue;
		} else if (pm_take_char(
				   &s,
				   '(')) { /* "(P)" of arm64 since 6.13; decode_stacktrace's "(file.c:12)" */
			size_t end = pm_slice_find_char(s, ')');

			if (!out->file.n)
				take_sources(pm_slice_upto(s, end), out);
			s = pm_slice_from(s, end == PM_NPOS ? s.n : end + 1);
		} else {
			if (!pm_take_word(&s, &word))
				return;
			if (!out->file.n && !take_source(word, &out->file, &out->file_line))
				return;
		}
	}
}

/* Symbol and what follows it. */
static bool take_symbol(struct pm_slice s, struct pm_frame_text *out)
{
	uint64_t value;
	unsigned digits;

	s = pm_slice_trim(s);
	if (!s.n || s.n > 4096)
		return false;
	/* decode_stacktrace keeps the kernel's text but for the offset: "name (file:line …)". */
	size_t plus = pm_slice_find(s, PM_S("+0x"));
	if (plus != PM_NPOS && is_symbol(pm_slice_upto(s, plus))) {
		struct pm_slice rest = pm_slice_from(s, plus + 1);

		if (!pm_take_hex(&rest, &out->offset, NULL))
			return false;
		if (pm_take_char(&rest, '/') && !pm_take_hex(&rest, &out->size, NULL))
			return false;
		out->has_offset = true;
		out->symbol = pm_slice_upto(s, plus);
		take_tail(rest, out);
		return true;
	}
	struct pm_slice rest = s;
	if (pm_take_hex(&rest, &value, &digits) && digits >= 8 && (!rest.n || rest.p[0] == ' ')) {
		if (!out->has_addr && !pm_slice_starts(s, PM_S("0x")))
			return false;
		out->has_addr = true;
		out->addr = value;
		take_tail(rest, out);
		return true;
	}
	/* A place in the source instead of an offset. */
	for (size_t i = 0; i < s.n; i++) {
		struct pm_slice word, file;
		uint32_t line;

		if (s.p[i] != ' ')
			continue;
		rest = pm_slice_from(s, i + 1);
		bool paren = pm_take_char(&rest, '(');
		struct pm_slice inside = rest;
		if (!pm_take_until(&rest, " )", &word) || !take_source(word, &file, &line))
			continue;
		struct pm_slice symbol = pm_slice_trim(pm_slice_upto(s, i));
		bool inlined = pm_slice_has(rest, PM_S("[inline]"));
		if (!is_symbol(symbol) || (!paren && !inlined && !out->inlined && !out->has_addr))
			return false;
		out->symbol = symbol;
		out->file = file;
		out->file_line = line;
		size_t end = paren ? pm_slice_find_char(rest, ')') : 0;
		if (paren)
			take_sources(pm_slice_upto(inside, pm_slice_find_char(inside, ')')), out);
		take_tail(pm_slice_from(rest, end == PM_NPOS ? rest.n : end + paren), out);
		return true;
	}
	/* "[<ffff…>] name": with an address, a bare name is enough. */
	if (out->has_addr) {
		struct pm_slice word;

		rest = s;
		if (pm_take_word(&rest, &word) && is_symbol(word)) {
			out->symbol = word;
			take_tail(rest, out);
			return true;
		}
	}
	return false;
}

/* "(A) from [<…>] (B+0x…/0x…)" of arm, and since 5.17 "A from B+0x…/0x…". */
static bool take_arm(struct pm_slice s, struct pm_frame_text *out)
{
	size_t from = pm_slice_find(s, PM_S(" from "));
	bool paren = s.n && s.p[0] == '(';

	if (from == PM_NPOS)
		return paren && s.p[s.n - 1] == ')' &&
		       take_symbol((struct pm_slice){ s.p + 1, s.n - 2 }, out);
	struct pm_slice callee = pm_slice_upto(s, from), name, rest = pm_slice_from(s, from + 6);
	if (pm_take_char(&callee, '('))
		callee.n -= callee.n && callee.p[callee.n - 1] == ')';
	else if (paren)
		return false;
	if (!pm_take_until(&callee, " +", &name) || !is_symbol(name))
		return false;
	/* its offset or module may follow; "Kernel Offset: 0x… from 0x…" is no frame */
	if (callee.n && callee.p[0] != '+' && !pm_slice_starts(callee, PM_S(" [")))
		return false;
	out->callee = name;
	take_addresses(&rest, out);
	rest = pm_slice_trim(rest);
	if (rest.n > 1 && rest.p[0] == '(' && rest.p[rest.n - 1] == ')')
		rest = (struct pm_slice){ rest.p + 1, rest.n - 2 };
	else
		out->has_addr = false; /* a name alone must not pass for a frame */
	return take_symbol(rest, out);
}

bool pm_frame_parse(struct pm_slice body, struct pm_frame_text *out)
{
	struct pm_slice s = pm_slice_trim(body);

	*out = (struct pm_frame_text){ 0 };
	if (pm_take(&s, PM_S("Call Trace:")) || pm_take(&s, PM_S("Call trace:")))
		pm_take_blanks(&s);
	skip_tags(&s);
	if (s.n > 2 && s.p[0] == '(' && s.p[1] == '[') { /* s390: "([<…>] name)" */
		s = pm_slice_from(s, 1);
		if (s.p[s.n - 1] == ')')
			s.n--;
		out->unreliable = true;
	}
	take_addresses(&s, out);
	s = pm_slice_trim(s);
	if (!s.n)
		return out->has_addr && !out->inlined;
	if (s.p[0] == '(')
		return take_arm(s, out);
	if (take_symbol(s, out))
		return true;
	return pm_slice_has(s, PM_S(" from ")) && take_arm(s, out);
}

#include "render/escape.h"

bool pm_utf8_take(const char **s, uint32_t *code_out)
{
	const unsigned char *p = (const unsigned char *)*s;
	uint32_t code;
	unsigned more;
	uint32_t least; /* an overlong form codes less than this */

	if (p[0] < 0x80) {
		code = p[0], more = 0, least = 0;
	} else if ((p[0] & 0xe0) == 0xc0) {
		code = p[0] & 0x1f, more = 1, least = 0x80;
	} else if ((p[0] & 0xf0) == 0xe0) {
		code = p[0] & 0x0f, more = 2, least = 0x800;
	} else if ((p[0] & 0xf8) == 0xf0) {
		code = p[0] & 0x07, more = 3, least = 0x10000;
	} else {
		goto bad;
	}
	for (unsigned i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80) /* the terminating NUL, too */
			goto bad;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		goto bad;
	*s += more + 1;
	*code_out = code;
	return true;
bad:
	*s += 1;
	*code_out = p[0];
	return false;
}

bool pm_is_unprintable(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x00, 0x1f },     { 0x7f, 0x9f },       { 0x061c, 0x061c }, { 0x200b, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f },   { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb },
		{ 0xfffe, 0xffff }, { 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < PM_COUNT(ranges); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

static void add_escaped(struct pm_buf *buf, bool valid, uint32_t code)
{
	if (!valid || code < 0x80)
		pm_buf_printf(buf, "\\x%02x", (unsigned)code);
	else
		pm_buf_printf(buf, "\\u{%04x}", (unsigned)code);
}

/* Our own sentences use these. */
static const char *ascii_words(uint32_t code)
{
	static const struct {
		uint32_t code;
		const char *words;
	} rows[] = {
		{ 0x2192, "->" }, { 0x2190, "<-" }, { 0x2026, "..." }, { 0x00d7, "x" }, { 0x2013, "-" },
		{ 0x2014, "-" },  { 0x2265, ">=" }, { 0x2264, "<=" },  { 0x2018, "'" }, { 0x2019, "'" },
		{ 0x201c, "\"" }, { 0x201d, "\"" }, { 0x00b7, "." },   { 0x2195, "|" }, { 0x21bb, "^" },
		{ 0x250c, "+" },  { 0x2502, "|" },  { 0x2514, "+" },
	};

	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (rows[i].code == code)
			return rows[i].words;
	return NULL;
}

void pm_escape_terminal(struct pm_buf *buf, const char *text, bool ascii)
{
	while (*text) {
		const char *from = text;
		uint32_t code;
		bool valid = pm_utf8_take(&text, &code);

		if (code == '\t' && valid)
			pm_buf_str(buf, " ");
		else if (!valid || pm_is_unprintable(code))
			add_escaped(buf, valid, code);
		else if (code < 0x80 || !ascii)
			pm_buf_add(buf, from, (size_t)(text - from));
		else if (ascii_words(code))
			pm_buf_str(buf, ascii_words(code));
		else
			add_escaped(buf, valid, code);
	}
}

void pm_escape_html(struct pm_buf *buf, const char *text)
{
	while (*text) {
		const char *from = text;
		uint32_t code;
		bool valid = pm_utf8_take(&text, &code);

		if (!valid || (code != '\t' && pm_is_unprintable(code)))
			add_escaped(buf, valid, code);
		else if (code == '<')
			pm_buf_str(buf, "&lt;");
		else if (code == '>')
			pm_buf_str(buf, "&gt;");
		else if (code == '&')
			pm_buf_str(buf, "&amp;");
		else if (code == '"')
			pm_buf_str(buf, "&quot;");
		else if (code == '\'')
			pm_buf_str(buf, "&#39;");
		else
			pm_buf_add(buf, from, (size_t)(text - from));
	}
}

/* How many bytes from text on stand for themselves in JSON. */
static size_t plain_run(const char *text)
{
	size_t n = 0;

	while (text[n] >= ' ' && text[n] < 0x7f && text[n] != '"' && text[n] != '\\')
		n++;
	return n;
}

void pm_escape_json(struct pm_buf *buf, const char *text)
{
	pm_buf_add(buf, "\"", 1);
	for (;;) {
		size_t run = plain_run(text);

		if (run)
			pm_buf_add(buf, text, run);
		text += run;
		if (!*text)
			break;
		const char *from = text;
		uint32_t code;
		bool valid = pm_utf8_take(&text, &code);

		if (!valid)
			pm_buf_printf(buf, "\\\\x%02x", (unsigned)code);
		else if (code == '"' || code == '\\')
			pm_buf_printf(buf, "\\%c", (char)code);
		else if (code == '\n')
			pm_buf_str(buf, "\\n");
		else if (code == '\t')
			pm_buf_str(buf, "\\t");
		else if (code <= 0xffff && pm_is_unprintable(code))
			pm_buf_printf(buf, "\\u%04x", (unsigned)code);
		else if (pm_is_unprintable(code)) /* tag characters: outside JSON's four digits */
			pm_buf_printf(buf, "\\ud%03x\\ud%03x", 0x800 | (unsigned)((code - 0x10000) >> 10),
				      0xc00 | (unsigned)((code - 0x10000) & 0x3ff));
		else
			pm_buf_add(buf, from, (size_t)(text - from));
	}
	pm_buf_add(buf, "\"", 1);
}

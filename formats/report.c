#include "formats/report.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static void skip(struct kf_text *text, size_t n)
{
	text->p += n;
	text->n -= n;
}

static void skip_blanks(struct kf_text *text)
{
	while (text->n && is_blank(*text->p))
		skip(text, 1);
}

/* The bytes up to a blank or, where stop is not 0, that character. */
static struct kf_text take_word(struct kf_text *text, char stop)
{
	struct kf_text word = { text->p, 0 };

	while (word.n < text->n && !is_blank(word.p[word.n]) && !(stop && word.p[word.n] == stop))
		word.n++;
	skip(text, word.n);
	return word;
}

/* ---- reading ---- */

static bool has_mark(const char *text, size_t n)
{
	static const char mark[] = KF_REPORT_MARK;
	const size_t size = sizeof(mark) - 1;

	if (n <= size || !is_digit(text[size]))
		return false;
	for (size_t i = 0; i < size; i++)
		if (text[i] != mark[i])
			return false;
	return true;
}

size_t kf_line_find(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] == 'K' && has_mark(text + i, n - i))
			return i;
	return n;
}

bool kf_line_read(const char *text, size_t n, struct kf_line *out)
{
	struct kf_text rest = { text, n };

	if (!has_mark(text, n))
		return false;
	skip(&rest, sizeof(KF_REPORT_MARK) - 1);
	out->version = 0;
	while (rest.n && is_digit(*rest.p) && out->version < 100000) {
		out->version = out->version * 10 + (unsigned)(*rest.p - '0');
		skip(&rest, 1);
	}
	if (!rest.n || !is_blank(*rest.p))
		return false;
	skip_blanks(&rest);
	out->word = take_word(&rest, 0);
	out->rest = rest;
	return out->word.n > 0;
}

/* The length of the escape at text, which begins with a backslash; 0: it is none.  *byte_out: what it stands for. */
static size_t escape(struct kf_text text, char *byte_out)
{
	if (text.n < 2)
		return 0;
	switch (text.p[1]) {
	case '"':
	case '\\':
		*byte_out = text.p[1];
		return 2;
	case 'n':
		*byte_out = '\n';
		return 2;
	case 'x':
		if (text.n < 4 || hex_digit(text.p[2]) < 0 || hex_digit(text.p[3]) < 0)
			return 0;
		*byte_out = (char)(hex_digit(text.p[2]) << 4 | hex_digit(text.p[3]));
		return 4;
	default:
		return 0;
	}
}

static void take_quoted(struct kf_text *rest, struct kf_pair *out)
{
	char byte;

	out->quoted = true;
	skip(rest, 1);
	out->value = (struct kf_text){ rest->p, 0 };
	while (rest->n && *rest->p != '"') {
		size_t n = *rest->p == '\\' ? escape(*rest, &byte) : 1;

		if (!n) { /* it stands for itself */
			out->cut = true;
			n = 1;
		}
		skip(rest, n);
		out->value.n += n;
	}
	if (rest->n)
		skip(rest, 1);
	else
		out->cut = true;
}

bool kf_pair_next(struct kf_text *rest, struct kf_pair *out)
{
	for (;;) {
		skip_blanks(rest);
		if (!rest->n)
			return false;
		out->key = take_word(rest, '=');
		out->value = (struct kf_text){ rest->p, 0 };
		out->quoted = out->cut = false;
		if (!rest->n || *rest->p != '=')
			continue;
		skip(rest, 1);
		if (rest->n && *rest->p == '"')
			take_quoted(rest, out);
		else
			out->value = take_word(rest, 0);
		if (out->key.n)
			return true;
	}
}

size_t kf_value_copy(const struct kf_pair *pair, char *to, size_t size)
{
	struct kf_text text = pair->value;
	size_t total = 0;

	while (text.n) {
		char byte = *text.p;
		size_t n = pair->quoted && byte == '\\' ? escape(text, &byte) : 1;

		if (total < size)
			to[total] = byte;
		total++;
		skip(&text, n ? n : 1);
	}
	return total;
}

static bool number(struct kf_text text, unsigned base, uint64_t *out)
{
	uint64_t value = 0;

	if (!text.n)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		int digit = hex_digit(text.p[i]);

		if (digit < 0 || (unsigned)digit >= base || value > (UINT64_MAX - (unsigned)digit) / base)
			return false;
		value = value * base + (unsigned)digit;
	}
	*out = value;
	return true;
}

bool kf_value_dec(const struct kf_pair *pair, uint64_t *out)
{
	return number(pair->value, 10, out);
}

bool kf_value_hex(const struct kf_pair *pair, uint64_t *out)
{
	struct kf_text text = pair->value;

	if (text.n > 2 && text.p[0] == '0' && text.p[1] == 'x')
		skip(&text, 2);
	return number(text, 16, out);
}

/* ---- writing ---- */

size_t kf_quote(char c, char out[KF_QUOTED_MAX])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char byte = (unsigned char)c;

	if (c == '\n') {
		out[0] = '\\';
		out[1] = 'n';
		return 2;
	}
	if (c == '"' || c == '\\') {
		out[0] = '\\';
		out[1] = c;
		return 2;
	}
	if (byte < ' ' || byte == 0x7f) {
		out[0] = '\\';
		out[1] = 'x';
		out[2] = digits[byte >> 4];
		out[3] = digits[byte & 15];
		return 4;
	}
	out[0] = c;
	return 1;
}

bool kf_is_bare(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] <= ' ' || text[i] == '"' || text[i] == 0x7f)
			return false;
	return n > 0;
}

/* By half bytes: 64 bytes of table, and fast enough for a serial line. */

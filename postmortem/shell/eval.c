/* eval: an expression's value in all bases. */
#include "shell/commands.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct parser {
	struct pm_shell *sh;
	const char *command; /* in whose name errors are said */
	const char *at;
	bool failed; /* it was said why */
	unsigned depth;
};

static const unsigned max_parentheses = 64;

static uint64_t fail(struct parser *p, const char *why)
{
	if (!p->failed)
		pm_shell_error(p->sh, p->command, "%s%s%s", why, *p->at ? ": " : "", p->at);
	p->failed = true;
	return 0;
}

static void skip(struct parser *p)
{
	p->at += strspn(p->at, " \t");
}

/* Binary operators as C has them; a higher rank binds closer. */
static const struct operator
{
	const char *text;
	unsigned rank;
}
operators[] = {
	{ "<<", 4 }, { ">>", 4 }, { "|", 1 }, { "^", 2 }, { "&", 3 },
	{ "+", 5 },  { "-", 5 },  { "*", 6 }, { "/", 6 }, { "%", 6 },
};

static const struct operator* peek(const struct parser *p)
{
	for (size_t i = 0; i < PM_COUNT(operators); i++)
		if (!strncmp(p->at, operators[i].text, strlen(operators[i].text)))
			return &operators[i];
	return NULL;
}

static uint64_t apply(struct parser *p, const char *operator, uint64_t a, uint64_t b)
{
	switch (*operator) {
	case '<':
		return b < 64 ? a << b : 0;
	case '>':
		return b < 64 ? a >> b : 0;
	case '|':
		return a | b;
	case '^':
		return a ^ b;
	case '&':
		return a & b;
	case '+':
		return a + b;
	case '-':
		return a - b;
	case '*':
		return a * b;
	default:
		if (!b)
			return fail(p, "division by zero");
		return *operator== '/' ? a / b : a % b;
	}
}

/* "128m", "0x10k", "41dc065", "jiffies" */
static uint64_t number(struct parser *p)
{
	char word[160];
	size_t n = 0;
	uint64_t value = 0;

	while (isalnum((unsigned char)p->at[n]) || (p->at[n] && strchr("_.:$", p->at[n])))
		n++;
	if (!n || n >= sizeof(word))
		return fail(p, n ? "too long a word" : "a number or a symbol is missing");
	memcpy(word, p->at, n);
	word[n] = 0;
	p->at += n;
	if (pm_shell_number(word, &value))
		return value;
	static const char units[] = "kKmMgG";
	const char *unit = strchr(units, word[n - 1]);

	if (unit && n > 1) {
		word[n - 1] = 0;
		if (pm_shell_number(word, &value))
			return value << (10 * ((unit - units) / 2 + 1));
		word[n - 1] = *unit;
	}
	if (!pm_shell_address(p->sh, p->command, word, &value))
		p->failed = true;
	return value;
}

static uint64_t expression(struct parser *p, unsigned rank);

static uint64_t operand(struct parser *p)
{
	skip(p);
	char first = *p->at;

	if (first != '(' && first != '~' && first != '-')
		return number(p);
	if (++p->depth > max_parentheses)
		return fail(p, "too deep");
	p->at++;
	uint64_t value = first == '(' ? expression(p, 1) : operand(p);

	p->depth--;
	if (first != '(')
		return first == '~' ? ~value : -value;
	skip(p);
	if (*p->at != ')')
		return fail(p, "')' is missing");
	p->at++;
	return value;
}

/* Of operators that bind at least as close as rank. */
static uint64_t expression(struct parser *p, unsigned rank)
{
	uint64_t value = operand(p);
	const struct operator* operator;

	for (skip(p); !p->failed && (operator= peek(p)) && operator->rank >= rank; skip(p)) {
		p->at += strlen(operator->text);
		value = apply(p, operator->text, value, expression(p, operator->rank + 1));
	}
	return p->failed ? 0 : value;
}

bool pm_shell_calculate(struct pm_shell *sh, const char *command, const char *text, uint64_t *out)
{
	struct parser p = { .sh = sh, .command = command, .at = text };

	*out = expression(&p, 1);
	skip(&p);
	if (!p.failed && *p.at)
		fail(&p, "an operator is missing");
	return !p.failed;
}

static void put_bits(struct pm_shell *sh, uint64_t value)
{
	static const int margin = 13, width = 80;
	int column = fprintf(sh->out, "   bits set: ");

	for (int bit = 63; bit >= 0; bit--) {
		char text[8];

		if (!(value >> bit & 1))
			continue;
		int n = snprintf(text, sizeof(text), "%d ", bit);

		if (column + n > width)
			column = fprintf(sh->out, "\n%*s", margin, "") - 1;
		column += fprintf(sh->out, "%s", text);
	}
	fputc('\n', sh->out);
}

/* "  (128MB)"; "" where it is no whole number of any unit. */
static void unit_words(uint64_t value, char *buf, size_t size)
{
	static const struct {
		unsigned shift;
		const char *name;
	} units[] = { { 30, "GB" }, { 20, "MB" }, { 10, "KB" } };

	snprintf(buf, size, "  ");
	for (size_t i = 0; i < PM_COUNT(units); i++)
		if (value && !(value & ((1ull << units[i].shift) - 1))) {
			snprintf(buf, size, "  (%llu%s)", (unsigned long long)(value >> units[i].shift),
				 units[i].name);
			return;
		}
}

static void put_value(struct pm_shell *sh, uint64_t value, bool bits)
{
	char unit[40], binary[65];

	for (int i = 0; i < 64; i++)
		binary[i] = (char)('0' + (value >> (63 - i) & 1));
	binary[64] = 0;
	if (sh->json) {
		pm_json_hex(sh->json, "value", value);
		pm_json_open(sh->json, "bits_set", '[');
		for (int bit = 63; bit >= 0; bit--)
			if (value >> bit & 1)
				pm_json_int(sh->json, NULL, bit);
		pm_json_close(sh->json, ']');
		return;
	}
	unit_words(value, unit, sizeof(unit));
	fprintf(sh->out, "hexadecimal: %llx%s\n", (unsigned long long)value, unit);
	fprintf(sh->out, "    decimal: %llu  ", (unsigned long long)value);
	if (value >> 63)
		fprintf(sh->out, "(%lld)", (long long)value);
	fprintf(sh->out, "\n      octal: %llo\n     binary: %s\n", (unsigned long long)value, binary);
	if (bits)
		put_bits(sh, value);
}

bool pm_shell_eval(struct pm_shell *sh, int argc, char **argv)
{
	struct pm_buf text = { 0 };
	bool bits = false;
	int first = 1;

	for (; first < argc && *argv[first] == '-' && strspn(argv[first] + 1, "bl") &&
	       !argv[first][1 + strspn(argv[first] + 1, "bl")];
	     first++)
		bits |= strchr(argv[first], 'b') != NULL;
	if (first < argc && *argv[first] == '-' && isalpha((unsigned char)argv[first][1]))
		return pm_shell_no_option(sh, "eval", argv[first]);
	if (first >= argc)
		return pm_shell_error(sh, "eval", "which expression?");
	for (int i = first; i < argc; i++)
		pm_buf_printf(&text, "%s ", argv[i]);
	uint64_t value;
	bool ok = pm_shell_calculate(sh, "eval", text.data, &value);

	if (ok)
		put_value(sh, value, bits);
	pm_buf_deinit(&text);
	return ok;
}

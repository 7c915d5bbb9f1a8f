#include "render/page.h"

#include <stdlib.h>

static const char *const codes[] = {
	[PM_PLAIN] = "",          [PM_BOLD] = "\033[1m", [PM_RED] = "\033[1;31m", [PM_GREEN] = "\033[32m",
	[PM_YELLOW] = "\033[33m", [PM_DIM] = "\033[2m",  [PM_CYAN] = "\033[36m",
};

void pm_page_init(struct pm_page *page, FILE *out, const struct pm_render_text *style)
{
	*page = (struct pm_page){ .out = out, .style = style, .width = style->width ? style->width : 80 };
}

void pm_page_deinit(struct pm_page *page)
{
	pm_buf_deinit(&page->buf);
}

static void colour_on(struct pm_page *page, enum pm_colour colour)
{
	if (page->style->colour && colour != PM_PLAIN)
		fputs(codes[colour], page->out);
}

static void colour_off(struct pm_page *page, enum pm_colour colour)
{
	if (page->style->colour && colour != PM_PLAIN)
		fputs("\033[0m", page->out);
}

static const char *escaped(struct pm_page *page, const char *text)
{
	page->buf.n = 0;
	pm_buf_str(&page->buf, "");
	pm_escape_terminal(&page->buf, text, page->style->ascii);
	pm_buf_add(&page->buf, "", 1);
	return page->buf.data;
}

/* Columns of n bytes of UTF-8: one for each code point. */
static size_t columns(const char *text, size_t n)
{
	size_t width = 0;

	for (size_t i = 0; i < n; i++)
		width += ((unsigned char)text[i] & 0xc0) != 0x80;
	return width;
}

static void spaces(struct pm_page *page, size_t n)
{
	fprintf(page->out, "%*s", (int)n, "");
}

void pm_page_text(struct pm_page *page, unsigned indent, const char *label, enum pm_colour label_colour,
		  unsigned hang, enum pm_colour colour, const char *text)
{
	size_t column = indent;

	spaces(page, indent);
	if (label) {
		label = escaped(page, label);
		colour_on(page, label_colour);
		fputs(label, page->out);
		colour_off(page, label_colour);
		column += columns(label, strlen(label));
	}
	if (column < hang) {
		spaces(page, hang - column);
		column = hang;
	} else if (label) {
		spaces(page, 1);
		column++;
	}
	colour_on(page, colour);
	const char *p = escaped(page, text);
	bool first = true;
	while (*p) {
		size_t blanks = strspn(p, " ");
		size_t word = strcspn(p + blanks, " ");
		size_t wide = columns(p + blanks, word);

		if (!word)
			break;
		if (!first && column + blanks + wide > page->width) {
			fputc('\n', page->out);
			spaces(page, hang);
			column = hang;
			blanks = 0;
		} else if (first) {
			blanks = 0;
		}
		size_t skip = strspn(p, " ");
		spaces(page, blanks);
		fwrite(p + skip, 1, word, page->out);
		column += blanks + wide;
		p += skip + word;
		first = false;
	}
	colour_off(page, colour);
	fputc('\n', page->out);
}

void pm_page_line(struct pm_page *page, unsigned indent, enum pm_colour colour, const char *text)
{
	spaces(page, indent);
	colour_on(page, colour);
	fputs(escaped(page, text), page->out);
	colour_off(page, colour);
	fputc('\n', page->out);
}

/* The length of the command's words that fit into room bytes; at least one.  A quoted word is one. */
static size_t words_that_fit(const char *text, size_t room)
{
	bool quoted = false;
	size_t fit = 0, i = 0;

	for (; text[i]; i++) {
		if (text[i] == '\'')
			quoted = !quoted;
		if (text[i] != ' ' || quoted)
			continue;
		if (fit && i > room)
			return fit;
		fit = i;
	}
	return fit && i > room + 2 ? fit : i; /* the last line needs no backslash */
}

void pm_page_command(struct pm_page *page, unsigned indent, enum pm_colour colour, const char *command)
{
	const char *text = escaped(page, command);
	size_t room = page->style->width > indent + 22 ? page->style->width - indent - 2 : 20;

	while (*text) {
		size_t n = words_that_fit(text, room);

		spaces(page, indent);
		colour_on(page, colour);
		fwrite(text, 1, n, page->out);
		text += n;
		while (*text == ' ')
			text++;
		if (*text)
			fputs(" \\", page->out);
		colour_off(page, colour);
		fputc('\n', page->out);
	}
}

void pm_page_printf(struct pm_page *page, unsigned indent, enum pm_colour colour, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = pm_vprintf(fmt, ap);
	va_end(ap);
	pm_page_line(page, indent, colour, text);
	free(text);
}

void pm_page_blank(struct pm_page *page)
{
	fputc('\n', page->out);
}

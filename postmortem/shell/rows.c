#include "shell/rows.h"

#include <stdarg.h>
#include <string.h>

/* A line that is put together, and written at once: tables may have a row for each page of memory. */
struct line {
	FILE *out;
	size_t n;
	char text[512];
};

static void flush(struct line *line)
{
	fwrite(line->text, 1, line->n, line->out);
	line->n = 0;
}

static void add(struct line *line, const char *text, size_t n)
{
	if (n > sizeof(line->text) - line->n)
		flush(line);
	if (n > sizeof(line->text)) {
		fwrite(text, 1, n, line->out);
		return;
	}
	memcpy(line->text + line->n, text, n);
	line->n += n;
}

static void blanks(struct line *line, size_t n)
{
	while (n--)
		add(line, " ", 1);
}

static void put(struct line *line, const char *text, size_t n, int width, bool last)
{
	size_t columns = (size_t)(width < 0 ? -width : width), missing = columns > n ? columns - n : 0;

	blanks(line, width > 0 ? missing : 0);
	add(line, text, n);
	blanks(line, width < 0 && !last ? missing : 0);
	add(line, "  ", last ? 0 : 2);
	if (last) {
		add(line, "\n", 1);
		flush(line);
	}
}

/* Of the columns that have a title. */
static size_t last_of(const struct pm_column *columns, size_t n)
{
	while (n && !columns[n - 1].title)
		n--;
	return n;
}

void pm_shell_titles(struct pm_shell *sh, const struct pm_column *columns, size_t n)
{
	size_t end = last_of(columns, n);
	struct line line = { .out = sh->out };

	for (size_t i = 0; i < end && !sh->json; i++)
		if (columns[i].title)
			put(&line, columns[i].title, strlen(columns[i].title), columns[i].width,
			    i + 1 == end);
}

/* of 2^64 - 1 */
enum { most_digits = 20 };

/* The digits of n, of base 10 or 16, without an end; at_least: with zeros before them.  How many.  printf is too slow
 * for what is printed of each page of memory. */
static size_t put_digits(char *buf, uint64_t n, unsigned base, size_t at_least)
{
	char digits[most_digits];
	size_t i = sizeof(digits);

	do
		digits[--i] = "0123456789abcdef"[n % base];
	while ((n /= base));
	while (sizeof(digits) - i < at_least)
		digits[--i] = '0';
	memcpy(buf, digits + i, sizeof(digits) - i);
	return sizeof(digits) - i;
}

static size_t words(const struct pm_column *column, const struct pm_cell *cell, char buf[most_digits + 1])
{
	bool hex = column->kind == PM_CELL_ADDRESS || column->kind == PM_CELL_HEX;
	bool negative = column->kind == PM_CELL_SIGNED && (int64_t)cell->n < 0;

	*buf = cell->absent ? '?' : '-';
	if (cell->absent)
		return 1;
	return negative + put_digits(buf + negative, negative ? -cell->n : cell->n, hex ? 16 : 10,
				     column->kind == PM_CELL_ADDRESS ? 16 : 1);
}

void pm_shell_cell_members(struct pm_shell *sh, const struct pm_column *columns, size_t n,
			   const struct pm_cell *cells)
{
	for (size_t i = 0; i < n && sh->json; i++) {
		const struct pm_column *c = &columns[i];

		if (!c->key || cells[i].absent)
			continue;
		if (c->kind == PM_CELL_TEXT)
			pm_json_str(sh->json, c->key, cells[i].s);
		else if (c->kind == PM_CELL_UNSIGNED)
			pm_json_uint(sh->json, c->key, cells[i].n);
		else if (c->kind == PM_CELL_SIGNED)
			pm_json_int(sh->json, c->key, (int64_t)cells[i].n);
		else
			pm_json_hex(sh->json, c->key, cells[i].n);
	}
}

void pm_shell_cells(struct pm_shell *sh, const struct pm_column *columns, size_t n,
		    const struct pm_cell *cells)
{
	size_t end = last_of(columns, n);

	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_shell_cell_members(sh, columns, n, cells);
		pm_json_close(sh->json, '}');
		return;
	}
	/* nothing, not even blanks, for empty ones at the end */
	while (end > 1 &&
	       (!columns[end - 1].title || (columns[end - 1].kind == PM_CELL_TEXT && !cells[end - 1].absent &&
					    (!cells[end - 1].s || !*cells[end - 1].s))))
		end--;
	struct line line = { .out = sh->out };

	for (size_t i = 0; i < end; i++) {
		char buf[most_digits + 1];
		const char *text = buf;

		if (!columns[i].title)
			continue;
		if (columns[i].kind == PM_CELL_TEXT && !cells[i].absent)
			text = cells[i].s ? cells[i].s : "";
		size_t length = text == buf ? words(&columns[i], &cells[i], buf) : strlen(text);

		put(&line, text, length, columns[i].width, i + 1 == end);
	}
}

void pm_shell_open(struct pm_shell *sh, const char *key, char bracket)
{
	if (sh->json)
		pm_json_open(sh->json, key, bracket);
}

void pm_shell_close(struct pm_shell *sh, char bracket)
{
	if (sh->json)
		pm_json_close(sh->json, bracket);
}

void pm_shell_say(struct pm_shell *sh, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (!sh->json)
		vfprintf(sh->out, fmt, ap);
	va_end(ap);
}

void pm_shell_size_words(uint64_t bytes, char *buf, size_t size)
{
	static const struct {
		uint64_t bytes;
		const char *unit;
	} units[] = {
		{ 1ull << 40, "TB" }, { 1ull << 30, "GB" }, { 1ull << 20, "MB" }, { 1ull << 10, "KB" }
	};

	snprintf(buf, size, "0");
	for (size_t i = 0; i < PM_COUNT(units) && bytes; i++)
		if (bytes >= units[i].bytes) {
			/* in tenths, rounded; a terabyte's are far from 2^64 */
			uint64_t tenths = bytes / units[i].bytes * 10 +
					  (bytes % units[i].bytes * 10 + units[i].bytes / 2) / units[i].bytes;
			uint64_t whole = tenths / 10, tenth = tenths % 10;

			if (tenth)
				snprintf(buf, size, "%llu.%llu %s", (unsigned long long)whole,
					 (unsigned long long)tenth, units[i].unit);
			else
				snprintf(buf, size, "%llu %s", (unsigned long long)whole, units[i].unit);
			return;
		}
}

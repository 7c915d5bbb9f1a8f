#include "shell/rows.h"

#include <stdarg.h>
#include <string.h>

static void put(FILE *out, const char *text, int width, bool last)
{
	if (last && width < 0)
		width = 0;
	fprintf(out, "%*s%s", width, text, last ? "\n" : "  ");
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

	for (size_t i = 0; i < end && !sh->json; i++)
		if (columns[i].title)
			put(sh->out, columns[i].title, columns[i].width, i + 1 == end);
}

static void words(const struct pm_column *column, const struct pm_cell *cell, char buf[32])
{
	unsigned long long n = cell->n;

	if (cell->absent)
		snprintf(buf, 32, "?");
	else if (column->kind == PM_CELL_ADDRESS)
		snprintf(buf, 32, "%016llx", n);
	else if (column->kind == PM_CELL_HEX)
		snprintf(buf, 32, "%llx", n);
	else if (column->kind == PM_CELL_SIGNED)
		snprintf(buf, 32, "%lld", (long long)n);
	else
		snprintf(buf, 32, "%llu", n);
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
	for (size_t i = 0; i < end; i++) {
		char buf[32];
		const char *text = buf;

		if (!columns[i].title)
			continue;
		if (columns[i].kind == PM_CELL_TEXT)
			text = cells[i].absent ? "?" : cells[i].s ? cells[i].s : "";
		else
			words(&columns[i], &cells[i], buf);
		put(sh->out, text, columns[i].width, i + 1 == end);
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

	if (sh->json)
		return;
	va_start(ap, fmt);
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

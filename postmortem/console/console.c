/* The way through a console text.
 *
 * A scanner skips to the next line that holds a word with which a report, a boot
 * or a mark of a system may stand; only such lines are parsed.  Where a system
 * says that a report starts, a window of lines around the place is cut out and
 * given to the system to read; the lines that it used are remembered, so that a
 * report printed between them by another context is found as one of its own.
 * Nothing else is kept: memory does not grow with the text.
 */
#include "console/console.h"

#include "base/hash.h"
#include "console/boot.h"
#include "console/scan.h"
#include "console/system.h"
#include "console/window.h"

#include <stdlib.h>
#include <threads.h>

/* Which lines, by number, earlier reports took.  Windows overlap by less than this. */
#define TAKEN_SPAN 65536

struct console {
	const char *name;
	struct pm_text text;
	struct pm_boot boot;
	struct pm_systems systems;
	uint8_t taken[TAKEN_SPAN / 8]; /* a ring over line numbers */
	uint32_t taken_end;            /* numbers from here on are not taken */
	/* Offsets of taken lines at which a report would start: the last ones, in a ring. */
	uint64_t taken_starts[4 * PM_WINDOW_STARTS];
	unsigned taken_starts_n;
	/* Those of taken messages in the middle of a line: numbers do not tell them apart. */
	uint64_t taken_halves[64];
	unsigned taken_halves_n;
	/* What was told and may be told again: the last ones, in a ring. */
	uint64_t told[32];
	unsigned told_n;
	pm_incident_fn fn;
	void *user;
};

/* The same for every text: made for the first one. */
static struct pm_scanner scanner;
static once_flag scanner_once = ONCE_FLAG_INIT;

static void make_scanner(void)
{
	pm_scanner_init(&scanner);
	pm_systems_words(&scanner);
	pm_scanner_add(&scanner, pm_boot_words);
	pm_scanner_build(&scanner, false);
}

static bool is_taken(const struct console *con, uint32_t number)
{
	uint32_t bit = number % TAKEN_SPAN;

	return number < con->taken_end && (con->taken[bit / 8] >> bit % 8 & 1);
}

static void take(struct console *con, uint32_t number)
{
	uint32_t bit = number % TAKEN_SPAN;

	if (number >= con->taken_end) {
		if (number - con->taken_end >= TAKEN_SPAN)
			memset(con->taken, 0, sizeof(con->taken));
		else
			for (uint32_t n = con->taken_end; n < number; n++)
				con->taken[n % TAKEN_SPAN / 8] &= (uint8_t) ~(1u << n % 8);
		con->taken_end = number + 1;
	}
	con->taken[bit / 8] |= (uint8_t)(1u << bit % 8);
}

static void take_start(struct console *con, uint64_t offset)
{
	unsigned size = PM_COUNT(con->taken_starts);

	con->taken_starts[con->taken_starts_n++ % size] = offset + 1;
}

static bool is_taken_start(const struct console *con, uint64_t offset)
{
	unsigned size = PM_COUNT(con->taken_starts);

	for (unsigned i = 0; i < size; i++)
		if (con->taken_starts[i] == offset + 1)
			return true;
	return false;
}

/* Is it the second message of its line? */
static bool is_half(const struct pm_window *window, size_t i)
{
	return i && window->lines[i].at.line == window->lines[i - 1].at.line;
}

static bool is_taken_message(const struct console *con, const struct pm_window *window, size_t i)
{
	unsigned size = sizeof(con->taken_halves) / sizeof(con->taken_halves[0]);

	if (!is_half(window, i))
		return is_taken(con, window->lines[i].at.line);
	for (unsigned k = 0; k < size; k++)
		if (con->taken_halves[k] == window->lines[i].at.offset + 1)
			return true;
	return false;
}

static void take_message(struct console *con, const struct pm_window *window, size_t i)
{
	unsigned size = sizeof(con->taken_halves) / sizeof(con->taken_halves[0]);

	if (is_half(window, i))
		con->taken_halves[con->taken_halves_n++ % size] = window->lines[i].at.offset + 1;
	else
		take(con, window->lines[i].at.line);
}

static bool line_has_word(struct pm_slice raw, void *user)
{
	(void)user;
	return pm_scan(&scanner, raw, 0) != PM_NPOS;
}

/* In a text of Linux, what looks like another system's boot is quoted. */
static bool boots_other(const struct console *con, const struct pm_line *line)
{
	return con->systems.seen != PM_LINUX && pm_system_boots(line);
}

static bool line_is_boot(const struct pm_line *line, void *user)
{
	return pm_boot_starts(line) || boots_other(user, line);
}

static bool line_starts_report(const struct pm_line *line, void *user)
{
	const struct console *con = user;

	return pm_systems_start(&con->systems, line) != NULL;
}

/* Is the report a copy of one that was told whole? */
static bool is_retold(struct console *con, const struct pm_incident *inc)
{
	uint64_t by = inc->told_by ? pm_hash_field(PM_HASH_BEGIN, pm_slice_of(inc->told_by)) : 0;

	for (unsigned i = 0; by && inc->is_copy && i < PM_COUNT(con->told); i++)
		if (con->told[i] == by)
			return true;
	if (by && !inc->corrupted)
		con->told[con->told_n++ % PM_COUNT(con->told)] = by;
	return false;
}

/* The report that starts at the line at offset; false when the caller's function wants no more. */
static bool read_report(struct console *con, uint64_t offset, uint32_t number)
{
	const struct pm_window_hooks hooks = { line_starts_report, line_is_boot, line_has_word, con };
	struct pm_arena arena;
	struct pm_window window;
	struct pm_incident inc;
	bool go_on = true;

	pm_arena_init(&arena);
	pm_incident_init(&inc);
	pm_window_make(&con->text, offset, number, con->boot.offset, &hooks, &arena, &window);
	for (size_t i = 0; i < window.n; i++)
		window.taken[i] = is_taken_message(con, &window, i);

	inc.input = pm_arena_str(&inc.arena, pm_slice_of(con->name));
	if (pm_systems_read(&con->systems, &window, &inc)) {
		for (size_t i = window.start; i < window.n; i++)
			if (window.taken[i]) {
				take_message(con, &window, i);
				if (i > window.start && pm_systems_start(&con->systems, &window.lines[i]))
					take_start(con, window.lines[i].at.offset);
			}
		if (!is_retold(con, &inc)) {
			/* A copy is of an earlier boot, not of the one that printed it. */
			if (!inc.is_copy) {
				pm_boot_fill(&con->boot, &inc);
				pm_boot_reported(&con->boot, &inc);
			}
			go_on = con->fn(&inc, con->user);
		}
	}
	take_message(con, &window, window.start);
	pm_incident_deinit(&inc);
	pm_arena_deinit(&arena);
	return go_on;
}

/* What the message at offset tells; reads the report that starts there.  False: no more is wanted. */
static bool look_at(struct console *con, uint64_t offset, uint32_t number, uint64_t *next_out)
{
	struct pm_arena arena;
	struct pm_line line;

	pm_arena_init(&arena);
	pm_window_line(&con->text, offset, number, &arena, &line, next_out);
	if (pm_boot_starts(&line))
		pm_boot_begin(&con->boot, &line);
	else if (boots_other(con, &line))
		pm_boot_begin_other(&con->boot, &line);
	pm_systems_see(&con->systems, &line);
	pm_boot_see(&con->boot, &line);
	bool starts = !is_taken_start(con, offset) && pm_systems_start(&con->systems, &line);
	pm_arena_deinit(&arena);
	return !starts || read_report(con, offset, number);
}

/* The start of the line after the one that holds offset, however long that is. */
static uint64_t next_line(struct console *con, uint64_t offset)
{
	for (;;) {
		struct pm_slice rest = pm_text_at(&con->text, offset);
		size_t end = pm_slice_find_char(rest, '\n');

		if (end != PM_NPOS)
			return offset + end + 1;
		offset += rest.n;
		if (!pm_text_need(&con->text, offset, PM_LINE_MAX))
			return offset;
	}
}

static void scan_text(struct console *con)
{
	struct pm_text *text = &con->text;
	uint64_t offset = 0; /* always the start of a line */

	while (pm_text_need(text, offset, PM_LINE_MAX + scanner.longest)) {
		struct pm_slice rest = pm_text_at(text, offset);
		size_t hit = pm_scan(&scanner, rest, 0);

		if (hit == PM_NPOS) {
			/* On to the last line that may not be whole yet. */
			size_t start = rest.n;

			if (!text->at_end) {
				while (start && rest.p[start - 1] != '\n' && rest.n - start < PM_LINE_MAX)
					start--;
				if (!start || rest.p[start - 1] != '\n')
					start = rest.n - scanner.longest; /* a line too long to keep */
			}
			offset += start;
			continue;
		}
		size_t start = hit;
		while (start && rest.p[start - 1] != '\n' && hit - start < PM_LINE_MAX)
			start--;
		offset += start;
		pm_text_need(text, offset, PM_LINE_MAX);

		/* A line may hold a second message; it starts one report at the most each. */
		uint32_t number = pm_text_line(text, offset);
		uint64_t end = offset, next;
		for (int messages = 0; messages < 4; messages++) {
			if (!look_at(con, end, number, &next))
				return;
			end = next;
			if (!pm_text_at(text, end).n || text->buf[end - 1 - text->base] == '\n')
				break;
		}
		offset = next_line(con, offset);
	}
}

struct pm_error *pm_console_read_source(struct pm_source *source, const char *name, pm_incident_fn fn,
					void *user)
{
	struct console *con = pm_alloc(sizeof(*con));

	con->name = name;
	con->fn = fn;
	con->user = user;
	call_once(&scanner_once, make_scanner);
	pm_systems_init(&con->systems);
	pm_boot_init(&con->boot);
	pm_text_init(&con->text, source);
	scan_text(con);
	struct pm_error *err = con->text.error;
	con->text.error = NULL;
	pm_text_deinit(&con->text);
	pm_boot_deinit(&con->boot);
	free(con);
	return err;
}

#include "console/line.h"

#include "console/record.h"

/* Bytes in which a prefix that is not known must end. */
#define UNKNOWN_PREFIX_MAX 64

/* "12.345678" → nanoseconds; up to nine digits after the point. */
static bool take_seconds(struct pm_slice *s, int64_t *ns_out)
{
	struct pm_slice rest = *s;
	uint64_t whole, part = 0;
	unsigned digits = 0;

	if (!pm_take_dec(&rest, &whole) || !pm_take_char(&rest, '.') || whole > 9000000000ull)
		return false;
	for (; rest.n && pm_is_digit(rest.p[0]) && digits < 9; rest = pm_slice_from(rest, 1), digits++)
		part = part * 10 + (uint64_t)(rest.p[0] - '0');
	if (!digits)
		return false;
	for (; digits < 9; digits++)
		part *= 10;
	*ns_out = (int64_t)(whole * 1000000000ull + part);
	*s = rest;
	return true;
}

/* "T123]" or "C0]", the inside of a caller id. */
static bool take_caller(struct pm_slice *s, struct pm_context *context_out)
{
	struct pm_slice rest = *s;
	uint64_t id;
	enum pm_context_kind kind;

	pm_take_blanks(&rest);
	if (pm_take_char(&rest, 'T'))
		kind = PM_CONTEXT_TASK;
	else if (pm_take_char(&rest, 'C'))
		kind = PM_CONTEXT_CPU;
	else
		return false;
	if (!pm_take_dec(&rest, &id) || id > UINT32_MAX)
		return false;
	if (pm_take_char(&rest, '@')) { /* Android: "T123@0", the task and its CPU */
		uint64_t cpu;

		if (!pm_take_dec(&rest, &cpu))
			return false;
	}
	if (!pm_take_char(&rest, ']'))
		return false;
	*context_out = (struct pm_context){ kind, (uint32_t)id };
	*s = rest;
	return true;
}

/* "<6>" */
static void take_level(struct pm_slice *s, struct pm_line *line)
{
	struct pm_slice rest = *s;
	uint64_t level;

	if (pm_take_char(&rest, '<') && pm_take_dec(&rest, &level) && level < 1024 &&
	    pm_take_char(&rest, '>')) {
		line->level = (int8_t)(level & 7);
		*s = rest;
	}
}

/* "[   12.345678][  T123] ", with or without either part; what printk puts before a message. */
static bool take_printk(struct pm_slice *s, struct pm_line *line)
{
	struct pm_slice rest = *s;
	struct pm_context context = { PM_CONTEXT_CONSOLE, 0 };
	int64_t time = -1;

	if (!pm_take_char(&rest, '['))
		return false;
	if (take_caller(&rest, &context)) { /* printk.time=0 with caller ids */
		if (!pm_take_char(&rest, ' ') && rest.n)
			return false;
	} else {
		pm_take_blanks(&rest);
		if (!take_seconds(&rest, &time))
			return false;
		if (pm_take_char(&rest, ',')) { /* "[12.345678,0]": some vendors add the CPU */
			uint64_t cpu;

			if (!pm_take_dec(&rest, &cpu))
				return false;
		}
		if (!pm_take_char(&rest, ']'))
			return false;
		struct pm_slice caller = rest;
		pm_take_blanks(&caller);
		if (pm_take_char(&caller, '[') && take_caller(&caller, &context))
			rest = caller;
		if (!pm_take_char(&rest, ' ') && rest.n)
			return false;
	}
	line->time_ns = time;
	line->context = context;
	*s = rest;
	return true;
}

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
				      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char *const weekdays[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

static bool take_name(struct pm_slice *s, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (pm_take(s, (struct pm_slice){ names[i], 3 }))
			return true;
	return false;
}

/* "03:04:05", "03:04:05.678", "03:04" */
static bool take_clock(struct pm_slice *s)
{
	struct pm_slice rest = *s;
	uint64_t v;

	if (!pm_take_dec(&rest, &v) || v > 23 || !pm_take_char(&rest, ':') || !pm_take_dec(&rest, &v) ||
	    v > 59)
		return false;
	if (pm_take_char(&rest, ':')) {
		if (!pm_take_dec(&rest, &v) || v > 60)
			return false;
		if (rest.n > 1 && (rest.p[0] == '.' || rest.p[0] == ',') && pm_is_digit(rest.p[1])) {
			rest = pm_slice_from(rest, 1);
			while (rest.n && pm_is_digit(rest.p[0]))
				rest = pm_slice_from(rest, 1);
		}
	}
	*s = rest;
	return true;
}

/* "2024-01-02" */
static bool take_iso_date(struct pm_slice *s)
{
	struct pm_slice rest = *s;
	uint64_t y, m, d;

	if (rest.n < 10 || !pm_take_dec(&rest, &y) || y < 1970 || y > 9999 || !pm_take_char(&rest, '-') ||
	    !pm_take_dec(&rest, &m) || m > 12 || !pm_take_char(&rest, '-') || !pm_take_dec(&rest, &d) ||
	    d > 31)
		return false;
	*s = rest;
	return true;
}

/* "Z", "+00:00", "-0500", " UTC" */
static void take_zone(struct pm_slice *s)
{
	struct pm_slice rest = *s;

	if (pm_take_char(s, 'Z'))
		return;
	if (pm_take_char(&rest, '+') || pm_take_char(&rest, '-')) {
		uint64_t v;

		if (pm_take_dec(&rest, &v)) {
			if (pm_take_char(&rest, ':'))
				(void)pm_take_dec(&rest, &v);
			*s = rest;
		}
		return;
	}
	size_t n = 0;
	if (!pm_take_char(&rest, ' '))
		return;
	while (n < rest.n && rest.p[n] >= 'A' && rest.p[n] <= 'Z')
		n++;
	if (n >= 3 && n <= 5)
		*s = pm_slice_from(rest, n);
}

/* A wall-clock time in one of the forms of syslog, journalctl and dmesg; what it took goes to line->stamp. */
static bool take_wall_time(struct pm_slice *s, struct pm_line *line)
{
	struct pm_slice rest = *s;
	uint64_t day, year;

	/* journalctl -o short-unix: seconds since 1970 and six digits */
	if (pm_take_dec(&rest, &day) && day > 99999999 && pm_take_char(&rest, '.')) {
		size_t digits = rest.n;

		if (pm_take_dec(&rest, &year) && digits - rest.n == 6)
			goto done;
		return false;
	}
	rest = *s;
	if (take_name(&rest, weekdays, 7)) {
		pm_take_blanks(&rest);
		if (take_iso_date(&rest)) { /* journalctl -o short-full */
			if (!pm_take_char(&rest, ' ') || !take_clock(&rest))
				return false;
			take_zone(&rest);
			goto done;
		}
	}
	if (take_iso_date(&rest)) {
		if (!pm_take_char(&rest, 'T') && !pm_take_char(&rest, ' '))
			return false;
		if (!take_clock(&rest))
			return false;
		if (rest.n && rest.p[0] != ' ')
			take_zone(&rest);
		goto done;
	}
	if (!take_name(&rest, months, 12))
		return false;
	pm_take_blanks(&rest);
	if (!pm_take_dec(&rest, &day) || day > 31 || !pm_take_char(&rest, ' '))
		return false;
	struct pm_slice with_year = rest;
	if (pm_take_dec(&with_year, &year) && year >= 1970 && year < 10000 && pm_take_char(&with_year, ' '))
		rest = with_year;
	if (!take_clock(&rest))
		return false;
	with_year = rest;
	if (pm_take_char(&with_year, ' ') && pm_take_dec(&with_year, &year) && year >= 1970 && year < 10000)
		rest = with_year;
done:
	line->stamp = pm_slice_upto(*s, (size_t)(rest.p - s->p));
	*s = rest;
	return true;
}

/* "[  T12] " behind a time that is not printk's; else the blank that ends the prefix. */
static void take_lone_caller(struct pm_slice *s, struct pm_line *line)
{
	struct pm_slice rest = *s;

	pm_take_blanks(&rest);
	if (pm_take_char(&rest, '[') && take_caller(&rest, &line->context))
		*s = rest;
	(void)pm_take_char(s, ' ');
}

/* "[Tue Jan  2 03:04:05 2024] ", "[Tue Jan  2 03:04:05 2024][   T12] ": dmesg -T and serial loggers. */
static bool take_bracketed_time(struct pm_slice *s, struct pm_line *line)
{
	struct pm_slice rest = *s;

	if (!pm_take_char(&rest, '[') || !take_wall_time(&rest, line) || !pm_take_char(&rest, ']'))
		return false;
	if (rest.n && rest.p[0] != ' ' && rest.p[0] != '[')
		return false;
	*s = rest;
	return true;
}

/* " host kernel: " behind a wall-clock time. */
static bool take_host_and_kernel(struct pm_slice *s)
{
	struct pm_slice rest = *s, word;

	for (int words = 0; words < 3; words++) {
		pm_take_blanks(&rest);
		if (!pm_take_word(&rest, &word))
			return false;
		if (pm_slice_eq(word, PM_S("kernel:")) || pm_slice_eq(word, PM_S("kernel[0]:")) ||
		    pm_slice_eq(word, PM_S("kernel")) || pm_slice_eq(word, PM_S("vmunix:")) ||
		    pm_slice_eq(word, PM_S("/bsd:"))) {
			/* RFC 5424 has "kernel - - - " where the old form has a colon. */
			if (word.p[word.n - 1] != ':' && !pm_take(&rest, PM_S(" - - -")))
				return false;
			(void)pm_take_char(&rest, ' ');
			*s = rest;
			return true;
		}
	}
	return false;
}

/* "kern  :warn  : " of dmesg -x. */
static bool take_facility(struct pm_slice *s, struct pm_line *line)
{
	static const char *const levels[] = { "emerg", "alert",  "crit", "err",
					      "warn",  "notice", "info", "debug" };
	struct pm_slice rest = *s, word;

	if (!pm_take(&rest, PM_S("kern")))
		return false;
	pm_take_blanks(&rest);
	if (!pm_take_char(&rest, ':') || !pm_take_until(&rest, " :", &word))
		return false;
	pm_take_blanks(&rest);
	if (!pm_take(&rest, PM_S(": ")))
		return false;
	for (int8_t i = 0; i < 8; i++)
		if (pm_slice_eq(word, pm_slice_of(levels[i]))) {
			line->level = i;
			*s = rest;
			return true;
		}
	return false;
}

/* "** 12 printk messages dropped ** " and the login prompt of a getty on the same console. */
static void take_console_noise(struct pm_slice *s)
{
	static const char *const starts[] = { "Unable to handle", "BUG: ",           "INFO: ",
					      "WARNING: ",        "Kernel panic - ", "Internal error: " };
	struct pm_slice rest = *s;
	uint64_t n;

	if (pm_take(&rest, PM_S("** ")) && pm_take_dec(&rest, &n) &&
	    pm_take(&rest, PM_S(" printk messages dropped ** ")))
		*s = rest;
	size_t login = pm_slice_find(pm_slice_upto(*s, 200), PM_S(" login: "));
	if (login != PM_NPOS) {
		rest = pm_slice_from(*s, login + 8);
		if (rest.n && (rest.p[0] == '[' || rest.p[0] == '<'))
			*s = rest;
		/* A kernel without printk times. */
		for (size_t i = 0; i < PM_COUNT(starts); i++)
			if (pm_slice_starts(rest, pm_slice_of(starts[i])))
				*s = rest;
	}
}

/* What a console server, a container's runtime or somebody who quotes puts before each line: it is not known,
 * but printk's time, which always has six digits behind the point, stands behind it. */
static bool take_unknown(struct pm_slice *s, struct pm_line *line)
{
	struct pm_slice head = pm_slice_upto(*s, UNKNOWN_PREFIX_MAX);

	for (size_t i = 1; i < head.n; i++) {
		struct pm_slice rest = pm_slice_from(*s, i), printk = rest;
		size_t point;

		if (head.p[i] != '[' || (head.p[i - 1] != ' ' && head.p[i - 1] != '\t'))
			continue;
		point = pm_slice_find_char(pm_slice_upto(rest, 16), '.');
		if (point != PM_NPOS && rest.n > point + 7 && rest.p[point + 7] == ']' &&
		    take_printk(&printk, line)) {
			*s = printk;
			return true;
		}
	}
	return false;
}

void pm_line_parse(struct pm_line *line)
{
	struct pm_slice s = line->raw;

	line->time_ns = -1;
	line->level = -1;
	line->context = (struct pm_context){ PM_CONTEXT_NONE, 0 };
	line->stamp = (struct pm_slice){ NULL, 0 };
	line->record = (struct pm_record){ 0 };
	line->body = s;
	if (!s.n)
		return;

	char c = s.p[0];
	if (c == '<') {
		take_level(&s, line);
		if (pm_slice_starts(s, PM_S("1 "))) /* RFC 5424's version */
			s = pm_slice_from(s, 2);
	} else if (c == 'k' && take_facility(&s, line)) {
		line->context.kind = PM_CONTEXT_CONSOLE;
	} else if (pm_is_digit(c) && pm_record_take(&s, line)) {
		line->body = s;
		return;
	} else if (c == '*' || pm_is_alpha(c) || c == '(') {
		take_console_noise(&s);
	}

	if (take_printk(&s, line)) {
		/* journalctl -o short-monotonic: the host's name stands behind the time */
		if (take_host_and_kernel(&s))
			take_level(&s, line);
		line->body = s;
		return;
	}
	if (take_bracketed_time(&s, line)) {
		/* dmesg -T, or a serial logger before what the kernel printed */
		line->context.kind = PM_CONTEXT_CONSOLE;
		take_lone_caller(&s, line);
		take_level(&s, line);
		(void)take_printk(&s, line);
		line->body = s;
		return;
	}
	struct pm_slice stamped = s;
	if (take_wall_time(&stamped, line)) {
		if (take_host_and_kernel(&stamped)) {
			line->context.kind = PM_CONTEXT_CONSOLE;
			take_level(&stamped, line);
			(void)take_printk(&stamped, line);
			line->body = stamped;
			return;
		}
		/* dmesg --time-format iso, or a logger's time: only before a kernel's own prefix is it sure
		 */
		(void)pm_take_char(&stamped, ' ');
		take_level(&stamped, line);
		if (take_printk(&stamped, line)) {
			line->body = stamped;
			return;
		}
		if (line->stamp.n > 22 && line->stamp.p[10] == 'T') {
			line->context.kind = PM_CONTEXT_CONSOLE;
			line->body = stamped;
			return;
		}
		line->stamp = (struct pm_slice){ NULL, 0 };
	}
	if (pm_take(&s, PM_S("kernel: "))) { /* journalctl -o cat --output-fields, and logs cut by hand */
		line->context.kind = PM_CONTEXT_CONSOLE;
		(void)take_printk(&s, line);
	} else {
		(void)take_unknown(&s, line);
	}
	line->body = s;
}

size_t pm_line_second(const struct pm_line *line)
{
	struct pm_slice rest = line->body;

	if (line->time_ns < 0)
		return PM_NPOS;
	for (;;) {
		size_t at = pm_slice_find_char(rest, '[');

		if (at == PM_NPOS)
			return PM_NPOS;
		rest = pm_slice_from(rest, at);
		size_t point = pm_slice_find_char(pm_slice_upto(rest, 16), '.');
		struct pm_slice prefix = rest;
		struct pm_line second;
		/* "[   12.345678]": printk always writes six digits behind the point */
		if (point != PM_NPOS && rest.n > point + 7 && rest.p[point + 7] == ']' &&
		    take_printk(&prefix, &second))
			return (size_t)(rest.p - line->body.p);
		rest = pm_slice_from(rest, 1);
	}
}

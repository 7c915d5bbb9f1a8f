#include "console/prose.h"

#include "base/pattern.h"

/* How far around a start lines are looked at. */
/* Lines with placeholders that make a text a description. */
#define PLACEHOLDERS 3
#define LINES_BEFORE 60
#define LINES_AFTER 120
/* Addresses have eight digits at least; commits' names have more letters than that as well, and no "0x". */
#define ADDRESS_DIGITS 8
/* Of so many lines one at least is a sentence or a source's where people write. */
#define TEXT_SHARE 8
/* A sentence has so many words of letters. */
#define SENTENCE_WORDS 6

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "rcu:", "watchdog:", "kernel[0]:": who says it. */
static bool is_tag(struct pm_slice word)
{
	if (word.n < 3 || word.p[word.n - 1] != ':')
		return false;
	for (size_t i = 0; i + 1 < word.n; i++)
		if (!pm_is_name_char(word.p[i]) && !memchr("[]/-#", word.p[i], 5))
			return false;
	return is_letter(word.p[0]);
}

/* "2018/01/09", "14:28:48.123", "[42]", "<6>" */
static bool is_stamp(struct pm_slice word)
{
	bool digit = false;

	for (size_t i = 0; i < word.n; i++) {
		digit |= is_digit(word.p[i]);
		if (!is_digit(word.p[i]) && !memchr("/:.-+,TZ[]<>()|", word.p[i], 15))
			return false;
	}
	return digit;
}

/* "root@host:~#", "~", "/": the end of a shell's prompt, and what stands before it. */
static bool is_prompt(struct pm_slice head)
{
	char last = head.n ? head.p[head.n - 1] : 0;

	if (pm_slice_ends(head, PM_S("login:")) || pm_slice_ends(head, PM_S("Password:")))
		return true;
	return (last == '#' || last == '$') && head.n > 2 &&
	       (pm_slice_find_char(head, '~') != PM_NPOS || pm_slice_find_char(head, '@') != PM_NPOS ||
		head.p[0] == '/');
}

/* "pcieport 0000:00:01.0: ", "nvme nvme0: ": a driver and its device, before what it says of it. */
static bool take_device(struct pm_slice *head)
{
	struct pm_slice rest = *head, driver, device;

	if (!pm_take_word(&rest, &driver) || !is_letter(driver.p[0]))
		return false;
	for (size_t i = 0; i < driver.n; i++)
		if (!pm_is_name_char(driver.p[i]) && driver.p[i] != '-')
			return false;
	pm_take_blanks(&rest);
	if (!pm_take_word(&rest, &device) || device.p[device.n - 1] != ':')
		return false;
	for (size_t i = 0; i < device.n; i++)
		if (is_digit(device.p[i])) {
			*head = rest;
			return true;
		}
	return false;
}

bool pm_prose_quotes(struct pm_slice head)
{
	return pm_slice_find_char(head, '"') != PM_NPOS || pm_slice_find_char(head, '`') != PM_NPOS;
}

bool pm_prose_before(struct pm_slice head)
{
	struct pm_slice trimmed = pm_slice_trim(head), word;
	struct pm_match m;

	if (!trimmed.n || pm_slice_eq(trimmed, PM_S("["))) /* "[ BUG: Invalid wait context ]" */
		return false;
	if (pm_prose_quotes(head))
		return true;
	/* No blank between: the console broke off in the middle of another line.  Sources join words so by
	 * quotes, points and slashes. */
	char last = head.p[head.n - 1];
	if (last != ' ' && last != '\t')
		return !(is_letter(last) || is_digit(last) || last == ')' || last == ']');
	if (is_prompt(trimmed) || pm_match("printk messages dropped **$", trimmed, &m) ||
	    pm_slice_ends(trimmed, PM_S("NMI watchdog:")))
		return false;
	(void)take_device(&trimmed);
	for (unsigned n = 0; n < 8; n++) {
		pm_take_blanks(&trimmed);
		if (!pm_take_word(&trimmed, &word))
			return false;
		if (!is_tag(word) && !is_stamp(word))
			return true;
	}
	return false;
}

bool pm_prose_is_kernel(struct pm_slice body)
{
	unsigned digits = 0;

	body = pm_slice_upto(body, 1024);
	if (pm_match("+0x{x}/0x{x}", body, NULL) || pm_match("[#{d}]", body, NULL))
		return true;
	for (size_t i = 0; i <= body.n; i++) {
		char c = i < body.n ? body.p[i] : 0;

		if (is_digit(c) || (c >= 'a' && c <= 'f')) {
			digits++;
			continue;
		}
		/* Kernels' addresses begin with ffff or 0x, or have zeros in front. */
		if (digits >= ADDRESS_DIGITS && !is_letter(c)) {
			struct pm_slice run = pm_slice_from(body, i - digits);
			bool x = i > digits && body.p[i - digits - 1] == 'x';

			if (x || pm_slice_starts(run, PM_S("ffff")) || pm_slice_starts(run, PM_S("0000")))
				return true;
		}
		digits = 0;
	}
	return false;
}

/* Words of lower-case letters in a row, one blank between: somebody's sentence. */
static bool is_sentence(struct pm_slice body)
{
	struct pm_slice s = pm_slice_trim(body), word;
	unsigned words = 0;

	while (pm_take_word(&s, &word)) {
		bool plain = true;

		for (size_t i = 0; i < word.n; i++)
			plain &= is_letter(word.p[i]) || word.p[i] == '\'' ||
				 (i + 1 == word.n && memchr(".,;!?", word.p[i], 5));
		if (plain && ++words >= SENTENCE_WORDS)
			return true;
		if (!plain)
			words = 0;
		pm_take_blanks(&s);
	}
	return false;
}

/* How lines of markup and of sources begin or end. */
static bool is_source(struct pm_slice body)
{
	static const char *const starts[] = { "```",        "# ",      "## ",     "### ",      "/*",
					      "* ",         "*/",      "//",      "#include ", "#define ",
					      "<p",         "<h",      "<li",     "<td",       "<pre",
					      "<code",      "<div",    "</",      "commit ",   "diff --git ",
					      "Author: ",   "return ", "static ", ".. ",       "=item ",
					      "goroutine ", ".B ",     ".SH ",    ".TP" };
	struct pm_slice s = pm_slice_trim(body);

	for (size_t i = 0; i < PM_COUNT(starts); i++)
		if (pm_slice_starts(s, pm_slice_of(starts[i])))
			return true;
	return pm_slice_ends(s, PM_S(");")) || pm_slice_ends(s, PM_S("\");")) ||
	       pm_slice_ends(s, PM_S(") {"));
}

/* "CPU: <n> PID: <id>": what describes a format has words where a kernel has values. */
static bool has_placeholder(struct pm_slice body)
{
	static const char *const before[] = { "0x<",     "address: <", "CPU: <",    "PID: <",
					      "Comm: <", "trace <",    "syncing: <" };

	for (size_t i = 0; i < PM_COUNT(before); i++)
		if (pm_slice_has(body, pm_slice_of(before[i])))
			return true;
	return false;
}

bool pm_prose_describes(const struct pm_window *window)
{
	size_t from = window->start > LINES_BEFORE ? window->start - LINES_BEFORE : 0;
	size_t to = window->n - window->start > LINES_AFTER ? window->start + LINES_AFTER : window->n;
	unsigned placeholders = 0;

	for (size_t i = from; i < to; i++)
		placeholders += has_placeholder(window->lines[i].body);
	return placeholders >= PLACEHOLDERS;
}

enum pm_prose pm_prose_around(const struct pm_window *window)
{
	/* Lines that begin so are a kernel's, whichever it is. */
	static const char *const kernels[] = {
		"Call Trace:",
		"Call trace:",
		"Modules linked in:",
		"Hardware name:",
		"CPU: ",
		"RIP: ",
		"Code: ",
		"Stopped at ",
		"cpuid = ",
		"db_enter",
		"Begin traceback",
		"Rebooting in ",
		"---[ end ",
		"Linux version ",
		"VFS: Cannot open root device",
		"Please append a correct ",
	};
	size_t from = window->start > LINES_BEFORE ? window->start - LINES_BEFORE : 0;
	size_t to = window->n - window->start > LINES_AFTER ? window->start + LINES_AFTER : window->n;
	unsigned text = 0, lines = 0;

	for (size_t i = from; i < to; i++) {
		const struct pm_line *line = &window->lines[i];
		struct pm_slice body = pm_slice_trim(line->body);

		if (i == window->start)
			continue;
		if (line->context.kind != PM_CONTEXT_NONE)
			return PM_PROSE_KERNEL;
		if (pm_prose_is_kernel(body)) {
			if (is_sentence(body) || pm_prose_quotes(body))
				continue; /* somebody may have quoted it */
			return PM_PROSE_KERNEL;
		}
		/* "4.3.5+ #8 Not tainted": lockdep and others tell the kernel so */
		if (pm_match("#{d} {Not tainted|Tainted: }", body, NULL))
			return PM_PROSE_KERNEL;
		for (size_t k = 0; k < PM_COUNT(kernels); k++)
			if (pm_slice_starts(body, pm_slice_of(kernels[k])))
				return PM_PROSE_KERNEL;
		text += is_sentence(body) || is_source(body);
		lines += body.n != 0;
	}
	/* Drivers say a sentence now and then. */
	return text && text * TEXT_SHARE >= lines ? PM_PROSE_TEXT : PM_PROSE_NOTHING;
}

#include "shell/edit.h"
#include "shell/complete.h"

#include "base/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

/* A library that is loaded costs every other run of kpanic nothing, as debuginfod's. */
#if !defined(PM_STATIC) && __has_include(<histedit.h>)
#include <dlfcn.h>
#include <histedit.h>
#define HAS_LIBEDIT 1
#else
#define HAS_LIBEDIT 0
#endif

struct pm_edit {
	struct pm_shell *sh;
	char *line; /* without libedit */
	size_t size;
#if HAS_LIBEDIT
	char *history; /* path; NULL: not kept */
	char *last;    /* line of the history */
	const char *prompt;
	bool vi;
	EditLine *el;
	History *past;
	typeof(el_init) *init;
	typeof(el_end) *end;
	typeof(el_set) *set;
	typeof(el_gets) *gets;
	typeof(el_line) *where;
	typeof(el_insertstr) *insert;
	typeof(el_reset) *reset;
	typeof(el_resize) *resize;
	typeof(el_source) *source;
	typeof(history_init) *history_begin;
	typeof(history_end) *history_stop;
	typeof(history) *remember;
#endif
};

#if HAS_LIBEDIT

/* ---- the history's file: a line for each, the newest last ---- */

static const int max_history = 1000;
static const size_t max_history_bytes = 1 << 20;

/* $XDG_STATE_HOME/kpanic/history, with its folders; NULL: there is no place for it. */
static char *history_path(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char *path;

	if (state && *state == '/')
		path = pm_printf("%s/kpanic/history", state);
	else if (home && *home == '/')
		path = pm_printf("%s/.local/state/kpanic/history", home);
	else
		return NULL;
	for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = 0;
		mkdir(path, 0700);
		*slash = '/';
	}
	return path;
}

static void append_line(const char *path, const char *line)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	/* one write, so that sessions at the same time do not mix their lines; it is lost if it fails */
	ssize_t ignored = write(fd, line, strlen(line));

	(void)ignored;
	close(fd);
}

/* The newest lines of the file, and the file without the older ones where it has grown. */
static void read_history(struct pm_edit *edit)
{
	FILE *in = fopen(edit->history, "re");
	char *line = NULL;
	size_t size = 0, n = 0;
	struct stat about;
	HistEvent event;

	if (!in)
		return;
	bool grown = !fstat(fileno(in), &about) && (size_t)about.st_size > max_history_bytes;

	while (getline(&line, &size, in) > 0 && ++n)
		edit->remember(edit->past, &event, H_ENTER, line);
	free(line);
	fclose(in);
	if (grown || n > 2 * (size_t)max_history) {
		char *next = pm_printf("%s.%d", edit->history, (int)getpid());

		/* libedit knows the newest first */
		for (int more = edit->remember(edit->past, &event, H_LAST); more >= 0;
		     more = edit->remember(edit->past, &event, H_PREV))
			append_line(next, event.str);
		if (rename(next, edit->history))
			unlink(next);
		free(next);
	}
}

/* libedit's functions are told nothing but their EditLine; there is one. */
static struct pm_edit *the_one;

static char *prompt_of(EditLine *el)
{
	static char text[32];

	(void)el;
	snprintf(text, sizeof(text), "%s", the_one->prompt);
	return text;
}

static void list(const struct pm_shell_matches *m)
{
	static const size_t most = 120;
	struct winsize size = { 0 };
	size_t width = 0, n = m->names.n < most ? m->names.n : most;

	for (size_t i = 0; i < n; i++)
		width = strlen(m->names.v[i]) > width ? strlen(m->names.v[i]) : width;
	width += 2;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		size.ws_col = 80;
	size_t columns = size.ws_col > width ? size.ws_col / width : 1, rows = (n + columns - 1) / columns;

	fputc('\n', stdout);
	for (size_t row = 0; row < rows; row++) {
		for (size_t i = row; i < n; i += rows)
			fprintf(stdout, i + rows < n ? "%-*s" : "%.*s", i + rows < n ? (int)width : 256,
				m->names.v[i]);
		fputc('\n', stdout);
	}
	if (m->names.n > n)
		fprintf(stdout, "... and %zu%s more\n", m->names.n - n, m->many ? " or" : "");
	fflush(stdout);
}

static unsigned char complete(EditLine *el, int key)
{
	struct pm_edit *edit = the_one;
	const LineInfo *info = edit->where(el);
	char *line = pm_printf("%.*s", (int)(info->cursor - info->buffer), info->buffer);
	struct pm_shell_matches matches;
	unsigned char result = CC_ERROR;

	(void)key;
	pm_shell_complete(edit->sh, line, &matches);
	size_t common = pm_shell_common(&matches);

	if (matches.names.n) {
		bool only = matches.names.n == 1 && !matches.is_prefix;
		char *more = pm_printf("%.*s%s", (int)(common - matches.length),
				       matches.names.v[0] + matches.length, only ? " " : "");

		result = CC_REFRESH;
		if (*more) {
			edit->insert(el, more);
		} else if (matches.names.n > 1) {
			list(&matches);
			result = CC_REDISPLAY;
		}
		free(more);
	}
	pm_shell_matches_free(&matches);
	free(line);
	return result;
}

/* One character.  libedit's own goes on after a signal: an interrupt must end the line. */
static int read_char(EditLine *el, wchar_t *out)
{
	mbstate_t state;
	char byte;

	(void)el;
	memset(&state, 0, sizeof(state));
	for (;;) {
		/* it may have come before the terminal was ready */
		ssize_t n = pm_interrupted() ? -1 : read(STDIN_FILENO, &byte, 1);

		if (n < 0 && errno == EINTR && !pm_interrupted())
			continue;
		if (n <= 0)
			return n < 0 ? -1 : 0;
		size_t length = mbrtowc(out, &byte, 1, &state);

		if (length == (size_t)-2)
			continue;
		if (length == (size_t)-1)
			memset(&state, 0, sizeof(state)); /* not of this character set */
		else
			return 1;
	}
}

static bool load(struct pm_edit *edit)
{
	static const char *const files[] = { "libedit.so.2", "libedit.so.0" };
	const struct {
		const char *name;
		void **to;
	} functions[] = {
		{ "el_init", (void **)&edit->init },
		{ "el_end", (void **)&edit->end },
		{ "el_set", (void **)&edit->set },
		{ "el_gets", (void **)&edit->gets },
		{ "el_line", (void **)&edit->where },
		{ "el_insertstr", (void **)&edit->insert },
		{ "el_reset", (void **)&edit->reset },
		{ "el_resize", (void **)&edit->resize },
		{ "el_source", (void **)&edit->source },
		{ "history_init", (void **)&edit->history_begin },
		{ "history_end", (void **)&edit->history_stop },
		{ "history", (void **)&edit->remember },
	};
	void *library = NULL;

	for (size_t i = 0; i < PM_COUNT(files) && !library; i++)
		library = dlopen(files[i], RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; library && i < PM_COUNT(functions); i++) {
		*functions[i].to = dlsym(library, functions[i].name);
		if (!*functions[i].to)
			return false;
	}
	return library;
}

static void start(struct pm_edit *edit)
{
	HistEvent event;

	if (!load(edit))
		return;
	edit->el = edit->init("kpanic", stdin, stdout, stderr);
	if (!edit->el)
		return;
	the_one = edit;
	edit->past = edit->history_begin();
	edit->remember(edit->past, &event, H_SETSIZE, max_history);
	edit->remember(edit->past, &event, H_SETUNIQUE, 1);
	edit->set(edit->el, EL_PROMPT, prompt_of);
	edit->set(edit->el, EL_EDITOR, "emacs");
	edit->set(edit->el, EL_SIGNAL, 0);
	edit->set(edit->el, EL_GETCFN, read_char);
	edit->set(edit->el, EL_HIST, edit->remember, edit->past);
	edit->set(edit->el, EL_ADDFN, "kpanic-complete", "complete the word", complete);
	edit->set(edit->el, EL_BIND, "^I", "kpanic-complete", NULL);
	edit->set(edit->el, EL_BIND, "^R", "em-inc-search-prev", NULL);
	edit->source(edit->el, NULL);
	if (edit->history)
		read_history(edit);
}

/* "h": the lines that were typed, by number. */
static void list_history(struct pm_edit *edit)
{
	HistEvent event;

	for (int more = edit->remember(edit->past, &event, H_LAST); more >= 0;
	     more = edit->remember(edit->past, &event, H_PREV))
		printf("[%d] %.*s\n", event.num, (int)strcspn(event.str, "\n"), event.str);
}

/* The newest line of that number, or that begins so; which "": the last one.  NULL: said that there is none. */
static const char *recall(struct pm_edit *edit, const char *which)
{
	HistEvent event;
	struct pm_slice text = pm_slice_trim((struct pm_slice){ which, strcspn(which, "\n") });
	uint64_t number = 0;
	bool is_number = pm_slice_dec(text, &number);

	for (int more = edit->remember(edit->past, &event, H_FIRST); more >= 0;
	     more = edit->remember(edit->past, &event, H_NEXT))
		if (is_number ? (uint64_t)event.num == number : !strncmp(event.str, text.p, text.n))
			return event.str;
	char *words = pm_printf("%.*s", PM_FMT(text));

	pm_shell_no_such(edit->sh, NULL, "line", words, "'h' lists them");
	free(words);
	return NULL;
}

/* crash's ways to run a line again: "r", "!!", "r 12", "!12", "r bt".  Returns the line that is meant, which is printed;
 * "": there is nothing to be run.  Else the line itself. */
static const char *expand(struct pm_edit *edit, const char *line)
{
	const char *which = line + strspn(line, " \t"), *again;
	bool r = *which == 'r' && strchr(" \t\n", which[1]), bang = *which == '!' && pm_is_digit(which[1]);

	if (*which == 'h' && which[1] == '\n') {
		list_history(edit);
		return "";
	}
	if (r)
		which += 1 + strspn(which + 1, " \t");
	else if (bang)
		which++;
	else if (!strncmp(which, "!!", 2) && which[2 + strspn(which + 2, " \t")] == '\n')
		which = "";
	else
		return line;
	again = recall(edit, which);
	if (again)
		printf("%s", again);
	fflush(stdout);
	return again ? again : "";
}

/* One that is the same as the one before is not kept twice. */
static void keep_line(struct pm_edit *edit, const char *line)
{
	HistEvent event;

	if (!line[strspn(line, " \t\n")] || (edit->last && !strcmp(line, edit->last)))
		return;
	char *copy = pm_printf("%s", line); /* it may be the history's */

	edit->remember(edit->past, &event, H_ENTER, copy);
	if (edit->history)
		append_line(edit->history, copy);
	free(edit->last);
	edit->last = copy;
}

static const char *edited_line(struct pm_edit *edit, const char *prompt)
{
	int n = 0;

	edit->prompt = prompt;
	if (edit->vi != edit->sh->settings.vi) {
		edit->vi = edit->sh->settings.vi;
		edit->set(edit->el, EL_EDITOR, edit->vi ? "vi" : "emacs");
		edit->set(edit->el, EL_BIND, "^I", "kpanic-complete", NULL);
	}
	edit->resize(edit->el);
	const char *line = edit->gets(edit->el, &n);

	if (!line && pm_interrupted()) {
		edit->reset(edit->el);
		fputc('\n', stdout);
		return "";
	}
	if (!line || n <= 0)
		return NULL;
	line = expand(edit, line);
	keep_line(edit, line);
	/* kept, or as it was: the history may move what it holds */
	return edit->last && !strcmp(line, edit->last) ? edit->last : line;
}

#endif

struct pm_edit *pm_edit_open(struct pm_shell *sh, bool keep)
{
	struct pm_edit *edit = pm_alloc(sizeof(*edit));

	edit->sh = sh;
#if HAS_LIBEDIT
	edit->history = keep ? history_path() : NULL;
	start(edit);
#else
	(void)keep;
#endif
	return edit;
}

void pm_edit_close(struct pm_edit *edit)
{
#if HAS_LIBEDIT
	if (edit->past)
		edit->history_stop(edit->past);
	if (edit->el)
		edit->end(edit->el);
	the_one = NULL;
	free(edit->history);
	free(edit->last);
#endif
	free(edit->line);
	free(edit);
}

/* Of a terminal without editing. */
static const char *plain_line(struct pm_edit *edit, const char *prompt)
{
	fputs(prompt, stdout);
	fflush(stdout);
	clearerr(stdin);
	if (getline(&edit->line, &edit->size, stdin) >= 0)
		return edit->line;
	if (!pm_interrupted())
		return NULL;
	fputc('\n', stdout);
	return "";
}

const char *pm_edit_line(struct pm_edit *edit, const char *prompt)
{
#if HAS_LIBEDIT
	if (edit->el)
		return edited_line(edit, prompt);
#endif
	return plain_line(edit, prompt);
}

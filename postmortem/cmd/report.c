#include "cmd/report.h"

#include "console/console.h"
#include "console/keep.h"
#include "console/pstore.h"
#include "decode/decode.h"
#include "explain/explain.h"
#include "image/report.h"
#include "linux/report.h"
#include "read/file.h"
#include "render/escape.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WIDTH_MIN = 40, WIDTH_MAX = 1000 };

struct pm_report_run {
	struct pm_report_options options;
	struct pm_render_html page;
	FILE *html;
	struct pm_symbols *symbols; /* NULL: --no-symbols */
	char *symbols_said;         /* the last complaint, so that it is not repeated for every report */
	size_t reports;             /* so far, over all inputs */
	unsigned of_source;         /* reports of the input that is being read */
	bool of_dump;               /* that input is a memory dump */
	char *shell;                /* what kpanic shell takes to open it; NULL: it cannot be told */
	const char *
		not_whole; /* why that is not whole, as long as no report has said it; NULL: it is, or one has */
	unsigned consequences; /* of a dump's reports: those that are left out of the text */
	bool text;             /* standard output takes the explanation for people */
	bool many;             /* more than one input: their names are printed */
	enum pm_status status;
};

/* COLUMNS is a wish, like --width; a terminal's own width is only taken up to what reads well. */
static unsigned terminal_width(void)
{
	const char *wish = getenv("COLUMNS");
	unsigned long columns = wish ? strtoul(wish, NULL, 10) : 0;
	struct winsize size;

	if (columns >= WIDTH_MIN && columns <= WIDTH_MAX)
		return (unsigned)columns;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return 80;
	return size.ws_col > 100 ? 100 : size.ws_col;
}

void pm_report_options_init(struct pm_report_options *options)
{
	*options = (struct pm_report_options){ .color = "auto", .style = { .width = terminal_width() } };
}

static bool bad(const char *what, const char *value)
{
	pm_cmd_say("%s, not '%s'", what, value);
	return false;
}

bool pm_report_option(struct pm_report_options *options, int c, const char *argument)
{
	switch (c) {
	case PM_REPORT_OPT:
		options->json = true;
		return true;
	case PM_REPORT_OPT + 1:
		options->html = argument;
		return true;
	case PM_REPORT_OPT + 2:
		options->style.evidence = true;
		return true;
	case PM_REPORT_OPT + 3:
		options->color = argument;
		if (strcmp(argument, "always") && strcmp(argument, "never") && strcmp(argument, "auto"))
			return bad("--color wants always, never or auto", argument);
		return true;
	case PM_REPORT_OPT + 4: {
		char *end;
		unsigned long width = strtoul(argument, &end, 10);

		if (!*argument || *end || width < WIDTH_MIN || width > WIDTH_MAX)
			return bad("--width wants a number from 40 to 1000", argument);
		options->style.width = (unsigned)width;
		return true;
	}
	case PM_REPORT_OPT + 5:
		options->symbols.vmlinux = argument;
		return true;
	case PM_REPORT_OPT + 6:
		if (options->symbols.debug_dirs_n == PM_REPORT_DEBUG_DIRS)
			return bad("--debug-dir can be given 32 times", argument);
		options->debug_dirs[options->symbols.debug_dirs_n++] = argument;
		return true;
	case PM_REPORT_OPT + 7:
		options->symbols.source_path = argument;
		return true;
	case PM_REPORT_OPT + 8:
		options->no_symbols = true;
		return true;
	case PM_REPORT_OPT + 9:
		options->btf = argument;
		return true;
	case PM_REPORT_OPT + 10:
		options->raw = argument ? argument : "";
		return true;
	case 'v':
		options->style.details = true;
		return true;
	default:
		return false;
	}
}

bool pm_report_options_fit(const struct pm_report_options *options)
{
	if (options->json && options->html && !strcmp(options->html, "-")) {
		pm_cmd_say("--json and --html - both write to standard output");
		return false;
	}
	return true;
}

/* Would a page of that name destroy something?  "--html serial.log" is a page's name forgotten. */
static bool is_precious(const char *path)
{
	struct stat st;
	char start[15] = "";
	FILE *f = stat(path, &st) || !S_ISREG(st.st_mode) || !st.st_size ? NULL : fopen(path, "r");

	if (!f)
		return false;
	size_t n = fread(start, 1, sizeof(start), f);
	fclose(f);
	return n < sizeof(start) || strncasecmp(start, "<!doctype html>", sizeof(start));
}

/* NULL: it was said on stderr why not. */
static FILE *open_page(const char *path)
{
	if (!strcmp(path, "-"))
		return stdout;
	if (is_precious(path)) {
		pm_cmd_say("%s: is there already and is no HTML page: not overwritten", path);
		return NULL;
	}
	FILE *html = fopen(path, "w");
	if (!html)
		pm_cmd_say("%s: %s", path, strerror(errno));
	return html;
}

static const char *input_name(const char *path)
{
	return strcmp(path, "-") ? path : "standard input";
}

static void want_folder(struct pm_report_run *run, const char *path)
{
	int error = path ? pm_cmd_folder_errno(path) : 0;

	if (!error)
		return;
	pm_cmd_say("%s: %s", path, strerror(error));
	run->status = PM_STATUS_UNREADABLE;
}

static bool terminal_has_colours(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && !(term && !strcmp(term, "dumb"));
}

struct pm_report_run *pm_report_begin(const struct pm_report_options *options, char *const *inputs)
{
	FILE *html = options->html ? open_page(options->html) : NULL;
	struct pm_report_run *run = pm_alloc(sizeof(*run));
	struct pm_arena names_arena;
	PM_VEC(const char *) names = { 0 };

	pm_arena_init(&names_arena);
	for (; *inputs; inputs++)
		*PM_PUSH(&names_arena, &names) = input_name(*inputs);
	run->options = *options;
	run->text = !options->json && html != stdout;
	if (options->html && !html)
		run->status = PM_STATUS_UNREADABLE;
	if (options->symbols.vmlinux && access(options->symbols.vmlinux, R_OK)) {
		pm_cmd_say("%s: %s", options->symbols.vmlinux, strerror(errno));
		run->options.symbols.vmlinux = NULL;
		run->status = PM_STATUS_UNREADABLE;
	}
	for (size_t i = 0; i < options->symbols.debug_dirs_n; i++)
		want_folder(run, options->debug_dirs[i]);
	want_folder(run, options->symbols.source_path);
	run->html = html;
	if (html)
		pm_render_html_begin(&run->page, html, names.v, names.n);
	run->options.symbols.debug_dirs = run->options.debug_dirs;
	if (!options->no_symbols)
		run->symbols = pm_symbols_create(&run->options.symbols);
	run->options.style.ascii = !pm_render_is_utf8();
	run->options.style.colour = !strcmp(options->color, "always") ||
				    (!strcmp(options->color, "auto") && terminal_has_colours());
	if (options->json)
		pm_render_json_begin(stdout, names.v, names.n);
	pm_arena_deinit(&names_arena);
	return run;
}

static void apply_symbols(struct pm_report_run *run, struct pm_incident *inc)
{
	struct pm_error *err = run->symbols ? pm_symbols_apply(run->symbols, inc) : NULL;

	/* The explanation goes on without source lines, but a file that was asked for must not fail silently. */
	if (err && (!run->symbols_said || strcmp(run->symbols_said, err->message))) {
		pm_cmd_say("%s", err->message);
		free(run->symbols_said);
		run->symbols_said = pm_printf("%s", err->message);
		run->status = PM_STATUS_UNREADABLE;
	}
	pm_error_free(err);
}

static void print_name(const char *name, bool more)
{
	struct pm_buf harmless = { 0 };

	pm_escape_terminal(&harmless, name, !pm_render_is_utf8());
	printf("%s%.*s:\n", more ? "\n" : "", (int)harmless.n, harmless.data);
	pm_buf_deinit(&harmless);
}

static bool on_incident(struct pm_incident *inc, void *user)
{
	struct pm_report_run *run = user;
	struct pm_render_text *style = &run->options.style;

	inc->shell = run->shell;
	pm_decode(inc);
	apply_symbols(run, inc);
	pm_explain(inc);
	/* Reports are counted, and their times compared, within a file. */
	if (run->of_source++) {
		style->number = run->of_source;
	} else {
		style->number = 0;
		style->has_first = inc->machine.has_uptime;
		style->first_ns = inc->machine.uptime_ns;
		style->first_boot = inc->boot;
		if (run->many && run->text)
			print_name(inc->input, run->reports != 0);
	}
	if (run->options.json)
		pm_render_json_report(stdout, inc, run->reports == 0);
	/* The first report of a dump says all that memory knows; what only follows from it is counted. */
	if (run->of_dump && inc->secondary && !style->details)
		run->consequences++;
	else if (run->text)
		pm_render_text(stdout, inc, style);
	for (size_t i = 0; run->not_whole && i < inc->missing.n; i++)
		if (!strcmp(inc->missing.v[i], run->not_whole))
			run->not_whole = NULL;
	if (run->html)
		pm_render_html_report(&run->page, inc, run->reports);
	run->reports++;
	/* Each report is out as soon as it is known; and a reader that went away ends the work. */
	return fflush(stdout) == 0 && !ferror(stdout);
}

static void unreadable(struct pm_report_run *run, struct pm_error *err)
{
	pm_cmd_say("%s", err->message);
	pm_error_free(err);
	run->status = PM_STATUS_UNREADABLE;
}

/* otherwise: what to say when there is no report in it; NULL: just that.  Taken over. */
static void report_source(struct pm_report_run *run, struct pm_source *source, const char *name,
			  struct pm_error *otherwise)
{
	size_t before = run->reports;

	run->of_source = 0;
	struct pm_error *err = pm_console_read_source(source, name, on_incident, run);

	pm_source_close(source);
	if (err) {
		unreadable(run, err);
	} else if (run->reports == before && otherwise) {
		unreadable(run, otherwise);
		return;
	} else if (run->reports == before && !ferror(stdout) && !run->options.json) {
		pm_cmd_say("%s: no panic or other kernel report found", name);
	}
	pm_error_free(otherwise);
}

void pm_report_source(struct pm_report_run *run, struct pm_source *source, const char *name)
{
	report_source(run, source, name, NULL);
}

/* Opens path, and as parts of one dump also the paths behind it that are parts; *taken_out: how many. */
static struct pm_error *open_parts(struct pm_file *first, char **more, size_t *taken_out,
				   struct pm_dump **dump_out)
{
	struct pm_file *files[PM_DUMP_PARTS] = { first };
	size_t n = 1;

	if (pm_dump_is_part(first))
		for (; more[n - 1] && n < PM_DUMP_PARTS; n++) {
			if (pm_error_take(pm_file_open(more[n - 1], &files[n])) != PM_OK)
				break;
			if (!pm_dump_is_part(files[n])) {
				pm_file_close(files[n]);
				break;
			}
		}
	*taken_out = n;
	return pm_dump_open_files(files, n, dump_out);
}

/* Explains the kernel in the dump, NULL: none, and it was said why: then what is left of its log; and where that is nothing,
 * what registers tell.  Takes both over. */
static void report_kernel(struct pm_report_run *run, struct pm_dump *dump, struct pm_cmd_kernel *kernel,
			  const char *name)
{
	struct pm_linux_session *session = kernel->session;
	size_t before = run->reports;
	struct pm_error *err = NULL;

	run->of_source = run->consequences = 0;
	run->of_dump = true;
	run->not_whole = NULL;
	if (pm_dump_info(dump)->incomplete)
		run->not_whole = pm_dump_info(dump)->trouble;
	if (session) {
		err = pm_linux_read_dump(session, on_incident, run);
	} else if (kernel->image && kernel->image->found) {
		err = pm_image_read_dump(kernel->image, on_incident, run);
	} else {
		free(run->shell); /* which could not open it either */
		run->shell = NULL;
		pm_linux_read_log_alone(dump, on_incident, run);
		if (kernel->image && run->reports == before)
			err = pm_image_read_dump(kernel->image, on_incident, run);
	}
	run->of_dump = false;
	free(run->shell);
	run->shell = NULL;
	if (run->consequences && run->text)
		printf("\n%u more report%s in its log %s of this (-v shows %s)\n", run->consequences,
		       run->consequences > 1 ? "s" : "",
		       run->consequences > 1 ? "are consequences" : "is a consequence",
		       run->consequences > 1 ? "them" : "it");
	pm_cmd_dump_status(dump, run->not_whole != NULL, &run->status);
	/* the fatal report has said why */
	if (session && !pm_cmd_log_is_whole(session))
		run->status = PM_STATUS_UNREADABLE;
	if (err)
		unreadable(run, err);
	else if ((session || kernel->image) && run->reports == before && !ferror(stdout) &&
		 !run->options.json)
		fprintf(stderr, "kpanic: %s: the kernel in it had not panicked\n", name);
	pm_cmd_kernel_close(kernel);
	pm_dump_close(dump);
}

static struct pm_linux_options session_options(const struct pm_report_run *run)
{
	return (struct pm_linux_options){ .btf = run->options.btf,
					  .vmlinux = run->options.symbols.vmlinux,
					  .installed = !run->options.no_symbols,
					  .debug_dirs = run->options.debug_dirs,
					  .debug_dirs_n = run->options.symbols.debug_dirs_n };
}

/* A word of a shell's command line behind the others; false: it has a quote or control characters. */
static bool add_word(struct pm_buf *line, const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./_-+=:,@%";
	const char *quote = *word && !word[strspn(word, plain)] ? "" : "'";

	for (const char *c = word; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f || *c == '\'')
			return false;
	pm_buf_printf(line, "%s%s%s%s", line->n ? " " : "", quote, word, quote);
	return true;
}

/* A file's name is no option, whatever it begins with. */
static bool add_file(struct pm_buf *line, const char *path)
{
	char *word = pm_printf("%s%s", *path == '-' ? "./" : "", path);
	bool ok = add_word(line, word);

	free(word);
	return ok;
}

/* How the dump of those files is opened again, with what was told of it; NULL: it was a pipe. */
static char *shell_words(const struct pm_report_run *run, char **paths, size_t n)
{
	const struct pm_report_options *o = &run->options;
	struct pm_buf line = { 0 };
	char *raw = o->raw ? pm_printf("--raw%s%s", *o->raw ? "=" : "", o->raw) : NULL, *words = NULL;
	bool ok = !raw || add_word(&line, raw);

	if (o->btf)
		ok &= add_word(&line, "--btf") && add_file(&line, o->btf);
	for (size_t i = 0; i < n; i++)
		ok &= strcmp(paths[i], "-") != 0 && add_file(&line, paths[i]);
	if (o->symbols.vmlinux)
		ok &= add_file(&line, o->symbols.vmlinux);
	if (ok)
		words = pm_printf("%.*s", (int)line.n, line.data);
	pm_buf_deinit(&line);
	free(raw);
	return words;
}

/* Explains the memory dump that source is; takes it over.  How many paths it was. */
static size_t report_dump(struct pm_report_run *run, struct pm_source *source, char **paths)
{
	const struct pm_linux_options with = session_options(run);
	const char *name = input_name(*paths);
	struct pm_cmd_kernel kernel;
	struct pm_dump *dump = NULL;
	struct pm_file *file;
	size_t taken = 1;
	struct pm_error *err = pm_file_from_source(name, source, &file);

	if (!err)
		err = run->options.raw ? pm_cmd_raw_open(file, run->options.raw, &dump)
				       : open_parts(file, paths + 1, &taken, &dump);
	if (err) {
		unreadable(run, err);
		return taken;
	}
	run->shell = shell_words(run, paths, taken);
	pm_cmd_kernel_open(dump, &with, false, &kernel, &run->status);
	report_kernel(run, dump, &kernel, name);
	return taken;
}

/* The same for a file that may be memory as it is; false: there is no kernel in it. */
static bool report_raw(struct pm_report_run *run, char *path)
{
	const struct pm_linux_options with = session_options(run);
	struct pm_cmd_kernel kernel = { 0 };
	struct pm_dump *dump = NULL;
	struct pm_file *file;

	if (pm_error_take(pm_file_open(path, &file)) != PM_OK)
		return false;
	if (!pm_dump_may_be_raw(file)) {
		pm_file_close(file);
		return false;
	}
	if (pm_error_take(pm_cmd_raw_open(file, "", &dump)) != PM_OK ||
	    !pm_cmd_kernel_open(dump, &with, true, &kernel, &run->status)) {
		pm_dump_close(dump);
		return false;
	}
	run->shell = shell_words(run, &path, 1);
	report_kernel(run, dump, &kernel, path);
	return true;
}

/* The same for a file that holds flight records; false: there is none. */
static bool report_keep(struct pm_report_run *run, const char *path)
{
	struct pm_keep *keep;
	struct pm_buf text = { 0 };
	struct pm_file *file;
	bool any;

	if (pm_error_take(pm_file_open(path, &file)) != PM_OK)
		return false;
	keep = pm_alloc(sizeof(*keep));
	if (pm_keep_may_be(file))
		pm_keep_find(file, keep);
	for (unsigned i = 0; i < keep->n; i++) {
		const struct pm_keep_record *record = &keep->records[i];

		if (!pm_keep_in_order(record))
			pm_keep_text(record, &text);
		else if (!run->options.json)
			fprintf(stderr, "kpanic: %s: run %llu ended in order (%s), %.3f s after its start\n",
				path, (unsigned long long)record->keep.run,
				kf_keep_state_word(record->keep.state), (double)record->keep.up_ns / 1e9);
	}
	any = keep->n > 0;
	pm_keep_deinit(keep);
	free(keep);
	pm_file_close(file);
	if (text.n)
		pm_report_source(run, pm_source_memory(path, (struct pm_slice){ text.data, text.n }), path);
	pm_buf_deinit(&text);
	return any;
}

/* Adds what is left of a source to text, up to the bound of pstore's records. */
static struct pm_error *read_whole(struct pm_source *source, struct pm_buf *text)
{
	char bytes[16384];
	size_t got;

	for (;;) {
		struct pm_error *err = pm_source_read(source, bytes, sizeof(bytes), &got);

		if (err || !got)
			return err;
		if (text->n + got > PM_PSTORE_MAX)
			return pm_error_new(PM_UNSUPPORTED, "pstore records of more than %u MiB",
					    PM_PSTORE_MAX >> 20);
		pm_buf_add(text, bytes, got);
	}
}

void pm_report_files(struct pm_report_run *run, char **paths)
{
	run->many = paths[0] && paths[1];
	struct pm_buf parts = { 0 };
	const char *first_part = NULL;
	unsigned more_parts = 0;

	for (; *paths && !ferror(stdout); paths++) {
		const char *name = input_name(*paths);
		struct pm_source *source;

		struct pm_error *err = pm_source_open_any(*paths, &source);

		if (err) {
			unreadable(run, err);
			continue;
		}
		const uint8_t *head;
		size_t head_n = pm_source_head(source, &head);

		if (pm_dump_is(head, head_n) || run->options.raw) {
			paths += report_dump(run, source, paths) - 1;
			continue;
		}
		if (pm_source_descriptor(source) >= 0 && strcmp(*paths, "-") && report_raw(run, *paths)) {
			pm_source_close(source);
			continue;
		}
		if (pm_source_descriptor(source) >= 0 && strcmp(*paths, "-") && report_keep(run, *paths)) {
			pm_source_close(source);
			continue;
		}
		struct pm_error *foreign = pm_dump_foreign(name, head, head_n);

		err = pm_source_text(source);
		if (err) {
			pm_source_close(source);
			unreadable(run, err);
			pm_error_free(foreign);
			continue;
		}
		if (!pm_pstore_is_part(pm_source_peek(source))) {
			report_source(run, source, name, foreign);
			continue;
		}
		pm_error_free(foreign);
		err = read_whole(source, &parts);
		pm_source_close(source);
		if (err)
			unreadable(run, pm_error_prepend(err, "%s", name));
		if (parts.n && parts.data[parts.n - 1] != '\n')
			pm_buf_add(&parts, "\n", 1);
		if (first_part)
			more_parts++;
		else
			first_part = name;
	}
	if (first_part) {
		struct pm_buf text = { 0 };
		char *name = more_parts ? pm_printf("%s and %u more", first_part, more_parts)
					: pm_printf("%s", first_part);

		pm_pstore_order((struct pm_slice){ parts.data, parts.n }, &text);
		pm_report_source(run, pm_source_memory(name, (struct pm_slice){ text.data, text.n }), name);
		free(name);
		pm_buf_deinit(&text);
	}
	pm_buf_deinit(&parts);
}

enum pm_status pm_report_end(struct pm_report_run *run)
{
	enum pm_status status = run->status;

	if (run->options.json)
		pm_render_json_end(stdout);
	if (run->html) {
		pm_render_html_end(&run->page);
		bool failed = ferror(run->html);

		if (run->html != stdout && (fclose(run->html) || failed)) {
			pm_cmd_say("%s: cannot write: %s", run->options.html, strerror(errno));
			status = PM_STATUS_UNREADABLE;
		}
	}
	if (fflush(stdout) || ferror(stdout)) {
		if (errno != EPIPE) /* who closed the pipe has seen enough */
			pm_cmd_say("cannot write the result: %s", strerror(errno));
		status = PM_STATUS_UNREADABLE;
	} else if (status == PM_STATUS_OK && !run->reports) {
		status = PM_STATUS_NO_PANIC;
	}
	pm_symbols_destroy(run->symbols);
	free(run->symbols_said);
	free(run);
	return status;
}

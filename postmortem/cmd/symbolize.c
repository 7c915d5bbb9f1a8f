#include "cmd/cmd.h"

#include "console/source.h"
#include "symbols/place_text.h"
#include "symbols/rewrite.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEBUG_DIRS_MAX 32
/* What can be said before the text is read: each of the files named, and each folder. */
#define SAID_MAX (DEBUG_DIRS_MAX + 8)
/* How long a source may pause before its last lines are written, ms. */
#define PAUSE_MS 200

enum {
	OPT_VMLINUX = 256,
	OPT_DEBUG_DIR,
	OPT_KALLSYMS,
	OPT_SYSTEM_MAP,
	OPT_JSON,
	OPT_FORCE,
	OPT_INLINES,
	OPT_BASE,
	OPT_ROOT
};

static const struct option long_options[] = {
	{ "release", required_argument, NULL, 'r' },
	{ "vmlinux", required_argument, NULL, OPT_VMLINUX },
	{ "modules", required_argument, NULL, 'm' },
	{ "debug-dir", required_argument, NULL, OPT_DEBUG_DIR },
	{ "kallsyms", required_argument, NULL, OPT_KALLSYMS },
	{ "system-map", required_argument, NULL, OPT_SYSTEM_MAP },
	{ "base-path", required_argument, NULL, OPT_BASE },
	{ "root", required_argument, NULL, OPT_ROOT },
	{ "return-addresses", no_argument, NULL, 'R' },
	{ "inlines", no_argument, NULL, OPT_INLINES },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

struct job {
	struct pm_symbols_options symbols;
	const char *debug_dirs[DEBUG_DIRS_MAX];
	struct pm_rewrite_options rewrite;
	struct pm_rewriter *rewriter;
	char *said[SAID_MAX]; /* before the text was read */
	size_t said_n;
	enum pm_status status;
};

static bool is_elf(const char *path)
{
	char magic[4] = "";
	FILE *f = fopen(path, "rb");
	bool elf = f && fread(magic, 1, 4, f) == 4 && !memcmp(magic, "\177ELF", 4);

	if (f)
		fclose(f);
	return elf;
}

static bool exists(const char *path)
{
	struct stat st;

	return !stat(path, &st);
}

/* "vfs_write+0xb1/0x290", "vfs_write+0xb1", "0xffffffff81234567", "0010:vfs_write+…". */
static bool looks_like_place(const char *word)
{
	struct pm_text_place place;
	size_t at = 0;

	return pm_text_place_asked(pm_slice_of(word), &at, &place);
}

/* A file of that name is a file. */
static bool is_place(const char *word)
{
	return looks_like_place(word) && !exists(word);
}

/* What can be read as a log, or is a place. */
static bool is_text(const char *word)
{
	struct stat st;

	return !strcmp(word, "-") || looks_like_place(word) || (!stat(word, &st) && !S_ISDIR(st.st_mode));
}

static void say(struct job *job, struct pm_error *err)
{
	pm_cmd_say("%s", err->message);
	if (job->said_n < SAID_MAX)
		job->said[job->said_n++] = pm_printf("%s", err->message);
	pm_error_free(err);
	job->status = PM_STATUS_UNREADABLE;
}

static bool was_said(const struct job *job, const char *message)
{
	for (size_t i = 0; i < job->said_n; i++)
		if (!strcmp(job->said[i], message))
			return true;
	return false;
}

static void symbolize_file(struct job *job, const char *path)
{
	struct pm_source *source;
	static char bytes[1 << 16];
	size_t got;
	bool watch = !strcmp(path, "-");

	struct pm_error *err = pm_source_open(path, &source);
	if (err) {
		/* A word that is no file was meant as a place, perhaps. */
		if (!watch && !strpbrk(path, "/.") && !exists(path)) {
			pm_error_free(err);
			err = pm_error_new(
				PM_NOT_FOUND,
				"%s: no such file, nor a place (vfs_write+0xb1/0x290, or an address)", path);
		}
		say(job, err);
		return;
	}
	for (;;) {
		struct pollfd ready = { .fd = STDIN_FILENO, .events = POLLIN };

		if (watch && poll(&ready, 1, PAUSE_MS) == 0)
			pm_rewriter_flush(job->rewriter);
		err = pm_source_read(source, bytes, sizeof(bytes), &got);
		if (err || !got || ferror(stdout))
			break;
		pm_rewriter_feed(job->rewriter, (struct pm_slice){ bytes, got });
	}
	pm_source_close(source);
	if (err)
		say(job, err);
}

static void finish(struct job *job, struct pm_symbols *symbols)
{
	const char *const *messages;
	enum pm_code worst;
	size_t n;

	pm_rewriter_end(job->rewriter);
	const struct pm_rewrite_totals *totals = pm_rewriter_totals(job->rewriter);
	n = pm_rewriter_troubles(job->rewriter, &messages, &worst);
	for (size_t i = 0; i < n; i++)
		if (!was_said(job, messages[i]))
			pm_cmd_say("%s", messages[i]);
	const char *unused = pm_symbols_base_path_unused(symbols);
	if (unused)
		pm_cmd_say("base path %s: no source file begins with it; the first is %s",
			   job->symbols.base_path, unused);
	/* A vmlinux that no place asked for has not been looked at yet. */
	if (!totals->places && job->symbols.vmlinux) {
		struct pm_kernel_id id = { 0 };
		const struct pm_error *trouble = pm_kernel_trouble(pm_symbols_kernel(symbols, &id));

		if (trouble && !was_said(job, trouble->message))
			say(job, pm_error_new(trouble->code, "%s", trouble->message));
	}
	/* A file that was refused, or nothing at all that could be told. */
	if (worst != PM_OK || (totals->places && !totals->resolved))
		job->status = PM_STATUS_UNREADABLE;
	if (ferror(stdout)) {
		if (errno != EPIPE)
			pm_cmd_say("cannot write the result: %s", strerror(errno));
		job->status = PM_STATUS_UNREADABLE;
	}
}

static bool option(struct job *job, int c)
{
	switch (c) {
	case 'r':
		job->symbols.release = optarg;
		return true;
	case 'R':
		job->symbols.return_addresses = true;
		return true;
	case 'm':
		job->symbols.modules_path = optarg;
		return true;
	case OPT_VMLINUX:
		job->symbols.vmlinux = optarg;
		return true;
	case OPT_DEBUG_DIR:
		if (job->symbols.debug_dirs_n == DEBUG_DIRS_MAX) {
			pm_cmd_say("more than %d times --debug-dir", DEBUG_DIRS_MAX);
			return false;
		}
		job->debug_dirs[job->symbols.debug_dirs_n++] = optarg;
		return true;
	case OPT_KALLSYMS:
		job->symbols.kallsyms = optarg;
		return true;
	case OPT_SYSTEM_MAP:
		job->symbols.system_map = optarg;
		return true;
	case OPT_BASE:
		job->symbols.base_path = optarg;
		return true;
	case OPT_ROOT:
		job->symbols.root = optarg;
		return true;
	case OPT_INLINES:
		job->rewrite.inline_lines = true;
		return true;
	case OPT_JSON:
		job->rewrite.json = true;
		return true;
	case OPT_FORCE:
		job->symbols.force = true;
		return true;
	default:
		pm_cmd_say("see kpanic symbolize --help");
		return false;
	}
}

/* decode_stacktrace.sh's own arguments: <vmlinux> [<base path>|auto [<modules path>]].  What is a file or a
 * place is neither a base path nor a folder of modules, but what is to be symbolised. */
static char **script_arguments(struct job *job, char **arguments)
{
	if (job->symbols.vmlinux || !*arguments || !is_elf(*arguments))
		return arguments;
	job->symbols.vmlinux = *arguments++;
	if (*arguments && !job->symbols.base_path && !is_text(*arguments))
		job->symbols.base_path = *arguments++;
	if (*arguments && !job->symbols.modules_path && !is_text(*arguments))
		job->symbols.modules_path = *arguments++;
	return arguments;
}

/* What the user names and is not there is said before any text is read; the text is written all the same. */
static void check_named(struct job *job)
{
	const char *folders[DEBUG_DIRS_MAX + 2];
	size_t n = 0;

	if (job->symbols.vmlinux && access(job->symbols.vmlinux, R_OK))
		say(job, pm_error_errno(errno, "%s", job->symbols.vmlinux));
	folders[n++] = job->symbols.modules_path;
	folders[n++] = job->symbols.root;
	for (size_t i = 0; i < job->symbols.debug_dirs_n; i++)
		folders[n++] = job->debug_dirs[i];
	for (size_t i = 0; i < n; i++) {
		int error = folders[i] && *folders[i] ? pm_cmd_folder_errno(folders[i]) : 0;

		if (error)
			say(job, pm_error_errno(error, "%s", folders[i]));
	}
}

static void symbolize_places(struct job *job, char **words)
{
	for (; *words; words++) {
		pm_rewriter_feed(job->rewriter, pm_slice_of(*words));
		/* "a+0x1/0x2 b+0x3/0x4" are two lines, "RIP: a+0x1/0x2 [module]" is one. */
		bool goes_on = words[1] && (!is_place(*words) || words[1][0] == '[');
		pm_rewriter_feed(job->rewriter, goes_on ? PM_S(" ") : PM_S("\n"));
	}
}

int pm_cmd_symbolize(int argc, char **argv)
{
	static char standard_input[] = "-";
	static char *only_stdin[] = { standard_input, NULL };
	struct job job = { 0 };
	const char *file = NULL, *place = NULL;
	int c;

	job.symbols.debug_dirs = job.debug_dirs;
	while ((c = getopt_long(argc, argv, "r:Rm:h", long_options, NULL)) != -1) {
		if (c == 'h')
			return pm_cmd_help("symbolize");
		if (!option(&job, c))
			return PM_STATUS_USAGE;
	}
	char **arguments = script_arguments(&job, argv + optind);
	for (char **word = arguments; *word; word++)
		if (is_place(*word))
			place = *word;
		else if (is_text(*word))
			file = *word;
	if (place && file) {
		pm_cmd_say("'%s' is a place and '%s' a file: give either files or places", place, file);
		return PM_STATUS_USAGE;
	}
	check_named(&job);
	struct pm_symbols *symbols = pm_symbols_create(&job.symbols);
	struct pm_error *err = pm_symbols_load(symbols);
	if (err)
		say(&job, err);
	job.rewrite.asked = place != NULL;
	job.rewriter = pm_rewriter_create(symbols, stdout, &job.rewrite);
	if (place) {
		symbolize_places(&job, arguments);
	} else {
		if (!*arguments && isatty(STDIN_FILENO))
			pm_cmd_say("reading the text from the terminal; end it with Ctrl-D");
		for (arguments = *arguments ? arguments : only_stdin; *arguments && !ferror(stdout);
		     arguments++)
			symbolize_file(&job, *arguments);
	}
	finish(&job, symbols);
	pm_rewriter_destroy(job.rewriter);
	pm_symbols_destroy(symbols);
	for (size_t i = 0; i < job.said_n; i++)
		free(job.said[i]);
	return job.status;
}

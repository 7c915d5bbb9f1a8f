#include "cmd/cmd.h"

#include "console/source.h"
#include "symbols/rewrite.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEBUG_DIRS_MAX 32
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

/* "vfs_write+0xb1/0x290", "0xffffffff81234567", "RIP:", "0010:vfs_write+…", "[module]". */
static bool is_place(const char *word)
{
	const char *digits = word;

	if (strstr(word, "+0x") && strstr(word, "/0x"))
		return true;
	if (!strncmp(digits, "0x", 2))
		digits += 2;
	return strlen(digits) >= 8 && strspn(digits, "0123456789abcdefABCDEF") == strlen(digits);
}

static enum pm_status say(struct job *job, struct pm_error *err)
{
	fflush(stdout);
	fprintf(stderr, "kpanic: %s\n", err->message);
	pm_error_free(err);
	job->status = PM_STATUS_UNREADABLE;
	return job->status;
}

static void symbolize_file(struct job *job, const char *path)
{
	struct pm_source *source;
	static char bytes[1 << 16];
	size_t got;
	bool watch = !strcmp(path, "-");

	struct pm_error *err = pm_source_open(path, &source);
	if (err) {
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

static enum pm_status finish(struct job *job)
{
	const char *const *messages;
	enum pm_code worst;
	size_t n;

	pm_rewriter_end(job->rewriter);
	const struct pm_rewrite_totals *totals = pm_rewriter_totals(job->rewriter);
	n = pm_rewriter_troubles(job->rewriter, &messages, &worst);
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, "kpanic: %s\n", messages[i]);
	/* A file that was refused, or nothing at all that could be told. */
	if (worst != PM_OK || (totals->places && !totals->resolved))
		job->status = PM_STATUS_UNREADABLE;
	if (ferror(stdout)) {
		if (errno != EPIPE)
			fprintf(stderr, "kpanic: cannot write the result: %s\n", strerror(errno));
		job->status = PM_STATUS_UNREADABLE;
	}
	return job->status;
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
			fprintf(stderr, "kpanic: more than %d times --debug-dir\n", DEBUG_DIRS_MAX);
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
		fputs("kpanic: see kpanic symbolize --help\n", stderr);
		return false;
	}
}

/* decode_stacktrace.sh's own arguments: <vmlinux> [<base path>|auto [<modules path>]]. */
static char **script_arguments(struct job *job, char **arguments)
{
	if (job->symbols.vmlinux || !*arguments || !is_elf(*arguments))
		return arguments;
	job->symbols.vmlinux = *arguments++;
	if (*arguments && !job->symbols.base_path)
		job->symbols.base_path = *arguments++;
	if (*arguments && !job->symbols.modules_path)
		job->symbols.modules_path = *arguments++;
	return arguments;
}

int pm_cmd_symbolize(int argc, char **argv)
{
	struct job job = { 0 };
	int c;

	job.symbols.debug_dirs = job.debug_dirs;
	while ((c = getopt_long(argc, argv, "r:Rm:h", long_options, NULL)) != -1) {
		if (c == 'h')
			return pm_cmd_help("symbolize");
		if (!option(&job, c))
			return PM_STATUS_USAGE;
	}
	char **arguments = script_arguments(&job, argv + optind);
	/* What the user names must be there before any text is read. */
	const char *named[] = { job.symbols.vmlinux, job.symbols.kallsyms, job.symbols.system_map,
				job.symbols.modules_path };
	for (size_t i = 0; i < PM_COUNT(named); i++)
		if (named[i] && !exists(named[i]))
			return say(&job, pm_error_errno(errno, "%s", named[i]));
	for (size_t i = 0; i < job.symbols.debug_dirs_n; i++)
		if (!exists(job.debug_dirs[i]))
			return say(&job, pm_error_errno(errno, "%s", job.debug_dirs[i]));

	bool places = false;
	for (char **word = arguments; *word; word++)
		places = places || is_place(*word);
	struct pm_symbols *symbols = pm_symbols_create(&job.symbols);
	struct pm_error *err = pm_symbols_load(symbols);
	if (err) {
		pm_symbols_destroy(symbols);
		return say(&job, err);
	}
	job.rewriter = pm_rewriter_create(symbols, stdout, &job.rewrite);
	if (places) {
		for (char **word = arguments; *word; word++) {
			pm_rewriter_feed(job.rewriter, pm_slice_of(*word));
			/* "a+0x1/0x2 b+0x3/0x4" are two lines, "a+0x1/0x2 [module]" is one. */
			pm_rewriter_feed(job.rewriter, word[1] && !is_place(*word)    ? PM_S(" ")
						       : word[1] && word[1][0] == '[' ? PM_S(" ")
										      : PM_S("\n"));
		}
	} else if (!*arguments) {
		if (isatty(STDIN_FILENO))
			fputs("kpanic: reading the text from the terminal; end it with Ctrl-D\n", stderr);
		symbolize_file(&job, "-");
	}
	for (; !places && *arguments && !ferror(stdout); arguments++)
		symbolize_file(&job, *arguments);
	enum pm_status status = finish(&job);
	pm_rewriter_destroy(job.rewriter);
	pm_symbols_destroy(symbols);
	return status;
}

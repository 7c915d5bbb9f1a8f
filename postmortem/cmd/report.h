/* From inputs to rendered reports: what `explain`, `last` and the bare `kpanic FILE` share. */
#ifndef PM_CMD_REPORT_H
#define PM_CMD_REPORT_H

#include "cmd/cmd.h"
#include "cmd/dump.h"
#include "console/source.h"
#include "render/render.h"
#include "symbols/symbols.h"

#include <getopt.h>

#define PM_REPORT_DEBUG_DIRS 32

struct pm_report_options {
	bool json;
	const char *html;  /* file to write a page to, "-": standard output, nothing else then; NULL: none */
	const char *color; /* "always", "never", "auto" */
	struct pm_render_text style;
	struct pm_symbols_options symbols;
	const char *debug_dirs[PM_REPORT_DEBUG_DIRS];
	bool no_symbols; /* do not look for debug information */
	const char *raw; /* a dump is memory as it is (cmd/dump.h); NULL: nobody says so */
	const char *btf; /* a file with the types of a dump's kernel; NULL: the dump's own */
};

/* Rows of getopt_long for the options that all of them take, with values from PM_REPORT_OPT on. */
enum { PM_REPORT_OPT = 512 };
#define PM_REPORT_LONG_OPTIONS                                                                               \
	{ "json", no_argument, NULL, PM_REPORT_OPT },                                                        \
		{ "html", required_argument, NULL, PM_REPORT_OPT + 1 },                                      \
		{ "details", no_argument, NULL, 'v' }, { "evidence", no_argument, NULL, PM_REPORT_OPT + 2 }, \
		{ "color", required_argument, NULL, PM_REPORT_OPT + 3 },                                     \
		{ "colour", required_argument, NULL, PM_REPORT_OPT + 3 },                                    \
		{ "vmlinux", required_argument, NULL, PM_REPORT_OPT + 5 },                                   \
		{ "debug-dir", required_argument, NULL, PM_REPORT_OPT + 6 },                                 \
		{ "source", required_argument, NULL, PM_REPORT_OPT + 7 },                                    \
		{ "no-symbols", no_argument, NULL, PM_REPORT_OPT + 8 },                                      \
		{ "btf", required_argument, NULL, PM_REPORT_OPT + 9 },                                       \
		{ "raw", optional_argument, NULL, PM_REPORT_OPT + 10 },                                      \
	{                                                                                                    \
		"width", required_argument, NULL, PM_REPORT_OPT + 4                                          \
	}
#define PM_REPORT_OPTIONS_HELP                                                                               \
	"  --json           one JSON object with all reports (docs/json.md)\n"                               \
	"  --html FILE      also write one self-contained page; -: only that\n"                              \
	"  -v, --details    registers, code, every trace, all facts\n"                                       \
	"  --evidence       number the statements and name the lines they rest on\n"                         \
	"  --color WHEN     always, never, or auto (a terminal, and NO_COLOR not set)\n"                     \
	"  --width N        columns; by default the terminal's, at most 100, else 80\n"                      \
	"  --vmlinux FILE   the kernel with debug information, for source lines\n"                           \
	"  --debug-dir DIR  look there for it and modules first (repeatable)\n"                              \
	"  --source DIR     the sources, to show the lines themselves\n"                                     \
	"  --no-symbols     do not look for debug information\n"                                             \
	"  --btf FILE       types for a dump whose kernel has none: BTF, or a vmlinux\n" PM_CMD_RAW_HELP

void pm_report_options_init(struct pm_report_options *options);
/* Do the options go together?  Says what does not on stderr. */
bool pm_report_options_fit(const struct pm_report_options *options);
/* One of the options above; false: it is none of them, or wrong (then it was said on stderr). */
bool pm_report_option(struct pm_report_options *options, int c, const char *argument);

/* A run over any number of inputs. */
struct pm_report_run;

/* What cannot be used (the page's file, a vmlinux) is said on stderr and makes the status
 * PM_STATUS_UNREADABLE; the rest is done all the same.  inputs: paths or names, NULL behind the last; "-" is
 * standard input.  A page is never written over an input, nor over a file that is no page. */
struct pm_report_run *pm_report_begin(const struct pm_report_options *options, char *const *inputs);
/* Reads, explains and renders all reports of a source, which it closes; says errors on stderr. */
void pm_report_source(struct pm_report_run *run, struct pm_source *source, const char *name);
/* Ends the output; the exit status of the whole run. */
enum pm_status pm_report_end(struct pm_report_run *run);

/* Opens path ("-": standard input); the parts of pstore records among paths are put together,
 * in order, as one text.  Calls pm_report_source for each. */
void pm_report_files(struct pm_report_run *run, char **paths);

#endif

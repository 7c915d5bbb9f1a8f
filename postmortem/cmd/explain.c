#include "cmd/cmd.h"

#include "console/console.h"
#include "decode/decode.h"
#include "explain/explain.h"
#include "render/render.h"

#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct run {
	FILE *html;
	bool json;
	struct pm_render_text style;
	size_t reports; /* so far, over all inputs */
};

static const char *const help_options =
	"  --json           one JSON object: {\"schema\": 1, \"reports\": […]} (docs/json.md)\n"
	"  --html FILE      also write one self-contained page\n"
	"  -v, --details    registers, code, every trace, all facts\n"
	"  --evidence       number the statements and name the lines they rest on\n"
	"  --color WHEN     always, never, or auto (a terminal, and NO_COLOR not set)\n"
	"  --width N        columns; by default the terminal's, at most 100, else 80\n";

enum { OPT_JSON = 256, OPT_HTML, OPT_EVIDENCE, OPT_COLOR, OPT_WIDTH };

static const struct option options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	{ "html", required_argument, NULL, OPT_HTML },
	{ "details", no_argument, NULL, 'v' },
	{ "evidence", no_argument, NULL, OPT_EVIDENCE },
	{ "color", required_argument, NULL, OPT_COLOR },
	{ "colour", required_argument, NULL, OPT_COLOR },
	{ "width", required_argument, NULL, OPT_WIDTH },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static bool on_incident(struct pm_incident *inc, void *user)
{
	struct run *run = user;

	pm_decode(inc);
	pm_explain(inc);
	if (run->reports) {
		run->style.number = (unsigned)run->reports + 1;
	} else if (inc->machine.has_uptime) {
		run->style.has_first = true;
		run->style.first_ns = inc->machine.uptime_ns;
	}
	if (run->json) {
		pm_render_json_report(stdout, inc, run->reports == 0);
	} else {
		pm_render_text(stdout, inc, &run->style);
	}
	if (run->html)
		pm_render_html_report(run->html, inc, run->reports);
	run->reports++;
	/* Each report is out as soon as it is known; and a reader that went away ends the work. */
	return fflush(stdout) == 0 && !ferror(stdout);
}

static unsigned terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return 80;
	return size.ws_col > 100 ? 100 : size.ws_col;
}

static int bad_usage(const char *what, const char *value)
{
	fprintf(stderr, "kpanic: %s: %s; see kpanic explain --help\n", what, value);
	return PM_STATUS_USAGE;
}

int pm_cmd_explain(int argc, char **argv)
{
	struct run run = { .style = { .width = terminal_width() } };
	const char *html = NULL, *color = "auto";
	int c, status = PM_STATUS_OK;

	setlocale(LC_CTYPE, "");
	while ((c = getopt_long(argc, argv, "+vh", options, NULL)) != -1) {
		switch (c) {
		case OPT_JSON:
			run.json = true;
			break;
		case OPT_HTML:
			html = optarg;
			break;
		case OPT_EVIDENCE:
			run.style.evidence = true;
			break;
		case 'v':
			run.style.details = true;
			break;
		case OPT_COLOR:
			color = optarg;
			break;
		case OPT_WIDTH: {
			char *end;
			unsigned long width = strtoul(optarg, &end, 10);

			if (*end || width < 40 || width > 1000)
				return bad_usage("--width wants a number from 40 to 1000", optarg);
			run.style.width = (unsigned)width;
			break;
		}
		case 'h':
			printf("usage: kpanic explain [OPTION…] [FILE…]\n\n%s", help_options);
			return PM_STATUS_OK;
		default:
			return PM_STATUS_USAGE; /* getopt has said why */
		}
	}
	if (!strcmp(color, "always"))
		run.style.colour = true;
	else if (!strcmp(color, "auto"))
		run.style.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	else if (strcmp(color, "never"))
		return bad_usage("--color wants always, never or auto", color);

	static char standard_input[] = "-";
	static char *only_stdin[] = { standard_input, NULL };
	char **files = argv + optind;
	if (!*files) {
		if (isatty(STDIN_FILENO))
			return bad_usage("no file is named", "give one, or pipe a log into kpanic explain");
		files = only_stdin;
	}
	if (html) {
		run.html = fopen(html, "w");
		if (!run.html) {
			fprintf(stderr, "kpanic: %s: %s\n", html, strerror(errno));
			return PM_STATUS_UNREADABLE;
		}
		pm_render_html_begin(run.html, *files);
	}
	if (run.json)
		pm_render_json_begin(stdout, *files);
	for (; *files; files++) {
		size_t before = run.reports;
		const char *name = strcmp(*files, "-") ? *files : "standard input";
		struct pm_error *err = pm_console_read(*files, name, on_incident, &run);

		if (err) {
			fflush(stdout);
			fprintf(stderr, "kpanic: %s\n", err->message);
			pm_error_free(err);
			status = PM_STATUS_UNREADABLE;
		} else if (run.reports == before && !ferror(stdout)) {
			if (!run.json)
				fprintf(stderr, "kpanic: %s: no panic or other kernel report found\n", name);
		}
	}
	if (run.json)
		pm_render_json_end(stdout);
	if (run.html) {
		pm_render_html_end(run.html);
		bool failed = ferror(run.html);
		if (fclose(run.html) || failed) {
			fprintf(stderr, "kpanic: %s: cannot write: %s\n", html, strerror(errno));
			status = PM_STATUS_UNREADABLE;
		}
	}
	if (fflush(stdout) || ferror(stdout)) {
		if (errno != EPIPE)
			fprintf(stderr, "kpanic: cannot write the result: %s\n", strerror(errno));
		return PM_STATUS_UNREADABLE;
	}
	if (status == PM_STATUS_OK && !run.reports)
		status = PM_STATUS_NO_PANIC;
	return status;
}

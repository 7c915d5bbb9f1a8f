#include "cmd/dump.h"

#include <getopt.h>
#include <stdio.h>

static const struct option long_options[] = {
	{ "level", no_argument, NULL, 'x' },
	{ "caller", no_argument, NULL, 'T' },
	{ "raw", optional_argument, NULL, 'r' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static enum pm_status print_log(struct pm_linux_session *session, const char *name, unsigned style)
{
	const struct pm_error *trouble;
	struct pm_log *log = pm_session_log(session, &trouble);
	struct pm_buf text = { 0 };
	enum pm_status status = PM_STATUS_OK;

	pm_linux_log_text(log, style, &text);
	if (text.n && fwrite(text.data, 1, text.n, stdout) < text.n)
		status = PM_STATUS_UNREADABLE;
	pm_buf_deinit(&text);
	if (fflush(stdout))
		status = PM_STATUS_UNREADABLE;
	if (trouble) {
		pm_cmd_say("%s: %s", name, trouble->message);
		status = PM_STATUS_UNREADABLE;
	} else if (log->lost) {
		pm_cmd_say("%s: the text of %llu records is not in the dump", name,
			   (unsigned long long)log->lost);
	}
	return status;
}

/* The kernel is not found, which was said: its text may be all the same. */
static void print_found(struct pm_dump *dump, unsigned style)
{
	struct pm_log log = { 0 };
	struct pm_buf text = { 0 };

	pm_arena_init(&log.arena);
	if (pm_linux_log_search(dump, &log)) {
		pm_linux_log_text(&log, style, &text);
		fwrite(text.data, 1, text.n, stdout);
		pm_cmd_say("%s: %zu records were found by searching memory, without times",
			   pm_dump_name(dump), log.records.n);
	}
	pm_buf_deinit(&text);
	pm_linux_log_deinit(&log);
}

/* Of a kernel that is not Linux: lines as they are, whatever style. */
static enum pm_status print_image(const struct pm_image *image)
{
	struct pm_buf log = { 0 };
	bool ok;

	pm_image_log(image, &log);
	ok = log.n && fwrite(log.data, 1, log.n, stdout) == log.n && !fflush(stdout);
	if (!log.n)
		pm_cmd_say("%s: %s", pm_dump_name(image->dump),
			   image->note_trouble ? image->note_trouble
					       : "the recorder's note has nothing of the log");
	pm_buf_deinit(&log);
	return ok ? PM_STATUS_OK : PM_STATUS_UNREADABLE;
}

int pm_cmd_dmesg(int argc, char **argv)
{
	unsigned style = PM_LOG_PLAIN;
	const char *raw = NULL;
	struct pm_dump *dump = NULL;
	struct pm_cmd_kernel kernel;
	int c;

	while ((c = getopt_long(argc, argv, "xh", long_options, NULL)) != -1) {
		switch (c) {
		case 'x':
			style |= PM_LOG_LEVELS;
			break;
		case 'T':
			style |= PM_LOG_CALLERS;
			break;
		case 'r':
			raw = optarg ? optarg : "";
			break;
		case 'h':
			return pm_cmd_help("dmesg");
		default:
			fputs("kpanic: see kpanic dmesg --help\n", stderr);
			return PM_STATUS_USAGE;
		}
	}
	if (optind >= argc) {
		fputs("kpanic: dmesg: which dump? see kpanic dmesg --help\n", stderr);
		return PM_STATUS_USAGE;
	}
	struct pm_error *err = pm_cmd_dump_open(argv + optind, (size_t)(argc - optind), raw, &dump);
	enum pm_status status = PM_STATUS_UNREADABLE;

	if (err) {
		pm_cmd_say("%s", err->message);
		if (err->code == PM_USAGE)
			status = PM_STATUS_USAGE;
		pm_error_free(err);
	} else {
		if (pm_cmd_kernel_open(dump, NULL, false, &kernel, &status) && kernel.session)
			status = print_log(kernel.session, argv[optind], style);
		else if (kernel.image && kernel.image->found)
			status = print_image(kernel.image);
		else
			print_found(dump, style);
		pm_cmd_dump_status(dump, true, &status);
		pm_cmd_kernel_close(&kernel);
	}
	pm_dump_close(dump);
	return status;
}

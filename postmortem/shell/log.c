/* log: the kernel's log. */
#include "linux/clock.h"
#include "shell/commands.h"

#include <stdlib.h>
#include <string.h>

static void json_record(struct pm_shell *sh, const struct pm_log_record *r)
{
	char *text = pm_printf("%.*s", PM_FMT(r->text));

	pm_json_open(sh->json, NULL, '{');
	pm_json_hex(sh->json, "seq", r->seq);
	if (r->has_time) {
		pm_json_hex(sh->json, "time_ns", r->ts_ns);
		pm_json_uint(sh->json, "level", r->level);
		pm_json_uint(sh->json, "facility", r->facility);
	}
	if (r->has_caller)
		pm_json_uint(sh->json, r->caller_is_cpu ? "caller_cpu" : "caller_pid", r->caller);
	pm_json_str(sh->json, "text", text);
	pm_json_close(sh->json, '}');
	free(text);
}

static bool print_json(struct pm_shell *sh, const struct pm_log *log)
{
	int64_t now, boot;

	if (pm_linux_wall_clock(sh->lx, &now, &boot))
		pm_json_int(sh->json, "boot_time_s", boot);
	pm_json_open(sh->json, "records", '[');
	for (size_t i = 0; i < log->records.n; i++)
		json_record(sh, &log->records.v[i]);
	pm_json_close(sh->json, ']');
	return true;
}

static bool print_text(struct pm_shell *sh, const struct pm_log *log, unsigned style)
{
	struct pm_buf text = { 0 };

	pm_linux_log_text(log, style, &text);
	if (text.n)
		fwrite(text.data, 1, text.n, sh->out);
	pm_buf_deinit(&text);
	return true;
}

/* Each line with the date and time it was printed at, as far as the machine did not sleep. */
static bool print_dates(struct pm_shell *sh, const struct pm_log *log, unsigned style)
{
	struct pm_buf text = { 0 };
	int64_t now, boot;

	if (!pm_linux_wall_clock(sh->lx, &now, &boot)) {
		print_text(sh, log, style);
		return pm_shell_error(sh, "log", "-T: no dates: the kernel's clock cannot be found");
	}
	for (size_t i = 0; i < log->records.n; i++) {
		const struct pm_log_record *r = &log->records.v[i];
		struct pm_slice rest, line;
		char date[40];

		text.n = 0;
		pm_linux_log_format(r, style | PM_LOG_NO_TIME, &text);
		pm_linux_date(boot + (int64_t)(r->ts_ns / 1000000000), date);
		rest = (struct pm_slice){ text.data, text.n };
		while (pm_take_line(&rest, &line)) {
			size_t level = style & PM_LOG_LEVELS ? pm_slice_find_char(line, '>') + 1 : 0;

			if (!r->has_time)
				fprintf(sh->out, "%.*s\n", PM_FMT(line));
			else
				fprintf(sh->out, "%.*s[%s] %.*s\n", (int)level, line.p, date,
					PM_FMT(pm_slice_from(line, level)));
		}
	}
	pm_buf_deinit(&text);
	return true;
}

bool pm_shell_log(struct pm_shell *sh, int argc, char **argv)
{
	const struct pm_error *trouble;
	unsigned style = PM_LOG_PLAIN;
	bool dates = false;

	if (sh->image)
		return pm_shell_image_log(sh, argc, argv);
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-m"))
			style |= PM_LOG_LEVELS;
		else if (!strcmp(argv[i], "-t"))
			style |= PM_LOG_NO_TIME;
		else if (!strcmp(argv[i], "-c"))
			style |= PM_LOG_CALLERS;
		else if (!strcmp(argv[i], "-T"))
			dates = true;
		else
			return pm_shell_no_option(sh, "log", argv[i]);
	}
	const struct pm_log *log = pm_session_log(sh->session, &trouble);
	bool ok = sh->json ? print_json(sh, log)
		  : dates  ? print_dates(sh, log, style)
			   : print_text(sh, log, style);

	if (trouble)
		return pm_shell_error(sh, "log", "%s", trouble->message);
	if (log->lost)
		pm_shell_error(sh, "log", "the text of %llu records is not in the dump",
			       (unsigned long long)log->lost);
	return ok;
}

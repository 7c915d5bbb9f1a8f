#include "shell/shell.h"

#include <stdlib.h>
#include <string.h>

bool pm_shell_log(struct pm_shell *sh, int argc, char **argv)
{
	const struct pm_error *trouble;
	unsigned style = PM_LOG_PLAIN;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-m"))
			style |= PM_LOG_LEVELS;
		else if (!strcmp(argv[i], "-t"))
			style |= PM_LOG_NO_TIME;
		else
			return pm_shell_error(sh, "log", "no option '%s'", argv[i]);
	}
	struct pm_log *log = pm_session_log(sh->session, &trouble);
	struct pm_buf text = { 0 };

	for (size_t i = 0; i < log->records.n; i++)
		pm_linux_log_format(&log->records.v[i], style, &text);
	if (text.n)
		fwrite(text.data, 1, text.n, sh->out);
	pm_buf_deinit(&text);
	if (trouble)
		return pm_shell_error(sh, "log", "%s", trouble->message);
	if (log->lost)
		pm_shell_error(sh, "log", "the text of %llu records is not in the dump",
			       (unsigned long long)log->lost);
	return true;
}

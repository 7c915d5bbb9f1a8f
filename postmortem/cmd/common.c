#include "cmd/cmd.h"

#include "render/escape.h"
#include "render/render.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void pm_cmd_hold_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			/* The wrong way round: who reads or writes it gets the error that a closed one gives. */
			(void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

void pm_cmd_say(const char *fmt, ...)
{
	struct pm_buf harmless = { 0 };
	va_list ap;

	va_start(ap, fmt);
	char *text = pm_vprintf(fmt, ap);
	va_end(ap);
	pm_escape_terminal(&harmless, text, !pm_render_is_utf8());
	fflush(stdout);
	fprintf(stderr, "kpanic: %.*s\n", (int)harmless.n, harmless.data);
	pm_buf_deinit(&harmless);
	free(text);
}

int pm_cmd_printed(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	if (errno != EPIPE) /* who closed the pipe has seen enough */
		pm_cmd_say("cannot write the result: %s", strerror(errno));
	return PM_STATUS_UNREADABLE;
}

int pm_cmd_folder_errno(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return errno;
	if (!S_ISDIR(st.st_mode))
		return ENOTDIR;
	return access(path, R_OK | X_OK) ? errno : 0;
}

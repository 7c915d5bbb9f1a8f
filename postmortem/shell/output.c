#include "shell/output.h"

#include "base/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Only what is given on is what the user chose: a broken pipe is theirs again, and nothing of ours is open in it.
 * input: its standard input, -1: ours.  0: it cannot be started, and errno says why. */
static pid_t start(const char *line, int input)
{
	char sh[] = "sh", c[] = "-c";
	char *copy = pm_printf("%s", line), *const argv[] = { sh, c, copy, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t defaults;
	pid_t pid = 0;

	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	if (input >= 0)
		posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	int why = posix_spawn(&pid, "/bin/sh", &actions, &attributes, argv, environ);

	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	free(copy);
	errno = why;
	return why ? 0 : pid;
}

/* Says how it ended, where that is no success.  1 is what grep and diff say of finding nothing: it is a failure of the
 * command, but needs no words. */
static bool ended_well(struct pm_shell *sh, const char *line, int status)
{
	if (WIFEXITED(status)) {
		if (WEXITSTATUS(status) > 1)
			pm_shell_error(sh, NULL, "%s: ended with status %d", line + strspn(line, " \t"),
				       WEXITSTATUS(status));
		return !WEXITSTATUS(status);
	}
	int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	return number == SIGPIPE || number == SIGINT ||
	       pm_shell_error(sh, NULL, "%s: ended by signal %d (%s)", line + strspn(line, " \t"), number,
			      strsignal(number));
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

bool pm_shell_escape(struct pm_shell *sh, const char *line)
{
	if (sh->sealed)
		return pm_shell_error(sh, NULL, "%s: %s", line, strerror(EPERM));
	fflush(sh->out);
	pid_t pid = start(line, -1);

	return pid ? ended_well(sh, line, wait_for(pid))
		   : pm_shell_error(sh, NULL, "/bin/sh: %s", strerror(errno));
}

/* ---- the stream ---- */

static bool write_all(struct pm_shell_output *o, const char *bytes, size_t n)
{
	while (n && !o->error) {
		ssize_t done = write(o->fd, bytes, n);

		/* a pager at its prompt reads nothing: an interrupt is not for it alone */
		if (done < 0 && errno == EINTR && !pm_interrupted())
			continue;
		if (done < 0) {
			o->error = errno;
			break;
		}
		bytes += done;
		n -= (size_t)done;
	}
	return !o->error;
}

/* How many rows of the terminal that is. */
static unsigned rows_of(const struct pm_shell_output *o, const char *bytes, size_t n)
{
	unsigned rows = 0;
	size_t column = 0;

	for (size_t i = 0; i < n; i++) {
		bool ends = bytes[i] == '\n' || ++column > o->columns;

		rows += ends;
		column = ends ? 0 : column;
	}
	return rows;
}

/* A pipe to a new /bin/sh; false: said. */
static bool start_program(struct pm_shell *sh, struct pm_shell_output *o)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return pm_shell_error(sh, NULL, "%s: %s", o->target, strerror(errno));
	o->child = start(o->target, ends[0]);
	int why = errno;

	close(ends[0]);
	o->fd = ends[1];
	if (o->child)
		return true;
	close(o->fd);
	o->fd = -1;
	return pm_shell_error(sh, NULL, "/bin/sh: %s", strerror(why));
}

static void show_held(struct pm_shell_output *o)
{
	if (o->held.n)
		write_all(o, o->held.data, o->held.n);
	o->held.n = 0;
}

struct cookie {
	struct pm_shell *sh;
	struct pm_shell_output *o;
};

static ssize_t write_some(void *user, const char *bytes, size_t n)
{
	struct cookie *c = user;
	struct pm_shell_output *o = c->o;

	if (o->kind == PM_OUTPUT_PAGER && !o->child) {
		o->held_rows += rows_of(o, bytes, n);
		pm_buf_add(&o->held, bytes, n);
		if (o->held_rows + 1 < o->rows)
			return (ssize_t)n;
		int terminal = o->fd;

		if (!start_program(c->sh, o))
			o->fd = terminal;
		show_held(o);
		return o->error ? 0 : (ssize_t)n;
	}
	return write_all(o, bytes, n) ? (ssize_t)n : 0;
}

static int close_cookie(void *user)
{
	free(user);
	return 0;
}

static FILE *open_stream(struct pm_shell *sh, struct pm_shell_output *o)
{
	struct cookie *c = pm_alloc(sizeof(*c));

	*c = (struct cookie){ sh, o };
	FILE *stream =
		fopencookie(c, "w", (cookie_io_functions_t){ .write = write_some, .close = close_cookie });

	if (!stream)
		free(c);
	return stream;
}

/* "~/x" is in the home folder; freed by the caller. */
static char *expand(const char *path)
{
	const char *home = getenv("HOME");

	return path[0] == '~' && path[1] == '/' && home ? pm_printf("%s%s", home, path + 1)
							: pm_printf("%s", path);
}

static bool open_target(struct pm_shell *sh, struct pm_shell_output *o)
{
	if (o->kind == PM_OUTPUT_PAGER) {
		struct winsize size = { 0 };

		o->fd = STDOUT_FILENO;
		if (ioctl(o->fd, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col)
			size = (struct winsize){ .ws_row = 24, .ws_col = 80 };
		o->rows = size.ws_row;
		o->columns = size.ws_col;
		return true;
	}
	if (o->kind == PM_OUTPUT_COMMAND)
		return start_program(sh, o);
	char *path = expand(o->target);

	o->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (o->kind == PM_OUTPUT_FILE ? O_TRUNC : O_APPEND),
		     0666);
	int why = errno;

	free(path);
	return o->fd >= 0 || pm_shell_error(sh, NULL, "%s: %s", o->target, strerror(why));
}

static void set_stream(struct pm_shell *sh, FILE *stream)
{
	sh->out = stream;
	if (sh->json)
		sh->json->out = stream;
}

bool pm_shell_output_open(struct pm_shell *sh, enum pm_shell_output_kind kind, const char *target,
			  struct pm_shell_output *o)
{
	*o = (struct pm_shell_output){ .kind = kind, .target = target, .fd = -1, .outer = sh->out };
	if (kind == PM_OUTPUT_SHELL)
		return true;
	if (sh->sealed)
		return pm_shell_error(sh, NULL, "%s: %s", target, strerror(EPERM));
	fflush(sh->out);
	fflush(stdout);
	if (!open_target(sh, o))
		return false;
	o->stream = open_stream(sh, o);
	if (kind == PM_OUTPUT_PAGER) {
		sh->pager = o;
		set_stream(sh, pm_shell_terminal(o->stream));
	} else {
		setvbuf(o->stream, NULL, _IOFBF, 1 << 16);
		set_stream(sh, o->stream);
	}
	return true;
}

void pm_shell_output_show(struct pm_shell *sh)
{
	fflush(sh->out);
	if (!sh->pager || sh->pager->child)
		return;
	fflush(sh->pager->stream);
	show_held(sh->pager);
}

bool pm_shell_output_close(struct pm_shell *sh, struct pm_shell_output *o)
{
	bool ok = true;

	if (o->kind == PM_OUTPUT_SHELL)
		return true;
	if (sh->out != o->stream)
		fclose(sh->out);
	fclose(o->stream);
	set_stream(sh, o->outer);
	if (o->kind == PM_OUTPUT_PAGER) {
		sh->pager = NULL;
		show_held(o);
	}
	pm_buf_deinit(&o->held);
	if (o->fd >= 0 && o->fd != STDOUT_FILENO && close(o->fd) && !o->error)
		o->error = errno;
	/* who closes a pipe early has seen enough */
	if (o->error && o->error != EPIPE && o->error != EINTR)
		ok = pm_shell_error(sh, NULL, "%s: %s", o->target, strerror(o->error));
	if (o->child) {
		int status = wait_for(o->child);

		ok &= o->kind == PM_OUTPUT_PAGER || ended_well(sh, o->target, status);
	}
	return ok;
}

#include "shell/edit.h"
#include "shell/lines.h"
#include "shell/settings.h"
#include "shell/shell.h"

#include "base/interrupt.h"
#include "cmd/dump.h"
#include "cmd/why.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },      { "btf", required_argument, NULL, 'b' },
	{ "raw", optional_argument, NULL, 'r' }, { "no-rc", no_argument, NULL, 'n' },
	{ "live", no_argument, NULL, 'l' },      { "silent", no_argument, NULL, 's' },
	{ "help", no_argument, NULL, 'h' },      { 0 },
};

/* The task that panicked, or what ran on the first CPU; of a live kernel this very process. */
static uint64_t first_task(struct pm_shell *sh)
{
	struct pm_linux_cpus *cpus = pm_session_cpus(sh->session);
	const struct pm_linux_task *self =
		sh->live ? pm_linux_task_by_pid(pm_session_tasks(sh->session), (int32_t)getpid()) : NULL;

	if (self)
		return self->addr;
	if (cpus->panic_cpu >= 0)
		return cpus->v.v[cpus->panic_cpu].task;
	return cpus->v.n ? cpus->v.v[0].task : 0;
}

/* What a file or a program has to say. */
static void read_lines(struct pm_shell *sh)
{
	char *line = NULL;
	size_t size = 0;

	while (!sh->ended && !pm_interrupted() && getline(&line, &size, stdin) >= 0) {
		pm_shell_run(sh, line);
		if (fflush(sh->out))
			break;
	}
	free(line);
}

static void on_interrupt(int number)
{
	(void)number;
	pm_interrupt_flag = 1;
}

/* It ends what waits: for a line to be typed, for a pager to read on.  Of a script it ends the rest, too: the command says
 * what it has and that this is not all, and a second one ends it where it stands. */
static void take_interrupts(bool interactive)
{
	struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = interactive ? 0 : SA_RESETHAND };
	struct sigaction before;

	/* in the background, by nohup: whoever started it wants none */
	if (!interactive && !sigaction(SIGINT, NULL, &before) && before.sa_handler == SIG_IGN)
		return;
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
}

/* What someone types. */
static void converse(struct pm_shell *sh)
{
	struct pm_edit *edit = pm_edit_open(sh, !sh->live);

	while (!sh->ended) {
		pm_interrupt_flag = 0;
		const char *line = pm_edit_line(edit, "kpanic> ");

		pm_interrupt_flag = 0;
		if (!line) {
			fputc('\n', stdout);
			break;
		}
		pm_shell_run(sh, line);
		fflush(sh->out);
		if (pm_interrupted()) { /* which the terminal took no more for: it is as good as before */
			clearerr(sh->out);
			clearerr(stdout);
		} else if (ferror(stdout)) {
			break;
		}
	}
	pm_edit_close(edit);
}

static bool has_colours(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(no && *no) && term && strcmp(term, "dumb") != 0;
}

/* JSON escapes by itself, and a file or pipe gets the bytes as they are. */
static void open_output(struct pm_shell *sh)
{
	sh->terminal = isatty(STDOUT_FILENO);
	if (sh->json || !sh->terminal)
		return;
	sh->out = sh->screen = pm_shell_terminal(stdout);
	sh->colours = has_colours();
}

/* Where commands come from. */
struct input {
	const char *commands, *script;
	bool no_rc;
};

static void run_input(struct pm_shell *sh, const struct input *in)
{
	bool is_terminal = !in->commands && isatty(STDIN_FILENO);

	if (is_terminal) {
		sh->interactive = true;
		pm_shell_settings_start(sh);
	}
	take_interrupts(is_terminal);
	/* who reads objects knows those that were asked for */
	if (!in->no_rc && !sh->json)
		pm_shell_run_rc(sh);
	/* whoever sits there sees first whose dump this is, and what it died of */
	if (is_terminal && !sh->json && !sh->settings.silent)
		pm_shell_run(sh, "sys");
	if (in->script && !pm_shell_run_file(sh, in->script) && !sh->failures)
		sh->failures++; /* it was not there */
	if (!is_terminal && pm_interrupted())
		return;
	if (in->commands)
		pm_shell_run(sh, in->commands);
	else if (is_terminal)
		converse(sh);
	else
		read_lines(sh);
}

/* Is the running kernel's memory there for us?  Says what to do where it is not. */
static bool may_read(const char *path)
{
	static const struct {
		int why;
		const char *words;
	} rows[] = {
		{ ENOENT,
		  "the kernel was built without CONFIG_PROC_KCORE, or this is a container without it" },
		{ EACCES, "only root may read it" },
		{ EPERM, "it needs CAP_SYS_RAWIO, and a kernel that is not locked down against root "
			 "(/sys/kernel/security/lockdown)" },
	};
	int fd = open(path, O_RDONLY | O_CLOEXEC), why = errno;

	if (fd >= 0) {
		close(fd);
		return true;
	}
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (rows[i].why == why) {
			pm_cmd_say("shell: --live: %s: %s: %s", path, strerror(why), rows[i].words);
			return false;
		}
	pm_cmd_say("shell: --live: %s: %s", path, strerror(why));
	return false;
}

/* A kernel that only its registers tell of is looked around in, too: that its system is not known was said. */
static void open_kernel(struct pm_shell *sh, struct pm_cmd_kernel *kernel,
			const struct pm_linux_options *with, enum pm_status *status)
{
	enum pm_status said = PM_STATUS_OK;

	if (!pm_cmd_kernel_open(sh->dump, with, false, kernel, &said) || (kernel->session && said) ||
	    (kernel->image && kernel->image->found && said))
		*status = PM_STATUS_UNREADABLE;
	sh->session = kernel->session;
	sh->image = kernel->image;
	if (!sh->session)
		return;
	sh->lx = pm_session_kernel(sh->session);
	sh->btf = sh->lx->btf;
}

/* What was given on the command line. */
struct request {
	struct input in;
	struct pm_linux_options with;
	const char *raw; /* NULL: the dump has a format */
	char **parts;    /* of the dump, [parts_n] */
	size_t parts_n;
};

/* false: *status says how it ends, and why was said. */
static bool take_options(struct pm_shell *sh, int argc, char **argv, struct pm_json *json, struct request *r,
			 int *status)
{
	int c;

	*status = PM_STATUS_USAGE;
	while ((c = getopt_long(argc, argv, "c:i:sh", long_options, NULL)) != -1) {
		switch (c) {
		case 'c':
			r->in.commands = optarg;
			break;
		case 'i':
			r->in.script = optarg;
			break;
		case 's':
			sh->settings.silent = true;
			break;
		case 'l':
			sh->live = true;
			break;
		case 'n':
			r->in.no_rc = true;
			break;
		case 'j':
			sh->json = json;
			break;
		case 'b':
			r->with.btf = optarg;
			break;
		case 'r':
			r->raw = optarg ? optarg : "";
			break;
		case 'h':
			*status = pm_cmd_help("shell");
			return false;
		default:
			fputs("kpanic: see kpanic shell --help\n", stderr);
			return false;
		}
	}
	if (optind >= argc && !sh->live) {
		fputs("kpanic: shell: which dump? see kpanic shell --help\n", stderr);
		return false;
	}
	return true;
}

/* What stands behind the options: the dump's parts, and a vmlinux.  false: as above. */
static bool take_files(struct pm_shell *sh, char **files, struct request *r, int *status)
{
	static char kcore[] = "/proc/kcore";
	static char *live[] = { kcore, NULL };

	if (!sh->live)
		pm_cmd_dump_first(files);
	r->parts = sh->live ? live : files;
	r->parts_n = sh->live ? 1 : pm_cmd_parts(files);
	char **rest = files + (sh->live ? 0 : r->parts_n);

	r->with.vmlinux = rest[0];
	*status = PM_STATUS_USAGE;
	if (rest[0] && rest[1]) {
		pm_cmd_say("shell: %s: one %s and one vmlinux are enough", rest[1],
			   sh->live ? "running kernel" : "dump");
		return false;
	}
	if (sh->live && r->raw) {
		pm_cmd_say("shell: --live: --raw is for files");
		return false;
	}
	*status = PM_STATUS_UNREADABLE;
	return !sh->live || may_read(kcore);
}

/* The dump, the kernel in it, its vmlinux; how it ends where one of them cannot be used, which was said. */
static enum pm_status open_all(struct pm_shell *sh, const struct request *r, struct pm_cmd_kernel *kernel)
{
	enum pm_status status = PM_STATUS_OK;
	struct pm_error *err = pm_cmd_dump_open(r->parts, r->parts_n, r->raw, &sh->dump);

	if (!err)
		open_kernel(sh, kernel, &r->with, &status);
	if (!err && !status && r->with.vmlinux)
		err = pm_shell_lines_open(sh, r->with.vmlinux);
	if (err) {
		pm_cmd_say("%s", err->message);
		status = err->code == PM_USAGE ? PM_STATUS_USAGE : PM_STATUS_UNREADABLE;
		pm_error_free(err);
	}
	return status;
}

/* Its commands; how the program ends. */
static int run(struct pm_shell *sh, const struct request *r, enum pm_status status)
{
	sh->task = sh->session ? first_task(sh) : 0;
	sh->vmlinux = r->with.vmlinux;
	open_output(sh);
	run_input(sh, &r->in);
	if (sh->failures && r->in.commands)
		status = PM_STATUS_USAGE; /* also where the dump is not whole, which was said */
	pm_shell_settings_end(sh);
	pm_shell_aliases_free(sh);
	if (sh->out != stdout)
		fclose(sh->out);
	if (fflush(stdout) || ferror(stdout))
		status = PM_STATUS_UNREADABLE;
	/* as shells tell of what a signal ended */
	return !sh->interactive && pm_interrupted() ? 128 + SIGINT : (int)status;
}

int pm_cmd_shell(int argc, char **argv)
{
	struct pm_shell sh = { .out = stdout, .explain = pm_cmd_why };
	struct request r = { .with.installed = true };
	struct pm_cmd_kernel kernel = { 0 };
	enum pm_status whole = PM_STATUS_OK;
	struct pm_json json;
	int status;

	pm_json_init(&json, stdout);
	if (take_options(&sh, argc, argv, &json, &r, &status) &&
	    take_files(&sh, argv + optind, &r, &status)) {
		status = (int)open_all(&sh, &r, &kernel);
		if (sh.dump)
			pm_cmd_dump_status(sh.dump, true, &whole);
		/* what was given and is of another kernel would only mislead */
		if (!status)
			status = run(&sh, &r, whole);
		pm_shell_lines_close(&sh);
		pm_cmd_kernel_close(&kernel);
		pm_dump_close(sh.dump);
	}
	pm_json_deinit(&json);
	return status;
}

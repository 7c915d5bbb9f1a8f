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
	{ "json", no_argument, NULL, 'j' },
	{ "btf", required_argument, NULL, 'b' },
	{ "raw", optional_argument, NULL, 'r' },
	{ "no-rc", no_argument, NULL, 'n' },
	{ "live", no_argument, NULL, 'l' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
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

	while (!sh->ended && getline(&line, &size, stdin) >= 0) {
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

/* It ends what waits: for a line to be typed, for a pager to read on. */
static void take_interrupts(void)
{
	struct sigaction action = { .sa_handler = on_interrupt };

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
		if (ferror(stdout))
			break;
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
		take_interrupts();
	}
	/* who reads objects knows those that were asked for */
	if (!in->no_rc && !sh->json)
		pm_shell_run_rc(sh);
	if (in->script && !pm_shell_run_file(sh, in->script) && !sh->failures)
		sh->failures++; /* it was not there */
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

int pm_cmd_shell(int argc, char **argv)
{
	struct pm_shell sh = { .out = stdout, .explain = pm_cmd_why };
	struct pm_cmd_kernel kernel = { 0 };
	struct input in = { 0 };
	const char *raw = NULL;
	struct pm_error *err;
	struct pm_json json;
	struct pm_linux_options with = { .installed = true };
	enum pm_status status = PM_STATUS_OK, whole = PM_STATUS_OK;
	int c;

	pm_json_init(&json, stdout);
	while ((c = getopt_long(argc, argv, "c:i:h", long_options, NULL)) != -1) {
		switch (c) {
		case 'c':
			in.commands = optarg;
			break;
		case 'i':
			in.script = optarg;
			break;
		case 'l':
			sh.live = true;
			break;
		case 'n':
			in.no_rc = true;
			break;
		case 'j':
			sh.json = &json;
			break;
		case 'b':
			with.btf = optarg;
			break;
		case 'r':
			raw = optarg ? optarg : "";
			break;
		case 'h':
			return pm_cmd_help("shell");
		default:
			fputs("kpanic: see kpanic shell --help\n", stderr);
			return PM_STATUS_USAGE;
		}
	}
	if (optind >= argc && !sh.live) {
		fputs("kpanic: shell: which dump? see kpanic shell --help\n", stderr);
		return PM_STATUS_USAGE;
	}
	static char kcore[] = "/proc/kcore";
	char *live[] = { kcore, NULL }, **parts = sh.live ? live : argv + optind;
	size_t n = sh.live ? 1 : pm_cmd_parts(parts);
	char **rest = argv + optind + (sh.live ? 0 : n);

	with.vmlinux = rest[0];
	if (rest[0] && rest[1]) {
		pm_cmd_say("shell: %s: one %s and one vmlinux are enough", rest[1],
			   sh.live ? "running kernel" : "dump");
		return PM_STATUS_USAGE;
	}
	if (sh.live && raw) {
		pm_cmd_say("shell: --live: --raw is for files");
		return PM_STATUS_USAGE;
	}
	if (sh.live && !may_read(kcore))
		return PM_STATUS_UNREADABLE;
	err = pm_cmd_dump_open(parts, n, raw, &sh.dump);
	if (!err)
		open_kernel(&sh, &kernel, &with, &status);
	if (!err && !status && with.vmlinux)
		err = pm_shell_lines_open(&sh, with.vmlinux);
	if (err) {
		pm_cmd_say("%s", err->message);
		status = err->code == PM_USAGE ? PM_STATUS_USAGE : PM_STATUS_UNREADABLE;
		pm_error_free(err);
	}
	if (sh.dump)
		pm_cmd_dump_status(sh.dump, true, &whole);
	/* what was given and is of another kernel would only mislead */
	if (status) {
		pm_shell_lines_close(&sh);
		pm_cmd_kernel_close(&kernel);
		pm_dump_close(sh.dump);
		return status;
	}
	status = whole;
	sh.task = sh.session ? first_task(&sh) : 0;
	sh.vmlinux = with.vmlinux;
	open_output(&sh);
	run_input(&sh, &in);
	if (sh.failures && in.commands)
		status = PM_STATUS_USAGE; /* also where the dump is not whole, which was said */
	pm_shell_settings_end(&sh);
	pm_shell_aliases_free(&sh);
	if (sh.out != stdout)
		fclose(sh.out);
	if (fflush(stdout) || ferror(stdout))
		status = PM_STATUS_UNREADABLE;
	pm_shell_lines_close(&sh);
	pm_cmd_kernel_close(&kernel);
	pm_dump_close(sh.dump);
	pm_json_deinit(&json);
	return status;
}

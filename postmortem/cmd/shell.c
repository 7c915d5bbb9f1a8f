#include "shell/lines.h"
#include "shell/shell.h"

#include "cmd/dump.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "btf", required_argument, NULL, 'b' },
	{ "raw", optional_argument, NULL, 'r' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* The task that panicked, or what ran on the first CPU. */
static uint64_t first_task(struct pm_shell *sh)
{
	struct pm_linux_cpus *cpus = pm_session_cpus(sh->session);

	if (cpus->panic_cpu >= 0)
		return cpus->v.v[cpus->panic_cpu].task;
	return cpus->v.n ? cpus->v.v[0].task : 0;
}

static void read_lines(struct pm_shell *sh)
{
	bool is_terminal = isatty(STDIN_FILENO);
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	for (;;) {
		if (is_terminal) {
			fputs("kpanic> ", stdout);
			fflush(stdout);
		}
		n = getline(&line, &size, stdin);
		if (n < 0)
			break;
		pm_shell_run(sh, line);
		if (fflush(sh->out) || sh->ended)
			break;
	}
	free(line);
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
	struct pm_shell sh = { .out = stdout };
	struct pm_cmd_kernel kernel = { 0 };
	const char *commands = NULL, *raw = NULL;
	struct pm_error *err;
	struct pm_json json;
	struct pm_linux_options with = { .installed = true };
	enum pm_status status = PM_STATUS_OK, whole = PM_STATUS_OK;
	int c;

	pm_json_init(&json, stdout);
	while ((c = getopt_long(argc, argv, "c:h", long_options, NULL)) != -1) {
		switch (c) {
		case 'c':
			commands = optarg;
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
	if (optind >= argc) {
		fputs("kpanic: shell: which dump? see kpanic shell --help\n", stderr);
		return PM_STATUS_USAGE;
	}
	char **parts = argv + optind;
	size_t n = pm_cmd_parts(parts);

	with.vmlinux = parts[n];
	if (parts[n] && parts[n + 1]) {
		pm_cmd_say("shell: %s: one dump and one vmlinux are enough", parts[n + 1]);
		return PM_STATUS_USAGE;
	}
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
	/* JSON escapes by itself, and a file or pipe gets the bytes as they are */
	if (!sh.json && isatty(STDOUT_FILENO))
		sh.out = pm_shell_terminal(stdout);
	if (commands)
		pm_shell_run(&sh, commands);
	else
		read_lines(&sh);
	if (sh.failures && commands)
		status = PM_STATUS_USAGE; /* also where the dump is not whole, which was said */
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

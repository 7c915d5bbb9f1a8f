/* sig: what a task does with signals, and which wait for it. */
#include "shell/commands.h"

#include "linux/list.h"
#include "linux/member.h"

#include <stdlib.h>
#include <string.h>

enum { signals = 64, first_rt = 32, middle_rt = 48, max_queued = 65536 };

static const char *const names[first_rt] = {
	[1] = "SIGHUP", "SIGINT",    "SIGQUIT", "SIGILL",   "SIGTRAP", "SIGABRT", "SIGBUS",  "SIGFPE",
	"SIGKILL",      "SIGUSR1",   "SIGSEGV", "SIGUSR2",  "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT",
	"SIGCHLD",      "SIGCONT",   "SIGSTOP", "SIGTSTP",  "SIGTTIN", "SIGTTOU", "SIGURG",  "SIGXCPU",
	"SIGXFSZ",      "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO",   "SIGPWR",  "SIGSYS",
};

/* "SIGRTMIN+3", "SIGRTMAX-2" */
static const char *name_of(unsigned signal, char buf[16])
{
	if (signal < first_rt)
		return names[signal] ? names[signal] : "?";
	if (signal == first_rt || signal == signals)
		return signal == first_rt ? "SIGRTMIN" : "SIGRTMAX";
	snprintf(buf, 16, signal <= middle_rt ? "SIGRTMIN+%u" : "SIGRTMAX-%u",
		 signal <= middle_rt ? signal - first_rt : signals - signal);
	return buf;
}

static void put_list(struct pm_shell *sh)
{
	/* the other names that some have */
	static const char *const second[first_rt] = { [6] = "SIGIOT", [17] = "SIGCLD", [29] = "SIGPOLL" };
	char buf[16], number[8];

	if (sh->json)
		pm_json_open(sh->json, "signals", '[');
	for (unsigned i = 1; i <= signals; i++) {
		const char *also = i < first_rt ? second[i] : NULL;

		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_uint(sh->json, "signal", i);
			pm_json_str(sh->json, "name", name_of(i, buf));
			pm_json_str(sh->json, "also", also);
			pm_json_close(sh->json, '}');
			continue;
		}
		snprintf(number, sizeof(number), "[%u]", i);
		fprintf(sh->out, "%4s %s%s%s\n", number, name_of(i, buf), also ? "/" : "", also ? also : "");
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
}

static void put_names(struct pm_shell *sh, const char *key, uint64_t set)
{
	char buf[16];

	if (sh->json)
		pm_json_open(sh->json, key, '[');
	for (unsigned i = 1; i <= signals; i++) {
		if (!(set >> (i - 1) & 1))
			continue;
		if (sh->json)
			pm_json_str(sh->json, NULL, name_of(i, buf));
		else
			fprintf(sh->out, "%s ", name_of(i, buf));
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	else
		fputc('\n', sh->out);
}

/* ---- what is done with each ---- */

/* sa_flags of x86 (include/uapi/asm-generic/signal-defs.h). */
static const struct {
	uint64_t bit;
	const char *name;
} flags_rows[] = {
	{ 0x1, "SA_NOCLDSTOP" },        { 0x2, "SA_NOCLDWAIT" },        { 0x4, "SA_SIGINFO" },
	{ 0x400, "SA_UNSUPPORTED" },    { 0x800, "SA_EXPOSE_TAGBITS" }, { 0x4000000, "SA_RESTORER" },
	{ 0x8000000, "SA_ONSTACK" },    { 0x10000000, "SA_RESTART" },   { 0x40000000, "SA_NODEFER" },
	{ 0x80000000, "SA_RESETHAND" },
};

struct action {
	uint64_t addr, handler, flags, mask;
};

static bool read_action(struct pm_linux *lx, uint64_t sighand, unsigned signal, struct action *out)
{
	uint64_t size = pm_linux_type_size(lx, "k_sigaction");

	out->addr = pm_linux_member_at(lx, sighand, "sighand_struct", "action") + (signal - 1) * size;
	return size && pm_linux_member_get(lx, out->addr, "sigaction", "sa_handler", &out->handler) &&
	       pm_linux_member_get(lx, out->addr, "sigaction", "sa_flags", &out->flags) &&
	       pm_linux_member_get(lx, out->addr, "sigaction", "sa_mask", &out->mask);
}

static void put_action(struct pm_shell *sh, unsigned signal, const struct action *a)
{
	static const char *const known[] = { "SIG_DFL", "SIG_IGN", "SIG_ERR" };
	char number[8], handler[24], buf[16];
	const char *before = "(";

	if (a->handler < 2 || a->handler == UINT64_MAX)
		snprintf(handler, sizeof(handler), "%s", known[a->handler < 2 ? a->handler : 2]);
	else
		snprintf(handler, sizeof(handler), "%llx", (unsigned long long)a->handler);
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_uint(sh->json, "signal", signal);
		pm_json_str(sh->json, "name", name_of(signal, buf));
		pm_json_hex(sh->json, "address", a->addr);
		if (*handler == 'S')
			pm_json_str(sh->json, "handler", handler);
		else
			pm_json_hex(sh->json, "handler", a->handler);
		pm_json_hex(sh->json, "mask", a->mask);
		pm_json_hex(sh->json, "flags", a->flags);
		pm_json_close(sh->json, '}');
		return;
	}
	snprintf(number, sizeof(number), "[%u]", signal);
	fprintf(sh->out, "%4s %016llx %10s %016llx %llx ", number, (unsigned long long)a->addr, handler,
		(unsigned long long)a->mask, (unsigned long long)a->flags);
	for (size_t i = 0; i < PM_COUNT(flags_rows); i++)
		if (a->flags & flags_rows[i].bit) {
			fprintf(sh->out, "%s%s", before, flags_rows[i].name);
			before = "|";
		}
	fputs(*before == '|' ? ")\n" : "\n", sh->out);
}

static bool put_actions(struct pm_shell *sh, const struct pm_linux_task *task)
{
	uint64_t signal = 0, sighand = 0, threads;
	struct action action;
	bool ok = true;

	pm_linux_get(sh->lx, task->addr, PM_TASK_SIGNAL, &signal);
	pm_linux_member_get(sh->lx, task->addr, "task_struct", "sighand", &sighand);
	bool known = pm_linux_member_get(sh->lx, signal, "signal_struct", "nr_threads|sigcnt", &threads);
	char count[16] = "?";

	if (known)
		snprintf(count, sizeof(count), "%d", (int32_t)threads);
	if (sh->json) {
		pm_json_hex(sh->json, "signal_struct", signal);
		if (known)
			pm_json_uint(sh->json, "nr_threads", threads & 0xffffffff);
		pm_json_open(sh->json, "actions", '[');
	} else {
		fprintf(sh->out, "SIGNAL_STRUCT: %016llx  NR_THREADS: %s\n", (unsigned long long)signal,
			count);
		fputs(" SIG    SIGACTION        HANDLER       MASK       FLAGS           \n", sh->out);
	}
	for (unsigned i = 1; i <= signals && ok; i++) {
		ok = sighand && read_action(sh->lx, sighand, i, &action);
		if (ok)
			put_action(sh, i, &action);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok || pm_shell_error(sh, "sig", "%s (pid %d): %s", task->comm, task->pid,
				    sighand ? "what it does with signals is not in the dump"
					    : "it has given up its signals");
}

/* ---- what waits ---- */

static bool put_pending(struct pm_shell *sh, const struct pm_linux_task *task, uint64_t pending,
			const char *label, const char *key, int indent)
{
	uint64_t list = pm_linux_member_at(sh->lx, pending, "sigpending", "list");
	uint64_t info = pm_linux_member_offset(sh->lx, "sigqueue", "info"), signal, set = 0;
	struct pm_linux_nodes nodes = { 0 };
	const char *trouble = NULL;

	/* a task that has given up its signals has none that wait */
	if (pending && !pm_linux_member_get(sh->lx, pending, "sigpending", "signal", &set))
		return pm_shell_error(sh, "sig", "%s (pid %d): %s signals that wait are not in the dump",
				      task->comm, task->pid, key);
	if (list)
		pm_linux_nodes_read(sh->lx, list, max_queued, &nodes);
	if (sh->json) {
		pm_json_open(sh->json, key, '{');
		pm_json_hex(sh->json, "signal", set);
		put_names(sh, "names", set);
		pm_json_open(sh->json, "queue", '[');
	} else {
		fprintf(sh->out, "%*s%s\n%*s    SIGNAL: %016llx\n%*s  SIGQUEUE: %s\n", indent, "", label,
			indent, "", (unsigned long long)set, indent, "",
			nodes.n ? " SIG  SIGINFO " : "(empty)");
	}
	for (size_t i = 0; i < nodes.n && !pm_shell_interrupted(sh); i++) {
		uint64_t at = nodes.v[i] + info;

		if (!pm_space_load(&sh->lx->kernel, at, 4, &signal)) {
			trouble = "one of them is not in the dump";
			continue;
		}
		if (!sh->json) {
			fprintf(sh->out, "%*s            %3d  %016llx\n", indent, "", (int32_t)signal,
				(unsigned long long)at);
			continue;
		}
		pm_json_open(sh->json, NULL, '{');
		pm_json_int(sh->json, "signal", (int32_t)signal);
		pm_json_hex(sh->json, "siginfo", at);
		pm_json_close(sh->json, '}');
	}
	if (sh->json) {
		pm_json_close(sh->json, ']');
		pm_json_close(sh->json, '}');
	}
	if (nodes.trouble)
		trouble = nodes.trouble;
	pm_linux_nodes_free(&nodes);
	return !trouble ||
	       pm_shell_error(sh, "sig", "%s (pid %d): queued signals: %s", task->comm, task->pid, trouble);
}

static uint64_t shared_of(struct pm_shell *sh, const struct pm_linux_task *task)
{
	uint64_t signal = 0;

	pm_linux_get(sh->lx, task->addr, PM_TASK_SIGNAL, &signal);
	return pm_linux_member_at(sh->lx, signal, "signal_struct", "shared_pending");
}

static bool put_own(struct pm_shell *sh, const struct pm_linux_task *task, int indent)
{
	uint64_t blocked = pm_linux_member_value(sh->lx, task->addr, "task_struct", "blocked");
	uint64_t own = pm_linux_member_at(sh->lx, task->addr, "task_struct", "pending");
	uint64_t set = pm_linux_member_value(sh->lx, own, "sigpending", "signal") |
		       pm_linux_member_value(sh->lx, shared_of(sh, task), "sigpending", "signal");

	if (sh->json) {
		pm_json_bool(sh->json, "pending", set & ~blocked);
		pm_json_hex(sh->json, "blocked", blocked);
	} else {
		fprintf(sh->out, "%*sSIGPENDING: %s\n%*s   BLOCKED: %016llx\n", indent, "",
			set & ~blocked ? "yes" : "no", indent, "", (unsigned long long)blocked);
	}
	return put_pending(sh, task, own, "PRIVATE_PENDING", "private", indent);
}

static bool put_task(struct pm_shell *sh, const struct pm_linux_task *task)
{
	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	pm_shell_put_task(sh, task);
	bool ok = put_actions(sh, task);

	ok &= put_own(sh, task, 0);
	ok &= put_pending(sh, task, shared_of(sh, task), "SHARED_PENDING", "shared", 0);
	if (sh->json)
		pm_json_close(sh->json, '}');
	else
		fputc('\n', sh->out);
	return ok;
}

/* -g: what the threads share once, and then what each has. */
static bool put_group(struct pm_shell *sh, const struct pm_linux_task *task)
{
	const struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	const struct pm_linux_task *leader = task;

	for (size_t i = 0; i < tasks->v.n && task->pid; i++)
		if (tasks->v.v[i].pid == task->tgid)
			leader = &tasks->v.v[i];
	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	pm_shell_put_task(sh, leader);
	bool ok = put_actions(sh, leader);

	ok &= put_pending(sh, leader, shared_of(sh, leader), "SHARED_PENDING", "shared", 0);
	if (sh->json)
		pm_json_open(sh->json, "threads", '[');
	else
		fputc('\n', sh->out);
	for (size_t i = 0; i < tasks->v.n && !pm_shell_interrupted(sh); i++) {
		if (tasks->v.v[i].tgid != leader->tgid || (!leader->pid && &tasks->v.v[i] != leader))
			continue;
		if (sh->json)
			pm_json_open(sh->json, NULL, '{');
		else
			fputs("  ", sh->out);
		pm_shell_put_task(sh, &tasks->v.v[i]);
		ok &= put_own(sh, &tasks->v.v[i], 2);
		if (sh->json)
			pm_json_close(sh->json, '}');
		else
			fputc('\n', sh->out);
	}
	if (sh->json) {
		pm_json_close(sh->json, ']');
		pm_json_close(sh->json, '}');
	}
	return ok;
}

bool pm_shell_sig(struct pm_shell *sh, int argc, char **argv)
{
	bool list = false, group = false;
	const char *set = NULL;
	const struct pm_shell_option options[] = {
		{ "-l", PM_OPTION_FLAG, &list },
		{ "-g", PM_OPTION_FLAG, &group },
		{ "-s", PM_OPTION_TEXT, &set },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (set) {
		char *end;
		uint64_t value = strtoull(set, &end, 16);

		if (*end || end == set)
			return pm_shell_error(sh, "sig", "not a number in hex: %s", set);
		put_names(sh, "names", value);
		return true;
	}
	if (list) {
		put_list(sh);
		return true;
	}
	if (sh->json)
		pm_json_open(sh->json, "processes", '[');
	bool ok = pm_shell_each_task(sh, argc, argv, 1, group ? put_group : put_task);

	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}

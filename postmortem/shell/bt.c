#include "shell/shell.h"

#include <string.h>

struct options {
	bool words, offsets;
};

static void print_regs(struct pm_shell *sh, const struct pm_x86_regs *r)
{
	static const struct {
		const char *label;
		enum pm_x86_reg reg;
		bool ends; /* the line */
	} rows[] = {
		{ "    RIP", PM_X86_IP, false },
		{ "  RSP", PM_X86_SP, false },
		{ "  RFLAGS", PM_X86_FLAGS, true },
		{ "    RAX", PM_X86_AX, false },
		{ "  RBX", PM_X86_BX, false },
		{ "  RCX", PM_X86_CX, true },
		{ "    RDX", PM_X86_DX, false },
		{ "  RSI", PM_X86_SI, false },
		{ "  RDI", PM_X86_DI, true },
		{ "    RBP", PM_X86_BP, false },
		{ "   R8", PM_X86_R8, false },
		{ "   R9", PM_X86_R9, true },
		{ "    R10", PM_X86_R10, false },
		{ "  R11", PM_X86_R11, false },
		{ "  R12", PM_X86_R12, true },
		{ "    R13", PM_X86_R13, false },
		{ "  R14", PM_X86_R14, false },
		{ "  R15", PM_X86_R15, true },
		{ "    ORIG_RAX", PM_X86_ORIG_AX, false },
		{ "  CS", PM_X86_CS, false },
		{ "  SS", PM_X86_SS, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool is_short = rows[i].reg == PM_X86_CS || rows[i].reg == PM_X86_SS;

		if (pm_x86_has(r, rows[i].reg))
			fprintf(sh->out, "%s: %0*llx", rows[i].label,
				is_short                      ? 4
				: rows[i].reg == PM_X86_FLAGS ? 8
							      : 16,
				(unsigned long long)r->v[rows[i].reg] & (is_short ? 0xffff : ~0ull));
		if (rows[i].ends)
			fputc('\n', sh->out);
	}
}

/* The words from one frame's stack pointer up to the next one's. */
static void print_words(struct pm_shell *sh, uint64_t from, uint64_t to)
{
	if (to <= from || to - from > 16384)
		return;
	for (uint64_t at = from; at < to; at += 8) {
		uint64_t word;
		bool first = (at - from) % 16 == 0;

		if (first)
			fprintf(sh->out, "%s    %016llx:", at == from ? "" : "\n", (unsigned long long)at);
		if (pm_space_load(&sh->lx->kernel, at, 8, &word))
			fprintf(sh->out, " %016llx", (unsigned long long)word);
		else
			fputs(" ----------------", sh->out);
	}
	fputc('\n', sh->out);
}

static const char *grade_mark(enum pm_trust trust)
{
	return trust == PM_EXACT ? "" : trust == PM_GUESSED ? "  (guessed)" : "  (scanned)";
}

static void print_trace(struct pm_shell *sh, const struct pm_linux_task *task, const struct options *options)
{
	struct pm_linux_trace trace;
	const char *stack = NULL;

	fprintf(sh->out, "PID: %-7d  TASK: %016llx  CPU: %-3u  COMMAND: \"%s\"\n", task->pid,
		(unsigned long long)task->addr, task->cpu, task->comm);
	pm_session_unwind(sh->session, task, &trace);
	for (size_t i = 0; i < trace.frames.n; i++) {
		const struct pm_linux_frame *f = &trace.frames.v[i];
		char name[PM_LINUX_NAME_MAX + 96];

		if (i && stack != f->stack_name)
			fprintf(sh->out, "--- <%s stack> ---\n", stack ? stack : f->stack_name);
		stack = f->stack_name;
		pm_shell_name(sh, f->pc, f->exact_pc, name, sizeof(name));
		if (f->exact_pc && i) {
			fprintf(sh->out, "    [exception RIP: %s]\n", name);
			print_regs(sh, &f->regs);
		}
		/* crash shows offsets only when told to */
		char *plus = strchr(name, '+'), *module = strchr(name, '[');
		if (plus && !options->offsets) {
			if (module)
				memmove(plus + 1, module, strlen(module) + 1), *plus = ' ';
			else
				*plus = 0;
		}
		fprintf(sh->out, "%2s%zu [%016llx] %s at %016llx%s\n", "#", i,
			(unsigned long long)(f->return_at && !f->exact_pc ? f->return_at : f->sp), name,
			(unsigned long long)f->pc, grade_mark(f->trust));
		if (options->words && i + 1 < trace.frames.n)
			print_words(sh, f->sp, trace.frames.v[i + 1].sp);
	}
	if (trace.has_user)
		print_regs(sh, &trace.user);
	if (trace.ended)
		fprintf(sh->out, "    (the trace ends here: %s)\n", trace.ended);
	pm_linux_trace_deinit(&trace);
}

bool pm_shell_bt(struct pm_shell *sh, int argc, char **argv)
{
	struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	struct options options = { 0 };
	bool all_cpus = false, any = false, ok = true;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-a"))
			all_cpus = true;
		else if (!strcmp(argv[i], "-f"))
			options.words = true;
		else if (!strcmp(argv[i], "-s"))
			options.offsets = true;
		else if (*argv[i] == '-' && strcmp(argv[i], "-l"))
			return pm_shell_error(sh, "bt", "no option '%s'", argv[i]);
	}
	for (int i = 1; i < argc; i++) {
		if (*argv[i] == '-')
			continue;
		any = true;
		if (!strcmp(argv[i], "all")) {
			for (size_t k = 0; k < tasks->v.n; k++) {
				print_trace(sh, &tasks->v.v[k], &options);
				fputc('\n', sh->out);
			}
			continue;
		}
		const struct pm_linux_task *task = pm_shell_task(sh, "bt", argv[i]);

		if (task)
			print_trace(sh, task, &options);
		ok &= task != NULL;
	}
	if (any)
		return ok;
	if (all_cpus) {
		struct pm_linux_cpus *cpus = pm_session_cpus(sh->session);

		for (size_t i = 0; i < cpus->v.n; i++) {
			struct pm_linux_task task;

			if (!pm_linux_task_read(sh->lx, cpus->v.v[i].task, &task))
				continue;
			task.cpu = cpus->v.v[i].cpu;
			print_trace(sh, &task, &options);
			fputc('\n', sh->out);
		}
		return true;
	}
	struct pm_linux_task task;

	if (!pm_linux_task_read(sh->lx, sh->task, &task))
		return pm_shell_error(sh, "bt", "the current task is not in the dump");
	print_trace(sh, &task, &options);
	return true;
}

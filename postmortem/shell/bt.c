/* bt: stack traces. */
#include "shell/commands.h"
#include "shell/bt.h"
#include "shell/lines.h"

#include "symbols/bytes.h"

#include <stdlib.h>
#include <string.h>

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

/* Registers by their names, those that are known. */
static void json_regs(struct pm_shell *sh, const char *key, const struct pm_x86_regs *r)
{
	pm_json_open(sh->json, key, '{');
	for (unsigned i = 0; i < PM_X86_REGS; i++)
		if (pm_x86_has(r, (enum pm_x86_reg)i))
			pm_json_hex(sh->json, pm_x86_reg_name((enum pm_x86_reg)i), r->v[i]);
	pm_json_close(sh->json, '}');
}

static const uint64_t max_frame = 16384;

/* The words from one frame's stack pointer up to the next one's. */
static void print_words(struct pm_shell *sh, uint64_t from, uint64_t to)
{
	if (to <= from || to - from > max_frame)
		return;
	if (sh->json)
		pm_json_open(sh->json, "words", '[');
	for (uint64_t at = from; at < to; at += 8) {
		uint64_t word;
		bool first = (at - from) % 16 == 0, known = pm_space_load(pm_shell_space(sh), at, 8, &word);

		if (sh->json) {
			if (known)
				pm_json_hex(sh->json, NULL, word);
			else
				pm_json_null(sh->json, NULL);
			continue;
		}
		if (first)
			fprintf(sh->out, "%s    %016llx:", at == from ? "" : "\n", (unsigned long long)at);
		if (known)
			fprintf(sh->out, " %016llx", (unsigned long long)word);
		else
			fputs(" ----------------", sh->out);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	else
		fputc('\n', sh->out);
}

static const char *grade_mark(enum pm_trust trust)
{
	return trust == PM_EXACT ? "" : trust == PM_GUESSED ? "  (guessed)" : "  (scanned)";
}

static void json_frame(struct pm_shell *sh, const struct pm_stack_frame *f, bool interrupted)
{
	pm_json_hex(sh->json, "pc", f->pc);
	pm_shell_json_place(sh, f->pc, f->exact_pc);
	pm_json_hex(sh->json, "sp", f->sp);
	if (f->return_at)
		pm_json_hex(sh->json, "return_at", f->return_at);
	pm_json_str(sh->json, "trust", pm_trust_name(f->trust));
	pm_json_str(sh->json, "stack", f->stack_name);
	if (interrupted)
		json_regs(sh, "registers", &f->regs);
}

static void print_frame(struct pm_shell *sh, size_t i, const struct pm_stack_frame *f,
			const struct pm_bt_options *options)
{
	char name[PM_LINUX_NAME_MAX + 96], number[24];

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
	snprintf(number, sizeof(number), "#%zu", i);
	fprintf(sh->out, "%3s [%016llx] %s at %016llx%s\n", number,
		(unsigned long long)(f->return_at && !f->exact_pc ? f->return_at : f->sp), name,
		(unsigned long long)f->pc, grade_mark(f->trust));
}

/* Where the note does not say how long a stack is. */
static const uint64_t image_stack = 8192;

/* Every code address from the stack pointer up to the stack's end, whether it was left by a call or not. */
static void print_text(struct pm_shell *sh, uint64_t stack, const struct pm_stack_trace *trace)
{
	struct pm_linux_unwinder *u = sh->image ? NULL : pm_session_unwinder(sh->session);
	uint64_t at = trace->frames.n ? trace->frames.v[0].sp & ~7ull : 0, word;
	uint64_t size = u ? u->thread_size : image_stack;
	char name[PM_LINUX_NAME_MAX + 96];

	if (!stack)
		stack = u ? at & -size : at;
	if (at - stack >= size)
		at = stack;
	if (sh->json)
		pm_json_open(sh->json, "text", '[');
	for (; at - stack < size; at += 8) {
		if (!pm_space_load(pm_shell_space(sh), at, 8, &word) ||
		    !(u ? pm_linux_is_text(u, word) : pm_image_is_text(sh->image, word)))
			continue;
		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_hex(sh->json, "at", at);
			pm_json_hex(sh->json, "pc", word);
			pm_shell_json_place(sh, word, false);
			pm_json_close(sh->json, '}');
		} else {
			pm_shell_name(sh, word, false, name, sizeof(name));
			fprintf(sh->out, "  [%016llx] %s at %016llx\n", (unsigned long long)at, name,
				(unsigned long long)word);
		}
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
}

static void print_frames(struct pm_shell *sh, const struct pm_stack_trace *trace,
			 const struct pm_bt_options *options)
{
	const char *stack = NULL;
	struct pm_x86_regs regs = { 0 };

	if (sh->json)
		pm_json_open(sh->json, "frames", '[');
	for (size_t i = 0; i < trace->frames.n; i++) {
		const struct pm_stack_frame *f = &trace->frames.v[i];

		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			json_frame(sh, f, f->exact_pc);
		} else {
			if (i && stack != f->stack_name)
				fprintf(sh->out, "--- <%s stack> ---\n", stack ? stack : f->stack_name);
			stack = f->stack_name;
			print_frame(sh, i, f, options);
		}
		if (options->lines)
			pm_shell_lines(sh, f->pc, f->exact_pc);
		if (options->parameters)
			pm_shell_parameters(sh, f, i + 1 < trace->frames.n ? f + 1 : NULL, &regs);
		if (options->words && i + 1 < trace->frames.n)
			print_words(sh, f->sp, trace->frames.v[i + 1].sp);
		if (sh->json)
			pm_json_close(sh->json, '}');
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
}

/* What is left of pm_shell_put_task where the task cannot be read. */
static void put_cpu(struct pm_shell *sh, const struct pm_linux_cpu *cpu)
{
	if (!sh->json) {
		fprintf(sh->out, "PID: ?        TASK: %016llx  CPU: %-3u  COMMAND: ?\n",
			(unsigned long long)cpu->task, cpu->cpu);
		return;
	}
	pm_json_hex(sh->json, "task", cpu->task);
	pm_json_uint(sh->json, "cpu", cpu->cpu);
}

bool pm_bt_put_trace(struct pm_shell *sh, struct pm_stack_trace *trace, uint64_t stack,
		     const struct pm_bt_options *options, const char *whose)
{
	if (options->text)
		print_text(sh, stack, trace);
	else
		print_frames(sh, trace, options);
	if (sh->json) {
		if (trace->has_user)
			json_regs(sh, "user", &trace->user);
		pm_json_str(sh->json, "ended", trace->ended);
		pm_json_close(sh->json, '}');
	} else if (!options->text) {
		if (trace->has_user)
			print_regs(sh, &trace->user);
		if (trace->ended)
			fprintf(sh->out, "    (the trace ends here: %s)\n", trace->ended);
	}
	bool any = trace->frames.n || trace->has_user || options->text;
	const char *ended = trace->ended;

	pm_stack_trace_deinit(trace);
	return any || pm_shell_error(sh, "bt", "%s: no trace: %s", whose, ended ? ended : "no frames");
}

static bool print_trace(struct pm_shell *sh, const struct pm_linux_task *task,
			const struct pm_bt_options *options)
{
	struct pm_stack_trace trace;
	char whose[48];

	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	pm_shell_put_task(sh, task);
	pm_session_unwind(sh->session, task, &trace);
	snprintf(whose, sizeof(whose), "%s (pid %d)", task->comm, task->pid);
	return pm_bt_put_trace(sh, &trace, task->stack, options, whose);
}

/* Of what a CPU ran, from its registers. */
static bool print_trace_of_cpu(struct pm_shell *sh, const struct pm_linux_cpu *cpu,
			       const struct pm_bt_options *options)
{
	struct pm_stack_trace trace;
	char whose[16];

	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	put_cpu(sh, cpu);
	snprintf(whose, sizeof(whose), "CPU %u", cpu->cpu);
	pm_linux_unwind(pm_session_unwinder(sh->session), &cpu->regs, true, 0, &trace);
	return pm_bt_put_trace(sh, &trace, 0, options, whose);
}

void pm_bt_gap(struct pm_shell *sh)
{
	if (!sh->json)
		fputc('\n', sh->out);
}

static bool print_cpu(struct pm_shell *sh, const struct pm_linux_cpu *cpu,
		      const struct pm_bt_options *options)
{
	struct pm_linux_task task;

	bool known = pm_linux_task_read(sh->lx, cpu->task, &task);

	if (!known && !cpu->has_regs)
		return pm_shell_error(sh, "bt", "what CPU %u ran is not in the dump", cpu->cpu);
	task.cpu = cpu->cpu;
	return known ? print_trace(sh, &task, options) : print_trace_of_cpu(sh, cpu, options);
}

static bool print_cpus(struct pm_shell *sh, const char *list, const struct pm_bt_options *options)
{
	struct pm_linux_cpus *cpus = pm_session_cpus(sh->session);
	bool ok = true, any = false, *chosen;

	if (!pm_shell_cpus(sh, "bt", list, cpus->v.n, &chosen))
		return false;
	for (size_t i = 0; i < cpus->v.n; i++) {
		if (!chosen[i])
			continue;
		if (any)
			pm_bt_gap(sh);
		any = true;
		ok &= print_cpu(sh, &cpus->v.v[i], options);
	}
	free(chosen);
	return ok;
}

static bool print_chosen(struct pm_shell *sh, int argc, char **argv, const struct pm_bt_choice *choice,
			 const struct pm_bt_options *options)
{
	struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	struct pm_linux_cpus *cpus = pm_session_cpus(sh->session);
	struct pm_linux_task task;
	bool ok = true;

	if (choice->cpus)
		return print_cpus(sh, choice->cpus, options);
	for (size_t i = 0; choice->all_cpus && i < cpus->v.n; i++) {
		ok &= print_cpu(sh, &cpus->v.v[i], options);
		pm_bt_gap(sh);
	}
	if (choice->all_cpus)
		return ok;
	for (int i = choice->first; i < argc; i++) {
		for (size_t k = 0; !strcmp(argv[i], "all") && k < tasks->v.n; k++) {
			ok &= print_trace(sh, &tasks->v.v[k], options);
			pm_bt_gap(sh);
		}
		if (!strcmp(argv[i], "all")) {
			ok &= !tasks->trouble ||
			      pm_shell_error(sh, "bt", "the list of tasks: %s", tasks->trouble);
			continue;
		}
		const struct pm_linux_task *named = pm_shell_task(sh, "bt", argv[i]);

		ok &= named && print_trace(sh, named, options);
	}
	if (choice->first < argc)
		return ok;
	if (!pm_linux_task_read(sh->lx, sh->task, &task)) {
		/* also where it is not known which task that is */
		const struct pm_linux_cpu *cpu =
			cpus->panic_cpu >= 0 && cpus->v.v[cpus->panic_cpu].task == sh->task
				? &cpus->v.v[cpus->panic_cpu]
				: pm_session_cpu_of(sh->session, sh->task);

		return cpu ? print_cpu(sh, cpu, options) : pm_shell_current(sh, "bt", &task);
	}
	return print_trace(sh, &task, options);
}

bool pm_shell_bt(struct pm_shell *sh, int argc, char **argv)
{
	struct pm_bt_options options = { 0 };
	struct pm_bt_choice choice = { .first = 1 };

	for (; choice.first < argc && *argv[choice.first] == '-'; choice.first++) {
		const char *option = argv[choice.first];

		if (!strcmp(option, "-a"))
			choice.all_cpus = true;
		else if (!strcmp(option, "-c") && choice.first + 1 < argc)
			choice.cpus = argv[++choice.first];
		else if (!strcmp(option, "-f"))
			options.words = true;
		else if (!strcmp(option, "-p"))
			options.parameters = true;
		else if (!strcmp(option, "-l"))
			options.lines = true;
		else if (!strcmp(option, "-s"))
			options.offsets = true;
		else if (!strcmp(option, "-t"))
			options.text = true;
		else
			return pm_shell_no_option(sh, "bt", option);
	}
	if (sh->json)
		pm_json_open(sh->json, "traces", '[');
	bool ok = sh->image ? pm_bt_image(sh, argc, argv, &choice, &options)
			    : print_chosen(sh, argc, argv, &choice, &options);

	if (sh->json)
		pm_json_close(sh->json, ']');
	if (options.lines || options.parameters)
		ok &= pm_shell_lines_told(sh, "bt");
	return ok;
}

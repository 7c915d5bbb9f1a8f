/* bt: stack traces. */
#include "shell/bt.h"
#include "shell/commands.h"
#include "shell/lines.h"

#include "symbols/bytes.h"

#include <stdlib.h>
#include <string.h>

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

/* Does the trace lead through that symbol, or through that address or the function it lies in? */
static bool is_referred(struct pm_shell *sh, const struct pm_stack_trace *trace, const char *reference)
{
	uint64_t addr = 0;
	bool is_number = pm_shell_number(reference, &addr), found = false;
	struct pm_arena arena;
	struct pm_place place, meant = { 0 };

	pm_arena_init(&arena);
	if (is_number && !pm_shell_place(sh, &arena, addr, true, &meant))
		meant.symbol = NULL;
	for (size_t i = 0; i < trace->frames.n && !found; i++) {
		const struct pm_stack_frame *f = &trace->frames.v[i];

		if (f->pc == addr && is_number)
			found = true;
		else if (pm_shell_place(sh, &arena, f->pc, f->exact_pc, &place))
			found = !strcmp(place.symbol, reference) ||
				(meant.symbol && !strcmp(place.symbol, meant.symbol));
	}
	pm_arena_deinit(&arena);
	return found;
}

/* ---- what the kernel did after it was interrupted ---- */

/* Where a CPU goes to when the machine crashes: the last that it calls. */
static bool is_last_call(struct pm_shell *sh, uint64_t word)
{
	static const char *const names[] = { "machine_kexec", "crash_nmi_callback", "kdump_nmi_callback",
					     "stop_this_cpu" };
	struct pm_arena arena;
	struct pm_place place;
	bool is = false;

	pm_arena_init(&arena);
	if (pm_shell_place(sh, &arena, word, false, &place) && !place.module)
		for (size_t i = 0; i < PM_COUNT(names) && !is; i++)
			is = !strcmp(place.symbol, names[i]);
	pm_arena_deinit(&arena);
	return is;
}

static bool same_function(struct pm_shell *sh, uint64_t a, bool exact, uint64_t b)
{
	struct pm_arena arena;
	struct pm_place x, y;

	pm_arena_init(&arena);
	bool same = pm_shell_place(sh, &arena, a, exact, &x) && pm_shell_place(sh, &arena, b, true, &y) &&
		    a - x.offset == b - y.offset;

	pm_arena_deinit(&arena);
	return same;
}

/* Does the trace lead through that place: interrupted there, or in a call that the same function made after it had written
 * its registers down? */
static bool leads_to(struct pm_shell *sh, const struct pm_stack_trace *trace,
		     const struct pm_stack_frame *place)
{
	for (size_t i = 1; i < trace->frames.n; i++) {
		const struct pm_stack_frame *f = &trace->frames.v[i];

		if (f->sp == place->sp &&
		    (f->exact_pc ? f->pc == place->pc : same_function(sh, f->pc, false, place->pc)))
			return true;
	}
	return false;
}

/* From what looks like such a call on a stack, if that leads to where the trace begins. */
static bool begin_later(struct pm_shell *sh, uint64_t start, uint64_t end, uint64_t task_stack,
			struct pm_stack_trace *trace)
{
	struct pm_linux_unwinder *u = pm_session_unwinder(sh->session);
	unsigned tried = 0;

	for (uint64_t at = start; at < end && tried < 16 && !pm_shell_interrupted(sh); at += 8) {
		struct pm_stack_trace later;
		struct pm_x86_regs regs = { 0 };
		uint64_t word;

		if (!pm_space_load(&sh->lx->kernel, at, 8, &word) || !pm_linux_is_text(u, word) ||
		    !is_last_call(sh, word))
			continue;
		tried++;
		pm_x86_set(&regs, PM_X86_IP, word);
		pm_x86_set(&regs, PM_X86_SP, at + 8);
		pm_linux_unwind(u, &regs, false, task_stack, &later);
		bool leads = leads_to(sh, &later, &trace->frames.v[0]);

		if (leads) {
			later.frames.v[0].return_at = at;
			pm_stack_trace_deinit(trace);
			*trace = later;
			return true;
		}
		pm_stack_trace_deinit(&later);
	}
	return false;
}

/* kdump keeps the registers that an exception saved: the trace begins there, and what ran then, down to the jump into the
 * other kernel, still lies on the stacks. */
static void add_later_calls(struct pm_shell *sh, const struct pm_linux_task *task,
			    struct pm_stack_trace *trace)
{
	const struct pm_linux_unwinder *u = pm_session_unwinder(sh->session);
	const struct pm_linux_cpu *cpu = pm_session_cpu_of(sh->session, task->addr);
	struct pm_linux_stack stack;

	if (!cpu || !trace->frames.n || !trace->frames.v[0].exact_pc ||
	    (task->stack && begin_later(sh, task->stack, task->stack + u->thread_size, task->stack, trace)))
		return;
	for (size_t i = 0; pm_linux_cpu_stack(u, cpu->cpu, i, &stack); i++)
		if (stack.start && begin_later(sh, stack.start, stack.end, task->stack, trace))
			return;
}

/* From where the options say, instead of where the task was.  false: from nowhere; said. */
static bool unwind_from(struct pm_shell *sh, const struct pm_linux_task *task,
			const struct pm_bt_options *options, struct pm_stack_trace *trace)
{
	struct pm_linux_unwinder *u = pm_session_unwinder(sh->session);
	struct pm_x86_regs regs = { 0 };
	uint64_t ip = options->ip, sp = options->sp;
	bool found = options->has_ip;

	/* without an address of code: what looks like a return to it, from there on */
	for (size_t i = 0; !found && i < u->thread_size / 8; i++, sp += 8)
		found = pm_space_load(&sh->lx->kernel, sp, 8, &ip) && pm_linux_is_text(u, ip);
	if (!found)
		return pm_shell_error(sh, "bt",
				      "-S: 0x%llx: nothing there or behind it looks like a return address",
				      (unsigned long long)options->sp);
	if (!options->has_sp) {
		pm_session_unwind(sh->session, task, trace);
		sp = trace->frames.n ? trace->frames.v[0].sp : 0;
		pm_stack_trace_deinit(trace);
	}
	pm_x86_set(&regs, PM_X86_IP, ip);
	pm_x86_set(&regs, PM_X86_SP, sp);
	pm_linux_unwind(u, &regs, options->has_ip, task->stack, trace);
	return true;
}

static bool print_exceptions(struct pm_shell *sh, const struct pm_linux_task *task)
{
	if (!task->stack)
		return pm_shell_error(sh, "bt", "%s (pid %d): it has no stack any more", task->comm,
				      task->pid);
	return pm_bt_exceptions(sh, task->stack, task->stack + pm_session_unwinder(sh->session)->thread_size);
}

static bool print_trace(struct pm_shell *sh, const struct pm_linux_task *task,
			const struct pm_bt_options *options)
{
	struct pm_stack_trace trace = { 0 };
	char whose[48];
	bool is_trace = !options->exceptions && !options->raw && !(options->no_idle && !task->pid), ok = true;

	if (is_trace && (options->has_ip || options->has_sp)) {
		if (!unwind_from(sh, task, options, &trace))
			return false;
	} else if (is_trace) {
		pm_session_unwind(sh->session, task, &trace);
		add_later_calls(sh, task, &trace);
	}
	if (is_trace && options->reference && !is_referred(sh, &trace, options->reference)) {
		pm_stack_trace_deinit(&trace);
		return true;
	}
	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	pm_shell_put_task(sh, task);
	const struct pm_linux_cpu *cpu = sh->live ? pm_session_cpu_of(sh->session, task->addr) : NULL;

	if (is_trace && cpu && !cpu->has_regs && !options->has_ip && !options->has_sp) {
		/* what lies on its stack changes as it is read */
		pm_stack_trace_deinit(&trace);
		if (sh->json) {
			pm_json_bool(sh->json, "active", true);
			pm_json_close(sh->json, '}');
		} else {
			fputs("(active)\n", sh->out);
		}
		return true;
	}
	snprintf(whose, sizeof(whose), "%s (pid %d)", task->comm, task->pid);
	if (is_trace)
		return pm_bt_put_trace(sh, &trace, task->stack, options, whose);
	if (options->exceptions)
		ok = print_exceptions(sh, task);
	else if (options->raw)
		ok = pm_bt_raw(sh, task, options);
	if (sh->json)
		pm_json_close(sh->json, '}');
	return ok;
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

/* Of all tasks, or of a process: its leader first. */
static bool print_all(struct pm_shell *sh, int32_t tgid, const struct pm_bt_options *options)
{
	const struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	bool ok = true;

	for (int pass = tgid < 0 ? 1 : 0; pass < 2; pass++)
		for (size_t k = 0; k < tasks->v.n && !pm_shell_interrupted(sh); k++) {
			const struct pm_linux_task *task = &tasks->v.v[k];

			if (tgid >= 0 && (task->tgid != tgid || task->leader == pass))
				continue;
			ok &= print_trace(sh, task, options);
			pm_bt_gap(sh);
		}
	return ok && (!tasks->trouble || pm_shell_error(sh, "bt", "the list of tasks: %s", tasks->trouble));
}

static bool print_current(struct pm_shell *sh, const struct pm_bt_choice *choice,
			  const struct pm_bt_options *options)
{
	const struct pm_linux_cpus *cpus = pm_session_cpus(sh->session);
	struct pm_linux_task task;
	uint64_t addr = sh->task;

	if (choice->panicked) {
		if (cpus->panic_cpu < 0)
			return pm_shell_error(sh, "bt", "no task panicked");
		addr = cpus->v.v[cpus->panic_cpu].task;
	}
	if (pm_linux_task_read(sh->lx, addr, &task))
		return choice->group && task.pid ? print_all(sh, task.tgid, options)
						 : print_trace(sh, &task, options);
	/* also where it is not known which task that is */
	const struct pm_linux_cpu *cpu = cpus->panic_cpu >= 0 && cpus->v.v[cpus->panic_cpu].task == addr
						 ? &cpus->v.v[cpus->panic_cpu]
						 : pm_session_cpu_of(sh->session, addr);

	return cpu ? print_cpu(sh, cpu, options) : pm_shell_current(sh, "bt", &task);
}

static bool print_chosen(struct pm_shell *sh, int argc, char **argv, const struct pm_bt_choice *choice,
			 const struct pm_bt_options *options)
{
	struct pm_linux_cpus *cpus = pm_session_cpus(sh->session);
	bool ok = true;

	if (choice->cpus)
		return print_cpus(sh, choice->cpus, options);
	for (size_t i = 0; choice->all_cpus && i < cpus->v.n && !pm_shell_interrupted(sh); i++) {
		ok &= print_cpu(sh, &cpus->v.v[i], options);
		pm_bt_gap(sh);
	}
	if (choice->all_cpus)
		return ok;
	for (int i = choice->first; i < argc; i++) {
		if (!strcmp(argv[i], "all")) {
			ok &= print_all(sh, -1, options);
			continue;
		}
		const struct pm_linux_task *named = pm_shell_task(sh, "bt", argv[i]);

		if (named && choice->group && named->pid)
			ok &= print_all(sh, named->tgid, options);
		else
			ok &= named && print_trace(sh, named, options);
	}
	return choice->first < argc ? ok : print_current(sh, choice, options);
}

bool pm_shell_bt(struct pm_shell *sh, int argc, char **argv)
{
	struct pm_bt_options options = { .hex = sh->hex };
	struct pm_bt_choice choice = { .first = 1 };
	bool overflows = false, of_cpus = false, decimal = false;
	const char *idle = NULL;
	const struct pm_shell_option rows[] = {
		{ "-a", PM_OPTION_FLAG, &choice.all_cpus },
		{ "-c", PM_OPTION_TEXT, &choice.cpus },
		{ "-d", PM_OPTION_FLAG, &decimal },
		{ "-e", PM_OPTION_FLAG, &options.exceptions },
		{ "-E", PM_OPTION_FLAG, &of_cpus },
		{ "-f", PM_OPTION_FLAG, &options.words },
		{ "-F", PM_OPTION_COUNT, &options.symbolic },
		{ "-g", PM_OPTION_FLAG, &choice.group },
		{ "-I", PM_OPTION_ADDRESS, &options.ip, &options.has_ip },
		{ "-l", PM_OPTION_FLAG, &options.lines },
		{ "-n", PM_OPTION_TEXT, &idle },
		{ "-o", PM_OPTION_FLAG, &options.old },
		{ "-p", PM_OPTION_FLAG, &choice.panicked },
		{ "-P", PM_OPTION_FLAG, &options.parameters },
		{ "-r", PM_OPTION_FLAG, &options.raw },
		{ "-R", PM_OPTION_TEXT, &options.reference },
		{ "-s", PM_OPTION_FLAG, &options.offsets },
		{ "-S", PM_OPTION_ADDRESS, &options.sp, &options.has_sp },
		{ "-t", PM_OPTION_FLAG, &options.text },
		{ "-T", PM_OPTION_FLAG, &options.whole_stack },
		{ "-v", PM_OPTION_FLAG, &overflows },
		{ "-x", PM_OPTION_FLAG, &options.hex },
	};

	argc = pm_shell_options(sh, argc, argv, rows, PM_COUNT(rows));
	if (!argc)
		return false;
	if (idle && strcmp(idle, "idle"))
		return pm_shell_error(sh, "bt", "-n idle is all that -n takes, not '%s'", idle);
	options.hex &= !decimal;
	options.no_idle = idle;
	options.words |= options.symbolic != 0;
	options.text |= options.whole_stack || options.old;
	if (sh->image && (overflows || of_cpus || options.raw || options.exceptions || options.has_ip ||
			  options.has_sp || choice.group || choice.panicked))
		return pm_shell_error(sh, "bt",
				      "that option reads structures of Linux, and this is another "
				      "kernel");
	if (overflows)
		return pm_bt_overflows(sh);
	if (of_cpus)
		return pm_bt_cpu_stacks(sh, choice.cpus);
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

/* What commands tell of a kernel that is not Linux: of its CPUs' registers, and of the recorder's note. */
#include "shell/bt.h"
#include "shell/commands.h"

#include <stdlib.h>
#include <string.h>

/* ---- bt ---- */

/* As pm_shell_put_task; name NULL: not known. */
static void put_head(struct pm_shell *sh, const uint64_t *id, uint32_t cpu, const char *name)
{
	if (!sh->json) {
		if (id)
			fprintf(sh->out, "PID: %-7lld  CPU: ", (long long)*id);
		else
			fputs("PID: ?        CPU: ", sh->out);
		if (cpu == KF_NO_CPU)
			fputs("-  ", sh->out);
		else
			fprintf(sh->out, "%-3u", cpu);
		fprintf(sh->out, "  COMMAND: %s%s%s\n", name ? "\"" : "", name ? name : "?",
			name ? "\"" : "");
		return;
	}
	if (id)
		pm_json_int(sh->json, "pid", (int64_t)*id);
	if (cpu != KF_NO_CPU)
		pm_json_uint(sh->json, "cpu", cpu);
	pm_json_str(sh->json, "comm", name);
}

static bool print_cpu(struct pm_shell *sh, const struct pm_image_cpu *cpu,
		      const struct pm_bt_options *options)
{
	const struct kf_note_cpu *told = cpu->told && cpu->told->flags & KF_CPU_HAS_TASK ? cpu->told : NULL;
	struct pm_stack_trace trace;
	struct pm_x86_regs regs;
	char whose[24];

	if (!pm_image_cpu_regs(cpu, true, &regs))
		return pm_shell_error(sh, "bt", "the registers of CPU %u are not in the dump", cpu->cpu);
	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	put_head(sh, told ? &told->task : NULL, cpu->cpu, told ? told->name : NULL);
	pm_image_unwind(sh->image, &regs, true, &trace);
	snprintf(whose, sizeof(whose), "CPU %u", cpu->cpu);
	return pm_bt_put_trace(sh, &trace, 0, options, whose);
}

static bool print_task(struct pm_shell *sh, const struct kf_note_task *task,
		       const struct pm_bt_options *options)
{
	struct pm_stack_trace trace;
	char whose[64];

	snprintf(whose, sizeof(whose), "%s (id %lld)", task->name, (long long)task->id);
	if (!pm_image_unwind_task(sh->image, task, &trace))
		return pm_shell_error(sh, "bt", "%s: no trace: where it goes on is not in the note", whose);
	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	put_head(sh, &task->id, task->cpu, task->name);
	return pm_bt_put_trace(sh, &trace, 0, options, whose);
}

/* The CPU that reported, or the first. */
static const struct pm_image_cpu *first_cpu(const struct pm_image *image)
{
	for (size_t i = 0; i < image->cpus.n; i++)
		if (image->cpus.v[i].told && image->cpus.v[i].told->flags & KF_CPU_REPORTS)
			return &image->cpus.v[i];
	return image->cpus.n ? &image->cpus.v[0] : NULL;
}

static bool is_named(const struct kf_note_task *task, const char *text)
{
	struct pm_slice slice = pm_slice_of(text);
	bool minus = pm_take_char(&slice, '-');
	uint64_t id;

	return !strcmp(task->name, text) || (pm_slice_dec(slice, &id) && task->id == (minus ? -id : id));
}

static const char *no_tasks(const struct pm_image *image)
{
	struct kf_note_task task;

	return image->note_trouble               ? image->note_trouble
	       : !pm_image_task(image, 0, &task) ? "the recorder's note lists no tasks"
						 : NULL;
}

static bool print_named(struct pm_shell *sh, const char *name, const struct pm_bt_options *options)
{
	struct kf_note_task task;
	bool all = !strcmp(name, "all"), any = false, ok = true;

	for (size_t i = 0; pm_image_task(sh->image, i, &task) && !pm_shell_interrupted(sh); i++) {
		if (!all && !is_named(&task, name))
			continue;
		ok &= print_task(sh, &task, options);
		if (all)
			pm_bt_gap(sh);
		any = true;
	}
	return any ? ok : pm_shell_no_such(sh, "bt", "task", name, no_tasks(sh->image));
}

bool pm_bt_image(struct pm_shell *sh, int argc, char **argv, const struct pm_bt_choice *choice,
		 const struct pm_bt_options *options)
{
	size_t n = sh->image->cpus.n;
	bool ok = true, *chosen = NULL;

	if (choice->all_cpus || choice->cpus) {
		if (!pm_shell_cpus(sh, "bt", choice->all_cpus ? "a" : choice->cpus, n, &chosen))
			return false;
		for (size_t i = 0; i < n; i++)
			if (chosen[i]) {
				ok &= print_cpu(sh, &sh->image->cpus.v[i], options);
				pm_bt_gap(sh);
			}
		free(chosen);
		return n ? ok : pm_shell_error(sh, "bt", "no CPU's registers are in the dump");
	}
	for (int i = choice->first; i < argc; i++)
		ok &= print_named(sh, argv[i], options);
	if (choice->first < argc)
		return ok;
	const struct pm_image_cpu *cpu = first_cpu(sh->image);

	return cpu ? print_cpu(sh, cpu, options)
		   : pm_shell_error(sh, "bt", "no CPU's registers are in the dump");
}

/* ---- ps ---- */

static const char *state_words(uint32_t state)
{
	static const char *const words[] = { "??", "RU", "RU", "IN", "DE" };

	return state < PM_COUNT(words) ? words[state] : words[0];
}

static void put_task(struct pm_shell *sh, const struct kf_note_task *t)
{
	char waits[128] = "";

	if (t->waits_for && !pm_image_identify(sh->image, t->waits_for, waits, sizeof(waits)))
		snprintf(waits, sizeof(waits), "%llx", (unsigned long long)t->waits_for);
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		put_head(sh, &t->id, t->cpu, t->name);
		pm_json_str(sh->json, "state", state_words(t->state));
		pm_json_bool(sh->json, "running", t->state == KF_TASK_RUNNING);
		pm_json_hex(sh->json, "stack", t->stack_start);
		pm_json_hex(sh->json, "stack_end", t->stack_end);
		pm_json_bool(sh->json, "kernel_thread", !t->root);
		if (t->root)
			pm_json_hex(sh->json, "root", t->root);
		if (t->syscall != UINT64_MAX)
			pm_json_uint(sh->json, "syscall", t->syscall);
		if (*waits)
			pm_json_str(sh->json, "waits_for", waits);
		pm_json_close(sh->json, '}');
		return;
	}
	fprintf(sh->out, "%c  %7lld ", t->state == KF_TASK_RUNNING ? '>' : ' ', (long long)t->id);
	if (t->cpu == KF_NO_CPU)
		fputs("   -", sh->out);
	else
		fprintf(sh->out, "%4u", t->cpu);
	fprintf(sh->out, "  %s  %016llx  ", state_words(t->state), (unsigned long long)t->stack_start);
	if (t->syscall == UINT64_MAX)
		fputs("      -", sh->out);
	else
		fprintf(sh->out, "%7llu", (unsigned long long)t->syscall);
	fprintf(sh->out, "  %s%s%s%s%s\n", t->root ? "" : "[", t->name, t->root ? "" : "]",
		*waits ? "  waits for " : "", waits);
}

bool pm_shell_image_ps(struct pm_shell *sh, int argc, char **argv)
{
	struct kf_note_task task;
	bool kernel = false, user = false, ok = true;
	int first = 1;

	for (; first < argc && *argv[first] == '-' && !pm_is_digit(argv[first][1]); first++) {
		if (!strcmp(argv[first], "-k"))
			kernel = true;
		else if (!strcmp(argv[first], "-u"))
			user = true;
		else if (strcmp(argv[first], "-G") != 0)
			return pm_shell_no_option(sh, "ps", argv[first]);
	}
	if (!pm_image_task(sh->image, 0, &task))
		return pm_shell_error(sh, "ps", "%s", no_tasks(sh->image));
	if (sh->json)
		pm_json_open(sh->json, "tasks", '[');
	else
		fprintf(sh->out, "   %7s  CPU  ST  %-16s  SYSCALL  COMM\n", "PID", "STACK");
	for (size_t i = 0; pm_image_task(sh->image, i, &task); i++) {
		bool named = first >= argc;

		for (int k = first; k < argc; k++)
			named |= is_named(&task, argv[k]);
		if (named && !(kernel && task.root) && !(user && !task.root))
			put_task(sh, &task);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	for (int k = first; k < argc; k++) {
		bool found = false;

		for (size_t i = 0; pm_image_task(sh->image, i, &task); i++)
			found |= is_named(&task, argv[k]);
		ok &= found || pm_shell_no_such(sh, "ps", "task", argv[k], sh->image->note_trouble);
	}
	return ok;
}

/* ---- log ---- */

bool pm_shell_image_log(struct pm_shell *sh, int argc, char **argv)
{
	static const char *const lines[] = { "-m", "-c", "-t", "-T" };
	struct pm_slice line, rest;
	struct pm_buf log = { 0 };

	for (int i = 1; i < argc; i++)
		for (size_t k = 0; k < PM_COUNT(lines); k++)
			if (!strcmp(argv[i], lines[k]))
				return pm_shell_error(
					sh, "log",
					"%s: the log of this kernel is a text: it has its lines "
					"as they are",
					argv[i]);
	if (argc > 1)
		return pm_shell_no_option(sh, "log", argv[1]);
	pm_image_log(sh->image, &log);
	if (!log.n) {
		pm_buf_deinit(&log);
		return pm_shell_error(sh, "log", "%s",
				      sh->image->note_trouble ? sh->image->note_trouble
							      : "the recorder's note has nothing of the log");
	}
	rest = (struct pm_slice){ log.data, log.n };
	if (sh->json) {
		pm_json_open(sh->json, "records", '[');
		while (pm_take_line(&rest, &line)) {
			char *text = pm_printf("%.*s", PM_FMT(line));

			pm_json_open(sh->json, NULL, '{');
			pm_json_str(sh->json, "text", text);
			pm_json_close(sh->json, '}');
			free(text);
		}
		pm_json_close(sh->json, ']');
	} else {
		fwrite(log.data, 1, log.n, sh->out);
	}
	pm_buf_deinit(&log);
	return true;
}

/* ---- sys ---- */

/* The last panic's words. */
static void print_panic(struct pm_shell *sh)
{
	struct pm_slice rest = sh->image->report, line, message = { 0 };

	while (pm_take_line(&rest, &line))
		if (pm_take_past(&line, PM_S("Kernel panic - not syncing: ")))
			message = line;
	if (message.n)
		pm_shell_row(sh, "PANIC", "panic", sh->json ? "%.*s" : "\"%.*s\"", PM_FMT(message));
}

bool pm_shell_image_sys(struct pm_shell *sh, int argc, char **argv)
{
	const struct pm_image *image = sh->image;
	const struct pm_dump_info *info = pm_dump_info(sh->dump);
	struct kf_note_stage stage;
	struct kf_note_task task;
	struct kf_note_time time;
	size_t tasks = 0;

	(void)argv;
	if (argc > 1)
		return pm_shell_no_option(sh, "sys", argv[1]);
	pm_shell_row(sh, "DUMPFILE", "dump", sh->json ? "%s" : "%s  [%s]", pm_dump_name(sh->dump),
		     info->format);
	if (sh->json) {
		pm_json_str(sh->json, "format", info->format);
		pm_json_uint(sh->json, "cpus", image->cpus.n);
	} else {
		pm_shell_row(sh, "CPUS", NULL, "%zu", image->cpus.n);
	}
	if (pm_image_time(image, &time) && time.up_ns)
		pm_shell_uptime(sh, time.up_ns);
	while (pm_image_task(image, tasks, &task))
		tasks++;
	if (tasks && sh->json)
		pm_json_uint(sh->json, "tasks", tasks);
	else if (tasks)
		pm_shell_row(sh, "TASKS", NULL, "%zu", tasks);
	if (image->name.n)
		pm_shell_row(sh, "SYSTEM", "system", "%.*s", PM_FMT(image->name));
	if (image->release.n)
		pm_shell_row(sh, "RELEASE", "release", "%.*s", PM_FMT(image->release));
	if (image->build_id)
		pm_shell_row(sh, "BUILD-ID", "build_id", "%s", image->build_id);
	if (image->command.n)
		pm_shell_row(sh, "COMMAND", "command_line", "%.*s", PM_FMT(image->command));
	if (image->has_space && image->space_from)
		pm_shell_row(sh, "ROOT", "root", "0x%llx, %u levels, of %s",
			     (unsigned long long)image->space.root, image->space.levels, image->space_from);
	print_panic(sh);
	if (sh->json)
		pm_json_open(sh->json, "stages", '[');
	for (size_t i = 0; pm_image_stage(image, i, &stage); i++) {
		static const char *const results[] = { "nothing to do", "done", "failed", "late", "faulted" };
		const char *result = stage.result < PM_COUNT(results) ? results[stage.result] : "?";

		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_str(sh->json, "name", stage.name);
			pm_json_str(sh->json, "result", result);
			pm_json_uint(sh->json, "took_ns", stage.took_ns);
			pm_json_close(sh->json, '}');
		} else {
			pm_shell_row(sh, "STAGE", NULL, "%s: %s, %llu us", stage.name, result,
				     (unsigned long long)stage.took_ns / 1000);
		}
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	return true;
}

/* The order is the one to read: log → its reports → which of them the machine died of → what memory adds. */
#include "linux/report.h"

#include "console/console.h"
#include "console/source.h"
#include "functions/functions.h"
#include "linux/identify.h"
#include "linux/kernel_types.h"
#include "linux/report_blocked.h"
#include "linux/report_code.h"
#include "linux/report_memory.h"
#include "linux/report_values.h"

#include <stdlib.h>
#include <string.h>

struct reports {
	struct pm_incident *v;
	size_t n, cap;
};

/* ---- the log's own reports ---- */

/* The incident goes on living here; its reader gets an empty one back to free. */
static bool keep(struct pm_incident *inc, void *user)
{
	struct reports *reports = user;

	if (reports->n == reports->cap) {
		reports->cap = reports->cap ? 2 * reports->cap : 4;
		reports->v = pm_realloc(reports->v, reports->cap * sizeof(*reports->v));
	}
	reports->v[reports->n++] = *inc;
	pm_incident_init(inc);
	return true;
}

static void read_reports(const struct pm_log *log, const char *name, struct reports *reports)
{
	struct pm_buf text = { 0 };

	pm_linux_log_text(log, PM_LOG_CALLERS, &text);
	struct pm_source *source =
		pm_source_memory(name, (struct pm_slice){ text.n ? text.data : "", text.n });

	/* A text in memory has nothing that could fail. */
	pm_error_free(pm_console_read_source(source, name, keep, reports));
	pm_source_close(source);
	pm_buf_deinit(&text);
}

/* What the machine died of: the first report that ended in a panic.  -1: none did. */
static ptrdiff_t fatal_of(const struct reports *reports)
{
	for (size_t i = 0; i < reports->n; i++)
		if (reports->v[i].panicked && !reports->v[i].secondary)
			return (ptrdiff_t)i;
	for (size_t i = 0; i < reports->n; i++)
		if (reports->v[i].panicked)
			return (ptrdiff_t)i;
	return -1;
}

/* The crash kernel is started before panic() prints its line: then the last report of the task that was on its way
 * there is the one.  -1: that task reported nothing. */
static ptrdiff_t unfinished(struct pm_linux_session *s, struct reports *reports)
{
	const struct pm_linux_cpus *cpus = pm_session_cpus(s);
	struct pm_linux_task task;

	if (!pm_linux_task_read(pm_session_kernel(s), cpus->v.v[cpus->panic_cpu].task, &task))
		return -1;
	for (size_t i = reports->n; i-- > 0;) {
		struct pm_incident *inc = &reports->v[i];

		if (!inc->actor.has_pid || inc->actor.pid != task.pid || inc->secondary)
			continue;
		inc->panicked = true;
		inc->end = PM_END_KDUMP;
		return (ptrdiff_t)i;
	}
	return -1;
}

/* ---- what memory adds ---- */

static void add_machine(struct pm_linux_session *s, struct pm_incident *inc)
{
	struct pm_machine *m = &inc->machine;
	const struct pm_linux *lx = pm_session_kernel(s);

	m->system = PM_LINUX;
	m->system_grade = PM_CERTAIN;
	m->system_why = "VMCOREINFO in the dump";
	m->arch = PM_X86_64;
	m->arch_grade = PM_CERTAIN;
	if (lx->release)
		m->release = pm_arena_str(&inc->arena, pm_slice_of(lx->release));
	if (lx->build_id)
		m->build_id = pm_arena_str(&inc->arena, pm_slice_of(lx->build_id));
	m->has_kaslr = true;
	m->kaslr = lx->kaslr;
	const struct pm_log_record *last = pm_log_last(pm_session_log(s, NULL));

	if (!m->has_uptime && last) {
		m->has_uptime = true;
		m->uptime_ns = last->ts_ns;
	}
}

static void add_modules(struct pm_linux_session *s, struct pm_incident *inc)
{
	if (inc->modules.n)
		return;
	for (size_t i = 0; i < pm_session_modules(s)->v.n; i++)
		PM_PUSH(&inc->arena, &inc->modules)->name =
			pm_arena_str(&inc->arena, pm_slice_of(pm_session_modules(s)->v.v[i].name));
}

static bool same_place(const struct pm_place *a, const struct pm_place *b)
{
	return a->symbol && b->symbol && !strcmp(a->symbol, b->symbol) && a->has_offset && b->has_offset &&
	       a->offset == b->offset;
}

/* What a CPU runs that has panicked, where panic() itself is not found on its stack. */
static bool is_panics_own(struct pm_linux_session *s, struct pm_incident *inc, const struct pm_stack_frame *f)
{
	struct pm_place place;

	return pm_linux_place(pm_session_kernel(s), pm_session_modules(s), &inc->arena, f->pc, f->exact_pc,
			      &place) &&
	       pm_function_has(PM_LINUX, place.symbol, PM_FUNCTION_STOPS);
}

/* Where in the panicking CPU's stack the report begins: behind panic()'s own frames.  The first frame that stands
 * in the report is it; without one, what was interrupted last; without that, the caller of panic().  The number of
 * frames: none of them is more than panic()'s own, and what it calls while it waits. */
static size_t crash_frame(struct pm_linux_session *s, struct pm_incident *inc,
			  const struct pm_stack_trace *trace)
{
	const struct pm_trace *told = pm_incident_crash_trace(inc);
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	size_t after_panic = 0;
	bool panic_found = false;

	for (size_t i = 0; i < trace->frames.n; i++) {
		const struct pm_stack_frame *f = &trace->frames.v[i];
		struct pm_place place;

		pm_linux_place(pm_session_kernel(s), pm_session_modules(s), &inc->arena, f->pc, f->exact_pc,
			       &place);
		if (regs && regs->pc.symbol
			    ? same_place(&regs->pc, &place)
			    : told && told->frames.n && i && same_place(&told->frames.v[0].place, &place))
			return i;
		if (place.symbol && (!strcmp(place.symbol, "panic") || !strcmp(place.symbol, "vpanic") ||
				     !strcmp(place.symbol, "nmi_panic"))) {
			after_panic = i + 1;
			panic_found = true;
		}
	}
	for (size_t i = after_panic; i < trace->frames.n; i++)
		if (i && trace->frames.v[i].exact_pc)
			return i;
	while (!panic_found && after_panic < trace->frames.n &&
	       is_panics_own(s, inc, &trace->frames.v[after_panic]))
		after_panic++;
	return after_panic;
}

/* How far the report's reliable frames are those of memory; what it printed of its own printing is not. */
static void compare_traces(struct pm_incident *inc, const struct pm_trace *told, const struct pm_trace *found)
{
	size_t reliable = 0, same = 0, at = 0;

	for (size_t i = 0; i < told->frames.n && found->frames.n; i++) {
		const struct pm_frame *frame = &told->frames.v[i];

		if (frame->trust != PM_EXACT || frame->inlined ||
		    (!reliable && !same_place(&frame->place, &found->frames.v[0].place)))
			continue;
		reliable++;
		for (size_t k = at; k < found->frames.n; k++)
			if (same_place(&frame->place, &found->frames.v[k].place)) {
				same++;
				at = k + 1;
				break;
			}
	}
	if (reliable)
		pm_incident_add_fact(
			inc, "dump", "log_frames",
			pm_slice_of(pm_arena_printf(&inc->arena, "%zu of %zu", same, reliable)),
			same == reliable
				? "each reliable frame that the log printed is on the stack in memory"
				: "frames that the log printed as reliable are not on the stack in memory",
			(struct pm_at){ 0 });
}

/* Traces that the log printed of what memory shows whole. */
static void drop_traces(struct pm_incident *inc, enum pm_trace_role role, uint32_t cpu)
{
	size_t kept = 0;

	for (size_t i = 0; i < inc->traces.n; i++)
		if (inc->traces.v[i].role != role || !inc->traces.v[i].has_cpu || inc->traces.v[i].cpu != cpu)
			inc->traces.v[kept++] = inc->traces.v[i];
	inc->traces.n = kept;
}

static void add_crash(struct pm_linux_session *s, struct pm_incident *inc)
{
	struct pm_linux_cpu *cpu = &pm_session_cpus(s)->v.v[pm_session_cpus(s)->panic_cpu];
	struct pm_linux_task task;
	struct pm_stack_trace trace;
	struct pm_trace found = { .role = PM_TRACE_CRASH };
	bool has_task = pm_linux_task_read(pm_session_kernel(s), cpu->task, &task);

	if (!inc->actor.has_cpu) {
		inc->actor.has_cpu = true;
		inc->actor.cpu = cpu->cpu;
	}
	inc->actor.cpus = pm_session_kernel(s)->cpus;
	if (has_task && !inc->actor.has_pid) {
		inc->actor.has_pid = true;
		inc->actor.pid = task.pid;
		inc->actor.comm = pm_arena_str(&inc->arena, pm_slice_of(task.comm));
	}
	if (!cpu->has_regs)
		return;
	pm_linux_unwind(pm_session_unwinder(s), &cpu->regs, true, has_task ? task.stack : 0, &trace);
	size_t first = crash_frame(s, inc, &trace);

	/* what the log printed, if it did, is more than nothing */
	if (first >= trace.frames.n) {
		*PM_PUSH(&inc->arena, &inc->missing) =
			pm_arena_printf(&inc->arena, "the stack that led to panic() on CPU %u: %s", cpu->cpu,
					trace.ended ? trace.ended : "it is not in the dump");
		pm_stack_trace_deinit(&trace);
		return;
	}
	found.title = pm_arena_printf(&inc->arena, "CPU %u's stack in memory", cpu->cpu);
	found.has_cpu = true;
	found.cpu = cpu->cpu;
	if (has_task) {
		found.has_pid = true;
		found.pid = task.pid;
		found.comm = pm_arena_str(&inc->arena, pm_slice_of(task.comm));
	}
	pm_linux_report_frames(s, inc, &trace, first, &found);

	struct pm_trace *told = pm_incident_crash_trace(inc);
	/* A detector (khungtaskd, a watchdog's interrupt) panicked; what it reports is another task's. */
	bool only_reports = has_task && inc->actor.has_pid && inc->actor.pid != task.pid;

	if (only_reports) {
		told = NULL;
		found.role = PM_TRACE_REPORTER;
		drop_traces(inc, PM_TRACE_REPORTER, cpu->cpu);
	}
	if (told) {
		compare_traces(inc, told, &found);
		found.at = told->at;
		for (size_t i = 0; i < told->regs.n; i++)
			*PM_PUSH(&inc->arena, &found.regs) = told->regs.v[i];
	}
	if (!only_reports && first < trace.frames.n && trace.frames.v[first].exact_pc &&
	    !pm_incident_regs(inc, PM_REGS_FAULT))
		pm_linux_report_regs(s, inc, &found, &trace.frames.v[first].regs, PM_REGS_FAULT);
	if (!only_reports && trace.has_user && !pm_incident_regs(inc, PM_REGS_USER))
		pm_linux_report_regs(s, inc, &found, &trace.user, PM_REGS_USER);
	if (told) {
		*told = found;
	} else if (only_reports) {
		*PM_PUSH(&inc->arena, &inc->traces) = found;
	} else { /* the crashed context's stands first */
		(void)PM_PUSH(&inc->arena, &inc->traces);
		memmove(inc->traces.v + 1, inc->traces.v, (inc->traces.n - 1) * sizeof(found));
		inc->traces.v[0] = found;
	}
	if (!only_reports) {
		pm_linux_report_code(s, inc, &trace, first);
		pm_linux_report_member(s, inc, &trace, first);
		pm_linux_report_stack(s, inc, &trace, first, has_task ? &task : NULL);
	}
	pm_stack_trace_deinit(&trace);
}

static void add_other_cpus(struct pm_linux_session *s, struct pm_incident *inc)
{
	for (size_t i = 0; i < pm_session_cpus(s)->v.n; i++) {
		struct pm_linux_cpu *cpu = &pm_session_cpus(s)->v.v[i];
		struct pm_linux_task task;
		struct pm_stack_trace trace;

		if (cpu->panicked || !cpu->has_regs)
			continue;
		bool has_task = pm_linux_task_read(pm_session_kernel(s), cpu->task, &task);

		drop_traces(inc, PM_TRACE_CPU, cpu->cpu);
		struct pm_trace *to = PM_PUSH(&inc->arena, &inc->traces);

		pm_linux_unwind(pm_session_unwinder(s), &cpu->regs, true, has_task ? task.stack : 0, &trace);
		to->role = PM_TRACE_CPU;
		to->has_cpu = true;
		to->cpu = cpu->cpu;
		to->title = pm_arena_printf(&inc->arena, "CPU %u", cpu->cpu);
		if (has_task) {
			to->has_pid = true;
			to->pid = task.pid;
			to->comm = pm_arena_str(&inc->arena, pm_slice_of(task.comm));
		}
		/* What it was stopped by says nothing: from what was interrupted on, where there is that. */
		size_t first = 0;
		for (size_t k = 1; k < trace.frames.n && !first; k++)
			if (trace.frames.v[k].exact_pc)
				first = k;
		pm_linux_report_frames(s, inc, &trace, first, to);
		if (first < trace.frames.n)
			pm_linux_report_regs(s, inc, to, &trace.frames.v[first].regs, PM_REGS_OTHER);
		pm_stack_trace_deinit(&trace);
	}
}

static void add_missing(struct pm_linux_session *s, struct pm_incident *inc)
{
	const struct pm_linux *lx = pm_session_kernel(s);
	const struct pm_dump_info *info = pm_dump_info(lx->dump);
	const struct pm_error *log_trouble;

	pm_session_log(s, &log_trouble);

	if (info->trouble)
		*PM_PUSH(&inc->arena, &inc->missing) = pm_arena_str(&inc->arena, pm_slice_of(info->trouble));
	if (lx->symbols_trouble)
		*PM_PUSH(&inc->arena, &inc->missing) = pm_arena_printf(
			&inc->arena, "%s: no names, so no traces from memory", lx->symbols_trouble->message);
	uint32_t lost = lx->symbols ? pm_linux_symbols_lost(lx->symbols) : 0;

	if (lost)
		*PM_PUSH(&inc->arena, &inc->missing) = pm_arena_printf(
			&inc->arena, "%u of the kernel's %u symbols: frames without a name may be theirs",
			lost, pm_linux_symbols_count(lx->symbols));
	if (lx->btf_trouble)
		*PM_PUSH(&inc->arena, &inc->missing) =
			pm_arena_printf(&inc->arena, "%s: no tasks, modules and structures from memory; %s",
					lx->btf_trouble->message, pm_linux_types_hint);
	if (lx->btf && pm_btf_dwarf_names(lx->btf))
		*PM_PUSH(&inc->arena, &inc->missing) =
			pm_arena_printf(&inc->arena,
					"types of modules: the kernel's own are made of the DWARF of %s, "
					"theirs are not known",
					lx->btf_file);
	if (lx->btf_lost)
		*PM_PUSH(&inc->arena, &inc->missing) =
			pm_arena_printf(&inc->arena, "types: %s", lx->btf_lost);
	if (log_trouble)
		*PM_PUSH(&inc->arena, &inc->missing) =
			pm_arena_printf(&inc->arena, "%s: no more of the log", log_trouble->message);
	if (pm_session_tasks(s)->trouble && lx->btf)
		*PM_PUSH(&inc->arena, &inc->missing) =
			pm_arena_printf(&inc->arena, "tasks: %s", pm_session_tasks(s)->trouble);
}

/* What of the dump can be told whole. */
static unsigned whole(struct pm_linux_session *s)
{
	const struct pm_linux_cpus *cpus = pm_session_cpus(s);
	bool tasks = pm_session_kernel(s)->btf && !pm_session_tasks(s)->trouble, all = cpus->v.n > 0;

	for (size_t i = 0; i < cpus->v.n; i++)
		all &= cpus->v.v[i].has_regs;
	return (tasks ? PM_WHOLE_TASKS : 0) | (all ? PM_WHOLE_CPUS : 0) |
	       (tasks && !pm_session_caches(s)->trouble ? PM_WHOLE_CACHES : 0);
}

/* A panic that left no report in the log: the dump was taken before it was printed, or the log is gone. */
static void make_incident(struct reports *reports)
{
	struct pm_incident inc;

	pm_incident_init(&inc);
	inc.fault.kind = PM_KIND_PANIC;
	inc.panicked = true;
	inc.title = "kernel panic";
	inc.type = NULL;
	keep(&inc, reports);
}

/* No report: only where log and panic state could be read does that mean that there was none. */
static struct pm_error *nothing_to_tell(struct pm_linux_session *s)
{
	const struct pm_error *log_trouble;
	struct pm_linux *lx = pm_session_kernel(s);
	const struct pm_log *log = pm_session_log(s, &log_trouble);
	uint64_t value;

	if (!log_trouble && log->records.n && pm_linux_variable(lx, "panic_cpu", 4, &value))
		return NULL;
	return pm_error_new(PM_TRUNCATED, "%s: it cannot be told whether the kernel (%s) panicked: %s%s%s",
			    pm_dump_name(lx->dump), lx->release ? lx->release : "Linux",
			    log_trouble      ? log_trouble->message
			    : log->records.n ? "its panic state cannot be read"
					     : "its log is empty",
			    lx->symbols_trouble ? "; " : "",
			    lx->symbols_trouble ? lx->symbols_trouble->message : "");
}

/* The log names modules, memory knows which builds they are: lines come out of no other's .ko. */
static void name_build(struct pm_linux_session *s, struct pm_incident *inc, struct pm_place *place)
{
	if (!place->module || place->build_id)
		return;
	const struct pm_linux_modules *modules = pm_session_modules(s);

	for (size_t i = 0; i < modules->v.n && !place->build_id; i++)
		if (modules->v.v[i].build_id && !strcmp(modules->v.v[i].name, place->module))
			place->build_id = pm_arena_str(&inc->arena, pm_slice_of(modules->v.v[i].build_id));
}

static void name_builds(struct pm_linux_session *s, struct pm_incident *inc)
{
	name_build(s, inc, &inc->place);
	for (size_t i = 0; i < inc->traces.n; i++) {
		struct pm_trace *trace = &inc->traces.v[i];

		for (size_t k = 0; k < trace->frames.n; k++)
			name_build(s, inc, &trace->frames.v[k].place);
		for (size_t k = 0; k < trace->regs.n; k++)
			name_build(s, inc, &trace->regs.v[k].pc);
	}
}

static void tell(struct reports *reports, bool (*fn)(struct pm_incident *inc, void *user), void *user)
{
	bool goes_on = true;

	for (size_t i = 0; i < reports->n; i++) {
		if (goes_on)
			goes_on = fn(&reports->v[i], user);
		pm_incident_deinit(&reports->v[i]);
	}
	free(reports->v);
}

struct pm_error *pm_linux_read_dump(struct pm_linux_session *s,
				    bool (*fn)(struct pm_incident *inc, void *user), void *user)
{
	struct reports reports = { 0 };
	struct pm_error *err = NULL;

	read_reports(pm_session_log(s, NULL), pm_dump_name(pm_session_kernel(s)->dump), &reports);
	int32_t panic_cpu = pm_session_cpus(s)->panic_cpu;
	ptrdiff_t fatal = fatal_of(&reports);

	if (fatal < 0 && panic_cpu >= 0)
		fatal = unfinished(s, &reports);
	if (fatal < 0 && panic_cpu >= 0) {
		make_incident(&reports);
		fatal = (ptrdiff_t)reports.n - 1;
	}
	for (size_t i = 0; i < reports.n; i++) {
		struct pm_incident *inc = &reports.v[i];

		inc->input = pm_dump_name(pm_session_kernel(s)->dump);
		inc->of_dump = true;
		add_machine(s, inc);
		if ((ptrdiff_t)i == fatal) {
			add_modules(s, inc);
			if (panic_cpu >= 0)
				add_crash(s, inc);
			add_other_cpus(s, inc);
			pm_linux_report_values(s, inc);
			pm_linux_add_blocked(s, inc);
			pm_linux_add_memory(s, inc);
			add_missing(s, inc);
			inc->in_dump = whole(s);
		}
		name_builds(s, inc);
	}
	if (!reports.n)
		err = nothing_to_tell(s);
	tell(&reports, fn, user);
	return err;
}

void pm_linux_read_log_alone(struct pm_dump *dump, bool (*fn)(struct pm_incident *inc, void *user),
			     void *user)
{
	struct reports reports = { 0 };
	struct pm_log log = { 0 };

	pm_arena_init(&log.arena);
	if (pm_linux_log_search(dump, &log))
		read_reports(&log, pm_dump_name(dump), &reports);
	pm_linux_log_deinit(&log);
	for (size_t i = 0; i < reports.n; i++) {
		struct pm_incident *inc = &reports.v[i];

		inc->input = pm_dump_name(dump);
		*PM_PUSH(&inc->arena, &inc->missing) = "no kernel is found in the dump: this is of the log's "
						       "text, found by searching memory, "
						       "without times, and without what memory knows";
	}
	tell(&reports, fn, user);
}

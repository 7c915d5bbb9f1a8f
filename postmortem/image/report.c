/* The order is the one to read: report → which of them is the last → what memory adds → or what the state tells. */
#include "image/report.h"

#include "console/console.h"
#include "console/source.h"
#include "image/state.h"

#include <stdio.h>
#include <stdlib.h>

struct reports {
	struct pm_incident *v;
	size_t n, cap;
};

/* The incident goes on living here; its reader gets an empty one back to free. */
static bool keep(struct pm_incident *inc, void *user)
{
	struct reports *reports = user;

	PM_ROOM(reports->v, reports->n, reports->cap);
	reports->v[reports->n++] = *inc;
	pm_incident_init(inc);
	return true;
}

static bool is_word(const char *name)
{
	while (pm_is_alnum(*name))
		name++;
	return !*name;
}

/* Stages that went wrong after the text was written stand in the note alone: as the console has them, behind the end. */
static void add_stages(const struct pm_image *image, struct pm_buf *text)
{
	static const char *const results[] = { NULL, NULL, "failed", "late", "faulted" };
	struct kf_note_stage stage;

	for (size_t i = 0; i < 32 && pm_image_stage(image, i, &stage); i++) {
		char line[160];

		if (stage.result >= PM_COUNT(results) || !results[stage.result] || !*stage.name ||
		    !is_word(stage.name))
			continue;
		snprintf(line, sizeof(line), "KPANIC 1 stage name=%s result=%s ", stage.name,
			 results[stage.result]);
		if (pm_slice_has(image->report, pm_slice_of(line)))
			continue;
		pm_buf_printf(text, "%stook=%llu", line, (unsigned long long)stage.took_ns);
		if (stage.pc)
			pm_buf_printf(text, " vector=%u ip=%llx", stage.vector, (unsigned long long)stage.pc);
		pm_buf_str(text, "\n");
	}
}

static void read_reports(const struct pm_image *image, struct reports *reports)
{
	struct pm_buf text = { 0 };

	if (!image->report.n)
		return;
	pm_buf_add(&text, image->report.p, image->report.n);
	if (text.data[text.n - 1] != '\n')
		pm_buf_str(&text, "\n");
	add_stages(image, &text);
	struct pm_source *source =
		pm_source_memory(pm_dump_name(image->dump), (struct pm_slice){ text.data, text.n });

	/* A text in memory has nothing that could fail. */
	pm_error_free(pm_console_read_source(source, pm_dump_name(image->dump), keep, reports));
	pm_source_close(source);
	pm_buf_deinit(&text);
}

/* ---- what memory adds ---- */

static const char *copy(struct pm_incident *inc, struct pm_slice text)
{
	return text.n ? pm_arena_str(&inc->arena, text) : NULL;
}

static void add_machine(const struct pm_image *image, struct pm_incident *inc)
{
	struct pm_machine *m = &inc->machine;
	struct kf_note_time time;

	if (m->system == PM_SYSTEM_UNKNOWN && image->found) {
		m->system = PM_KPANIC;
		m->system_grade = PM_CERTAIN;
		m->system_why = "the recorder's note in the dump";
	}
	if (m->arch == PM_ARCH_UNKNOWN && image->arch != PM_ARCH_UNKNOWN) {
		m->arch = image->arch;
		m->arch_grade = PM_CERTAIN;
		m->big_endian = image->big_endian;
	}
	if (!m->name)
		m->name = copy(inc, image->name);
	if (!m->release)
		m->release = copy(inc, image->release);
	if (!m->command_line)
		m->command_line = copy(inc, image->command);
	if (!m->build_id && image->build_id)
		m->build_id = pm_arena_str(&inc->arena, pm_slice_of(image->build_id));
	if (!m->has_uptime && pm_image_time(image, &time) && time.up_ns) {
		m->has_uptime = true;
		m->uptime_ns = time.up_ns;
	}
}

void pm_image_add_frames(const struct pm_image *image, struct pm_incident *inc,
			 const struct pm_stack_trace *from, struct pm_trace *to)
{
	for (size_t i = 0; i < from->frames.n; i++) {
		const struct pm_stack_frame *f = &from->frames.v[i];
		struct pm_frame *frame = pm_stack_frame_add(inc, f, to);

		if (pm_image_place(image, f->pc, f->exact_pc, &frame->place))
			frame->place.symbol = pm_arena_str(&inc->arena, pm_slice_of(frame->place.symbol));
	}
	pm_stack_trace_end(inc, from, to);
}

void pm_image_add_regs(const struct pm_image *image, struct pm_incident *inc, struct pm_trace *trace,
		       const struct pm_x86_regs *from, enum pm_regs_role role)
{
	struct pm_regs *regs = PM_PUSH(&inc->arena, &trace->regs);

	regs->role = role;
	if (pm_image_place(image, from->v[PM_X86_IP], true, &regs->pc))
		regs->pc.symbol = pm_arena_str(&inc->arena, pm_slice_of(regs->pc.symbol));
	regs->code_segment =
		pm_arena_printf(&inc->arena, "%04llx", (unsigned long long)from->v[PM_X86_CS] & 0xffff);
	for (unsigned i = 0; i < PM_X86_REGS; i++) {
		if (!pm_x86_has(from, (enum pm_x86_reg)i) || i == PM_X86_IP || i == PM_X86_CS ||
		    i == PM_X86_ORIG_AX)
			continue;
		struct pm_register *reg = PM_PUSH(&inc->arena, &regs->regs);

		reg->name = pm_x86_reg_name((enum pm_x86_reg)i);
		reg->value = from->v[i];
		reg->bits = i == PM_X86_SS ? 16 : i == PM_X86_FLAGS ? 32 : 64;
	}
}

/* Registers as the report printed them. */
static bool regs_of(const struct pm_incident *inc, const struct pm_trace *trace, struct pm_x86_regs *out)
{
	const struct pm_regs *regs = NULL;

	*out = (struct pm_x86_regs){ 0 };
	for (size_t i = 0; i < trace->regs.n && !regs; i++)
		if (trace->regs.v[i].role == PM_REGS_FAULT)
			regs = &trace->regs.v[i];
	if (!regs || inc->machine.arch != PM_X86_64)
		return false;
	for (unsigned i = 0; i < PM_X86_REGS; i++) {
		const struct pm_register *reg = pm_regs_find(regs, pm_x86_reg_name((enum pm_x86_reg)i));

		if (reg)
			pm_x86_set(out, (enum pm_x86_reg)i, reg->value);
	}
	if (regs->pc.has_addr)
		pm_x86_set(out, PM_X86_IP, regs->pc.addr);
	return pm_x86_has(out, PM_X86_SP) && pm_x86_has(out, PM_X86_BP);
}

static bool same_place(const struct pm_place *a, const struct pm_place *b)
{
	return a->symbol && b->symbol && !strcmp(a->symbol, b->symbol) && a->has_offset && b->has_offset &&
	       a->offset == b->offset;
}

/* Reports print a place, not an address, and several functions may have a name: which it was the note's registers tell, or the
 * function's size. */
static bool address_of(const struct pm_image *image, const struct pm_regs *fault, struct pm_x86_regs *regs)
{
	const struct pm_place *pc = &fault->pc;
	struct pm_x86_regs told;
	struct pm_place place;

	for (size_t i = 0; i < image->cpus.n; i++) {
		const struct pm_image_cpu *cpu = &image->cpus.v[i];

		if (cpu->told && cpu->told->flags & KF_CPU_REPORTS && pm_image_cpu_regs(cpu, true, &told) &&
		    pm_image_place(image, told.v[PM_X86_IP], true, &place) && same_place(&place, pc)) {
			pm_x86_set(regs, PM_X86_IP, told.v[PM_X86_IP]);
			return true;
		}
	}
	for (size_t i = 0; pc->symbol && i < image->symbols.v.n; i++) {
		const struct pm_image_symbol *symbol = &image->symbols.v.v[i];

		if (!strcmp(symbol->name, pc->symbol) && (!pc->size || symbol->size == pc->size)) {
			pm_x86_set(regs, PM_X86_IP, symbol->start + pc->offset);
			return true;
		}
	}
	return false;
}

/* How far the report's proven frames are those on the stack in memory.  The report's first is RIP itself, which is on no
 * stack. */
static void compare_traces(struct pm_image *image, struct pm_incident *inc)
{
	struct pm_trace *told = pm_incident_crash_trace(inc), found = { 0 };
	struct pm_stack_trace walked;
	struct pm_x86_regs regs;
	size_t reliable = 0, same = 0, at = 0;

	if (!told || !image->has_space || !image->symbols.v.n || !regs_of(inc, told, &regs))
		return;
	if (!pm_x86_has(&regs, PM_X86_IP) && !address_of(image, pm_incident_regs(inc, PM_REGS_FAULT), &regs))
		return;
	pm_image_unwind(image, &regs, inc->fault.has_vector, &walked);
	pm_image_add_frames(image, inc, &walked, &found);
	pm_stack_trace_deinit(&walked);
	for (size_t i = 0; i < told->frames.n; i++) {
		const struct pm_frame *frame = &told->frames.v[i];

		if (frame->trust != PM_EXACT || frame->inlined || !frame->place.symbol)
			continue;
		reliable++;
		for (size_t k = at; k < found.frames.n; k++)
			if (same_place(&frame->place, &found.frames.v[k].place)) {
				same++;
				at = k + 1;
				break;
			}
	}
	if (reliable)
		pm_incident_add_fact(inc, "dump", "log_frames",
				     pm_slice_of(pm_arena_printf(&inc->arena, "%zu of %zu", same, reliable)),
				     same == reliable
					     ? "each proven frame of the report is on the stack in memory"
					     : "proven frames of the report are not on the stack in memory",
				     (struct pm_at){ 0 });
}

/* What registers point to: functions, stacks, regions. */
static void name_values(struct pm_image *image, struct pm_incident *inc, struct pm_regs *regs)
{
	const struct pm_register *sp = pm_regs_find(regs, "rsp");
	char words[256];

	for (size_t i = 0; i < regs->regs.n; i++) {
		struct pm_register *reg = &regs->regs.v[i];

		if (reg->bits != 64 || reg->meaning || strchr(reg->name, '_') ||
		    (inc->fault.has_address && inc->fault.address == reg->value) ||
		    (reg->name[0] == 'c' && reg->name[1] == 'r') ||
		    /* of its own stack "sp + 0x20" says more: decode does */
		    (sp && reg != sp && reg->value >= sp->value && reg->value - sp->value < 0x4000) ||
		    !pm_image_identify(image, reg->value, words, sizeof(words)))
			continue;
		reg->meaning = pm_arena_str(&inc->arena, pm_slice_of(words));
	}
}

static bool has_trace_of_cpu(const struct pm_incident *inc, uint32_t cpu)
{
	for (size_t i = 0; i < inc->traces.n; i++)
		if (inc->traces.v[i].role == PM_TRACE_CPU && inc->traces.v[i].has_cpu &&
		    inc->traces.v[i].cpu == cpu && inc->traces.v[i].frames.n)
			return true;
	return false;
}

/* CPUs that the report does not show: those that did not stop, or whose part of the report is lost. */
static void add_other_cpus(struct pm_image *image, struct pm_incident *inc)
{
	for (size_t i = 0; i < image->cpus.n; i++) {
		const struct pm_image_cpu *cpu = &image->cpus.v[i];
		bool reports = cpu->told && cpu->told->flags & KF_CPU_REPORTS;
		struct pm_stack_trace walked;
		struct pm_x86_regs regs;

		if (reports || (inc->actor.has_cpu && inc->actor.cpu == cpu->cpu) ||
		    has_trace_of_cpu(inc, cpu->cpu) || !pm_image_cpu_regs(cpu, true, &regs))
			continue;
		struct pm_trace *trace = PM_PUSH(&inc->arena, &inc->traces);

		trace->role = PM_TRACE_CPU;
		trace->has_cpu = true;
		trace->cpu = cpu->cpu;
		trace->title = pm_arena_printf(&inc->arena, "CPU %u, from memory", cpu->cpu);
		if (cpu->told && cpu->told->flags & KF_CPU_HAS_TASK) {
			trace->has_pid = true;
			trace->pid = (int64_t)cpu->told->task;
			trace->comm = pm_arena_str(&inc->arena, pm_slice_of(cpu->told->name));
		}
		pm_image_unwind(image, &regs, true, &walked);
		pm_image_add_frames(image, inc, &walked, trace);
		pm_image_add_regs(image, inc, trace, &regs, PM_REGS_OTHER);
		pm_stack_trace_deinit(&walked);
	}
}

static void add_missing(const struct pm_image *image, struct pm_incident *inc)
{
	const struct pm_dump_info *info = pm_dump_info(image->dump);
	const char *const rows[][2] = {
		{ info->trouble, NULL },
		{ image->note_trouble, image->found ? NULL : "no report, no tasks" },
		{ image->space_trouble, "what lies at virtual addresses is told as far as it is mapped "
					"linearly" },
		{ image->symbols_trouble, "no names for what memory shows" },
	};

	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (rows[i][0])
			*PM_PUSH(&inc->arena, &inc->missing) =
				rows[i][1] ? pm_arena_printf(&inc->arena, "%s: %s", rows[i][0], rows[i][1])
					   : pm_arena_str(&inc->arena, pm_slice_of(rows[i][0]));
	if (image->symbols.lost)
		*PM_PUSH(&inc->arena, &inc->missing) = pm_arena_printf(
			&inc->arena, "%u of the kernel's symbols: frames without a name may be theirs",
			image->symbols.lost);
}

static unsigned whole(const struct pm_image *image)
{
	struct kf_note_task task;
	struct pm_x86_regs regs;
	bool all = image->cpus.n > 0;

	for (size_t i = 0; i < image->cpus.n; i++)
		all &= pm_image_cpu_regs(&image->cpus.v[i], true, &regs);
	return (all ? PM_WHOLE_CPUS : 0) | (pm_image_task(image, 0, &task) ? PM_WHOLE_TASKS : 0);
}

static void add_memory(struct pm_image *image, struct pm_incident *inc)
{
	struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);

	compare_traces(image, inc);
	add_other_cpus(image, inc);
	if (regs)
		name_values(image, inc, regs);
	for (size_t i = 0; i < inc->traces.n; i++)
		if (inc->traces.v[i].role == PM_TRACE_CPU && inc->traces.v[i].regs.n)
			name_values(image, inc, &inc->traces.v[i].regs.v[0]);
	add_missing(image, inc);
	inc->in_dump = whole(image);
}

/* ---- without a report ---- */

/* The note says that a panic was being written down, and has no report: it ended before that. */
static bool died_before(const struct pm_image *image)
{
	return image->found && image->note.header.state >= KF_NOTE_PANICKING;
}

static void make_incident(struct pm_image *image, struct reports *reports)
{
	struct pm_incident inc;

	pm_incident_init(&inc);
	add_machine(image, &inc);
	inc.fault.kind = died_before(image) ? PM_KIND_PANIC : PM_KIND_OTHER;
	inc.panicked = died_before(image);
	bool wrong = pm_image_add_state(image, &inc);

	inc.title = died_before(image)  ? "kernel panic without a report"
		    : inc.fault.message ? inc.fault.message
					: "the state of a kernel that left no report";
	if (wrong || died_before(image) || !image->found)
		keep(&inc, reports);
	else
		pm_incident_deinit(&inc);
}

/* What the machine died of is the last that panicked; else the last. */
static size_t fatal_of(const struct reports *reports)
{
	for (size_t i = reports->n; i-- > 0;)
		if (reports->v[i].panicked)
			return i;
	return reports->n - 1;
}

struct pm_error *pm_image_read_dump(struct pm_image *image, bool (*fn)(struct pm_incident *inc, void *user),
				    void *user)
{
	struct reports reports = { 0 };
	struct pm_error *err = NULL;
	bool goes_on = true;

	read_reports(image, &reports);
	if (!reports.n)
		make_incident(image, &reports);
	for (size_t i = 0; i < reports.n; i++) {
		struct pm_incident *inc = &reports.v[i];

		inc->input = pm_dump_name(image->dump);
		inc->of_dump = true;
		add_machine(image, inc);
		if (i == fatal_of(&reports))
			add_memory(image, inc);
	}
	if (!reports.n && image->note_is != KF_NOTE_IS_WHOLE)
		err = pm_error_new(PM_TRUNCATED, "%s: it cannot be told whether the kernel panicked: %s",
				   pm_dump_name(image->dump), image->note_trouble);
	for (size_t i = 0; i < reports.n; i++) {
		if (goes_on)
			goes_on = fn(&reports.v[i], user);
		pm_incident_deinit(&reports.v[i]);
	}
	free(reports.v);
	return err;
}

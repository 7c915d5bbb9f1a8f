#include "linux/report_values.h"

#include "decode/syscall.h"
#include "linux/files.h"
#include "linux/identify.h"
#include "linux/syscall.h"
#include "linux/user.h"

#include <stdio.h>
#include <string.h>

void pm_linux_report_frames(struct pm_linux_session *s, struct pm_incident *inc,
			    const struct pm_stack_trace *from, size_t first, struct pm_trace *to)
{
	for (size_t i = first; i < from->frames.n; i++) {
		const struct pm_stack_frame *f = &from->frames.v[i];
		struct pm_frame *frame = pm_stack_frame_add(inc, f, to);

		pm_linux_place(pm_session_kernel(s), pm_session_modules(s), &inc->arena, f->pc, f->exact_pc,
			       &frame->place);
		if (frame->place.module)
			frame->place.module = pm_arena_str(&inc->arena, pm_slice_of(frame->place.module));
		if (frame->place.build_id)
			frame->place.build_id = pm_arena_str(&inc->arena, pm_slice_of(frame->place.build_id));
	}
	pm_stack_trace_end(inc, from, to);
}

void pm_linux_report_regs(struct pm_linux_session *s, struct pm_incident *inc, struct pm_trace *trace,
			  const struct pm_x86_regs *from, enum pm_regs_role role)
{
	struct pm_regs *regs = PM_PUSH(&inc->arena, &trace->regs);

	regs->role = role;
	if (role == PM_REGS_USER)
		regs->pc = (struct pm_place){ .has_addr = true, .addr = from->v[PM_X86_IP] };
	else
		pm_linux_place(pm_session_kernel(s), pm_session_modules(s), &inc->arena, from->v[PM_X86_IP],
			       true, &regs->pc);
	regs->code_segment =
		pm_arena_printf(&inc->arena, "%04llx", (unsigned long long)from->v[PM_X86_CS] & 0xffff);
	for (unsigned i = 0; i < PM_X86_REGS; i++) {
		/* of user mode there is no place with a symbol, but a mapping */
		if (!pm_x86_has(from, (enum pm_x86_reg)i) || (i == PM_X86_IP && role != PM_REGS_USER) ||
		    i == PM_X86_CS)
			continue;
		struct pm_register *reg = PM_PUSH(&inc->arena, &regs->regs);

		reg->name = pm_x86_reg_name((enum pm_x86_reg)i);
		reg->value = from->v[i];
		reg->bits = i == PM_X86_SS ? 16 : i == PM_X86_FLAGS ? 32 : 64;
	}
}

/* ---- the system call ---- */

/* The registers that hold arguments, 64-bit and compat (i386's), as the incident names them. */
static const char *const argument_regs[2][6] = { { "rdi", "rsi", "rdx", "r10", "r8", "r9" },
						 { "rbx", "rcx", "rdx", "rsi", "rdi", "rbp" } };

static void name_arguments(struct pm_incident *inc, struct pm_regs *regs)
{
	const struct pm_actor *a = &inc->actor;

	for (size_t i = 0; i < a->syscall_args.n && i < 6; i++) {
		struct pm_register *reg = pm_regs_find(regs, argument_regs[a->syscall_compat][i]);
		const struct pm_syscall_argument *arg = &a->syscall_args.v[i];

		if (reg && !reg->meaning)
			reg->meaning = arg->name
					       ? pm_arena_printf(&inc->arena, "%s: %s", arg->name, arg->words)
					       : arg->words;
	}
}

static void name_user_values(struct pm_linux_user *user, struct pm_incident *inc, struct pm_regs *regs)
{
	char words[PM_LINUX_PATH_MAX + 64];

	for (size_t i = 0; i < regs->regs.n; i++) {
		struct pm_register *reg = &regs->regs.v[i];

		if (reg->bits == 64 && !reg->meaning &&
		    pm_linux_user_words(user, reg->value, words, sizeof(words)) == PM_MAPPED)
			reg->meaning = pm_arena_str(&inc->arena, pm_slice_of(words));
	}
}

/* Of the task that the report is about; a detector that panicked was in none. */
static void add_syscall(struct pm_linux_session *s, struct pm_incident *inc, const struct pm_linux_task *task,
			struct pm_linux_user *user)
{
	struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_USER);
	struct pm_trace *crash = pm_incident_crash_trace(inc);
	struct pm_x86_regs found;

	if (pm_linux_syscall_read(s, task, &inc->arena, &inc->actor, &found)) {
		if (!regs && crash) {
			pm_linux_report_regs(s, inc, crash, &found, PM_REGS_USER);
			regs = pm_incident_regs(inc, PM_REGS_USER);
		}
		if (regs)
			name_arguments(inc, regs);
	}
	if (regs)
		name_user_values(user, inc, regs);
}

/* ---- registers and the fault address ---- */

/* Room for any identity: a path may be long. */
enum { words_max = PM_LINUX_NAME_MAX + 128 };

static enum pm_identity identify(struct pm_linux_session *s, const struct pm_linux_user *user, uint64_t value,
				 char words[words_max])
{
	enum pm_identity is = pm_session_identify(s, value, words, words_max);

	if (is == PM_IS_NOTHING && pm_linux_user_words(user, value, words, words_max) == PM_MAPPED)
		is = PM_IS_USER;
	return is;
}

static void identify_regs(struct pm_linux_session *s, struct pm_incident *inc,
			  const struct pm_linux_user *user, struct pm_regs *regs)
{
	const struct pm_register *sp = pm_regs_find(regs, "rsp");
	char words[words_max];

	for (size_t i = 0; i < regs->regs.n; i++) {
		struct pm_register *reg = &regs->regs.v[i];
		enum pm_identity is;

		/* cr2 is told as the fault's address; the bases (fs_base) and orig_rax by what they are */
		if (reg->bits != 64 || reg->meaning || strchr(reg->name, '_') ||
		    (!strcmp(reg->name, "cr2") && inc->fault.has_address &&
		     inc->fault.address == reg->value) ||
		    (is = identify(s, user, reg->value, words)) == PM_IS_NOTHING)
			continue;
		/* of its own stack "sp + 0x20" says more: decode does */
		if (is == PM_IS_STACK && sp && reg != sp && reg->value >= sp->value &&
		    reg->value - sp->value < 0x4000)
			continue;
		reg->meaning = pm_arena_str(&inc->arena, pm_slice_of(words));
		reg->object_free = is == PM_IS_FREE;
	}
}

/* CPUs whose registers are told: a machine may have thousands. */
enum { max_cpus = 8 };

/* What registers point to, and the fault address. */
static void add_objects(struct pm_linux_session *s, struct pm_incident *inc, const struct pm_linux_user *user)
{
	struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	const struct pm_linux_user none = { .lx = pm_session_kernel(s) };
	char words[words_max];
	unsigned cpus = 0;

	if (regs)
		identify_regs(s, inc, user, regs);
	for (size_t i = 0; i < inc->traces.n && cpus < max_cpus; i++)
		if (inc->traces.v[i].role == PM_TRACE_CPU && inc->traces.v[i].regs.n) {
			identify_regs(s, inc, &none, &inc->traces.v[i].regs.v[0]);
			cpus++;
		}
	if (!inc->fault.has_address || inc->fault.object)
		return;
	/* an address that nothing is mapped at explains the fault */
	if (pm_session_identify(s, inc->fault.address, words, words_max) != PM_IS_NOTHING ||
	    pm_linux_user_words(user, inc->fault.address, words, words_max) != PM_MAPPED_UNKNOWN)
		inc->fault.object = pm_arena_str(&inc->arena, pm_slice_of(words));
}

/* ---- the life of a freed object ---- */

static void add_life(struct pm_linux_session *s, struct pm_incident *inc,
		     const struct pm_linux_object *object, bool freed)
{
	enum pm_trace_role role = freed ? PM_TRACE_FREED : PM_TRACE_ALLOCATED;
	struct pm_linux_track track;

	/* the log told it, with the whole stack (KASAN) */
	for (size_t i = 0; i < inc->traces.n; i++)
		if (inc->traces.v[i].role == role)
			return;
	if (!pm_linux_object_track(pm_session_kernel(s), object, freed, &track))
		return;
	const struct pm_linux_task *task = pm_linux_task_by_pid(pm_session_tasks(s), track.pid);
	struct pm_trace *trace = PM_PUSH(&inc->arena, &inc->traces);
	struct pm_frame *frame = PM_PUSH(&inc->arena, &trace->frames);

	trace->role = role;
	trace->has_pid = trace->has_cpu = true;
	trace->pid = track.pid;
	trace->cpu = track.cpu;
	/* another may have the number by now, but its name is a hint */
	trace->comm = task ? pm_arena_str(&inc->arena, pm_slice_of(task->comm)) : NULL;
	pm_linux_place(pm_session_kernel(s), pm_session_modules(s), &inc->arena, track.addr, false,
		       &frame->place);
	if (frame->place.module)
		frame->place.module = pm_arena_str(&inc->arena, pm_slice_of(frame->place.module));
	if (frame->place.build_id)
		frame->place.build_id = pm_arena_str(&inc->arena, pm_slice_of(frame->place.build_id));
}

/* Of the one that the access went through, or that its pointer was read from. */
static void add_lives(struct pm_linux_session *s, struct pm_incident *inc)
{
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	const char *const names[] = { inc->fault.base_reg, inc->fault.origin_reg };

	for (size_t i = 0; regs && i < PM_COUNT(names); i++) {
		const struct pm_register *reg = names[i] ? pm_regs_find(regs, names[i]) : NULL;
		struct pm_linux_object object;

		if (!reg || !reg->object_free ||
		    !pm_linux_object_at(pm_session_kernel(s), pm_session_caches(s), reg->value, &object))
			continue;
		add_life(s, inc, &object, false);
		add_life(s, inc, &object, true);
		return;
	}
}

/* ---- the crashed stack ---- */

enum {
	max_words = 256,    /* looked at */
	max_telling = 12,   /* shown */
	max_frame = 0x1000, /* bytes; a larger one is a mistake */
};

/* How much a word says, by what it is; 0: usual, or said elsewhere.  own: in the crashed frame itself. */
static unsigned score_of(struct pm_linux_session *s, enum pm_identity is, uint64_t value, uint64_t current,
			 bool own)
{
	static const uint8_t scores[] = {
		[PM_IS_FREE] = 9, [PM_IS_TYPED] = 8,  [PM_IS_TASK] = 7, [PM_IS_OBJECT] = 6,
		[PM_IS_DATA] = 5, [PM_IS_PERCPU] = 4, [PM_IS_PAGE] = 3, [PM_IS_USER] = 2
	};
	uint64_t start, end;
	uint32_t index;

	/* Code is mostly what an earlier call left behind; the start of a function was put there to be called. */
	if (is == PM_IS_CODE) {
		const struct pm_linux *lx = pm_session_kernel(s);

		return lx->symbols && pm_linux_symbols_find(lx->symbols, value, &index, &start, &end) &&
				       start == value
			       ? 3
			       : 0;
	}
	if (is == PM_IS_TASK && value == current)
		return 0;
	/* what outer functions are done with is mostly free */
	if (is == PM_IS_FREE && !own)
		return 0;
	return is < PM_COUNT(scores) ? scores[is] : 0;
}

static bool is_told(const struct pm_incident *inc, uint64_t value)
{
	const struct pm_trace *crash = pm_incident_crash_trace(inc);

	for (size_t k = 0; crash && k < crash->regs.n; k++)
		for (size_t i = 0; i < crash->regs.v[k].regs.n; i++)
			if (crash->regs.v[k].regs.v[i].value == value)
				return true;
	for (size_t i = 0; i < inc->stack_words.n; i++)
		if (inc->stack_words.v[i].value == value)
			return true;
	return false;
}

struct stack_scan {
	struct pm_linux_session *s;
	struct pm_incident *inc;
	const struct pm_stack_trace *trace;
	struct pm_linux_user user;
	uint64_t current; /* the task itself: on every stack */
	uint8_t scores[max_words];
	uint64_t objects[max_words]; /* where the object that a word points into begins; 0: into none */
	size_t left;                 /* words that may still be looked at */
};

static bool is_return_address(const struct pm_stack_trace *trace, uint64_t at)
{
	for (size_t i = 0; i < trace->frames.n; i++)
		if (trace->frames.v[i].return_at == at)
			return true;
	return false;
}

static void scan_frame(struct stack_scan *scan, size_t frame, size_t first)
{
	const struct pm_stack_frame *f = &scan->trace->frames.v[frame], *next = f + 1;
	struct pm_incident *inc = scan->inc;
	struct pm_place place;
	uint64_t end =
		next->return_at > f->sp && next->return_at - f->sp <= max_frame ? next->return_at : f->sp;

	pm_linux_place(pm_session_kernel(scan->s), pm_session_modules(scan->s), &inc->arena, f->pc,
		       f->exact_pc, &place);
	/* They leave room on purpose (randomize_kstack_offset): what lies there is long gone. */
	if (place.symbol && pm_syscall_is_entry(place.symbol))
		return;
	for (uint64_t at = (f->sp + 7) & ~7ull; at < end && scan->left; at += 8) {
		char words[words_max];
		uint64_t value;
		enum pm_identity is;

		scan->left--;
		if (is_return_address(scan->trace, at) ||
		    !pm_space_load(&pm_session_kernel(scan->s)->kernel, at, 8, &value) ||
		    (is = identify(scan->s, &scan->user, value, words)) == PM_IS_NOTHING)
			continue;
		struct pm_linux_object object = { 0 };
		bool told = is_told(inc, value);

		if (is >= PM_IS_OBJECT && is <= PM_IS_TASK &&
		    pm_linux_object_at(pm_session_kernel(scan->s), pm_session_caches(scan->s), value,
				       &object))
			for (size_t i = 0; i < inc->stack_words.n; i++)
				told |= scan->objects[i] == object.start;
		struct pm_stack_word *word = PM_PUSH(&inc->arena, &inc->stack_words);

		*word = (struct pm_stack_word){ .addr = at,
						.value = value,
						.from_sp = at - scan->trace->frames.v[first].sp,
						.function = place.symbol,
						.meaning = pm_arena_str(&inc->arena, pm_slice_of(words)),
						.object_free = is == PM_IS_FREE };
		scan->objects[inc->stack_words.n - 1] = object.start;
		scan->scores[inc->stack_words.n - 1] =
			told ? 0 : (uint8_t)score_of(scan->s, is, value, scan->current, frame == first);
	}
}

/* The best, of equal ones those nearest to the crash. */
static void choose_telling(struct stack_scan *scan)
{
	for (unsigned n = 0; n < max_telling; n++) {
		size_t best = 0;

		for (size_t i = 1; i < scan->inc->stack_words.n; i++)
			if (scan->scores[i] > scan->scores[best])
				best = i;
		if (!scan->inc->stack_words.n || !scan->scores[best])
			return;
		scan->inc->stack_words.v[best].telling = true;
		scan->scores[best] = 0;
	}
}

void pm_linux_report_stack(struct pm_linux_session *s, struct pm_incident *inc,
			   const struct pm_stack_trace *trace, size_t first, const struct pm_linux_task *task)
{
	struct stack_scan scan = {
		.s = s, .inc = inc, .trace = trace, .current = task ? task->addr : 0, .left = max_words
	};

	pm_linux_user_init(&scan.user, pm_session_kernel(s), task ? task->mm : 0);
	/* The last frame is the entry, with the registers of user mode. */
	for (size_t i = first; i + 1 < trace->frames.n; i++)
		scan_frame(&scan, i, first);
	choose_telling(&scan);
}

/* ---- all of it ---- */

/* The task of the report: the one it names, else the one that ran on the panicking CPU, unless that is another. */
static const struct pm_linux_task *task_of(struct pm_linux_session *s, const struct pm_incident *inc,
					   struct pm_linux_task *room)
{
	const struct pm_linux_cpus *cpus = pm_session_cpus(s);
	const struct pm_linux_task *task =
		inc->actor.has_pid && inc->actor.pid
			? pm_linux_task_by_pid(pm_session_tasks(s), (int32_t)inc->actor.pid)
			: NULL;

	if (task)
		return task;
	if (cpus->panic_cpu < 0 ||
	    !pm_linux_task_read(pm_session_kernel(s), cpus->v.v[cpus->panic_cpu].task, room))
		return NULL;
	return !inc->actor.has_pid || inc->actor.pid == room->pid ? room : NULL;
}

void pm_linux_report_values(struct pm_linux_session *s, struct pm_incident *inc)
{
	struct pm_linux_task room;
	const struct pm_linux_task *task = task_of(s, inc, &room);
	struct pm_linux_user user;

	pm_linux_user_init(&user, pm_session_kernel(s), task ? task->mm : 0);
	if (task)
		add_syscall(s, inc, task, &user);
	add_objects(s, inc, &user);
	add_lives(s, inc);
	inc->user_told = user.has_space;
}

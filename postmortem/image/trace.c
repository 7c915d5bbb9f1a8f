/* Stack traces in an image: by frame pointers, with the same rules as the recorder's own walk (panic/collect/trace.c), so
 * that what memory shows and what the report told can be compared. */
#include "image/image.h"

#include "symbols/bytes.h"

#include <string.h>

enum {
	max_steps = 4096, /* of a chain, so that a recursion's beginning is reached */
	max_frames = 2048,
	max_frame = 0x10000, /* bytes of one function's frame */
	max_scanned = 512,   /* words */
};

struct walk {
	struct pm_image *image;
	struct pm_stack_trace *trace;
	uint64_t sp;
};

static struct pm_stack_frame *add(struct walk *w, uint64_t pc, uint64_t return_at, enum pm_trust trust,
				  bool exact)
{
	if (w->trace->frames.n >= max_frames)
		return NULL;
	struct pm_stack_frame *frame = PM_PUSH(&w->trace->arena, &w->trace->frames);

	frame->pc = pc;
	frame->sp = w->sp;
	frame->return_at = return_at;
	frame->trust = trust;
	frame->exact_pc = exact;
	return frame;
}

/* Where a function that has no frame, or has not made it yet, keeps its return address: bytes above the stack pointer; -1:
 * it has one.  Compilers make none in functions that call nothing, and put off making one until it is needed: so it is looked
 * for in all that may have run before pc. */
static int before_frame(struct pm_image *image, uint64_t pc)
{
	static const uint8_t make_frame[] = { 0x48, 0x89, 0xe5 }; /* mov %rsp,%rbp */
	const struct pm_image_symbol *symbol = pm_image_symbols_at(&image->symbols, pc);
	uint8_t bytes[96];

	if (!symbol || pc - symbol->start > sizeof(bytes))
		return -1;
	size_t n = (size_t)(pc - symbol->start);

	if (pm_space_read(&image->space, symbol->start, bytes, n, NULL) < n)
		return -1;
	for (size_t i = 0; i + sizeof(make_frame) <= n; i++)
		if (!memcmp(bytes + i, make_frame, sizeof(make_frame)))
			return -1;
	return n && bytes[n - 1] == 0x55 ? 8 : 0; /* push %rbp, but not yet mov */
}

/* Of a function that was called at a wild address, too. */
static void frameless(struct walk *w, uint64_t pc)
{
	int offset = pm_image_is_text(w->image, pc) ? before_frame(w->image, pc) : 0;
	uint64_t word, at = w->sp + (uint64_t)offset;

	if (offset >= 0 && pm_space_load(&w->image->space, at, 8, &word) &&
	    pm_image_is_text(w->image, word) && pm_x86_after_call(&w->image->space, word))
		add(w, word, at, PM_EXACT, false);
}

static void scan(struct walk *w)
{
	uint64_t at = (w->sp + 7) & ~7ull, word;

	for (unsigned i = 0; i < max_scanned; i++, at += 8) {
		if (!pm_space_load(&w->image->space, at, 8, &word))
			return;
		if (pm_image_is_text(w->image, word) && pm_x86_after_call(&w->image->space, word)) {
			w->sp = at + 8;
			add(w, word, at, PM_SCANNED, false);
		}
	}
}

/* struct kp_frame: the general registers in the order of pt_regs, vector, error code, and what the processor pushes. */
enum { frame_words = 22, frame_vector = 15, frame_ip = 17, vector_max = 4097 };

/* Goes on where an exception interrupted, which the entry code marks by an odd frame pointer; false: there is none.
 * *user_out: that was user mode. */
static bool cross(struct walk *w, uint64_t at, uint64_t *fp, bool *user_out)
{
	uint8_t raw[8 * frame_words];
	struct pm_x86_regs regs = { 0 };

	if (pm_space_read(&w->image->space, at, raw, sizeof(raw), NULL) < sizeof(raw) ||
	    pm_load(raw + 8 * frame_vector, 8, false) > vector_max)
		return false;
	for (unsigned i = 0; i < PM_X86_REGS; i++)
		if (i != PM_X86_ORIG_AX)
			pm_x86_set(&regs, (enum pm_x86_reg)i,
				   pm_load(raw + 8 * (i < PM_X86_ORIG_AX ? i : i + frame_ip - PM_X86_IP), 8,
					   false));
	if (!regs.v[PM_X86_IP])
		return false;
	*user_out = (regs.v[PM_X86_CS] & 3) == 3;
	if (*user_out) {
		w->trace->has_user = true;
		w->trace->user = regs;
		return true;
	}
	w->sp = regs.v[PM_X86_SP];
	struct pm_stack_frame *frame = add(w, regs.v[PM_X86_IP], at + 8 * frame_ip, PM_EXACT, true);

	if (frame)
		frame->regs = regs;
	frameless(w, regs.v[PM_X86_IP]);
	*fp = regs.v[PM_X86_BP];
	return true;
}

/* How the chain of frame pointers ends; *broken_out: early, so that the rest of the stack is searched. */
static const char *follow(struct walk *w, uint64_t fp, bool *broken_out)
{
	/* The first frame may lie anywhere above a stack pointer that went wrong; the others follow each other. */
	uint64_t last = 0, caller, address;
	bool user;

	*broken_out = false;
	for (unsigned steps = 0; steps < max_steps; steps++) {
		if (fp & 1) {
			if (!cross(w, fp - 1, &fp, &user))
				return "the frame of an exception is not in the dump, or was written over";
			if (user)
				return NULL;
			last = 0;
			continue;
		}
		if (!fp)
			return NULL;
		*broken_out = true;
		if (fp % 8 || (last && (fp <= last || fp - last > max_frame)))
			return "a frame pointer leads nowhere";
		if (!pm_space_load(&w->image->space, fp, 8, &caller) ||
		    !pm_space_load(&w->image->space, fp + 8, 8, &address))
			return "the stack is not in the dump from there on";
		*broken_out = false;
		w->sp = fp + 16;
		if (!address)
			return NULL; /* the first function's */
		if (!pm_image_is_text(w->image, address)) {
			*broken_out = true;
			return "a return address is no code";
		}
		if (!add(w, address, fp + 8,
			 pm_x86_after_call(&w->image->space, address) ? PM_EXACT : PM_SCANNED, false))
			return "there is more of it";
		last = fp;
		fp = caller;
	}
	return "there is more of it";
}

void pm_image_unwind(struct pm_image *image, const struct pm_x86_regs *regs, bool exact,
		     struct pm_stack_trace *trace)
{
	struct walk w = { image, trace, regs->v[PM_X86_SP] };
	bool broken;

	*trace = (struct pm_stack_trace){ 0 };
	pm_arena_init(&trace->arena);
	if ((regs->v[PM_X86_CS] & 3) == 3 && pm_x86_has(regs, PM_X86_CS)) {
		trace->has_user = true;
		trace->user = *regs;
		return;
	}
	struct pm_stack_frame *first = add(&w, regs->v[PM_X86_IP], 0, PM_EXACT, exact);

	if (first)
		first->regs = *regs;
	if (!image->has_space) {
		trace->ended = image->space_trouble;
		return;
	}
	if (exact)
		frameless(&w, regs->v[PM_X86_IP]);
	trace->ended = follow(&w, regs->v[PM_X86_BP], &broken);
	if (broken)
		scan(&w);
}

bool pm_image_unwind_task(struct pm_image *image, const struct kf_note_task *task,
			  struct pm_stack_trace *trace)
{
	struct pm_x86_regs regs = { 0 };
	struct walk w = { image, trace, 0 };
	uint64_t fp = 0;
	bool user;

	for (size_t i = 0; i < image->cpus.n && task->state == KF_TASK_RUNNING; i++) {
		const struct pm_image_cpu *cpu = &image->cpus.v[i];

		if (cpu->cpu == task->cpu && pm_image_cpu_regs(cpu, true, &regs)) {
			pm_image_unwind(image, &regs, true, trace);
			return true;
		}
	}
	if (image->arch != PM_X86_64)
		return false;
	if (task->pc) {
		pm_x86_set(&regs, PM_X86_IP, task->pc);
		pm_x86_set(&regs, PM_X86_SP, task->sp);
		pm_x86_set(&regs, PM_X86_BP, task->fp);
		pm_image_unwind(image, &regs, false, trace);
		return true;
	}
	if (!task->frame || !image->has_space)
		return false;
	*trace = (struct pm_stack_trace){ 0 };
	pm_arena_init(&trace->arena);
	if (!cross(&w, task->frame, &fp, &user)) {
		pm_stack_trace_deinit(trace);
		return false;
	}
	bool broken = false;

	if (!user)
		trace->ended = follow(&w, fp, &broken);
	if (broken)
		scan(&w);
	return true;
}

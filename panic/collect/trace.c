/* The walk of a stack by frame pointers, over whatever stacks the exceptions on the way were taken on.
 *
 * The stack may be broken, and what it says may be made up by whoever broke it.  So: each read may fail, each step goes
 * upward on its stack, only an exception's frame leads to another one, and everything has a bound.  A frame is exact when a
 * call instruction stands before its return address.  Where the chain breaks, the rest of the stack is searched for words
 * that could be return addresses, and those are marked as what they are. */
#include "stages.h"

#include "lib/mem.h"

#define STEPS_MAX 4096 /* of the chain, so that a recursion's beginning is reached */
#define SCAN_WORDS_MAX 512
#define FRAME_MAX 0x10000 /* bytes of one function's frame, at most */

const char *kp_stack_name(enum kp_stack_kind kind)
{
#if KP_TIER < 2
	/* It has no others. */
	return kind == KP_STACK_TASK ? "TASK" : "RECORDER";
#else
	static const char names[KP_STACK_KINDS][12] = {
		[KP_STACK_TASK] = "TASK",         [KP_STACK_INTERRUPT] = "IRQ",
		[KP_STACK_NMI] = "NMI",           [KP_STACK_DEBUG] = "#DB",
		[KP_STACK_DOUBLE_FAULT] = "#DF",  [KP_STACK_MACHINE_CHECK] = "#MC",
		[KP_STACK_RECORDER] = "RECORDER",
	};

	return names[kind];
#endif
}

struct walk {
	const struct kp_task *task;
	struct kp_trace *trace;
	uintptr_t sp; /* where the present function's frame begins, as far as is known */
};

static enum kp_stack_kind kind_of(const struct walk *walk, uintptr_t sp)
{
#if KP_TIER >= 2
	enum kp_stack_kind kind;

	if (kp_isa_stack_of(sp, &kind))
		return kind;
	if (walk->task && walk->task->context & KP_IN_INTERRUPT && !kp_on_own_stack(sp) &&
	    (sp < walk->task->stack_start || sp >= walk->task->stack_end))
		return KP_STACK_INTERRUPT;
#else
	(void)walk;
#endif
	return kp_on_own_stack(sp) ? KP_STACK_RECORDER : KP_STACK_TASK;
}

static void add(struct walk *walk, uintptr_t address, enum kp_frame_grade grade, bool interrupted)
{
	struct kp_trace *trace = walk->trace;
	struct kp_trace_frame *last = &trace->frames[trace->n ? trace->n - 1 : 0];
	uint8_t stack = (uint8_t)kind_of(walk, walk->sp);

	if (trace->n && last->address == address && last->grade == (uint8_t)grade && last->stack == stack &&
	    last->interrupted == interrupted) {
		if (last->repeats < UINT16_MAX)
			last->repeats++;
		return;
	}
	if (trace->n == KP_FRAMES_MAX) {
		trace->more = true;
		return;
	}
	trace->frames[trace->n++] = (struct kp_trace_frame){
		.address = address,
		.grade = (uint8_t)grade,
		.stack = stack,
		.interrupted = interrupted,
	};
}

/* Of a chain that may be made up: what no call stands before is no more than a word that was found. */
static enum kp_frame_grade grade_of(uintptr_t address)
{
#if KP_TIER >= 1
	static const uint8_t grades[] = {
		[KP_YES] = KP_FRAME_EXACT,
		[KP_UNKNOWN] = KP_FRAME_CHAINED,
		[KP_NO] = KP_FRAME_SCANNED,
	};

	return grades[kp_isa_call_before(address)];
#else
	/* What could be read without a fault is too little for that; but the kernel's code lies in one half of the addresses, this
	 * here with it. */
	return (uint64_t)(address ^ (uintptr_t)kp_trace_walk) >> 47 ? KP_FRAME_SCANNED : KP_FRAME_CHAINED;
#endif
}

/* A function that has no frame: its return address lies at the stack pointer or next to it, if it left the stack pointer
 * alone.  One that was called at a wild address, too. */
static void frameless(struct walk *walk, uintptr_t pc)
{
#if KP_TIER >= 1
	int offset = kp_is_text(pc) ? kp_isa_before_frame(pc) : 0;
	uintptr_t word;

	if (offset < 0 || !kp_read_word(walk->sp + (uintptr_t)offset, &word) || !kp_is_text(word))
		return;
	if (kp_isa_call_before(word) == KP_YES)
		add(walk, word, KP_FRAME_EXACT, false);
#else
	(void)walk;
	(void)pc;
#endif
}

#if KP_TIER >= 1
static void scan(struct walk *walk)
{
	uintptr_t at = (walk->sp + sizeof(at) - 1) & ~(sizeof(at) - 1), word;

	for (unsigned i = 0; i < SCAN_WORDS_MAX && !walk->trace->more; i++, at += sizeof(at)) {
		if (!kp_read_word(at, &word))
			return;
		if (kp_is_text(word) && kp_isa_call_before(word) == KP_YES)
			add(walk, word, KP_FRAME_SCANNED, false);
	}
}
#endif

#if KP_TIER >= 2
/* Goes on where an exception interrupted, as the entry stubs mark it; false: that was user mode, or is no frame of an exception. */
static bool cross(struct walk *walk, uintptr_t at, uintptr_t *fp)
{
	struct kp_frame frame;

	if (kp_read(at, &frame, sizeof(frame)) != sizeof(frame) || frame.vector > KP_VECTOR_BUG ||
	    KP_FRAME_USER(&frame) || !KP_FRAME_PC(&frame))
		return false;
	walk->sp = (uintptr_t)KP_FRAME_SP(&frame);
	add(walk, (uintptr_t)KP_FRAME_PC(&frame), KP_FRAME_EXACT, true);
	frameless(walk, (uintptr_t)KP_FRAME_PC(&frame));
	*fp = (uintptr_t)KP_FRAME_FP(&frame);
	return true;
}
#endif

void kp_trace_walk(const struct kp_frame *frame, const struct kp_task *task, struct kp_trace *trace)
{
	struct walk walk = { task, trace, (uintptr_t)KP_FRAME_SP(frame) };
	uintptr_t fp = (uintptr_t)KP_FRAME_FP(frame);
#if KP_TIER < 1
	uintptr_t start = walk.sp;
#endif
	/* The first frame may lie anywhere above a stack pointer that went wrong; the others follow each other. */
	uintptr_t last = 0;

	trace->n = 0;
	trace->more = false;
	add(&walk, (uintptr_t)KP_FRAME_PC(frame), KP_FRAME_EXACT, frame->vector < KP_VECTOR_CALL);
	if (KP_FRAME_USER(frame))
		return;
	if (frame->vector < KP_VECTOR_CALL)
		frameless(&walk, (uintptr_t)KP_FRAME_PC(frame));

	for (unsigned steps = 0; steps < STEPS_MAX && !trace->more; steps++) {
		uintptr_t caller, address;

#if KP_TIER < 1
		/* Without safe reads nothing but this stack may be touched. */
		if (fp < start || fp - start > FRAME_MAX)
			return;
#endif
#if KP_TIER >= 2
		if (fp & 1) {
			if (!cross(&walk, fp - 1, &fp))
				return;
			last = 0;
			continue;
		}
#endif
		if (!fp)
			return;
		if (fp % sizeof(uintptr_t) || (last && (fp <= last || fp - last > FRAME_MAX)))
			break;
		if (!kp_read_word(fp + (uintptr_t)(KP_FP_CALLER * (int)sizeof(fp)), &caller) ||
		    !kp_read_word(fp + (uintptr_t)(KP_FP_RETURN * (int)sizeof(fp)), &address))
			break;
		walk.sp = fp + (KP_FP_RETURN + 1) * sizeof(fp);
		if (!address)
			return; /* the first function's */
		if (!kp_is_text(address))
			break;
		add(&walk, address, grade_of(address), false);
		last = fp;
		fp = caller;
	}
#if KP_TIER >= 1
	scan(&walk);
#endif
}

/* One step of unwinding on x86-64: registers in a frame and a rule → registers in its caller. */
#ifndef PM_UNWIND_X86_64_H
#define PM_UNWIND_X86_64_H

#include "unwind/orc.h"

/* In the order of struct pt_regs, so that one can be read whole; it is that of NT_PRSTATUS, too. */
enum pm_x86_reg {
	PM_X86_R15,
	PM_X86_R14,
	PM_X86_R13,
	PM_X86_R12,
	PM_X86_BP,
	PM_X86_BX,
	PM_X86_R11,
	PM_X86_R10,
	PM_X86_R9,
	PM_X86_R8,
	PM_X86_AX,
	PM_X86_CX,
	PM_X86_DX,
	PM_X86_SI,
	PM_X86_DI,
	PM_X86_ORIG_AX,
	PM_X86_IP,
	PM_X86_CS,
	PM_X86_FLAGS,
	PM_X86_SP,
	PM_X86_SS,
	PM_X86_REGS,
};

struct pm_x86_regs {
	uint64_t v[PM_X86_REGS];
	uint32_t known; /* bit i: v[i] is known */
};

static inline bool pm_x86_has(const struct pm_x86_regs *regs, enum pm_x86_reg reg)
{
	return regs->known >> reg & 1;
}
static inline void pm_x86_set(struct pm_x86_regs *regs, enum pm_x86_reg reg, uint64_t value)
{
	regs->v[reg] = value;
	regs->known |= 1u << reg;
}
/* "rax", "rip", "eflags" … */
const char *pm_x86_reg_name(enum pm_x86_reg reg);

enum pm_step {
	PM_STEP_CALLER, /* regs are the caller's */
	PM_STEP_REGS,   /* regs are those that an exception, interrupt or system call saved */
	PM_STEP_END,    /* the last frame */
	PM_STEP_LOST,   /* the rule needs what is not known or not in the dump */
};

/* regs: in, of the frame; out, of the next one (unchanged for END and LOST).
 * return_at_out: where on the stack the next pc stands. */
enum pm_step pm_x86_step(struct pm_space *space, const struct pm_orc_rule *rule, struct pm_x86_regs *regs,
			 uint64_t *return_at_out);

/* The rules that hold without tables: a frame pointer that was set up (also of BPF and trampolines), and a
 * place that was called but is no code. */
extern const struct pm_orc_rule pm_x86_frame_pointer, pm_x86_no_code;

/* Of a kernel that keeps frame pointers everywhere (CONFIG_UNWINDER_FRAME_POINTER), where its entry code has bp point at
 * the saved registers, plus one.  start: of the function that ip lies in.  exact: ip was interrupted there, maybe
 * before the frame was set up.  type PM_ORC_NONE: that function keeps none. */
struct pm_orc_rule pm_x86_frame_rule(struct pm_space *space, uint64_t start, bool exact,
				     const struct pm_x86_regs *regs);
/* Does the function at start set up a frame pointer?  Offsets of `push %rbp` and of what follows `mov %rsp,%rbp`. */
bool pm_x86_prologue(struct pm_space *space, uint64_t start, unsigned *push_out, unsigned *set_out);

/* Does a call instruction end at pc?  false, too, where the code is not in the dump. */
bool pm_x86_after_call(struct pm_space *space, uint64_t pc);

/* Where the direct call that ends at pc goes; false: no direct call ends there. */
bool pm_x86_call_target(struct pm_space *space, uint64_t pc, uint64_t *target_out);

#endif

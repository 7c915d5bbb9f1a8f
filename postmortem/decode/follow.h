/* Where the values in registers come from: a function of x86-64, followed from its start to one instruction of it.
 *
 * What is not sure on every way to that instruction is not known.  Ways through a table of jumps are not seen, and
 * memory that others write may have changed since it was loaded: what follows is likely, not certain.
 */
#ifndef PM_DECODE_FOLLOW_H
#define PM_DECODE_FOLLOW_H

#include "decode/disasm.h"

enum pm_value_kind {
	PM_VALUE_ARGUMENT, /* number: which of the function's, 0 is the first; up to 5 */
	PM_VALUE_LOADED,   /* eight bytes, from the address `from` */
	PM_VALUE_PERCPU, /* the same, from a per-CPU variable: number is its address, without the CPU's offset */
	PM_VALUE_RESULT, /* of a call of the function at number; 0: through a pointer, which `from` tells if known */
	PM_VALUE_CONSTANT, /* number; addresses of variables, too */
	PM_VALUE_STACK,    /* an address: 0 is where the return address lies */
};

struct pm_value {
	enum pm_value_kind kind;
	uint64_t number;
	const struct pm_value *from;
	int64_t offset; /* what was added to it since */
};

enum { PM_FOLLOW_REGS = 16 };
/* "rax", "rcx", …; by index as below. */
const char *pm_follow_reg_name(unsigned index);
/* -1: none of the sixteen. */
int pm_follow_reg(const char *name);

/* NULL: not known. */
struct pm_values {
	const struct pm_value *regs[PM_FOLLOW_REGS];
};

/* code: n bytes of the function, whose first is at start.  The values before the instruction at pc, in the arena.
 * false: pc is not reached from the start, or something on the way is no instruction. */
bool pm_follow(const struct pm_disasm *dis, struct pm_arena *arena, const uint8_t *code, size_t n,
	       uint64_t start, uint64_t pc, struct pm_values *out);

/* The same before the call that returns to return_address; *through_out: the pointer that it calls through, NULL: it
 * calls directly, or that is not known. */
bool pm_follow_call(const struct pm_disasm *dis, struct pm_arena *arena, const uint8_t *code, size_t n,
		    uint64_t start, uint64_t return_address, struct pm_values *out,
		    const struct pm_value **through_out);

bool pm_value_same(const struct pm_value *a, const struct pm_value *b);

#endif

/* Which memory an instruction touches: length and accesses of one x86-64 instruction, with the registers before it.
 * Portable; integer instructions, and of others what a table row says. */
#ifndef KP_OPERAND_H
#define KP_OPERAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kpanic/frame.h"

struct kp_x86_state {
	uint64_t registers[16]; /* in the processor's order: rax rcx rdx rbx rsp rbp rsi rdi r8 … r15 */
	uint64_t rip, fs_base, gs_base;
};

struct kp_x86_touch {
	enum kp_access access; /* READ, WRITE (also for both), or UNKNOWN */
	uint64_t address;
	unsigned size; /* bytes; 0: not known */
	bool stack;    /* by push, pop, call, ret */
};

struct kp_x86_instruction {
	unsigned length;
	unsigned opcode;   /* one byte; 0x0f00 + one byte; 0x0f3800 …, 0x0f3a00 … */
	unsigned modrm;    /* 0 without */
	uint8_t immediate; /* the last byte of a displacement of 8 bits (ud1 carries a number there) */
	unsigned count;
	struct kp_x86_touch touches[2];
};

/* False: the bytes end too soon, or are no instruction that is known. */
bool kp_x86_instruction(const uint8_t *bytes, size_t n, const struct kp_x86_state *state,
			struct kp_x86_instruction *out);

#endif

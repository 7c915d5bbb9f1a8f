/* Instructions: bytes → text and what the instruction does with memory and registers. */
#ifndef PM_DECODE_DISASM_H
#define PM_DECODE_DISASM_H

#include "incident.h"

/* A memory operand.  Register names are the kernel's, full width: "rax", "x0", "r3". */
struct pm_memory_operand {
	char base[8], index[8]; /* "": none */
	unsigned scale;         /* the index is multiplied by it */
	unsigned index_bits;    /* 32: only the index's low half counts */
	bool index_signed;
	bool base_32;    /* x86: the address is cut to 32 bits */
	bool base_zero;  /* no register: the displacement is an absolute address */
	char segment[4]; /* "fs", "gs"; "": flat */
	bool pc_relative;
	bool implicit; /* the stack of a push, pop, call, ret */
	int64_t displacement;
	unsigned size; /* bytes; 0: not known */
	bool read, write;
};

struct pm_operation {
	unsigned size; /* bytes of the instruction */
	struct pm_memory_operand memory[2];
	unsigned memories;
	char value[8];     /* the register stored or loaded into; "": none */
	char writes[6][8]; /* registers that it changes, full-width names */
	unsigned writes_n;
	enum pm_insn_kind kind;
	unsigned value_size; /* bytes of `value` that take part; 0: not known */
	bool is_constant;    /* it puts the number `constant` into its register, whatever that held */
	uint64_t constant;
	bool call, jump; /* jump: unconditional, control does not pass on */
	bool repeats;    /* rep, or a memory copy that may have stopped in the middle */
};

/* A disassembler for one machine. */
struct pm_disasm;

/* NULL: no disassembler for the architecture.  Freed by pm_disasm_free. */
struct pm_disasm *pm_disasm_new(const struct pm_incident *inc);
void pm_disasm_free(struct pm_disasm *dis);

/* Decodes the instruction at code.  text_out may be NULL; else it gets text as
 * objdump writes it, "mov %rbx,0x18(%rax)", in the arena.  False: no instruction. */
bool pm_disasm_one(const struct pm_disasm *dis, struct pm_arena *arena, const uint8_t *code, size_t size,
		   uint64_t addr, struct pm_operation *op_out, const char **text_out);

/* Fills code.insns from code.bytes: exact from the mark on; before it variable-length
 * code is decoded from the start that reads best, and marked doubtful. */
void pm_disassemble(struct pm_incident *inc);

#endif

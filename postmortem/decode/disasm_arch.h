/* Between disasm.c and the files that read single instruction sets. */
#ifndef PM_DECODE_DISASM_ARCH_H
#define PM_DECODE_DISASM_ARCH_H

#include "decode/disasm.h"

#include <capstone/capstone.h>

struct pm_disasm {
	csh handle;
	bool has_capstone;
	const struct pm_disasm_arch *arch;
	bool big_endian;
	bool thumb;
};

/* One row per architecture. */
struct pm_disasm_arch {
	enum pm_arch arch;
	int cs_arch; /* -1: our own decoder only */
	unsigned cs_mode;
	unsigned least; /* shortest instruction and alignment, bytes */
	bool fixed;     /* every instruction has that length */
	/* What the instruction does, out of the library's details. */
	void (*operation)(const struct pm_disasm *dis, const cs_insn *insn, struct pm_operation *op);
	/* Instructions that the library does not know; may be NULL. */
	bool (*extra)(const uint8_t *code, size_t size, uint64_t addr, struct pm_operation *op,
		      char text[80]);
	/* The cost of finding this instruction in kernel code: 0 usual, more: rather a wrong alignment; may
	 * be NULL. */
	unsigned (*oddity)(const cs_insn *insn);
};

void pm_x86_operation(const struct pm_disasm *dis, const cs_insn *insn, struct pm_operation *op);
unsigned pm_x86_oddity(const cs_insn *insn);
/* objdump's AT&T spelling of mnemonic and operands. */
void pm_x86_spell(csh handle, const cs_insn *insn, struct pm_buf *out);
bool pm_x86_extra(const uint8_t *code, size_t size, uint64_t addr, struct pm_operation *op, char text[80]);

void pm_arm64_operation(const struct pm_disasm *dis, const cs_insn *insn, struct pm_operation *op);
bool pm_arm64_extra(const uint8_t *code, size_t size, uint64_t addr, struct pm_operation *op, char text[80]);
void pm_arm_operation(const struct pm_disasm *dis, const cs_insn *insn, struct pm_operation *op);
void pm_ppc_operation(const struct pm_disasm *dis, const cs_insn *insn, struct pm_operation *op);
void pm_mips_operation(const struct pm_disasm *dis, const cs_insn *insn, struct pm_operation *op);
void pm_s390_operation(const struct pm_disasm *dis, const cs_insn *insn, struct pm_operation *op);
bool pm_riscv_extra(const uint8_t *code, size_t size, uint64_t addr, struct pm_operation *op, char text[80]);

/* Helpers: bounded copies of register names. */
void pm_reg_name_set(char to[8], const char *name);
void pm_operation_writes(struct pm_operation *op, const char *name);
struct pm_memory_operand *pm_operation_memory(struct pm_operation *op);

#endif

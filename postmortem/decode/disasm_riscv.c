#include "decode/disasm_arch.h"

#include <inttypes.h>
#include <stdio.h>

/* RISC-V unprivileged specification, chapter 24 (instruction listings) and 16 ("C").
 * Loads, stores and atomics whole, of the rest what is common: enough for a
 * faulting access where the library has no RISC-V (capstone before 5). */

static const char *const names[32] = { "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
				       "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
				       "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6" };

static int64_t sign(uint64_t value, unsigned bits)
{
	uint64_t top = UINT64_C(1) << (bits - 1);

	return (int64_t)((value ^ top) - top);
}

static void memory(struct pm_operation *op, unsigned base, int64_t disp, unsigned size, bool write,
		   unsigned value)
{
	struct pm_memory_operand *mem = pm_operation_memory(op);

	if (base)
		pm_reg_name_set(mem->base, names[base]);
	mem->base_zero = !base;
	mem->displacement = disp;
	mem->size = size;
	mem->read = !write;
	mem->write = write;
	pm_reg_name_set(op->value, value ? names[value] : "");
	if (!write && value)
		pm_operation_writes(op, names[value]);
}

static void say_memory(char text[80], const char *name, unsigned reg, int64_t disp, unsigned base)
{
	snprintf(text, 80, "%s %s,%" PRId64 "(%s)", name, names[reg], disp, names[base]);
}

static bool wide(uint32_t word, uint64_t addr, struct pm_operation *op, char text[80])
{
	static const char *const loads[] = { "lb", "lh", "lw", "ld", "lbu", "lhu", "lwu", NULL };
	static const char *const stores[] = { "sb", "sh", "sw", "sd" };
	static const char *const branches[] = { "beq", "bne", NULL, NULL, "blt", "bge", "bltu", "bgeu" };
	static const struct {
		unsigned funct5;
		const char *name;
	} atomics[] = { { 0, "amoadd" },  { 1, "amoswap" },  { 2, "lr" },      { 3, "sc" },
			{ 4, "amoxor" },  { 8, "amoor" },    { 12, "amoand" }, { 16, "amomin" },
			{ 20, "amomax" }, { 24, "amominu" }, { 28, "amomaxu" } };
	unsigned rd = word >> 7 & 31, rs1 = word >> 15 & 31, rs2 = word >> 20 & 31, funct3 = word >> 12 & 7;
	int64_t imm = sign(word >> 20, 12);

	op->size = 4;
	switch (word & 0x7f) {
	case 0x03:
		if (!loads[funct3])
			break;
		memory(op, rs1, imm, 1u << (funct3 & 3), false, rd);
		say_memory(text, loads[funct3], rd, imm, rs1);
		return true;
	case 0x23:
		if (funct3 > 3)
			break;
		imm = sign((word >> 25) << 5 | rd, 12);
		memory(op, rs1, imm, 1u << funct3, true, rs2);
		say_memory(text, stores[funct3], rs2, imm, rs1);
		return true;
	case 0x2f:
		for (size_t i = 0; i < PM_COUNT(atomics); i++) {
			if (atomics[i].funct5 != word >> 27 || (funct3 != 2 && funct3 != 3))
				continue;
			memory(op, rs1, 0, 1u << funct3, atomics[i].funct5 != 2,
			       atomics[i].funct5 == 2 ? rd : rs2);
			if (atomics[i].funct5 != 2 && atomics[i].funct5 != 3)
				op->memory[0].read = true;
			if (rd)
				pm_operation_writes(op, names[rd]);
			snprintf(text, 80, "%s.%c %s,%s,(%s)", atomics[i].name, funct3 == 2 ? 'w' : 'd',
				 names[rd], names[rs2], names[rs1]);
			return true;
		}
		break;
	case 0x13:
		if (funct3)
			break;
		if (rd)
			pm_operation_writes(op, names[rd]);
		if (!imm && rs1)
			snprintf(text, 80, "mv %s,%s", names[rd], names[rs1]);
		else if (!rs1)
			snprintf(text, 80, "li %s,%" PRId64, names[rd], imm);
		else
			snprintf(text, 80, "addi %s,%s,%" PRId64, names[rd], names[rs1], imm);
		return true;
	case 0x37:
	case 0x17:
		if (rd)
			pm_operation_writes(op, names[rd]);
		snprintf(text, 80, "%s %s,0x%x", (word & 0x7f) == 0x37 ? "lui" : "auipc", names[rd],
			 word >> 12);
		return true;
	case 0x63:
		if (!branches[funct3])
			break;
		imm = sign((word >> 31) << 12 | (word >> 7 & 1) << 11 | (word >> 25 & 0x3f) << 5 |
				   (word >> 8 & 0xf) << 1,
			   13);
		snprintf(text, 80, "%s %s,%s,0x%" PRIx64, branches[funct3], names[rs1], names[rs2],
			 addr + (uint64_t)imm);
		return true;
	case 0x6f:
		imm = sign((word >> 31) << 20 | (word >> 12 & 0xff) << 12 | (word >> 20 & 1) << 11 |
				   (word >> 21 & 0x3ff) << 1,
			   21);
		op->call = rd == 1;
		op->jump = rd != 1;
		snprintf(text, 80, "%s 0x%" PRIx64, rd ? "jal" : "j", addr + (uint64_t)imm);
		return true;
	case 0x67:
		op->call = rd == 1;
		op->jump = rd != 1;
		if (!rd && rs1 == 1 && !imm)
			snprintf(text, 80, "ret");
		else
			snprintf(text, 80, "jalr %s,%" PRId64 "(%s)", names[rd], imm, names[rs1]);
		return true;
	case 0x73:
		if (word == 0x00100073 || word == 0x00000073) {
			snprintf(text, 80, word >> 20 ? "ebreak" : "ecall");
			return true;
		}
		break;
	default:
		break;
	}
	/* Stores and branches write no register; the others do, at rd. */
	if (rd && (word & 0x7f) != 0x0f)
		pm_operation_writes(op, names[rd]);
	snprintf(text, 80, ".insn 0x%08x", word);
	return true;
}

static bool compressed(uint16_t word, uint64_t addr, struct pm_operation *op, char text[80])
{
	unsigned rd = word >> 7 & 31, rs2 = word >> 2 & 31, low = 8 + (word >> 2 & 7),
		 base = 8 + (word >> 7 & 7);
	unsigned word_off = (word >> 10 & 7) << 3 | (word >> 6 & 1) << 2 | (word >> 5 & 1) << 6;
	unsigned double_off = (word >> 10 & 7) << 3 | (word >> 5 & 3) << 6;
	int64_t imm6 = sign((uint64_t)(word >> 12 & 1) << 5 | rs2, 6);

	(void)addr;
	op->size = 2;
	if (!word)
		return false; /* defined as illegal; op->size stays for the listing */
	switch ((word & 3) << 3 | word >> 13) {
	case 2: /* c.lw */
		memory(op, base, word_off, 4, false, low);
		say_memory(text, "lw", low, word_off, base);
		return true;
	case 3: /* c.ld */
		memory(op, base, double_off, 8, false, low);
		say_memory(text, "ld", low, double_off, base);
		return true;
	case 6: /* c.sw */
		memory(op, base, word_off, 4, true, low);
		say_memory(text, "sw", low, word_off, base);
		return true;
	case 7: /* c.sd */
		memory(op, base, double_off, 8, true, low);
		say_memory(text, "sd", low, double_off, base);
		return true;
	case 8: /* c.addi */
		if (rd)
			pm_operation_writes(op, names[rd]);
		if (rd)
			snprintf(text, 80, "addi %s,%s,%" PRId64, names[rd], names[rd], imm6);
		else
			snprintf(text, 80, "nop");
		return true;
	case 10: /* c.li */
		pm_operation_writes(op, names[rd]);
		snprintf(text, 80, "li %s,%" PRId64, names[rd], imm6);
		return true;
	case 16 + 2: { /* c.lwsp */
		unsigned off = (word >> 12 & 1) << 5 | (word >> 4 & 7) << 2 | (word >> 2 & 3) << 6;

		memory(op, 2, off, 4, false, rd);
		say_memory(text, "lw", rd, off, 2);
		return true;
	}
	case 16 + 3: { /* c.ldsp */
		unsigned off = (word >> 12 & 1) << 5 | (word >> 5 & 3) << 3 | (word >> 2 & 7) << 6;

		memory(op, 2, off, 8, false, rd);
		say_memory(text, "ld", rd, off, 2);
		return true;
	}
	case 16 + 6: { /* c.swsp */
		unsigned off = (word >> 9 & 15) << 2 | (word >> 7 & 3) << 6;

		memory(op, 2, off, 4, true, rs2);
		say_memory(text, "sw", rs2, off, 2);
		return true;
	}
	case 16 + 7: { /* c.sdsp */
		unsigned off = (word >> 10 & 7) << 3 | (word >> 7 & 7) << 6;

		memory(op, 2, off, 8, true, rs2);
		say_memory(text, "sd", rs2, off, 2);
		return true;
	}
	case 16 + 4: /* c.jr, c.mv, c.ebreak, c.jalr, c.add */
		if (word == 0x9002) {
			snprintf(text, 80, "ebreak");
		} else if (!rs2) {
			op->call = word >> 12 & 1;
			op->jump = !op->call;
			snprintf(text, 80, !op->call && rd == 1 ? "ret" : "%s %s", op->call ? "jalr" : "jr",
				 names[rd]);
		} else {
			if (rd)
				pm_operation_writes(op, names[rd]);
			if (word >> 12 & 1)
				snprintf(text, 80, "add %s,%s,%s", names[rd], names[rd], names[rs2]);
			else
				snprintf(text, 80, "mv %s,%s", names[rd], names[rs2]);
		}
		return true;
	default:
		/* Quadrant 1 changes rd or the low register; c.j and the branches change none. */
		if ((word & 3) == 1 && word >> 13 <= 3 && rd)
			pm_operation_writes(op, names[rd]);
		else if ((word & 3) == 1 && word >> 13 == 4)
			pm_operation_writes(op, names[base]);
		else if ((word & 3) != 1)
			pm_operation_writes(op, names[(word & 3) ? rd : low]);
		if ((word & 3) == 1 && word >> 13 == 5)
			op->jump = true;
		snprintf(text, 80, ".insn 0x%04x", word);
		return true;
	}
}

bool pm_riscv_extra(const uint8_t *code, size_t size, uint64_t addr, struct pm_operation *op, char text[80])
{
	if (size < 2)
		return false;
	if ((code[0] & 3) != 3)
		return compressed((uint16_t)(code[0] | code[1] << 8), addr, op, text);
	if (size < 4)
		return false;
	return wide((uint32_t)code[0] | (uint32_t)code[1] << 8 | (uint32_t)code[2] << 16 |
			    (uint32_t)code[3] << 24,
		    addr, op, text);
}

#include "decode/disasm_arch.h"

#include "decode/bits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* How wide an access is and which way, by mnemonic: the longest prefix counts. */
struct mnemonic {
	const char *prefix;
	unsigned size; /* bytes of one register; 0: by the register's width */
	bool read, write;
};

static const struct mnemonic *find_mnemonic(const struct mnemonic *rows, size_t n, const char *name)
{
	const struct mnemonic *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < n; i++) {
		size_t length = strlen(rows[i].prefix);

		if (length > longest && !strncmp(name, rows[i].prefix, length)) {
			best = &rows[i];
			longest = length;
		}
	}
	return best;
}

/* ---- arm64 ---- */

static const struct mnemonic arm64_accesses[] = {
	{ "ldrb", 1, true },
	{ "ldrsb", 1, true },
	{ "ldurb", 1, true },
	{ "ldursb", 1, true },
	{ "ldtrb", 1, true },
	{ "ldtrsb", 1, true },
	{ "ldarb", 1, true },
	{ "ldxrb", 1, true },
	{ "ldaxrb", 1, true },
	{ "ldrh", 2, true },
	{ "ldrsh", 2, true },
	{ "ldurh", 2, true },
	{ "ldursh", 2, true },
	{ "ldtrh", 2, true },
	{ "ldtrsh", 2, true },
	{ "ldarh", 2, true },
	{ "ldxrh", 2, true },
	{ "ldaxrh", 2, true },
	{ "ldrsw", 4, true },
	{ "ldursw", 4, true },
	{ "ldtrsw", 4, true },
	{ "ldpsw", 4, true },
	{ "ld", 0, true },
	{ "strb", 1, false, true },
	{ "sturb", 1, false, true },
	{ "sttrb", 1, false, true },
	{ "stlrb", 1, false, true },
	{ "stxrb", 1, false, true },
	{ "stlxrb", 1, false, true },
	{ "strh", 2, false, true },
	{ "sturh", 2, false, true },
	{ "sttrh", 2, false, true },
	{ "stlrh", 2, false, true },
	{ "stxrh", 2, false, true },
	{ "stlxrh", 2, false, true },
	{ "st", 0, false, true },
};

/* "w3" → "x3". */
static void arm64_name(char to[8], csh handle, unsigned reg)
{
	const char *name = cs_reg_name(handle, reg);

	pm_reg_name_set(to, name);
	if (name && name[0] == 'w' && pm_is_digit(name[1]))
		to[0] = 'x';
	if (name && (!strcmp(name, "wsp")))
		pm_reg_name_set(to, "sp");
}

void pm_arm64_operation(const struct pm_disasm *dis, const cs_insn *insn, struct pm_operation *op)
{
	const cs_arm64 *detail = &insn->detail->arm64;
	const struct mnemonic *access =
		find_mnemonic(arm64_accesses, PM_COUNT(arm64_accesses), insn->mnemonic);
	unsigned width = 0, registers = 0;
	bool exclusive_store = !strncmp(insn->mnemonic, "stxr", 4) || !strncmp(insn->mnemonic, "stlxr", 5);
	char name[8];

	op->call = insn->id == ARM64_INS_BL || insn->id == ARM64_INS_BLR;
	op->jump =
		(insn->id == ARM64_INS_B && (detail->cc == ARM64_CC_AL || detail->cc == ARM64_CC_INVALID)) ||
		insn->id == ARM64_INS_BR || insn->id == ARM64_INS_RET;
	if (insn->id == ARM64_INS_RET)
		op->kind = PM_INSN_RETURN;
	if ((insn->id == ARM64_INS_MOVZ || insn->id == ARM64_INS_MOV) && detail->op_count == 2 &&
	    detail->operands[1].type == ARM64_OP_IMM && detail->operands[1].shift.type == ARM64_SFT_INVALID) {
		op->is_constant = true;
		op->constant = (uint64_t)detail->operands[1].imm;
	}
	for (unsigned i = 0; i < detail->op_count; i++) {
		const cs_arm64_op *operand = &detail->operands[i];

		if (operand->type == ARM64_OP_REG) {
			const char *plain = cs_reg_name(dis->handle, operand->reg);

			arm64_name(name, dis->handle, operand->reg);
			if (operand->access & CS_AC_WRITE)
				pm_operation_writes(op, name);
			if (exclusive_store && i == 0)
				continue; /* the status */
			registers++;
			if (plain && !width)
				width = plain[0] == 'w' || plain[0] == 's' ? 4 : plain[0] == 'q' ? 16 : 8;
			if (!op->value[0])
				pm_reg_name_set(op->value, name);
			continue;
		}
		if (operand->type != ARM64_OP_MEM || !access)
			continue;
		struct pm_memory_operand *mem = pm_operation_memory(op);

		arm64_name(mem->base, dis->handle, operand->mem.base);
		if (operand->mem.index) {
			arm64_name(mem->index, dis->handle, operand->mem.index);
			if (operand->ext == ARM64_EXT_UXTW || operand->ext == ARM64_EXT_SXTW)
				mem->index_bits = 32;
			mem->index_signed = operand->ext == ARM64_EXT_SXTW;
			if (operand->shift.type == ARM64_SFT_LSL && operand->shift.value < 8)
				mem->scale = 1u << operand->shift.value;
		}
		mem->displacement = operand->mem.disp;
		mem->read = access->read;
		mem->write = access->write;
		mem->size = access->size ? access->size : width;
		if (registers > 1)
			mem->size *= 2; /* a pair */
		if (detail->writeback)
			pm_operation_writes(op, mem->base);
	}
	/* clear_page and memset: the block's size is the machine's */
	if (!strncmp(insn->mnemonic, "dc", 3) && strstr(insn->op_str, "zva") && op->value[0]) {
		struct pm_memory_operand *mem = pm_operation_memory(op);

		pm_reg_name_set(mem->base, op->value);
		mem->write = true;
		op->value[0] = 0;
	}
	if (exclusive_store && op->memories && registers <= 1 && op->memory[0].size > 8)
		op->memory[0].size = 8;
}

/* The atomics of ARMv8.1 (LSE), Arm ARM C4.1.94: the kernel's atomics, locks and counters are made of them.
 */
bool pm_arm64_extra(const uint8_t *code, size_t size, uint64_t addr, struct pm_operation *op, char text[80])
{
	static const char *const names[] = { "ldadd",  "ldclr",  "ldeor",  "ldset", "ldsmax",
					     "ldsmin", "ldumax", "ldumin", "swp" };
	static const char *const orders[] = { "", "l", "a", "al" };
	static const char *const widths[] = { "b", "h", "", "" };
	uint32_t word;

	(void)addr;
	if (size < 4)
		return false;
	word = (uint32_t)code[0] | (uint32_t)code[1] << 8 | (uint32_t)code[2] << 16 | (uint32_t)code[3] << 24;
	unsigned log = word >> 30, rs = word >> 16 & 31, rn = word >> 5 & 31, rt = word & 31,
		 opc = word >> 12 & 15;
	char reg = log == 3 ? 'x' : 'w', base[8];

	snprintf(base, sizeof(base), rn == 31 ? "sp" : "x%u", rn);
	if ((word & 0x3f200c00) == 0x38200000 && opc <= 8) {
		snprintf(text, 80, "%s%s%s %c%u, %c%u, [%s]", names[opc], orders[word >> 22 & 3], widths[log],
			 reg, rs, reg, rt, base);
	} else if ((word & 0x3fa07c00) == 0x08a07c00) {
		snprintf(text, 80, "cas%s%s %c%u, %c%u, [%s]",
			 orders[(word >> 22 & 1) << 1 | (word >> 15 & 1)], widths[log], reg, rs, reg, rt,
			 base);
	} else {
		return false;
	}
	struct pm_memory_operand *mem = pm_operation_memory(op);

	op->size = 4;
	pm_reg_name_set(mem->base, base);
	mem->size = 1u << log;
	mem->read = mem->write = true;
	if (rs != 31)
		snprintf(op->value, sizeof(op->value), "x%u", rs);
	if (rt != 31) {
		char name[8];

		snprintf(name, sizeof(name), "x%u", rt);
		pm_operation_writes(op, name);
	}
	return true;
}

/* ---- arm ---- */

static const struct mnemonic arm_accesses[] = {
	{ "ldrb", 1, true },          { "ldrsb", 1, true },         { "ldrh", 2, true },
	{ "ldrsh", 2, true },         { "ldrd", 8, true },          { "ldr", 4, true },
	{ "ldrex", 4, true },         { "ldrexb", 1, true },        { "ldrexh", 2, true },
	{ "ldrexd", 8, true },        { "strb", 1, false, true },   { "strh", 2, false, true },
	{ "strd", 8, false, true },   { "str", 4, false, true },    { "strex", 4, false, true },
	{ "strexb", 1, false, true }, { "strexh", 2, false, true }, { "strexd", 8, false, true },
	{ "ldm", 4, true },           { "stm", 4, false, true },    { "push", 4, false, true },
	{ "pop", 4, true },
};

static void arm_name(char to[8], csh handle, unsigned reg)
{
	const char *name = cs_reg_name(handle, reg);

	pm_reg_name_set(to, !name ? "" : !strcmp(name, "sb") ? "r9" : !strcmp(name, "sl") ? "r10" : name);
}

void pm_arm_operation(const struct pm_disasm *dis, const cs_insn *insn, struct pm_operation *op)
{
	const cs_arm *detail = &insn->detail->arm;
	const struct mnemonic *access = find_mnemonic(arm_accesses, PM_COUNT(arm_accesses), insn->mnemonic);
	bool stack = insn->id == ARM_INS_PUSH || insn->id == ARM_INS_POP;
	bool several = stack || !strncmp(insn->mnemonic, "ldm", 3) || !strncmp(insn->mnemonic, "stm", 3);
	char name[8];

	op->call = insn->id == ARM_INS_BL || insn->id == ARM_INS_BLX;
	op->jump = (insn->id == ARM_INS_B || insn->id == ARM_INS_BX) && detail->cc == ARM_CC_AL;
	if (several && access) {
		struct pm_memory_operand *mem = pm_operation_memory(op);
		unsigned count = detail->op_count - (stack ? 0 : 1);
		bool down = insn->id == ARM_INS_PUSH || strstr(insn->mnemonic, "db");

		if (stack)
			pm_reg_name_set(mem->base, "sp");
		else if (detail->op_count && detail->operands[0].type == ARM_OP_REG)
			arm_name(mem->base, dis->handle, (unsigned)detail->operands[0].reg);
		mem->displacement = down ? -4 * (int64_t)count : 0;
		mem->size = 4;
		mem->read = access->read;
		mem->write = access->write;
		mem->implicit = stack;
	}
	for (unsigned i = 0; i < detail->op_count; i++) {
		const cs_arm_op *operand = &detail->operands[i];

		if (operand->type == ARM_OP_REG) {
			arm_name(name, dis->handle, (unsigned)operand->reg);
			if ((operand->access & CS_AC_WRITE) && insn->id != ARM_INS_PUSH)
				pm_operation_writes(op, name);
			if (!op->value[0] && !several)
				pm_reg_name_set(op->value, name);
			continue;
		}
		if (operand->type != ARM_OP_MEM || !access || several)
			continue;
		struct pm_memory_operand *mem = pm_operation_memory(op);

		arm_name(mem->base, dis->handle, operand->mem.base);
		if (!strcmp(mem->base, "pc")) {
			mem->base[0] = 0;
			mem->pc_relative = true;
		}
		if (operand->mem.index) {
			arm_name(mem->index, dis->handle, operand->mem.index);
			if (operand->mem.lshift > 0 && operand->mem.lshift < 32)
				mem->scale = 1u << operand->mem.lshift;
			/* "[r2, r1, lsl #2]" stands in the operand's own shift. */
			if (operand->shift.type == ARM_SFT_LSL && operand->shift.value < 32)
				mem->scale = 1u << operand->shift.value;
			else if (operand->shift.type != ARM_SFT_INVALID)
				mem->scale = 0; /* turned or signed: not computed */
			if (operand->subtracted || operand->mem.scale < 0)
				mem->scale = 0; /* an index taken off: not computed */
		}
		mem->displacement = operand->mem.disp;
		mem->size = access->size;
		mem->read = access->read;
		mem->write = access->write;
		if (detail->writeback)
			pm_operation_writes(op, mem->base);
	}
}

/* ---- powerpc ---- */

static const struct mnemonic ppc_accesses[] = {
	{ "lbz", 1, true },          { "lbarx", 1, true },       { "lhz", 2, true },
	{ "lha", 2, true },          { "lhbrx", 2, true },       { "lharx", 2, true },
	{ "lwz", 4, true },          { "lwa", 4, true },         { "lwarx", 4, true },
	{ "lwbrx", 4, true },        { "lfs", 4, true },         { "ld", 8, true },
	{ "ldarx", 8, true },        { "ldbrx", 8, true },       { "lfd", 8, true },
	{ "lvx", 16, true },         { "lxv", 16, true },        { "stb", 1, false, true },
	{ "sth", 2, false, true },   { "stw", 4, false, true },  { "stfs", 4, false, true },
	{ "std", 8, false, true },   { "stfd", 8, false, true }, { "stvx", 16, false, true },
	{ "stxv", 16, false, true }, { "lmw", 4, true },         { "stmw", 4, false, true },
};

void pm_ppc_operation(const struct pm_disasm *dis, const cs_insn *insn, struct pm_operation *op)
{
	const cs_ppc *detail = &insn->detail->ppc;
	const struct mnemonic *access = find_mnemonic(ppc_accesses, PM_COUNT(ppc_accesses), insn->mnemonic);
	size_t n = strlen(insn->mnemonic);
	bool indexed = access && n && (insn->mnemonic[n - 1] == 'x' || !strcmp(insn->mnemonic + n - 2, "x."));
	bool store = access && access->write;
	const char *names[3] = { 0 };

	op->call = insn->id == PPC_INS_BL || insn->id == PPC_INS_BLA || insn->id == PPC_INS_BCTRL ||
		   insn->id == PPC_INS_BLRL;
	op->jump = insn->id == PPC_INS_B || insn->id == PPC_INS_BLR || insn->id == PPC_INS_BCTR;
	for (unsigned i = 0; i < detail->op_count; i++) {
		const cs_ppc_op *operand = &detail->operands[i];

		if (operand->type == PPC_OP_REG && i < 3)
			names[i] = cs_reg_name(dis->handle, operand->reg);
		if (operand->type == PPC_OP_REG && i == 0) {
			pm_reg_name_set(op->value, names[0]);
			if (!store && strncmp(insn->mnemonic, "cmp", 3) && strncmp(insn->mnemonic, "mt", 2) &&
			    strncmp(insn->mnemonic, "td", 2) && strncmp(insn->mnemonic, "tw", 2))
				pm_operation_writes(op, names[0]);
		}
		if (operand->type == PPC_OP_MEM && access) {
			struct pm_memory_operand *mem = pm_operation_memory(op);
			const char *base = cs_reg_name(dis->handle, operand->mem.base);

			mem->base_zero = !base || !strcmp(base, "r0") || !strcmp(base, "0");
			pm_reg_name_set(mem->base, mem->base_zero ? "" : base);
			mem->displacement = operand->mem.disp;
			mem->size = access->size;
			mem->read = access->read;
			mem->write = access->write;
			if (n > 1 && insn->mnemonic[n - 1] == 'u')
				pm_operation_writes(op, mem->base);
		}
	}
	if (indexed && !op->memories && detail->op_count >= 2) {
		struct pm_memory_operand *mem = pm_operation_memory(op);
		const char *base = names[1], *index = names[2];

		if (detail->op_count >= 3 && base && strcmp(base, "0") && strcmp(base, "r0"))
			pm_reg_name_set(mem->base, base);
		pm_reg_name_set(mem->index, detail->op_count >= 3 ? index : base);
		mem->size = access->size;
		mem->read = access->read;
		mem->write = access->write;
	}
}

/* ---- mips ---- */

static const struct mnemonic mips_accesses[] = {
	{ "lb", 1, true },        { "lh", 2, true },        { "lw", 4, true },
	{ "ll", 4, true },        { "ld", 8, true },        { "lld", 8, true },
	{ "sb", 1, false, true }, { "sh", 2, false, true }, { "sw", 4, false, true },
	{ "sc", 4, false, true }, { "sd", 8, false, true }, { "scd", 8, false, true },
};

/* The library's names are of the o32 ABI; the kernel prints numbers. */
static void mips_name(char to[8], csh handle, unsigned reg)
{
	static const char *const names[] = { "zero", "at", "v0", "v1", "a0", "a1", "a2", "a3",
					     "t0",   "t1", "t2", "t3", "t4", "t5", "t6", "t7",
					     "s0",   "s1", "s2", "s3", "s4", "s5", "s6", "s7",
					     "t8",   "t9", "k0", "k1", "gp", "sp", "fp", "ra" };
	const char *name = cs_reg_name(handle, reg);

	pm_reg_name_set(to, name);
	for (unsigned i = 0; name && i < PM_COUNT(names); i++)
		if (!strcmp(names[i], name))
			snprintf(to, 8, "r%u", i);
}

void pm_mips_operation(const struct pm_disasm *dis, const cs_insn *insn, struct pm_operation *op)
{
	const cs_mips *detail = &insn->detail->mips;
	const struct mnemonic *access = find_mnemonic(mips_accesses, PM_COUNT(mips_accesses), insn->mnemonic);
	char name[8];

	op->call = insn->id == MIPS_INS_JAL || insn->id == MIPS_INS_JALR || insn->id == MIPS_INS_BAL;
	op->jump = insn->id == MIPS_INS_J || insn->id == MIPS_INS_JR || insn->id == MIPS_INS_B;
	for (unsigned i = 0; i < detail->op_count; i++) {
		const cs_mips_op *operand = &detail->operands[i];

		if (operand->type == MIPS_OP_REG && i == 0) {
			mips_name(name, dis->handle, operand->reg);
			pm_reg_name_set(op->value, name);
			if (!(access && access->write) && insn->mnemonic[0] != 'b' &&
			    insn->mnemonic[0] != 't')
				pm_operation_writes(op, name);
		}
		if (operand->type == MIPS_OP_MEM && access) {
			struct pm_memory_operand *mem = pm_operation_memory(op);

			mips_name(mem->base, dis->handle, operand->mem.base);
			mem->displacement = operand->mem.disp;
			mem->size = access->size;
			mem->read = access->read;
			mem->write = access->write;
		}
	}
}

/* ---- s390 ---- */

static const struct mnemonic s390_accesses[] = {
	{ "lg", 8, true },
	{ "ltg", 8, true },
	{ "lgf", 4, true },
	{ "llgf", 4, true },
	{ "lgh", 2, true },
	{ "llgh", 2, true },
	{ "lgb", 1, true },
	{ "llgc", 1, true },
	{ "llc", 1, true },
	{ "llh", 2, true },
	{ "l", 4, true },
	{ "lt", 4, true },
	{ "lh", 2, true },
	{ "lb", 1, true },
	{ "ic", 1, true },
	{ "lmg", 8, true },
	{ "lm", 4, true },
	{ "c", 4, true },
	{ "cg", 8, true },
	{ "cl", 4, true },
	{ "clg", 8, true },
	{ "cli", 1, true },
	{ "ch", 2, true },
	{ "clghsi", 8, true },
	{ "cghsi", 8, true },
	{ "clfhsi", 4, true },
	{ "chsi", 4, true },
	{ "tm", 1, true },
	{ "a", 4, true },
	{ "ag", 8, true },
	{ "s", 4, true },
	{ "sg", 8, true },
	{ "n", 4, true },
	{ "ng", 8, true },
	{ "og", 8, true },
	{ "xg", 8, true },
	{ "st", 4, false, true },
	{ "stg", 8, false, true },
	{ "sth", 2, false, true },
	{ "stc", 1, false, true },
	{ "stmg", 8, false, true },
	{ "stm", 4, false, true },
	{ "mvi", 1, false, true },
	{ "mvhi", 4, false, true },
	{ "mvghi", 8, false, true },
	{ "mvhhi", 2, false, true },
	{ "cs", 4, true, true },
	{ "csg", 8, true, true },
	{ "laa", 4, true, true },
	{ "laag", 8, true, true },
	{ "asi", 4, true, true },
	{ "agsi", 8, true, true },
	{ "oi", 1, true, true },
	{ "ni", 1, true, true },
};

/* The library calls general register 2 "2" or "%r2" by version. */
static void s390_name(char to[8], csh handle, unsigned reg)
{
	const char *name = reg ? cs_reg_name(handle, reg) : NULL;

	if (name && name[0] == '%')
		name++;
	if (name && pm_is_digit(name[0]))
		snprintf(to, 8, "r%u", (unsigned)strtoul(name, NULL, 10));
	else
		pm_reg_name_set(to, name);
}

/* Register 0 as a base or index means none. */
static void s390_address_name(char to[8], csh handle, unsigned reg)
{
	s390_name(to, handle, reg);
	if (!strcmp(to, "r0"))
		to[0] = 0;
}

void pm_s390_operation(const struct pm_disasm *dis, const cs_insn *insn, struct pm_operation *op)
{
	const cs_sysz *detail = &insn->detail->sysz;
	const struct mnemonic *access = NULL;
	unsigned memories = 0;

	for (size_t i = 0; i < PM_COUNT(s390_accesses); i++)
		if (!strcmp(s390_accesses[i].prefix, insn->mnemonic))
			access = &s390_accesses[i];
	op->call = !strncmp(insn->mnemonic, "bras", 4) || !strncmp(insn->mnemonic, "bas", 3);
	op->jump = !strcmp(insn->mnemonic, "j") || !strcmp(insn->mnemonic, "jg") ||
		   !strcmp(insn->mnemonic, "br");
	for (unsigned i = 0; i < detail->op_count; i++) {
		const cs_sysz_op *operand = &detail->operands[i];

		if (operand->type == SYSZ_OP_REG && i == 0) {
			char name[8];

			s390_name(name, dis->handle, operand->reg);
			pm_reg_name_set(op->value, name);
			if (!(access && access->write) && insn->mnemonic[0] != 'c')
				pm_operation_writes(op, name);
		}
		if (operand->type != SYSZ_OP_MEM)
			continue;
		bool copies = !strcmp(insn->mnemonic, "mvc") || !strcmp(insn->mnemonic, "xc") ||
			      !strcmp(insn->mnemonic, "oc") || !strcmp(insn->mnemonic, "nc");
		bool compares = !strcmp(insn->mnemonic, "clc");

		if (!access && !copies && !compares)
			continue;
		struct pm_memory_operand *mem = pm_operation_memory(op);

		s390_address_name(mem->base, dis->handle, operand->mem.base);
		s390_address_name(mem->index, dis->handle, operand->mem.index);
		mem->base_zero = !mem->base[0] && !mem->index[0];
		mem->displacement = operand->mem.disp;
		if (copies || compares) {
			mem->size = operand->mem.length <= 256 ? (unsigned)operand->mem.length : 0;
			mem->write = copies && memories == 0;
			mem->read = !mem->write;
			memories++;
		} else {
			mem->size = access->size;
			mem->read = access->read;
			mem->write = access->write;
		}
	}
}

#include "decode/disasm_arch.h"

#include "decode/bits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The full-width register that a part belongs to. */
static const char *const families_64[][5] = {
	{ "rax", "eax", "ax", "al", "ah" }, { "rbx", "ebx", "bx", "bl", "bh" },
	{ "rcx", "ecx", "cx", "cl", "ch" }, { "rdx", "edx", "dx", "dl", "dh" },
	{ "rsi", "esi", "si", "sil" },      { "rdi", "edi", "di", "dil" },
	{ "rbp", "ebp", "bp", "bpl" },      { "rsp", "esp", "sp", "spl" },
};

static void family(char to[8], csh handle, unsigned reg, bool is_64)
{
	const char *name = cs_reg_name(handle, reg);

	to[0] = 0;
	if (!name)
		return;
	for (size_t i = 0; i < PM_COUNT(families_64); i++)
		for (size_t j = 0; j < 5 && families_64[i][j]; j++)
			if (!strcmp(families_64[i][j], name)) {
				pm_reg_name_set(to, families_64[i][is_64 ? 0 : 1]);
				return;
			}
	/* r8d → r8 */
	if (name[0] == 'r' && pm_is_digit(name[1])) {
		snprintf(to, 8, "r%u", (unsigned)strtoul(name + 1, NULL, 10));
		return;
	}
	pm_reg_name_set(to, name);
}

static bool is_general(const char *name, bool is_64)
{
	return name[0] == (is_64 ? 'r' : 'e') && strcmp(name, "rip") && strcmp(name, "es");
}

enum direction { AS_TOLD, NONE, READS, WRITES, BOTH };

/* Where the library's access flags are wrong or missing (capstone 4.0). */
static const struct {
	unsigned id;
	enum direction how;
} directions[] = {
	{ X86_INS_LEA, NONE },         { X86_INS_NOP, NONE },        { X86_INS_INVLPG, NONE },
	{ X86_INS_PREFETCHNTA, NONE }, { X86_INS_PREFETCHT0, NONE }, { X86_INS_PREFETCHT1, NONE },
	{ X86_INS_PREFETCHT2, NONE },  { X86_INS_PREFETCHW, NONE },  { X86_INS_PREFETCH, NONE },
	{ X86_INS_CMPXCHG, BOTH },     { X86_INS_CMPXCHG8B, BOTH },  { X86_INS_CMPXCHG16B, BOTH },
	{ X86_INS_XADD, BOTH },        { X86_INS_XCHG, BOTH },       { X86_INS_STOSB, WRITES },
	{ X86_INS_STOSW, WRITES },     { X86_INS_STOSD, WRITES },    { X86_INS_STOSQ, WRITES },
	{ X86_INS_CMP, READS },        { X86_INS_TEST, READS },      { X86_INS_BT, READS },
	{ X86_INS_BTS, BOTH },         { X86_INS_BTR, BOTH },        { X86_INS_BTC, BOTH },
	{ X86_INS_PUSH, READS },       { X86_INS_POP, WRITES },      { X86_INS_CALL, READS },
	{ X86_INS_JMP, READS },        { X86_INS_FXSAVE, WRITES },   { X86_INS_FXSAVE64, WRITES },
	{ X86_INS_XSAVE, WRITES },     { X86_INS_XSAVE64, WRITES },  { X86_INS_FXRSTOR, READS },
	{ X86_INS_FXRSTOR64, READS },  { X86_INS_XRSTOR, READS },    { X86_INS_XRSTOR64, READS },
	{ X86_INS_CLFLUSH, READS },    { X86_INS_MOVNTI, WRITES },   { X86_INS_MOVNTDQ, WRITES },
	{ X86_INS_MOVBE, AS_TOLD },    { X86_INS_NEG, BOTH },        { X86_INS_NOT, BOTH },
};

static enum direction direction_of(unsigned id)
{
	for (size_t i = 0; i < PM_COUNT(directions); i++)
		if (directions[i].id == id)
			return directions[i].how;
	return AS_TOLD;
}

static bool in_group(const cs_insn *insn, unsigned group)
{
	for (unsigned i = 0; i < insn->detail->groups_count; i++)
		if (insn->detail->groups[i] == group)
			return true;
	return false;
}

/* Pushes and calls write below the stack pointer, pops and returns read at it. */
static void stack_operand(const cs_insn *insn, struct pm_operation *op, bool is_64)
{
	unsigned word = is_64 ? 8 : 4;
	bool down, up;

	switch (insn->id) {
	case X86_INS_PUSH:
	case X86_INS_PUSHFQ:
	case X86_INS_PUSHFD:
	case X86_INS_CALL:
		down = true;
		up = false;
		break;
	case X86_INS_POP:
	case X86_INS_POPFQ:
	case X86_INS_POPFD:
	case X86_INS_RET:
		down = false;
		up = true;
		break;
	case X86_INS_LEAVE: {
		struct pm_memory_operand *mem = pm_operation_memory(op);

		pm_reg_name_set(mem->base, is_64 ? "rbp" : "ebp");
		mem->size = word;
		mem->read = mem->implicit = true;
		return;
	}
	default:
		return;
	}
	struct pm_memory_operand *mem = pm_operation_memory(op);

	pm_reg_name_set(mem->base, is_64 ? "rsp" : "esp");
	mem->displacement = down ? -(int64_t)word : 0;
	mem->size = word;
	mem->write = down;
	mem->read = up;
	mem->implicit = true;
}

static enum pm_insn_kind kind_of(unsigned id)
{
	static const struct {
		unsigned id;
		enum pm_insn_kind kind;
	} rows[] = {
		{ X86_INS_RET, PM_INSN_RETURN },      { X86_INS_DIV, PM_INSN_DIVIDE },
		{ X86_INS_IDIV, PM_INSN_DIVIDE },     { X86_INS_UD2, PM_INSN_TRAP },
		{ X86_INS_INT3, PM_INSN_BREAKPOINT },
	};

	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (rows[i].id == id)
			return rows[i].kind;
	return PM_INSN_OTHER;
}

void pm_x86_operation(const struct pm_disasm *dis, const cs_insn *insn, struct pm_operation *op)
{
	const cs_x86 *x86 = &insn->detail->x86;
	csh handle = dis->handle;
	bool is_64 = dis->arch->arch == PM_X86_64;
	enum direction how = direction_of(insn->id);
	char name[8];

	op->call = in_group(insn, X86_GRP_CALL);
	op->jump = insn->id == X86_INS_JMP || insn->id == X86_INS_RET || insn->id == X86_INS_IRETQ ||
		   insn->id == X86_INS_IRETD || insn->id == X86_INS_UD2 || insn->id == X86_INS_INT3;
	op->kind = kind_of(insn->id);
	/* AT&T's order: the source comes first. */
	if ((insn->id == X86_INS_MOV || insn->id == X86_INS_MOVABS) && x86->op_count == 2 &&
	    x86->operands[0].type == X86_OP_IMM && x86->operands[1].type == X86_OP_REG &&
	    x86->operands[1].size >= 4) {
		op->is_constant = true;
		op->constant = x86->operands[1].size == 4 ? (uint32_t)x86->operands[0].imm
							  : (uint64_t)x86->operands[0].imm;
	}
	if (insn->id == X86_INS_XOR && x86->op_count == 2 && x86->operands[0].type == X86_OP_REG &&
	    x86->operands[1].type == X86_OP_REG && x86->operands[0].reg == x86->operands[1].reg &&
	    x86->operands[0].size >= 4)
		op->is_constant = true; /* 0 */
	op->repeats = x86->prefix[0] == X86_PREFIX_REP || x86->prefix[0] == X86_PREFIX_REPNE;
	for (unsigned i = 0; i < x86->op_count; i++) {
		const cs_x86_op *operand = &x86->operands[i];

		if (operand->type == X86_OP_REG) {
			family(name, handle, operand->reg, is_64);
			bool written = operand->access & CS_AC_WRITE || insn->id == X86_INS_XCHG ||
				       insn->id == X86_INS_XADD;

			if (written)
				pm_operation_writes(op, name);
			if (is_general(name, is_64) && !op->value[0]) {
				pm_reg_name_set(op->value, name);
				op->value_size = operand->size;
			}
			continue;
		}
		if (operand->type != X86_OP_MEM || how == NONE)
			continue;
		struct pm_memory_operand *mem = pm_operation_memory(op);

		if (operand->mem.base == X86_REG_RIP || operand->mem.base == X86_REG_EIP)
			mem->pc_relative = true;
		else if (operand->mem.base)
			family(mem->base, handle, operand->mem.base, is_64);
		if (operand->mem.index && operand->mem.index != X86_REG_RIZ &&
		    operand->mem.index != X86_REG_EIZ)
			family(mem->index, handle, operand->mem.index, is_64);
		mem->scale = (unsigned)(operand->mem.scale ? operand->mem.scale : 1);
		mem->displacement = operand->mem.disp;
		mem->base_32 = x86->addr_size == 4;
		mem->base_zero = !mem->base[0] && !mem->index[0] && !mem->pc_relative;
		if (operand->mem.segment == X86_REG_GS)
			pm_reg_name_set(name, "gs");
		else if (operand->mem.segment == X86_REG_FS)
			pm_reg_name_set(name, "fs");
		else
			name[0] = 0;
		memcpy(mem->segment, name, sizeof(mem->segment) - 1);
		mem->size = operand->size;
		mem->read = how == AS_TOLD ? operand->access & CS_AC_READ : how == READS || how == BOTH;
		mem->write = how == AS_TOLD ? operand->access & CS_AC_WRITE : how == WRITES || how == BOTH;
		/* The operands of a string move: source, then destination, in AT&T order. */
		if (insn->id == X86_INS_MOVSB || insn->id == X86_INS_MOVSW || insn->id == X86_INS_MOVSD ||
		    insn->id == X86_INS_MOVSQ) {
			if (!mem->index[0] && !mem->displacement &&
			    (!strcmp(mem->base, "rdi") || !strcmp(mem->base, "edi"))) {
				mem->write = true;
				mem->read = false;
			}
		}
	}
	for (unsigned i = 0; i < insn->detail->regs_write_count; i++) {
		family(name, handle, insn->detail->regs_write[i], is_64);
		if (is_general(name, is_64))
			pm_operation_writes(op, name);
	}
	stack_operand(insn, op, is_64);
}

static bool is_shift(unsigned id)
{
	return id == X86_INS_SHL || id == X86_INS_SHR || id == X86_INS_SAR || id == X86_INS_SAL ||
	       id == X86_INS_ROL || id == X86_INS_ROR || id == X86_INS_RCL || id == X86_INS_RCR;
}

/* What compilers and the kernel's assembly hardly ever write, but data and misaligned bytes read as. */
unsigned pm_x86_oddity(const cs_insn *insn)
{
	static const unsigned odd[] = {
		X86_INS_IN,     X86_INS_INSB,  X86_INS_INSD,  X86_INS_INSW,  X86_INS_OUT,    X86_INS_OUTSB,
		X86_INS_OUTSD,  X86_INS_OUTSW, X86_INS_HLT,   X86_INS_AAA,   X86_INS_AAD,    X86_INS_AAM,
		X86_INS_AAS,    X86_INS_DAA,   X86_INS_DAS,   X86_INS_INTO,  X86_INS_LOOP,   X86_INS_LOOPE,
		X86_INS_LOOPNE, X86_INS_XLATB, X86_INS_ENTER, X86_INS_LJMP,  X86_INS_LCALL,  X86_INS_RETF,
		X86_INS_RETFQ,  X86_INS_INT,   X86_INS_INT1,  X86_INS_JECXZ, X86_INS_JRCXZ,  X86_INS_CMC,
		X86_INS_STC,    X86_INS_CLC,   X86_INS_STD,   X86_INS_LAHF,  X86_INS_SAHF,   X86_INS_ARPL,
		X86_INS_BOUND,  X86_INS_LES,   X86_INS_LDS,   X86_INS_IRET,  X86_INS_IRETD,  X86_INS_SALC,
		X86_INS_CMPSB,  X86_INS_CMPSD, X86_INS_SCASB, X86_INS_SCASD, X86_INS_LODSB,  X86_INS_LODSD,
		X86_INS_WAIT,   X86_INS_RCL,   X86_INS_RCR,   X86_INS_POPFQ, X86_INS_PUSHFQ, X86_INS_XCHG,
	};
	const cs_x86 *x86 = &insn->detail->x86;
	unsigned cost = 0;

	for (size_t i = 0; i < PM_COUNT(odd); i++)
		if (insn->id == odd[i])
			cost += odd[i] == X86_INS_XCHG || odd[i] == X86_INS_POPFQ || odd[i] == X86_INS_PUSHFQ
					? 2
					: 6;
	if (insn->id == X86_INS_ADD && insn->size == 2 && !insn->bytes[0] && !insn->bytes[1])
		cost += 8; /* zeros */
	if (insn->id == X86_INS_ADD && !x86->opcode[0])
		cost += 3; /* add %r8,(mem): 00 xx */
	if (in_group(insn, X86_GRP_FPU) || (x86->opcode[0] >= 0xd8 && x86->opcode[0] <= 0xdf))
		cost += 4;
	/* A REX prefix that another prefix makes void, an empty REX. */
	if (x86->rex == 0x40 && insn->size < 3)
		cost += 2;
	/* ES, CS, SS, DS overrides mean nothing in 64-bit code, except in padding. */
	if (insn->id != X86_INS_NOP && (x86->prefix[1] == X86_PREFIX_CS || x86->prefix[1] == X86_PREFIX_ES ||
					x86->prefix[1] == X86_PREFIX_SS))
		cost += 3;
	/* A shift by more than there is; arithmetic on half of the stack pointer. */
	if (is_shift(insn->id) && x86->op_count == 2 && x86->operands[0].type == X86_OP_IMM &&
	    x86->operands[0].imm >= 8 * (int64_t)x86->operands[1].size)
		cost += 4;
	for (unsigned i = 0; i < x86->op_count; i++)
		if (x86->operands[i].type == X86_OP_REG && x86->rex &&
		    (x86->operands[i].reg == X86_REG_SP || x86->operands[i].reg == X86_REG_SPL))
			cost += 3;
	/* Kernel code does not use absolute 32-bit addresses without a segment, nor far displacements of a
	 * base. */
	for (unsigned i = 0; i < x86->op_count; i++)
		if (x86->operands[i].type == X86_OP_REG &&
		    (x86->operands[i].reg == X86_REG_CS || x86->operands[i].reg == X86_REG_SS ||
		     x86->operands[i].reg == X86_REG_ES))
			cost += 2;
	return cost;
}

/* objdump leaves the size suffix out where a register tells the size. */
static bool drops_suffix(const cs_insn *insn)
{
	const cs_x86 *x86 = &insn->detail->x86;

	switch (insn->id) {
	case X86_INS_CALL:
	case X86_INS_JMP:
	case X86_INS_RET:
	case X86_INS_PUSH:
	case X86_INS_POP:
	case X86_INS_LEAVE:
		return true;
	default:
		break;
	}
	for (unsigned i = 0; i < x86->op_count; i++)
		if (x86->operands[i].type == X86_OP_REG &&
		    !(is_shift(insn->id) && i == 0 && x86->op_count > 1))
			return true;
	return false;
}

/* "-0x16" after a "$", for an operand of that many bytes, as objdump says it; advances *p past it. */
static void spell_negative(const cs_insn *insn, const char **p, struct pm_buf *out)
{
	const cs_x86 *x86 = &insn->detail->x86;
	unsigned size = 8;
	char *end;
	uint64_t value = -(uint64_t)strtoull(*p + 1, &end, 0);

	for (unsigned i = 0; i < x86->op_count; i++)
		if (x86->operands[i].size && x86->operands[i].size < size)
			size = x86->operands[i].size;
	if (size < 8)
		value &= (UINT64_C(1) << 8 * size) - 1;
	pm_buf_printf(out, "0x%" PRIx64, value);
	*p = end - 1;
}

void pm_x86_spell(csh handle, const cs_insn *insn, struct pm_buf *out)
{
	const char *name = cs_insn_name(handle, insn->id), *mnemonic = insn->mnemonic;
	const char *word = strrchr(mnemonic, ' ');
	size_t n = strlen(mnemonic), commas = 0;
	bool inside = false;
	char before = 0;

	word = word ? word + 1 : mnemonic;
	if (name && strlen(word) == strlen(name) + 1 && !strncmp(word, name, strlen(name)) &&
	    strchr("bwlq", mnemonic[n - 1]) && drops_suffix(insn))
		n--;
	pm_buf_add(out, mnemonic, n);
	if (insn->op_str[0])
		pm_buf_str(out, " ");
	for (const char *p = insn->op_str; *p; p++) {
		if (*p == ' ' && before == ',')
			continue;
		if (*p == '-' && before == '$' && pm_is_digit(p[1])) {
			spell_negative(insn, &p, out);
			before = '0';
			continue;
		}
		if (*p == '(') {
			inside = true;
			commas = 0;
		}
		if (inside && *p == ',')
			commas++;
		if (*p == ')') {
			if (inside && commas == 1)
				pm_buf_str(out, ",1"); /* (%rdx,%rax,1) */
			inside = false;
		}
		if (!inside && pm_is_digit(*p) && (!before || strchr("$,-*:", before)) && p[1] != 'x')
			pm_buf_str(out, "0x"); /* single digits are printed bare */
		pm_buf_add(out, p, 1);
		before = *p;
	}
}

/* ud1 with operands: how clang marks UBSAN and CFI traps; capstone 4 takes two bytes only. */
bool pm_x86_extra(const uint8_t *code, size_t size, uint64_t addr, struct pm_operation *op, char text[80])
{
	size_t at = 0;

	(void)addr;
	while (at < size && at < 2 && (code[at] == 0x67 || (code[at] & 0xf0) == 0x40))
		at++;
	if (size < at + 3 || code[at] != 0x0f || code[at + 1] != 0xb9)
		return false;
	unsigned mod = code[at + 2] >> 6, rm = code[at + 2] & 7;
	size_t more = mod == 1 ? 1 : mod == 2 ? 4 : 0;

	if (mod != 3 && rm == 4)
		more++;
	if (!mod && rm == 5)
		more += 4;
	if (size < at + 3 + more)
		return false;
	op->size = (unsigned)(at + 3 + more);
	op->jump = true;
	if (mod == 1 && rm != 4)
		snprintf(text, 80, "ud1 0x%x (trap of a sanitizer)", code[at + 3]);
	else
		snprintf(text, 80, "ud1");
	return true;
}

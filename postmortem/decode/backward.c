#include "decode/backward.h"

#include "decode/bits.h"
#include "decode/disasm.h"

/* Register copies that are followed: "mov %rdi,%rbx" only says where to look next. */
#define COPIES_MAX 6

/* What a called function may change, and where it leaves its result. */
static const struct {
	enum pm_arch arch;
	const char *result;
	const char *clobbered[20];
} calls[] = {
	{ PM_X86_64, "rax", { "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11" } },
	{ PM_I386, "eax", { "ecx", "edx" } },
	{ PM_ARM64,
	  "x0",
	  { "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
	    "x16", "x17", "x18" } },
	{ PM_ARM, "r0", { "r1", "r2", "r3", "ip", "lr" } },
	{ PM_RISCV64,
	  "a0",
	  { "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "ra" } },
	{ PM_PPC64, "r3", { "r0", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12" } },
	{ PM_S390X, "r2", { "r0", "r1", "r3", "r4", "r5", "r14" } },
	{ PM_MIPS,
	  "r2",
	  { "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "r24", "r25",
	    "r31" } },
};

enum after_call { KEPT, RESULT, LOST };

static enum after_call after_call(enum pm_arch arch, const char *reg)
{
	for (size_t i = 0; i < PM_COUNT(calls); i++) {
		if (calls[i].arch != arch)
			continue;
		if (!strcmp(calls[i].result, reg))
			return RESULT;
		for (size_t j = 0; j < PM_COUNT(calls[i].clobbered) && calls[i].clobbered[j]; j++)
			if (!strcmp(calls[i].clobbered[j], reg))
				return LOST;
		return KEPT;
	}
	return LOST;
}

static bool writes(const struct pm_operation *op, const char *reg)
{
	for (unsigned i = 0; i < op->writes_n; i++)
		if (!strcmp(op->writes[i], reg))
			return true;
	return false;
}

/* The base register of "lea 0x58(%rbx),%rdi", or false: an index takes part, or it is none. */
static bool lea_base(const char *text, char reg[8])
{
	const char *open = strchr(text, '('), *close = open ? strchr(open, ')') : NULL;

	if (strncmp(text, "lea ", 4) || !close || open[1] != '%' || close - open - 2 >= 8 ||
	    memchr(open, ',', (size_t)(close - open)))
		return false;
	memset(reg, 0, 8);
	memcpy(reg, open + 2, (size_t)(close - open - 2));
	return strcmp(reg, "rip") != 0;
}

/* Does the instruction make reg out of one other register, or itself, so that the
 * question moves on to that one?  Then reg becomes that register. */
static bool made_from(const struct pm_operation *op, const char *text, char reg[8])
{
	if (op->memories || op->writes_n > 2)
		return false;
	/* KASAN's check shifts the address it looks at. */
	if (!strncmp(text, "shr $0x3,", 9) || !strncmp(text, "sar $0x3,", 9))
		return true;
	if (lea_base(text, reg))
		return true;
	if (!op->value[0] || !strcmp(op->value, reg) || strncmp(text, "mov ", 4) || text[4] != '%')
		return false;
	memcpy(reg, op->value, sizeof(op->value));
	return true;
}

/* x86: "mov %esi,%edi" and its like leave nothing above bit 31. */
static bool clears_upper(const struct pm_incident *inc, const char *text, bool wide)
{
	const char *comma = strrchr(text, ',');

	if (!wide || inc->machine.arch != PM_X86_64 || strncmp(text, "mov ", 4) || !comma || comma[1] != '%')
		return false;
	size_t n = strlen(comma + 2);
	return comma[2] == 'e' ||
	       (comma[2] == 'r' && n >= 3 && comma[2 + n - 1] == 'd' && pm_is_digit(comma[3]));
}

static const char *const stack_pointers[] = { "rsp", "esp", "sp" };

static bool is_stack_pointer(enum pm_arch arch, const char *reg)
{
	for (size_t i = 0; i < PM_COUNT(stack_pointers); i++)
		if (!strcmp(stack_pointers[i], reg))
			return true;
	return (arch == PM_PPC64 && !strcmp(reg, "r1")) || (arch == PM_S390X && !strcmp(reg, "r15")) ||
	       (arch == PM_MIPS && !strcmp(reg, "r29"));
}

void pm_backward_decode(struct pm_incident *inc)
{
	struct pm_fault *fault = &inc->fault;
	struct pm_code_bytes *code = &inc->code;
	char reg[8] = "";
	const char *from = NULL;
	unsigned copies = 0;
	size_t i = 0;
	bool plain = true; /* only copied since: the value is the register's own */
	enum pm_origin origin = PM_ORIGIN_UNKNOWN;
	const struct pm_register *base =
		fault->base_reg ? pm_regs_find(pm_incident_regs(inc, PM_REGS_FAULT), fault->base_reg) : NULL;
	bool wide = base && base->value >> 32;

	if (!fault->base_reg || fault->base_from || strlen(fault->base_reg) >= sizeof(reg) ||
	    is_stack_pointer(inc->machine.arch, fault->base_reg))
		return;
	memcpy(reg, fault->base_reg, strlen(fault->base_reg));
	while (i < code->insns.n && !code->insns.v[i].marked)
		i++;
	if (i == code->insns.n)
		return;
	struct pm_disasm *dis = pm_disasm_new(inc);
	if (!dis)
		return;
	while (i-- > 0) {
		const struct pm_insn *insn = &code->insns.v[i];
		struct pm_operation op;

		if (!pm_disasm_one(dis, &inc->arena, insn->bytes, insn->size, insn->addr, &op, NULL))
			break;
		if (op.jump)
			break; /* what follows a jump is reached from elsewhere */
		if (op.call) {
			enum after_call fate = after_call(inc->machine.arch, reg);

			if (fate == RESULT)
				origin = PM_ORIGIN_RESULT;
			if (fate == RESULT)
				from = from ? pm_arena_printf(&inc->arena, "%s; %s", insn->text, from)
					    : insn->text;
			if (fate != KEPT)
				break;
			continue;
		}
		if (!writes(&op, reg))
			continue;
		/* A 32-bit move clears the upper half: where the register has one, the code before the mark is
		 * not what ran, or is not decoded from an instruction's start. */
		if (clears_upper(inc, insn->text, wide) && plain) {
			from = NULL;
			break;
		}
		/* A constant that is not what the register held did not run before the mark. */
		if (op.is_constant && plain && base && op.constant != base->value) {
			from = NULL;
			origin = PM_ORIGIN_UNKNOWN;
			break;
		}
		origin = op.is_constant ? PM_ORIGIN_CONSTANT
			 : op.memories  ? PM_ORIGIN_LOADED
					: PM_ORIGIN_COMPUTED;
		plain = plain && !strncmp(insn->text, "mov ", 4);
		from = from ? pm_arena_printf(&inc->arena, "%s; %s", insn->text, from) : insn->text;
		if (!made_from(&op, insn->text, reg) || is_stack_pointer(inc->machine.arch, reg) ||
		    ++copies > COPIES_MAX)
			break;
	}
	pm_disasm_free(dis);
	fault->base_from = from;
	fault->base_origin = from ? origin : PM_ORIGIN_UNKNOWN;
}

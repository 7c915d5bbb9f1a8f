#include "unwind/x86_64.h"

#include "symbols/bytes.h"

#include <string.h>

const char *pm_x86_reg_name(enum pm_x86_reg reg)
{
	static const char *const names[PM_X86_REGS] = {
		"r15", "r14", "r13", "r12", "rbp",      "rbx", "r11", "r10",    "r9",  "r8", "rax",
		"rcx", "rdx", "rsi", "rdi", "orig_rax", "rip", "cs",  "eflags", "rsp", "ss",
	};

	return names[reg];
}

const struct pm_orc_rule pm_x86_frame_pointer = { .type = PM_ORC_CALL,
						  .sp_base = PM_ORC_BP,
						  .sp_offset = 16,
						  .bp_base = PM_ORC_PREV_SP,
						  .bp_offset = -16 };
const struct pm_orc_rule pm_x86_no_code = { .type = PM_ORC_CALL, .sp_base = PM_ORC_SP, .sp_offset = 8 };

/* The registers that entry code saved, where bp points one past their beginning. */
static const struct pm_orc_rule saved_registers = { .type = PM_ORC_REGS,
						    .sp_base = PM_ORC_BP,
						    .sp_offset = -1 };

bool pm_x86_prologue(struct pm_space *space, uint64_t start, unsigned *push_out, unsigned *set_out)
{
	static const struct {
		uint8_t size, n;
		uint8_t bytes[5];
	} skipped[] = {
		{ 4, 4, { 0xf3, 0x0f, 0x1e, 0xfa } },       /* endbr64 */
		{ 5, 1, { 0xe8 } },                         /* call __fentry__ */
		{ 5, 5, { 0x0f, 0x1f, 0x44, 0x00, 0x00 } }, /* which was patched away */
		{ 5, 5, { 0x66, 0x66, 0x66, 0x66, 0x90 } }, /* so too */
	};
	static const uint8_t set[] = { 0x48, 0x89, 0xe5 }; /* mov %rsp,%rbp */
	enum { between = 16 };                             /* bytes that compilers schedule between the two */
	uint8_t code[48];
	unsigned at = 0, n = (unsigned)pm_space_read(space, start, code, sizeof(code), NULL);

	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		if (at + skipped[i].size < n && !memcmp(code + at, skipped[i].bytes, skipped[i].n))
			at += skipped[i].size;
	if (at >= n || code[at] != 0x55) /* push %rbp */
		return false;
	*push_out = at;
	for (unsigned i = at + 1; i + sizeof(set) <= n && i <= at + between; i++)
		if (!memcmp(code + i, set, sizeof(set))) {
			*set_out = i + (unsigned)sizeof(set);
			return true;
		}
	return false;
}

struct pm_orc_rule pm_x86_frame_rule(struct pm_space *space, uint64_t start, bool exact,
				     const struct pm_x86_regs *regs)
{
	const struct pm_orc_rule pushed = { .type = PM_ORC_CALL,
					    .sp_base = PM_ORC_SP,
					    .sp_offset = 16,
					    .bp_base = PM_ORC_PREV_SP,
					    .bp_offset = -16 };
	uint64_t pc = regs->v[PM_X86_IP], bp = regs->v[PM_X86_BP], top;
	uint8_t code[2];
	unsigned push, set;

	if (exact) {
		bool keeps = pm_x86_prologue(space, start, &push, &set);

		if (keeps && pc <= start + push)
			return pm_x86_no_code;
		if (keeps && pc < start + set)
			return pushed;
		/* at ret, or at the jump to where returns are made */
		if (pm_space_read(space, pc - 1, code, sizeof(code), NULL) == sizeof(code) &&
		    (code[1] == 0xc3 || (keeps && code[0] == 0x5d && code[1] == 0xe9)))
			return pm_x86_no_code;
		/* Assembly has not pushed anything while a return address is on top. */
		if (!keeps && !(bp & 1))
			return pm_space_load(space, regs->v[PM_X86_SP], 8, &top) &&
					       pm_x86_after_call(space, top)
				       ? pm_x86_no_code
				       : (struct pm_orc_rule){ 0 };
	}
	if (!pm_x86_has(regs, PM_X86_BP))
		return (struct pm_orc_rule){ 0 };
	if (!bp)
		return (struct pm_orc_rule){ .type = PM_ORC_END };
	return bp & 1 ? saved_registers : pm_x86_frame_pointer;
}

static bool base_value(const struct pm_x86_regs *regs, enum pm_orc_base base, uint64_t *out)
{
	static const struct {
		bool is_register;
		enum pm_x86_reg reg;
	} rows[] = {
		[PM_ORC_AX] = { true, PM_X86_AX },          [PM_ORC_DX] = { true, PM_X86_DX },
		[PM_ORC_DI] = { true, PM_X86_DI },          [PM_ORC_BP] = { true, PM_X86_BP },
		[PM_ORC_SP] = { true, PM_X86_SP },          [PM_ORC_R10] = { true, PM_X86_R10 },
		[PM_ORC_R13] = { true, PM_X86_R13 },        [PM_ORC_PREV_SP] = { false, PM_X86_SP },
		[PM_ORC_BP_INDIRECT] = { true, PM_X86_BP }, [PM_ORC_SP_INDIRECT] = { true, PM_X86_SP },
	};

	if (!rows[base].is_register || !pm_x86_has(regs, rows[base].reg))
		return false;
	*out = regs->v[rows[base].reg];
	return true;
}

/* The caller's stack pointer before it called, or where the saved registers lie. */
static bool frame_address(struct pm_space *space, const struct pm_orc_rule *rule,
			  const struct pm_x86_regs *regs, uint64_t *out)
{
	uint64_t value, offset = (uint64_t)(int64_t)rule->sp_offset;

	if (!base_value(regs, rule->sp_base, &value))
		return false;
	switch (rule->sp_base) {
	case PM_ORC_BP_INDIRECT:
		return pm_space_load(space, value + offset, 8, out);
	case PM_ORC_SP_INDIRECT:
		if (!pm_space_load(space, value, 8, out))
			return false;
		*out += offset;
		return true;
	default:
		*out = value + offset;
		return true;
	}
}

static void caller_bp(struct pm_space *space, const struct pm_orc_rule *rule, uint64_t cfa,
		      const struct pm_x86_regs *regs, struct pm_x86_regs *next)
{
	uint64_t value, offset = (uint64_t)(int64_t)rule->bp_offset;

	switch (rule->bp_base) {
	case PM_ORC_UNDEFINED: /* not changed since the caller */
		if (pm_x86_has(regs, PM_X86_BP))
			pm_x86_set(next, PM_X86_BP, regs->v[PM_X86_BP]);
		return;
	case PM_ORC_PREV_SP:
		if (pm_space_load(space, cfa + offset, 8, &value))
			pm_x86_set(next, PM_X86_BP, value);
		return;
	case PM_ORC_BP:
		if (pm_x86_has(regs, PM_X86_BP) &&
		    pm_space_load(space, regs->v[PM_X86_BP] + offset, 8, &value))
			pm_x86_set(next, PM_X86_BP, value);
		return;
	default:
		return;
	}
}

enum pm_step pm_x86_step(struct pm_space *space, const struct pm_orc_rule *rule, struct pm_x86_regs *regs,
			 uint64_t *return_at_out)
{
	struct pm_x86_regs next = { 0 };
	uint8_t raw[8 * PM_X86_REGS];
	uint64_t cfa, value;

	if (rule->type == PM_ORC_END)
		return PM_STEP_END;
	if (rule->type == PM_ORC_NONE || !frame_address(space, rule, regs, &cfa))
		return PM_STEP_LOST;
	switch (rule->type) {
	case PM_ORC_REGS:
		if (pm_space_read(space, cfa, raw, sizeof(raw), NULL) < sizeof(raw))
			return PM_STEP_LOST;
		for (unsigned i = 0; i < PM_X86_REGS; i++)
			pm_x86_set(&next, (enum pm_x86_reg)i, pm_load(raw + 8 * i, 8, false));
		*return_at_out = cfa + 8 * PM_X86_IP;
		break;
	case PM_ORC_REGS_PARTIAL:
		if (pm_space_read(space, cfa, raw, 5 * 8, NULL) < 5 * 8)
			return PM_STEP_LOST;
		for (unsigned i = 0; i < 5; i++)
			pm_x86_set(&next, (enum pm_x86_reg)(PM_X86_IP + i), pm_load(raw + 8 * i, 8, false));
		caller_bp(space, rule, cfa, regs, &next);
		*return_at_out = cfa;
		break;
	default:
		if (!pm_space_load(space, cfa - 8, 8, &value))
			return PM_STEP_LOST;
		pm_x86_set(&next, PM_X86_IP, value);
		pm_x86_set(&next, PM_X86_SP, cfa);
		caller_bp(space, rule, cfa, regs, &next);
		*return_at_out = cfa - 8;
	}
	*regs = next;
	return rule->type == PM_ORC_CALL ? PM_STEP_CALLER : PM_STEP_REGS;
}

bool pm_x86_after_call(struct pm_space *space, uint64_t pc)
{
	uint8_t code[7];

	if (pm_space_read(space, pc - sizeof(code), code, sizeof(code), NULL) < sizeof(code))
		return false;
	if (code[2] == 0xe8) /* call rel32 */
		return true;
	/* call r/m64: ff /2, with 2 to 7 bytes */
	for (unsigned size = 2; size <= 7; size++) {
		const uint8_t *p = code + sizeof(code) - size;
		static const uint8_t displacement[3] = { 0, 1, 4 };
		uint8_t mod, rm;

		if (p[0] != 0xff || (p[1] >> 3 & 7) != 2)
			continue;
		mod = p[1] >> 6;
		rm = p[1] & 7;
		unsigned length = 2;
		if (mod != 3) {
			if (rm == 4) {
				length++;
				if (!mod && (p[2] & 7) == 5)
					length += 4;
			} else if (!mod && rm == 5) {
				length += 4;
			}
			length += displacement[mod];
		}
		if (length == size)
			return true;
	}
	return false;
}

bool pm_x86_call_target(struct pm_space *space, uint64_t pc, uint64_t *target_out)
{
	uint8_t code[5];

	if (pm_space_read(space, pc - sizeof(code), code, sizeof(code), NULL) < sizeof(code) ||
	    code[0] != 0xe8)
		return false;
	*target_out = pc + (uint64_t)(int64_t)(int32_t)pm_load(code + 1, 4, false);
	return true;
}

#include "decode/disasm_arch.h"

#include "decode/bits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* How much around the mark is read: what kernels print, with room. */
#define BEFORE_MAX 256
#define AFTER_MAX 256
/* x86 code that is decoded from a wrong start falls in step within a few instructions. */
#define STARTS_MAX 24

static const struct pm_disasm_arch arches[] = {
	{ PM_X86_64, CS_ARCH_X86, CS_MODE_64, 1, false, pm_x86_operation, pm_x86_extra, pm_x86_oddity },
	{ PM_I386, CS_ARCH_X86, CS_MODE_32, 1, false, pm_x86_operation, pm_x86_extra, pm_x86_oddity },
	{ PM_ARM64, CS_ARCH_ARM64, 0, 4, true, pm_arm64_operation, pm_arm64_extra, NULL },
	{ PM_ARM, CS_ARCH_ARM, 0, 4, true, pm_arm_operation, NULL, NULL },
	{ PM_PPC64, CS_ARCH_PPC, CS_MODE_64, 4, true, pm_ppc_operation, NULL, NULL },
	{ PM_S390X, CS_ARCH_SYSZ, (unsigned)CS_MODE_BIG_ENDIAN, 2, false, pm_s390_operation, NULL, NULL },
	{ PM_MIPS, CS_ARCH_MIPS, CS_MODE_MIPS64, 4, true, pm_mips_operation, NULL, NULL },
#if CS_API_MAJOR >= 5
	{ PM_RISCV64, CS_ARCH_RISCV, CS_MODE_RISCV64 | CS_MODE_RISCVC, 2, false, NULL, pm_riscv_extra, NULL },
#else
	{ PM_RISCV64, -1, 0, 2, false, NULL, pm_riscv_extra, NULL },
#endif
};

static const struct pm_disasm_arch thumb = { PM_ARM, CS_ARCH_ARM,      CS_MODE_THUMB, 2,
					     false,  pm_arm_operation, NULL,          NULL };

void pm_reg_name_set(char to[8], const char *name)
{
	snprintf(to, 8, "%s", name ? name : "");
}

void pm_operation_writes(struct pm_operation *op, const char *name)
{
	if (name && *name && op->writes_n < PM_COUNT(op->writes))
		pm_reg_name_set(op->writes[op->writes_n++], name);
}

struct pm_memory_operand *pm_operation_memory(struct pm_operation *op)
{
	static struct pm_memory_operand spare;

	if (op->memories == PM_COUNT(op->memory)) {
		spare = (struct pm_memory_operand){ 0 };
		return &spare;
	}
	op->memory[op->memories] = (struct pm_memory_operand){ .scale = 1 };
	return &op->memory[op->memories++];
}

/* PSR bit 5 says T32; kernels write it "ISA Thumb" too. */
static bool is_thumb(const struct pm_incident *inc)
{
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	const struct pm_register *psr = regs ? pm_regs_find(regs, "psr") : NULL;

	return psr && psr->value >> 5 & 1;
}

static const struct pm_disasm_arch *arch_of(const struct pm_incident *inc)
{
	if (inc->machine.arch == PM_ARM && is_thumb(inc))
		return &thumb;
	for (size_t i = 0; i < PM_COUNT(arches); i++)
		if (arches[i].arch == inc->machine.arch)
			return &arches[i];
	return NULL;
}

struct pm_disasm *pm_disasm_new(const struct pm_incident *inc)
{
	const struct pm_disasm_arch *arch = arch_of(inc);
	struct pm_disasm *dis;

	if (!arch)
		return NULL;
	dis = pm_alloc(sizeof(*dis));
	dis->arch = arch;
	dis->thumb = arch == &thumb;
	/* arm64 instructions are little-endian whatever the data are. */
	dis->big_endian = inc->machine.big_endian && arch->arch != PM_ARM64;
	if (arch->cs_arch >= 0) {
		unsigned mode = arch->cs_mode | (dis->big_endian ? (unsigned)CS_MODE_BIG_ENDIAN : 0);

		dis->has_capstone = cs_open((cs_arch)arch->cs_arch, (cs_mode)mode, &dis->handle) == CS_ERR_OK;
	}
	if (!dis->has_capstone && !arch->extra) {
		free(dis);
		return NULL;
	}
	if (dis->has_capstone) {
		cs_option(dis->handle, CS_OPT_DETAIL, CS_OPT_ON);
		if (arch->cs_arch == CS_ARCH_X86)
			cs_option(dis->handle, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT);
	}
	return dis;
}

void pm_disasm_free(struct pm_disasm *dis)
{
	if (!dis)
		return;
	if (dis->has_capstone)
		cs_close(&dis->handle);
	free(dis);
}

static const char *spell(const struct pm_disasm *dis, struct pm_arena *arena, const cs_insn *insn)
{
	struct pm_buf buf = { 0 };

	if (dis->arch->cs_arch == CS_ARCH_X86)
		pm_x86_spell(dis->handle, insn, &buf);
	else
		pm_buf_printf(&buf, "%s%s%s", insn->mnemonic, insn->op_str[0] ? " " : "", insn->op_str);
	const char *text = pm_arena_str(arena, (struct pm_slice){ buf.data, buf.n });
	pm_buf_deinit(&buf);
	return text;
}

static void find_kind(struct pm_operation *op)
{
	if (op->kind == PM_INSN_OTHER && (op->call || op->jump))
		op->kind = op->call ? PM_INSN_CALL : PM_INSN_JUMP;
}

static bool one(const struct pm_disasm *dis, struct pm_arena *arena, const uint8_t *code, size_t size,
		uint64_t addr, struct pm_operation *op, const char **text, unsigned *oddity)
{
	cs_insn *insn = NULL;
	char extra[80] = "";

	*op = (struct pm_operation){ 0 };
	if (dis->arch->extra && dis->arch->extra(code, size, addr, op, extra)) {
		find_kind(op);
		if (text)
			*text = pm_arena_str(arena, pm_slice_of(extra));
		return op->size != 0;
	}
	if (!dis->has_capstone || !cs_disasm(dis->handle, code, size, addr, 1, &insn))
		return false;
	op->size = insn->size;
	if (dis->arch->operation && insn->detail)
		dis->arch->operation(dis, insn, op);
	find_kind(op);
	if (text)
		*text = spell(dis, arena, insn);
	if (oddity && dis->arch->oddity)
		*oddity = dis->arch->oddity(insn);
	cs_free(insn, 1);
	return op->size != 0;
}

bool pm_disasm_one(const struct pm_disasm *dis, struct pm_arena *arena, const uint8_t *code, size_t size,
		   uint64_t addr, struct pm_operation *op, const char **text)
{
	return one(dis, arena, code, size, addr, op, text, NULL);
}

/* ---- The listing ---- */

struct listing {
	struct pm_incident *inc;
	const struct pm_disasm *dis;
	const uint8_t *bytes;
	size_t n, mark;
	uint64_t pc; /* address of the marked byte, or a stand-in */
	bool has_pc;
};

/* Branch targets are addresses; with no address at hand they are told from the place. */
static const char *with_target(struct listing *list, const struct pm_operation *op, uint64_t addr,
			       const char *text)
{
	const struct pm_place *place = &list->inc->place;
	const char *at = strstr(text, "0x");
	char *end;

	(void)op;
	(void)addr;
	if (list->has_pc || !at || strchr(at, '(') || strchr(at, '%') || strchr(at, '$') || strchr(at, '#') ||
	    (text[0] != 'j' && text[0] != 'b' && text[0] != 'c' && text[0] != 't'))
		return text;
	uint64_t target = strtoull(at, &end, 16);
	int64_t relative = (int64_t)(target - list->pc);

	if (*end || relative > INT32_MAX || relative < INT32_MIN)
		return text;
	if (place->symbol && place->has_offset && place->size && (int64_t)place->offset + relative >= 0 &&
	    place->offset + (uint64_t)relative < place->size)
		return pm_arena_printf(&list->inc->arena, "%.*s%s+0x%" PRIx64, (int)(at - text), text,
				       place->symbol, place->offset + (uint64_t)relative);
	return pm_arena_printf(&list->inc->arena, "%.*s.%c0x%" PRIx64, (int)(at - text), text,
			       relative < 0 ? '-' : '+', (uint64_t)(relative < 0 ? -relative : relative));
}

static size_t emit(struct listing *list, size_t pos, bool doubtful)
{
	struct pm_arena *arena = &list->inc->arena;
	struct pm_operation op;
	const char *text = NULL;
	uint64_t addr = list->pc + pos - list->mark;
	size_t size = list->dis->arch->least;
	struct pm_insn *insn;
	bool good = pm_disasm_one(list->dis, arena, list->bytes + pos, list->n - pos, addr, &op, &text);

	if (good) {
		size = op.size;
		text = with_target(list, &op, addr, text);
	} else {
		text = "(bad)";
	}
	insn = PM_PUSH(arena, &list->inc->code.insns);
	insn->has_addr = list->has_pc;
	insn->addr = list->has_pc ? addr : 0;
	insn->offset = (int64_t)pos - (int64_t)list->mark;
	insn->size = (uint8_t)(size > sizeof(insn->bytes) ? sizeof(insn->bytes) : size);
	if (insn->size > list->n - pos)
		insn->size = (uint8_t)(list->n - pos);
	memcpy(insn->bytes, list->bytes + pos, insn->size);
	insn->text = text;
	if (good) {
		insn->kind = op.kind;
		insn->reg = op.value[0] ? pm_arena_str(arena, pm_slice_of(op.value)) : NULL;
		insn->reg_size = (uint8_t)op.value_size;
	}
	insn->marked = pos == list->mark;
	insn->doubtful = doubtful;
	return size;
}

/* The start, from `first` on, whose instructions end exactly at the mark and look
 * most like kernel code; the mark itself where none does. */
static size_t best_start(const struct listing *list, size_t first)
{
	uint16_t length[BEFORE_MAX] = { 0 };
	unsigned odd[BEFORE_MAX] = { 0 };
	unsigned cost[BEFORE_MAX + 1];
	size_t span = list->mark - first, best = list->mark, step = list->dis->arch->least;

	cost[span] = 0;
	for (size_t i = span; i-- > 0;) {
		struct pm_operation op;

		cost[i] = UINT32_MAX;
		if ((span - i) % step)
			continue;
		if (!one(list->dis, &list->inc->arena, list->bytes + first + i, list->n - first - i, list->pc,
			 &op, NULL, &odd[i]))
			continue;
		length[i] = (uint16_t)op.size;
		if (i + length[i] <= span && cost[i + length[i]] != UINT32_MAX)
			cost[i] = cost[i + length[i]] + odd[i];
	}
	/* An early start has more to show; it must not read worse. */
	unsigned least = UINT32_MAX;
	for (size_t i = 0; i < span && i < STARTS_MAX; i++)
		if (cost[i] < least) {
			least = cost[i];
			best = first + i;
		}
	for (size_t i = STARTS_MAX; i < span && best == list->mark; i++)
		if (cost[i] != UINT32_MAX)
			best = first + i;
	return best;
}

void pm_disassemble(struct pm_incident *inc)
{
	struct pm_code_bytes *code = &inc->code;
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	bool marked = code->marked < code->bytes.n;
	struct listing list = {
		.inc = inc, .bytes = code->bytes.v, .n = code->bytes.n, .mark = marked ? code->marked : 0
	};
	struct pm_disasm *dis;
	size_t pos;

	if (!code->bytes.n || code->insns.n)
		return;
	dis = pm_disasm_new(inc);
	if (!dis)
		return;
	list.dis = dis;
	list.has_pc = marked && ((regs && regs->pc.has_addr) || inc->place.has_addr);
	list.pc = !list.has_pc                ? UINT64_C(1) << 30
		  : regs && regs->pc.has_addr ? regs->pc.addr
					      : inc->place.addr;
	if (list.n - list.mark > AFTER_MAX)
		list.n = list.mark + AFTER_MAX;
	pos = list.mark > BEFORE_MAX ? list.mark - BEFORE_MAX : 0;
	if (dis->arch->fixed)
		pos += (list.mark - pos) % dis->arch->least;
	else
		pos = best_start(&list, pos);
	while (pos < list.mark)
		pos += emit(&list, pos, !dis->arch->fixed);
	while (pos < list.n) {
		struct pm_operation op;

		/* The bytes end in the middle of an instruction: say nothing of it. */
		if (pos != list.mark && list.n - pos < 15 &&
		    !pm_disasm_one(dis, &inc->arena, list.bytes + pos, list.n - pos, list.pc, &op, NULL))
			break;
		pos += emit(&list, pos, !marked && !dis->arch->fixed);
	}
	pm_disasm_free(dis);
}

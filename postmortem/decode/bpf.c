#include "decode/bpf.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* Documentation/bpf/standardization/instruction-set.rst */
enum {
	CLASS = 7,
	LD = 0,
	LDX = 1,
	ST = 2,
	STX = 3,
	ALU = 4,
	JMP = 5,
	JMP32 = 6,
	ALU64 = 7,
	FROM_REGISTER = 8,
	MODE = 0xe0,
	MODE_IMM = 0,
	MODE_ABS = 0x20,
	MODE_IND = 0x40,
	MODE_MEM = 0x60,
	MODE_MEMSX = 0x80,
	MODE_ATOMIC = 0xc0,
	SIZE = 0x18,
	DOUBLE_WORD = 0x18,
	OPERATION = 0xf0,
	NEG = 0x80,
	END = 0xd0,
	MOV = 0xb0,
	JA = 0,
	CALL = 0x80,
	EXIT = 0x90,
	FETCH = 1,
	XCHG = 0xe1,
	CMPXCHG = 0xf1,
};

void pm_bpf_load(const uint8_t bytes[8], struct pm_bpf_insn *out)
{
	out->code = bytes[0];
	out->dst = bytes[1] & 15;
	out->src = bytes[1] >> 4;
	out->offset = (int16_t)(bytes[2] | bytes[3] << 8);
	out->imm = (int32_t)(bytes[4] | (uint32_t)bytes[5] << 8 | (uint32_t)bytes[6] << 16 |
			     (uint32_t)bytes[7] << 24);
}

unsigned pm_bpf_words(const struct pm_bpf_insn *insn)
{
	return insn->code == (LD | MODE_IMM | DOUBLE_WORD) ? 2 : 1;
}

static const char *const sizes[] = { "u32", "u16", "u8", "u64" }, *const signed_sizes[] = { "s32", "s16",
											    "s8", "s64" };
static const char *const operations[16] = { "+=",  "-=",  "*=", "/=", "|=", "&=",   "<<=",
					    ">>=", "neg", "%=", "^=", "=",  "s>>=", "end" };
static const char *const jumps[16] = { "jmp", "==",   ">",    ">=", "&",  "!=", "s>",
				       "s>=", "call", "exit", "<",  "<=", "s<", "s<=" };

struct text {
	char *buf;
	size_t size, n;
};

static void put(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(t->buf + t->n, t->size - t->n, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->n = t->n + (size_t)n < t->size ? t->n + (size_t)n : t->size - 1;
}

static void arithmetic(struct text *t, const struct pm_bpf_insn *i)
{
	const char *half = (i->code & CLASS) == ALU ? "(u32) " : "", *operation = operations[i->code >> 4];

	switch (i->code & OPERATION) {
	case END:
		put(t, "r%u = %s%d r%u", i->dst,
		    (i->code & CLASS) == ALU64 ? "bswap"
		    : i->code & FROM_REGISTER  ? "be"
					       : "le",
		    i->imm, i->dst);
		return;
	case NEG:
		put(t, "%sr%u = %s-r%u", half, i->dst, half, i->dst);
		return;
	default:
		break;
	}
	if (!operation) {
		put(t, "(not known)");
		return;
	}
	/* an offset makes division and modulo signed, and a move one of fewer bits */
	if (i->code & FROM_REGISTER && i->offset && (i->code & OPERATION) == MOV)
		put(t, "%sr%u = (s%d)%sr%u", half, i->dst, i->offset, half, i->src);
	else if (i->code & FROM_REGISTER)
		put(t, "%sr%u %s%s %sr%u", half, i->dst, i->offset ? "s" : "", operation, half, i->src);
	else
		put(t, "%sr%u %s%s %s%d", half, i->dst, i->offset ? "s" : "", operation, half, i->imm);
}

static void atomic(struct text *t, const struct pm_bpf_insn *i)
{
	const char *size = sizes[(i->code & SIZE) >> 3];

	if (i->imm == CMPXCHG)
		put(t, "r0 = atomic_cmpxchg((%s *)(r%u %+d), r0, r%u)", size, i->dst, i->offset, i->src);
	else if (i->imm == XCHG)
		put(t, "r%u = atomic_xchg((%s *)(r%u %+d), r%u)", i->src, size, i->dst, i->offset, i->src);
	else if (i->imm & FETCH)
		put(t, "r%u = atomic_fetch_%#x((%s *)(r%u %+d), r%u)", i->src, (unsigned)i->imm & OPERATION,
		    size, i->dst, i->offset, i->src);
	else
		put(t, "lock *(%s *)(r%u %+d) %s r%u", size, i->dst, i->offset,
		    operations[((unsigned)i->imm & OPERATION) >> 4]
			    ? operations[((unsigned)i->imm & OPERATION) >> 4]
			    : "?",
		    i->src);
}

static void memory(struct text *t, const struct pm_bpf_insn *i)
{
	const char *size = sizes[(i->code & SIZE) >> 3];
	bool is_signed = (i->code & MODE) == MODE_MEMSX;

	if (is_signed)
		size = signed_sizes[(i->code & SIZE) >> 3];
	switch (i->code & CLASS) {
	case LDX:
		put(t, "r%u = *(%s *)(r%u %+d)", i->dst, size, i->src, i->offset);
		break;
	case ST:
		put(t, "*(%s *)(r%u %+d) = %d", size, i->dst, i->offset, i->imm);
		break;
	default:
		if ((i->code & MODE) == MODE_ATOMIC)
			atomic(t, i);
		else
			put(t, "*(%s *)(r%u %+d) = r%u", size, i->dst, i->offset, i->src);
	}
}

static void load(struct text *t, const struct pm_bpf_insn *i, int32_t next, const struct pm_bpf_names *names)
{
	const char *size = sizes[(i->code & SIZE) >> 3], *name = NULL;
	uint64_t value = (uint32_t)i->imm | (uint64_t)(uint32_t)next << 32;
	char buf[64];

	switch (i->code & MODE) {
	case MODE_ABS:
		put(t, "r0 = *(%s *)skb[%d]", size, i->imm);
		return;
	case MODE_IND:
		put(t, "r0 = *(%s *)skb[r%u + %d]", size, i->src, i->imm);
		return;
	case MODE_IMM:
		if (pm_bpf_words(i) == 2)
			break;
		/* fall through */
	default:
		put(t, "(not known)");
		return;
	}
	if (names && names->value)
		name = names->value(value, names->user, buf, sizeof(buf));
	if (name)
		put(t, "r%u = %s", i->dst, name);
	else
		put(t, "r%u = 0x%llx", i->dst, (unsigned long long)value);
}

static void jump(struct text *t, const struct pm_bpf_insn *i, const struct pm_bpf_names *names)
{
	const char *half = (i->code & CLASS) == JMP32 ? "(u32) " : "", *name = NULL;
	char buf[256];

	switch (i->code & OPERATION) {
	case CALL:
		if (i->src == 1) { /* of another function of the program */
			put(t, "call pc%+d", i->imm);
			return;
		}
		if (names && names->function)
			name = names->function(i->imm, names->user, buf, sizeof(buf));
		put(t, "call %s#%d", name ? name : "unknown", i->imm);
		return;
	case EXIT:
		put(t, "exit");
		return;
	case JA:
		put(t, "goto pc%+d", (i->code & CLASS) == JMP32 ? i->imm : i->offset);
		return;
	default:
		break;
	}
	if (!jumps[i->code >> 4])
		put(t, "(not known)");
	else if (i->code & FROM_REGISTER)
		put(t, "if %sr%u %s %sr%u goto pc%+d", half, i->dst, jumps[i->code >> 4], half, i->src,
		    i->offset);
	else
		put(t, "if %sr%u %s 0x%x goto pc%+d", half, i->dst, jumps[i->code >> 4], (unsigned)i->imm,
		    i->offset);
}

void pm_bpf_text(const struct pm_bpf_insn *insn, int32_t next, const struct pm_bpf_names *names, char *buf,
		 size_t size)
{
	struct text t = { buf, size, 0 };

	put(&t, "(%02x) ", insn->code);
	switch (insn->code & CLASS) {
	case ALU:
	case ALU64:
		arithmetic(&t, insn);
		break;
	case JMP:
	case JMP32:
		jump(&t, insn, names);
		break;
	case LD:
		load(&t, insn, next, names);
		break;
	default:
		memory(&t, insn);
	}
}

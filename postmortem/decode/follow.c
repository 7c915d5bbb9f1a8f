/* A forward pass over the instructions, with the values at every target of a jump kept and joined until nothing
 * changes: a value that differs between two ways is not known any more. */
#include "decode/follow.h"

#include "base/search.h"

#include <stdlib.h>

enum {
	max_insns = 8192,
	max_passes = 24, /* more than loops nest */
	slots_n = 96,    /* words of the frame that are followed, from the return address down */
	escapes_n = 4,
	escape_size = 64,    /* bytes that a function may change behind a pointer into the stack */
	max_depth = 8,       /* of a value: loads behind loads */
	max_frame = 1 << 20, /* further from the return address no frame reaches, either way */
};

static const char *const reg_names[PM_FOLLOW_REGS] = {
	"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
	"r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"
};
enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11 };

static const uint8_t arguments[] = { RDI, RSI, RDX, RCX, R8, R9 };
static const uint8_t lost_in_calls[] = { RAX, RCX, RDX, RSI, RDI, R8, R9, R10, R11 };

struct state {
	const struct pm_value *regs[PM_FOLLOW_REGS];
	const struct pm_value *slots[slots_n]; /* [i]: at -8 * (i + 1) */
	int64_t escapes[escapes_n];            /* addresses in the frame that were handed out */
	unsigned escapes_n;                    /* more than there is room for: all of it */
};

struct insn {
	uint64_t addr;
	struct pm_operation op;
	const char *text;
	struct state *before; /* of targets of jumps, once one was reached */
	bool target;
};

struct follow {
	struct pm_arena *arena;
	struct insn *insns;
	size_t n, cap;
	bool changed;
};

const char *pm_follow_reg_name(unsigned index)
{
	return index < PM_FOLLOW_REGS ? reg_names[index] : NULL;
}

int pm_follow_reg(const char *name)
{
	for (int i = 0; i < PM_FOLLOW_REGS; i++)
		if (!strcmp(reg_names[i], name))
			return i;
	return -1;
}

/* ---- values ---- */

static bool same(const struct pm_value *a, const struct pm_value *b, unsigned depth)
{
	if (a == b)
		return true;
	return a && b && depth < max_depth && a->kind == b->kind && a->number == b->number &&
	       a->offset == b->offset && same(a->from, b->from, depth + 1);
}

bool pm_value_same(const struct pm_value *a, const struct pm_value *b)
{
	return same(a, b, 0);
}

static unsigned depth_of(const struct pm_value *value)
{
	unsigned depth = 0;

	for (; value; value = value->from)
		depth++;
	return depth;
}

static const struct pm_value *make(struct follow *f, enum pm_value_kind kind, uint64_t number,
				   const struct pm_value *from)
{
	if (from && depth_of(from) >= max_depth)
		return NULL;
	struct pm_value *value = pm_arena_alloc(f->arena, sizeof(*value));

	*value = (struct pm_value){ .kind = kind, .number = number, .from = from };
	return value;
}

static const struct pm_value *plus(struct follow *f, const struct pm_value *value, int64_t offset)
{
	if (!value || !offset)
		return value;
	struct pm_value *sum = pm_arena_alloc(f->arena, sizeof(*sum));

	*sum = *value;
	if (sum->kind == PM_VALUE_CONSTANT)
		sum->number += (uint64_t)offset;
	else
		sum->offset = (int64_t)((uint64_t)sum->offset + (uint64_t)offset);
	if (sum->kind == PM_VALUE_STACK && (sum->offset > max_frame || sum->offset < -max_frame))
		return NULL;
	return sum;
}

/* ---- the frame ---- */

/* The slot of a value that is an address in the frame; -1: it is none, or too far. */
static int slot_of(const struct pm_value *address)
{
	if (!address || address->kind != PM_VALUE_STACK || address->offset >= 0 || address->offset & 7 ||
	    address->offset < -8 * slots_n)
		return -1;
	return (int)(-address->offset / 8 - 1);
}

/* Writes of n bytes at an address in the frame; value: what the aligned word there holds then. */
static void store(struct state *s, const struct pm_value *address, unsigned n, const struct pm_value *value)
{
	int slot = slot_of(address);

	if (!address || address->kind != PM_VALUE_STACK)
		return;
	for (unsigned i = 0; i < slots_n; i++) {
		int64_t at = -8 * ((int64_t)i + 1);

		if (at < address->offset + (int64_t)n && at + 8 > address->offset)
			s->slots[i] = NULL;
	}
	if (slot >= 0 && n == 8)
		s->slots[slot] = value;
}

static void forget_from(struct state *s, int64_t from, int64_t to)
{
	for (unsigned i = 0; i < slots_n; i++) {
		int64_t at = -8 * ((int64_t)i + 1);

		if (at + 8 > from && at < to)
			s->slots[i] = NULL;
	}
}

static void escape(struct state *s, const struct pm_value *address)
{
	if (!address || address->kind != PM_VALUE_STACK)
		return;
	for (unsigned i = 0; i < s->escapes_n && i < escapes_n; i++)
		if (s->escapes[i] == address->offset)
			return;
	if (s->escapes_n < escapes_n)
		s->escapes[s->escapes_n] = address->offset;
	if (s->escapes_n <= escapes_n)
		s->escapes_n++;
}

/* ---- instructions ---- */

static const struct pm_value *address_of(struct follow *f, const struct state *s, const struct insn *insn,
					 const struct pm_memory_operand *mem)
{
	int base = mem->base[0] ? pm_follow_reg(mem->base) : -1;

	if (mem->index[0] || mem->base_32)
		return NULL;
	if (mem->pc_relative)
		return make(f, PM_VALUE_CONSTANT, insn->addr + insn->op.size + (uint64_t)mem->displacement,
			    NULL);
	if (mem->base_zero)
		return make(f, PM_VALUE_CONSTANT, (uint64_t)mem->displacement, NULL);
	return base >= 0 ? plus(f, s->regs[base], mem->displacement) : NULL;
}

static const struct pm_value *load(struct follow *f, const struct state *s, const struct insn *insn,
				   const struct pm_memory_operand *mem)
{
	const struct pm_value *address = mem->size == 8 ? address_of(f, s, insn, mem) : NULL;

	if (!address)
		return NULL;
	if (mem->segment[0])
		return !strcmp(mem->segment, "gs") && address->kind == PM_VALUE_CONSTANT
			       ? make(f, PM_VALUE_PERCPU, address->number, NULL)
			       : NULL;
	if (address->kind == PM_VALUE_STACK) {
		int slot = slot_of(address);

		return slot >= 0 ? s->slots[slot] : NULL;
	}
	return make(f, PM_VALUE_LOADED, 0, address);
}

/* The register that an operand of the text is, whole: "%rax", not "%eax".  -1: it is none. */
static int whole_reg(const char *text, size_t n)
{
	char name[8] = "";

	if (n < 3 || n > sizeof(name) || *text != '%')
		return -1;
	memcpy(name, text + 1, n - 1);
	return pm_follow_reg(name);
}

/* "mov A,B": a register or number ends at its comma, a place in memory may have some of its own. */
static bool operands(const char *text, const char **first, size_t *first_n, const char **second)
{
	const char *at = strchr(text, ' '), *comma;

	if (!at)
		return false;
	comma = at[1] == '%' || at[1] == '$' ? strchr(at, ',') : strrchr(at, ',');
	if (!comma || (at[1] != '%' && at[1] != '$' && strchr(comma, ')')))
		return false;
	*first = at + 1;
	*first_n = (size_t)(comma - at - 1);
	*second = comma + 1;
	return true;
}

static void forget_written(struct state *s, const struct pm_operation *op)
{
	for (unsigned i = 0; i < op->writes_n; i++) {
		int reg = pm_follow_reg(op->writes[i]);

		if (reg >= 0)
			s->regs[reg] = NULL;
	}
}

/* The pointer of "call *0x10(%rax)" or "call *%rax"; NULL: none, or not known. */
static const struct pm_value *called_through(struct follow *f, const struct state *s, const struct insn *insn)
{
	const char *at = strrchr(insn->text, ' ');

	for (unsigned i = 0; i < insn->op.memories; i++)
		if (!insn->op.memory[i].implicit)
			return load(f, s, insn, &insn->op.memory[i]);
	if (at && at[1] == '*' && whole_reg(at + 2, strlen(at + 2)) >= 0)
		return s->regs[whole_reg(at + 2, strlen(at + 2))];
	return NULL;
}

static void call(struct follow *f, struct state *s, const struct insn *insn)
{
	const char *at = strrchr(insn->text, ' ');
	uint64_t target = at && !strncmp(at + 1, "0x", 2) ? strtoull(at + 1, NULL, 16) : 0;
	const struct pm_value *through = target ? NULL : called_through(f, s, insn);

	/* The tracer's, which stands before all else: it changes nothing. */
	if (target && (insn == f->insns || (insn == f->insns + 1 && !strcmp(f->insns[0].text, "endbr64"))))
		return;
	for (size_t i = 0; i < PM_COUNT(lost_in_calls); i++)
		s->regs[lost_in_calls[i]] = NULL;
	s->regs[RAX] = make(f, PM_VALUE_RESULT, target, through);
	if (s->escapes_n > escapes_n)
		memset(s->slots, 0, sizeof(s->slots));
	for (unsigned i = 0; i < s->escapes_n && i < escapes_n; i++)
		forget_from(s, s->escapes[i], s->escapes[i] + escape_size);
}

static bool starts(const char *text, const char *word)
{
	return !strncmp(text, word, strlen(word));
}

/* "add $0x8,%rsp": the number, signed; false: it is none. */
static bool immediate(const char *text, size_t n, int64_t *out)
{
	char *end;

	if (n < 2 || *text != '$')
		return false;
	*out = (int64_t)strtoull(text + 1, &end, 0);
	return end == text + n;
}

static void run(struct follow *f, struct state *s, const struct insn *insn)
{
	const struct pm_operation *op = &insn->op;
	const struct pm_memory_operand *mem = op->memories == 1 ? &op->memory[0] : NULL;
	const char *text = insn->text, *a = text, *b = NULL;
	const struct pm_value *value = NULL;
	size_t a_n = 0;
	bool two = operands(text, &a, &a_n, &b);
	int from = two ? whole_reg(a, a_n) : -1, to = two ? whole_reg(b, strlen(b)) : -1;
	int64_t number;

	if (op->call) {
		call(f, s, insn);
		return;
	}
	if (starts(text, "push ") || starts(text, "pop ")) {
		const char *operand = strchr(text, ' ') + 1;
		int reg = whole_reg(operand, strlen(operand));
		const struct pm_value *sp = s->regs[RSP];

		if (starts(text, "push ")) {
			s->regs[RSP] = plus(f, sp, -8);
			store(s, s->regs[RSP], 8, reg >= 0 ? s->regs[reg] : NULL);
		} else {
			int slot = slot_of(sp);

			if (reg >= 0)
				s->regs[reg] = slot >= 0 ? s->slots[slot] : NULL;
			s->regs[RSP] = plus(f, sp, 8);
		}
		return;
	}
	if (!strcmp(text, "leave")) {
		int slot = slot_of(s->regs[RBP]);

		s->regs[RSP] = plus(f, s->regs[RBP], 8);
		s->regs[RBP] = slot >= 0 ? s->slots[slot] : NULL;
		return;
	}
	/* what it makes, out of the values before it */
	if (starts(text, "mov ") && from >= 0 && to >= 0) {
		value = s->regs[from];
		if (to != RSP && to != RBP)
			escape(s, value);
	} else if (op->is_constant)
		value = make(f, PM_VALUE_CONSTANT, op->constant, NULL);
	else if (starts(text, "mov ") && mem && mem->read && !mem->write && to >= 0)
		value = load(f, s, insn, mem);
	else if ((starts(text, "add ") || starts(text, "sub ")) && to >= 0 && immediate(a, a_n, &number))
		value = plus(f, s->regs[to], text[0] == 'a' ? number : -number);
	else if (starts(text, "lea ") && to >= 0) {
		const char *open = strchr(a, '(');

		/* no memory operand is told for what is only computed */
		if (open && !memchr(a, ',', a_n)) {
			const char *close = strchr(open, ')');
			int64_t displacement = *a == '-' ? -(int64_t)strtoull(a + 1, NULL, 16)
							 : (int64_t)strtoull(a, NULL, 16);
			int base = close ? whole_reg(open + 1, (size_t)(close - open - 1)) : -1;

			if (base >= 0)
				value = plus(f, s->regs[base], displacement);
			else if (starts(open, "(%rip)"))
				value = make(f, PM_VALUE_CONSTANT,
					     insn->addr + op->size + (uint64_t)displacement, NULL);
		}
		escape(s, value);
	}
	for (unsigned i = 0; i < op->memories; i++) {
		const struct pm_memory_operand *m = &op->memory[i];
		int base = m->base[0] ? pm_follow_reg(m->base) : -1;
		bool is_plain = starts(text, "mov ") && !op->repeats && from >= 0;

		if (!m->write || m->segment[0])
			continue;
		if (is_plain)
			escape(s, s->regs[from]);
		/* through an index, or again and again: from there on */
		if ((m->index[0] || op->repeats) && base >= 0 && s->regs[base] &&
		    s->regs[base]->kind == PM_VALUE_STACK)
			forget_from(s, s->regs[base]->offset + m->displacement, 0);
		else
			store(s, address_of(f, s, insn, m), m->size ? m->size : 8,
			      is_plain ? s->regs[from] : NULL);
	}
	forget_written(s, op);
	if (to >= 0 && value)
		s->regs[to] = value;
	else if (op->is_constant && pm_follow_reg(op->value) >= 0)
		s->regs[pm_follow_reg(op->value)] = value;
}

/* ---- the way ---- */

static struct insn *insn_at(struct follow *f, uint64_t addr)
{
	size_t above = PM_FIRST_ABOVE(f->insns, f->n, addr, addr);

	return above && f->insns[above - 1].addr == addr ? &f->insns[above - 1] : NULL;
}

static bool jump_target(const struct insn *insn, uint64_t *target_out)
{
	const char *at = strrchr(insn->text, ' ');

	if (insn->text[0] != 'j' || !at || strncmp(at + 1, "0x", 2))
		return false;
	*target_out = strtoull(at + 1, NULL, 16);
	return true;
}

static void join(struct follow *f, struct insn *insn, const struct state *s)
{
	struct state *old = insn->before;

	if (!old) {
		insn->before = pm_arena_alloc(f->arena, sizeof(*old));
		*insn->before = *s;
		f->changed = true;
		return;
	}
	for (unsigned i = 0; i < PM_FOLLOW_REGS; i++)
		if (old->regs[i] && !same(old->regs[i], s->regs[i], 0)) {
			old->regs[i] = NULL;
			f->changed = true;
		}
	for (unsigned i = 0; i < slots_n; i++)
		if (old->slots[i] && !same(old->slots[i], s->slots[i], 0)) {
			old->slots[i] = NULL;
			f->changed = true;
		}
	unsigned known = old->escapes_n;

	for (unsigned i = 0; i < s->escapes_n && i < escapes_n; i++)
		escape(old, &(struct pm_value){ .kind = PM_VALUE_STACK, .offset = s->escapes[i] });
	if (s->escapes_n > escapes_n)
		old->escapes_n = s->escapes_n;
	f->changed |= old->escapes_n != known;
}

/* One pass; false: pc was not reached. */
static bool pass(struct follow *f, uint64_t pc, struct pm_values *out)
{
	struct state s = { 0 };
	bool live = true, found = false;

	for (unsigned i = 0; i < PM_COUNT(arguments); i++)
		s.regs[arguments[i]] = make(f, PM_VALUE_ARGUMENT, i, NULL);
	s.regs[RSP] = make(f, PM_VALUE_STACK, 0, NULL);
	for (size_t i = 0; i < f->n; i++) {
		struct insn *insn = &f->insns[i], *to;
		uint64_t target;

		if (insn->target && live)
			join(f, insn, &s);
		if (insn->before)
			s = *insn->before;
		live |= insn->before != NULL;
		if (!live)
			continue;
		if (insn->addr == pc) {
			memcpy(out->regs, s.regs, sizeof(out->regs));
			found = true;
		}
		run(f, &s, insn);
		if (jump_target(insn, &target) && (to = insn_at(f, target)))
			join(f, to, &s);
		/* ud2 is a warning's, too: it goes on behind it */
		live = !insn->op.jump || insn->op.kind == PM_INSN_TRAP;
	}
	return found;
}

static bool decode(struct follow *f, const struct pm_disasm *dis, const uint8_t *code, size_t n,
		   uint64_t start, uint64_t pc)
{
	for (size_t at = 0; at < n;) {
		struct insn *insn;

		PM_ROOM(f->insns, f->n, f->cap);
		insn = &f->insns[f->n];
		*insn = (struct insn){ .addr = start + at };
		if (f->n == max_insns ||
		    !pm_disasm_one(dis, f->arena, code + at, n - at, start + at, &insn->op, &insn->text) ||
		    !insn->op.size)
			return start + at >
			       pc; /* what lies behind may still jump back: a loop's end is missed */
		at += insn->op.size;
		f->n++;
	}
	return true;
}

static bool follow(struct follow *f, uint64_t pc, struct pm_values *out)
{
	bool found = false;

	for (size_t i = 0; i < f->n; i++) {
		uint64_t target;
		struct insn *to = jump_target(&f->insns[i], &target) ? insn_at(f, target) : NULL;

		if (to)
			to->target = true;
	}
	f->changed = true;
	for (unsigned i = 0; i < max_passes && f->changed; i++) {
		f->changed = false;
		found = pass(f, pc, out);
	}
	return found && !f->changed;
}

bool pm_follow(const struct pm_disasm *dis, struct pm_arena *arena, const uint8_t *code, size_t n,
	       uint64_t start, uint64_t pc, struct pm_values *out)
{
	struct follow f = { .arena = arena };
	bool found = pc - start < n && decode(&f, dis, code, n, start, pc) && insn_at(&f, pc) &&
		     follow(&f, pc, out);

	free(f.insns);
	return found;
}

bool pm_follow_call(const struct pm_disasm *dis, struct pm_arena *arena, const uint8_t *code, size_t n,
		    uint64_t start, uint64_t return_address, struct pm_values *out,
		    const struct pm_value **through_out)
{
	struct follow f = { .arena = arena };
	const struct insn *call = NULL;
	bool found = false;

	if (return_address - start <= n && decode(&f, dis, code, n, start, return_address - 1))
		for (size_t i = 0; i < f.n && !call; i++)
			if (f.insns[i].addr + f.insns[i].op.size == return_address && f.insns[i].op.call)
				call = &f.insns[i];
	if (call && follow(&f, call->addr, out)) {
		struct state s = { 0 };

		memcpy(s.regs, out->regs, sizeof(s.regs));
		*through_out = called_through(&f, &s, call);
		found = true;
	}
	free(f.insns);
	return found;
}

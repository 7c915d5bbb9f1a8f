#include "linux/report_code.h"

#include "decode/effective.h"
#include "linux/express.h"
#include "linux/typed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How much around the instruction is shown: about what kernels print. */
enum { bytes_before = 48, bytes_after = 24 };

/* The pc of the crashed frame, where the report's registers are of that place. */
static bool fault_pc(const struct pm_incident *inc, const struct pm_stack_trace *trace, size_t first,
		     uint64_t *pc_out)
{
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);

	if (first >= trace->frames.n || !trace->frames.v[first].exact_pc || !regs)
		return false;
	*pc_out = trace->frames.v[first].pc;
	return !regs->pc.has_addr || regs->pc.addr == *pc_out;
}

/* ---- the instructions ---- */

/* The log printed what memory has: else the code was changed since, or what was printed was. */
static bool agrees(const struct pm_code_bytes *code, const struct pm_linux_function *f, uint64_t pc)
{
	uint64_t at = pc - f->start - code->marked;

	if (!code->bytes.n || code->marked >= code->bytes.n)
		return true;
	for (size_t i = 0; i < code->bytes.n; i++)
		if (at + i < f->size && f->code[at + i] != code->bytes.v[i])
			return false;
	return true;
}

/* A branch's target by name: the address alone says nothing. */
static const char *with_target(struct pm_linux_session *s, struct pm_arena *arena, const char *text)
{
	const char *at = strrchr(text, ' ');
	struct pm_place place;
	char *end;

	if (!at || strncmp(at + 1, "0x", 2) || (text[0] != 'j' && strncmp(text, "call", 4)))
		return text;
	uint64_t target = strtoull(at + 1, &end, 16);

	if (*end || !pm_linux_place(pm_session_kernel(s), pm_session_modules(s), arena, target, true, &place))
		return text;
	return pm_arena_printf(arena, place.offset ? "%.*s %s+0x%" PRIx64 : "%.*s %s", (int)(at - text), text,
			       place.symbol, place.offset);
}

static void add_insn(struct pm_linux_session *s, struct pm_incident *inc, const struct pm_linux_function *f,
		     const struct pm_operation *op, const char *text, uint64_t at, uint64_t pc)
{
	struct pm_insn *insn = PM_PUSH(&inc->arena, &inc->code.insns);

	insn->has_addr = true;
	insn->addr = at;
	insn->offset = (int64_t)(at - pc);
	insn->size = (uint8_t)(op->size < sizeof(insn->bytes) ? op->size : sizeof(insn->bytes));
	memcpy(insn->bytes, f->code + (at - f->start), insn->size);
	insn->text = with_target(s, &inc->arena, text);
	insn->kind = op->kind;
	insn->reg = op->value[0] ? pm_arena_str(&inc->arena, pm_slice_of(op->value)) : NULL;
	insn->reg_size = (uint8_t)op->value_size;
	insn->marked = at == pc;
}

void pm_linux_report_code(struct pm_linux_session *s, struct pm_incident *inc,
			  const struct pm_stack_trace *trace, size_t first)
{
	struct pm_linux_function f;
	struct pm_disasm *dis;
	uint64_t pc, from = 0;
	bool reached = false;

	if (!fault_pc(inc, trace, first, &pc) || !pm_linux_function_open(s, pc, &f))
		return;
	if (!agrees(&inc->code, &f, pc)) {
		pm_incident_add_fact(
			inc, "dump", "code", PM_S("differs"),
			"the code in memory is not what the log printed: it was changed since, or "
			"one of the two is damaged",
			inc->code.at);
	} else if ((dis = pm_disasm_new(inc))) {
		inc->code.insns.n = 0;
		for (uint64_t at = f.start; at < f.start + f.size && at < pc + bytes_after;) {
			struct pm_operation op;
			const char *text;
			bool shown = at + bytes_before >= pc;
			size_t left = (size_t)(f.start + f.size - at);

			if (!pm_disasm_one(dis, shown ? &inc->arena : &f.arena, f.code + (at - f.start), left,
					   at, &op, &text))
				break;
			reached |= at == pc;
			from = shown && !from ? at : from;
			if (shown)
				add_insn(s, inc, &f, &op, text, at, pc);
			at += op.size;
		}
		/* From its start the code does not lead there: then what the log printed is all there is. */
		if (!reached)
			inc->code.insns.n = 0;
		uint64_t to = pc + bytes_after < f.start + f.size ? pc + bytes_after : f.start + f.size;

		if (reached) {
			inc->code.bytes.n = 0;
			for (uint64_t at = from; at < to; at++)
				*PM_PUSH(&inc->arena, &inc->code.bytes) = f.code[at - f.start];
			inc->code.marked = (size_t)(pc - from);
			inc->code.bad = NULL;
		}
		pm_disasm_free(dis);
	}
	pm_linux_function_close(&f);
}

/* ---- the member ---- */

/* Calls through pointers go through thunks, one for each register: "__x86_indirect_thunk_rax", or in an array of them,
 * 32 bytes each, in the order of their numbers.  -1: it is none. */
static int thunk_register(struct pm_linux_session *s, uint64_t target)
{
	static const char name[] = "__x86_indirect_thunk_";
	struct pm_arena arena;
	struct pm_place place;
	const char *at;
	int reg = -1;

	pm_arena_init(&arena);
	if (pm_linux_place(pm_session_kernel(s), pm_session_modules(s), &arena, target, true, &place) &&
	    (at = strstr(place.symbol, name))) {
		at += strlen(name);
		reg = strcmp(at, "array") ? pm_follow_reg(at) : (int)(place.offset / 32);
	}
	pm_arena_deinit(&arena);
	return reg < PM_FOLLOW_REGS ? reg : -1;
}

/* The pointer that the function of that frame calls through, as an expression. */
static void called_pointer(struct pm_linux_session *s, const struct pm_disasm *dis,
			   const struct pm_linux_express *ex, const struct pm_stack_frame *frame,
			   struct pm_linux_expression *out)
{
	struct pm_linux_function f = *ex->function;
	struct pm_values values;
	const struct pm_value *through;
	uint64_t target;
	int reg;

	*out = (struct pm_linux_expression){ 0 };
	if (!pm_follow_call(dis, &f.arena, f.code, (size_t)f.size, f.start, frame->pc, &values, &through))
		return;
	if (!through && pm_x86_call_target(&pm_session_kernel(s)->kernel, frame->pc, &target) &&
	    (reg = thunk_register(s, target)) >= 0)
		through = values.regs[reg];
	if (through && !through->offset)
		pm_linux_express(ex, through, out);
}

/* A module's function has no types of its own where the module has none: the pointer that its caller called through
 * has. */
static uint32_t prototype_of_caller(struct pm_linux_session *s, const struct pm_disasm *dis,
				    const struct pm_linux_function *called,
				    const struct pm_stack_frame *caller)
{
	struct pm_linux_function f;
	struct pm_linux_expression pointer;
	uint32_t id = 0;

	if (caller->trust != PM_EXACT || caller->exact_pc || !pm_linux_function_open(s, caller->pc - 1, &f))
		return 0;
	struct pm_linux_express ex = { s, &f, pm_linux_function_prototype(s, &f) };

	called_pointer(s, dis, &ex, caller, &pointer);
	/* the kernel's own types are the same ones in both */
	if (pointer.type &&
	    (f.types == called->types || pointer.type <= pm_btf_count(pm_session_kernel(s)->btf))) {
		id = pm_btf_resolve(f.types, pointer.type);
		id = pm_btf_kind(f.types, id) == PM_BTF_PTR
			     ? pm_btf_resolve(f.types, pm_btf_target(f.types, id))
			     : 0;
	}
	pm_linux_function_close(&f);
	return id && pm_btf_kind(called->types, id) == PM_BTF_FUNC_PROTO ? id : 0;
}

/* The program counter itself was bad: which pointer did the caller call? */
static void name_called(struct pm_linux_session *s, struct pm_incident *inc,
			const struct pm_stack_frame *caller)
{
	struct pm_linux_function f;
	struct pm_linux_expression e = { 0 };
	struct pm_disasm *dis;

	if (caller->trust != PM_EXACT || caller->exact_pc || !pm_linux_function_open(s, caller->pc - 1, &f))
		return;
	struct pm_linux_express ex = { s, &f, pm_linux_function_prototype(s, &f) };

	if ((dis = pm_disasm_new(inc)))
		called_pointer(s, dis, &ex, caller, &e);
	if (*e.text)
		inc->fault.member_variable = pm_arena_str(&inc->arena, pm_slice_of(e.text));
	pm_disasm_free(dis);
	pm_linux_function_close(&f);
}

/* By what the register points to, where the code does not tell: a slab object of a known type.  *offset_io: of the
 * access, from the register's value; then from the structure's start. */
static uint32_t type_of_object(struct pm_linux_session *s, uint64_t value, int64_t *offset_io)
{
	struct pm_linux_object object;

	if (!pm_linux_object_at(pm_session_kernel(s), pm_session_caches(s), value, &object) ||
	    object.offset < 0)
		return 0;
	*offset_io += object.offset;
	return pm_linux_cache_type(pm_session_kernel(s), object.cache);
}

static void name_registers(struct pm_linux_express *ex, struct pm_incident *inc, struct pm_regs *regs,
			   const struct pm_values *values)
{
	for (unsigned i = 0; i < PM_FOLLOW_REGS; i++) {
		struct pm_register *reg = pm_regs_find(regs, pm_follow_reg_name(i));
		struct pm_linux_expression e;

		if (!reg || !values->regs[i] || values->regs[i]->offset)
			continue;
		/* what a call returned says something where it is a pointer, or an error */
		if (values->regs[i]->kind == PM_VALUE_RESULT && !(reg->value >> 63))
			continue;
		pm_linux_express(ex, values->regs[i], &e);
		if (*e.text)
			reg->holds = pm_arena_str(&inc->arena, pm_slice_of(e.text));
	}
}

/* The register that still holds where the base was loaded from. */
static void find_origin(struct pm_incident *inc, const struct pm_values *values, const struct pm_value *base)
{
	struct pm_fault *fault = &inc->fault;

	if (base->kind != PM_VALUE_LOADED)
		return;
	for (unsigned i = 0; i < PM_FOLLOW_REGS && !fault->origin_reg; i++) {
		struct pm_value at = *base->from;

		if (!values->regs[i] || at.kind == PM_VALUE_CONSTANT || !strcmp(pm_follow_reg_name(i), "rsp"))
			continue;
		at.offset = values->regs[i]->offset;
		if (!pm_value_same(&at, values->regs[i]))
			continue;
		fault->origin_reg = pm_follow_reg_name(i);
		fault->origin_offset = base->from->offset - at.offset;
	}
}

static void name_member(struct pm_linux_session *s, struct pm_incident *inc, const struct pm_btf *types,
			const struct pm_linux_expression *e, const struct pm_value *value,
			const struct pm_register *base)
{
	struct pm_fault *fault = &inc->fault;
	int64_t offset = fault->displacement + (value ? value->offset : 0);
	uint32_t id = e->type ? pm_linux_pointed_struct(types, e->type) : 0;
	struct pm_btf_member member;
	char path[96];

	if (*e->text)
		fault->member_variable = pm_arena_str(&inc->arena, pm_slice_of(e->text));
	if (!id && base) {
		offset = fault->displacement;
		id = type_of_object(s, base->value, &offset);
	}
	if (!id || offset < 0 || fault->index_reg ||
	    !pm_btf_member_at(types, id, (uint64_t)offset, path, sizeof(path), &member) || !*path)
		return;
	fault->member_type = pm_arena_printf(&inc->arena, "%s %s",
					     pm_btf_kind(types, id) == PM_BTF_UNION ? "union" : "struct",
					     *pm_btf_name(types, id) ? pm_btf_name(types, id) : "{...}");
	fault->member = pm_arena_str(&inc->arena, pm_slice_of(path));
	fault->member_offset = (uint64_t)offset;
}

void pm_linux_report_member(struct pm_linux_session *s, struct pm_incident *inc,
			    const struct pm_stack_trace *trace, size_t first)
{
	struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	struct pm_linux_function f;
	struct pm_values values;
	uint64_t pc;

	if (!fault_pc(inc, trace, first, &pc))
		return;
	if (!pm_linux_is_text(pm_session_unwinder(s), pc) || !pm_linux_function_open(s, pc, &f)) {
		if (first + 1 < trace->frames.n)
			name_called(s, inc, &trace->frames.v[first + 1]);
		return;
	}
	/* which register the access went through */
	pm_effective_decode(inc);
	struct pm_disasm *dis = pm_disasm_new(inc);
	struct pm_linux_express ex = { s, &f, pm_linux_function_prototype(s, &f) };
	int base = inc->fault.base_reg ? pm_follow_reg(inc->fault.base_reg) : -1;

	if (!ex.prototype && f.module && f.types && dis && first + 1 < trace->frames.n)
		ex.prototype = prototype_of_caller(s, dis, &f, &trace->frames.v[first + 1]);
	if (dis && pm_follow(dis, &f.arena, f.code, (size_t)f.size, f.start, pc, &values)) {
		const struct pm_value *value = base >= 0 ? values.regs[base] : NULL;
		struct pm_linux_expression e = { 0 };

		name_registers(&ex, inc, regs, &values);
		if (value) {
			pm_linux_express(&ex, value, &e);
			find_origin(inc, &values, value);
		}
		if (base >= 0 && f.types)
			name_member(s, inc, f.types, &e, value, pm_regs_find(regs, inc->fault.base_reg));
	}
	pm_disasm_free(dis);
	pm_linux_function_close(&f);
}

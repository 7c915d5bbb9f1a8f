#include "symbols/parameters.h"

#include "symbols/die.h"
#include "symbols/kernel.h"

#include <dwarf.h>

enum { max_parameters = 64, stack_size = 16, max_operations = 256 };

/* ---- expressions ---- */

struct machine {
	const struct pm_frame_values *frame;
	uint64_t stack[stack_size];
	unsigned n;
	bool bad; /* something is not known, or not understood */
};

static void push(struct machine *m, uint64_t value)
{
	if (m->n < stack_size)
		m->stack[m->n++] = value;
	else
		m->bad = true;
}

static uint64_t pop(struct machine *m)
{
	if (m->n)
		return m->stack[--m->n];
	m->bad = true;
	return 0;
}

static uint64_t reg(struct machine *m, uint64_t number)
{
	uint64_t value = 0;

	if (number > 255 || !m->frame->reg(m->frame->user, (unsigned)number, &value))
		m->bad = true;
	return value;
}

static uint64_t read_memory(struct machine *m, uint64_t addr, unsigned size)
{
	uint64_t value = 0;

	if (m->bad || !m->frame->read(m->frame->user, addr, size, &value))
		m->bad = true;
	return value;
}

static bool binary(struct machine *m, uint8_t op)
{
	uint64_t b = pop(m), a = pop(m);

	switch (op) {
	case DW_OP_plus:
		push(m, a + b);
		return true;
	case DW_OP_minus:
		push(m, a - b);
		return true;
	case DW_OP_mul:
		push(m, a * b);
		return true;
	case DW_OP_and:
		push(m, a & b);
		return true;
	case DW_OP_or:
		push(m, a | b);
		return true;
	case DW_OP_xor:
		push(m, a ^ b);
		return true;
	case DW_OP_shl:
		push(m, b < 64 ? a << b : 0);
		return true;
	case DW_OP_shr:
		push(m, b < 64 ? a >> b : 0);
		return true;
	case DW_OP_shra:
		b = b < 63 ? b : 63; /* the sign comes in from above */
		push(m, a >> b | (b && a >> 63 ? ~0ull << (64 - b) : 0));
		return true;
	default:
		return false;
	}
}

/* The constants that an operation carries. */
static bool constant(struct machine *m, uint8_t op, struct pm_reader *r)
{
	static const struct {
		uint8_t op, size;
		bool is_signed;
	} rows[] = { { DW_OP_const1u, 1, false }, { DW_OP_const1s, 1, true },  { DW_OP_const2u, 2, false },
		     { DW_OP_const2s, 2, true },  { DW_OP_const4u, 4, false }, { DW_OP_const4s, 4, true },
		     { DW_OP_const8u, 8, false }, { DW_OP_const8s, 8, true } };

	if (op >= DW_OP_lit0 && op <= DW_OP_lit31) {
		push(m, (uint64_t)(op - DW_OP_lit0));
		return true;
	}
	if (op == DW_OP_constu || op == DW_OP_consts) {
		push(m, op == DW_OP_constu ? pm_read_uleb(r) : (uint64_t)pm_read_sleb(r));
		return true;
	}
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (rows[i].op == op) {
			unsigned unused = 64 - 8 * rows[i].size;
			uint64_t value = pm_read(r, rows[i].size) << unused;

			push(m, rows[i].is_signed ? (uint64_t)((int64_t)value >> unused) : value >> unused);
			return true;
		}
	return false;
}

/* What the expression comes to; *is_value_out: it is the variable's value itself, else its address. */
static bool evaluate(const struct pm_frame_values *frame, struct pm_bytes expression, bool big_endian,
		     const uint64_t *frame_base, uint64_t *out, bool *is_value_out)
{
	struct machine m = { .frame = frame };
	struct pm_reader r = pm_reader_at(expression, 0, big_endian);

	*is_value_out = false;
	for (unsigned i = 0; r.p < r.end && !r.bad && !m.bad; i++) {
		uint8_t op = pm_read_u8(&r);

		if (i == max_operations || *is_value_out)
			return false; /* pieces of a variable */
		if ((op >= DW_OP_reg0 && op <= DW_OP_reg31) || op == DW_OP_regx) {
			push(&m, reg(&m, op == DW_OP_regx ? pm_read_uleb(&r) : (uint64_t)(op - DW_OP_reg0)));
			*is_value_out = true;
		} else if (op >= DW_OP_breg0 && op <= DW_OP_breg31) {
			uint64_t base = reg(&m, (uint64_t)(op - DW_OP_breg0));

			push(&m, base + (uint64_t)pm_read_sleb(&r));
		} else if (op == DW_OP_fbreg) {
			m.bad |= !frame_base;
			push(&m, (frame_base ? *frame_base : 0) + (uint64_t)pm_read_sleb(&r));
		} else if (op == DW_OP_call_frame_cfa) {
			m.bad |= !frame->cfa;
			push(&m, frame->cfa);
		} else if (op == DW_OP_stack_value) {
			*is_value_out = true;
		} else if (op == DW_OP_plus_uconst) {
			push(&m, pop(&m) + pm_read_uleb(&r));
		} else if (op == DW_OP_deref) {
			push(&m, read_memory(&m, pop(&m), 8));
		} else if (op == DW_OP_neg) {
			push(&m, -pop(&m));
		} else if (op == DW_OP_not) {
			push(&m, ~pop(&m));
		} else if (op == DW_OP_dup) {
			uint64_t top = pop(&m);

			push(&m, top);
			push(&m, top);
		} else if (!constant(&m, op, &r) && !binary(&m, op)) {
			return false; /* the value at entry, which the caller would have to tell, and others */
		}
	}
	*out = pop(&m);
	return !r.bad && !m.bad;
}

/* ---- scopes ---- */

struct search {
	struct pm_dwarf *dw;
	uint64_t pc;
	const struct pm_frame_values *frame;
	bool has_base;
	uint64_t base;
	struct pm_arena *arena;
	pm_parameters *out;
};

static void find_value(struct search *s, const struct pm_entry *entry, struct pm_parameter *p)
{
	struct pm_bytes expression;
	struct pm_form_value v;
	uint16_t form;
	uint64_t value;
	bool is_value;

	/* A copy of an inlined call may be a constant. */
	if (pm_entry_attribute(s->dw, entry, DW_AT_const_value, &v, &form) && !v.block.p && !v.text) {
		p->value = v.value;
		p->known = true;
		return;
	}
	if (!p->size || !pm_entry_location(s->dw, entry, s->pc, &expression) || !expression.n ||
	    !evaluate(s->frame, expression, s->dw->big_endian, s->has_base ? &s->base : NULL, &value,
		      &is_value))
		return;
	p->known = is_value || s->frame->read(s->frame->user, value, p->size, &value);
	p->value = value;
}

static void consider(void *user, const struct pm_entry *entry, int depth, const struct pm_entry *function)
{
	struct search *s = user;
	const char *name = pm_entry_name(s->dw, *entry), *of;
	struct pm_parameter p = { 0 };
	struct pm_entry type;
	struct pm_form_value v;

	(void)depth;
	if (entry->abbrev->tag != DW_TAG_formal_parameter || s->out->n == max_parameters || !name ||
	    !pm_entry_type(s->dw, *entry, &type) || !pm_entry_strip(s->dw, &type))
		return;
	of = pm_entry_name(s->dw, *function);
	uint64_t size = pm_entry_size(s->dw, type);

	p.function = pm_arena_str(s->arena, pm_slice_of(of ? of : ""));
	p.name = pm_arena_str(s->arena, pm_slice_of(name));
	p.is_pointer = type.abbrev->tag == DW_TAG_pointer_type;
	p.is_signed = pm_entry_attribute(s->dw, &type, DW_AT_encoding, &v, NULL) &&
		      (v.value == DW_ATE_signed || v.value == DW_ATE_signed_char);
	if ((p.is_pointer || type.abbrev->tag == DW_TAG_base_type ||
	     type.abbrev->tag == DW_TAG_enumeration_type) &&
	    (size == 1 || size == 2 || size == 4 || size == 8))
		p.size = (unsigned)size;
	find_value(s, entry, &p);
	if (p.size && p.size < 8)
		p.value &= (1ull << 8 * p.size) - 1;
	*PM_PUSH(s->arena, s->out) = p;
}

bool pm_dwarf_parameters(struct pm_dwarf *dwarf, uint64_t pc, const struct pm_frame_values *frame,
			 struct pm_arena *arena, pm_parameters *out)
{
	struct search s = { .dw = dwarf, .pc = pc, .frame = frame, .arena = arena, .out = out };
	struct pm_scopes scopes;
	struct pm_form_value v;
	bool is_value;

	*out = (pm_parameters){ 0 };
	if (!pm_scopes_at(dwarf, pc, &scopes))
		return false;
	if (pm_entry_attribute(dwarf, &scopes.function, DW_AT_frame_base, &v, NULL) && v.block.p)
		s.has_base = evaluate(frame, v.block, dwarf->big_endian, NULL, &s.base, &is_value);
	pm_scopes_visit(dwarf, &scopes, consider, &s);
	return true;
}

struct pm_error *pm_symbols_parameters(struct pm_kernel *kernel, const struct pm_printed_place *place,
				       const struct pm_frame_values *frame, struct pm_arena *arena,
				       pm_parameters *out)
{
	const struct pm_elf_symbol *symbol;
	struct pm_image *image;
	uint64_t pc;
	struct pm_error *err = pm_kernel_locate(kernel, place, &image, &pc, &symbol);

	if (err)
		return err;
	/* A return address may be of what follows the call. */
	if (!image->dwarf || !pm_dwarf_parameters(image->dwarf, pc - !place->exact, frame, arena, out))
		return pm_error_new(PM_NOT_FOUND, "%s: no debug information of that place",
				    pm_elf_path(image->elf));
	return NULL;
}

/* Which variable and member a memory operand stood for: DWARF tells which
 * variables a register holds at an instruction, and of which type they are. */
#include "symbols/die.h"
#include "symbols/kernel.h"

#include <dwarf.h>
#include <elf.h>
#include <stdlib.h>

#define NESTING_MAX 8
#define MEMBERS_MAX 10000

static bool member_offset(struct pm_dwarf *dw, const struct pm_entry *member, uint64_t *offset)
{
	struct pm_form_value v;

	*offset = 0;
	if (pm_entry_attribute(dw, member, DW_AT_data_bit_offset, &v, NULL)) {
		*offset = v.value / 8;
		return true;
	}
	if (!pm_entry_attribute(dw, member, DW_AT_data_member_location, &v, NULL))
		return true; /* a union's members all lie at its start */
	if (v.block.p) {
		struct pm_reader r = pm_reader_at(v.block, 0, false);

		if (pm_read_u8(&r) != DW_OP_plus_uconst)
			return false;
		v.value = pm_read_uleb(&r);
		if (r.bad)
			return false;
	}
	*offset = v.value;
	return true;
}

struct found_member {
	struct pm_buf name;
	uint64_t offset, size; /* of the innermost named member */
	size_t steps;          /* members looked at: unions in unions multiply */
};

/* Appends the names of the members that lie at offset in the structure; false: none does. */
static bool find_member(struct pm_dwarf *dw, struct pm_entry type, uint64_t offset, int nesting,
			struct found_member *found)
{
	struct pm_reader r = type.attrs;
	bool is_union = type.abbrev->tag == DW_TAG_union_type, any = false, broken = false;

	if (nesting >= NESTING_MAX || !type.abbrev->children ||
	    !pm_die_skip(dw, type.unit, type.abbrev, &r, false))
		return false;
	while (found->steps++ < MEMBERS_MAX) {
		struct pm_entry member = { .unit = type.unit }, of;
		uint64_t at, size;
		struct pm_form_value v;

		member.offset = (uint64_t)(r.p - dw->info.p);
		member.abbrev = pm_die_abbrev(type.unit, &r, &broken);
		if (!member.abbrev)
			return any;
		member.attrs = r;
		if (!pm_die_skip(dw, type.unit, member.abbrev, &r, true))
			return any;
		if (member.abbrev->tag != DW_TAG_member || !member_offset(dw, &member, &at) ||
		    !pm_entry_follow(dw, &member, DW_AT_type, &of))
			continue;
		size = pm_entry_size(dw, of);
		/* A flexible array has no size and lies last. */
		if (offset < at || (size && offset - at >= size) || (!size && offset != at))
			continue;
		const char *name = pm_entry_attribute(dw, &member, DW_AT_name, &v, NULL) ? v.text : NULL;
		if (any) {
			/* A second member of a union: which of them was meant is not known. */
			if (name && found->name.n < 64)
				pm_buf_printf(&found->name, " or %s", name);
			continue;
		}
		if (name) {
			pm_buf_printf(&found->name, "%s%s", found->name.n ? "." : "", name);
			found->offset += at;
			found->size = size;
			any = true;
		} else {
			found->offset += at;
		}
		if (pm_entry_strip(dw, &of) &&
		    (of.abbrev->tag == DW_TAG_structure_type || of.abbrev->tag == DW_TAG_union_type) &&
		    (!name || (of.abbrev->tag == DW_TAG_structure_type && !is_union)))
			any = find_member(dw, of, offset - at, nesting + 1, found) || any;
		if (!any)
			found->offset -= at;
		if (any && !is_union)
			return true;
	}
	return any;
}

/* ---- variables in registers ---- */

/* Does the expression say that the variable's value is register + *addend? */
static bool value_in_register(struct pm_bytes expression, unsigned reg, bool big_endian, int64_t *addend)
{
	struct pm_reader r = pm_reader_at(expression, 0, big_endian);
	uint8_t op = pm_read_u8(&r);

	*addend = 0;
	if (op >= DW_OP_reg0 && op <= DW_OP_reg31)
		return !r.bad && (unsigned)(op - DW_OP_reg0) == reg && r.p == r.end;
	if (op == DW_OP_regx)
		return pm_read_uleb(&r) == reg && !r.bad && r.p == r.end;
	if (op >= DW_OP_breg0 && op <= DW_OP_breg31 && (unsigned)(op - DW_OP_breg0) == reg) {
		*addend = pm_read_sleb(&r);
		return pm_read_u8(&r) == DW_OP_stack_value && !r.bad && r.p == r.end;
	}
	return false;
}

struct search {
	struct pm_dwarf *dw;
	uint64_t pc;
	unsigned reg;
	int64_t displacement;
	struct pm_arena *arena;
	struct pm_member best;
	bool has_best, differs;
	int best_depth;
};

static void consider(void *user, const struct pm_entry *variable, int depth, const struct pm_entry *function)
{
	struct search *s = user;
	struct pm_bytes expression;
	struct pm_entry type;
	struct pm_form_value v;
	struct found_member found = { 0 };
	int64_t addend;

	(void)function;
	if (!pm_entry_location(s->dw, variable, s->pc, &expression) ||
	    !value_in_register(expression, s->reg, s->dw->big_endian, &addend))
		return;
	if (!pm_entry_type(s->dw, *variable, &type) || !pm_entry_strip(s->dw, &type) ||
	    type.abbrev->tag != DW_TAG_pointer_type || !pm_entry_follow(s->dw, &type, DW_AT_type, &type) ||
	    !pm_entry_strip(s->dw, &type) ||
	    (type.abbrev->tag != DW_TAG_structure_type && type.abbrev->tag != DW_TAG_union_type))
		return;
	uint64_t offset = (uint64_t)s->displacement - (uint64_t)addend, size = pm_entry_size(s->dw, type);
	if (offset >= size || !find_member(s->dw, type, offset, 0, &found)) {
		pm_buf_deinit(&found.name);
		return;
	}
	const char *tag = type.abbrev->tag == DW_TAG_union_type ? "union" : "struct";
	struct pm_member member = { .offset = found.offset, .size = (uint32_t)found.size };
	const char *name = pm_entry_name(s->dw, *variable);
	member.variable = name ? pm_arena_str(s->arena, pm_slice_of(name)) : NULL;
	member.type = pm_entry_attribute(s->dw, &type, DW_AT_name, &v, NULL) && v.text
			      ? pm_arena_printf(s->arena, "%s %s", tag, v.text)
			      : tag;
	member.member = pm_arena_str(s->arena, (struct pm_slice){ found.name.data, found.name.n });
	pm_buf_deinit(&found.name);
	if (s->has_best && depth == s->best_depth &&
	    (strcmp(s->best.type, member.type) || strcmp(s->best.member, member.member)))
		s->differs = true;
	if (!s->has_best || depth > s->best_depth) {
		s->best = member;
		s->best_depth = depth;
		s->differs = false;
	}
	s->has_best = true;
}

/* ---- register names ---- */

static const char *const x86_64[] = { "rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp" };
static const char *const i386[] = { "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi" };
static const char *const riscv[] = { "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
				     "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
				     "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6" };
static const char *const loongarch[] = { "zero", "ra", "tp", "sp", "a0", "a1", "a2", "a3", "a4", "a5", "a6",
					 "a7",   "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "u0",
					 "fp",   "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8" };

static const struct {
	uint16_t machine;
	const char *const *names; /* by number */
	size_t n;
	const char *prefix; /* and a number, which is DWARF's; NULL: none */
	unsigned prefix_from;
} machines[] = {
	{ EM_X86_64, x86_64, 8, "r", 8 }, { EM_386, i386, 8, NULL, 0 },   { EM_AARCH64, NULL, 0, "x", 0 },
	{ EM_ARM, NULL, 0, "r", 0 },      { EM_PPC64, NULL, 0, "r", 0 },  { EM_S390, NULL, 0, "r", 0 },
	{ 243, riscv, 32, NULL, 0 },      { 258, loongarch, 32, "r", 0 }, { EM_MIPS, NULL, 0, "$", 0 },
};

static bool register_number(uint16_t machine, const char *name, unsigned *number)
{
	for (size_t i = 0; i < PM_COUNT(machines); i++) {
		if (machines[i].machine != machine)
			continue;
		for (size_t k = 0; k < machines[i].n; k++)
			if (!strcmp(machines[i].names[k], name)) {
				*number = (unsigned)k;
				return true;
			}
		size_t n = machines[i].prefix ? strlen(machines[i].prefix) : 0;
		if (!n || strncmp(name, machines[i].prefix, n) || !name[n] ||
		    strspn(name + n, "0123456789") != strlen(name + n) || strlen(name + n) > 2)
			return false;
		*number = (unsigned)atoi(name + n);
		return *number >= machines[i].prefix_from && *number < 32;
	}
	return false;
}

bool pm_dwarf_member(struct pm_dwarf *dw, uint64_t pc, const char *register_name, int64_t displacement,
		     struct pm_arena *arena, struct pm_member *out)
{
	struct search s = { .dw = dw, .pc = pc, .displacement = displacement, .arena = arena };
	struct pm_scopes scopes;

	if (!register_number(pm_elf_machine(dw->elf), register_name, &s.reg) ||
	    !pm_scopes_at(dw, pc, &scopes))
		return false;
	pm_scopes_visit(dw, &scopes, consider, &s);
	if (!s.has_best || s.differs)
		return false;
	*out = s.best;
	return true;
}

struct pm_error *pm_symbols_member(struct pm_kernel *kernel, const struct pm_printed_place *place,
				   const char *register_name, int64_t displacement, struct pm_arena *arena,
				   struct pm_member *out)
{
	struct pm_image *image;
	const struct pm_elf_symbol *symbol;
	uint64_t pc;

	struct pm_error *err = pm_kernel_locate(kernel, place, &image, &pc, &symbol);
	if (err)
		return err;
	if (!image->dwarf || !pm_dwarf_member(image->dwarf, pc, register_name, displacement, arena, out))
		return pm_error_new(PM_NOT_FOUND, "%s: which variable is in %s there is not told",
				    pm_elf_path(image->elf), register_name);
	out->function = pm_arena_str(arena, pm_slice_of(symbol->name));
	return NULL;
}

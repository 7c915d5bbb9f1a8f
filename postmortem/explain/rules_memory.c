/* Faults by address: what was accessed, through which register, and what the address gives away. */
#include "explain/rules.h"

#include "base/pattern.h"

#define ACCESS_KINDS                                                                                         \
	(PM_K(NULL_DEREF) | PM_K(PAGE_FAULT) | PM_K(WRITE_READ_ONLY) | PM_K(EXECUTE_NX) | PM_K(SMEP) |       \
	 PM_K(SMAP) | PM_K(GPF) | PM_K(NON_CANONICAL) | PM_K(ALIGNMENT) | PM_K(EXTERNAL_ABORT) |             \
	 PM_K(KASAN) | PM_K(KFENCE) | PM_K(DOUBLE_FAULT) | PM_K(STACK_GUARD))

static const struct pm_insn *marked_insn(const struct pm_incident *inc)
{
	for (size_t i = 0; i < inc->code.insns.n; i++)
		if (inc->code.insns.v[i].marked)
			return &inc->code.insns.v[i];
	return NULL;
}

/* The address that was used, told or computed. */
static bool bad_address(const struct pm_incident *inc, uint64_t *addr_out)
{
	const struct pm_fault *f = &inc->fault;

	*addr_out = f->has_address ? f->address : f->effective;
	return f->has_address || f->has_effective;
}

/* Can the instruction's operand speak for the fault?  Only when its address is the one told, or none was. */
static bool operand_speaks(const struct pm_incident *inc)
{
	const struct pm_fault *f = &inc->fault;

	return f->base_reg && f->has_effective && (f->effective_equal || !f->has_address);
}

/* Does the address stand in the code itself, so that its bits say nothing about memory? */
static bool is_constant(const struct pm_incident *inc)
{
	return operand_speaks(inc) && !inc->fault.index_reg && inc->fault.base_origin == PM_ORIGIN_CONSTANT;
}

static bool instruction(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_insn *insn = marked_insn(inc);
	const struct pm_fault *f = &inc->fault;

	if (f->kind == PM_KIND_KASAN || f->kind == PM_KIND_KFENCE) /* the code, if any, is the report's */
		return false;
	/* Of a jump the instruction is the target's, which never ran. */
	if (!insn || !insn->text || f->access == PM_EXECUTE ||
	    (!f->effective_words && !(f->error_words && f->error_code)))
		return false;
	/* The guard page's address is printed hashed since 4.15. */
	if ((f->kind == PM_KIND_STACK_GUARD || f->kind == PM_KIND_DOUBLE_FAULT) && !f->effective_equal)
		return false;
	struct pm_finding *finding =
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, inc->code.at, "`%s`%s%s%s%s", insn->text,
			f->effective_words ? ": " : "", f->effective_words ? f->effective_words : "",
			f->error_words && f->error_code ? "; error code: " : "",
			f->error_words && f->error_code ? f->error_words : "");
	pm_because(inc, finding, f->address_at);
	if (f->base_reg) {
		const struct pm_register *reg =
			pm_regs_find(pm_incident_regs(inc, PM_REGS_FAULT), f->base_reg);
		if (reg)
			pm_because(inc, finding, reg->at);
	}
	return true;
}

static bool error_code(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;

	/* A general protection fault without a selector has the code 0, which says nothing. */
	if (!f->error_words || pm_found(inc, "faulting-instruction") ||
	    (f->kind == PM_KIND_GPF && !f->error_code) ||
	    (f->kind == PM_KIND_NON_CANONICAL && !f->error_code))
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, f->at, "%s%s",
		f->has_address ? "the processor says: " : "", f->error_words);
	return true;
}

static bool disagreement(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;

	if (!f->has_address || !f->has_effective || f->effective_equal || f->kind == PM_KIND_KASAN ||
	    f->kind == PM_KIND_KFENCE)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, inc->code.at,
		"instruction and registers give the address 0x%llx, but 0x%llx faulted: registers and code "
		"may not belong together",
		(unsigned long long)f->effective, (unsigned long long)f->address);
	return true;
}

/* Which of the operand's registers is the NULL pointer, and which only the index. */
static bool null_member(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;
	uint64_t addr;

	if (f->address_class != PM_ADDR_NULL || !bad_address(inc, &addr) || f->access == PM_EXECUTE ||
	    is_constant(inc))
		return false;
	const char *member = f->member ? pm_arena_printf(&inc->arena, "`%s` in %s", f->member,
							 f->member_type ? f->member_type : "its structure")
				       : NULL;
	const char *variable =
		f->member_variable ? pm_arena_printf(&inc->arena, ", `%s`", f->member_variable) : "";
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	const struct pm_register *base = f->base_reg ? pm_regs_find(regs, f->base_reg) : NULL;
	struct pm_finding *finding;

	if (operand_speaks(inc) && base && base->value != 0 && !f->index_reg) {
		/* The register itself holds a small number: it was computed from NULL before. */
		finding = pm_find(
			inc, rule, PM_LIKELY, PM_RANK_CAUSE, base->at,
			"%s holds the small number 0x%llx: the address of %s at that offset of a NULL "
			"pointer%s, computed before this instruction",
			f->base_reg, (unsigned long long)base->value, member ? member : "a member", variable);
	} else if (operand_speaks(inc) && base && base->value == 0 && !f->index_reg) {
		if (f->displacement)
			finding = pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, base->at,
					  "the base pointer (%s%s) is NULL and 0x%llx is the offset of %s",
					  f->base_reg, variable, (unsigned long long)f->displacement,
					  member ? member : "a member");
		else
			finding = pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, base->at,
					  member ? "the pointer in %s%s is NULL: %s was accessed"
						 : "the pointer in %s%s is NULL: the first member of a "
						   "structure, or the object itself, was accessed",
					  f->base_reg, variable, member);
	} else if (addr) {
		finding = pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, f->address_at,
				  "the base pointer is NULL and 0x%llx is the offset of %s",
				  (unsigned long long)addr,
				  member ? member : "a member, or an index into an array");
	} else {
		finding = pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, f->address_at,
				  "the pointer itself is NULL");
	}
	pm_because(inc, finding, f->address_at);
	return true;
}

static bool null_call(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	struct pm_walk walk = { 0 };
	uint64_t addr;

	if (f->access != PM_EXECUTE || !bad_address(inc, &addr) || f->address_class != PM_ADDR_NULL)
		return false;
	if (trace)
		pm_walk(inc, trace, &walk);
	const struct pm_place *caller = walk.places.n ? walk.places.v[0] : NULL;
	struct pm_finding *finding = pm_find(
		inc, rule, PM_LIKELY, PM_RANK_CAUSE, f->address_at,
		addr ? "a function pointer with the bad value 0x%llx was called%s%s%s%s%s"
		     : "a function pointer that is NULL (%llu) was called%s%s%s%s%s: an operation that "
		       "its owner never set",
		(unsigned long long)addr, caller ? ", by " : "", caller ? pm_function_words(inc, caller) : "",
		f->member_variable ? ", through `" : "", f->member_variable ? f->member_variable : "",
		f->member_variable ? "`" : "");
	if (caller)
		pm_because(inc, finding, caller->at);
	return true;
}

/* A retpoline returns to where the register named in it points: an indirect call or jump in disguise. */
static bool retpoline(struct pm_incident *inc, const struct pm_rule *rule)
{
	const char *symbol = inc->place.symbol, *through = pm_frame_retpoline(symbol);
	const struct pm_insn *insn = marked_insn(inc);
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	struct pm_walk walk = { 0 };

	if (!through || !insn || insn->kind != PM_INSN_RETURN)
		return false;
	const struct pm_register *reg = pm_regs_find(pm_incident_regs(inc, PM_REGS_FAULT), through);
	if (!reg)
		return false;
	if (trace)
		pm_walk(inc, trace, &walk);
	const struct pm_place *caller = pm_walk_culprit(inc, &walk);
	struct pm_finding *finding = pm_find(
		inc, rule, PM_LIKELY, PM_RANK_CAUSE, reg->at,
		"%s is an indirect call through %s, which holds 0x%llx: that function pointer is bad%s%s",
		symbol, reg->name, (unsigned long long)reg->value, caller ? "; called by " : "",
		caller ? pm_function_words(inc, caller) : "");
	pm_because(inc, finding, inc->code.at);
	return true;
}

/* An instruction address that is none: the processor could not even fetch. */
static bool bad_jump(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	const char *names = NULL;

	if (!inc->place.has_addr || inc->place.symbol || !inc->fault.bad_pc)
		return false;
	for (size_t i = 0; regs && i < regs->regs.n; i++)
		if (regs->regs.v[i].value == inc->place.addr && strcmp(regs->regs.v[i].name, "pc"))
			names = pm_arena_printf(&inc->arena, "%s%s%s", names ? names : "", names ? ", " : "",
						regs->regs.v[i].name);
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, inc->place.at.line ? inc->place.at : inc->fault.at,
		"the kernel jumped to 0x%llx, which cannot be code: a function pointer or return address was "
		"overwritten%s%s",
		(unsigned long long)inc->place.addr, names ? "; the same value is in " : "",
		names ? names : "");
	return true;
}

static bool base_from(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;

	/* In a shadow's address the register is only a shifted one. */
	if (!operand_speaks(inc) || !f->base_from || f->address_class == PM_ADDR_KASAN_SHADOW ||
	    is_constant(inc) || pm_found(inc, "kasan-range"))
		return false;
	/* Memory has told more of it (rules_dump.c), or the source's name for it. */
	if (pm_found(inc, "pointer-from-object") || pm_found(inc, "freed-object-in-memory") ||
	    f->member_variable)
		return false;
	if (f->base_origin == PM_ORIGIN_RESULT) {
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE + 1, inc->code.at,
			"%s is what the function called just before (`%s`) returned", f->base_reg,
			f->base_from);
		return true;
	}
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE + 1, inc->code.at,
		"%s was set before by `%s`, as far as the code bytes before it can be read", f->base_reg,
		f->base_from);
	return true;
}

static bool constant(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;
	bool object = f->address_class == PM_ADDR_KERNEL_TEXT || f->address_class == PM_ADDR_MODULE;

	if (!is_constant(inc))
		return false;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, inc->code.at,
		object ? "the address stands in the code itself (`%s`): it is that of a fixed object, no "
			 "pointer went wrong"
		       : "the address stands in the code itself (`%s`): no pointer was overwritten, the "
			 "source uses a constant as one",
		f->base_from);
	return true;
}

/* What a poisoned pointer says about its past. */
static bool poison(struct pm_incident *inc, const struct pm_rule *rule)
{
	static const char *const words[] = {
		[PM_POISON_LIST] = "a list entry was used that had already been deleted: removed twice, or "
				   "walked without the lock that its removal takes",
		[PM_POISON_FREED] = "a pointer was read from memory that had been given back already: a use "
				    "after free",
		[PM_POISON_UNSET] =
			"a pointer was read that nobody had set: a member or variable used before "
			"its first assignment",
		[PM_POISON_BOUNDS] =
			"a pointer was read from outside of an object: past its end, or from one "
			"that is freed",
		[PM_POISON_INSIDE] = "what the code took for a pointer is part of another object: its memory "
				     "was freed and used anew, or is not of the type that the code takes it "
				     "for",
		[PM_POISON_MARK] = "a pointer was used after its owner had marked it as dead: use after the "
				   "end of its life",
	};
	const struct pm_fault *f = &inc->fault;
	uint64_t addr;

	if (!bad_address(inc, &addr) || !f->address_poison || f->has_shadowed || is_constant(inc))
		return false;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, f->address_at, "%s%s%s",
		f->address_words ? f->address_words : "", f->address_words ? ": " : "",
		words[f->address_poison]);
	return true;
}

/* The faulting pointer may be plain while another register of the same operation holds poison. */
static bool poison_in_registers(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	struct pm_finding *finding = NULL;
	const char *names = NULL;
	struct pm_at first = { 0 };
	size_t n = 0;

	if (pm_found(inc, "poison"))
		return false;
	for (size_t i = 0; regs && i < regs->regs.n; i++) {
		const struct pm_register *reg = &regs->regs.v[i];

		/* Locks' own marks are as often looked at on purpose. */
		if (!reg->meaning || (reg->poison != PM_POISON_LIST && reg->poison != PM_POISON_FREED &&
				      reg->poison != PM_POISON_UNSET && reg->poison != PM_POISON_BOUNDS &&
				      reg->poison != PM_POISON_MARK))
			continue;
		if (!n++)
			first = reg->at;
		if (n <= 3)
			names = pm_arena_printf(&inc->arena, "%s%s%s: %s", names ? names : "",
						names ? "; " : "", reg->name, reg->meaning);
	}
	if (!n)
		return false;
	finding = pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, first, "%s %s poison (%s)",
			  n == 1 ? "a register" : "registers", n == 1 ? "holds" : "hold", names);
	(void)finding;
	return true;
}

static bool error_pointer(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;

	if (f->address_class != PM_ADDR_ERROR_POINTER || is_constant(inc))
		return false;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, f->address_at,
		"%s%sa function returned an error inside of the pointer and its caller did not check it with "
		"IS_ERR() before using it",
		f->address_words ? f->address_words : "", f->address_words ? ": " : "");
	return true;
}

/* The bytes of an address in memory order, when all of them are printable. */
static const char *ascii_of(struct pm_incident *inc, uint64_t addr)
{
	char text[9];
	bool big = inc->machine.big_endian;

	for (unsigned i = 0; i < 8; i++) {
		unsigned char c = (unsigned char)(addr >> (big ? 56 - 8 * i : 8 * i));

		if (c < 0x20 || c > 0x7e)
			return NULL;
		text[i] = (char)c;
	}
	text[8] = 0;
	return pm_arena_str(&inc->arena, pm_slice_of(text));
}

static bool text_over_pointer(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;
	const char *text;
	uint64_t addr;

	if (f->address_class != PM_ADDR_TEXT_LIKE || !bad_address(inc, &addr) || is_constant(inc))
		return false;
	if (f->base_reg && operand_speaks(inc)) {
		const struct pm_register *base =
			pm_regs_find(pm_incident_regs(inc, PM_REGS_FAULT), f->base_reg);
		if (base)
			addr = base->value;
	}
	text = ascii_of(inc, addr);
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, f->address_at,
		text ? "the pointer reads as the text \"%s\": a string was written over it, past the end of "
		       "a buffer or into freed memory"
		     : "the pointer's bytes read as text%s: a string was written over it, past the end of a "
		       "buffer or into freed memory",
		text ? text : "");
	return true;
}

static bool user_pointer(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;

	if ((f->address_class != PM_ADDR_USER && f->kind != PM_KIND_SMAP && f->kind != PM_KIND_SMEP) ||
	    pm_found(inc, "number-as-pointer"))
		return false;
	if (f->access == PM_EXECUTE || f->kind == PM_KIND_SMEP)
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, f->address_at,
			"the kernel jumped to an address of user space: a function pointer was overwritten, "
			"or never set");
	else if (f->kind == PM_KIND_SMAP)
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, f->address_at,
			"the kernel dereferenced a user-space pointer directly, instead of copying with %s",
			inc->machine.system == PM_KPANIC ? "kp_copy_from_user() or kp_get_user()"
							 : "copy_from_user() or get_user()");
	else
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, f->address_at,
			is_constant(inc) ? "the address is one of user space"
					 : "the address is one of user space: a user pointer used directly, "
					   "or a kernel pointer that was overwritten with data");
	return true;
}

/* -1 and its like as an int, widened without its sign. */
static bool narrow_minus(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;
	const struct pm_register *base =
		f->base_reg ? pm_regs_find(pm_incident_regs(inc, PM_REGS_FAULT), f->base_reg) : NULL;

	if (!operand_speaks(inc) || !base || base->bits != 64 || base->value > UINT32_MAX ||
	    base->value < UINT32_MAX - 4095)
		return false;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, base->at,
		"%s holds 0x%llx: the number %d of 32 bits, taken for a pointer: an error or \"none\" that "
		"the code "
		"did not check",
		f->base_reg, (unsigned long long)base->value, (int)(int32_t)(uint32_t)base->value);
	return true;
}

/* The processor told nothing, and nothing else does. */
static bool gpf_untold(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;

	if (f->has_address || (f->has_effective && !f->effective_fine) || f->error_code ||
	    pm_found(inc, "kasan-range") || pm_found(inc, "retpoline-target"))
		return false;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_READ, f->at,
		"the processor refused an instruction and does not tell why: mostly an address that is none "
		"(non-canonical, from a pointer that was overwritten or freed), seldom a bad selector, "
		"control "
		"register or unaligned vector");
	return true;
}

/* Bits 47…63 of a kernel pointer are all ones.  One that is not may have flipped in memory. */
static bool flipped_bit(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;
	uint64_t addr, wrong;

	if (inc->machine.arch != PM_X86_64 || f->address_class != PM_ADDR_NON_CANONICAL ||
	    !bad_address(inc, &addr) || is_constant(inc))
		return false;
	wrong = ~addr & UINT64_C(0xffff800000000000);
	if (!wrong || wrong & (wrong - 1))
		return false;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, f->address_at,
		"but for bit %d the address 0x%llx would be a kernel address: one flipped bit, of failing "
		"memory or of a stray bit operation",
		__builtin_ctzll(wrong), (unsigned long long)addr);
	return true;
}

static bool non_canonical(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;
	uint64_t addr;

	if (f->address_class != PM_ADDR_NON_CANONICAL || !bad_address(inc, &addr) ||
	    pm_found(inc, "flipped-bit") || f->kind == PM_KIND_KASAN)
		return false;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, f->address_at,
		"0x%llx is no address at all (non-canonical)%s", (unsigned long long)addr,
		is_constant(inc) ? ""
				 : ": the pointer was overwritten or read from memory that holds something "
				   "else by now");
	return true;
}

static bool read_only(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;

	if (f->address_class == PM_ADDR_KERNEL_TEXT || f->address_class == PM_ADDR_MODULE)
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, f->address_at,
			"the target lies in the kernel's image or a module, which is read-only after start: "
			"a const object or code was written%s",
			is_constant(inc) ? "" : ", or the pointer is wrong");
	else
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, f->address_at,
			"the page is mapped, but read-only: %s was written, or the pointer is wrong",
			inc->machine.system == PM_LINUX ? "a const or __ro_after_init object"
							: "code or a const object");
	return true;
}

static bool not_executable(struct pm_incident *inc, const struct pm_rule *rule)
{
	(void)inc;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, inc->fault.address_at,
		"the kernel jumped into data: a function pointer or return address was overwritten, or its "
		"object was freed and reused");
	return true;
}

/* Mapped areas that fault: the object behind is gone. */
static bool unmapped_area(struct pm_incident *inc, const struct pm_rule *rule)
{
	static const struct {
		enum pm_address_class class;
		const char *words;
	} rows[] = {
		{ PM_ADDR_VMALLOC,
		  "nothing is mapped at this address of the vmalloc area: a wild pointer, memory that was "
		  "freed with vfree() or iounmap(), or an access past an area's end" },
		{ PM_ADDR_MODULE, "nothing is mapped at this address of the module area: a wild pointer, or "
				  "code or data of a module that was unloaded" },
		{ PM_ADDR_VMEMMAP, "the address lies in the array of page descriptors, where none exists: a "
				   "struct page was computed from an address that is no memory" },
		{ PM_ADDR_KASAN_SHADOW, "the address lies in KASAN's shadow: the real access was to a wild "
					"address whose shadow does not exist" },
		{ PM_ADDR_DIRECT_MAP,
		  "the address lies in the direct map of physical memory, but the page is not mapped: a wild "
		  "pointer, or a page that was taken out of the map" },
		{ PM_ADDR_HOLE, "kernels map nothing there: a wild pointer, or one that was computed from "
				"something else than a pointer" },
	};
	const struct pm_fault *f = &inc->fault;

	if (pm_found(inc, "kasan-range") || is_constant(inc))
		return false;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		if (rows[i].class != f->address_class)
			continue;
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, f->address_at, "%s", rows[i].words);
		return true;
	}
	return false;
}

/* The compiler's check of an access looks at its shadow first: when there is none, the check faults instead of the
 * access.  Kernels say what that means since 5.6 or so (kasan_non_canonical_hook). */
static bool shadow_check(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;
	if (!f->has_shadowed)
		return false;
	bool null = f->shadowed_class == PM_ADDR_NULL, user = f->shadowed_class == PM_ADDR_USER;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, f->address_at.line ? f->address_at : inc->code.at,
		"it is KASAN's check that faulted, before an access to 0x%llx-0x%llx: %s%s",
		(unsigned long long)f->shadowed_first, (unsigned long long)f->shadowed_last,
		f->shadowed_words,
		null   ? ", so a NULL pointer, plus the offset of a member"
		: user ? ", so a pointer that was overwritten, or one of user space used directly"
		: f->address_poison ? ""
				    : ", so a wild pointer");
	return true;
}

/* The kernel printed what KASAN thinks of a fault that it did not catch itself. */
static bool kasan_range(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;
	const struct pm_fact *type = pm_incident_fact(inc, "kasan", "range_type");
	const struct pm_fact *range = pm_incident_fact(inc, "kasan", "range");
	struct pm_match m;

	if (type && range) {
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, type->at,
			"KASAN computes the real access back to %s: %s%s%s", range->value, type->value,
			type->meaning ? ", " : "", type->meaning ? type->meaning : "");
		return true;
	}
	const struct pm_log_line *line = pm_log_find(inc, "KASAN: {*} in range [{x}-{x}]", false, &m);
	if (!line && shadow_check(inc, rule))
		return true;
	/* Before 5.11 that is all it said. */
	if (!line) {
		line = pm_log_find(inc, "GPF could be caused by NULL-ptr deref or user memory access", true,
				   NULL);
		if (!line || (f->kind != PM_KIND_GPF && f->kind != PM_KIND_NON_CANONICAL) || f->has_address)
			return false;
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, line->at,
			"KASAN thinks that its check of a pointer faulted: one that is NULL, or of user "
			"space%s",
			f->has_effective ? "" : "; which one cannot be told without the registers");
		return true;
	}
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, line->at,
		"KASAN computes the real access back to [%.*s-%.*s]: %.*s", PM_FMT(m.cap[1]),
		PM_FMT(m.cap[2]), PM_FMT(m.cap[0]));
	return true;
}

/* A helper such as memcpy() only did what it was told. */
static bool told_by_caller(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	const struct pm_place *culprit;
	struct pm_walk walk;

	if (!trace || pm_frame_class(inc->machine.system, inc->place.symbol) != PM_FRAME_HELPER ||
	    pm_found(inc, "retpoline-target"))
		return false;
	pm_walk(inc, trace, &walk);
	culprit = pm_walk_culprit(inc, &walk);
	if (!culprit)
		return false;
	size_t at = 0, between = 0;
	bool memory = false; /* the allocator's own code is on the way: it was given nothing bad */
	while (at < walk.places.n && walk.places.v[at] != culprit) {
		const char *symbol = walk.places.v[at++]->symbol;

		between += !pm_symbol_same(symbol, inc->place.symbol);
		memory = memory || pm_frame_allocates(symbol);
	}
	if (memory) {
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE + 1, culprit->at,
			"it failed inside of the memory allocator, which %s only called: its lists were "
			"overwritten before, by somebody else",
			pm_function_words(inc, culprit));
		return true;
	}
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE + 1, culprit->at,
		"%s only touches what it is given: the pointer or length came from %s, %s",
		pm_function_words(inc, &inc->place), between ? "further up" : "its caller",
		pm_function_words(inc, culprit));
	return true;
}

static bool divide(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_insn *insn = marked_insn(inc);
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	const struct pm_register *reg;

	if (!insn || insn->kind != PM_INSN_DIVIDE)
		return false;
	if (!insn->reg) {
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, inc->code.at,
			"`%s` divides by a value in memory: it is 0, or the quotient does not fit",
			insn->text);
		return true;
	}
	reg = pm_regs_find(regs, insn->reg);
	if (!reg)
		return false;
	uint64_t value = reg->value;
	if (insn->reg_size && insn->reg_size < 8)
		value &= (UINT64_C(1) << 8 * insn->reg_size) - 1;
	/* Part of a register: "the low 4 bytes of rcx". */
	const char *divisor =
		insn->reg_size && insn->reg_size * 8 < reg->bits
			? pm_arena_printf(&inc->arena, "the low %u bytes of %s", insn->reg_size, insn->reg)
			: insn->reg;
	struct pm_finding *finding =
		value == 0 ? pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, reg->at,
				     "`%s` divides by 0: that is in %s", insn->text, divisor)
			   : pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, reg->at,
				     "`%s` divides by %llu, in %s: the quotient does not fit its register",
				     insn->text, (unsigned long long)value, divisor);
	pm_because(inc, finding, inc->code.at);
	return true;
}

static bool invalid_opcode(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_insn *insn = marked_insn(inc);

	if (!insn || insn->kind != PM_INSN_TRAP)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, inc->code.at,
		"the instruction is ud2, which compilers and BUG() put where code must never get to: a check "
		"failed, or a function ran past its end");
	return true;
}

/* Some BUG()s stand in a function that says what is wrong in a line of its own before. */
static bool bug_reason(struct pm_incident *inc, const struct pm_rule *rule)
{
	static const struct {
		const char *pattern, *words; /* words: behind what was printed */
	} rows[] = {
		{ "skb_under_panic: {*}$",
		  "data was put in front of a network buffer that has no room there: a "
		  "header is longer than the headroom that its device or protocol asked for" },
		{ "skb_over_panic: {*}$",
		  "data was put behind the end of a network buffer: the length was computed too small" },
		{ "skput:over: {*}$",
		  "data was put behind the end of a network buffer: the length was computed too small" },
		{ "page dumped because: {*}$", "what was asserted of the page does not hold" },
		{ "detected buffer overflow in {*}$", "a copy is longer than the object it goes to or comes "
						      "from, as far as the compiler knew it" },
		{ "virt_to_phys used for non-linear address: {*}$", "the address is not of the direct map" },
	};
	size_t i = 0;

	while (i < inc->log.n && inc->log.v[i].at.line != inc->fault.at.line)
		i++;
	/* Nearest first; a report of before ends the search. */
	for (size_t back = 1; back <= i && back <= 30; back++) {
		const struct pm_log_line *line = &inc->log.v[i - back];
		struct pm_match m;

		if (strstr(line->text, "[ end trace "))
			return false;
		for (size_t k = 0; k < PM_COUNT(rows); k++) {
			if (!pm_match(rows[k].pattern, pm_slice_of(line->text), &m))
				continue;
			pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, line->at, "%.*s: %.*s: %s",
				(int)strcspn(rows[k].pattern, ":{"), rows[k].pattern, PM_FMT(m.cap[0]),
				rows[k].words);
			return true;
		}
	}
	return false;
}

static bool bug_place(struct pm_incident *inc, const struct pm_rule *rule)
{
	if (!inc->place.file || !inc->place.file_line || pm_found(inc, "condition"))
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, inc->place.at.line ? inc->place.at : inc->fault.at,
		"the condition checked at %s:%u did not hold: the programmer had declared this state "
		"impossible",
		inc->place.file, inc->place.file_line);
	return true;
}

static const struct pm_rule rules[] = {
	{ "faulting-instruction", instruction, ACCESS_KINDS },
	{ "error-code", error_code, ACCESS_KINDS },
	{ "address-disagrees", disagreement, ACCESS_KINDS & ~(PM_K(STACK_GUARD) | PM_K(DOUBLE_FAULT)) },
	{ "kasan-range", kasan_range, ACCESS_KINDS & ~PM_K(KASAN), PM_LINUX },
	{ "constant-pointer", constant, ACCESS_KINDS },
	{ "null-member-offset", null_member, ACCESS_KINDS },
	{ "null-call", null_call, ACCESS_KINDS },
	{ "retpoline-target", retpoline, ACCESS_KINDS, PM_LINUX },
	{ "jump-to-nowhere", bad_jump, ACCESS_KINDS, PM_LINUX },
	{ "poison", poison, ACCESS_KINDS },
	{ "error-pointer", error_pointer, ACCESS_KINDS, PM_LINUX },
	{ "text-over-pointer", text_over_pointer, ACCESS_KINDS },
	{ "number-as-pointer", narrow_minus, ACCESS_KINDS },
	{ "gpf-untold", gpf_untold, PM_K(GPF), PM_LINUX },
	{ "user-pointer", user_pointer,
	  PM_K(PAGE_FAULT) | PM_K(SMAP) | PM_K(SMEP) | PM_K(GPF) | PM_K(EXECUTE_NX) },
	{ "flipped-bit", flipped_bit, PM_K(GPF) | PM_K(NON_CANONICAL) | PM_K(PAGE_FAULT) },
	{ "non-canonical", non_canonical, ACCESS_KINDS },
	{ "read-only-target", read_only, PM_K(WRITE_READ_ONLY) },
	{ "data-executed", not_executable, PM_K(EXECUTE_NX) },
	{ "unmapped-area", unmapped_area, PM_K(PAGE_FAULT) | PM_K(GPF), PM_LINUX },
	{ "base-register-from", base_from, ACCESS_KINDS },
	{ "told-by-caller", told_by_caller, ACCESS_KINDS },
	{ "poison-in-registers", poison_in_registers, 0, PM_LINUX },
	{ "divisor", divide, PM_K(DIVIDE) },
	{ "undefined-instruction", invalid_opcode, PM_K(INVALID_OPCODE) },
	{ "failed-check", bug_place, PM_K(BUG) },
	{ "failed-check-says", bug_reason, PM_K(BUG), PM_LINUX },
};
const struct pm_theme pm_theme_memory = PM_THEME(rules);

#include "decode/effective.h"

#include "decode/bits.h"
#include "decode/disasm.h"
#include "decode/registers.h"

#include <inttypes.h>

/* Reports in which the marked instruction is the one that the processor refused. */
static const enum pm_kind memory_kinds[] = {
	PM_KIND_NULL_DEREF,   PM_KIND_PAGE_FAULT,    PM_KIND_WRITE_READ_ONLY, PM_KIND_SMAP,
	PM_KIND_GPF,          PM_KIND_NON_CANONICAL, PM_KIND_ALIGNMENT,       PM_KIND_EXTERNAL_ABORT,
	PM_KIND_DOUBLE_FAULT, PM_KIND_STACK_GUARD,
};

static bool is_memory_fault(const struct pm_fault *fault)
{
	if (fault->access == PM_EXECUTE)
		return false; /* the address is the instruction's own */
	for (size_t i = 0; i < PM_COUNT(memory_kinds); i++)
		if (memory_kinds[i] == fault->kind)
			return true;
	return fault->has_address && fault->has_error_code;
}

/* One memory operand with the registers' values. */
struct computed {
	const struct pm_memory_operand *mem;
	bool known; /* every register it needs is known */
	uint64_t address;
	uint64_t base, index, segment;
	bool equal;         /* it is the fault address */
	const char *inside; /* why it explains the fault address though it is not equal; NULL: it does not */
};

static bool value_of(const struct pm_regs *regs, enum pm_arch arch, const char *name, uint64_t *value)
{
	const struct pm_register *reg = pm_register_lookup(regs, arch, name);

	if (!reg)
		return false;
	*value = reg->value;
	return true;
}

static bool pc_of(const struct pm_incident *inc, const struct pm_regs *regs, uint64_t *pc)
{
	if (regs->pc.has_addr)
		*pc = regs->pc.addr;
	else if (inc->place.has_addr)
		*pc = inc->place.addr;
	else
		return false;
	return true;
}

static uint64_t cut(enum pm_arch arch, uint64_t address)
{
	return pm_arch_is_64(arch) ? address : (uint32_t)address;
}

static struct computed compute(const struct pm_incident *inc, const struct pm_regs *regs,
			       const struct pm_operation *op, const struct pm_memory_operand *mem)
{
	struct computed c = { .mem = mem };
	enum pm_arch arch = inc->machine.arch;
	bool zero = !strcmp(mem->base, "xzr") || !strcmp(mem->base, "zero");

	if (!mem->scale || (!mem->base[0] && !mem->index[0] && !mem->pc_relative && !mem->base_zero))
		return c;
	if (mem->base[0] && !zero && !value_of(regs, arch, mem->base, &c.base))
		return c;
	if (mem->index[0] && strcmp(mem->index, "xzr") && !value_of(regs, arch, mem->index, &c.index))
		return c;
	if (mem->index_bits == 32)
		c.index =
			mem->index_signed ? (uint64_t)(int64_t)(int32_t)(uint32_t)c.index : (uint32_t)c.index;
	if (mem->pc_relative) {
		uint64_t pc;

		if (!pc_of(inc, regs, &pc))
			return c;
		c.base = arch == PM_ARM ? (pc & ~UINT64_C(3)) + 8 : pc + op->size;
	}
	if (mem->segment[0]) {
		char name[16] = "";

		/* "gs_base", or the 64-bit number printed before the selector. */
		memcpy(name, mem->segment, 2);
		memcpy(name + 2, "_base", 6);
		if (!value_of(regs, arch, name, &c.segment)) {
			const struct pm_register *reg = pm_register_lookup(regs, arch, mem->segment);

			if (!reg || reg->bits != 64)
				return c;
			c.segment = reg->value;
		}
	}
	c.address = c.base + c.index * mem->scale + (uint64_t)mem->displacement;
	if (mem->base_32)
		c.address = (uint32_t)c.address;
	c.address = cut(arch, c.address + c.segment);
	c.known = true;
	return c;
}

/* The top byte of an arm64 address is a tag that FAR may hold or not. */
static uint64_t without_tag(enum pm_arch arch, uint64_t address)
{
	return arch == PM_ARM64 ? (uint64_t)((int64_t)(address << 8) >> 8) : address;
}

/* An access below the stack's end faults; the processor aligns RSP and pushes the frame of
 * that fault, which faults again (SDM vol 3, 6.14.2): CR2 is that of the push.  0: not so. */
static uint64_t pushes_frame_at(const struct pm_incident *inc, const struct pm_regs *regs)
{
	uint64_t sp;

	if (inc->machine.arch != PM_X86_64 ||
	    (inc->fault.kind != PM_KIND_STACK_GUARD && inc->fault.kind != PM_KIND_DOUBLE_FAULT) ||
	    !value_of(regs, PM_X86_64, "rsp", &sp))
		return 0;
	return (sp & ~UINT64_C(15)) - 8;
}

static void compare(const struct pm_incident *inc, const struct pm_regs *regs, const struct pm_operation *op,
		    struct computed *c)
{
	enum pm_arch arch = inc->machine.arch;
	uint64_t size = c->mem->size ? c->mem->size : 1, count;

	if (!c->known || !inc->fault.has_address)
		return;
	uint64_t past = without_tag(arch, inc->fault.address) - without_tag(arch, c->address);

	if (arch == PM_S390X) { /* the failing address has no low 12 bits */
		c->equal = c->address >> 12 == inc->fault.address >> 12;
		return;
	}
	c->equal = !past;
	if (c->equal)
		return;
	if (pushes_frame_at(inc, regs) == inc->fault.address && (c->address ^ inc->fault.address) < 0x10000)
		c->inside = "the fault address is where the processor pushes an exception's frame, (rsp & "
			    "-16) - 8: "
			    "the stack had no room for it either";
	else if (past < size)
		c->inside = (inc->fault.address & 0xfff) == 0
				    ? "the access crosses into the page of the fault address"
				    : "the access covers the fault address";
	else if (op->repeats && value_of(regs, arch, arch == PM_I386 ? "ecx" : "rcx", &count) &&
		 count < UINT32_MAX && past < count * size)
		c->inside = "the string operation covers the fault address";
}

/* Not canonical, by the widest paging there is. */
static bool is_wild(enum pm_arch arch, uint64_t address)
{
	return arch == PM_X86_64 && (int64_t)(address << 7) >> 7 != (int64_t)address;
}

static bool is_wild_48(enum pm_arch arch, uint64_t address)
{
	return arch == PM_X86_64 && (int64_t)(address << 16) >> 16 != (int64_t)address;
}

/* A general protection fault without an address, at an instruction whose address is
 * fine: a return to a bad address, a bad selector, an unaligned vector, a wrong MSR. */
static bool is_refused_elsewhere(const struct pm_incident *inc, uint64_t address)
{
	return inc->machine.arch == PM_X86_64 && inc->fault.kind == PM_KIND_GPF && !inc->fault.has_address &&
	       !is_wild_48(inc->machine.arch, address);
}

/* How well an operand fits the fault: the highest is taken. */
static unsigned fitness(const struct pm_incident *inc, const struct computed *c)
{
	const struct pm_fault *fault = &inc->fault;
	unsigned points = 1;

	if (!c->known)
		return 0;
	if (c->equal)
		points += 32;
	if (c->inside)
		points += 16;
	if (!fault->has_address && is_wild_48(inc->machine.arch, c->address))
		points += is_wild(inc->machine.arch, c->address) ? 12 : 8;
	if ((fault->access == PM_WRITE && c->mem->write) || (fault->access == PM_READ && c->mem->read))
		points += 4;
	if (!c->mem->implicit)
		points += 2;
	return points;
}

static void say(struct pm_incident *inc, const struct computed *c)
{
	struct pm_fault *fault = &inc->fault;
	const struct pm_memory_operand *mem = c->mem;
	struct pm_buf buf = { 0 };

	if (mem->segment[0])
		pm_buf_printf(&buf, "%s base (0x%" PRIx64 ") + ", mem->segment, c->segment);
	if (mem->pc_relative)
		pm_buf_printf(&buf, "the next instruction (0x%" PRIx64 ")", c->base);
	else if (mem->base[0])
		pm_buf_printf(&buf, "%s (0x%" PRIx64 ")", mem->base, c->base);
	if (mem->index[0])
		pm_buf_printf(&buf, "%s%s (0x%" PRIx64 ")", mem->base[0] ? " + " : "", mem->index, c->index);
	if (mem->index[0] && mem->scale != 1)
		pm_buf_printf(&buf, " * %u", mem->scale);
	if (!mem->base[0] && !mem->index[0] && !mem->pc_relative)
		pm_buf_printf(&buf, "%s0x%" PRIx64, mem->segment[0] ? "" : "the absolute address ",
			      cut(inc->machine.arch, (uint64_t)mem->displacement));
	else if (mem->displacement)
		pm_buf_printf(&buf, " %c 0x%" PRIx64, mem->displacement < 0 ? '-' : '+',
			      mem->displacement < 0 ? -(uint64_t)mem->displacement
						    : (uint64_t)mem->displacement);
	if (mem->base[0] || mem->index[0] || mem->pc_relative || mem->segment[0])
		pm_buf_printf(&buf, " = 0x%" PRIx64, c->address);
	if (c->equal)
		pm_buf_str(&buf, inc->machine.arch == PM_S390X ? ", in the page of the failing address"
							       : ", the fault address");
	else if (c->inside)
		pm_buf_printf(&buf, "; %s", c->inside);
	else if (fault->effective_fine)
		pm_buf_str(&buf, "; canonical, so it was not this address that was refused");
	else if (fault->has_address)
		pm_buf_printf(&buf, ", but the fault address is 0x%" PRIx64, fault->address);
	fault->effective_words = pm_arena_str(&inc->arena, (struct pm_slice){ buf.data, buf.n });
	pm_buf_deinit(&buf);
}

static const char *name_or_null(struct pm_incident *inc, const char *name)
{
	return name[0] ? pm_arena_str(&inc->arena, pm_slice_of(name)) : NULL;
}

void pm_effective_decode(struct pm_incident *inc)
{
	struct pm_fault *fault = &inc->fault;
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	const struct pm_code_bytes *code = &inc->code;
	struct pm_operation op;
	struct computed best = { 0 };
	unsigned points = 0;

	if (!regs || code->marked >= code->bytes.n || fault->has_effective || !is_memory_fault(fault))
		return;
	struct pm_disasm *dis = pm_disasm_new(inc);
	if (!dis)
		return;
	bool decoded =
		pm_disasm_one(dis, &inc->arena, code->bytes.v + code->marked, code->bytes.n - code->marked,
			      regs->pc.has_addr ? regs->pc.addr : 0, &op, NULL);
	pm_disasm_free(dis);
	if (!decoded)
		return;
	for (unsigned i = 0; i < op.memories; i++) {
		struct computed c = compute(inc, regs, &op, &op.memory[i]);

		compare(inc, regs, &op, &c);
		if (fitness(inc, &c) > points) {
			points = fitness(inc, &c);
			best = c;
		}
	}
	if (!points)
		return;
	fault->has_effective = true;
	fault->effective = best.address;
	fault->effective_equal = best.equal || best.inside;
	fault->effective_fine = !fault->effective_equal && is_refused_elsewhere(inc, best.address);
	fault->base_reg = name_or_null(inc, best.mem->base);
	fault->index_reg = name_or_null(inc, best.mem->index);
	/* Of KASAN's "shadow offset + address / 8" the address is the telling half. */
	if (fault->index_reg && best.mem->scale == 1 &&
	    pm_address_is_shadow_offset(inc->machine.arch, best.base)) {
		const char *offset = fault->base_reg;

		fault->base_reg = fault->index_reg;
		fault->index_reg = offset;
	}
	fault->displacement = best.mem->displacement;
	fault->value_reg = best.mem->implicit ? NULL : name_or_null(inc, op.value);
	say(inc, &best);
	if (fault->has_address && !fault->effective_equal)
		return; /* some other access than this operand's: do not tell its size */
	if (fault->access == PM_ACCESS_UNKNOWN && best.mem->read != best.mem->write)
		fault->access = best.mem->write ? PM_WRITE : PM_READ;
	if (!fault->access_size)
		fault->access_size = best.mem->size;
}

void pm_effective_classify(struct pm_incident *inc, const struct pm_address_space *space,
			   struct pm_address_meaning *meaning)
{
	const struct pm_fault *fault = &inc->fault;
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	uint64_t address = fault->has_address ? fault->address : fault->effective, base, index;
	bool near = fault->displacement >= -0x10000 && fault->displacement <= 0x10000;

	*meaning = (struct pm_address_meaning){ 0 };
	if (!fault->has_address && is_refused_elsewhere(inc, address))
		return;
	/* KASAN's check adds its shadow's offset to an address shifted right. */
	if (fault->has_effective && fault->base_reg && fault->index_reg && regs &&
	    (fault->effective_equal || !fault->has_address) &&
	    value_of(regs, space->arch, fault->base_reg, &base) &&
	    value_of(regs, space->arch, fault->index_reg, &index) &&
	    (pm_address_is_shadow_of(&inc->arena, space, address, base, meaning) ||
	     pm_address_is_shadow_of(&inc->arena, space, address, index, meaning)))
		return;
	/* Seen from the register that pointed there, and only where that is all that made the address. */
	if (fault->has_effective && fault->base_reg && !fault->index_reg && near && regs &&
	    (fault->effective_equal || !fault->has_address) &&
	    value_of(regs, space->arch, fault->base_reg, &base)) {
		if (!base && fault->displacement) {
			*meaning = (struct pm_address_meaning){
				.class = PM_ADDR_NULL,
				.grade = PM_CERTAIN,
				.words = pm_arena_printf(&inc->arena, "NULL %c 0x%" PRIx64,
							 fault->displacement < 0 ? '-' : '+',
							 fault->displacement < 0
								 ? -(uint64_t)fault->displacement
								 : (uint64_t)fault->displacement)
			};
			return;
		}
		pm_address_classify(&inc->arena, space, base, meaning);
		if (meaning->class == PM_ADDR_ERROR_POINTER) {
			if (fault->displacement)
				meaning->words = pm_arena_printf(
					&inc->arena, "%s %c %s", meaning->words,
					fault->displacement < 0 ? '-' : '+',
					pm_signed_hex(&inc->arena, fault->displacement < 0
									   ? -fault->displacement
									   : fault->displacement));
			return;
		}
	}
	pm_address_classify(&inc->arena, space, address, meaning);
}

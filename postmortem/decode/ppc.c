#include "decode/arch.h"

/* Power ISA book III, 7.5 (interrupt vectors); arch/powerpc/include/asm/interrupt.h */
static const struct pm_code_words traps[] = {
	{ 0x100, "system reset" },
	{ 0x200, "machine check" },
	{ 0x300, "data storage: no translation or access forbidden" },
	{ 0x380, "data segment: no segment for the address" },
	{ 0x400, "instruction storage" },
	{ 0x480, "instruction segment" },
	{ 0x500, "external interrupt" },
	{ 0x600, "alignment" },
	{ 0x700, "program check (trap: BUG or WARN; illegal instruction; privileged instruction)" },
	{ 0x800, "floating point unavailable" },
	{ 0x900, "decrementer" },
	{ 0x980, "hypervisor decrementer" },
	{ 0xa00, "doorbell" },
	{ 0xc00, "system call" },
	{ 0xd00, "trace (single step)" },
	{ 0xe00, "hypervisor data storage" },
	{ 0xe20, "hypervisor instruction storage" },
	{ 0xe40, "hypervisor emulation assistance (illegal instruction)" },
	{ 0xe60, "hypervisor maintenance" },
	{ 0xea0, "hypervisor virtualization" },
	{ 0xf00, "performance monitor" },
	{ 0xf20, "vector unavailable" },
	{ 0xf40, "VSX unavailable" },
	{ 0xf60, "facility unavailable" },
	{ 0xf80, "hypervisor facility unavailable" },
	{ 0x1500, "denormalisation assist" },
	{ 0x3000, "system call vectored" },
};

/* Power ISA book III, 4.4.8; arch/powerpc/include/asm/reg.h (DSISR_*) */
static const struct pm_bit dsisr_bits[] = {
	PM_BIT(30, "no translation"),
	PM_BIT(28, "no execute permission"),
	PM_BIT(27, "protection"),
	PM_BIT(26, "not allowed for this memory (caching inhibited or write through)"),
	PM_BIT(25, "write"),
	PM_CLEAR(25, "read"),
	PM_BIT(22, "DABR match"),
	PM_BIT(21, "no segment, or key"),
	PM_BIT(19, "unsupported radix tree configuration"),
	PM_BIT(18, "reference or change bits could not be set"),
	PM_BIT(16, "AMR or IAMR key"),
	PM_BIT(17, "process table"),
};

/* Power ISA book III, 4.2.1 */
static const struct pm_bit msr_bits[] = {
	PM_BIT(63, "SF (64 bits)"),
	PM_BIT(60, "HV"),
	PM_BIT(33, "TS (suspended)"),
	PM_BIT(34, "TS (transactional)"),
	PM_BIT(32, "TM"),
	PM_BIT(22, "S (secure)"),
	PM_BIT(25, "VEC"),
	PM_BIT(23, "VSX"),
	PM_BIT(15, "EE (interrupts on)"),
	PM_CLEAR(15, "interrupts off (hard)"),
	PM_BIT(14, "PR (user mode)"),
	PM_CLEAR(14, "kernel mode"),
	PM_BIT(13, "FP"),
	PM_BIT(12, "ME"),
	PM_CLEAR(12, "machine checks off"),
	PM_BIT(11, "FE0"),
	PM_BIT(10, "SE (single step)"),
	PM_BIT(9, "BE (branch trace)"),
	PM_BIT(8, "FE1"),
	PM_BIT(5, "IR"),
	PM_BIT(4, "DR"),
	PM_BIT(2, "PMM"),
	PM_BIT(1, "RI"),
	PM_CLEAR(1, "not recoverable (RI off)"),
	PM_BIT(0, "LE"),
	PM_BIT(6, "IP"),
	PM_BIT(3, "PX"),
};

/* arch/powerpc/include/asm/hw_irq.h */
static const struct pm_bit irqmask_bits[] = {
	{ 0x3, 0x0, "interrupts on" },
	PM_BIT(0, "interrupts off (soft)"),
	PM_BIT(1, "performance interrupts off"),
};

static const char *trap_words(uint64_t trap)
{
	return pm_code_find(traps, PM_COUNT(traps), trap & 0xfff0);
}

static const struct pm_register *find(const struct pm_incident *inc, const char *name)
{
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);

	return regs ? pm_regs_find(regs, name) : NULL;
}

static void fault(struct pm_incident *inc)
{
	const struct pm_register *trap = find(inc, "trap"), *dsisr = find(inc, "dsisr"),
				 *dar = find(inc, "dar");
	struct pm_fault *f = &inc->fault;
	const char *words = NULL, *more = NULL;
	enum pm_access access = PM_ACCESS_UNKNOWN;

	if (!f->has_vector && trap) {
		f->has_vector = true;
		f->vector = (uint32_t)trap->value;
	}
	if (!f->has_error_code && dsisr) {
		f->has_error_code = true;
		f->error_code = dsisr->value;
	}
	if (f->has_vector)
		words = trap_words(f->vector);
	if (f->has_vector && (f->vector & 0xfff0) == 0x300 && f->has_error_code) {
		more = pm_bits_words(&inc->arena, dsisr_bits, PM_COUNT(dsisr_bits), f->error_code, ", ");
		access = f->error_code >> 25 & 1 ? PM_WRITE : PM_READ;
	}
	if (f->has_vector && ((f->vector & 0xfff0) == 0x400 || (f->vector & 0xfff0) == 0x480))
		access = PM_EXECUTE;
	if (!f->has_address && dar && f->has_vector &&
	    ((f->vector & 0xfff0) == 0x300 || (f->vector & 0xfff0) == 0x380 ||
	     (f->vector & 0xfff0) == 0x600)) {
		f->has_address = true;
		f->address = dar->value;
		f->address_at = dar->at;
	}
	if (words)
		pm_fault_say(inc, more ? pm_arena_printf(&inc->arena, "%s: %s", words, more) : words, access);
}

static const struct pm_reg_bits reg_bits[] = {
	{ "msr", msr_bits, PM_COUNT(msr_bits) },
	{ "dsisr", dsisr_bits, PM_COUNT(dsisr_bits) },
	{ "irqmask", irqmask_bits, PM_COUNT(irqmask_bits) },
};

static const char *reg(struct pm_arena *arena, const struct pm_incident *inc, const struct pm_register *r)
{
	(void)inc;
	if (!strcmp(r->name, "trap"))
		return trap_words(r->value);
	return pm_reg_bits_words(arena, reg_bits, PM_COUNT(reg_bits), r);
}

const struct pm_decode_arch pm_decode_ppc64 = { PM_PPC64, fault, reg };

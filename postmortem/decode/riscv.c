#include "decode/arch.h"

/* RISC-V privileged specification, table 4.2: scause */
static const struct pm_code_words causes[] = {
	{ 0, "instruction address misaligned" },
	{ 1, "instruction access fault" },
	{ 2, "illegal instruction" },
	{ 3, "breakpoint" },
	{ 4, "load address misaligned" },
	{ 5, "load access fault" },
	{ 6, "store address misaligned" },
	{ 7, "store access fault" },
	{ 8, "environment call from user mode" },
	{ 9, "environment call from supervisor mode" },
	{ 12, "instruction page fault" },
	{ 13, "load page fault" },
	{ 15, "store page fault" },
	{ 18, "software check (CFI)" },
	{ 19, "hardware error" },
};
static const struct pm_code_words interrupts[] = {
	{ 1, "supervisor software interrupt" },
	{ 5, "supervisor timer interrupt" },
	{ 9, "supervisor external interrupt" },
	{ 13, "counter overflow interrupt" },
};

static const struct pm_code_field exception_fields[] = {
	{ "interrupt", 63, 1, "an exception", "an interrupt", NULL, 0 },
	{ "code", 0, 63, NULL, NULL, causes, PM_COUNT(causes) },
};
static const struct pm_code_field interrupt_fields[] = {
	{ "interrupt", 63, 1, "an exception", "an interrupt", NULL, 0 },
	{ "code", 0, 63, NULL, NULL, interrupts, PM_COUNT(interrupts) },
};

static const char *cause_words(uint64_t cause)
{
	if (cause >> 63)
		return pm_code_find(interrupts, PM_COUNT(interrupts), cause & 0xfff);
	return pm_code_find(causes, PM_COUNT(causes), cause);
}

static enum pm_access cause_access(uint64_t cause)
{
	switch (cause) {
	case 0:
	case 1:
	case 12:
		return PM_EXECUTE;
	case 4:
	case 5:
	case 13:
		return PM_READ;
	case 6:
	case 7:
	case 15:
		return PM_WRITE;
	default:
		return PM_ACCESS_UNKNOWN;
	}
}

static void fault(struct pm_incident *inc)
{
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	const struct pm_register *cause = regs ? pm_regs_find(regs, "cause") : NULL;
	const struct pm_register *badaddr = regs ? pm_regs_find(regs, "badaddr") : NULL;
	struct pm_fault *f = &inc->fault;

	if (!f->has_error_code && cause) {
		f->has_error_code = true;
		f->error_code = cause->value;
	}
	if (!f->has_error_code)
		return;
	enum pm_access access = cause_access(f->error_code);

	if (badaddr && !f->has_address && access != PM_ACCESS_UNKNOWN) {
		f->has_address = true;
		f->address = badaddr->value;
		f->address_at = badaddr->at;
	}
	if (f->error_code >> 63)
		pm_error_fields(inc, interrupt_fields, PM_COUNT(interrupt_fields));
	else
		pm_error_fields(inc, exception_fields, PM_COUNT(exception_fields));
	pm_fault_say(inc, cause_words(f->error_code), access);
}

/* 4.1.1 sstatus */
static const struct pm_bit status_bits[] = {
	PM_BIT(1, "interrupts on"),
	PM_CLEAR(1, "interrupts off"),
	PM_BIT(5, "interrupts were on (SPIE)"),
	PM_BIT(6, "big-endian user"),
	PM_BIT(8, "from supervisor mode (SPP)"),
	PM_CLEAR(8, "from user mode"),
	{ 0x600, 0x200, "vector initial" },
	{ 0x600, 0x400, "vector clean" },
	{ 0x600, 0x600, "vector dirty" },
	{ 0x6000, 0x2000, "FP initial" },
	{ 0x6000, 0x4000, "FP clean" },
	{ 0x6000, 0x6000, "FP dirty" },
	{ 0x18000, 0, NULL },
	PM_BIT(18, "user access allowed (SUM)"),
	PM_BIT(19, "MXR"),
	{ UINT64_C(3) << 32, UINT64_C(2) << 32, NULL },
	{ UINT64_C(1) << 63, UINT64_C(1) << 63, NULL },
};
static const struct pm_reg_bits reg_bits[] = {
	{ "status", status_bits, PM_COUNT(status_bits) },
};

static const char *reg(struct pm_arena *arena, const struct pm_incident *inc, const struct pm_register *r)
{
	(void)inc;
	if (!strcmp(r->name, "cause"))
		return cause_words(r->value);
	return pm_reg_bits_words(arena, reg_bits, PM_COUNT(reg_bits), r);
}

const struct pm_decode_arch pm_decode_riscv64 = { PM_RISCV64, fault, reg };

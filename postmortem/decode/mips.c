#include "decode/arch.h"

/* MIPS64 Architecture vol III, table 9.57: Cause.ExcCode */
static const struct pm_code_words causes[] = {
	{ 0, "interrupt" },
	{ 1, "TLB modification (write to a read-only page)" },
	{ 2, "TLB miss on a load or fetch" },
	{ 3, "TLB miss on a store" },
	{ 4, "address error on a load or fetch (unaligned, or kernel address from user mode)" },
	{ 5, "address error on a store" },
	{ 6, "bus error on a fetch" },
	{ 7, "bus error on data" },
	{ 8, "system call" },
	{ 9, "breakpoint" },
	{ 10, "reserved instruction" },
	{ 11, "coprocessor unusable" },
	{ 12, "overflow" },
	{ 13, "trap (BUG)" },
	{ 14, "MSA floating point" },
	{ 15, "floating point" },
	{ 19, "TLB read inhibit" },
	{ 20, "TLB execute inhibit" },
	{ 21, "MSA disabled" },
	{ 22, "MDMX" },
	{ 23, "watch" },
	{ 24, "machine check" },
	{ 25, "thread" },
	{ 26, "DSP state disabled" },
	{ 30, "cache error" },
};

static enum pm_access cause_access(unsigned code)
{
	switch (code) {
	case 1:
	case 3:
	case 5:
		return PM_WRITE;
	case 6:
	case 20:
		return PM_EXECUTE;
	case 19:
		return PM_READ;
	default:
		return PM_ACCESS_UNKNOWN; /* 2 and 4: load or fetch */
	}
}

static void fault(struct pm_incident *inc)
{
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	const struct pm_register *cause = regs ? pm_regs_find(regs, "cause") : NULL;
	const struct pm_register *badva = regs ? pm_regs_find(regs, "badva") : NULL;

	if (!cause)
		return;
	unsigned code = cause->value >> 2 & 0x1f;

	if (!inc->fault.has_address && badva && ((code >= 1 && code <= 5) || code == 19 || code == 20)) {
		inc->fault.has_address = true;
		inc->fault.address = badva->value;
		inc->fault.address_at = badva->at;
	}
	pm_fault_say(inc, pm_code_find(causes, PM_COUNT(causes), code), cause_access(code));
}

/* table 9.53: Status */
static const struct pm_bit status_bits[] = {
	PM_BIT(0, "interrupts on"),
	PM_CLEAR(0, "interrupts off"),
	PM_BIT(1, "EXL"),
	PM_BIT(2, "ERL"),
	{ 0x18, 0x00, "kernel mode" },
	{ 0x18, 0x08, "supervisor mode" },
	{ 0x18, 0x10, "user mode" },
	PM_BIT(5, "UX"),
	PM_BIT(6, "SX"),
	PM_BIT(7, "KX"),
	{ 0xff00, 0, NULL },
	PM_BIT(19, "NMI"),
	PM_BIT(20, "soft reset"),
	PM_BIT(21, "TLB shutdown"),
	PM_BIT(22, "BEV"),
	PM_BIT(23, "PX"),
	PM_BIT(25, "RE"),
	PM_BIT(26, "FR"),
	PM_BIT(27, "RP"),
	PM_BIT(28, "CP0"),
	PM_BIT(29, "CP1"),
	PM_BIT(30, "CP2"),
	PM_BIT(31, "CP3"),
	PM_BIT(24, "MX"),
};
static const struct pm_reg_bits reg_bits[] = {
	{ "status", status_bits, PM_COUNT(status_bits) },
};

static const char *reg(struct pm_arena *arena, const struct pm_incident *inc, const struct pm_register *r)
{
	(void)inc;
	if (!strcmp(r->name, "cause")) {
		const char *words = pm_code_find(causes, PM_COUNT(causes), r->value >> 2 & 0x1f);

		return words && r->value >> 31 & 1
			       ? pm_arena_printf(arena, "%s, in a branch delay slot", words)
			       : words;
	}
	return pm_reg_bits_words(arena, reg_bits, PM_COUNT(reg_bits), r);
}

const struct pm_decode_arch pm_decode_mips = { PM_MIPS, fault, reg };

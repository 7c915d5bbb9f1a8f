#include "decode/arch.h"

/* Arm ARM (DDI 0406C) B3.13.5: short-descriptor fault status, FS[4] at bit 10; arch/arm/mm/fsr-2level.c */
static const struct pm_code_words short_status[] = {
	{ 0x01, "alignment fault" },
	{ 0x02, "debug event" },
	{ 0x03, "access flag fault, section" },
	{ 0x04, "instruction cache maintenance fault" },
	{ 0x05, "translation fault, section" },
	{ 0x06, "access flag fault, page" },
	{ 0x07, "translation fault, page" },
	{ 0x08, "external abort" },
	{ 0x09, "domain fault, section" },
	{ 0x0b, "domain fault, page" },
	{ 0x0c, "external abort on a table walk, level 1" },
	{ 0x0d, "permission fault, section" },
	{ 0x0e, "external abort on a table walk, level 2" },
	{ 0x0f, "permission fault, page" },
	{ 0x10, "TLB conflict" },
	{ 0x14, "lockdown abort" },
	{ 0x16, "imprecise external abort" },
	{ 0x18, "imprecise parity error" },
	{ 0x19, "parity error" },
	{ 0x1c, "parity error on a table walk, level 1" },
	{ 0x1e, "parity error on a table walk, level 2" },
};
/* B3.13.6: long descriptors (LPAE, bit 9 set) */
static const struct pm_code_words long_status[] = {
	{ 0x05, "translation fault, level 1" },
	{ 0x06, "translation fault, level 2" },
	{ 0x07, "translation fault, level 3" },
	{ 0x09, "access flag fault, level 1" },
	{ 0x0a, "access flag fault, level 2" },
	{ 0x0b, "access flag fault, level 3" },
	{ 0x0d, "permission fault, level 1" },
	{ 0x0e, "permission fault, level 2" },
	{ 0x0f, "permission fault, level 3" },
	{ 0x10, "external abort" },
	{ 0x11, "asynchronous external abort" },
	{ 0x21, "alignment fault" },
	{ 0x22, "debug event" },
};

/* Linux sets bit 31 for an instruction fetch (arch/arm/mm/fault.h: FSR_LNX_PF); bit 11 is WnR. */
static void fault(struct pm_incident *inc)
{
	uint64_t fsr = inc->fault.error_code;

	if (!inc->fault.has_error_code || inc->fault.kind == PM_KIND_BUG ||
	    inc->fault.kind == PM_KIND_INVALID_OPCODE)
		return;
	const char *status = fsr & 0x200 ? pm_code_find(long_status, PM_COUNT(long_status), fsr & 0x3f)
					 : pm_code_find(short_status, PM_COUNT(short_status),
							(fsr & 0xf) | (fsr >> 10 & 1) << 4);
	enum pm_access access = fsr >> 31 & 1 ? PM_EXECUTE : fsr >> 11 & 1 ? PM_WRITE : PM_READ;

	if (!status)
		return;
	pm_fault_say(inc,
		     pm_arena_printf(&inc->arena, "%s, %s", status,
				     access == PM_EXECUTE ? "instruction fetch"
				     : access == PM_WRITE ? "write"
							  : "read"),
		     access);
}

/* DDI 0406C B1.3.3 */
static const struct pm_bit psr_bits[] = {
	{ 0x1f, 0x10, "user mode" },
	{ 0x1f, 0x11, "FIQ mode" },
	{ 0x1f, 0x12, "IRQ mode" },
	{ 0x1f, 0x13, "SVC mode (kernel)" },
	{ 0x1f, 0x16, "monitor mode" },
	{ 0x1f, 0x17, "abort mode" },
	{ 0x1f, 0x1a, "HYP mode" },
	{ 0x1f, 0x1b, "undefined mode" },
	{ 0x1f, 0x1f, "system mode" },
	PM_BIT(5, "Thumb"),
	PM_BIT(6, "FIQs off"),
	PM_BIT(7, "interrupts off"),
	PM_CLEAR(7, "interrupts on"),
	PM_BIT(8, "aborts off"),
	PM_BIT(9, "big-endian data"),
	{ 0x0600fc00, 0, NULL },
	{ 0x000f0000, 0, NULL },
	PM_BIT(24, "Jazelle"),
	PM_BIT(27, "Q"),
	PM_BIT(28, "V"),
	PM_BIT(29, "C"),
	PM_BIT(30, "Z"),
	PM_BIT(31, "N"),
};
static const struct pm_reg_bits reg_bits[] = {
	{ "psr", psr_bits, PM_COUNT(psr_bits) },
	{ "cpsr", psr_bits, PM_COUNT(psr_bits) },
};

static const char *reg(struct pm_arena *arena, const struct pm_incident *inc, const struct pm_register *r)
{
	(void)inc;
	return pm_reg_bits_words(arena, reg_bits, PM_COUNT(reg_bits), r);
}

const struct pm_decode_arch pm_decode_arm = { PM_ARM, fault, reg };

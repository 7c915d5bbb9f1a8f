#include "decode/arch.h"

#include <inttypes.h>

/* LoongArch Reference Manual vol 1, table 21: Ecode and EsubCode; arch/loongarch/include/asm/loongarch.h */
static const struct pm_code_words causes[] = {
	{ 0x00, "interrupt" },
	{ 0x01, "page invalid for load (PIL)" },
	{ 0x02, "page invalid for store (PIS)" },
	{ 0x03, "page invalid for fetch (PIF)" },
	{ 0x04, "page modification: write to a clean or read-only page (PME)" },
	{ 0x05, "page not readable (PNR)" },
	{ 0x06, "page not executable (PNX)" },
	{ 0x07, "page privilege illegal (PPI)" },
	{ 0x08, "address error" },
	{ 0x09, "address not aligned (ALE)" },
	{ 0x0a, "bound check (BCE)" },
	{ 0x0b, "system call" },
	{ 0x0c, "breakpoint (BUG or WARN)" },
	{ 0x0d, "instruction does not exist (INE)" },
	{ 0x0e, "instruction privilege (IPE)" },
	{ 0x0f, "floating point disabled" },
	{ 0x10, "LSX disabled" },
	{ 0x11, "LASX disabled" },
	{ 0x12, "floating point" },
	{ 0x13, "watchpoint" },
	{ 0x14, "binary translation disabled" },
	{ 0x15, "binary translation" },
	{ 0x16, "guest sensitive privileged resource" },
	{ 0x17, "hypervisor call" },
	{ 0x18, "guest register change" },
};

static const enum pm_access accesses[] = {
	[0x01] = PM_READ,  [0x02] = PM_WRITE, [0x03] = PM_EXECUTE,
	[0x04] = PM_WRITE, [0x05] = PM_READ,  [0x06] = PM_EXECUTE,
};

#define ECODE(estat) (unsigned)((estat) >> 16 & 0x3f)
#define ESUBCODE(estat) (unsigned)((estat) >> 22 & 0x1ff)

static const char *estat_words(uint64_t estat)
{
	if (ECODE(estat) == 0x08) /* ADEF, ADEM */
		return ESUBCODE(estat) ? "address error on a memory access (ADEM)"
				       : "address error on a fetch (ADEF)";
	return pm_code_find(causes, PM_COUNT(causes), ECODE(estat));
}

static void fault(struct pm_incident *inc)
{
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	const struct pm_register *estat = regs ? pm_regs_find(regs, "estat") : NULL;
	const struct pm_register *badv = regs ? pm_regs_find(regs, "badv") : NULL;
	struct pm_fault *f = &inc->fault;

	if (!estat)
		return;
	unsigned ecode = ECODE(estat->value);

	if (!f->has_error_code) {
		f->has_error_code = true;
		f->error_code = estat->value;
	}
	if (!f->has_address && badv && ecode >= 0x01 && ecode <= 0x09) {
		f->has_address = true;
		f->address = badv->value;
		f->address_at = badv->at;
	}
	pm_fault_say(inc, estat_words(estat->value),
		     ecode < PM_COUNT(accesses) ? accesses[ecode] : PM_ACCESS_UNKNOWN);
}

/* 7.4.1 CRMD, 7.4.2 PRMD */
static const struct pm_bit crmd_bits[] = {
	{ 0x3, 0x0, "kernel mode (PLV0)" },
	{ 0x3, 0x1, "PLV1" },
	{ 0x3, 0x2, "PLV2" },
	{ 0x3, 0x3, "user mode (PLV3)" },
	PM_BIT(2, "interrupts on"),
	PM_CLEAR(2, "interrupts off"),
	PM_BIT(3, "DA"),
	PM_BIT(4, "PG"),
	{ 0x60, 0, NULL },
	{ 0x180, 0, NULL },
	PM_BIT(9, "WE"),
};
static const struct pm_bit prmd_bits[] = {
	{ 0x3, 0x0, "from kernel mode (PLV0)" },
	{ 0x3, 0x1, "from PLV1" },
	{ 0x3, 0x2, "from PLV2" },
	{ 0x3, 0x3, "from user mode (PLV3)" },
	PM_BIT(2, "interrupts were on"),
	PM_CLEAR(2, "interrupts were off"),
	PM_BIT(3, "PWE"),
};
static const struct pm_reg_bits reg_bits[] = {
	{ "crmd", crmd_bits, PM_COUNT(crmd_bits) },
	{ "prmd", prmd_bits, PM_COUNT(prmd_bits) },
};

static const char *reg(struct pm_arena *arena, const struct pm_incident *inc, const struct pm_register *r)
{
	(void)inc;
	if (!strcmp(r->name, "estat"))
		return estat_words(r->value);
	return pm_reg_bits_words(arena, reg_bits, PM_COUNT(reg_bits), r);
}

const struct pm_decode_arch pm_decode_loongarch64 = { PM_LOONGARCH64, fault, reg };

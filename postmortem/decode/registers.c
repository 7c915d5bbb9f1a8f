#include "decode/registers.h"

#include "decode/bits.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
	enum pm_arch arch;
	const char *name, *printed;
} aliases[] = {
	{ PM_ARM64, "x30", "lr" }, { PM_ARM64, "x29", "fp" },      { PM_ARM, "r11", "fp" },
	{ PM_ARM, "fp", "r11" },   { PM_ARM, "r12", "ip" },        { PM_ARM, "ip", "r12" },
	{ PM_ARM, "r13", "sp" },   { PM_ARM, "r14", "lr" },        { PM_RISCV64, "s0", "fp" },
	{ PM_PPC64, "r1", "sp" },  { PM_S390X, "r15", "sp" },      { PM_MIPS, "r29", "sp" },
	{ PM_MIPS, "r31", "ra" },  { PM_LOONGARCH64, "r3", "sp" },
};

/* "r3" is also printed as "gpr03", "gpr3", "$3". */
static const char *const number_forms[] = { "r%u", "gpr%u", "gpr%02u", "$%u", "g%u" };

const struct pm_register *pm_register_lookup(const struct pm_regs *regs, enum pm_arch arch, const char *name)
{
	const struct pm_register *reg = pm_regs_find(regs, name);

	for (size_t i = 0; !reg && i < PM_COUNT(aliases); i++)
		if (aliases[i].arch == arch && !strcmp(aliases[i].name, name))
			reg = pm_regs_find(regs, aliases[i].printed);
	if (!reg && name[0] == 'r' && pm_is_digit(name[1]) && arch != PM_X86_64) {
		unsigned number = (unsigned)strtoul(name + 1, NULL, 10);

		for (size_t i = 0; !reg && i < PM_COUNT(number_forms); i++) {
			char form[16];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(form, sizeof(form), number_forms[i], number);
#pragma GCC diagnostic pop
			reg = pm_regs_find(regs, form);
		}
	}
	return reg;
}

static const char *const control[] = {
	"cr0",      "cr2",     "cr3",     "cr4",       "cr8",      "dr0",      "dr1",      "dr2",
	"dr3",      "dr6",     "dr7",     "eflags",    "rflags",   "cs",       "ds",       "es",
	"fs",       "gs",      "ss",      "fs_base",   "gs_base",  "orig_rax", "orig_eax", "pkru",
	"rip",      "eip",     "pc",      "pstate",    "esr",      "far",      "psr",      "cpsr",
	"control",  "table",   "dac",     "status",    "badaddr",  "cause",    "epc",      "trap",
	"msr",      "xer",     "cr",      "ccr",       "cfar",     "softe",    "irqmask",  "dar",
	"dsisr",    "nip",     "psw",     "psw_mask",  "psw_addr", "hi",       "lo",       "badva",
	"prid",     "crmd",    "prmd",    "euen",      "ecfg",     "estat",    "era",      "badv",
	"pmr_save", "orig_x0", "orig_a0", "syscallno", "ctr",      "sp",       "rsp",      "esp",
};

bool pm_register_is_general(const char *name)
{
	for (size_t i = 0; i < PM_COUNT(control); i++)
		if (!strcmp(control[i], name))
			return false;
	return true;
}

#include "decode/arch.h"

static const struct pm_decode_arch *const arches[] = {
	&pm_decode_x86_64, &pm_decode_i386,  &pm_decode_arm64, &pm_decode_arm,         &pm_decode_riscv64,
	&pm_decode_ppc64,  &pm_decode_s390x, &pm_decode_mips,  &pm_decode_loongarch64,
};

const struct pm_decode_arch *pm_decode_arch_find(enum pm_arch arch)
{
	for (size_t i = 0; i < PM_COUNT(arches); i++)
		if (arches[i]->arch == arch)
			return arches[i];
	return NULL;
}

const char *pm_reg_bits_words(struct pm_arena *arena, const struct pm_reg_bits *regs, size_t n,
			      const struct pm_register *reg)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(regs[i].name, reg->name))
			return pm_bits_words(arena, regs[i].rows, regs[i].n, reg->value, ", ");
	return NULL;
}

void pm_fault_say(struct pm_incident *inc, const char *words, enum pm_access access)
{
	if (!inc->fault.error_words)
		inc->fault.error_words = words;
	if (inc->fault.access == PM_ACCESS_UNKNOWN)
		inc->fault.access = access;
}

#include "decode/arch.h"

#include <inttypes.h>

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

void pm_error_fields(struct pm_incident *inc, const struct pm_code_field *rows, size_t n)
{
	const struct pm_fault *f = &inc->fault;

	for (size_t i = 0; i < n; i++) {
		const struct pm_code_field *row = &rows[i];
		uint64_t value = f->error_code >> row->shift & ((UINT64_C(1) << row->width) - 1);
		const char *words = row->words        ? pm_code_find(row->words, row->n, value)
				    : row->width == 1 ? (value ? row->set : row->clear)
						      : NULL;

		if ((!words && row->width == 1) || pm_incident_fact(inc, "error-code", row->name))
			continue;
		pm_incident_add_fact(inc, "error-code", row->name,
				     pm_slice_of(pm_arena_printf(&inc->arena, "%s%" PRIx64,
								 row->width == 1 ? "" : "0x", value)),
				     words, f->at);
	}
}

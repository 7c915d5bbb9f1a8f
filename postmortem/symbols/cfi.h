/* Where a function keeps its caller's registers (.debug_frame), at one of its instructions. */
#ifndef PM_CFI_H
#define PM_CFI_H

#include "symbols/symbols.h"

enum { PM_CFI_REGISTERS = 17 }; /* that are told, by DWARF's numbers: of x86-64 all */

enum pm_cfi_rule {
	PM_CFI_SAME,   /* in the register still */
	PM_CFI_AT_CFA, /* in memory: offset bytes from the stack pointer before the call */
	PM_CFI_LOST,
};

struct pm_cfi {
	struct {
		enum pm_cfi_rule rule;
		int64_t offset;
	} saved[PM_CFI_REGISTERS];
};

/* The place as for pm_kernel_resolve.  PM_NOT_FOUND: nothing tells, or it is broken. */
struct pm_error *pm_symbols_cfi(struct pm_kernel *kernel, const struct pm_printed_place *place,
				struct pm_cfi *out) __attribute__((warn_unused_result));

/* The heart of it; pc is an address of the file.  Errors as above. */
struct pm_error *pm_elf_cfi(struct pm_elf *elf, uint64_t pc, struct pm_cfi *out)
	__attribute__((warn_unused_result));

#endif

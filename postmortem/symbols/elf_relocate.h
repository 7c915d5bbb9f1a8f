/* Relocations of the debug sections of a relocatable file (a kernel module): S + A and little more. */
#ifndef PM_ELF_RELOCATE_H
#define PM_ELF_RELOCATE_H

#include "symbols/bytes.h"

struct pm_relocation {
	uint16_t machine; /* EM_… */
	bool is64, big_endian;
	bool with_addend; /* SHT_RELA; else the addend stands in the place itself */
	struct pm_bytes relocations, symbols;
	const uint64_t *bases; /* [bases_n]: where each section lies; 0 for those that are not loaded */
	size_t bases_n;
};

/* Applies them to `data`; entries that are unknown or point outside are passed over. */
void pm_relocate(const struct pm_relocation *job, uint8_t *data, size_t n);

#endif

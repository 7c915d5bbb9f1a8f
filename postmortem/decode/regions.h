/* Where kernels lay things out in their address spaces, as a table. */
#ifndef PM_DECODE_REGIONS_H
#define PM_DECODE_REGIONS_H

#include "decode/address.h"

struct pm_region {
	enum pm_system system;
	enum pm_arch arch;
	unsigned va_bits;    /* 0: whatever the size of an address */
	uint64_t start, end; /* inclusive */
	enum pm_address_class class;
	enum pm_grade grade; /* certain: the architecture or the ABI fixes it */
	const char *words;
	unsigned since, before; /* releases, as in pm_address_space; 0: whatever the release, or not known */
};

/* The first region of the space's system and architecture that holds addr, or NULL. */
const struct pm_region *pm_region_find(const struct pm_address_space *space, uint64_t addr);

/* KASAN's shadow offset: shadow(addr) = (addr >> shift) + offset.  NULL-terminated by offset 0. */
struct pm_kasan_shadow {
	enum pm_arch arch;
	uint64_t offset;
	unsigned shift;
};
extern const struct pm_kasan_shadow pm_kasan_shadows[];

#endif

/* The hash of fingerprints, over fields: FNV-1a, 64 bits.  Small and stable, no secrets involved. */
#ifndef PM_HASH_H
#define PM_HASH_H

#include "base/slice.h"

#define PM_HASH_BEGIN UINT64_C(0xcbf29ce484222325)

/* h: PM_HASH_BEGIN, or what the field before gave. */
static inline uint64_t pm_hash_field(uint64_t h, struct pm_slice field)
{
	for (size_t i = 0; i < field.n; i++)
		h = (h ^ (uint8_t)field.p[i]) * UINT64_C(0x100000001b3);
	return (h ^ 0xff) * UINT64_C(0x100000001b3); /* ends the field */
}

#endif

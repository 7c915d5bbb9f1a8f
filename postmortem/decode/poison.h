/* Values that kernels write to be recognised later: include/linux/poison.h and its kin. */
#ifndef PM_DECODE_POISON_H
#define PM_DECODE_POISON_H

#include "decode/address.h"

/* Is value such a value, perhaps with a small offset, partly overwritten, or half of one?
 * bits: 32 or 64, the width of a pointer. */
bool pm_poison_find(struct pm_arena *arena, enum pm_system system, uint64_t value, unsigned bits,
		    struct pm_address_meaning *meaning_out);

#endif

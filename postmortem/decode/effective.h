/* What the faulting instruction did: its memory operand with the registers' values,
 * compared with the address that the processor reported. */
#ifndef PM_DECODE_EFFECTIVE_H
#define PM_DECODE_EFFECTIVE_H

#include "decode/address.h"

/* Fills fault.effective and its kin from the marked instruction and the fault's
 * registers, and access and access_size where they were not told. */
void pm_effective_decode(struct pm_incident *inc);

/* The class of the fault address (of the effective one where none was told),
 * seen from the base register: a member of an error pointer or of poison is named so. */
void pm_effective_classify(struct pm_incident *inc, const struct pm_address_space *space,
			   struct pm_address_meaning *meaning_out);

#endif

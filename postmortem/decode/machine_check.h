/* Machine check registers → words: IA32_MCi_STATUS, IA32_MCG_STATUS (x86) and PCIe AER status. */
#ifndef PM_MACHINE_CHECK_H
#define PM_MACHINE_CHECK_H

#include "incident.h"

enum pm_mca_vendor { PM_MCA_UNKNOWN, PM_MCA_INTEL, PM_MCA_AMD };

/* A bit of MCi_STATUS that this vendor's processors have. */
struct pm_mca_bit {
	uint8_t bit;
	const char *name;          /* lower case: "uc" */
	const char *set, *clear;   /* words; clear may be NULL: then nothing is worth saying */
	enum pm_mca_vendor vendor; /* PM_MCA_UNKNOWN: every x86 */
};
extern const struct pm_mca_bit pm_mca_bits[];
extern const size_t pm_mca_nbits;

/* How bad it is: "uncorrected, the processor's state is lost". */
const char *pm_mca_severity(uint64_t status, enum pm_mca_vendor vendor);
/* The architectural error code, bits 0 to 15: "cache hierarchy: eviction of data, level 1".
 * NULL where the code is model-specific. */
const char *pm_mca_code(uint16_t code, struct pm_arena *arena);
/* The part that such a code points to. */
enum pm_part pm_mca_part(uint16_t code);
/* Corrected errors since the last read (Intel, bits 38 to 52); false where the processor does not count. */
bool pm_mca_corrected_count(uint64_t status, enum pm_mca_vendor vendor, unsigned *count_out);
/* "restart possible, …" */
const char *pm_mcg_status(uint64_t status, struct pm_arena *arena);

/* PCIe AER status registers: names of the bits that are set; NULL for none known. */
const char *pm_aer_status(uint32_t status, bool correctable, struct pm_arena *arena);

#endif

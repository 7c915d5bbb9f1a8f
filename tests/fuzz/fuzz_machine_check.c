/* Every bit of machine-check and AER registers → words. */
#include "decode/machine_check.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pm_arena arena;
	uint64_t status = 0;
	unsigned count;

	if (size < 9)
		return 0;
	enum pm_mca_vendor vendor = (enum pm_mca_vendor)(data[8] % (PM_MCA_AMD + 1));
	for (unsigned i = 0; i < 8; i++)
		status |= (uint64_t)data[i] << 8 * i;
	pm_arena_init(&arena);
	const char *code = pm_mca_code((uint16_t)status, &arena);
	const char *errors = pm_aer_status((uint32_t)status, data[8] & 4, &arena);
	if (!*pm_mca_severity(status, vendor) || !*pm_mcg_status(status, &arena) || (code && !*code) ||
	    (errors && !*errors))
		abort();
	if (pm_mca_corrected_count(status, vendor, &count) && count > 0x7fff)
		abort();
	pm_arena_deinit(&arena);
	return 0;
}

/* The text of /proc/kallsyms or System.map, and look-ups in it. */
#include "symbols/kallsyms.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pm_kallsyms *k;

	if (pm_error_take(pm_kallsyms_parse("fuzz", (struct pm_slice){ (const char *)data, size }, &k)) !=
	    PM_OK)
		return 0;
	for (uint64_t addr = 0; addr < 64; addr++) {
		uint64_t at = addr * 0x0101010101010101;
		const struct pm_kallsym *found = pm_kallsyms_find(k, at);

		if (found && (at < found->addr || at >= found->end || !found->name))
			abort();
	}
	pm_kallsyms_named(k, PM_S("a"), NULL);
	pm_kallsyms_close(k);
	return 0;
}

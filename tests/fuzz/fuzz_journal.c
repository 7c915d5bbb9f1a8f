/* What journalctl prints: its list of boots, and the time of a line. */
#include "console/journal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pm_slice list = { (const char *)data, size };
	struct pm_journal_boot boot;
	time_t when;

	if (pm_journal_time(list, &when) && (when <= 0 || !localtime(&when)))
		abort();
	while (pm_journal_boot(&list, &boot))
		if (boot.id.n != 32 || !boot.offset.n)
			abort();
	return 0;
}

/* pstore parts of any bytes are put in order. */
#include "console/pstore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pm_buf out = { 0 };

	pm_pstore_order((struct pm_slice){ (const char *)data, size }, &out);
	pm_buf_deinit(&out);
	return 0;
}

/* A compressed module or debug section as a whole buffer.  The first byte chooses the compression and
 * which size is told beforehand. */
#include "symbols/inflate.h"

#include <stdlib.h>

#define LIMIT ((size_t)256 << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t hints[] = { 0, 1, 100, 1000, 4096, LIMIT, LIMIT + 1, SIZE_MAX };
	uint8_t *out = NULL;
	size_t n = 0;

	if (!size)
		return 0;
	struct pm_bytes in = { data + 1, size - 1 };
	enum pm_packing packing = pm_packing_of(in);
	if (packing == PM_PACKED_NOT)
		packing = data[0] & 8 ? PM_PACKED_NOT : PM_PACKED_ZLIB; /* which has no mark */
	if (pm_error_take(pm_inflate(packing, in, hints[data[0] % 8], LIMIT, &out, &n)) == PM_OK &&
	    (!out || n > LIMIT))
		abort();
	free(out);
	return 0;
}

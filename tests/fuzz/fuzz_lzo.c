/* LZO1X and Snappy, into places of several sizes. */
#include "read/lzo.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t caps[] = { 0, 100, 4096, 70000 };

	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		uint8_t *out = malloc(caps[i] ? caps[i] : 1);
		size_t lzo, snappy;

		bool lzo_ok = pm_lzo_unpack(data, size, out, caps[i], &lzo);
		bool snappy_ok = pm_snappy_unpack(data, size, out, caps[i], &snappy);
		if (lzo > caps[i] || snappy > caps[i] || (lzo_ok && snappy_ok && size < 2))
			abort();
		free(out);
	}
	return 0;
}

#include "shell/scan.h"

#include <string.h>

/* Units that are compared before one looks whether any was it. */
enum { at_once = 16 };

/* One function for each width: the compiler makes vectors of the inner loop. */
#define SCAN_UNITS(name, type)                                                                               \
	static size_t name(const struct pm_scan *scan, const uint8_t *bytes, size_t n, size_t from,          \
			   size_t *which_out)                                                                \
	{                                                                                                    \
		const size_t units = n / sizeof(type);                                                       \
		const type care = (type)scan->care;                                                          \
		type unit[at_once];                                                                          \
		size_t i = (from + sizeof(type) - 1) / sizeof(type);                                         \
                                                                                                             \
		for (; i < units; i += at_once) {                                                            \
			size_t here = units - i < at_once ? units - i : at_once;                             \
			unsigned hits = 0;                                                                   \
                                                                                                             \
			memcpy(unit, bytes + i * sizeof(type), here * sizeof(type));                         \
			if (here == at_once)                                                                 \
				for (size_t v = 0; v < scan->n; v++)                                         \
					for (size_t k = 0; k < at_once; k++)                                 \
						hits |= !((unit[k] ^ (type)scan->values[v]) & care);         \
			else                                                                                 \
				hits = 1;                                                                    \
			if (!hits)                                                                           \
				continue;                                                                    \
			for (size_t k = 0; k < here; k++)                                                    \
				for (size_t v = 0; v < scan->n; v++)                                         \
					if (!((unit[k] ^ (type)scan->values[v]) & care)) {                   \
						*which_out = v;                                              \
						return (i + k) * sizeof(type);                               \
					}                                                                    \
		}                                                                                            \
		return n;                                                                                    \
	}

SCAN_UNITS(next_16, uint16_t)
SCAN_UNITS(next_32, uint32_t)
SCAN_UNITS(next_64, uint64_t)

static size_t next_text(const struct pm_scan *scan, const uint8_t *bytes, size_t n, size_t from,
			size_t *which_out)
{
	size_t found = n;

	for (size_t i = 0; i < scan->n; i++) {
		const uint8_t *at =
			from < found ? memmem(bytes + from, n - from, scan->texts[i].p, scan->texts[i].n)
				     : NULL;

		if (at && (size_t)(at - bytes) < found) {
			found = (size_t)(at - bytes);
			*which_out = i;
		}
	}
	return found;
}

size_t pm_scan_next(const struct pm_scan *scan, const uint8_t *bytes, size_t n, size_t from,
		    size_t *which_out)
{
	switch (scan->width) {
	case 8:
		return next_64(scan, bytes, n, from, which_out);
	case 4:
		return next_32(scan, bytes, n, from, which_out);
	case 2:
		return next_16(scan, bytes, n, from, which_out);
	default:
		return next_text(scan, bytes, n, from, which_out);
	}
}

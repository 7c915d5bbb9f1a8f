/* Memory scanned for values or texts, at the speed that it is read with. */
#ifndef PM_SHELL_SCAN_H
#define PM_SHELL_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PM_SCAN_WANTED = 64 };

struct pm_scan {
	unsigned width; /* bytes of a value, 2, 4, 8, which stands at a multiple of it; 0: texts */
	uint64_t care;  /* the bits that count */
	size_t n;       /* that are looked for; up to PM_SCAN_WANTED */
	uint64_t values[PM_SCAN_WANTED];
	struct {
		const char *p;
		size_t n;
	} texts[PM_SCAN_WANTED];
};

/* The first of them in bytes, from offset `from` on; *which_out: of those there, the first asked for.  n: none. */
size_t pm_scan_next(const struct pm_scan *scan, const uint8_t *bytes, size_t n, size_t from,
		    size_t *which_out);

#endif

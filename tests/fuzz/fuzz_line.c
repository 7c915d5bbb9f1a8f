/* One line of text and what stands before its body. */
#include "console/line.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pm_line line = { .raw = { (const char *)data, size }, .at = { 1, 0 } };

	pm_line_parse(&line);
	/* The body is always a tail of the line. */
	if (line.body.p + line.body.n != line.raw.p + line.raw.n)
		abort();
	return 0;
}

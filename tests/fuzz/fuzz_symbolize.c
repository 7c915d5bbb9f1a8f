/* The rewriting of console text: places, kernels, KASLR offsets.  Without any symbols, so that all
 * must come out as it went in. */
#include "symbols/rewrite.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *written = NULL;
	size_t n = 0;

	if (!size)
		return 0;
	/* The first byte chooses: JSON, and the size of a window. */
	struct pm_rewrite_options options = { .json = data[0] & 1,
					      .inline_lines = data[0] & 2,
					      .window = data[0] & 4 ? 64 : 0 };
	struct pm_symbols_options symbols_options = { .vmlinux = "/nonexistent" };
	struct pm_symbols *symbols = pm_symbols_create(&symbols_options);
	FILE *out = open_memstream(&written, &n);
	struct pm_rewriter *rw = pm_rewriter_create(symbols, out, &options);
	size_t half = (size - 1) / 2;

	pm_rewriter_feed(rw, (struct pm_slice){ (const char *)data + 1, half });
	if (data[0] & 8)
		pm_rewriter_flush(rw);
	pm_rewriter_feed(rw, (struct pm_slice){ (const char *)data + 1 + half, size - 1 - half });
	pm_rewriter_end(rw);
	fclose(out);
	/* There are no symbols, so that nothing can be replaced. */
	if (!options.json && (n != size - 1 || memcmp(written, data + 1, n)))
		abort();
	pm_rewriter_destroy(rw);
	pm_symbols_destroy(symbols);
	free(written);
	return 0;
}

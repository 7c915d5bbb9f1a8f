/* The rewriting of console text: places, kernels, KASLR offsets.  Without any symbols all must come out as
 * it went in; with those of a kallsyms, addresses get names. */
#include "symbols/rewrite.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Its path, made at the first call. */
static const char *kallsyms(void)
{
	static const char text[] = "ffffffff81000000 T _text\nffffffff81000100 t vfs_write\n"
				   "ffffffff81000200 T do_sys\nffffffffc0000000 t my_write\t[my]\n"
				   "ffffffffc0000100 t my_read\t[my]\n";
	static char path[32];

	if (!*path) {
		int fd = memfd_create("kallsyms", 0);

		if (write(fd, text, sizeof(text) - 1) != (ssize_t)sizeof(text) - 1)
			abort();
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *written = NULL;
	size_t n = 0;

	if (!size)
		return 0;
	/* The first byte chooses: JSON, the size of a window, symbols, whether every number is a place. */
	struct pm_rewrite_options options = { .json = data[0] & 1,
					      .inline_lines = data[0] & 2,
					      .window = data[0] & 4 ? 64 : 0,
					      .asked = data[0] & 32 };
	struct pm_symbols_options symbols_options = { .vmlinux = "/nonexistent",
						      .kallsyms = data[0] & 16 ? kallsyms() : NULL };
	struct pm_symbols *symbols = pm_symbols_create(&symbols_options);
	if (pm_error_take(pm_symbols_load(symbols)) != PM_OK)
		abort();
	FILE *out = open_memstream(&written, &n);
	struct pm_rewriter *rw = pm_rewriter_create(symbols, out, &options);
	size_t half = (size - 1) / 2;

	pm_rewriter_feed(rw, (struct pm_slice){ (const char *)data + 1, half });
	if (data[0] & 8)
		pm_rewriter_flush(rw);
	pm_rewriter_feed(rw, (struct pm_slice){ (const char *)data + 1 + half, size - 1 - half });
	pm_rewriter_end(rw);
	fclose(out);
	if (!options.json && !symbols_options.kallsyms && (n != size - 1 || memcmp(written, data + 1, n)))
		abort();
	pm_rewriter_destroy(rw);
	pm_symbols_destroy(symbols);
	free(written);
	return 0;
}

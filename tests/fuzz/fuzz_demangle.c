/* A name of Rust or C++, as it stands in a symbol table. */
#include "base/demangle.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pm_slice symbol = { (const char *)data, size }, out;
	struct pm_arena arena;

	pm_arena_init(&arena);
	if (pm_demangle(&arena, symbol, &out) ? !out.n || !out.p : out.p != symbol.p || out.n != symbol.n)
		abort();
	pm_arena_deinit(&arena);
	return 0;
}

/* Where the tables of kernel symbols lie (linux/symbols_packed.h tells what they are). */
#ifndef PM_LINUX_SYMBOL_TABLES_H
#define PM_LINUX_SYMBOL_TABLES_H

#include "translate/space.h"

struct pm_symbol_tables {
	uint64_t num_syms, names, token_table, token_index, offsets, relative_base, addresses; /* 0: none */
};

/* Finds them in the image by their shape.  *count_out: of the symbols. */
bool pm_symbol_tables_search(struct pm_space *kernel, uint64_t image, uint64_t image_end,
			     struct pm_symbol_tables *tables_out, uint32_t *count_out);

#endif

/* Names of an image's functions: the table that tools/kp-symbols put into it (kpanic/symbols.h, formats/SPEC.md section 3),
 * or an ELF file's symbols. */
#ifndef PM_IMAGE_SYMBOLS_H
#define PM_IMAGE_SYMBOLS_H

#include "base/error.h"
#include "base/memory.h"
#include "symbols/elf.h"

struct pm_image_symbol {
	uint64_t start, size; /* size: at least 1 */
	const char *name;
	bool data; /* no function */
};

struct pm_image_symbols {
	struct pm_arena arena;
	PM_VEC(struct pm_image_symbol) v; /* ascending by start */
	uint32_t lost;                    /* rows that cannot be right, or whose name is not there */
	const char *from;                 /* where they are from; NULL: none */
};

void pm_image_symbols_init(struct pm_image_symbols *symbols);
void pm_image_symbols_deinit(struct pm_image_symbols *symbols);

#define PM_IMAGE_TABLE_HEAD 16 /* bytes of a table before its rows */
#define PM_IMAGE_TABLE_ROW 12
#define PM_IMAGE_TABLE_MAX (64u << 20)
/* How many bytes a table has whose first PM_IMAGE_TABLE_HEAD are these; 0: it is none. */
uint64_t pm_image_table_size(const uint8_t head[PM_IMAGE_TABLE_HEAD], bool big_endian);
/* Takes a table; anchor: what its rows count from.  known: [n], which of its bytes are there; NULL: all.
 * PM_BAD_DATA: it is none. */
struct pm_error *pm_image_symbols_table(struct pm_image_symbols *symbols, const uint8_t *bytes, size_t n,
					const bool *known, uint64_t anchor, bool big_endian)
	__attribute__((warn_unused_result));
/* Takes an ELF file's.  PM_NOT_FOUND: it has none (stripped). */
struct pm_error *pm_image_symbols_elf(struct pm_image_symbols *symbols, struct pm_elf *elf)
	__attribute__((warn_unused_result));

/* After addresses were changed: their order. */
void pm_image_symbols_sort(struct pm_image_symbols *symbols);

/* The symbol that covers addr; NULL: none does. */
const struct pm_image_symbol *pm_image_symbols_at(const struct pm_image_symbols *symbols, uint64_t addr);
/* The first of that name; NULL: none. */
const struct pm_image_symbol *pm_image_symbols_named(const struct pm_image_symbols *symbols,
						     const char *name);

#endif

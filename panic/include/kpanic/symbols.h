/* Names of the kernel's functions, from a table inside its image.
 *
 * tools/kp-symbols makes the table of a linked kernel, as C to be compiled and linked in a second pass (docs/porting.md
 * has the lines).  Without one nothing has a name.  All that is stored is relative to kp_symbol_find, so that an image
 * that was moved as a whole needs nothing. */
#ifndef KP_SYMBOLS_H
#define KP_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What kp-symbols writes: this, then `count` rows in order of `start`, then `names_size` bytes of names. */
#define KP_SYMBOLS_MAGIC 0x6b70736du
struct kp_symbols {
	uint32_t magic, count, names_size;
	uint32_t check; /* KP_SYMBOLS_CHECK of the others: a table that was written over is none */
};
#define KP_SYMBOLS_CHECK(count, names_size)                                                                  \
	(~(KP_SYMBOLS_MAGIC ^ (uint32_t)(count)*0x9e3779b1u ^ (uint32_t)(names_size)*0x85ebca6bu))
struct kp_symbols_row {
	int32_t start; /* from kp_symbol_find */
	uint32_t size; /* bytes, at least 1 */
	uint32_t name; /* offset in the names; NUL ends it */
};

/* The function that holds the address, from the image's table; false: none does, or there is no table, and nothing is
 * changed.  name: cut at size - 1 bytes, NUL at its end; bytes that are no ASCII letters are those of the table.
 * May be called at any time. */
bool kp_symbol_find(uintptr_t address, char *name, size_t size, uintptr_t *start_out, size_t *size_out);

/* The same in the table given, whose rows are relative to anchor. */
bool kp_symbols_search(const struct kp_symbols *table, uintptr_t anchor, uintptr_t address, char *name,
		       size_t size, uintptr_t *start_out, size_t *size_out);

#ifdef __cplusplus
}
#endif

#endif

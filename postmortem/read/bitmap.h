/* A bitmap in a file, and how many bits are set in it before a bit.
 *
 * The dump of 1 TiB has a bitmap of 32 MiB; nothing of it is read before it is asked for, and only counts
 * for each 4 KiB of it stay (besides the last few blocks that were used).
 *
 * Safe to share between threads.
 */
#ifndef PM_BITMAP_H
#define PM_BITMAP_H

#include "read/file.h"

struct pm_bitmap;

/* Bits start…end of the bitmap at offset in file, which is borrowed; other bits count as not set.  Bit 0 is
 * the lowest of the first byte. */
struct pm_bitmap *pm_bitmap_create(const struct pm_file *file, uint64_t offset, uint64_t start, uint64_t end)
	__attribute__((returns_nonnull));
void pm_bitmap_destroy(struct pm_bitmap *bitmap); /* NULL is allowed */

enum pm_bit {
	PM_BIT_CLEAR,
	PM_BIT_SET,
	PM_BIT_CUT, /* the file ends before it, or cannot be read */
};
/* *before_out (may be NULL, which is cheaper): the set bits before this one. */
enum pm_bit pm_bitmap_get(struct pm_bitmap *bitmap, uint64_t bit, uint64_t *before_out);

/* The next run of set bits from bit `from` on: [*start_out, *end_out); false: none.  Reads on, and keeps nothing. */
bool pm_bitmap_run(struct pm_bitmap *bitmap, uint64_t from, uint64_t *start_out, uint64_t *end_out);
/* All bits that are set, as far as the file goes. */
uint64_t pm_bitmap_count(struct pm_bitmap *bitmap);

#endif

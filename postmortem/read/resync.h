/* Which page of a dump is which when the bitmap that tells it is damaged.
 *
 * Pages lie in a file in ascending order, and a page's place is the number of bits before its own.  Where one bit is
 * wrong, each page behind it would be taken for another one.  But many pages of a kernel tell their own address: the head
 * of an empty list points to itself, twice.  Such pages are looked for along the file; where the bitmap is right, the
 * difference between a page's place and the bits before it stays the same.
 *
 * 64-bit kernels that map physical memory linearly from a multiple of 1 GiB on, and their image where they say so.
 */
#ifndef PM_RESYNC_H
#define PM_RESYNC_H

#include "read/bitmap.h"

struct pm_resync;

struct pm_resync_pages {
	/* The page at a place of the file, block bytes; false: it cannot be read. */
	bool (*read)(void *user, uint64_t place, uint8_t *out);
	void *user;
	uint64_t n;   /* pages in the file */
	size_t block; /* bytes, a power of two */
	bool big_endian;
	/* The kernel's image, mapped from virtual address image on, which is physical address image_at; 0: not known. */
	uint64_t image, image_at;
};

/* bitmap is borrowed, and tells of bits start to end. NULL: pages that tell their address are too few, or say that
 * nothing is damaged. */
struct pm_resync *pm_resync_create(struct pm_bitmap *bitmap, uint64_t start, uint64_t end,
				   const struct pm_resync_pages *pages);
void pm_resync_destroy(struct pm_resync *resync); /* NULL is allowed */

enum pm_placed {
	PM_PLACED,
	PM_PLACED_NOT, /* the page is not in the file */
	PM_PLACED_UNKNOWN,
};
enum pm_placed pm_resync_find(const struct pm_resync *resync, uint64_t bit, uint64_t *place_out);
/* How many bits there are for which PM_PLACED_UNKNOWN is told. */
uint64_t pm_resync_unknown(const struct pm_resync *resync);

#endif

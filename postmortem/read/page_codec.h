/* The packings of pages in a dump.
 *
 * Safe to share between threads: what unpacking needs is borrowed from a pool, which grows to as many as
 * there are threads that unpack at the same time.
 */
#ifndef PM_PAGE_CODEC_H
#define PM_PAGE_CODEC_H

#include "read/ahead.h"

/* One row each: the flag by which a page descriptor and a dump's header tell it. */
struct pm_page_codec;
/* NULL: flags tells none that is known.  0: pages as they are. */
const struct pm_page_codec *pm_page_codec_of(uint32_t flags);
const char *pm_page_codec_name(const struct pm_page_codec *codec); /* "zlib", …; "not compressed" */
#define PM_PAGE_CODEC_FLAGS 0x27u                                  /* all of them */

struct pm_unpacker_pool;
struct pm_unpacker;

/* page: the most bytes of a packed page. */
struct pm_unpacker_pool *pm_unpacker_pool_create(size_t page) __attribute__((returns_nonnull));
void pm_unpacker_pool_destroy(struct pm_unpacker_pool *pool); /* NULL is allowed */
struct pm_unpacker *pm_unpacker_take(struct pm_unpacker_pool *pool) __attribute__((returns_nonnull));
void pm_unpacker_give(struct pm_unpacker_pool *pool, struct pm_unpacker *unpacker);

/* What packed pages, and the table that tells where they are, are read through. */
struct pm_ahead *pm_unpacker_pages(struct pm_unpacker *unpacker);
struct pm_ahead *pm_unpacker_table(struct pm_unpacker *unpacker);
/* Unpacks n bytes to exactly the page's size at out; false: damaged. */
bool pm_unpacker_run(struct pm_unpacker *unpacker, const struct pm_page_codec *codec, const uint8_t *packed,
		     size_t n, uint8_t *out, size_t page) __attribute__((warn_unused_result));

#endif

/* Pages that were read, by page frame number; a bounded set, least recently used first out.
 * Safe to share between threads: the lock is not held while a page is made. */
#ifndef PM_CACHE_H
#define PM_CACHE_H

#include "read/dump.h"

struct pm_page_cache;

struct pm_page_cache *pm_page_cache_create(size_t pages) __attribute__((returns_nonnull));
void pm_page_cache_destroy(struct pm_page_cache *cache); /* NULL is allowed */

/* Copies n bytes at `start` of the page into buf; on a miss the page is made by `fill`.  A page that is
 * absent is remembered as such. */
enum pm_absence pm_page_cache_get(struct pm_page_cache *cache, const struct pm_dump *dump, uint64_t pfn,
				  enum pm_absence (*fill)(const struct pm_dump *dump, uint64_t pfn,
							  uint8_t *page),
				  size_t start, size_t n, uint8_t *buf);

#endif

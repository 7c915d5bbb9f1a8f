/* Sets of eight pages, found by hash; in a set the clock decides who goes. */
#include "read/cache.h"

#include "base/memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define WAYS 8

struct slot {
	uint64_t pfn;  /* UINT64_MAX: empty */
	uint8_t *page; /* NULL: absent, or never filled */
	enum pm_absence why;
	uint32_t used; /* when */
};

struct pm_page_cache {
	pthread_mutex_t lock;
	size_t sets; /* a power of two */
	uint32_t clock;
	struct slot *slots; /* [sets * WAYS] */
};

struct pm_page_cache *pm_page_cache_create(size_t pages)
{
	struct pm_page_cache *cache = pm_alloc(sizeof(*cache));

	pthread_mutex_init(&cache->lock, NULL);
	cache->sets = 1;
	while (cache->sets * WAYS < pages)
		cache->sets *= 2;
	cache->slots = pm_alloc(cache->sets * WAYS * sizeof(struct slot));
	for (size_t i = 0; i < cache->sets * WAYS; i++)
		cache->slots[i].pfn = UINT64_MAX;
	return cache;
}

void pm_page_cache_destroy(struct pm_page_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < cache->sets * WAYS; i++)
		free(cache->slots[i].page);
	free(cache->slots);
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

static struct slot *find_set(struct pm_page_cache *cache, uint64_t pfn)
{
	uint64_t hash = pfn * 0x9e3779b97f4a7c15ull;

	return &cache->slots[(hash >> 32 & (cache->sets - 1)) * WAYS];
}

static struct slot *find(struct slot *set, uint64_t pfn)
{
	for (size_t i = 0; i < WAYS; i++)
		if (set[i].pfn == pfn)
			return &set[i];
	return NULL;
}

static struct slot *oldest(struct slot *set, uint32_t now)
{
	struct slot *best = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].pfn == UINT64_MAX)
			return &set[i];
		if (now - set[i].used > now - best->used)
			best = &set[i];
	}
	return best;
}

enum pm_absence pm_page_cache_get(struct pm_page_cache *cache, const struct pm_dump *dump, uint64_t pfn,
				  enum pm_absence (*fill)(const struct pm_dump *dump, uint64_t pfn,
							  uint8_t *page),
				  size_t start, size_t n, uint8_t *buf)
{
	struct slot *set = find_set(cache, pfn);
	enum pm_absence why;

	pthread_mutex_lock(&cache->lock);
	struct slot *slot = find(set, pfn);
	if (slot) {
		slot->used = ++cache->clock;
		why = slot->why;
		if (!why)
			memcpy(buf, slot->page + start, n);
		pthread_mutex_unlock(&cache->lock);
		return why;
	}
	pthread_mutex_unlock(&cache->lock);

	uint8_t page[PM_PAGE_SIZE];

	why = fill(dump, pfn, page);
	if (!why)
		memcpy(buf, page + start, n);

	pthread_mutex_lock(&cache->lock);
	if (!find(set, pfn)) { /* another thread may have been faster */
		slot = oldest(set, cache->clock);
		slot->pfn = pfn;
		slot->used = ++cache->clock;
		slot->why = why;
		if (!why) {
			if (!slot->page)
				slot->page = pm_alloc(PM_PAGE_SIZE);
			memcpy(slot->page, page, PM_PAGE_SIZE);
		}
	}
	pthread_mutex_unlock(&cache->lock);
	return why;
}

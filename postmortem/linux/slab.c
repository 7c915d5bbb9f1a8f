#include "linux/slab.h"

#include "linux/list.h"

#include <string.h>

/* Bounds that no kernel reaches. */
enum { max_caches = 65536, max_objects = 65536, max_sheaf = 4096 };

static uint64_t get(struct pm_linux *lx, uint64_t base, enum pm_field field)
{
	uint64_t value = 0;

	pm_linux_get(lx, base, field, &value);
	return value;
}

static bool read_cache(struct pm_linux *lx, struct pm_arena *arena, uint64_t addr, struct pm_linux_cache *c)
{
	char name[64];
	uint64_t at;

	*c = (struct pm_linux_cache){ .addr = addr };
	if (!pm_linux_get(lx, addr, PM_CACHE_SIZE, &c->size) || !c->size)
		return false;
	c->name = pm_linux_get(lx, addr, PM_CACHE_NAME, &at) &&
				  pm_space_string(&lx->kernel, at, name, sizeof(name))
			  ? pm_arena_str(arena, pm_slice_of(name))
			  : "?";
	c->object_size = get(lx, addr, PM_CACHE_OBJECT_SIZE);
	c->free_at = get(lx, addr, PM_CACHE_OFFSET);
	c->left_pad = get(lx, addr, PM_CACHE_RED_LEFT_PAD);
	c->random = get(lx, addr, PM_CACHE_RANDOM);
	c->shared = (int32_t)get(lx, addr, PM_CACHE_REFCOUNT) > 1; /* -1: never merged */
	uint64_t oo = get(lx, addr, PM_CACHE_OO);

	/* struct kmem_cache_order_objects: the order above, the objects of a slab in the low half */
	c->objects = oo & 0xffff;
	c->slab_size = oo >> 16 < 20 ? (uint64_t)PM_PAGE_SIZE << (oo >> 16) : 0;
	c->flags = get(lx, addr, PM_CACHE_FLAGS);
	return true;
}

/* vmemmap_base is a variable with CONFIG_RANDOMIZE_MEMORY or five levels, else a constant. */
static void find_pages(struct pm_linux *lx, struct pm_linux_caches *caches)
{
	uint64_t byte;

	if (!pm_linux_variable(lx, "vmemmap_base", 8, &caches->vmemmap))
		caches->vmemmap = lx->kernel.levels == 5 ? 0xffd4000000000000 : 0xffffea0000000000;
	caches->page_size = pm_btf_size(lx->btf, pm_btf_find(lx->btf, PM_BTF_STRUCT, "page"));
	/* The page of physical 1 MiB must be there. */
	if (!caches->page_size ||
	    !pm_space_load(&lx->kernel, caches->vmemmap + 256 * caches->page_size, 1, &byte))
		caches->vmemmap = 0;
}

void pm_linux_caches_read(struct pm_linux *lx, struct pm_linux_caches *caches)
{
	uint64_t head, link = pm_linux_at(lx, 0, PM_CACHE_LIST);
	struct pm_linux_nodes list;

	*caches = (struct pm_linux_caches){ 0 };
	pm_arena_init(&caches->arena);
	if (!lx->btf || lx->fields[PM_CACHE_LIST].offset < 0) {
		caches->trouble = "the kernel's types are not known";
		return;
	}
	find_pages(lx, caches);
	if (!pm_linux_symbol(lx, "slab_caches", &head)) {
		caches->trouble = "the list's head is not in the dump";
		return;
	}
	pm_linux_nodes_read(lx, head, max_caches, &list);
	caches->trouble = list.trouble;
	for (size_t i = 0; i < list.n; i++) {
		struct pm_linux_cache cache;

		if (read_cache(lx, &caches->arena, list.v[i] - link, &cache))
			*PM_PUSH(&caches->arena, &caches->v) = cache;
		else
			caches->trouble = "a cache in the list is not in the dump";
	}
	pm_linux_nodes_free(&list);
}

void pm_linux_caches_deinit(struct pm_linux_caches *caches)
{
	pm_arena_deinit(&caches->arena);
}

/* A tail page names its head: its address + 1, or (7.1 and later) a mask over its own address, + 1. */
static uint64_t head_of(struct pm_linux *lx, const struct pm_linux_caches *caches, uint64_t page)
{
	uint64_t told = get(lx, page, PM_PAGE_HEAD);

	if (!(told & 1))
		return page;
	told &= ~1ull;
	if (!(~told & (~told + 1))) /* all ones, then all zeros */
		return page & told;
	return told >= caches->vmemmap ? told : page;
}

uint64_t pm_linux_page_of(struct pm_linux *lx, const struct pm_linux_caches *caches, uint64_t addr)
{
	uint64_t phys;

	if (!caches->vmemmap || !lx->page_offset || addr < lx->page_offset)
		return 0;
	phys = addr - lx->page_offset;
	if (phys >> 52)
		return 0;
	return head_of(lx, caches, caches->vmemmap + phys / PM_PAGE_SIZE * caches->page_size);
}

uint64_t pm_linux_page_address(struct pm_linux *lx, const struct pm_linux_caches *caches, uint64_t page)
{
	return caches->page_size
		       ? lx->page_offset + (page - caches->vmemmap) / caches->page_size * PM_PAGE_SIZE
		       : 0;
}

static const struct pm_linux_cache *find_cache(const struct pm_linux_caches *caches, uint64_t addr)
{
	for (size_t i = 0; i < caches->v.n; i++)
		if (caches->v.v[i].addr == addr)
			return &caches->v.v[i];
	return NULL;
}

/* ---- free or not ---- */

/* The next free object after one.  Hardened lists mix in the cache's random number and the place itself, its bytes
 * turned round since 5.7. */
static uint64_t next_free(struct pm_linux *lx, const struct pm_linux_object *o, uint64_t object)
{
	uint64_t at = object + o->cache->free_at, stored = 0;
	uint64_t end = o->slab + o->cache->size * o->cache->objects;

	if (!pm_space_load(&lx->kernel, at, 8, &stored))
		return 0;
	if (!o->cache->random)
		return stored;
	uint64_t turned = stored ^ o->cache->random ^ __builtin_bswap64(at);

	if (!turned || (turned >= o->slab && turned < end))
		return turned;
	return stored ^ o->cache->random ^ at;
}

static bool is_on_list(struct pm_linux *lx, const struct pm_linux_object *o, uint64_t first)
{
	uint64_t end = o->slab + o->cache->size * o->cache->objects;

	for (unsigned i = 0; first >= o->slab && first < end && i < max_objects; i++) {
		if (first == o->start)
			return true;
		first = next_free(lx, o, first);
	}
	return false;
}

uint64_t pm_linux_free_objects(struct pm_linux *lx, const struct pm_linux_caches *caches,
			       const struct pm_linux_cache *cache, uint64_t slab, uint64_t first,
			       void (*fn)(uint64_t object, void *user), void *user)
{
	const struct pm_linux_object o = { .cache = cache,
					   .page = slab,
					   .slab = pm_linux_page_address(lx, caches, slab) };
	uint64_t end = o.slab + cache->size * cache->objects, n = 0;

	if (!caches->vmemmap)
		return 0;
	/* more than the slab has room for: a loop */
	while (first >= o.slab && first < end && n < cache->objects) {
		if (fn)
			fn(first, user);
		n++;
		first = next_free(lx, &o, first);
	}
	return n;
}

bool pm_linux_in_sheaf(struct pm_linux *lx, uint64_t sheaf, uint64_t object)
{
	uint64_t n = get(lx, sheaf, PM_SHEAF_SIZE), objects = pm_linux_at(lx, sheaf, PM_SHEAF_OBJECTS), value;

	for (uint64_t i = 0; sheaf && i < n && i < max_sheaf; i++)
		if (pm_space_load(&lx->kernel, objects + 8 * i, 8, &value) && value == object)
			return true;
	return false;
}

/* Free objects hang on the slab's own list, on that of the CPU that uses the slab (until 6.x), or lie in the
 * sheaves of a CPU or a node (from 6.18). */
static bool is_free(struct pm_linux *lx, const struct pm_linux_object *o)
{
	static const enum pm_field sheaves[] = { PM_SHEAVES_MAIN, PM_SHEAVES_SPARE, PM_SHEAVES_RCU_FREE };
	enum pm_field list = lx->fields[PM_SLAB_CACHE].offset >= 0 ? PM_SLAB_FREELIST : PM_PAGE_SLAB_FREELIST;
	uint64_t per_cpu = get(lx, o->cache->addr, PM_CACHE_CPU_SLAB);
	uint64_t per_cpu_sheaves = get(lx, o->cache->addr, PM_CACHE_CPU_SHEAVES);

	if (is_on_list(lx, o, get(lx, o->page, list)))
		return true;
	for (uint32_t cpu = 0; cpu < lx->cpus; cpu++) {
		if (per_cpu && get(lx, per_cpu + lx->cpu_offset[cpu], PM_CPU_SLAB_SLAB) == o->page &&
		    is_on_list(lx, o, get(lx, per_cpu + lx->cpu_offset[cpu], PM_CPU_SLAB_FREELIST)))
			return true;
		for (size_t i = 0; per_cpu_sheaves && i < sizeof(sheaves) / sizeof(sheaves[0]); i++)
			if (pm_linux_in_sheaf(lx, get(lx, per_cpu_sheaves + lx->cpu_offset[cpu], sheaves[i]),
					      o->start))
				return true;
	}
	return pm_linux_in_barn(lx, o->cache, o->start);
}

bool pm_linux_object_at(struct pm_linux *lx, const struct pm_linux_caches *caches, uint64_t addr,
			struct pm_linux_object *out)
{
	enum pm_field field = lx->fields[PM_SLAB_CACHE].offset >= 0 ? PM_SLAB_CACHE : PM_PAGE_SLAB_CACHE;
	uint64_t page = pm_linux_page_of(lx, caches, addr);

	if (!page)
		return false;
	*out = (struct pm_linux_object){ .page = page, .cache = find_cache(caches, get(lx, page, field)) };
	if (!out->cache)
		return false;
	out->slab = pm_linux_page_address(lx, caches, page);
	if (addr < out->slab || addr >= out->slab + out->cache->size * out->cache->objects)
		return false;
	uint64_t index = (addr - out->slab) / out->cache->size;

	out->start = out->slab + index * out->cache->size + out->cache->left_pad;
	out->offset = (int64_t)(addr - out->start);
	out->state = is_free(lx, out) ? PM_OBJECT_FREE : PM_OBJECT_ALLOCATED;
	return true;
}

/* The bit of SLAB_STORE_USER moved when the flags became an enum (6.9). */
static bool keeps_tracks(struct pm_linux *lx, const struct pm_linux_cache *cache)
{
	int64_t bit;

	if (pm_btf_enum_value(lx->btf, "_SLAB_STORE_USER", &bit) && bit >= 0 && bit < 64)
		return cache->flags >> bit & 1;
	return cache->flags & 0x10000;
}

/* Behind the object, and behind the free list's link where that stands behind it, too. */
bool pm_linux_object_track(struct pm_linux *lx, const struct pm_linux_object *o, bool freed,
			   struct pm_linux_track *out)
{
	uint64_t size = lx->btf ? pm_btf_size(lx->btf, pm_btf_find(lx->btf, PM_BTF_STRUCT, "track")) : 0;
	uint64_t inuse = get(lx, o->cache->addr, PM_CACHE_INUSE), pid, cpu;
	uint64_t at =
		o->start + (o->cache->free_at >= inuse ? o->cache->free_at + 8 : inuse) + (freed ? size : 0);

	if (!size || !inuse || !keeps_tracks(lx, o->cache) || at + size > o->start + o->cache->size ||
	    !pm_linux_get(lx, at, PM_TRACK_ADDR, &out->addr) || !pm_linux_get(lx, at, PM_TRACK_PID, &pid) ||
	    !pm_linux_get(lx, at, PM_TRACK_CPU, &cpu) || !out->addr)
		return false;
	out->pid = (int32_t)pid;
	out->cpu = (uint32_t)cpu;
	return true;
}

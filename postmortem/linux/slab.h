/* SLUB in a dump: the caches, and which object of which cache an address lies in. */
#ifndef PM_LINUX_SLAB_H
#define PM_LINUX_SLAB_H

#include "linux/linux.h"

struct pm_linux_cache {
	uint64_t addr; /* of its struct kmem_cache */
	const char *name;
	uint64_t size, object_size; /* bytes: of a slot, of what was asked for */
	uint64_t free_at;           /* where in a free object the next one's address stands */
	uint64_t left_pad;          /* of a slot, before its object */
	uint64_t random;            /* hardened free lists: mixed into addresses; 0: they are plain */
	uint64_t objects;           /* of a slab */
	uint64_t flags;
	uint64_t slab_size; /* bytes */
	bool shared; /* caches of the same size were merged into it: its name says little of its objects */
};

struct pm_linux_caches {
	struct pm_arena arena;
	PM_VEC(struct pm_linux_cache) v;
	const char *trouble; /* why the list ends early; NULL: it does not */
	uint64_t vmemmap;    /* where struct pages are; 0: not known */
	uint64_t page_size;  /* bytes of a struct page */
};

void pm_linux_caches_read(struct pm_linux *lx, struct pm_linux_caches *caches);
void pm_linux_caches_deinit(struct pm_linux_caches *caches);

/* The struct page (of the head, if it is a tail) of an address in the direct map; 0: none. */
uint64_t pm_linux_page_of(struct pm_linux *lx, const struct pm_linux_caches *caches, uint64_t addr);
/* The address in the direct map that a struct page stands for. */
uint64_t pm_linux_page_address(struct pm_linux *lx, const struct pm_linux_caches *caches, uint64_t page);

enum pm_object_state { PM_OBJECT_UNKNOWN, PM_OBJECT_ALLOCATED, PM_OBJECT_FREE };

struct pm_linux_object {
	const struct pm_linux_cache *cache;
	uint64_t page, slab; /* its struct page, and where its first slot lies */
	uint64_t start;      /* of the object */
	int64_t offset; /* of the address in it; outside of it (padding, red zone): < 0 or >= object_size */
	enum pm_object_state state;
};

/* false: addr lies in no slab. */
bool pm_linux_object_at(struct pm_linux *lx, const struct pm_linux_caches *caches, uint64_t addr,
			struct pm_linux_object *out);

/* Free objects of a slab from first on, as its free list links them; calls fn (may be NULL) for each. */
uint64_t pm_linux_free_objects(struct pm_linux *lx, const struct pm_linux_caches *caches,
			       const struct pm_linux_cache *cache, uint64_t slab, uint64_t first,
			       void (*fn)(uint64_t object, void *user), void *user);

/* Who allocated an object last, or freed it: kept by caches with slub_debug=U. */
struct pm_linux_track {
	uint64_t addr; /* the return address of the call */
	int32_t pid;
	uint32_t cpu;
};
/* false: the cache keeps none, or it never happened. */
bool pm_linux_object_track(struct pm_linux *lx, const struct pm_linux_object *object, bool freed,
			   struct pm_linux_track *out);

/* ---- linux/slab_usage.c ---- */

struct pm_linux_cache_usage {
	uint64_t slabs, partial;   /* all, and those on the nodes' lists of partial ones */
	uint64_t total, allocated; /* objects; total 0: the kernel does not count them (CONFIG_SLUB_DEBUG) */
	uint64_t free_partial, free_cpu, free_sheaves; /* where the free ones are */
	const char *trouble;                           /* why the numbers are not whole; NULL: they are */
};

void pm_linux_cache_usage(struct pm_linux *lx, const struct pm_linux_caches *caches,
			  const struct pm_linux_cache *cache, struct pm_linux_cache_usage *usage);
/* Does the object lie in a full sheaf of some node's barn, and so is free? */
bool pm_linux_in_barn(struct pm_linux *lx, const struct pm_linux_cache *cache, uint64_t object);
/* Is it among the objects of that sheaf (its struct slab_sheaf; 0: none)? */
bool pm_linux_in_sheaf(struct pm_linux *lx, uint64_t sheaf, uint64_t object);
/* Where a slab hangs.  Full ones hang nowhere, but with slub_debug. */
enum pm_slab_list {
	PM_SLAB_OF_CPU, /* that a CPU allocates from */
	PM_SLAB_CPU_PARTIAL,
	PM_SLAB_NODE_PARTIAL,
	PM_SLAB_NODE_FULL,
	PM_SLAB_LISTS,
};
struct pm_linux_slab_of {
	enum pm_slab_list list;
	uint32_t owner;  /* CPU or node */
	uint64_t holder; /* address of the struct kmem_cache_cpu or kmem_cache_node */
	uint64_t slab;   /* its struct slab or page; 0: the list has none (told once for each) */
	uint64_t first;  /* of the CPU's own list of free objects in it */
};
/* Slabs of a cache, CPU by CPU and then node by node; returns why the lists are not whole, NULL: they are, or fn had
 * enough. */
const char *pm_linux_slabs_each(struct pm_linux *lx, const struct pm_linux_cache *cache,
				bool (*fn)(const struct pm_linux_slab_of *slab, void *user), void *user);
/* Objects in sheaves: of a CPU, or with cpu -1 of a node's barn.  Why not all are known; NULL: they are. */
const char *pm_linux_sheaves_each(struct pm_linux *lx, const struct pm_linux_cache *cache,
				  void (*fn)(uint64_t object, int cpu, void *user), void *user);
/* The first object of a slab's own free list; 0: none. */
uint64_t pm_linux_slab_free(struct pm_linux *lx, uint64_t slab);
/* Objects of a slab (its struct slab or page), and those that are not on its own free list. */
void pm_linux_slab_usage(struct pm_linux *lx, uint64_t slab, uint64_t *objects_out, uint64_t *inuse_out);

#endif

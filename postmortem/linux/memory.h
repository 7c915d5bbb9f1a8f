/* What the memory of a machine is used for: the kernel's own counters, and its struct pages. */
#ifndef PM_LINUX_MEMORY_H
#define PM_LINUX_MEMORY_H

#include "linux/slab.h"

enum pm_memory_row {
	PM_MEMORY_TOTAL, /* that the page allocator was given */
	PM_MEMORY_FREE,
	PM_MEMORY_USED,
	PM_MEMORY_SHARED, /* pages that are referred to more than once */
	PM_MEMORY_BUFFERS,
	PM_MEMORY_CACHED,
	PM_MEMORY_SLAB,
	PM_MEMORY_HUGE_TOTAL,
	PM_MEMORY_HUGE_FREE,
	PM_MEMORY_SWAP_TOTAL,
	PM_MEMORY_SWAP_USED,
	PM_MEMORY_SWAP_FREE,
	PM_MEMORY_COMMIT_LIMIT,
	PM_MEMORY_COMMITTED,
	PM_MEMORY_CPU_FREE, /* free, on lists of CPUs: not in FREE */
	PM_MEMORY_ANON,     /* mapped by processes, of no file */
	PM_MEMORY_SHMEM,    /* shared memory and tmpfs: part of CACHED */
	PM_MEMORY_STACKS,   /* of the kernel's tasks */
	PM_MEMORY_TABLES,   /* page tables, of guests too */
	PM_MEMORY_VMALLOC,  /* without STACKS, where those lie there */
	PM_MEMORY_RESERVE,  /* ordinary requests fail when no more is free */
	PM_MEMORY_ROWS,
};

struct pm_linux_memory {
	uint64_t pages[PM_MEMORY_ROWS];
	bool known[PM_MEMORY_ROWS]; /* false: the symbols or types that lead to it are not there */
};

/* caches: for where the struct pages lie.  with_pages: look at each of them, which SHARED needs; time goes with the
 * machine's memory then. */
void pm_linux_memory_read(struct pm_linux *lx, const struct pm_linux_caches *caches, bool with_pages,
			  struct pm_linux_memory *memory);

/* Bytes of a cache's slabs on all nodes; 0: not known. */
uint64_t pm_linux_cache_bytes(struct pm_linux *lx, const struct pm_linux_cache *cache);

/* The names of a page's flags, "locked,lru,private", by this kernel's own enumeration. */
void pm_linux_page_flags(struct pm_linux *lx, uint64_t flags, char *buf, size_t size);

#endif

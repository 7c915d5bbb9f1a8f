/* Page tables of four levels: the kernel's half, and the way of mapping a page into any. */
#ifndef MM_PAGING_H
#define MM_PAGING_H

#include <stdbool.h>
#include <stdint.h>

#include "mm/layout.h"

enum {
	PAGING_PRESENT = 1 << 0,
	PAGING_WRITE = 1 << 1,
	PAGING_USER = 1 << 2,
	PAGING_UNCACHED = 1 << 4,
	PAGING_LARGE = 1 << 7,
};
#define PAGING_NO_EXECUTE (1ull << 63)
#define PAGING_ADDRESS 0x000ffffffffff000ull

/* In boot's tables, of that root: the pages below boot's stack and the recorder's are taken out of their large pages. */
void paging_guard_early(volatile uint64_t *root);
/* The kernel's own tables: text without writing, everything else without execution; guard pages below boot's stack and the
 * recorder's. Then switches to them. */
void paging_init(void);
/* On the other CPUs. */
void paging_init_cpu(void);
/* Physical address of the kernel's root. */
uint64_t paging_kernel_root(void);

/* Physical address of a new root whose upper half is the kernel's; 0: out of memory. */
uint64_t paging_new_root(void);
/* Frees the lower half: its tables, and the pages that they map. */
void paging_free_root(uint64_t root);

/* The entry of the page that holds address, tables made on the way where create is set; NULL: there is none. */
uint64_t *paging_entry(uint64_t root, uintptr_t address, bool create);
/* Of an address that is mapped by a small page of the kernel's; false: it is not. */
bool paging_physical(uintptr_t address, uint64_t *physical_out);
/* flags: PAGING_… other than PRESENT; false: out of memory. */
bool paging_map(uint64_t root, uintptr_t address, uint64_t page, uint64_t flags);

/* Registers of a device, mapped for good, without a cache. Before paging_init: where boot's tables have them. */
volatile void *paging_map_device(uint64_t physical, uint64_t size);

#endif

/* Physical pages: which are free. */
#ifndef MM_PAGE_H
#define MM_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mm/layout.h"

/* From the boot information: all RAM but the first MiB, the kernel, the user program and the loader's information. */
void page_init(void);

/* Physical address of a page filled with zeros; 0: there is none. */
uint64_t page_get(void);
/* The same where there is no way to go on without. */
uint64_t page_need(void);
void page_put(uint64_t page);
/* A process has it, not the kernel. */
void page_is_users(uint64_t page);
/* Is it the kernel's, or nobody's to give away?  At any time. */
bool page_is_kept(uint64_t page);
size_t page_free_count(void);
size_t page_total_count(void);
/* End of RAM. */
uint64_t page_end(void);

/* Where the page is mapped, for ever. */
static inline void *page_at(uint64_t page)
{
	return (void *)(DIRECT_BASE + page);
}

#endif

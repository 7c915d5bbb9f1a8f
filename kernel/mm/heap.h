/* Small objects of the kernel's, of up to half a page. */
#ifndef MM_HEAP_H
#define MM_HEAP_H

#include <stddef.h>

/* Filled with zeros; NULL: out of memory. */
void *heap_get(size_t size);
void heap_put(void *object, size_t size);

#endif

/* Small objects of the kernel's, of up to half a page. */
#ifndef MM_HEAP_H
#define MM_HEAP_H

#include <stddef.h>
#include <stdint.h>

/* Filled with zeros; NULL: out of memory. */
void *heap_get(size_t size);
void heap_put(void *object, size_t size);
/* Every list begins with an address that is none (attack/damages.c). */
void heap_break(uintptr_t garbage);

#endif

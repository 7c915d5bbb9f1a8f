/* Kernel stacks, each with guard pages below. */
#ifndef MM_STACK_H
#define MM_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include "mm/layout.h"

/* The end (highest address) of a stack of KERNEL_STACK_SIZE; 0: none left. */
uintptr_t stack_get(void);
void stack_put(uintptr_t end);
/* Whether the address lies in the guard pages of a stack; end_out: of that stack. */
bool stack_guard_of(uintptr_t address, uintptr_t *end_out);

#endif

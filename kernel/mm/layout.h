/* Where things are in the address space. Also read by assembly. */
#ifndef MM_LAYOUT_H
#define MM_LAYOUT_H

#define PAGE_SIZE 4096
#define KERNEL_STACK_SIZE 16384

/* User mode's half ends one page early: nothing of a user's is next to a non-canonical address. */
#define USER_END 0x00007ffffffff000
#define USER_STACK_SIZE 65536
#define USER_MMAP_START 0x0000100000000000

#define DIRECT_BASE 0xffff800000000000 /* all RAM, from physical 0 on */
#define DEVICE_BASE 0xffffc00000000000 /* registers of devices, mapped one after the other */
#define STACKS_BASE                                                                                          \
	0xffffd00000000000 /* a slot for each kernel stack: guard pages, then the stack at its end */
#define STACK_SLOT_SIZE 0x10000
#define STACK_SLOTS 256
#define SPARE_BASE 0xffffa00000000000 /* the recorder's spare, by its physical address; nothing else */
#define KERNEL_BASE 0xffffffff80000000

/* Physical. Where other CPUs start; the first MiB belongs to no allocator. */
#define TRAMPOLINE 0x8000
#define KERNEL_START 0x100000

#endif

/* The recorder's spare: its image (panic/blob), in low memory, which nobody else uses or can write to. */
#ifndef BOOT_SPARE_H
#define BOOT_SPARE_H

#include <stdbool.h>
#include <stdint.h>

/* When the loader's information has been read, and the recorder knows who it is of; while boot's page tables are in use. Without
 * the memory for it there is none. */
void spare_load(void);
/* In the kernel's own page tables: its code without writing, its memory without execution. */
void spare_map(void);
/* That there are others to be stopped: those that were never started must not be woken. */
void spare_tell_cpus(void);
/* What is on the screen now. */
void spare_tell_screen(void);
/* Does the physical page belong to it?  Such have no place in the direct map. */
bool spare_holds(uint64_t page);

#endif

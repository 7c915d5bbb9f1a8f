/* Between the files of this folder. */
#ifndef KP_BLOB_INTERNAL_H
#define KP_BLOB_INTERNAL_H

#include "kpanic/blob.h"

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

extern struct kp_blob kp_blob;

/* As the kernel left them: its registers at the entry, and those that the entry changes. */
extern struct kp_frame kp_blob_found;
extern uint64_t kp_blob_cr0, kp_blob_cr3, kp_blob_cr4;

/* Physical memory is mapped as it is up to here. */
extern uint64_t kp_blob_mapped_end;

/* Builds all page tables, and returns the distance (as a number without sign) from where this code runs to where it lies.
 * Called by the kernel's page tables. */
uint64_t kp_blob_tables(void);
/* Of the two roots, physical: the image's own, and one that has its switch in both places. */
extern uint64_t kp_blob_root, kp_blob_between;

/* Reads the crashed kernel's memory: the virtual address is looked up in its page tables. Returns the bytes read. */
size_t kp_blob_read(uint64_t from, void *to, size_t n);

/* On its own page tables: makes the report, and does not come back. */
_Noreturn void kp_blob_run(void);

#pragma GCC visibility pop

#endif

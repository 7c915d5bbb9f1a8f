/* The flight record's memory, and what becomes of the last run's. */
#ifndef BOOT_KEEP_H
#define BOOT_KEEP_H

#include "boot/boot.h"

/* Physical, the same at each start of the same machine; empty: this one has no room for it. */
struct boot_range keep_place(void);
/* Bytes of it, and of the end of a disk that is for the record: a dump leaves them alone. */
enum { KEEP_SIZE = 192 << 10 };
/* Looks for what the last run left, prints it, and begins this run's record.  Then the memory map is known. */
void keep_start(void);
/* Writes the last run's record to the end of the disk, if there is one, in turn to one of three places there, and says that it was
 * read. Without a disk: that it was
 * printed is all that can be done; "keep=wait" on the command line leaves it where it is. */
void keep_hand_on(void);
/* In each CPU's timer. */
struct kp_frame;
void keep_tick(const struct kp_frame *frame);
/* A line was added to the log. */
void keep_log(void);

#endif

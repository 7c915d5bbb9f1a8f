/* The first virtio disk, by polling: no interrupt, no memory but its own, so that a dying kernel can use it as well. */
#ifndef DEVICE_DISK_H
#define DEVICE_DISK_H

#include <stdbool.h>
#include <stdint.h>

enum { DISK_SECTOR = 512, DISK_SECTORS_MAX = 8 }; /* bytes; sectors of one transfer */

void disk_init(void);
/* 0: there is no disk. */
uint64_t disk_sectors(void);
/* count: at most DISK_SECTORS_MAX.  false: no disk, beyond its end, an error of the disk's, or no answer within a second, after
 * which the disk is not used again. */
bool disk_read(uint64_t sector, void *to, unsigned count);
bool disk_write(uint64_t sector, const void *from, unsigned count);

#endif

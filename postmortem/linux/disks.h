/* Disks of a kernel in a dump, and the requests that are on their way. */
#ifndef PM_LINUX_DISKS_H
#define PM_LINUX_DISKS_H

#include "linux/linux.h"

struct pm_linux_disk {
	uint64_t addr; /* of its struct gendisk */
	uint64_t queue, fops;
	unsigned major, first_minor;
	char name[33];
	uint64_t sectors;       /* of 512 bytes; 0: not told */
	bool multi_queue;       /* requests are those of its queues' tags, which a driver works on */
	uint64_t reads, writes; /* in flight */
};

struct pm_linux_disks {
	struct pm_arena arena;
	PM_VEC(struct pm_linux_disk) v;
	const char *trouble; /* why there may be more; NULL: there are not */
};

/* Whole disks, not their partitions. */
void pm_linux_disks_read(struct pm_linux *lx, struct pm_linux_disks *disks);
void pm_linux_disks_deinit(struct pm_linux_disks *disks);

/* The devices of a class (its symbol, "block_class"), as their struct device.  Returns why not all were told; NULL: they
 * were. */
const char *pm_linux_class_devices(struct pm_linux *lx, const char *class,
				   bool (*fn)(uint64_t device, void *user), void *user);

#endif

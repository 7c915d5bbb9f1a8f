/* What is mounted in a namespace. */
#ifndef PM_LINUX_MOUNTS_H
#define PM_LINUX_MOUNTS_H

#include "linux/linux.h"

struct pm_linux_mount {
	uint64_t addr;     /* of its struct mount */
	uint64_t vfsmount; /* of the struct vfsmount in it */
	uint64_t sb, root; /* its super_block, and the dentry that is its top */
	char type[32];     /* of the file system: "ext4" */
	char device[128];
};

struct pm_linux_mounts {
	struct pm_arena arena;
	PM_VEC(struct pm_linux_mount) v; /* as they were mounted */
	const char *trouble;             /* why not all are here; NULL: they are */
};

/* task: in whose namespace; 0: the first task's. */
void pm_linux_mounts_read(struct pm_linux *lx, uint64_t task, struct pm_linux_mounts *mounts);
void pm_linux_mounts_deinit(struct pm_linux_mounts *mounts);
/* The first that shows a file system's dentry, by its super_block; NULL: none. */
const struct pm_linux_mount *pm_linux_mount_of(const struct pm_linux_mounts *mounts, uint64_t sb);

#endif

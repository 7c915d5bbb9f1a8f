/* Files: open ones, their paths. */
#ifndef PM_LINUX_FILES_H
#define PM_LINUX_FILES_H

#include "linux/linux.h"

#define PM_LINUX_PATH_MAX 4096

/* The path of a dentry on a mount (address of its struct vfsmount), as seen from the root of its namespace; what
 * cannot be read of it is "?"; " (deleted)" behind it as the kernel has it.  false: not even its name is in the dump. */
bool pm_linux_path(struct pm_linux *lx, uint64_t mnt, uint64_t dentry, char *buf, size_t size);
/* Of a struct file: "/bin/sh", "pipe:[1234]", "socket:[99]", "anon_inode:[eventpoll]". */
bool pm_linux_file_path(struct pm_linux *lx, uint64_t file, char *buf, size_t size);

struct pm_linux_fd {
	uint32_t fd;
	uint64_t file, dentry, inode;
	uint64_t mode; /* i_mode */
};

/* One open file of a task; *file_out is 0 where it is not open.  false: the table is not in the dump. */
bool pm_linux_fd_file(struct pm_linux *lx, uint64_t task, uint32_t fd, uint64_t *file_out);

struct pm_linux_fds {
	struct pm_arena arena;
	PM_VEC(struct pm_linux_fd) v;
	const char *trouble;
};

/* task: its struct task_struct. */
void pm_linux_fds_read(struct pm_linux *lx, uint64_t task, struct pm_linux_fds *fds);
void pm_linux_fds_deinit(struct pm_linux_fds *fds);

#endif

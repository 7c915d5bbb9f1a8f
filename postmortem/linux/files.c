#include "linux/files.h"

#include <stdio.h>
#include <string.h>

/* Deeper than PATH_MAX / 2 no path is. */
enum { max_depth = 2048 };
/* Tables of open files have a multiple of 64 entries; a task begins with that many (NR_OPEN_DEFAULT).  nr_open's default
 * is the most that are believed. */
enum { step_fds = 64, max_fds = 1 << 20 };

/* Puts "/name" before what stands at the end of buf; false: it is full. */
static bool put_before(char *buf, size_t *at, const char *name)
{
	size_t n = strlen(name);

	if (n + 1 > *at)
		return false;
	*at -= n;
	memcpy(buf + *at, name, n);
	buf[--*at] = '/';
	return true;
}

/* Up through the dentries of a mount, then from its mountpoint on in the parent's. */
static bool walk_up(struct pm_linux *lx, uint64_t mnt, uint64_t dentry, char *buf, size_t *at)
{
	char name[256];

	for (unsigned i = 0; i < max_depth; i++) {
		uint64_t parent, text, root = 0, mount = mnt - pm_linux_at(lx, 0, PM_MOUNT_MNT), up = 0;

		if (mnt)
			pm_linux_get(lx, mnt, PM_VFSMOUNT_ROOT, &root);
		if (!pm_linux_get(lx, dentry, PM_DENTRY_PARENT, &parent))
			return i > 0 && put_before(buf, at, "?");
		if (dentry == root || parent == dentry) {
			/* the root of a file system without a tree has a name of its own: "dev/zero" */
			if (!i && parent == dentry && pm_linux_get(lx, dentry, PM_DENTRY_NAME, &text) &&
			    pm_space_string(&lx->kernel, text, name, sizeof(name)) && strcmp(name, "/"))
				return put_before(buf, at, name);
			if (!mnt)
				return true;
			if (!pm_linux_get(lx, mount, PM_MOUNT_PARENT, &up))
				return put_before(buf, at, "?");
			if (up == mount)
				return true;
			if (!pm_linux_get(lx, mount, PM_MOUNT_MOUNTPOINT, &dentry))
				return put_before(buf, at, "?");
			mnt = pm_linux_at(lx, up, PM_MOUNT_MNT);
			continue;
		}
		if (!pm_linux_get(lx, dentry, PM_DENTRY_NAME, &text) ||
		    !pm_space_string(&lx->kernel, text, name, sizeof(name)))
			return i > 0 && put_before(buf, at, "?");
		if (!put_before(buf, at, name))
			return true;
		dentry = parent;
	}
	return true;
}

static bool fs_name(struct pm_linux *lx, uint64_t inode, char *buf, size_t size)
{
	uint64_t sb, type, name;

	return pm_linux_get(lx, inode, PM_INODE_SB, &sb) && pm_linux_get(lx, sb, PM_SB_TYPE, &type) &&
	       pm_linux_get(lx, type, PM_FS_TYPE_NAME, &name) &&
	       pm_space_string(&lx->kernel, name, buf, size);
}

/* The name was taken away, the file is still in use: no longer among those that names are looked up in. */
static bool is_deleted(struct pm_linux *lx, uint64_t dentry)
{
	uint64_t parent, hashed, inode;
	char type[32], name[8];

	if (!pm_linux_get(lx, dentry, PM_DENTRY_HASHED, &hashed) || hashed ||
	    !pm_linux_get(lx, dentry, PM_DENTRY_PARENT, &parent))
		return false;
	if (parent != dentry)
		return true;
	/* a root has never been there; but that of memory that is shared is called so by the kernel, too */
	return pm_linux_get(lx, dentry, PM_DENTRY_INODE, &inode) && fs_name(lx, inode, type, sizeof(type)) &&
	       (!strcmp(type, "tmpfs") || !strcmp(type, "hugetlbfs")) &&
	       pm_linux_get(lx, dentry, PM_DENTRY_NAME, &inode) &&
	       pm_space_string(&lx->kernel, inode, name, sizeof(name)) && strcmp(name, "/");
}

bool pm_linux_path(struct pm_linux *lx, uint64_t mnt, uint64_t dentry, char *buf, size_t size)
{
	char path[PM_LINUX_PATH_MAX];
	size_t at = sizeof(path) - 1;

	path[at] = 0;
	if (!dentry || !walk_up(lx, mnt, dentry, path, &at))
		return false;
	snprintf(buf, size, "%s%s", path[at] ? path + at : "/", is_deleted(lx, dentry) ? " (deleted)" : "");
	return true;
}

bool pm_linux_file_path(struct pm_linux *lx, uint64_t file, char *buf, size_t size)
{
	/* File systems without a tree: a name is made from the inode's number. */
	static const struct {
		const char *type, *name;
	} made[] = { { "pipefs", "pipe" }, { "sockfs", "socket" } };
	uint64_t mnt = 0, dentry, inode, number, text;
	char type[32], name[256];

	if (!pm_linux_get(lx, file, PM_FILE_DENTRY, &dentry))
		return false;
	pm_linux_get(lx, file, PM_FILE_MNT, &mnt);
	if (pm_linux_get(lx, file, PM_FILE_INODE, &inode) && fs_name(lx, inode, type, sizeof(type))) {
		for (size_t i = 0; i < PM_COUNT(made); i++)
			if (!strcmp(type, made[i].type) && pm_linux_get(lx, inode, PM_INODE_INO, &number)) {
				snprintf(buf, size, "%s:[%llu]", made[i].name, (unsigned long long)number);
				return true;
			}
		if (!strcmp(type, "anon_inodefs") && pm_linux_get(lx, dentry, PM_DENTRY_NAME, &text) &&
		    pm_space_string(&lx->kernel, text, name, sizeof(name))) {
			snprintf(buf, size, "anon_inode:%s", name);
			return true;
		}
	}
	return pm_linux_path(lx, mnt, dentry, buf, size);
}

bool pm_linux_fd_file(struct pm_linux *lx, uint64_t task, uint32_t fd, uint64_t *file_out)
{
	uint64_t files, table, max, array;

	*file_out = 0;
	if (!pm_linux_get(lx, task, PM_TASK_FILES, &files) ||
	    !pm_linux_get(lx, files, PM_FILES_FDT, &table) ||
	    !pm_linux_get(lx, table, PM_FDTABLE_MAX, &max) || !pm_linux_get(lx, table, PM_FDTABLE_FD, &array))
		return false;
	return fd >= (uint32_t)max || pm_space_load(&lx->kernel, array + 8ull * fd, 8, file_out);
}

void pm_linux_fds_read(struct pm_linux *lx, uint64_t task, struct pm_linux_fds *fds)
{
	uint64_t files, table, max, array, open = 0, bits = ~0ull;

	*fds = (struct pm_linux_fds){ 0 };
	pm_arena_init(&fds->arena);
	if (!pm_linux_get(lx, task, PM_TASK_FILES, &files)) {
		fds->trouble = "the task is not in the dump";
		return;
	}
	if (!files)
		return; /* it has given them up: a zombie */
	if (!pm_linux_get(lx, files, PM_FILES_FDT, &table) ||
	    !pm_linux_get(lx, table, PM_FDTABLE_MAX, &max) ||
	    !pm_linux_get(lx, table, PM_FDTABLE_FD, &array)) {
		fds->trouble = "the table of open files is not in the dump";
		return;
	}
	max &= 0xffffffff;
	if (max % step_fds || max > max_fds) {
		fds->trouble =
			"the table of open files lies about its size: only its first 64 entries were read";
		max = step_fds;
	}
	pm_linux_get(lx, table, PM_FDTABLE_OPEN, &open);
	for (uint64_t i = 0; i < max; i++) {
		struct pm_linux_fd fd = { .fd = (uint32_t)i };

		if (open && !(i & 63) && !pm_space_load(&lx->kernel, open + i / 8, 8, &bits))
			bits = ~0ull;
		if (!(bits >> (i & 63) & 1))
			continue;

		if (!pm_space_load(&lx->kernel, array + 8 * i, 8, &fd.file)) {
			fds->trouble = "part of the table of open files is not in the dump";
			return;
		}
		if (!fd.file)
			continue;
		pm_linux_get(lx, fd.file, PM_FILE_DENTRY, &fd.dentry);
		pm_linux_get(lx, fd.file, PM_FILE_INODE, &fd.inode);
		if (fd.inode)
			pm_linux_get(lx, fd.inode, PM_INODE_MODE, &fd.mode);
		*PM_PUSH(&fds->arena, &fds->v) = fd;
	}
}

void pm_linux_fds_deinit(struct pm_linux_fds *fds)
{
	pm_arena_deinit(&fds->arena);
}

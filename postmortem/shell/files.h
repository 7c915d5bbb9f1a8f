/* Files, dentries and inodes, as several commands show them. */
#ifndef PM_SHELL_FILES_H
#define PM_SHELL_FILES_H

#include "linux/mounts.h"
#include "shell/shell.h"

/* "REG", "DIR", "CHR", … of an i_mode. */
const char *pm_file_type(uint64_t mode);

/* What is known of an inode. */
struct pm_file_inode {
	uint64_t addr, number, mode, size, links, count, sb, mapping, pages;
	char type[32], device[40]; /* of its file system: its name, and its super block's id */
};
/* false: it is not whole in the dump, or no inode, and that was said. */
bool pm_file_inode_read(struct pm_shell *sh, const char *command, uint64_t inode, struct pm_file_inode *out);
/* Is it one, by what leads from it to its parent?  false: said. */
bool pm_file_is_dentry(struct pm_shell *sh, const char *command, uint64_t dentry);

/* The row of a dentry: DENTRY INODE SUPERBLK TYPE PATH; as JSON its members. */
void pm_file_put_dentry_header(struct pm_shell *sh);
bool pm_file_put_dentry(struct pm_shell *sh, const char *command, const struct pm_linux_mounts *mounts,
			uint64_t dentry);
/* The pages of an inode in the page cache, a row each. */
bool pm_file_put_pages(struct pm_shell *sh, const char *command, uint64_t inode);

#endif

/* files: what a process has open. */
#include "linux/files.h"
#include "shell/commands.h"

#include <string.h>

static const char *mode_word(uint64_t mode)
{
	/* S_IFMT of i_mode */
	static const char *const words[16] = {
		[1] = "FIFO", [2] = "CHR", [4] = "DIR", [6] = "BLK", [8] = "REG", [10] = "LNK", [12] = "SOCK"
	};
	const char *word = words[mode >> 12 & 15];

	return word ? word : "UNKN";
}

static void print_place(struct pm_shell *sh, uint64_t fs, const char *label, const char *key,
			enum pm_field mnt_field, enum pm_field dentry_field)
{
	char path[PM_LINUX_PATH_MAX];
	uint64_t mnt, dentry;

	if (pm_linux_get(sh->lx, fs, mnt_field, &mnt) && pm_linux_get(sh->lx, fs, dentry_field, &dentry) &&
	    pm_linux_path(sh->lx, mnt, dentry, path, sizeof(path))) {
		if (sh->json)
			pm_json_str(sh->json, key, path);
		else
			fprintf(sh->out, "%s: %s    ", label, path);
	}
}

static void print_file(struct pm_shell *sh, const struct pm_linux_fd *fd)
{
	char path[PM_LINUX_PATH_MAX];
	bool known = pm_linux_file_path(sh->lx, fd->file, path, sizeof(path));

	if (!sh->json) {
		fprintf(sh->out, "%3u %016llx %016llx %016llx %-4s %s\n", fd->fd,
			(unsigned long long)fd->file, (unsigned long long)fd->dentry,
			(unsigned long long)fd->inode, mode_word(fd->mode),
			known ? path : "(not in the dump)");
		return;
	}
	pm_json_open(sh->json, NULL, '{');
	pm_json_uint(sh->json, "fd", fd->fd);
	pm_json_hex(sh->json, "file", fd->file);
	pm_json_hex(sh->json, "dentry", fd->dentry);
	pm_json_hex(sh->json, "inode", fd->inode);
	pm_json_str(sh->json, "type", mode_word(fd->mode));
	pm_json_str(sh->json, "path", known ? path : NULL);
	pm_json_close(sh->json, '}');
}

static bool print_task(struct pm_shell *sh, const struct pm_linux_task *task)
{
	struct pm_linux_fds fds;
	uint64_t fs;
	bool ok = true;

	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	pm_shell_put_task(sh, task);
	if (pm_linux_get(sh->lx, task->addr, PM_TASK_FS, &fs) && fs) {
		print_place(sh, fs, "ROOT", "root", PM_FS_ROOT_MNT, PM_FS_ROOT_DENTRY);
		print_place(sh, fs, "CWD", "cwd", PM_FS_PWD_MNT, PM_FS_PWD_DENTRY);
		if (!sh->json)
			fputc('\n', sh->out);
	}
	pm_linux_fds_read(sh->lx, task->addr, &fds);
	if (sh->json)
		pm_json_open(sh->json, "files", '[');
	else if (!fds.v.n)
		fputs("No open files\n", sh->out);
	else
		fprintf(sh->out, "%3s %-16s %-16s %-16s TYPE PATH\n", "FD", "FILE", "DENTRY", "INODE");
	for (size_t i = 0; i < fds.v.n; i++)
		print_file(sh, &fds.v.v[i]);
	if (sh->json) {
		pm_json_close(sh->json, ']');
		pm_json_close(sh->json, '}');
	}
	if (fds.trouble)
		ok = pm_shell_error(sh, "files", "%s (pid %d): %s", task->comm, task->pid, fds.trouble);
	pm_linux_fds_deinit(&fds);
	return ok;
}

bool pm_shell_files(struct pm_shell *sh, int argc, char **argv)
{
	return pm_shell_processes(sh, argc, argv, print_task);
}

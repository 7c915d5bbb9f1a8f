/* files: what a process has open. */
#include "linux/files.h"
#include "shell/shell.h"

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

static void print_place(struct pm_shell *sh, uint64_t fs, const char *label, enum pm_field mnt_field,
			enum pm_field dentry_field)
{
	char path[PM_LINUX_PATH_MAX];
	uint64_t mnt, dentry;

	if (pm_linux_get(sh->lx, fs, mnt_field, &mnt) && pm_linux_get(sh->lx, fs, dentry_field, &dentry) &&
	    pm_linux_path(sh->lx, mnt, dentry, path, sizeof(path)))
		fprintf(sh->out, "%s: %s    ", label, path);
}

static bool print_task(struct pm_shell *sh, const struct pm_linux_task *task)
{
	struct pm_linux_fds fds;
	uint64_t fs;
	bool ok = true;

	fprintf(sh->out, "PID: %-7d  TASK: %016llx  CPU: %-3u  COMMAND: \"%s\"\n", task->pid,
		(unsigned long long)task->addr, task->cpu, task->comm);
	if (pm_linux_get(sh->lx, task->addr, PM_TASK_FS, &fs) && fs) {
		print_place(sh, fs, "ROOT", PM_FS_ROOT_MNT, PM_FS_ROOT_DENTRY);
		print_place(sh, fs, "CWD", PM_FS_PWD_MNT, PM_FS_PWD_DENTRY);
		fputc('\n', sh->out);
	}
	pm_linux_fds_read(sh->lx, task->addr, &fds);
	if (!fds.v.n)
		fputs("No open files\n", sh->out);
	else
		fprintf(sh->out, " FD       FILE            DENTRY           INODE       TYPE PATH\n");
	for (size_t i = 0; i < fds.v.n; i++) {
		const struct pm_linux_fd *fd = &fds.v.v[i];
		char path[PM_LINUX_PATH_MAX];

		if (!pm_linux_file_path(sh->lx, fd->file, path, sizeof(path)))
			snprintf(path, sizeof(path), "(not in the dump)");
		fprintf(sh->out, "%3u %016llx %016llx %016llx %-4s %s\n", fd->fd,
			(unsigned long long)fd->file, (unsigned long long)fd->dentry,
			(unsigned long long)fd->inode, mode_word(fd->mode), path);
	}
	if (fds.trouble)
		ok = pm_shell_error(sh, "files", "%s", fds.trouble);
	pm_linux_fds_deinit(&fds);
	return ok;
}

bool pm_shell_files(struct pm_shell *sh, int argc, char **argv)
{
	struct pm_linux_task current;
	bool ok = true, any = false;

	for (int i = 1; i < argc; i++) {
		if (*argv[i] == '-')
			return pm_shell_error(sh, "files", "no option '%s'", argv[i]);
		const struct pm_linux_task *task = pm_shell_task(sh, "files", argv[i]);

		any = true;
		ok &= task && print_task(sh, task);
	}
	if (any)
		return ok;
	if (!pm_linux_task_read(sh->lx, sh->task, &current))
		return pm_shell_error(sh, "files", "the current task is not in the dump");
	return print_task(sh, &current);
}

/* files: what a process has open. */
#include "shell/commands.h"
#include "shell/files.h"

#include "linux/files.h"
#include "linux/member.h"

#include <stdlib.h>
#include <string.h>

struct choice {
	bool pages;            /* -c */
	const char *reference; /* -R; NULL: all */
};

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

static void print_places(struct pm_shell *sh, const struct pm_linux_task *task)
{
	uint64_t fs;

	if (!pm_linux_get(sh->lx, task->addr, PM_TASK_FS, &fs) || !fs)
		return;
	print_place(sh, fs, "ROOT", "root", PM_FS_ROOT_MNT, PM_FS_ROOT_DENTRY);
	print_place(sh, fs, "CWD", "cwd", PM_FS_PWD_MNT, PM_FS_PWD_DENTRY);
	if (!sh->json)
		fputc('\n', sh->out);
}

static void print_file(struct pm_shell *sh, const struct pm_linux_fd *fd, const char *path, bool pages)
{
	uint64_t mapping = 0, n = 0;

	bool known = pm_linux_get(sh->lx, fd->inode, PM_INODE_MAPPING, &mapping) &&
		     (!mapping || pm_linux_get(sh->lx, mapping, PM_MAPPING_PAGES, &n));

	if (!sh->json && pages) {
		char count[24] = "?";

		if (known)
			snprintf(count, sizeof(count), "%llu", (unsigned long long)n);
		fprintf(sh->out, "%3u %016llx %016llx %7s %-4s %s\n", fd->fd, (unsigned long long)fd->inode,
			(unsigned long long)mapping, count, pm_file_type(fd->mode),
			path ? path : "(not in the dump)");
		return;
	}
	if (!sh->json) {
		fprintf(sh->out, "%3u %016llx %016llx %016llx %-4s %s\n", fd->fd,
			(unsigned long long)fd->file, (unsigned long long)fd->dentry,
			(unsigned long long)fd->inode, pm_file_type(fd->mode),
			path ? path : "(not in the dump)");
		return;
	}
	pm_json_open(sh->json, NULL, '{');
	pm_json_uint(sh->json, "fd", fd->fd);
	pm_json_hex(sh->json, "file", fd->file);
	pm_json_hex(sh->json, "dentry", fd->dentry);
	pm_json_hex(sh->json, "inode", fd->inode);
	pm_json_str(sh->json, "type", pm_file_type(fd->mode));
	pm_json_str(sh->json, "path", path);
	if (pages && known) {
		pm_json_hex(sh->json, "mapping", mapping);
		pm_json_uint(sh->json, "nrpages", n);
	}
	pm_json_close(sh->json, '}');
}

/* A descriptor's number, an address of what it leads to, or a part of its path. */
static bool is_referred(struct pm_shell *sh, const struct pm_linux_fd *fd, const char *path,
			const char *reference)
{
	uint64_t value, mapping = 0;

	pm_linux_get(sh->lx, fd->inode, PM_INODE_MAPPING, &mapping);
	if (pm_shell_number(reference, &value) &&
	    (value == fd->fd || value == fd->file || value == fd->dentry || value == fd->inode ||
	     value == mapping))
		return true;
	return path && strstr(path, reference);
}

static void print_header(struct pm_shell *sh, bool pages)
{
	if (pages)
		fputs(" FD      INODE          I_MAPPING     NRPAGES TYPE PATH\n", sh->out);
	else
		fprintf(sh->out, "%3s %-16s %-16s %-16s TYPE PATH\n", "FD", "      FILE", "     DENTRY",
			"     INODE");
}

/* What is above the files: once, and of a reference that is not there nothing at all. */
static void print_above(struct pm_shell *sh, const struct pm_linux_task *task)
{
	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	pm_shell_put_task(sh, task);
	print_places(sh, task);
	if (sh->json)
		pm_json_open(sh->json, "files", '[');
}

static bool print_task(struct pm_shell *sh, const struct pm_linux_task *task, const struct choice *choice)
{
	struct pm_linux_fds fds;
	bool ok = true, above = false, any = false;

	pm_linux_fds_read(sh->lx, task->addr, &fds);
	for (size_t i = 0; i < fds.v.n && !pm_shell_interrupted(sh); i++) {
		char path[PM_LINUX_PATH_MAX];
		bool known = pm_linux_file_path(sh->lx, fds.v.v[i].file, path, sizeof(path));

		if (choice->reference &&
		    !is_referred(sh, &fds.v.v[i], known ? path : NULL, choice->reference))
			continue;
		if (!above)
			print_above(sh, task);
		above = true;
		if (!any && !sh->json)
			print_header(sh, choice->pages);
		any = true;
		print_file(sh, &fds.v.v[i], known ? path : NULL, choice->pages);
	}
	if (!above && !choice->reference) {
		print_above(sh, task);
		above = true;
		if (!sh->json && !fds.trouble && !pm_shell_interrupted(sh))
			fputs("No open files\n", sh->out);
	}
	if (sh->json && above) {
		pm_json_close(sh->json, ']');
		pm_json_close(sh->json, '}');
	}
	if (fds.trouble)
		ok = pm_shell_error(sh, "files", "%s (pid %d): %s", task->comm, task->pid, fds.trouble);
	pm_linux_fds_deinit(&fds);
	return ok;
}

static bool print_tasks(struct pm_shell *sh, int argc, char **argv, const struct choice *choice)
{
	struct pm_linux_task current;
	bool ok = true;

	for (int i = 1; i < argc; i++) {
		const struct pm_linux_task *task = pm_shell_task(sh, "files", argv[i]);

		ok &= task && print_task(sh, task, choice);
		if (!sh->json && i + 1 < argc)
			fputc('\n', sh->out);
	}
	if (argc > 1)
		return ok;
	return pm_shell_current(sh, "files", &current) && print_task(sh, &current, choice);
}

static bool print_dentry(struct pm_shell *sh, uint64_t dentry)
{
	struct pm_linux_mounts mounts;

	if (!pm_file_is_dentry(sh, "files", dentry))
		return false;
	pm_linux_mounts_read(sh->lx, 0, &mounts);
	pm_file_put_dentry_header(sh);
	bool ok = pm_file_put_dentry(sh, "files", &mounts, dentry);

	pm_linux_mounts_deinit(&mounts);
	return ok;
}

bool pm_shell_files(struct pm_shell *sh, int argc, char **argv)
{
	struct choice choice = { 0 };
	uint64_t dentry = 0, inode = 0;
	bool of_dentry = false, of_inode = false, all = false;
	const struct pm_shell_option options[] = {
		{ "-c", PM_OPTION_FLAG, &choice.pages },
		{ "-R", PM_OPTION_TEXT, &choice.reference },
		{ "-d", PM_OPTION_ADDRESS, &dentry, &of_dentry },
		{ "-p", PM_OPTION_ADDRESS, &inode, &of_inode },
		{ "-l", PM_OPTION_FLAG, &all },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (of_dentry)
		return print_dentry(sh, dentry);
	if (of_inode)
		return pm_file_put_pages(sh, "files", inode);
	if (sh->json)
		pm_json_open(sh->json, "processes", '[');
	bool ok = true;

	if (all) {
		const struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);

		for (size_t i = 0; i < tasks->v.n && !pm_shell_interrupted(sh); i++) {
			if (tasks->v.v[i].mm && tasks->v.v[i].leader)
				ok &= print_task(sh, &tasks->v.v[i], &choice);
		}
		if (tasks->trouble)
			ok = pm_shell_error(sh, "files", "the list of tasks: %s", tasks->trouble);
	} else {
		ok = print_tasks(sh, argc, argv, &choice);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}

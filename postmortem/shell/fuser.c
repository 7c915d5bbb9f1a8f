/* fuser: which tasks use a file. */
#include "shell/commands.h"
#include "shell/files.h"

#include "linux/files.h"
#include "linux/member.h"
#include "linux/mm.h"

#include <string.h>

/* A path, or the address of an inode (or of a dentry of it). */
struct wanted {
	const char *path; /* NULL: none */
	uint64_t inode;
};

enum { USES_ROOT, USES_CWD, USES_EXE, USES_FD, USES_MMAP, USES };
static const char *const words[USES] = { "root", "cwd", "exe", "fd", "mmap" };

static bool is_path(struct pm_shell *sh, const struct wanted *wanted, uint64_t mnt, uint64_t dentry)
{
	char path[PM_LINUX_PATH_MAX];
	uint64_t inode;

	if (!dentry)
		return false;
	if (!wanted->path)
		return pm_linux_get(sh->lx, dentry, PM_DENTRY_INODE, &inode) && inode == wanted->inode;
	return pm_linux_path(sh->lx, mnt, dentry, path, sizeof(path)) && !strcmp(path, wanted->path);
}

static bool is_file(struct pm_shell *sh, const struct wanted *wanted, uint64_t file)
{
	char path[PM_LINUX_PATH_MAX];
	uint64_t inode;

	if (!file)
		return false;
	if (!wanted->path)
		return pm_linux_get(sh->lx, file, PM_FILE_INODE, &inode) && inode == wanted->inode;
	return pm_linux_file_path(sh->lx, file, path, sizeof(path)) && !strcmp(path, wanted->path);
}

static bool is_place(struct pm_shell *sh, const struct wanted *wanted, uint64_t fs, enum pm_field mnt_field,
		     enum pm_field dentry_field)
{
	uint64_t mnt = 0, dentry = 0;

	pm_linux_get(sh->lx, fs, mnt_field, &mnt);
	pm_linux_get(sh->lx, fs, dentry_field, &dentry);
	return is_path(sh, wanted, mnt, dentry);
}

/* false: not all that it may use is in the dump. */
static bool look(struct pm_shell *sh, const struct pm_linux_task *task, const struct wanted *wanted,
		 bool uses[USES])
{
	uint64_t fs = 0, exe = 0;
	struct pm_linux_fds fds;
	bool whole = pm_linux_get(sh->lx, task->addr, PM_TASK_FS, &fs);

	if (fs) {
		uses[USES_ROOT] = is_place(sh, wanted, fs, PM_FS_ROOT_MNT, PM_FS_ROOT_DENTRY);
		uses[USES_CWD] = is_place(sh, wanted, fs, PM_FS_PWD_MNT, PM_FS_PWD_DENTRY);
	}
	pm_linux_fds_read(sh->lx, task->addr, &fds);
	for (size_t i = 0; i < fds.v.n && !uses[USES_FD]; i++)
		uses[USES_FD] = is_file(sh, wanted, fds.v.v[i].file);
	whole &= !fds.trouble;
	pm_linux_fds_deinit(&fds);
	if (!task->mm)
		return whole;
	if (pm_linux_member_get(sh->lx, task->mm, "mm_struct", "exe_file", &exe))
		uses[USES_EXE] = is_file(sh, wanted, exe);
	struct pm_linux_vmas vmas;

	pm_linux_vmas_read(sh->lx, task->mm, &vmas);
	for (size_t i = 0; i < vmas.v.n && !uses[USES_MMAP]; i++)
		uses[USES_MMAP] = is_file(sh, wanted, vmas.v.v[i].file);
	whole &= !vmas.trouble;
	pm_linux_vmas_deinit(&vmas);
	return whole;
}

static void put(struct pm_shell *sh, const struct pm_linux_task *task, const bool uses[USES])
{
	char comm[20];

	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_shell_put_task(sh, task);
		pm_json_open(sh->json, "uses", '[');
		for (size_t i = 0; i < USES; i++)
			if (uses[i])
				pm_json_str(sh->json, NULL, words[i]);
		pm_json_close(sh->json, ']');
		pm_json_close(sh->json, '}');
		return;
	}
	snprintf(comm, sizeof(comm), "\"%s\"", task->comm);
	fprintf(sh->out, "%5d  %016llx  %-17s ", task->pid, (unsigned long long)task->addr, comm);
	for (size_t i = 0; i < USES; i++)
		if (uses[i])
			fprintf(sh->out, "%s ", words[i]);
	fputc('\n', sh->out);
}

bool pm_shell_fuser(struct pm_shell *sh, int argc, char **argv)
{
	const struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	struct wanted wanted = { 0 };

	argc = pm_shell_options(sh, argc, argv, NULL, 0);
	if (!argc)
		return false;
	if (argc != 2)
		return pm_shell_error(sh, "fuser", "it takes a path, or the address of an inode");
	if (*argv[1] == '/' || strchr(argv[1], ':'))
		wanted.path = argv[1];
	else if (!pm_shell_address(sh, "fuser", argv[1], &wanted.inode))
		return false;
	if (sh->json)
		pm_json_open(sh->json, "tasks", '[');
	bool any = false;
	size_t missing = 0;

	for (size_t i = 0; i < tasks->v.n && !pm_shell_interrupted(sh); i++) {
		bool uses[USES] = { 0 }, used = false;

		missing += !look(sh, &tasks->v.v[i], &wanted, uses);
		for (size_t k = 0; k < USES; k++)
			used |= uses[k];
		if (!used)
			continue;
		if (!any && !sh->json)
			fputs(" PID         TASK        COMM             USAGE\n", sh->out);
		any = true;
		put(sh, &tasks->v.v[i], uses);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	if (!any && !sh->json && !missing && !tasks->trouble && !pm_shell_interrupted(sh))
		fprintf(sh->out, "No users of %s found\n", argv[1]);
	if (missing)
		return pm_shell_error(sh, "fuser", "what %zu tasks have open is not whole in the dump",
				      missing);
	return !tasks->trouble || pm_shell_error(sh, "fuser", "the list of tasks: %s", tasks->trouble);
}

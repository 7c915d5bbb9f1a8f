/* vm: the mappings of a process. */
#include "linux/files.h"
#include "linux/mm.h"
#include "shell/shell.h"

#include <string.h>

static const char *special_name(struct pm_shell *sh, uint64_t mm, const struct pm_linux_vma *vma)
{
	uint64_t stack = 0, start = 0, end = 0;

	pm_linux_get(sh->lx, mm, PM_MM_START_STACK, &stack);
	pm_linux_get(sh->lx, mm, PM_MM_START_BRK, &start);
	pm_linux_get(sh->lx, mm, PM_MM_BRK, &end);
	if (stack >= vma->start && stack < vma->end)
		return "[stack]";
	if (start < end && vma->start < end && vma->end > start)
		return "[heap]";
	return "";
}

static bool print_task(struct pm_shell *sh, const struct pm_linux_task *task)
{
	struct pm_linux_vmas vmas;
	uint64_t pgd = 0, total = 0;
	bool ok = true;

	fprintf(sh->out, "PID: %-7d  TASK: %016llx  CPU: %-3u  COMMAND: \"%s\"\n", task->pid,
		(unsigned long long)task->addr, task->cpu, task->comm);
	pm_linux_get(sh->lx, task->mm, PM_MM_PGD, &pgd);
	pm_linux_get(sh->lx, task->mm, PM_MM_TOTAL_VM, &total);
	fprintf(sh->out,
		"       MM               PGD          RSS    TOTAL_VM\n%016llx  %016llx  %lluk  %lluk\n",
		(unsigned long long)task->mm, (unsigned long long)pgd,
		task->mm ? (unsigned long long)pm_linux_resident_pages(sh->lx, task->mm) * 4 : 0,
		(unsigned long long)total * 4);
	if (!task->mm)
		return true;
	pm_linux_vmas_read(sh->lx, task->mm, &vmas);
	fprintf(sh->out, "      VMA           START       END     FLAGS ACCESS FILE\n");
	for (size_t i = 0; i < vmas.v.n; i++) {
		const struct pm_linux_vma *vma = &vmas.v.v[i];
		char path[PM_LINUX_PATH_MAX], access[5];

		pm_linux_vma_access(vma, access);
		if (!vma->file)
			snprintf(path, sizeof(path), "%s", special_name(sh, task->mm, vma));
		else if (!pm_linux_file_path(sh->lx, vma->file, path, sizeof(path)))
			snprintf(path, sizeof(path), "(not in the dump)");
		fprintf(sh->out, "%016llx %12llx %12llx %7llx %s %s\n", (unsigned long long)vma->addr,
			(unsigned long long)vma->start, (unsigned long long)vma->end,
			(unsigned long long)vma->flags, access, path);
	}
	if (vmas.trouble)
		ok = pm_shell_error(sh, "vm", "%s", vmas.trouble);
	pm_linux_vmas_deinit(&vmas);
	return ok;
}

bool pm_shell_vm(struct pm_shell *sh, int argc, char **argv)
{
	struct pm_linux_task current;
	bool ok = true, any = false;

	for (int i = 1; i < argc; i++) {
		if (*argv[i] == '-')
			return pm_shell_error(sh, "vm", "no option '%s'", argv[i]);
		const struct pm_linux_task *task = pm_shell_task(sh, "vm", argv[i]);

		any = true;
		ok &= task && print_task(sh, task);
	}
	if (any)
		return ok;
	if (!pm_linux_task_read(sh->lx, sh->task, &current))
		return pm_shell_error(sh, "vm", "the current task is not in the dump");
	return print_task(sh, &current);
}

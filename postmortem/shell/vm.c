/* vm: the mappings of a process. */
#include "linux/files.h"
#include "linux/mm.h"
#include "shell/commands.h"

static void print_mapping(struct pm_shell *sh, uint64_t mm, const struct pm_linux_vma *vma)
{
	char buf[PM_LINUX_PATH_MAX], access[5];
	const char *path = pm_linux_vma_name(sh->lx, mm, vma, buf, sizeof(buf));

	pm_linux_vma_access(vma, access);
	if (!sh->json) {
		fprintf(sh->out, "%016llx %12llx %12llx %7llx %s %s\n", (unsigned long long)vma->addr,
			(unsigned long long)vma->start, (unsigned long long)vma->end,
			(unsigned long long)vma->flags, access, path);
		return;
	}
	pm_json_open(sh->json, NULL, '{');
	pm_json_hex(sh->json, "vma", vma->addr);
	pm_json_hex(sh->json, "start", vma->start);
	pm_json_hex(sh->json, "end", vma->end);
	pm_json_hex(sh->json, "flags", vma->flags);
	pm_json_str(sh->json, "access", access);
	pm_json_hex(sh->json, "offset", vma->file ? vma->page_offset * PM_PAGE_SIZE : 0);
	pm_json_str(sh->json, "path", *path ? path : NULL);
	pm_json_close(sh->json, '}');
}

static void print_mm(struct pm_shell *sh, const struct pm_linux_task *task)
{
	uint64_t pgd = 0, total = 0, resident = 0;

	if (task->mm) {
		pm_linux_get(sh->lx, task->mm, PM_MM_PGD, &pgd);
		pm_linux_get(sh->lx, task->mm, PM_MM_TOTAL_VM, &total);
		resident = pm_linux_resident_pages(sh->lx, pm_session_tasks(sh->session), task->mm);
	}
	if (sh->json) {
		pm_json_hex(sh->json, "mm", task->mm);
		pm_json_hex(sh->json, "pgd", pgd);
		pm_json_uint(sh->json, "rss_kb", resident * 4);
		pm_json_uint(sh->json, "total_vm_kb", total * 4);
		return;
	}
	fprintf(sh->out, "%-16s  %-16s  %7s  %8s\n", "       MM", "      PGD", "RSS", "TOTAL_VM");
	fprintf(sh->out, "%016llx  %016llx  %6lluk  %7lluk\n", (unsigned long long)task->mm,
		(unsigned long long)pgd, (unsigned long long)resident * 4, (unsigned long long)total * 4);
}

static bool print_task(struct pm_shell *sh, const struct pm_linux_task *task)
{
	struct pm_linux_vmas vmas;
	bool ok = true;

	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	pm_shell_put_task(sh, task);
	print_mm(sh, task);
	if (sh->json)
		pm_json_open(sh->json, "mappings", '[');
	if (task->mm) {
		pm_linux_vmas_read(sh->lx, task->mm, &vmas);
		if (!sh->json)
			fprintf(sh->out, "%-16s %12s %12s %7s %-4s %s\n", "      VMA", "START", "END",
				"FLAGS", "MODE", "FILE");
		for (size_t i = 0; i < vmas.v.n; i++)
			print_mapping(sh, task->mm, &vmas.v.v[i]);
		if (vmas.trouble)
			ok = pm_shell_error(sh, "vm", "%s (pid %d): %s", task->comm, task->pid, vmas.trouble);
		pm_linux_vmas_deinit(&vmas);
	}
	if (sh->json) {
		pm_json_close(sh->json, ']');
		pm_json_close(sh->json, '}');
	}
	return ok;
}

bool pm_shell_vm(struct pm_shell *sh, int argc, char **argv)
{
	return pm_shell_processes(sh, argc, argv, print_task);
}

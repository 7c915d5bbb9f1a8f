/* id: what an address is. */
#include "linux/files.h"
#include "linux/identify.h"
#include "linux/user.h"
#include "shell/commands.h"

#include <string.h>

/* Of a process: the current task's. */
static bool user_words(struct pm_shell *sh, uint64_t addr, char *buf, size_t size)
{
	const struct pm_linux_task *task = pm_linux_task_by_addr(pm_session_tasks(sh->session), sh->task);
	struct pm_linux_user user;

	if (!task || !task->mm)
		return pm_shell_error(
			sh, "id", "0x%llx: an address of a process, and the current task%s%s%s has none",
			(unsigned long long)addr, task ? " (" : "", task ? task->comm : "", task ? ")" : "");
	pm_linux_user_init(&user, sh->lx, task->mm);
	switch (pm_linux_user_words(&user, addr, buf, size)) {
	case PM_MAPPED:
		snprintf(buf + strlen(buf), size - strlen(buf), ", of %s (pid %d)", task->comm, task->pid);
		return true;
	case PM_NOT_MAPPED:
		return pm_shell_error(sh, "id", "0x%llx: not mapped by %s (pid %d)", (unsigned long long)addr,
				      task->comm, task->pid);
	default:
		return pm_shell_error(
			sh, "id",
			"0x%llx: not known: no address, or what %s (pid %d) has mapped is not in the dump",
			(unsigned long long)addr, task->comm, task->pid);
	}
}

static bool print_address(struct pm_shell *sh, uint64_t addr, int cpu, void *user)
{
	char text[PM_LINUX_PATH_MAX + 128];
	struct pm_space *space = pm_shell_space(sh);
	bool is_user = !sh->image && addr < space->mmu->kernel_start(space);
	bool known = is_user || (sh->image ? pm_image_identify(sh->image, addr, text, sizeof(text))
					   : pm_session_identify(sh->session, addr, text, sizeof(text)) !=
						     PM_IS_NOTHING);
	enum pm_absence why;
	uint64_t phys, at;

	(void)user;
	if (is_user && !user_words(sh, addr, text, sizeof(text)))
		return false;
	if (!known && pm_shell_gap(sh, addr, 1, &at, &why))
		return pm_shell_absent(sh, "id", addr, why);
	if (!known && pm_space_translate(space, addr, &phys, NULL) == PM_PRESENT)
		snprintf(text, sizeof(text), "physical 0x%llx, of no object that is known",
			 (unsigned long long)phys);
	if (!sh->json) {
		fprintf(sh->out, "%016llx  %s\n", (unsigned long long)addr, text);
		return true;
	}
	pm_json_open(sh->json, NULL, '{');
	pm_shell_put_cpu(sh, addr, cpu);
	pm_json_hex(sh->json, "address", addr);
	pm_json_str(sh->json, "is", text);
	pm_json_close(sh->json, '}');
	return true;
}

bool pm_shell_id(struct pm_shell *sh, int argc, char **argv)
{
	bool ok = true;

	if (argc < 2)
		return pm_shell_error(sh, "id", "which address?");
	if (sh->json)
		pm_json_open(sh->json, "addresses", '[');
	for (int i = 1; i < argc; i++)
		ok &= pm_shell_each_address(sh, "id", argv[i], print_address, NULL);
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}

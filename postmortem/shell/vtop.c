/* vtop: a virtual address to its physical one, with the page tables on the way. */
#include "linux/mm.h"
#include "shell/commands.h"

#include "decode/pte.h"

#include <string.h>

/* Whose tables. */
struct choice {
	bool user;        /* the current task's process, whatever the address is */
	const char *task; /* of that one; NULL: the current one's, where the address is of a process */
};

/* The tables of a task of an image's; false: said why not. */
static bool image_space(struct pm_shell *sh, const char *text, struct pm_space *out)
{
	struct kf_note_task task;
	struct pm_slice slice = pm_slice_of(text);
	uint64_t id;

	for (size_t i = 0; pm_image_task(sh->image, i, &task); i++)
		if (!strcmp(task.name, text) || (pm_slice_dec(slice, &id) && task.id == id)) {
			*out = sh->image->space;
			if (task.root)
				pm_space_init(out, sh->dump, sh->image->space.mmu, task.root,
					      sh->image->space.levels);
			return true;
		}
	return pm_shell_no_such(sh, "vtop", "task", text, sh->image->found ? NULL : sh->image->note_trouble);
}

/* Which space the address is of, into `other` where that is not the kernel's; NULL: said why not. */
static struct pm_space *space_of(struct pm_shell *sh, const struct choice *choice, uint64_t addr,
				 struct pm_space *other)
{
	struct pm_space *kernel = pm_shell_space(sh);
	const struct pm_linux_task *task;

	if (sh->image && choice->user) {
		pm_shell_error(sh, "vtop",
			       "-u: which task is the current one is Linux's to tell; -c TASK names one");
		return NULL;
	}
	if (sh->image)
		return !choice->task ? kernel : image_space(sh, choice->task, other) ? other : NULL;
	if (!choice->task && !choice->user && addr >= kernel->mmu->kernel_start(kernel))
		return kernel;
	task = choice->task ? pm_shell_task(sh, "vtop", choice->task)
			    : pm_linux_task_by_addr(pm_session_tasks(sh->session), sh->task);
	if (choice->task && !task)
		return NULL;
	/* a kernel thread has the kernel's alone */
	if (task && !task->mm && addr >= kernel->mmu->kernel_start(kernel))
		return kernel;
	if (!task || !pm_linux_user_space(sh->lx, task->mm, other)) {
		pm_shell_error(sh, "vtop", "0x%llx: an address of a process, and %s%s%s has none",
			       (unsigned long long)addr, choice->task ? "task " : "the current task",
			       task && !choice->task ? " " : "", task ? task->comm : "");
		return NULL;
	}
	return other;
}

static const char *size_words(uint64_t size)
{
	return size == 1 << 12 ? "4 KiB" : size == 1 << 21 ? "2 MiB" : size == 1 << 30 ? "1 GiB" : "?";
}

static void put_steps(struct pm_shell *sh, const struct pm_space *space, const struct pm_walk_step *steps,
		      unsigned n)
{
	static const char *const names[] = { "PTE", "PMD", "PUD", "P4D", "PGD" };
	struct pm_arena arena;

	pm_arena_init(&arena);
	for (unsigned i = 0; i < n; i++) {
		/* the top is the PGD, whatever its number */
		unsigned row = !i ? 4 : steps[i].level - 1;
		const char *words =
			pm_pte_words(&arena, space->mmu->arch,
				     (enum pm_table_level)(PM_PTE - (steps[i].level - 1)), steps[i].entry);

		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_str(sh->json, "level", names[row]);
			pm_json_hex(sh->json, "at", steps[i].entry_at);
			pm_json_hex(sh->json, "entry", steps[i].entry);
			pm_json_str(sh->json, "meaning", words);
			pm_json_close(sh->json, '}');
		} else {
			fprintf(sh->out, "   %s: %llx => %llx%s%s%s\n", names[row],
				(unsigned long long)steps[i].entry_at, (unsigned long long)steps[i].entry,
				words ? "  (" : "", words ? words : "", words ? ")" : "");
		}
	}
	pm_arena_deinit(&arena);
}

static bool print_address(struct pm_shell *sh, const struct choice *choice, uint64_t addr, int cpu)
{
	struct pm_walk_step steps[5];
	struct pm_space other, *space = space_of(sh, choice, addr, &other);
	uint64_t phys = 0, size = 0, linear = 0;
	unsigned n = 0;

	if (!space)
		return false;
	enum pm_absence why = space->mmu->is_canonical(space, addr)
				      ? space->mmu->walk(space, addr, &phys, &size, steps, &n)
				      : PM_UNMAPPED;
	bool is_linear = why && pm_space_translate(space, addr, &linear, NULL) == PM_PRESENT;

	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_shell_put_cpu(sh, addr, cpu);
		pm_json_hex(sh->json, "virtual", addr);
		if (!why || is_linear)
			pm_json_hex(sh->json, "physical", why ? linear : phys);
		pm_json_bool(sh->json, "mapped", !why);
		if (!why)
			pm_json_uint(sh->json, "page_bytes", size);
		else
			pm_json_str(sh->json, "why", pm_absence_words(why));
		pm_json_hex(sh->json, "root", space->root);
		pm_json_open(sh->json, "levels", '[');
		put_steps(sh, space, steps, n);
		pm_json_close(sh->json, ']');
		pm_json_close(sh->json, '}');
		return !why || is_linear || pm_shell_absent(sh, "vtop", addr, why);
	}
	pm_shell_put_cpu(sh, addr, cpu);
	fprintf(sh->out, "VIRTUAL           PHYSICAL\n");
	if (!why)
		fprintf(sh->out, "%-16llx  %llx\n\n", (unsigned long long)addr, (unsigned long long)phys);
	else if (is_linear)
		fprintf(sh->out,
			"%-16llx  %llx  (by a linear mapping; its page tables do not say so: %s)\n\n",
			(unsigned long long)addr, (unsigned long long)linear, pm_absence_words(why));
	else
		fprintf(sh->out, "%-16llx  (%s)\n\n", (unsigned long long)addr, pm_absence_words(why));
	fprintf(sh->out, "PAGE DIRECTORY: %llx\n", (unsigned long long)space->root);
	put_steps(sh, space, steps, n);
	if (!why)
		fprintf(sh->out, "  PAGE: %llx  (%s)\n", (unsigned long long)(phys & -size),
			size_words(size));
	fputc('\n', sh->out);
	return !why || is_linear || pm_shell_absent(sh, "vtop", addr, why);
}

static bool print_one(struct pm_shell *sh, uint64_t addr, int cpu, void *user)
{
	return print_address(sh, user, addr, cpu);
}

bool pm_shell_vtop(struct pm_shell *sh, int argc, char **argv)
{
	struct choice choice = { 0 };
	bool ok = true;
	int first = 1;

	for (; first < argc && *argv[first] == '-'; first++) {
		if (!strcmp(argv[first], "-u"))
			choice.user = true;
		else if (!strcmp(argv[first], "-c") && first + 1 < argc)
			choice.task = argv[++first];
		else
			return pm_shell_no_option(sh, "vtop", argv[first]);
	}
	if (first >= argc)
		return pm_shell_error(sh, "vtop", "which address?");
	if (!pm_shell_has_space(sh, "vtop"))
		return false;
	if (sh->json)
		pm_json_open(sh->json, "addresses", '[');
	for (; first < argc; first++)
		ok &= pm_shell_each_address(sh, "vtop", argv[first], print_one, &choice);
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}

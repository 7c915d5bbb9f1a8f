/* vtop: a virtual address to its physical one, with the page tables on the way. */
#include "linux/files.h"
#include "linux/mm.h"
#include "shell/commands.h"

#include "decode/pte.h"
#include "shell/kmem.h"
#include "shell/pte.h"

#include <string.h>

/* Whose tables. */
struct choice {
	bool user;        /* the current task's process, whatever the address is */
	bool kernel;      /* the kernel's, whatever the address is */
	const char *task; /* of that one; NULL: the current one's, where the address is of a process */
};

/* What one address was found to be. */
struct found {
	struct pm_space *space;
	const struct pm_linux_task *task; /* whose process it is; NULL: the kernel's */
	struct pm_walk_step steps[5];
	unsigned n;
	uint64_t addr, phys, size, linear;
	enum pm_absence why;
	bool is_linear; /* mapped by a line, which its tables do not say */
	bool is_none;   /* an address of a process, and the task has no memory of its own */
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
	pm_shell_no_such(sh, "vtop", "task", text, sh->image->found ? NULL : sh->image->note_trouble);
	return false;
}

/* Which space f->addr is of, into `other` where that is not the kernel's, and f->task; NULL: f->is_none, or said why not. */
static struct pm_space *space_of(struct pm_shell *sh, const struct choice *choice, struct found *f,
				 struct pm_space *other)
{
	const uint64_t addr = f->addr;
	struct pm_space *kernel = pm_shell_space(sh);
	const struct pm_linux_task *task;

	if (choice->kernel)
		return kernel;

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
		/* of each task it is told, as that a page is not mapped */
		f->is_none = task && sh->each;
		if (!f->is_none)
			pm_shell_error(sh, "vtop", "0x%llx: an address of a process, and %s%s%s has none",
				       (unsigned long long)addr, choice->task ? "task " : "the current task",
				       task && !choice->task ? " " : "", task ? task->comm : "");
		return NULL;
	}
	if (addr < kernel->mmu->kernel_start(kernel))
		f->task = task;
	return other;
}

static const char *size_words(uint64_t size)
{
	return size == 1 << 21 ? "  (2MB)" : size == 1 << 30 ? "  (1GB)" : "";
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

/* The mapping of a process that it lies in. */
static void put_vma(struct pm_shell *sh, const struct found *f)
{
	struct pm_linux_vma vma;
	char path[PM_LINUX_PATH_MAX];
	const char *name;

	if (!f->task || pm_linux_vma_find(sh->lx, f->task->mm, f->addr, &vma) != PM_MAPPED)
		return;
	name = pm_linux_vma_name(sh->lx, f->task->mm, &vma, path, sizeof(path));
	if (sh->json) {
		pm_json_open(sh->json, "vma", '{');
		pm_json_hex(sh->json, "address", vma.addr);
		pm_json_hex(sh->json, "start", vma.start);
		pm_json_hex(sh->json, "end", vma.end);
		pm_json_hex(sh->json, "flags", vma.flags);
		pm_json_str(sh->json, "path", *name ? name : NULL);
		pm_json_close(sh->json, '}');
		return;
	}
	fprintf(sh->out,
		"      VMA           START       END     FLAGS FILE\n%016llx %10llx %10llx %7llx %s\n\n",
		(unsigned long long)vma.addr, (unsigned long long)vma.start, (unsigned long long)vma.end,
		(unsigned long long)vma.flags, name);
}

/* The entry that maps it, the mapping, the page. */
static void put_page(struct pm_shell *sh, const struct found *f)
{
	uint64_t entry = f->n ? f->steps[f->n - 1].entry : 0;

	if (sh->image)
		return;
	if (!f->why || entry) {
		pm_shell_put_pte(sh, entry, f->why ? 0 : f->size, false);
		if (!sh->json)
			fputc('\n', sh->out);
	}
	put_vma(sh, f);
	if (f->why && !f->is_linear)
		return;
	const struct pm_linux_caches *caches = pm_session_caches(sh->session);
	uint64_t phys = (f->why ? f->linear : f->phys) & -(uint64_t)PM_PAGE_SIZE;

	if (caches->vmemmap && caches->page_size && pm_dump_has_memory(sh->dump, phys) &&
	    pm_kmem_page(sh, caches->vmemmap + phys / PM_PAGE_SIZE * caches->page_size, phys) && !sh->json)
		fputc('\n', sh->out);
}

static void put_none(struct pm_shell *sh, uint64_t addr)
{
	static const char why[] = "the task has no memory of its own";

	if (!sh->json) {
		fprintf(sh->out, "VIRTUAL           PHYSICAL\n%-16llx  (%s)\n", (unsigned long long)addr,
			why);
		return;
	}
	pm_json_open(sh->json, NULL, '{');
	pm_json_hex(sh->json, "virtual", addr);
	pm_json_bool(sh->json, "mapped", false);
	pm_json_str(sh->json, "why", why);
	pm_json_close(sh->json, '}');
}

static void put_json(struct pm_shell *sh, const struct found *f, int cpu)
{
	pm_json_open(sh->json, NULL, '{');
	pm_shell_put_cpu(sh, f->addr, cpu);
	pm_json_hex(sh->json, "virtual", f->addr);
	if (!f->why || f->is_linear)
		pm_json_hex(sh->json, "physical", f->why ? f->linear : f->phys);
	pm_json_bool(sh->json, "mapped", !f->why);
	if (!f->why)
		pm_json_uint(sh->json, "page_bytes", f->size);
	else
		pm_json_str(sh->json, "why", pm_absence_words(f->why));
	pm_json_hex(sh->json, "root", f->space->root);
	pm_json_open(sh->json, "levels", '[');
	put_steps(sh, f->space, f->steps, f->n);
	pm_json_close(sh->json, ']');
	put_page(sh, f);
	pm_json_close(sh->json, '}');
}

static void put_text(struct pm_shell *sh, const struct found *f, int cpu)
{
	pm_shell_put_cpu(sh, f->addr, cpu);
	fprintf(sh->out, "VIRTUAL           PHYSICAL\n");
	if (!f->why)
		fprintf(sh->out, "%-16llx  %llx\n\n", (unsigned long long)f->addr,
			(unsigned long long)f->phys);
	else if (f->is_linear)
		fprintf(sh->out,
			"%-16llx  %llx  (by a linear mapping; its page tables do not say so: %s)\n\n",
			(unsigned long long)f->addr, (unsigned long long)f->linear, pm_absence_words(f->why));
	else
		fprintf(sh->out, "%-16llx  (%s)\n\n", (unsigned long long)f->addr,
			f->why == PM_UNMAPPED ? "not mapped" : pm_absence_words(f->why));
	fprintf(sh->out, "PAGE DIRECTORY: %llx\n", (unsigned long long)f->space->root);
	put_steps(sh, f->space, f->steps, f->n);
	if (!f->why)
		fprintf(sh->out, "  PAGE: %llx%s\n", (unsigned long long)(f->phys & -f->size),
			size_words(f->size));
	fputc('\n', sh->out);
	put_page(sh, f);
}

static bool print_address(struct pm_shell *sh, const struct choice *choice, uint64_t addr, int cpu)
{
	struct found f = { .addr = addr };
	struct pm_space other;

	f.space = space_of(sh, choice, &f, &other);
	if (f.is_none)
		put_none(sh, addr);
	if (!f.space)
		return f.is_none;
	f.why = f.space->mmu->is_canonical(f.space, addr)
			? f.space->mmu->walk(f.space, addr, &f.phys, &f.size, f.steps, &f.n)
			: PM_UNMAPPED;
	f.is_linear = f.why && pm_space_translate(f.space, addr, &f.linear, NULL) == PM_PRESENT;
	if (sh->json)
		put_json(sh, &f, cpu);
	else
		put_text(sh, &f, cpu);
	/* of each task it is told, mapped or not */
	return !f.why || f.is_linear || sh->each || pm_shell_absent(sh, "vtop", addr, f.why);
}

static bool print_one(struct pm_shell *sh, uint64_t addr, int cpu, void *user)
{
	return print_address(sh, user, addr, cpu);
}

bool pm_shell_vtop(struct pm_shell *sh, int argc, char **argv)
{
	struct choice choice = { 0 };
	const struct pm_shell_option options[] = {
		{ "-u", PM_OPTION_FLAG, &choice.user, NULL },
		{ "-k", PM_OPTION_FLAG, &choice.kernel, NULL },
		{ "-c", PM_OPTION_TEXT, &choice.task, NULL },
	};
	bool ok = true;

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (argc < 2)
		return pm_shell_error(sh, "vtop", "which address?");
	if (!pm_shell_has_space(sh, "vtop"))
		return false;
	if (sh->json)
		pm_json_open(sh->json, "addresses", '[');
	for (int i = 1; i < argc; i++)
		ok &= pm_shell_each_address(sh, "vtop", argv[i], print_one, &choice);
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}

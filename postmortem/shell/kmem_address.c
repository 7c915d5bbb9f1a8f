/* kmem ADDRESS: what it belongs to. */
#include "shell/kmem.h"

#include "linux/identify.h"
#include "linux/member.h"

/* The task whose stack or task_struct it lies in. */
static const struct pm_linux_task *task_at(struct pm_shell *sh, uint64_t addr,
					   const struct pm_linux_object *o, bool *on_stack_out)
{
	struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	const struct pm_linux_task *task =
		pm_linux_task_by_stack(tasks, pm_session_unwinder(sh->session)->thread_size, addr);

	*on_stack_out = task;
	return task || !o ? task : pm_linux_task_by_addr(tasks, o->start);
}

static void print_task(struct pm_shell *sh, const struct pm_linux_task *task, bool on_stack)
{
	if (sh->json) {
		pm_json_open(sh->json, on_stack ? "stack_of" : "task_struct_of", '{');
		pm_shell_put_task(sh, task);
		pm_json_close(sh->json, '}');
		return;
	}
	fprintf(sh->out,
		"    PID: %d\nCOMMAND: \"%s\"\n   TASK: %016llx  [THREAD_INFO: %llx]\n    CPU: %u\n  "
		"STATE: %s\n",
		task->pid, task->comm, (unsigned long long)task->addr,
		(unsigned long long)pm_shell_thread_info(sh, task), task->cpu,
		pm_shell_state_words(task->state));
}

bool pm_kmem_physical(struct pm_shell *sh, bool physical, uint64_t *addr, uint64_t *phys)
{
	const struct pm_linux_caches *caches = pm_session_caches(sh->session);
	enum pm_absence why = PM_NO_MEMORY;

	physical |= *addr < sh->lx->kernel.mmu->kernel_start(&sh->lx->kernel);
	*phys = *addr;
	if (!*addr)
		return pm_shell_error(sh, "kmem", "0x0: NULL belongs to nothing");
	/* a struct page: of the memory that it stands for */
	uint64_t page = *addr - caches->vmemmap;

	if (!physical && caches->vmemmap && caches->page_size && sh->lx->page_offset &&
	    page / caches->page_size < 1ull << 40 && *addr >= caches->vmemmap &&
	    pm_dump_has_memory(sh->dump, page / caches->page_size * PM_PAGE_SIZE)) {
		*phys = page / caches->page_size * PM_PAGE_SIZE;
		*addr = sh->lx->page_offset + *phys;
		return true;
	}
	if (physical && !(sh->lx->page_offset && pm_dump_has_memory(sh->dump, *addr)))
		return pm_shell_absent(sh, "kmem", *addr, why);
	if (physical)
		*addr += sh->lx->page_offset; /* as the kernel sees it */
	else if ((why = pm_space_translate(&sh->lx->kernel, *addr, phys, NULL)) != PM_PRESENT)
		return pm_shell_absent(sh, "kmem", *addr, why);
	return true;
}

/* Not even its struct page is there. */
static bool say_unknown(struct pm_shell *sh, uint64_t addr, uint64_t phys)
{
	enum pm_absence why;
	uint8_t byte;

	if (!pm_dump_read(sh->dump, phys, &byte, 1, &why))
		return pm_shell_absent(sh, "kmem", addr, why);
	return pm_shell_error(sh, "kmem",
			      "0x%llx: memory of which nothing is known: its struct page is not in the dump",
			      (unsigned long long)addr);
}

struct asked {
	enum pm_kmem_of of;
	bool physical, first;
};

static uint64_t page_of(struct pm_shell *sh, uint64_t phys)
{
	const struct pm_linux_caches *caches = pm_session_caches(sh->session);

	return caches->vmemmap && caches->page_size
		       ? caches->vmemmap + phys / PM_PAGE_SIZE * caches->page_size
		       : 0;
}

/* A free page's struct is in the buddy lists: its type says so, and saves the search. */
static bool may_be_free(struct pm_shell *sh, uint64_t page)
{
	uint64_t type;

	return !pm_linux_member_get(sh->lx, page, "page", "page_type", &type) || (int32_t)type != -1;
}

/* One table that was asked for; false: it has nothing, and that was said. */
static bool print_part(struct pm_shell *sh, enum pm_kmem_of of, uint64_t addr, uint64_t phys)
{
	struct pm_linux_object object;
	uint64_t page = page_of(sh, phys);
	const char *trouble = NULL;

	switch (of) {
	case PM_KMEM_SLAB:
		return pm_linux_object_at(sh->lx, pm_session_caches(sh->session), addr, &object)
			       ? pm_kmem_object(sh, &object, false)
			       : pm_shell_error(sh, "kmem", "-s: 0x%llx: in no slab",
						(unsigned long long)addr);
	case PM_KMEM_FREE:
		return (page && pm_kmem_free_block(sh, page, &trouble)) ||
		       pm_shell_error(sh, "kmem", "-f: 0x%llx: on no list of free blocks%s%s",
				      (unsigned long long)addr, trouble ? " that is told: " : "",
				      trouble ? trouble : "");
	case PM_KMEM_PAGE:
		return (page && pm_kmem_page(sh, page, phys & ~(uint64_t)(PM_PAGE_SIZE - 1))) ||
		       pm_shell_error(sh, "kmem", "-p: 0x%llx: its struct page is not in the dump",
				      (unsigned long long)addr);
	default:
		return false;
	}
}

/* "ffffffffb8967168 (T) vfs_write+8", as sym has it, of what lies in the kernel's image. */
static bool print_symbol(struct pm_shell *sh, uint64_t addr)
{
	char name[PM_LINUX_NAME_MAX], letter;
	uint64_t start, end;
	uint32_t index;

	if (!sh->lx->symbols || addr < sh->lx->image || addr >= sh->lx->image_end ||
	    !pm_linux_symbols_find(sh->lx->symbols, addr, &index, &start, &end))
		return false;
	letter = pm_linux_symbols_name(sh->lx->symbols, index, name);
	if (!letter)
		return false;
	fprintf(sh->out, "%016llx (%c) %s", (unsigned long long)addr, letter, name);
	if (addr > start)
		fprintf(sh->out, "+%llu", (unsigned long long)(addr - start));
	fputc('\n', sh->out);
	return true;
}

/* All that is known of it. */
static bool print_all(struct pm_shell *sh, uint64_t asked, uint64_t addr, uint64_t phys)
{
	struct pm_linux_caches *caches = pm_session_caches(sh->session);
	char text[PM_LINUX_NAME_MAX + 128];
	struct pm_linux_object object;
	uint64_t page = page_of(sh, phys);
	const char *trouble = NULL;
	bool on_stack;
	bool known = pm_session_identify(sh->session, asked, text, sizeof(text));

	if (known && sh->json)
		pm_json_str(sh->json, "is", text);
	else if (known && !print_symbol(sh, asked))
		fprintf(sh->out, "%016llx: %s\n", (unsigned long long)asked, text);
	bool has_object = pm_linux_object_at(sh->lx, caches, addr, &object);

	bool whole = !has_object || pm_kmem_object(sh, &object, asked != addr);
	const struct pm_linux_task *task = task_at(sh, addr, has_object ? &object : NULL, &on_stack);
	/* The direct map has no areas.  Where it ends KASLR decides. */
	bool has_area = addr - sh->lx->page_offset != phys && pm_kmem_vmalloc_area(sh, addr, &trouble);

	if (known || has_object || has_area)
		pm_shell_say(sh, "\n");
	if (task) {
		print_task(sh, task, on_stack);
		pm_shell_say(sh, "\n");
	}
	bool is_free = !has_object && page && may_be_free(sh, page) && pm_kmem_free_block(sh, page, &trouble);

	if (is_free)
		pm_shell_say(sh, "\n");
	bool has_page = page && pm_kmem_page(sh, page, phys & ~(uint64_t)(PM_PAGE_SIZE - 1));

	if (trouble && !known && !has_object && !task && !has_area && !is_free)
		whole = pm_shell_error(sh, "kmem", "0x%llx: areas or free blocks: %s",
				       (unsigned long long)addr, trouble);
	return (known || has_object || task || has_area || has_page || say_unknown(sh, addr, phys)) && whole;
}

static bool print_address(struct pm_shell *sh, uint64_t asked, int cpu, void *user)
{
	struct asked *what = user;
	uint64_t phys, addr = asked;
	const char *trouble = NULL;
	bool ok;

	/* whose pages need not be there */
	if (what->of == PM_KMEM_VMALLOC)
		return pm_kmem_vmalloc_area(sh, addr, &trouble) ||
		       pm_shell_error(sh, "kmem", "-v: 0x%llx: in no area%s%s", (unsigned long long)addr,
				      trouble ? " that is told: " : "", trouble ? trouble : "");
	if (!pm_kmem_physical(sh, what->physical, &addr, &phys))
		return false;
	bool of_page = asked >= sh->lx->kernel.mmu->kernel_start(&sh->lx->kernel) && !what->physical &&
		       asked != addr;

	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_hex(sh->json, "address", addr);
	} else if (!what->first) {
		fputc('\n', sh->out);
	}
	what->first = false;
	pm_shell_put_cpu(sh, addr, cpu);
	ok = what->of == PM_KMEM_ALL ? print_all(sh, of_page ? asked : addr, addr, phys)
				     : print_part(sh, what->of, addr, phys);
	pm_shell_close(sh, '}');
	return ok;
}

bool pm_kmem_addresses(struct pm_shell *sh, enum pm_kmem_of of, bool physical, char **addresses, int n)
{
	struct asked asked = { of, physical, true };
	bool ok = true, object = of != PM_KMEM_VMALLOC;

	if (object)
		pm_shell_open(sh, "addresses", '[');
	for (int i = 0; i < n && (object || !i || !sh->json); i++)
		ok &= pm_shell_each_address(sh, "kmem", addresses[i], print_address, &asked);
	if (object)
		pm_shell_close(sh, ']');
	return ok;
}

/* vm: the mappings of a process. */
#include "shell/commands.h"

#include "linux/files.h"
#include "linux/mm.h"
#include "linux/swap.h"

#include <stdlib.h>
#include <string.h>

struct choice {
	bool pages;            /* -p: each page of each mapping */
	bool structs, mm;      /* -v, -m: the structures themselves */
	bool hex, decimal;     /* of those */
	uint64_t vma;          /* -P: the pages of that one; 0: of all */
	uint64_t of_mm;        /* -M: for a task that has given its own up; 0: none */
	const char *reference; /* -R; NULL: none */
};

/* ---- flags ---- */

/* VM_… (include/linux/mm.h), by bit, as they are since 5.10; above, kernels differ. */
static const char *const flag_names[32] = {
	"READ",      "WRITE",     "EXEC",         "SHARED",    "MAYREAD",    "MAYWRITE",    "MAYEXEC",
	"MAYSHARE",  "GROWSDOWN", "UFFD_MISSING", "PFNMAP",    NULL,         "UFFD_WP",     "LOCKED",
	"IO",        "SEQ_READ",  "RAND_READ",    "DONTCOPY",  "DONTEXPAND", "LOCKONFAULT", "ACCOUNT",
	"NORESERVE", "HUGETLB",   "SYNC",         "ARCH_1",    "WIPEONFORK", "DONTDUMP",    "SOFTDIRTY",
	"MIXEDMAP",  "HUGEPAGE",  "NOHUGEPAGE",   "MERGEABLE",
};

static bool put_flags(struct pm_shell *sh, uint64_t flags)
{
	const char *before = "";

	if (sh->json) {
		pm_json_hex(sh->json, "flags", flags);
		pm_json_open(sh->json, "flag_names", '[');
	} else {
		fprintf(sh->out, "%llx: (", (unsigned long long)flags);
	}
	for (unsigned i = 0; i < 64; i++) {
		char bit[16];

		if (!(flags >> i & 1))
			continue;
		snprintf(bit, sizeof(bit), "bit %u", i);
		const char *name = i < PM_COUNT(flag_names) && flag_names[i] ? flag_names[i] : bit;

		if (sh->json)
			pm_json_str(sh->json, NULL, name);
		else
			fprintf(sh->out, "%s%s", before, name);
		before = "|";
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	else
		fputs(")\n", sh->out);
	return true;
}

/* ---- pages ---- */

/* So many pages that are not there are told one by one; so many steps are made for one mapping, which tables that lie could
 * make endless: what is told then says that it is not all. */
enum { max_unmapped = 65536, max_steps = 1 << 22 };

struct pages {
	struct pm_shell *sh;
	const struct pm_linux_vma *vma;
	const char *path;
	struct pm_space space;
	uint64_t unmapped; /* told so far */
};

static void put_present(struct pages *p, uint64_t at, uint64_t phys)
{
	if (!p->sh->json) {
		fprintf(p->sh->out, "%-10llx  %8llx\n", (unsigned long long)at, (unsigned long long)phys);
		return;
	}
	pm_json_open(p->sh->json, NULL, '{');
	pm_json_hex(p->sh->json, "virtual", at);
	pm_json_hex(p->sh->json, "physical", phys);
	pm_json_close(p->sh->json, '}');
}

static void put_swapped(struct pages *p, uint64_t at, uint32_t index, uint64_t offset)
{
	struct pm_linux_swap swap;
	const char *path =
		pm_linux_swap_read(p->sh->lx, index, &swap) == PM_LINUX_SWAP_USED ? swap.path : "?";

	if (!p->sh->json) {
		fprintf(p->sh->out, "%-10llx  SWAP: %s  OFFSET: %llu\n", (unsigned long long)at, path,
			(unsigned long long)offset);
		return;
	}
	pm_json_open(p->sh->json, NULL, '{');
	pm_json_hex(p->sh->json, "virtual", at);
	pm_json_str(p->sh->json, "swap", path);
	pm_json_hex(p->sh->json, "swap_offset", offset);
	pm_json_close(p->sh->json, '}');
}

/* What no table maps: up to end. */
static void put_unmapped(struct pages *p, uint64_t at, uint64_t end)
{
	const struct pm_linux_vma *vma = p->vma;

	if (p->sh->json)
		return;
	for (; at < end && p->unmapped < max_unmapped; at += PM_PAGE_SIZE, p->unmapped++) {
		uint64_t offset = at - vma->start + vma->page_offset * PM_PAGE_SIZE;

		if (vma->file)
			fprintf(p->sh->out, "%-10llx  FILE: %s  OFFSET: %llx\n", (unsigned long long)at,
				p->path, (unsigned long long)offset);
		else
			fprintf(p->sh->out, "%-10llx  (not mapped)\n", (unsigned long long)at);
	}
	if (at < end)
		fprintf(p->sh->out, "%-10llx  (not mapped: this page and %llu more)\n",
			(unsigned long long)at, (unsigned long long)(end - at) / PM_PAGE_SIZE - 1);
}

/* From at on; returns where it goes on. */
static uint64_t put_pages_at(struct pages *p, uint64_t at, uint64_t end)
{
	struct pm_walk_step steps[5];
	uint64_t phys, size = PM_PAGE_SIZE, offset;
	unsigned n = 0;
	uint32_t index;
	enum pm_absence why = p->space.mmu->walk(&p->space, at, &phys, &size, steps, &n);

	if (!why) {
		put_present(p, at, phys);
		return at + PM_PAGE_SIZE;
	}
	/* an entry that maps nothing spares those below it */
	if (n && why == PM_UNMAPPED) {
		const struct pm_walk_step *last = &steps[n - 1];

		if (last->level == 1 && pm_linux_swap_entry(last->entry, &index, &offset)) {
			put_swapped(p, at, index, offset);
			return at + PM_PAGE_SIZE;
		}
		size = 1ull << (12 + 9 * (last->level - 1));
	}
	uint64_t next = (at & -size) + size;

	next = next < end && next > at ? next : end;
	put_unmapped(p, at, next);
	return next;
}

static bool put_pages(struct pm_shell *sh, uint64_t mm, const struct pm_linux_vma *vma, const char *path,
		      uint64_t from, uint64_t to)
{
	struct pages p = { .sh = sh, .vma = vma, .path = path };
	const uint64_t most = 1ull << (sh->lx->kernel.levels == 5 ? 56 : 47);
	bool ok = pm_linux_user_space(sh->lx, mm, &p.space);

	if (sh->json)
		pm_json_open(sh->json, "pages", '[');
	else
		fputs("VIRTUAL     PHYSICAL\n", sh->out);
	for (unsigned i = 0; ok && from < to && to <= most && i < max_steps && !pm_shell_interrupted(sh); i++)
		from = put_pages_at(&p, from, to);
	if (sh->json)
		pm_json_close(sh->json, ']');
	if (!ok)
		return pm_shell_error(sh, "vm", "0x%llx: its page tables are not in the dump",
				      (unsigned long long)mm);
	if (to > most)
		return pm_shell_error(sh, "vm",
				      "0x%llx: the mapping goes up to 0x%llx, where no process has memory",
				      (unsigned long long)vma->addr, (unsigned long long)to);
	return from >= to || pm_shell_interrupted(sh) ||
	       pm_shell_error(sh, "vm",
			      "0x%llx: the mapping has more pages than are told, which go up to 0x%llx",
			      (unsigned long long)vma->addr, (unsigned long long)from);
}

/* ---- mappings ---- */

static void put_header(struct pm_shell *sh)
{
	fprintf(sh->out, "%-16s %12s %12s %7s %s\n", "      VMA", "START", "END", "FLAGS", "FILE");
}

static void put_mapping(struct pm_shell *sh, const struct pm_linux_vma *vma, const char *path)
{
	char access[5];

	pm_linux_vma_access(vma, access);
	if (!sh->json) {
		fprintf(sh->out, "%016llx %12llx %12llx %7llx %s\n", (unsigned long long)vma->addr,
			(unsigned long long)vma->start, (unsigned long long)vma->end,
			(unsigned long long)vma->flags, path);
		return;
	}
	pm_json_hex(sh->json, "vma", vma->addr);
	pm_json_hex(sh->json, "start", vma->start);
	pm_json_hex(sh->json, "end", vma->end);
	pm_json_hex(sh->json, "flags", vma->flags);
	pm_json_str(sh->json, "access", access);
	pm_json_hex(sh->json, "offset", vma->file ? vma->page_offset * PM_PAGE_SIZE : 0);
	pm_json_str(sh->json, "path", *path ? path : NULL);
}

static void put_mm(struct pm_shell *sh, uint64_t mm)
{
	uint64_t pgd = 0, total = 0, resident = 0;
	bool known = !mm || (pm_linux_get(sh->lx, mm, PM_MM_PGD, &pgd) &&
			     pm_linux_get(sh->lx, mm, PM_MM_TOTAL_VM, &total));

	if (mm && known)
		resident = pm_linux_resident_pages(sh->lx, pm_session_tasks(sh->session), mm);
	if (sh->json && !known) {
		pm_json_hex(sh->json, "mm", mm);
		return;
	}
	if (sh->json) {
		pm_json_hex(sh->json, "mm", mm);
		pm_json_hex(sh->json, "pgd", pgd);
		pm_json_uint(sh->json, "rss_kb", resident * 4);
		pm_json_uint(sh->json, "total_vm_kb", total * 4);
		return;
	}
	fprintf(sh->out, "%-16s  %-16s  %7s  %8s\n", "       MM", "      PGD", "RSS", "TOTAL_VM");
	if (!known) {
		fprintf(sh->out, "%016llx  (not in the dump)\n", (unsigned long long)mm);
		return;
	}
	fprintf(sh->out, "%016llx  %016llx  %6lluk  %7lluk\n", (unsigned long long)mm,
		(unsigned long long)pgd, (unsigned long long)resident * 4, (unsigned long long)total * 4);
}

/* Is it what -R names: an address of the mapping, in it, its flags, a part of its path?  *page_out: the page that is meant
 * by an address in it; 0: the whole mapping. */
static bool is_referred(const struct pm_linux_vma *vma, const char *path, const char *reference,
			uint64_t *page_out)
{
	uint64_t value;
	char *end;

	*page_out = 0;
	if (*path && strstr(path, reference))
		return true;
	value = strtoull(reference, &end, 16);
	if (*end || end == reference)
		return false;
	if (value == vma->addr || value == vma->flags || value == vma->start || value == vma->end)
		return true;
	if (value < vma->start || value >= vma->end)
		return false;
	*page_out = value & -(uint64_t)PM_PAGE_SIZE;
	return true;
}

static bool put_vma(struct pm_shell *sh, uint64_t mm, const struct pm_linux_vma *vma, const char *path,
		    const struct choice *choice, uint64_t page)
{
	bool ok = true;

	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	put_mapping(sh, vma, path);
	if (page)
		ok = put_pages(sh, mm, vma, path, page, page + PM_PAGE_SIZE);
	else if (choice->pages || choice->vma)
		ok = put_pages(sh, mm, vma, path, vma->start, vma->end);
	if (sh->json)
		pm_json_close(sh->json, '}');
	return ok;
}

struct above {
	const struct pm_linux_task *task;
	uint64_t mm;
	bool done;
};

/* Once, and of a reference that is not there nothing at all. */
static void put_above(struct pm_shell *sh, struct above *above, bool with_mm)
{
	if (above->done)
		return;
	above->done = true;
	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	pm_shell_put_task(sh, above->task);
	if (with_mm || sh->json)
		put_mm(sh, above->mm);
	if (sh->json)
		pm_json_open(sh->json, "mappings", '[');
}

static bool print_mappings(struct pm_shell *sh, const struct pm_linux_task *task, const struct choice *choice)
{
	struct above above = { .task = task, .mm = task->mm ? task->mm : choice->of_mm };
	struct pm_linux_vmas vmas = { 0 };
	bool ok = true, found = false, header = false;

	pm_arena_init(&vmas.arena);
	if (above.mm)
		pm_linux_vmas_read(sh->lx, above.mm, &vmas);
	if (!choice->reference)
		put_above(sh, &above, !choice->vma);
	for (size_t i = 0; i < vmas.v.n && !pm_shell_interrupted(sh); i++) {
		const struct pm_linux_vma *vma = &vmas.v.v[i];
		char buf[PM_LINUX_PATH_MAX];
		const char *path = pm_linux_vma_name(sh->lx, above.mm, vma, buf, sizeof(buf));
		uint64_t page = 0;

		if ((choice->vma && vma->addr != choice->vma) ||
		    (choice->reference && !is_referred(vma, path, choice->reference, &page)))
			continue;
		put_above(sh, &above, true);
		if (!sh->json && (!header || choice->pages || choice->vma))
			put_header(sh);
		header = found = true;
		ok &= put_vma(sh, above.mm, vma, path, choice, page);
	}
	if (!sh->json && above.mm && !header && above.done)
		put_header(sh);
	if (sh->json && above.done) {
		pm_json_close(sh->json, ']');
		pm_json_close(sh->json, '}');
	}
	if (vmas.trouble)
		ok = pm_shell_error(sh, "vm", "%s (pid %d): %s", task->comm, task->pid, vmas.trouble);
	else if (choice->vma && !found)
		ok = pm_shell_error(sh, "vm", "%s (pid %d): 0x%llx is none of its mappings", task->comm,
				    task->pid, (unsigned long long)choice->vma);
	pm_linux_vmas_deinit(&vmas);
	return ok;
}

/* ---- the structures ---- */

static bool print_structs(struct pm_shell *sh, const char *type, const uint64_t *addrs, size_t n,
			  const struct choice *choice)
{
	return pm_shell_put_structs(sh, "vm", type, NULL, pm_shell_radix(choice->hex, choice->decimal), addrs,
				    n);
}

static bool print_structures(struct pm_shell *sh, const struct pm_linux_task *task,
			     const struct choice *choice)
{
	uint64_t mm = task->mm ? task->mm : choice->of_mm;
	struct pm_linux_vmas vmas;
	bool ok;

	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	pm_shell_put_task(sh, task);
	if (!mm) {
		ok = pm_shell_error(sh, "vm", "%s (pid %d): it has no memory of its own", task->comm,
				    task->pid);
	} else if (choice->mm) {
		ok = print_structs(sh, "mm_struct", &mm, 1, choice);
	} else {
		pm_linux_vmas_read(sh->lx, mm, &vmas);
		uint64_t *addrs = pm_alloc((vmas.v.n + 1) * sizeof(*addrs));

		for (size_t i = 0; i < vmas.v.n; i++)
			addrs[i] = vmas.v.v[i].addr;
		ok = !vmas.v.n || print_structs(sh, "vm_area_struct", addrs, vmas.v.n, choice);
		if (vmas.trouble)
			ok = pm_shell_error(sh, "vm", "%s (pid %d): %s", task->comm, task->pid, vmas.trouble);
		free(addrs);
		pm_linux_vmas_deinit(&vmas);
	}
	if (sh->json)
		pm_json_close(sh->json, '}');
	return ok;
}

static bool print_task(struct pm_shell *sh, const struct pm_linux_task *task, const struct choice *choice)
{
	return choice->mm || choice->structs ? print_structures(sh, task, choice)
					     : print_mappings(sh, task, choice);
}

bool pm_shell_vm(struct pm_shell *sh, int argc, char **argv)
{
	struct choice choice = { .hex = sh->hex };
	const char *flags = NULL;
	const struct pm_shell_option options[] = {
		{ "-p", PM_OPTION_FLAG, &choice.pages },    { "-P", PM_OPTION_ADDRESS, &choice.vma },
		{ "-M", PM_OPTION_ADDRESS, &choice.of_mm }, { "-m", PM_OPTION_FLAG, &choice.mm },
		{ "-v", PM_OPTION_FLAG, &choice.structs },  { "-x", PM_OPTION_FLAG, &choice.hex },
		{ "-d", PM_OPTION_FLAG, &choice.decimal },  { "-R", PM_OPTION_TEXT, &choice.reference },
		{ "-f", PM_OPTION_TEXT, &flags },
	};
	struct pm_linux_task current;
	bool ok = true;

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	choice.hex &= !choice.decimal;
	if (flags) {
		char *end;
		uint64_t value = strtoull(flags, &end, 16);

		return *end || end == flags ? pm_shell_error(sh, "vm", "not a number in hex: %s", flags)
					    : put_flags(sh, value);
	}
	if (sh->json)
		pm_json_open(sh->json, "processes", '[');
	for (int i = 1; i < argc && !pm_shell_interrupted(sh); i++) {
		const struct pm_linux_task *task = pm_shell_task(sh, "vm", argv[i]);

		ok &= task && print_task(sh, task, &choice);
	}
	if (argc < 2)
		ok = pm_shell_current(sh, "vm", &current) && print_task(sh, &current, &choice);
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}

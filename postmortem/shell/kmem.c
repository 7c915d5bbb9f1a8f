/* kmem: what memory is used for; what an address belongs to. */
#include "linux/memory.h"

#include "linux/identify.h"
#include "shell/commands.h"

#include <string.h>

/* ---- -i ---- */

/* "288.3 MB" as crash prints sizes. */
static void size_words(uint64_t pages, char *buf, size_t size)
{
	static const struct {
		uint64_t bytes;
		const char *unit;
	} units[] = {
		{ 1ull << 40, "TB" }, { 1ull << 30, "GB" }, { 1ull << 20, "MB" }, { 1ull << 10, "KB" }
	};
	uint64_t bytes = pages * PM_PAGE_SIZE;

	snprintf(buf, size, "0");
	for (size_t i = 0; i < PM_COUNT(units) && bytes; i++)
		if (bytes >= units[i].bytes) {
			/* in tenths, rounded; a terabyte's are far from 2^64 */
			uint64_t tenths = bytes / units[i].bytes * 10 +
					  (bytes % units[i].bytes * 10 + units[i].bytes / 2) / units[i].bytes;
			uint64_t whole = tenths / 10, tenth = tenths % 10;

			if (tenth)
				snprintf(buf, size, "%llu.%llu %s", (unsigned long long)whole,
					 (unsigned long long)tenth, units[i].unit);
			else
				snprintf(buf, size, "%llu %s", (unsigned long long)whole, units[i].unit);
			return;
		}
}

static bool print_usage(struct pm_shell *sh)
{
	static const struct {
		enum pm_memory_row row, of;
		const char *label, *of_label, *key;
	} rows[] = {
		{ PM_MEMORY_TOTAL, PM_MEMORY_ROWS, "TOTAL MEM", NULL, "total" },
		{ PM_MEMORY_FREE, PM_MEMORY_TOTAL, "FREE", "TOTAL MEM", "free" },
		{ PM_MEMORY_USED, PM_MEMORY_TOTAL, "USED", "TOTAL MEM", "used" },
		{ PM_MEMORY_SHARED, PM_MEMORY_TOTAL, "SHARED", "TOTAL MEM", "shared" },
		{ PM_MEMORY_BUFFERS, PM_MEMORY_TOTAL, "BUFFERS", "TOTAL MEM", "buffers" },
		{ PM_MEMORY_CACHED, PM_MEMORY_TOTAL, "CACHED", "TOTAL MEM", "cached" },
		{ PM_MEMORY_SLAB, PM_MEMORY_TOTAL, "SLAB", "TOTAL MEM", "slab" },
		{ PM_MEMORY_HUGE_TOTAL, PM_MEMORY_ROWS, "TOTAL HUGE", NULL, "huge_total" },
		{ PM_MEMORY_HUGE_FREE, PM_MEMORY_HUGE_TOTAL, "HUGE FREE", "TOTAL HUGE", "huge_free" },
		{ PM_MEMORY_SWAP_TOTAL, PM_MEMORY_ROWS, "TOTAL SWAP", NULL, "swap_total" },
		{ PM_MEMORY_SWAP_USED, PM_MEMORY_SWAP_TOTAL, "SWAP USED", "TOTAL SWAP", "swap_used" },
		{ PM_MEMORY_SWAP_FREE, PM_MEMORY_SWAP_TOTAL, "SWAP FREE", "TOTAL SWAP", "swap_free" },
		{ PM_MEMORY_COMMIT_LIMIT, PM_MEMORY_ROWS, "COMMIT LIMIT", NULL, "commit_limit" },
		{ PM_MEMORY_COMMITTED, PM_MEMORY_COMMIT_LIMIT, "COMMITTED", "TOTAL LIMIT", "committed" },
	};
	struct pm_linux_memory memory;
	unsigned known = 0;

	pm_linux_memory_read(sh->lx, pm_session_caches(sh->session), true, &memory);
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		known += memory.known[rows[i].row];
	if (!known)
		return pm_shell_error(sh, "kmem", "-i: none of the kernel's counters is in the dump");
	if (sh->json) {
		pm_json_open(sh->json, "pages", '{');
		for (size_t i = 0; i < PM_COUNT(rows); i++)
			if (memory.known[rows[i].row])
				pm_json_uint(sh->json, rows[i].key, memory.pages[rows[i].row]);
		pm_json_close(sh->json, '}');
		pm_json_uint(sh->json, "page_size", PM_PAGE_SIZE);
		return true;
	}
	fprintf(sh->out, "                 PAGES        TOTAL      PERCENTAGE\n");
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		uint64_t pages = memory.pages[rows[i].row];
		char text[32];

		if (i && !rows[i].of_label)
			fputc('\n', sh->out);
		if (!memory.known[rows[i].row]) {
			fprintf(sh->out, "%13s  %7s  %11s         ----\n", rows[i].label, "?", "not told");
			continue;
		}
		size_words(pages, text, sizeof(text));
		fprintf(sh->out, "%13s  %7llu  %11s", rows[i].label, (unsigned long long)pages, text);
		if (!rows[i].of_label) {
			fprintf(sh->out, "         ----\n");
			continue;
		}
		uint64_t whole = memory.pages[rows[i].of];

		fprintf(sh->out, "  %3llu%% of %s\n", whole ? (unsigned long long)(pages * 100 / whole) : 0,
			rows[i].of_label);
	}
	return true;
}

/* ---- -s ---- */

static void cache_title(struct pm_shell *sh)
{
	if (!sh->json)
		fprintf(sh->out, "%-16s  %8s  %9s  %8s  %5s  %5s  %s\n", "CACHE", "OBJSIZE", "ALLOCATED",
			"TOTAL", "SLABS", "SSIZE", "NAME");
}

/* false: its numbers are not whole, and it was said why. */
static bool cache_row(struct pm_shell *sh, const struct pm_linux_cache *cache)
{
	struct pm_linux_cache_usage usage;

	pm_linux_cache_usage(sh->lx, pm_session_caches(sh->session), cache, &usage);
	if (!sh->json) {
		fprintf(sh->out, "%016llx  %8llu  %9llu  %8llu  %5llu  %4lluk  %s\n",
			(unsigned long long)cache->addr, (unsigned long long)cache->object_size,
			(unsigned long long)usage.allocated, (unsigned long long)usage.total,
			(unsigned long long)usage.slabs, (unsigned long long)cache->slab_size / 1024,
			cache->name);
		return !usage.trouble || pm_shell_error(sh, "kmem", "%s: %s", cache->name, usage.trouble);
	}
	pm_json_hex(sh->json, "address", cache->addr);
	pm_json_str(sh->json, "name", cache->name);
	pm_json_uint(sh->json, "object_size", cache->object_size);
	pm_json_uint(sh->json, "size", cache->size);
	pm_json_uint(sh->json, "allocated", usage.allocated);
	pm_json_uint(sh->json, "total", usage.total);
	pm_json_uint(sh->json, "slabs", usage.slabs);
	pm_json_uint(sh->json, "slab_size", cache->slab_size);
	pm_json_uint(sh->json, "partial_slabs", usage.partial);
	pm_json_open(sh->json, "free", '{');
	pm_json_uint(sh->json, "partial", usage.free_partial);
	pm_json_uint(sh->json, "cpus", usage.free_cpu);
	pm_json_uint(sh->json, "sheaves", usage.free_sheaves);
	pm_json_close(sh->json, '}');
	pm_json_str(sh->json, "trouble", usage.trouble);
	return !usage.trouble || pm_shell_error(sh, "kmem", "%s: %s", cache->name, usage.trouble);
}

static bool has_cache(const struct pm_linux_caches *caches, const char *name)
{
	for (size_t i = 0; i < caches->v.n; i++)
		if (!strcmp(caches->v.v[i].name, name))
			return true;
	return false;
}

static bool print_caches(struct pm_shell *sh, char **names, int n)
{
	struct pm_linux_caches *caches = pm_session_caches(sh->session);
	bool any = false, ok = true;

	if (sh->json)
		pm_json_open(sh->json, "caches", '[');
	for (size_t i = 0; i < caches->v.n; i++) {
		const struct pm_linux_cache *cache = &caches->v.v[i];
		bool chosen = !n;

		for (int k = 0; k < n; k++)
			chosen |= !strcmp(names[k], cache->name);
		if (!chosen)
			continue;
		if (!any)
			cache_title(sh);
		any = true;
		if (sh->json)
			pm_json_open(sh->json, NULL, '{');
		ok &= cache_row(sh, cache);
		if (sh->json)
			pm_json_close(sh->json, '}');
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	if (caches->trouble)
		ok = pm_shell_error(sh, "kmem", "the list of caches: %s", caches->trouble);
	for (int k = 0; k < n; k++)
		ok &= has_cache(caches, names[k]) ||
		      pm_shell_no_such(sh, "kmem", "cache", names[k], caches->trouble);
	return ok;
}

/* ---- ADDRESS ---- */

static bool print_object(struct pm_shell *sh, const struct pm_linux_object *o)
{
	bool is_free = o->state == PM_OBJECT_FREE;
	uint64_t objects, inuse;

	pm_linux_slab_usage(sh->lx, o->page, &objects, &inuse);
	if (sh->json) {
		pm_json_open(sh->json, "cache", '{');
		bool ok = cache_row(sh, o->cache);
		pm_json_close(sh->json, '}');
		pm_json_open(sh->json, "slab", '{');
		pm_json_hex(sh->json, "address", o->page);
		pm_json_hex(sh->json, "memory", o->slab);
		pm_json_uint(sh->json, "total", objects);
		pm_json_uint(sh->json, "in_use", inuse);
		pm_json_close(sh->json, '}');
		pm_json_open(sh->json, "object", '{');
		pm_json_hex(sh->json, "address", o->start);
		pm_json_int(sh->json, "offset", o->offset);
		pm_json_bool(sh->json, "free", is_free);
		pm_json_close(sh->json, '}');
		return ok;
	}
	cache_title(sh);
	bool ok = cache_row(sh, o->cache);
	fprintf(sh->out, "  %-16s  %-16s  %5s  %9s  %4s\n", "SLAB", "MEMORY", "TOTAL", "ALLOCATED", "FREE");
	fprintf(sh->out, "  %016llx  %016llx  %5llu  %9llu  %4llu\n", (unsigned long long)o->page,
		(unsigned long long)o->slab, (unsigned long long)objects, (unsigned long long)inuse,
		(unsigned long long)(objects > inuse ? objects - inuse : 0));
	fprintf(sh->out,
		is_free ? "  FREE / [ALLOCATED]\n   %016llx\n" : "  FREE / [ALLOCATED]\n  [%016llx]\n",
		(unsigned long long)o->start);
	return ok;
}

/* false: its struct page is not in the dump. */
static bool print_page(struct pm_shell *sh, uint64_t page, uint64_t phys)
{
	uint64_t flags = 0, mapping = 0, index = 0, count = 0;
	char names[512];

	if (!pm_linux_get(sh->lx, page, PM_PAGE_FLAGS, &flags))
		return false;
	pm_linux_get(sh->lx, page, PM_PAGE_MAPPING, &mapping);
	pm_linux_get(sh->lx, page, PM_PAGE_INDEX, &index);
	pm_linux_get(sh->lx, page, PM_PAGE_REFCOUNT, &count);
	pm_linux_page_flags(sh->lx, flags, names, sizeof(names));
	if (sh->json) {
		pm_json_open(sh->json, "page", '{');
		pm_json_hex(sh->json, "address", page);
		pm_json_hex(sh->json, "physical", phys);
		pm_json_hex(sh->json, "mapping", mapping);
		pm_json_hex(sh->json, "index", index);
		pm_json_int(sh->json, "count", (int32_t)count);
		pm_json_hex(sh->json, "flags", flags);
		pm_json_str(sh->json, "flag_names", names);
		pm_json_close(sh->json, '}');
		return true;
	}
	fprintf(sh->out, "%6s%-10s  %12s  %16s  %16s CNT FLAGS\n", "", "PAGE", "PHYSICAL", "MAPPING",
		"INDEX");
	fprintf(sh->out, "%016llx  %12llx  %16llx  %16llx %3d %llx %s\n", (unsigned long long)page,
		(unsigned long long)phys, (unsigned long long)mapping, (unsigned long long)index,
		(int32_t)count, (unsigned long long)flags, names);
	return true;
}

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
	fprintf(sh->out, "    PID: %d\nCOMMAND: \"%s\"\n   TASK: %016llx%s\n    CPU: %u\n  STATE: %c\n",
		task->pid, task->comm, (unsigned long long)task->addr, on_stack ? "  (its stack)" : "",
		task->cpu, task->state);
}

/* Where in physical memory it lies, also of what is a physical address itself; false: nowhere, and it was said. */
static bool find_physical(struct pm_shell *sh, uint64_t *addr, uint64_t *phys)
{
	bool physical = *addr < sh->lx->kernel.mmu->kernel_start(&sh->lx->kernel);
	enum pm_absence why = PM_NO_MEMORY;

	*phys = *addr;
	if (!*addr)
		return pm_shell_error(sh, "kmem", "0x0: NULL belongs to nothing");
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

static bool print_address(struct pm_shell *sh, uint64_t addr, int cpu, void *user)
{
	struct pm_linux_caches *caches = pm_session_caches(sh->session);
	bool *first = user, on_stack;
	char text[PM_LINUX_NAME_MAX + 128];
	struct pm_linux_object object;
	uint64_t phys;

	if (!find_physical(sh, &addr, &phys))
		return false;
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_hex(sh->json, "address", addr);
	} else if (!*first) {
		fputc('\n', sh->out);
	}
	*first = false;
	pm_shell_put_cpu(sh, addr, cpu);
	bool known = pm_session_identify(sh->session, addr, text, sizeof(text));

	if (known && sh->json)
		pm_json_str(sh->json, "is", text);
	else if (known)
		fprintf(sh->out, "%016llx: %s\n", (unsigned long long)addr, text);
	bool has_object = pm_linux_object_at(sh->lx, caches, addr, &object);

	bool whole = !has_object || print_object(sh, &object);
	const struct pm_linux_task *task = task_at(sh, addr, has_object ? &object : NULL, &on_stack);

	if (!sh->json && (known || has_object))
		fputc('\n', sh->out);
	if (task) {
		print_task(sh, task, on_stack);
		if (!sh->json)
			fputc('\n', sh->out);
	}
	bool has_page = caches->vmemmap && caches->page_size &&
			print_page(sh, caches->vmemmap + phys / PM_PAGE_SIZE * caches->page_size,
				   phys & ~(uint64_t)(PM_PAGE_SIZE - 1));

	if (sh->json)
		pm_json_close(sh->json, '}');
	return (known || has_object || task || has_page || say_unknown(sh, addr, phys)) && whole;
}

bool pm_shell_kmem(struct pm_shell *sh, int argc, char **argv)
{
	bool usage = false, caches = false, ok = true;
	char **rest = argv + argc;

	for (int i = 1; i < argc && rest == argv + argc; i++) {
		if (!strcmp(argv[i], "-i"))
			usage = true;
		else if (!strcmp(argv[i], "-s") || !strcmp(argv[i], "-S"))
			caches = true;
		else if (*argv[i] == '-')
			return pm_shell_no_option(sh, "kmem", argv[i]);
		else
			rest = argv + i;
	}
	int n = (int)(argv + argc - rest);

	if (!usage && !caches && !n)
		return pm_shell_error(sh, "kmem", "-i, -s, or which address?");
	if (usage)
		ok &= print_usage(sh);
	/* -s with what is no cache's name: an address */
	uint64_t addr;
	bool is_address = n && pm_shell_number(rest[0], &addr) && addr > UINT32_MAX;

	if (caches && !is_address)
		return print_caches(sh, rest, n) && ok;
	if (sh->json)
		pm_json_open(sh->json, "addresses", '[');
	bool first = true;
	for (int i = 0; i < n; i++)
		ok &= pm_shell_each_address(sh, "kmem", rest[i], print_address, &first);
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}

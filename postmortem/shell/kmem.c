/* kmem: what memory is used for; what an address belongs to. */
#include "shell/kmem.h"

#include "linux/memory.h"
#include "shell/commands.h"

#include <string.h>

/* ---- -i ---- */

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
		pm_shell_size_words(pages * PM_PAGE_SIZE, text, sizeof(text));
		fprintf(sh->out, "%13s  %7llu  %11s", rows[i].label, (unsigned long long)pages, text);
		if (!rows[i].of_label) {
			fprintf(sh->out, "         ----\n");
			continue;
		}
		uint64_t whole = memory.pages[rows[i].of];

		if (memory.known[rows[i].of])
			fprintf(sh->out, "  %3llu%% of %s\n",
				whole ? (unsigned long long)(pages * 100 / whole) : 0, rows[i].of_label);
		else
			fprintf(sh->out, "    ?%% of %s\n", rows[i].of_label);
	}
	return true;
}

/* ---- the command ---- */

bool pm_shell_kmem(struct pm_shell *sh, int argc, char **argv)
{
	bool usage = false, shared = false, slabs = false, objects = false, roots = false, free_areas = false,
	     free_pages = false, vmalloc = false, counters = false, nodes = false, zones = false,
	     offsets = false, huge = false, pages = false, flags = false, physical = false, cache = false;
	const char *ignored = NULL, *cpus = NULL, *members = NULL;
	const struct pm_shell_option options[] = {
		{ "-i", PM_OPTION_FLAG, &usage, NULL },      { "-i=shared", PM_OPTION_FLAG, &shared, NULL },
		{ "-s", PM_OPTION_FLAG, &slabs, NULL },      { "-S", PM_OPTION_FLAG, &objects, NULL },
		{ "-S=", PM_OPTION_TEXT, &cpus, NULL },      { "-r", PM_OPTION_FLAG, &roots, NULL },
		{ "-I", PM_OPTION_TEXT, &ignored, NULL },    { "-f", PM_OPTION_FLAG, &free_areas, NULL },
		{ "-F", PM_OPTION_FLAG, &free_pages, NULL }, { "-v", PM_OPTION_FLAG, &vmalloc, NULL },
		{ "-V", PM_OPTION_FLAG, &counters, NULL },   { "-n", PM_OPTION_FLAG, &nodes, NULL },
		{ "-z", PM_OPTION_FLAG, &zones, NULL },      { "-o", PM_OPTION_FLAG, &offsets, NULL },
		{ "-h", PM_OPTION_FLAG, &huge, NULL },       { "-p", PM_OPTION_FLAG, &pages, NULL },
		{ "-m", PM_OPTION_TEXT, &members, NULL },    { "-g", PM_OPTION_FLAG, &flags, NULL },
		{ "-P", PM_OPTION_FLAG, &physical, NULL },   { "-c", PM_OPTION_FLAG, &cache, NULL },
		{ "-C", PM_OPTION_FLAG, &cache, NULL },
	};
	int left = pm_shell_options(sh, argc, argv, options, PM_COUNT(options)), n = left - 1;
	char **rest = argv + 1;
	bool ok = true;

	if (!left)
		return false;
	if (roots)
		return pm_shell_error(sh, "kmem",
				      "-r: caches of memory control groups have no roots since 5.9; "
				      "-s has all there are");
	if (cache)
		return pm_shell_error(sh, "kmem",
				      "-c, -C: kernels since 2.6 have no table of all cached pages; "
				      "-i and -V tell how many there are");
	if (flags)
		return pm_kmem_page_flags(sh, n ? rest[0] : NULL);
	if (members)
		return pm_kmem_page_members(sh, members, physical, rest, n);
	/* -s with what is no cache's name: an address */
	uint64_t addr;
	bool is_address = n && pm_shell_number(rest[0], &addr) && addr > UINT32_MAX;

	slabs |= objects || cpus;
	if (slabs && is_address)
		return pm_kmem_addresses(sh, PM_KMEM_SLAB, physical, rest, n);
	if (n && (free_areas || free_pages || pages || vmalloc))
		return pm_kmem_addresses(sh,
					 pages     ? PM_KMEM_PAGE
					 : vmalloc ? PM_KMEM_VMALLOC
						   : PM_KMEM_FREE,
					 physical, rest, n);
	const struct {
		bool chosen;
		bool (*run)(struct pm_shell *sh);
	} alone[] = { { usage || shared, print_usage }, { vmalloc, pm_kmem_vmalloc },
		      { counters, pm_kmem_counters },   { nodes, pm_kmem_nodes },
		      { zones, pm_kmem_zones },         { offsets, pm_kmem_offsets },
		      { huge, pm_kmem_huge },           { pages, pm_kmem_pages } };
	bool any = slabs || free_areas || free_pages;

	for (size_t i = 0; i < PM_COUNT(alone); i++) {
		any |= alone[i].chosen;
		if (alone[i].chosen)
			ok &= alone[i].run(sh);
	}
	if (free_areas || free_pages)
		ok &= pm_kmem_free(sh, free_pages);
	if (slabs)
		return pm_kmem_slabs(sh,
				     &(struct pm_kmem_slabs){ rest, n, ignored, objects || cpus, cpus }) &&
		       ok;
	if (!any && !n)
		return pm_shell_error(sh, "kmem", "which address, or which option?  'help kmem' lists them");
	return (!n || pm_kmem_addresses(sh, PM_KMEM_ALL, physical, rest, n)) && ok;
}

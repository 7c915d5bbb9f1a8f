#include "linux/memory.h"

#include "linux/list.h"
#include "linux/member.h"
#include "linux/zones.h"
#include "symbols/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- counters ---- */

/* An element of vm_zone_stat or vm_node_stat.  They are summed up from the CPUs now and then, and may be negative in
 * between: the kernel prints 0 for that, too. */
static bool statistic(struct pm_linux *lx, const char *array, const char *type, const char *name,
		      uint64_t *pages_out)
{
	uint64_t base, index, value;

	if (!pm_linux_enumerator(lx, type, name, &index) || !pm_linux_symbol(lx, array, &base) ||
	    !pm_space_load(&lx->kernel, base + 8 * index, 8, &value))
		return false;
	*pages_out = (int64_t)value > 0 ? value : 0;
	return true;
}

static bool zone(struct pm_linux *lx, const char *name, uint64_t *pages_out)
{
	return statistic(lx, "vm_zone_stat", "zone_stat_item", name, pages_out);
}

static bool node(struct pm_linux *lx, const char *name, uint64_t *pages_out)
{
	return statistic(lx, "vm_node_stat", "node_stat_item", name, pages_out);
}

static void tell(struct pm_linux_memory *m, enum pm_memory_row row, bool known, uint64_t pages)
{
	m->known[row] = known;
	m->pages[row] = known ? pages : 0;
}

/* Pages of block devices' own inodes: what /proc/meminfo calls buffers. */
static bool buffers(struct pm_linux *lx, uint64_t *pages_out)
{
	uint64_t super, node_at, mapping, pages, link = pm_linux_at(lx, 0, PM_INODE_SB_LIST);
	struct pm_linux_list list;

	if (!pm_linux_variable(lx, "blockdev_superblock", 8, &super) || !super || !link ||
	    lx->fields[PM_SB_INODES].offset < 0)
		return false;
	*pages_out = 0;
	pm_linux_list_init(&list, lx, pm_linux_at(lx, super, PM_SB_INODES));
	while (pm_linux_list_next(&list, &node_at))
		if (pm_linux_get(lx, node_at - link, PM_INODE_MAPPING, &mapping) &&
		    pm_linux_get(lx, mapping, PM_MAPPING_PAGES, &pages))
			*pages_out += pages;
	return !list.trouble;
}

/* A counter of its own since 5.12; before, the swapper's address spaces have it. */
static uint64_t swap_cached(struct pm_linux *lx)
{
	enum { files = 32, parts = 1 << 20 };
	uint64_t pages = 0, spaces, counts, more;
	uint32_t type = lx->btf ? pm_btf_find(lx->btf, PM_BTF_STRUCT, "address_space") : 0;
	uint64_t step = pm_btf_size(lx->btf, type);

	if (node(lx, "NR_SWAPCACHE", &pages) || !step || !pm_linux_symbol(lx, "swapper_spaces", &spaces) ||
	    !pm_linux_symbol(lx, "nr_swapper_spaces", &counts))
		return pages;
	for (unsigned i = 0; i < files; i++) {
		uint64_t at = 0, n = 0;

		pm_space_load(&lx->kernel, spaces + 8 * i, 8, &at);
		pm_space_load(&lx->kernel, counts + 4 * i, 4, &n);
		for (uint64_t k = 0; at && k < n && k < parts; k++)
			if (pm_linux_get(lx, at + k * step, PM_MAPPING_PAGES, &more))
				pages += more;
	}
	return pages;
}

static void read_cached(struct pm_linux *lx, struct pm_linux_memory *m)
{
	uint64_t file, pages = 0;
	bool known = buffers(lx, &pages);

	tell(m, PM_MEMORY_BUFFERS, known, pages);
	if (!node(lx, "NR_FILE_PAGES", &file))
		return;
	uint64_t other = m->pages[PM_MEMORY_BUFFERS] + swap_cached(lx);

	tell(m, PM_MEMORY_CACHED, true, file > other ? file - other : 0);
}

static void read_slab(struct pm_linux *lx, struct pm_linux_memory *m)
{
	/* counted in bytes since 5.9, and then kept in pages all the same */
	static const char *const names[][2] = { { "NR_SLAB_RECLAIMABLE_B", "NR_SLAB_UNRECLAIMABLE_B" },
						{ "NR_SLAB_RECLAIMABLE", "NR_SLAB_UNRECLAIMABLE" } };
	uint64_t reclaimable, other;

	for (size_t i = 0; i < PM_COUNT(names); i++)
		if (node(lx, names[i][0], &reclaimable) && node(lx, names[i][1], &other)) {
			tell(m, PM_MEMORY_SLAB, true, reclaimable + other);
			return;
		}
}

static void read_huge(struct pm_linux *lx, struct pm_linux_memory *m)
{
	enum { max_sizes = 16 };
	uint32_t type = lx->btf ? pm_btf_find(lx->btf, PM_BTF_STRUCT, "hstate") : 0;
	uint64_t step = pm_btf_size(lx->btf, type), at, n, total = 0, unused = 0;

	if (!step || !pm_linux_symbol(lx, "hstates", &at) ||
	    !pm_linux_variable(lx, "hugetlb_max_hstate", 4, &n))
		return;
	for (uint64_t i = 0; i < n && i < max_sizes; i++) {
		uint64_t order = 0, all = 0, few = 0;

		if (!pm_linux_get(lx, at + i * step, PM_HSTATE_ORDER, &order) || order > 30)
			return;
		pm_linux_get(lx, at + i * step, PM_HSTATE_TOTAL, &all);
		pm_linux_get(lx, at + i * step, PM_HSTATE_FREE, &few);
		total += all << order;
		unused += few << order;
	}
	tell(m, PM_MEMORY_HUGE_TOTAL, true, total);
	tell(m, PM_MEMORY_HUGE_FREE, true, unused);
}

static void read_swap(struct pm_linux *lx, struct pm_linux_memory *m)
{
	uint64_t total, unused;

	if (!pm_linux_variable(lx, "total_swap_pages", 8, &total) ||
	    !pm_linux_variable(lx, "nr_swap_pages", 8, &unused))
		return;
	if ((int64_t)unused < 0 || unused > total)
		unused = 0;
	tell(m, PM_MEMORY_SWAP_TOTAL, true, total);
	tell(m, PM_MEMORY_SWAP_FREE, true, unused);
	tell(m, PM_MEMORY_SWAP_USED, true, total - unused);
}

/* As vm_commit_limit() has it. */
static void read_commit(struct pm_linux *lx, struct pm_linux_memory *m)
{
	uint64_t kbytes = 0, ratio = 50, at, committed;
	uint64_t swap = m->pages[PM_MEMORY_SWAP_TOTAL], huge = m->pages[PM_MEMORY_HUGE_TOTAL];

	if (m->known[PM_MEMORY_TOTAL] && m->known[PM_MEMORY_SWAP_TOTAL]) {
		pm_linux_variable(lx, "sysctl_overcommit_kbytes", 8, &kbytes);
		pm_linux_variable(lx, "sysctl_overcommit_ratio", 4, &ratio);
		uint64_t ram = m->pages[PM_MEMORY_TOTAL];
		uint64_t allowed = kbytes ? kbytes / 4 : ram > huge ? (ram - huge) * ratio / 100 : 0;

		tell(m, PM_MEMORY_COMMIT_LIMIT, true, allowed + swap);
	}
	if (pm_linux_symbol(lx, "vm_committed_as", &at)) {
		bool known = pm_linux_percpu_counter(lx, at, &committed);

		tell(m, PM_MEMORY_COMMITTED, known, committed);
	}
}

/* Pages that CPUs keep for themselves, zone by zone. */
static bool cpu_free(struct pm_linux *lx, uint64_t *pages_out)
{
	static const uint64_t most = 1 << 24; /* that a CPU keeps of a zone */
	struct pm_linux_zones zones;
	uint64_t lists, count;
	bool known = false;

	*pages_out = 0;
	pm_linux_nodes_of(lx, &zones);
	for (size_t i = 0; i < zones.zones.n; i++) {
		if (!pm_linux_get(lx, zones.zones.v[i].addr, PM_ZONE_CPU_LISTS, &lists))
			continue;
		known |= lx->fields[PM_CPU_LISTS_COUNT].offset >= 0;
		for (uint32_t cpu = 0; cpu < lx->cpus; cpu++)
			if (pm_linux_get(lx, lists + lx->cpu_offset[cpu], PM_CPU_LISTS_COUNT, &count) &&
			    count < most)
				*pages_out += count;
	}
	pm_linux_zones_deinit(&zones);
	return known;
}

/* What the kernel uses for itself, beside its slabs. */
static void read_kernel(struct pm_linux *lx, struct pm_linux_memory *m)
{
	uint64_t pages, more, task, stack, phys;

	if (node(lx, "NR_KERNEL_STACK_KB", &pages) || zone(lx, "NR_KERNEL_STACK_KB", &pages))
		tell(m, PM_MEMORY_STACKS, true, pages / 4);
	if (node(lx, "NR_PAGETABLE", &pages) || zone(lx, "NR_PAGETABLE", &pages))
		tell(m, PM_MEMORY_TABLES, true,
		     pages + (node(lx, "NR_SECONDARY_PAGETABLE", &more) ? more : 0));
	if (!node(lx, "NR_VMALLOC", &pages) && !pm_linux_variable(lx, "nr_vmalloc_pages", 8, &pages))
		return;
	/* Stacks are allocated there, or (CONFIG_VMAP_STACK off) lie in the direct map; the first task's is static. */
	bool in_direct_map =
		pm_linux_symbol(lx, "init_task", &task) && pm_linux_get(lx, task, PM_TASK_TASKS, &task) &&
		pm_linux_get(lx, task - pm_linux_at(lx, 0, PM_TASK_TASKS), PM_TASK_STACK, &stack) &&
		!pm_space_translate(&lx->kernel, stack, &phys, NULL) && phys == stack - lx->page_offset;
	uint64_t stacks = in_direct_map ? 0 : m->pages[PM_MEMORY_STACKS];

	tell(m, PM_MEMORY_VMALLOC, true, pages > stacks ? pages - stacks : 0);
}

/* ---- struct pages ---- */

/* Pages that are not reserved and referred to more than once, as crash counts shared ones. */
static bool shared(struct pm_linux *lx, const struct pm_linux_caches *caches, uint64_t *pages_out)
{
	/* most_missing: pages of them in a row; headers that lie tell of more memory than there is */
	enum { at_once = 512, most_missing = 1 << 20 };
	const struct pm_field_place *flags = &lx->fields[PM_PAGE_FLAGS],
				    *count = &lx->fields[PM_PAGE_REFCOUNT];
	uint64_t size = caches->page_size, reserved;
	struct pm_dump_range range;

	if (!caches->vmemmap || !size || size > 256 || flags->offset < 0 || count->offset < 0 ||
	    (uint64_t)flags->offset + 8 > size || (uint64_t)count->offset + 4 > size ||
	    !pm_linux_enumerator(lx, "pageflags", "PG_reserved", &reserved) || reserved > 63)
		return false;
	uint8_t *pages = pm_alloc(at_once * size);

	*pages_out = 0;
	for (size_t i = 0; pm_dump_range(lx->dump, i, &range); i++) {
		uint64_t first = (range.start + PM_PAGE_SIZE - 1) / PM_PAGE_SIZE,
			 end = range.end / PM_PAGE_SIZE;

		for (unsigned missing = 0; first < end && missing < most_missing;) {
			uint64_t n = end - first < at_once ? end - first : at_once;
			uint64_t at = caches->vmemmap + first * size;
			size_t got = pm_space_read(&lx->kernel, at, pages, (size_t)(n * size), NULL);

			for (const uint8_t *p = pages; p + size <= pages + got; p += size)
				*pages_out += (int32_t)pm_load(p + count->offset, 4, false) > 1 &&
					      !(pm_load(p + flags->offset, 8, false) >> reserved & 1);
			if (got == n * size) {
				first += n;
				missing = 0;
				continue;
			}
			at = ((at + got) | (PM_PAGE_SIZE - 1)) + 1;
			first = (at - caches->vmemmap + size - 1) / size;
			missing++;
		}
	}
	free(pages);
	return true;
}

void pm_linux_page_flags(struct pm_linux *lx, uint64_t flags, char *buf, size_t size)
{
	uint32_t id = lx->btf ? pm_btf_find(lx->btf, PM_BTF_ENUM, "pageflags") : 0;
	uint64_t seen = 0, end = 64;
	const char *name;
	int64_t bit;
	size_t n = 0;

	*buf = 0;
	pm_linux_enumerator(lx, "pageflags", "__NR_PAGEFLAGS", &end);
	/* Behind the flags stand the node, the zone and others; names that come later are aliases. */
	for (uint32_t i = 0; id && (name = pm_btf_enum(lx->btf, id, i, &bit)) && n < size; i++) {
		if (bit < 0 || (uint64_t)bit >= end || bit > 63 || !(flags >> bit & 1) || seen >> bit & 1)
			continue;
		seen |= 1ull << bit;
		n += (size_t)snprintf(buf + n, size - n, "%s%s", n ? "," : "",
				      strncmp(name, "PG_", 3) ? name : name + 3);
	}
}

void pm_linux_memory_read(struct pm_linux *lx, const struct pm_linux_caches *caches, bool with_pages,
			  struct pm_linux_memory *m)
{
	uint64_t pages;

	*m = (struct pm_linux_memory){ 0 };
	if (pm_linux_variable(lx, "_totalram_pages", 8, &pages) ||
	    pm_linux_variable(lx, "totalram_pages", 8, &pages))
		tell(m, PM_MEMORY_TOTAL, true, pages);
	if (zone(lx, "NR_FREE_PAGES", &pages))
		tell(m, PM_MEMORY_FREE, true, pages);
	if (m->known[PM_MEMORY_TOTAL] && m->known[PM_MEMORY_FREE] &&
	    m->pages[PM_MEMORY_FREE] <= m->pages[PM_MEMORY_TOTAL])
		tell(m, PM_MEMORY_USED, true, m->pages[PM_MEMORY_TOTAL] - m->pages[PM_MEMORY_FREE]);
	if (with_pages && shared(lx, caches, &pages))
		tell(m, PM_MEMORY_SHARED, true, pages);
	read_cached(lx, m);
	read_slab(lx, m);
	read_huge(lx, m);
	read_swap(lx, m);
	read_commit(lx, m);
	if (cpu_free(lx, &pages))
		tell(m, PM_MEMORY_CPU_FREE, true, pages);
	if (node(lx, "NR_ANON_MAPPED", &pages))
		tell(m, PM_MEMORY_ANON, true, pages);
	if (node(lx, "NR_SHMEM", &pages))
		tell(m, PM_MEMORY_SHMEM, true, pages);
	if (pm_linux_variable(lx, "totalreserve_pages", 8, &pages))
		tell(m, PM_MEMORY_RESERVE, true, pages);
	read_kernel(lx, m);
}

#include "linux/linux.h"

#include "base/memory.h"
#include "linux/kernel_types.h"
#include "linux/place.h"
#include "symbols/bytes.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Where x86-64 maps the image: __START_KERNEL_map, arch/x86/include/asm/page_64_types.h. */
#define KERNEL_MAP 0xffffffff80000000ull

/* ---- VMCOREINFO ---- */

static bool use_info(struct pm_linux *lx, struct pm_slice text)
{
	struct pm_slice value;

	lx->info.text = text;
	return pm_vmcoreinfo_symbol(&lx->info, "swapper_pg_dir", &lx->kernel.root) &&
	       pm_vmcoreinfo_symbol(&lx->info, "_stext", &lx->stext) &&
	       pm_vmcoreinfo_get(&lx->info, "OSRELEASE", &value);
}

/* Does the system's name in memory (init_uts_ns, by phys_base alone) hold the release that VMCOREINFO tells? */
static bool has_release(const struct pm_linux *lx)
{
	struct pm_slice release;
	uint64_t at;
	char uts[6 * 65 + 64];

	if (!pm_vmcoreinfo_symbol(&lx->info, "init_uts_ns", &at) || at < KERNEL_MAP ||
	    !pm_vmcoreinfo_get(&lx->info, "OSRELEASE", &release) || release.n < 3)
		return false;
	size_t n = pm_dump_read(lx->dump, at - KERNEL_MAP + lx->phys_base, uts, sizeof(uts), NULL);

	return pm_slice_has((struct pm_slice){ uts, n }, release);
}

/* The page tables must map _stext to where phys_base puts it. */
static bool set_up_space(struct pm_linux *lx)
{
	const struct pm_vmcoreinfo *info = &lx->info;
	uint64_t root, phys, size;
	int64_t five = 0, base = 0, mask = 0;
	const struct pm_dump_info *told = pm_dump_info(lx->dump);

	pm_vmcoreinfo_number(info, "pgtable_l5_enabled", &five);
	pm_vmcoreinfo_number(info, "sme_mask", &mask);
	if (pm_vmcoreinfo_number(info, "phys_base", &base))
		lx->phys_base = (uint64_t)base;
	else if (told->has_phys_base)
		lx->phys_base = told->phys_base;
	if (!pm_vmcoreinfo_symbol(info, "swapper_pg_dir", &root) || root < KERNEL_MAP)
		return false;
	pm_space_init(&lx->kernel, lx->dump, pm_mmu_of(PM_X86_64), root - KERNEL_MAP + lx->phys_base,
		      five ? 5 : 4);
	lx->kernel.crypt_mask = (uint64_t)mask;
	if (!lx->kernel.mmu->walk(&lx->kernel, lx->stext, &phys, &size, NULL, NULL))
		return phys == lx->stext - KERNEL_MAP + lx->phys_base;
	/* Page tables that are damaged or not in the dump: the release must stand where the image's mapping has it. */
	return has_release(lx);
}

static const char info_start[] = "OSRELEASE=";

/* vmcoreinfo_data is a page of its own.  A page that begins so may be one of a kernel that ran before
 * this one: only one whose page tables hold is taken. */
static bool search_info(struct pm_linux *lx)
{
	struct pm_dump_range range;
	char start[sizeof(info_start) - 1], *page = pm_arena_alloc(&lx->arena, PM_PAGE_SIZE + 1);

	for (size_t i = 0; pm_dump_range(lx->dump, i, &range); i++)
		for (uint64_t at = (range.start + PM_PAGE_SIZE - 1) & -(uint64_t)PM_PAGE_SIZE;
		     at + PM_PAGE_SIZE <= range.end; at += PM_PAGE_SIZE) {
			uint64_t next = pm_dump_next(lx->dump, at);

			/* a header that lies tells of more memory than one could walk through */
			if (next > at) {
				if (next >= range.end)
					break;
				at = ((next + PM_PAGE_SIZE - 1) & -(uint64_t)PM_PAGE_SIZE) - PM_PAGE_SIZE;
				continue;
			}
			if (pm_dump_peek(lx->dump, at, start, sizeof(start), NULL) < sizeof(start))
				continue;
			if (memcmp(start, info_start, sizeof(start)))
				continue;
			size_t n = pm_dump_read(lx->dump, at, page, PM_PAGE_SIZE, NULL);

			if (use_info(lx, (struct pm_slice){ page, strnlen(page, n) }) && set_up_space(lx))
				return true;
		}
	return false;
}

static void read_info(struct pm_linux *lx)
{
	struct pm_slice value;

	if (pm_vmcoreinfo_get(&lx->info, "OSRELEASE", &value))
		lx->release = pm_arena_str(&lx->arena, value);
	/* Some stable kernels print a build id that is none (its buffer's address was wrong). */
	if (pm_vmcoreinfo_get(&lx->info, "BUILD-ID", &value) && value.n >= 16 &&
	    strspn(value.p, "0123456789abcdef") >= value.n)
		lx->build_id = pm_arena_str(&lx->arena, value);
	if (pm_vmcoreinfo_get(&lx->info, "KERNELOFFSET", &value))
		pm_take_hex(&value, &lx->kaslr, NULL);
}

/* ---- image, symbols, types ---- */

static const uint64_t most_image = 256 << 20;

/* How far the mapping that holds stext goes in physically contiguous pages. */
static uint64_t contiguous_end(struct pm_linux *lx, uint64_t from)
{
	uint64_t at = from;

	while (at - from < most_image) {
		uint64_t phys, size;

		if (lx->kernel.mmu->walk(&lx->kernel, at, &phys, &size, NULL, NULL) ||
		    phys != at - KERNEL_MAP + lx->phys_base)
			break;
		at = (at & -size) + size;
	}
	return at;
}

static void open_symbols(struct pm_linux *lx)
{
	pm_error_free(lx->symbols_trouble);
	lx->symbols_trouble = NULL;
	lx->image = lx->stext & -(uint64_t)PM_PAGE_SIZE;
	lx->image_end = contiguous_end(lx, lx->image);
	/* Without page tables: as long as no image is longer. */
	if (lx->image_end == lx->image)
		lx->image_end += most_image;
	pm_space_add_linear(&lx->kernel, lx->image, lx->image_end - lx->image,
			    lx->image - KERNEL_MAP + lx->phys_base);
	lx->symbols_trouble = pm_linux_symbols_open(&lx->kernel, &lx->info, lx->image, lx->image_end,
						    lx->stext, &lx->symbols);
}

/* By the notes, else by what lies in memory, else by notes that are right in parts.  false: neither leads to a kernel. */
static bool open_image(struct pm_linux *lx)
{
	struct pm_slice note = pm_dump_vmcoreinfo(lx->dump);
	bool told = use_info(lx, note) && set_up_space(lx);

	if (told) {
		open_symbols(lx);
		/* pages that are not in the dump are no lie */
		if (!lx->symbols_trouble || lx->symbols_trouble->code == PM_TRUNCATED)
			return true;
	}
	lx->info_searched = search_info(lx);
	if (lx->info_searched)
		open_symbols(lx);
	if (!told || (lx->info_searched && !lx->symbols_trouble))
		return lx->info_searched;
	lx->info_searched = false;
	if (!use_info(lx, note) || !set_up_space(lx))
		return false;
	open_symbols(lx);
	return true;
}

static void find_fields(struct pm_linux *lx)
{
	static const struct {
		const char *structure, *paths;
	} rows[PM_FIELDS] = {
#define PM_FIELD(id, structure, paths) [PM_##id] = { structure, paths },
#include "linux/fields.def"
#undef PM_FIELD
	};

	for (unsigned i = 0; i < PM_FIELDS; i++)
		pm_linux_find_place(lx, rows[i].structure, rows[i].paths, &lx->fields[i]);
}

static void find_direct_map(struct pm_linux *lx)
{
	struct pm_dump_range range;
	uint64_t end = 0;

	/* A variable with CONFIG_RANDOMIZE_MEMORY or five levels; else the constant of four levels. */
	if (!pm_linux_variable(lx, "page_offset_base", 8, &lx->page_offset))
		lx->page_offset = lx->kernel.levels == 5 ? 0xff11000000000000 : 0xffff888000000000;
	for (size_t i = 0; pm_dump_range(lx->dump, i, &range); i++)
		end = range.end > end ? range.end : end;
	/* It must be there, and map physical 0 on (every machine has memory at 1 MiB). */
	uint64_t phys = 0, size;
	enum pm_absence why =
		lx->kernel.mmu->walk(&lx->kernel, lx->page_offset + (1 << 20), &phys, &size, NULL, NULL);
	/* Page tables that cannot be read say nothing against it. */
	bool is_denied = why == PM_UNMAPPED || (!why && phys != 1 << 20);

	if (lx->page_offset < lx->kernel.mmu->kernel_start(&lx->kernel) ||
	    lx->page_offset & ((1 << 30) - 1) || is_denied) {
		lx->page_offset = 0;
		return;
	}
	if (end <= 1ull << 46)
		pm_space_add_linear(&lx->kernel, lx->page_offset, end, 0);
}

/* More CPUs than any kernel is built for. */
static const uint64_t max_cpus = 8192;

static void find_cpus(struct pm_linux *lx)
{
	uint64_t n, table;

	if (!pm_linux_variable(lx, "nr_cpu_ids", 4, &n)) {
		n = 0;
		if (!pm_linux_symbol(lx, "__per_cpu_offset", &table))
			return;
		/* Slots of CPUs that are not possible hold the address of the initial section. */
		uint64_t load, offset;

		if (!pm_linux_symbol(lx, "__per_cpu_load", &load))
			load = 0;
		while (n < max_cpus && pm_space_load(&lx->kernel, table + 8 * n, 8, &offset) &&
		       offset != load)
			n++;
	}
	if (!n || n > max_cpus || !pm_linux_symbol(lx, "__per_cpu_offset", &table))
		return;
	lx->cpu_offset = pm_arena_alloc(&lx->arena, n * sizeof(uint64_t));
	for (lx->cpus = 0; lx->cpus < n; lx->cpus++)
		if (!pm_space_load(&lx->kernel, table + 8ull * lx->cpus, 8, &lx->cpu_offset[lx->cpus]))
			break;
}

/* Why not: there is a VMCOREINFO, but not the memory that it tells of; or there is none. */
static struct pm_error *no_kernel(struct pm_linux *lx)
{
	const char *name = pm_dump_name(lx->dump);
	struct pm_slice release = PM_S("release not told");
	enum pm_absence why;
	uint8_t byte;

	if (!use_info(lx, pm_dump_vmcoreinfo(lx->dump)))
		return pm_error_new(
			PM_NOT_FOUND,
			"%s: no Linux kernel in it: neither its notes nor its memory hold a VMCOREINFO",
			name);
	pm_vmcoreinfo_get(&lx->info, "OSRELEASE", &release);
	if (!pm_dump_read(lx->dump, lx->stext - KERNEL_MAP + lx->phys_base, &byte, 1, &why))
		return pm_error_new(PM_TRUNCATED, "%s: the memory of its kernel (%.*s): %s", name,
				    PM_FMT(release), pm_absence_words(why));
	/* Its image is there, but not what its page tables need: a lone part of a dump, or one that was cut. */
	uint64_t phys, size;

	set_up_space(lx);
	why = lx->kernel.root ? lx->kernel.mmu->walk(&lx->kernel, lx->stext, &phys, &size, NULL, NULL)
			      : PM_PRESENT;
	if (why == PM_ELSEWHERE || why == PM_CUT || why == PM_DAMAGED)
		return pm_error_new(PM_TRUNCATED, "%s: the page tables of its kernel (%.*s): %s", name,
				    PM_FMT(release), pm_absence_words(why));
	return pm_error_new(PM_NOT_FOUND,
			    "%s: no Linux kernel in it: its VMCOREINFO (%.*s) does not fit its memory", name,
			    PM_FMT(release));
}

struct pm_error *pm_linux_open(struct pm_dump *dump, const struct pm_linux_options *options,
			       struct pm_linux **out)
{
	enum pm_arch arch = pm_dump_info(dump)->arch;

	if (arch != PM_ARCH_UNKNOWN && !pm_mmu_of(arch))
		return pm_error_new(PM_UNSUPPORTED, "%s: memory of %s, which is not read yet",
				    pm_dump_name(dump), pm_arch_name(arch));
	struct pm_linux *lx = pm_alloc(sizeof(*lx));

	lx->dump = dump;
	pm_arena_init(&lx->arena);
	pm_space_init(&lx->kernel, dump, pm_mmu_of(PM_X86_64), 0, 4);
	if (!open_image(lx)) {
		struct pm_error *err = no_kernel(lx);

		pm_linux_close(lx);
		return err;
	}
	read_info(lx);
	pm_linux_types_open(lx, options);
	find_fields(lx);
	find_direct_map(lx);
	find_cpus(lx);
	*out = lx;
	return NULL;
}

void pm_linux_close(struct pm_linux *lx)
{
	if (!lx)
		return;
	pm_linux_symbols_close(lx->symbols);
	pm_error_free(lx->symbols_trouble);
	pm_btf_close(lx->btf);
	pm_error_free(lx->btf_trouble);
	pm_error_free(lx->types_refused);
	pm_arena_deinit(&lx->arena);
	free(lx);
}

/* ---- reading ---- */

bool pm_linux_symbol(struct pm_linux *lx, const char *name, uint64_t *addr_out)
{
	if (lx->symbols && pm_linux_symbols_lookup(lx->symbols, name, addr_out))
		return true;
	return pm_vmcoreinfo_symbol(&lx->info, name, addr_out);
}

bool pm_linux_variable(struct pm_linux *lx, const char *name, unsigned size, uint64_t *value_out)
{
	uint64_t addr;

	return pm_linux_symbol(lx, name, &addr) && pm_space_load(&lx->kernel, addr, size, value_out);
}

bool pm_linux_get(struct pm_linux *lx, uint64_t base, enum pm_field field, uint64_t *value_out)
{
	return pm_linux_load_place(lx, base, &lx->fields[field], value_out);
}

uint64_t pm_linux_at(const struct pm_linux *lx, uint64_t base, enum pm_field field)
{
	const struct pm_field_place *place = &lx->fields[field];

	return place->offset >= 0 ? base + (uint64_t)place->offset : 0;
}

bool pm_linux_percpu(struct pm_linux *lx, const char *name, uint32_t cpu, uint64_t *addr_out)
{
	uint64_t addr;

	if (cpu >= lx->cpus || !pm_linux_symbol(lx, name, &addr))
		return false;
	*addr_out = addr + lx->cpu_offset[cpu];
	return true;
}

bool pm_linux_is_percpu(struct pm_linux *lx, uint64_t addr)
{
	uint64_t start, end;

	return pm_linux_symbol(lx, "__per_cpu_start", &start) && pm_linux_symbol(lx, "__per_cpu_end", &end) &&
	       addr - start < end - start;
}

bool pm_linux_percpu_counter(struct pm_linux *lx, uint64_t counter, uint64_t *value_out)
{
	uint64_t value, parts;
	int64_t sum;

	if (!pm_linux_get(lx, counter, PM_PERCPU_COUNT, &value))
		return false;
	sum = (int64_t)value;
	/* its parts are of 32 bits */
	if (pm_linux_get(lx, counter, PM_PERCPU_PARTS, &parts) && parts)
		for (uint32_t cpu = 0; cpu < lx->cpus; cpu++)
			if (pm_space_load(&lx->kernel, parts + lx->cpu_offset[cpu], 4, &value))
				sum += (int32_t)value;
	*value_out = sum > 0 ? (uint64_t)sum : 0;
	return true;
}

#include "linux/areas.h"

#include "base/interrupt.h"
#include "linux/member.h"

/* The kernel's own places (Documentation/arch/x86/x86_64/mm.rst), where no variable tells of others: with four and five
 * levels of tables. */
static const uint64_t vmalloc_start[] = { 0xffffc90000000000, 0xffa0000000000000 };
static const uint64_t vmemmap_start[] = { 0xffffea0000000000, 0xffd4000000000000 };
static const uint64_t modules_end = 0xffffffffff000000;
static const uint64_t large_page = 2 << 20;

const char *pm_linux_area_name(enum pm_area area)
{
	static const char *const names[PM_AREAS] = { "direct map", "vmalloc area", "struct pages",
						     "kernel image", "module area" };

	return area < PM_AREAS ? names[area] : "no area";
}

static uint64_t told(struct pm_linux *lx, const char *name, const uint64_t usual[2])
{
	uint64_t value;

	return pm_linux_variable(lx, name, 8, &value) && value ? value : usual[lx->kernel.levels == 5];
}

/* Where the machine's memory ends. */
static uint64_t memory_end(struct pm_linux *lx)
{
	struct pm_dump_range range = { 0 };
	uint64_t end = 0;

	for (size_t i = 0; pm_dump_range(lx->dump, i, &range); i++)
		end = range.end > end ? range.end : end;
	return end < 1ull << 52 ? end : 1ull << 52;
}

bool pm_linux_area(struct pm_linux *lx, enum pm_area area, uint64_t *start_out, uint64_t *end_out)
{
	uint64_t vmemmap = told(lx, "vmemmap_base", vmemmap_start);

	switch (area) {
	case PM_AREA_DIRECT:
		*start_out = lx->page_offset;
		*end_out = lx->page_offset + memory_end(lx);
		return lx->page_offset != 0;
	case PM_AREA_VMALLOC:
		*start_out = told(lx, "vmalloc_base", vmalloc_start);
		*end_out = vmemmap;
		break;
	case PM_AREA_VMEMMAP:
		*start_out = vmemmap;
		*end_out = vmemmap + memory_end(lx) / PM_PAGE_SIZE * pm_linux_type_size(lx, "page");
		break;
	case PM_AREA_IMAGE:
		*start_out = lx->image;
		*end_out = lx->image_end;
		break;
	default:
		*start_out = (lx->image_end + large_page - 1) & -large_page;
		*end_out = modules_end;
		break;
	}
	return *start_out && *start_out < *end_out;
}

enum pm_area pm_linux_area_of(struct pm_linux *lx, uint64_t addr)
{
	uint64_t start, end;

	for (enum pm_area area = 0; area < PM_AREAS; area++)
		if (pm_linux_area(lx, area, &start, &end) && addr >= start && addr < end)
			return area;
	return PM_AREAS;
}

/* What is mapped by a line, without looking at tables: page by page of the dump's memory. */
static void each_linear(struct pm_linux *lx, uint64_t base, uint64_t from, uint64_t to,
			bool (*fn)(const struct pm_linux_stretch *stretch, void *user), void *user)
{
	struct pm_dump_range range;
	bool more = true;

	for (size_t i = 0; more && pm_dump_range(lx->dump, i, &range); i++) {
		uint64_t start = range.start > from - base ? range.start : from - base;
		uint64_t end = range.end < to - base ? range.end : to - base;
		const struct pm_linux_stretch stretch = { base + start, start, end - start };

		if (start < end)
			more = fn(&stretch, user);
	}
}

/* The end of what an entry of that level maps, behind virt. */
static uint64_t behind(uint64_t virt, unsigned level)
{
	uint64_t size = 1ull << (12 + 9 * (level - 1));

	return (virt | (size - 1)) + 1;
}

bool pm_linux_mapped_each(struct pm_space *space, uint64_t from, uint64_t to,
			  bool (*fn)(const struct pm_linux_stretch *stretch, void *user), void *user)
{
	uint64_t pages = 0, here = 0, steps = 0;
	struct pm_linux_stretch stretch = { 0 };

	pm_dump_pages(space->dump, &pages, &here);
	/* memory is mapped in more than one place, but not in so many; and tables that are empty end */
	uint64_t most = 4 * (pages ? pages : 1 << 26) + (1 << 20);

	for (uint64_t virt = from & -(uint64_t)PM_PAGE_SIZE; virt < to && virt >= from - PM_PAGE_SIZE;) {
		struct pm_walk_step walk[5];
		uint64_t phys, size, next;
		unsigned n = 0;

		if (steps++ > most)
			return !stretch.size || (fn(&stretch, user), false);
		if (pm_interrupted())
			return true;
		bool mapped = space->mmu->is_canonical(space, virt) &&
			      !space->mmu->walk(space, virt, &phys, &size, walk, &n);

		if (!mapped) {
			/* up to where the entry that is missing would lead */
			next = n ? behind(virt, walk[n - 1].level) : virt + PM_PAGE_SIZE;
		} else {
			next = (virt | (size - 1)) + 1;
			if (next > to || next < virt)
				next = to;
			if (stretch.size && stretch.virt + stretch.size == virt &&
			    stretch.phys + stretch.size == phys) {
				stretch.size += next - virt;
			} else {
				if (stretch.size && !fn(&stretch, user))
					return true;
				stretch = (struct pm_linux_stretch){ virt, phys, next - virt };
			}
		}
		if (next <= virt)
			break;
		virt = next;
	}
	if (stretch.size)
		fn(&stretch, user);
	return true;
}

bool pm_linux_area_each(struct pm_linux *lx, enum pm_area area, uint64_t from, uint64_t to,
			bool (*fn)(const struct pm_linux_stretch *stretch, void *user), void *user)
{
	uint64_t start, end;

	if (!pm_linux_area(lx, area, &start, &end))
		return true;
	start = start > from ? start : from;
	end = end < to ? end : to;
	if (start >= end)
		return true;
	if (area == PM_AREA_DIRECT) {
		each_linear(lx, lx->page_offset, start, end, fn, user);
		return true;
	}
	return pm_linux_mapped_each(&lx->kernel, start, end, fn, user);
}

#include "linux/mm.h"

#include <string.h>

/* sysctl vm.max_map_count goes up to INT_MAX; a machine that has so many has other troubles. */
enum { max_vmas = 1 << 20, max_depth = 16 };

static void add(struct pm_linux *lx, struct pm_linux_vmas *vmas, uint64_t addr)
{
	struct pm_linux_vma vma = { .addr = addr };

	if (vmas->v.n == max_vmas) {
		vmas->trouble = "more mappings than can be";
		return;
	}
	if (!pm_linux_get(lx, addr, PM_VMA_START, &vma.start) ||
	    !pm_linux_get(lx, addr, PM_VMA_END, &vma.end)) {
		vmas->trouble = "a mapping is not in the dump";
		return;
	}
	pm_linux_get(lx, addr, PM_VMA_FLAGS, &vma.flags);
	pm_linux_get(lx, addr, PM_VMA_FILE, &vma.file);
	pm_linux_get(lx, addr, PM_VMA_PGOFF, &vma.page_offset);
	*PM_PUSH(&vmas->arena, &vmas->v) = vma;
}

/* ---- the maple tree (lib/maple_tree.c) ----
 *
 * A node's address has its kind in bits 3 to 6.  Slot i holds what lies from the last pivot + 1 up to pivot i; the
 * last slot in use goes up to the node's own end, and its pivot is that, or 0, or there is none. */

enum { MAPLE_DENSE, MAPLE_LEAF_64, MAPLE_RANGE_64, MAPLE_ARANGE_64 };

static bool is_node(uint64_t entry)
{
	return (entry & 3) == 2 && entry > 4096;
}

static void walk(struct pm_linux *lx, struct pm_linux_vmas *vmas, uint64_t entry, uint64_t min, uint64_t max,
		 unsigned depth)
{
	unsigned kind = entry >> 3 & 15;
	uint64_t node = entry & ~255ull;
	enum pm_field pivot = kind == MAPLE_ARANGE_64 ? PM_MAPLE_A64_PIVOT : PM_MAPLE_64_PIVOT;
	enum pm_field slot = kind == MAPLE_ARANGE_64 ? PM_MAPLE_A64_SLOT : PM_MAPLE_64_SLOT;
	uint32_t pivots = lx->fields[pivot].size / 8, slots = lx->fields[slot].size / 8;

	if (kind < MAPLE_LEAF_64 || kind > MAPLE_ARANGE_64 || depth > max_depth) {
		vmas->trouble = "a node of a kind that is not known";
		return;
	}
	for (uint32_t i = 0; i < slots && !vmas->trouble; i++) {
		uint64_t child, end = max;

		if (i < pivots &&
		    (!pm_space_load(&lx->kernel, pm_linux_at(lx, node, pivot) + 8 * i, 8, &end) ||
		     (!end && i)))
			end = max;
		if (end > max || end < min) {
			vmas->trouble = "a node contradicts itself";
			return;
		}
		if (!pm_space_load(&lx->kernel, pm_linux_at(lx, node, slot) + 8 * i, 8, &child)) {
			vmas->trouble = "a node is not in the dump";
			return;
		}
		if (kind == MAPLE_LEAF_64) {
			if (child > 4096 && !(child & 3))
				add(lx, vmas, child);
		} else if (child > 4096) { /* only the root's own entry has bit 1 set */
			walk(lx, vmas, child, min, end, depth + 1);
		}
		if (end >= max)
			return;
		min = end + 1;
	}
}

void pm_linux_vmas_read(struct pm_linux *lx, uint64_t mm, struct pm_linux_vmas *vmas)
{
	uint64_t tree = pm_linux_at(lx, mm, PM_MM_MT), entry;

	*vmas = (struct pm_linux_vmas){ 0 };
	pm_arena_init(&vmas->arena);
	if (!mm) {
		vmas->trouble = "a kernel thread has no mappings of its own";
	} else if (tree) {
		if (!pm_linux_get(lx, tree, PM_MAPLE_ROOT, &entry))
			vmas->trouble = "the tree of mappings is not in the dump";
		else if (is_node(entry))
			walk(lx, vmas, entry, 0, UINT64_MAX, 0);
		else if (entry) /* a single mapping needs no node */
			add(lx, vmas, entry);
	} else if (pm_linux_get(lx, mm, PM_MM_MMAP, &entry)) {
		while (entry && !vmas->trouble) {
			add(lx, vmas, entry);
			if (!pm_linux_get(lx, entry, PM_VMA_NEXT, &entry))
				vmas->trouble = "the list leads to memory that is not in the dump";
		}
	} else {
		vmas->trouble = "the kernel's types are not known";
	}
}

void pm_linux_vmas_deinit(struct pm_linux_vmas *vmas)
{
	pm_arena_deinit(&vmas->arena);
}

const struct pm_linux_vma *pm_linux_vma_at(const struct pm_linux_vmas *vmas, uint64_t addr)
{
	for (size_t i = 0; i < vmas->v.n; i++)
		if (addr >= vmas->v.v[i].start && addr < vmas->v.v[i].end)
			return &vmas->v.v[i];
	return NULL;
}

void pm_linux_vma_access(const struct pm_linux_vma *vma, char buf[5])
{
	/* VM_READ, VM_WRITE, VM_EXEC, VM_SHARED: include/linux/mm.h */
	buf[0] = vma->flags & 1 ? 'r' : '-';
	buf[1] = vma->flags & 2 ? 'w' : '-';
	buf[2] = vma->flags & 4 ? 'x' : '-';
	buf[3] = vma->flags & 8 ? 's' : 'p';
	buf[4] = 0;
}

bool pm_linux_user_space(struct pm_linux *lx, uint64_t mm, struct pm_space *out)
{
	uint64_t pgd, phys;

	if (!mm || !pm_linux_get(lx, mm, PM_MM_PGD, &pgd) ||
	    pm_space_translate(&lx->kernel, pgd, &phys, NULL))
		return false;
	pm_space_init(out, lx->dump, lx->kernel.mmu, phys, lx->kernel.levels);
	out->crypt_mask = lx->kernel.crypt_mask;
	return true;
}

#include "linux/mm.h"

#include "linux/files.h"
#include "linux/tree.h"

#include <string.h>

/* sysctl vm.max_map_count goes up to INT_MAX; a machine that has so many has other troubles. */
enum { max_vmas = 1 << 20, max_depth = 16 };

static bool read_vma(struct pm_linux *lx, uint64_t addr, struct pm_linux_vma *vma)
{
	*vma = (struct pm_linux_vma){ .addr = addr };
	if (!pm_linux_get(lx, addr, PM_VMA_START, &vma->start) ||
	    !pm_linux_get(lx, addr, PM_VMA_END, &vma->end))
		return false;
	pm_linux_get(lx, addr, PM_VMA_FLAGS, &vma->flags);
	pm_linux_get(lx, addr, PM_VMA_FILE, &vma->file);
	pm_linux_get(lx, addr, PM_VMA_PGOFF, &vma->page_offset);
	return true;
}

static void add(struct pm_linux *lx, struct pm_linux_vmas *vmas, uint64_t addr)
{
	struct pm_linux_vma vma;

	if (vmas->v.n == max_vmas)
		vmas->trouble = "more mappings than can be";
	else if (!read_vma(lx, addr, &vma))
		vmas->trouble = "a mapping is not in the dump";
	else if (vma.end <= vma.start || (vmas->v.n && vma.start < vmas->v.v[vmas->v.n - 1].end))
		vmas->trouble = "mappings that do not ascend";
	else
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

struct node {
	unsigned kind;
	uint64_t pivot, slot; /* where they begin */
	uint32_t pivots, slots;
};

static bool open_node(struct pm_linux *lx, uint64_t entry, struct node *out)
{
	uint64_t node = entry & ~255ull;
	unsigned kind = entry >> 3 & 15;
	enum pm_field pivot = kind == MAPLE_ARANGE_64 ? PM_MAPLE_A64_PIVOT : PM_MAPLE_64_PIVOT;
	enum pm_field slot = kind == MAPLE_ARANGE_64 ? PM_MAPLE_A64_SLOT : PM_MAPLE_64_SLOT;

	*out = (struct node){ .kind = kind,
			      .pivot = pm_linux_at(lx, node, pivot),
			      .slot = pm_linux_at(lx, node, slot),
			      .pivots = lx->fields[pivot].size / 8,
			      .slots = lx->fields[slot].size / 8 };
	return kind >= MAPLE_LEAF_64 && kind <= MAPLE_ARANGE_64;
}

/* The last address of slot i of a node that goes up to max. */
static uint64_t slot_end(struct pm_linux *lx, const struct node *node, uint32_t i, uint64_t max)
{
	uint64_t end;

	return i < node->pivots && pm_space_load(&lx->kernel, node->pivot + 8 * i, 8, &end) && (end || !i)
		       ? end
		       : max;
}

struct vma_walk {
	struct pm_linux *lx;
	struct pm_linux_vmas *vmas;
};

static bool add_entry(uint64_t first, uint64_t last, uint64_t entry, void *user)
{
	struct vma_walk *walk = user;

	(void)first;
	(void)last;
	if (entry > 4096 && !(entry & 3))
		add(walk->lx, walk->vmas, entry);
	return !walk->vmas->trouble;
}

/* From the root straight down; 0: nothing is mapped there. */
static bool descend(struct pm_linux *lx, uint64_t entry, uint64_t addr, uint64_t *vma_out)
{
	uint64_t min = 0, max = UINT64_MAX;
	struct node node;

	for (unsigned depth = 0; depth <= max_depth; depth++) {
		uint64_t end = max, child;
		uint32_t i = 0;

		if (!open_node(lx, entry, &node))
			return false;
		for (; i < node.slots && (end = slot_end(lx, &node, i, max)) < addr; i++)
			min = end + 1;
		if (i == node.slots || end > max || end < min ||
		    !pm_space_load(&lx->kernel, node.slot + 8 * i, 8, &child))
			return false;
		if (node.kind == MAPLE_LEAF_64 || child <= 4096) {
			*vma_out = child > 4096 && !(child & 3) ? child : 0;
			return true;
		}
		entry = child;
		max = end;
	}
	return false;
}

enum pm_mapped pm_linux_vma_find(struct pm_linux *lx, uint64_t mm, uint64_t addr, struct pm_linux_vma *out)
{
	uint64_t tree = pm_linux_at(lx, mm, PM_MM_MT), entry;

	if (!mm || (tree ? !pm_linux_get(lx, tree, PM_MAPLE_ROOT, &entry)
			 : !pm_linux_get(lx, mm, PM_MM_MMAP, &entry)))
		return PM_MAPPED_UNKNOWN;
	bool of_node = tree && is_node(entry);

	if (of_node && !descend(lx, entry, addr, &entry))
		return PM_MAPPED_UNKNOWN;
	/* the list ascends, or it is none; a tree gave one, or none */
	uint64_t last = 0;

	for (unsigned i = 0; entry; i++, last = out->end) {
		if (i == max_vmas || !read_vma(lx, entry, out) || out->start < last || out->end <= out->start)
			return PM_MAPPED_UNKNOWN;
		if (addr >= out->start && addr < out->end)
			return PM_MAPPED;
		/* where the tree has it there is something else */
		if (of_node)
			return PM_MAPPED_UNKNOWN;
		if (tree || addr < out->start)
			return PM_NOT_MAPPED;
		if (!pm_linux_get(lx, entry, PM_VMA_NEXT, &entry))
			return PM_MAPPED_UNKNOWN;
	}
	return PM_NOT_MAPPED;
}

void pm_linux_vmas_read(struct pm_linux *lx, uint64_t mm, struct pm_linux_vmas *vmas)
{
	uint64_t tree = pm_linux_at(lx, mm, PM_MM_MT), entry;

	*vmas = (struct pm_linux_vmas){ 0 };
	pm_arena_init(&vmas->arena);
	if (!mm) {
		vmas->trouble = "a kernel thread has no mappings of its own";
	} else if (tree) {
		struct vma_walk walk = { lx, vmas };
		struct pm_linux_tree maple = { .lx = lx, .visit = add_entry, .user = &walk };

		pm_linux_maple_walk(&maple, tree);
		if (!vmas->trouble)
			vmas->trouble = maple.trouble;
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

void pm_linux_vma_access(const struct pm_linux_vma *vma, char buf[5])
{
	/* VM_READ, VM_WRITE, VM_EXEC, VM_SHARED: include/linux/mm.h */
	buf[0] = vma->flags & 1 ? 'r' : '-';
	buf[1] = vma->flags & 2 ? 'w' : '-';
	buf[2] = vma->flags & 4 ? 'x' : '-';
	buf[3] = vma->flags & 8 ? 's' : 'p';
	buf[4] = 0;
}

/* Without a file: the vDSO's name themselves ("[vvar]"), the others lie where the mm says. */
static const char *special_name(struct pm_linux *lx, uint64_t mm, const struct pm_linux_vma *vma, char *buf,
				size_t size)
{
	uint64_t stack = 0, start = 0, end = 0, ops, special, own, name;

	if (pm_linux_symbol(lx, "special_mapping_vmops", &special) &&
	    pm_linux_get(lx, vma->addr, PM_VMA_OPS, &ops) && ops == special &&
	    pm_linux_get(lx, vma->addr, PM_VMA_PRIVATE, &own) &&
	    pm_linux_get(lx, own, PM_SPECIAL_NAME, &name) && pm_space_string(&lx->kernel, name, buf, size))
		return buf;
	pm_linux_get(lx, mm, PM_MM_START_STACK, &stack);
	pm_linux_get(lx, mm, PM_MM_START_BRK, &start);
	pm_linux_get(lx, mm, PM_MM_BRK, &end);
	if (stack >= vma->start && stack < vma->end)
		return "[stack]";
	if (start < end && vma->start < end && vma->end > start)
		return "[heap]";
	return "";
}

const char *pm_linux_vma_name(struct pm_linux *lx, uint64_t mm, const struct pm_linux_vma *vma, char *buf,
			      size_t size)
{
	if (!vma->file)
		return special_name(lx, mm, vma, buf, size);
	return pm_linux_file_path(lx, vma->file, buf, size) ? buf : "(not in the dump)";
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

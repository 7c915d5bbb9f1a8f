#include "linux/mm.h"

#include "linux/files.h"
#include "linux/tree.h"

#include <string.h>

/* sysctl vm.max_map_count goes up to INT_MAX; a machine that has so many has other troubles. */
enum { max_vmas = 1 << 20 };

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

static bool is_vma(uint64_t entry)
{
	return entry > 4096 && !(entry & 3);
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
	if (is_vma(entry))
		add(walk->lx, walk->vmas, entry);
	return !walk->vmas->trouble;
}

enum pm_mapped pm_linux_vma_find(struct pm_linux *lx, uint64_t mm, uint64_t addr, struct pm_linux_vma *out)
{
	uint64_t tree = pm_linux_at(lx, mm, PM_MM_MT), entry;

	if (!mm ||
	    (tree ? !pm_linux_maple_load(lx, tree, addr, &entry) : !pm_linux_get(lx, mm, PM_MM_MMAP, &entry)))
		return PM_MAPPED_UNKNOWN;
	if (tree) {
		if (!is_vma(entry))
			return PM_NOT_MAPPED;
		/* what the tree has there must tell the same */
		return read_vma(lx, entry, out) && addr >= out->start && addr < out->end ? PM_MAPPED
											 : PM_MAPPED_UNKNOWN;
	}
	/* the list ascends, or it is none */
	uint64_t last = 0;

	for (unsigned i = 0; entry; i++, last = out->end) {
		if (i == max_vmas || !read_vma(lx, entry, out) || out->start < last || out->end <= out->start)
			return PM_MAPPED_UNKNOWN;
		if (addr < out->end)
			return addr >= out->start ? PM_MAPPED : PM_NOT_MAPPED;
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

/* Address spaces of processes: their mappings, their memory. */
#ifndef PM_LINUX_MM_H
#define PM_LINUX_MM_H

#include "linux/linux.h"

struct pm_linux_vma {
	uint64_t addr;        /* of its struct vm_area_struct */
	uint64_t start, end;  /* end is exclusive */
	uint64_t flags;       /* VM_… */
	uint64_t file;        /* its struct file; 0: anonymous */
	uint64_t page_offset; /* pages, of start in the file */
};

struct pm_linux_vmas {
	struct pm_arena arena;
	PM_VEC(struct pm_linux_vma) v; /* ascending */
	const char *trouble;           /* why the list ends early; NULL: it does not */
};

/* The mappings of an mm: its maple tree (6.1 and later), or the list before it. */
void pm_linux_vmas_read(struct pm_linux *lx, uint64_t mm, struct pm_linux_vmas *vmas);
void pm_linux_vmas_deinit(struct pm_linux_vmas *vmas);

/* The mapping of one address, without reading the others. */
enum pm_mapped {
	PM_MAPPED,
	PM_NOT_MAPPED,
	PM_MAPPED_UNKNOWN, /* what would tell is not in the dump, or contradicts itself */
};
enum pm_mapped pm_linux_vma_find(struct pm_linux *lx, uint64_t mm, uint64_t addr, struct pm_linux_vma *out);

/* "rwxp" as /proc/PID/maps has it. */
void pm_linux_vma_access(const struct pm_linux_vma *vma, char buf[5]);

/* What is mapped there: a path, "[heap]", "[stack]", "[vdso]"; "": anonymous memory.  In buf, or a constant. */
const char *pm_linux_vma_name(struct pm_linux *lx, uint64_t mm, const struct pm_linux_vma *vma, char *buf,
			      size_t size);

/* The space of an mm, to read a process's memory with. */
bool pm_linux_user_space(struct pm_linux *lx, uint64_t mm, struct pm_space *out);

#endif

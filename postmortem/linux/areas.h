/* The kernel's address space, area by area: what of it is mapped, and where in physical memory that is. */
#ifndef PM_LINUX_AREAS_H
#define PM_LINUX_AREAS_H

#include "linux/linux.h"

enum pm_area {
	PM_AREA_DIRECT,  /* all memory, by the direct map */
	PM_AREA_VMALLOC, /* vmalloc, ioremap, stacks of tasks */
	PM_AREA_VMEMMAP, /* struct pages */
	PM_AREA_IMAGE,   /* the kernel itself */
	PM_AREA_MODULES, /* and BPF programs */
	PM_AREAS,
};

/* From start to end (exclusive), ascending; false: the kernel has none, or it is not known where. */
bool pm_linux_area(struct pm_linux *lx, enum pm_area area, uint64_t *start_out, uint64_t *end_out);
/* "vmalloc area", … */
const char *pm_linux_area_name(enum pm_area area);
/* In which one an address lies; PM_AREAS: in none. */
enum pm_area pm_linux_area_of(struct pm_linux *lx, uint64_t addr);

struct pm_linux_stretch {
	uint64_t virt, phys, size; /* contiguous in both */
};

/* Calls fn for each stretch of it that is mapped between from and to, ascending, until it returns false.  false: the tables
 * map more than a machine's memory can hold: it ended early. */
bool pm_linux_area_each(struct pm_linux *lx, enum pm_area area, uint64_t from, uint64_t to,
			bool (*fn)(const struct pm_linux_stretch *stretch, void *user), void *user);
/* The same of what page tables map, of any space. */
bool pm_linux_mapped_each(struct pm_space *space, uint64_t from, uint64_t to,
			  bool (*fn)(const struct pm_linux_stretch *stretch, void *user), void *user);

#endif

/* The memory of a machine as the page allocator has it: nodes, zones, sections, and what is free. */
#ifndef PM_LINUX_ZONES_H
#define PM_LINUX_ZONES_H

#include "linux/slab.h"

struct pm_linux_node {
	uint64_t addr; /* of its struct pglist_data */
	uint32_t id;
	uint64_t first, spanned, present; /* page frames */
};

struct pm_linux_zone {
	uint64_t addr; /* of its struct zone */
	uint32_t node, index;
	char name[16];
	uint64_t first, spanned, present, managed; /* page frames */
	uint64_t min, low, high;                   /* watermarks, pages */
	uint64_t unused;                           /* its NR_FREE_PAGES */
	int64_t unused_cpus;                       /* what CPUs have not added to that yet */
};

struct pm_linux_section {
	uint64_t nr, addr; /* of its struct mem_section */
	uint64_t coded;    /* section_mem_map without its flags: where the struct page of frame 0 would lie */
	unsigned flags;    /* bits: 0 present, 1 has a memory map, 2 online, 3 early, 4 of a device */
};

struct pm_linux_zones {
	struct pm_arena arena;
	PM_VEC(struct pm_linux_node) nodes;
	PM_VEC(struct pm_linux_zone) zones;
	PM_VEC(struct pm_linux_section) sections;
	uint64_t section_frames; /* page frames of a section */
	const char *trouble;     /* why something is missing; NULL: nothing */
};

/* Never fails. */
void pm_linux_zones_read(struct pm_linux *lx, struct pm_linux_zones *zones);
/* The same without sections. */
void pm_linux_nodes_of(struct pm_linux *lx, struct pm_linux_zones *zones);
void pm_linux_zones_deinit(struct pm_linux_zones *zones);

/* The lists of free blocks of a zone, in their order: of each order those of each kind of mobility. */
struct pm_linux_free_list {
	uint64_t head; /* address of its list_head */
	unsigned order, kind;
};
/* One by one, from *i = 0 on; false: there are no more. */
bool pm_linux_free_list_at(struct pm_linux *lx, const struct pm_linux_zone *zone, size_t i,
			   struct pm_linux_free_list *out);
/* How many kinds there are of each order; 0: not known. */
unsigned pm_linux_free_kinds(struct pm_linux *lx);
/* The name of a kind, "Movable"; NULL: not known. */
const char *pm_linux_free_kind_name(struct pm_linux *lx, unsigned kind);
/* The struct pages that the list links; calls fn for each.  Returns what is wrong; NULL: nothing. */
const char *pm_linux_free_blocks(struct pm_linux *lx, const struct pm_linux_free_list *list,
				 bool (*fn)(uint64_t page, void *user), void *user);

/* Areas of vmalloc's address range, ascending. */
struct pm_linux_vmap {
	uint64_t addr, vm; /* of its struct vmap_area, vm_struct */
	uint64_t start, end;
	uint64_t flags, pages,
		caller; /* of vm_struct: VM_…, how many pages, who asked (a code address; 0: not told) */
};

struct pm_linux_vmaps {
	struct pm_arena arena;
	PM_VEC(struct pm_linux_vmap) v;
	const char *trouble;
};

/* Those that a vm_struct tells of. */
void pm_linux_vmaps_read(struct pm_linux *lx, struct pm_linux_vmaps *vmaps);
void pm_linux_vmaps_deinit(struct pm_linux_vmaps *vmaps);
/* NULL: in none. */
const struct pm_linux_vmap *pm_linux_vmap_at(const struct pm_linux_vmaps *vmaps, uint64_t addr);

#endif

/* What the files of `kmem` share. */
#ifndef PM_SHELL_KMEM_H
#define PM_SHELL_KMEM_H

#include "shell/rows.h"

/* Slab caches (shell/kmem_slab.c) */
struct pm_kmem_slabs {
	char **names; /* of caches; n 0: all */
	int n;
	const char *ignored; /* "dentry,filp"; NULL: none */
	bool objects;        /* -S: slabs and objects, too */
	const char *cpus;    /* of which CPUs, "0,2-3"; NULL: all */
};
bool pm_kmem_slabs(struct pm_shell *sh, const struct pm_kmem_slabs *what);
/* The cache, slab and object, or (whole) all objects of the slab; false: not whole, and it was said why. */
bool pm_kmem_object(struct pm_shell *sh, const struct pm_linux_object *object, bool whole);

/* An address (shell/kmem_address.c) */
enum pm_kmem_of {
	PM_KMEM_ALL,
	PM_KMEM_SLAB,   /* -s ADDRESS */
	PM_KMEM_FREE,   /* -f ADDRESS */
	PM_KMEM_PAGE,   /* -p ADDRESS */
	PM_KMEM_VMALLOC /* -v ADDRESS */
};
bool pm_kmem_addresses(struct pm_shell *sh, enum pm_kmem_of of, bool physical, char **addresses, int n);
/* Where in physical memory a virtual address, a physical one or a struct page's is; *addr becomes what the kernel reads
 * it at.  false: nowhere, and it was said. */
bool pm_kmem_physical(struct pm_shell *sh, bool physical, uint64_t *addr, uint64_t *phys);

/* Struct pages (shell/kmem_page.c) */
bool pm_kmem_pages(struct pm_shell *sh);
/* -m: members of each, or of those that addresses belong to. */
bool pm_kmem_page_members(struct pm_shell *sh, const char *members, bool physical, char **addresses, int n);
/* -g: flags by name; text: a value, NULL: all there are. */
bool pm_kmem_page_flags(struct pm_shell *sh, const char *text);
/* Prints one page with its title; false: its struct is not in the dump. */
bool pm_kmem_page(struct pm_shell *sh, uint64_t page, uint64_t phys);

/* Zones (shell/kmem_zone.c) */
bool pm_kmem_free(struct pm_shell *sh, bool pages);
/* The list of free blocks that a struct page lies in; false: in none, or (*trouble_out) in none that is in the dump. */
bool pm_kmem_free_block(struct pm_shell *sh, uint64_t page, const char **trouble_out);
bool pm_kmem_nodes(struct pm_shell *sh);
bool pm_kmem_zones(struct pm_shell *sh);
/* -V, -o, -h (shell/kmem_counters.c) */
bool pm_kmem_counters(struct pm_shell *sh);
bool pm_kmem_offsets(struct pm_shell *sh);
bool pm_kmem_huge(struct pm_shell *sh);

/* vmalloc (shell/kmem_vmalloc.c) */
bool pm_kmem_vmalloc(struct pm_shell *sh);
/* The area that addr lies in, with a title; false: none, or (*trouble_out) none of those that are in the dump. */
bool pm_kmem_vmalloc_area(struct pm_shell *sh, uint64_t addr, const char **trouble_out);

#endif

/* Trees of the kernel, walked so that they end whatever memory says: a node that contradicts the one above it, or that
 * is not in the dump, costs what hangs below it and no more. */
#ifndef PM_LINUX_TREE_H
#define PM_LINUX_TREE_H

#include "linux/linux.h"

enum { PM_TREE_DEPTH = 96 };

struct pm_linux_tree {
	struct pm_linux *lx;
	/* What is entered for the indices from first to last; of rb trees, which have none, both count from 0, and entry is
	 * the address of the struct rb_node.  false: enough. */
	bool (*visit)(uint64_t first, uint64_t last, uint64_t entry, void *user);
	/* May be NULL.  A node of a maple tree, before what is in it: kind as the kernel numbers them, depth from 0 on. */
	void (*node)(uint64_t first, uint64_t last, uint64_t entry, unsigned depth, void *user);
	bool empty;    /* slots of maple trees without an entry are visited, too: 0 */
	bool preorder; /* of an rb tree: a node before those on its left */
	void *user;
	size_t most; /* no tree of that kind has more entries; 0: as many as any */

	/* set by the walk */
	size_t n; /* entries that were visited */
	/* Where the entry stands that is visited: from the root on which slot of each node, of rb trees 'l' and 'r'. */
	uint32_t path[PM_TREE_DEPTH];
	unsigned depth;
	const char *trouble; /* why not all were; NULL: they were, or visit had enough */
	size_t nodes;
	bool ended;
};

/* root: the address of a struct rb_root or rb_root_cached; in its order. */
void pm_linux_rb_walk(struct pm_linux_tree *tree, uint64_t root);
/* From a struct rb_node on, whatever is above it. */
void pm_linux_rb_walk_node(struct pm_linux_tree *tree, uint64_t node);
/* The node that struct rb_root points to, the first in its order; 0: it is empty, or cannot be read. */
uint64_t pm_linux_rb_first(struct pm_linux *lx, uint64_t root);
/* xarray: the address of a struct xarray, which since 4.20 a radix_tree_root is, too, or of the older one.  Values (odd
 * entries) and pointers are given as they are. */
void pm_linux_xarray_walk(struct pm_linux_tree *tree, uint64_t xarray);
/* From a node on (a struct xa_node's address, with the bits that make it an entry or without); indices as the tree counts
 * them if it is the top one. */
void pm_linux_xarray_walk_node(struct pm_linux_tree *tree, uint64_t node);
/* The same for those that need no more: fn is called for each entry's first index until it returns false.  Why not all were
 * visited; NULL: they were, or fn had enough. */
const char *pm_linux_xarray_each(struct pm_linux *lx, uint64_t xarray,
				 bool (*fn)(uint64_t index, uint64_t entry, void *user), void *user);
/* One entry of it; false: it cannot be read.  *entry_out 0: there is none. */
bool pm_linux_xarray_load(struct pm_linux *lx, uint64_t xarray, uint64_t index, uint64_t *entry_out);
/* maple: the address of a struct maple_tree. */
void pm_linux_maple_walk(struct pm_linux_tree *tree, uint64_t maple);
/* From a node on: an entry with its kind in it, as ma_root and slots are. */
void pm_linux_maple_walk_node(struct pm_linux_tree *tree, uint64_t node);
/* What is entered for one index of it; false: it cannot be read.  *entry_out 0: nothing is. */
bool pm_linux_maple_load(struct pm_linux *lx, uint64_t maple, uint64_t index, uint64_t *entry_out);

#endif

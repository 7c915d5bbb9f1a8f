#include "linux/tree.h"

#include "base/interrupt.h"
#include "linux/member.h"
#include "linux/place.h"

/* Deeper than any of them is: an rb tree of 2^32 nodes has 64 levels. */
enum { max_rb_depth = PM_TREE_DEPTH, max_maple_depth = 16 };
static const size_t max_entries = 1 << 26;

static const char not_in_dump[] = "a tree leads to memory that is not in the dump";
static const char lies[] = "a tree contradicts itself";

static void say(struct pm_linux_tree *tree, const char *trouble)
{
	if (!tree->trouble)
		tree->trouble = trouble;
}

static void start(struct pm_linux_tree *tree)
{
	tree->n = tree->nodes = 0;
	tree->depth = 0;
	tree->trouble = NULL;
	tree->ended = false;
	if (!tree->most || tree->most > max_entries)
		tree->most = max_entries;
}

static void visit(struct pm_linux_tree *tree, uint64_t first, uint64_t last, uint64_t entry)
{
	if (tree->n == tree->most) {
		say(tree, "a tree has more entries than can be");
		tree->ended = true;
		return;
	}
	tree->n++;
	tree->ended |= !tree->visit(first, last, entry, tree->user);
}

/* Nodes without entries end, too. */
static bool enter(struct pm_linux_tree *tree)
{
	if (pm_interrupted()) {
		say(tree, "interrupted");
		tree->ended = true;
	}
	if (tree->nodes++ < 2 * tree->most + 64)
		return !tree->ended;
	say(tree, "a tree has more nodes than can be");
	tree->ended = true;
	return false;
}

/* ---- red and black (lib/rbtree.c): the parent with the colour, the right one, the left one ---- */

struct rb_node {
	uint64_t parent, right, left;
};

static bool read_rb(struct pm_linux *lx, uint64_t at, struct rb_node *out)
{
	return pm_space_load(&lx->kernel, at, 8, &out->parent) &&
	       pm_space_load(&lx->kernel, at + 8, 8, &out->right) &&
	       pm_space_load(&lx->kernel, at + 16, 8, &out->left);
}

/* 0: there is none, or its parent is another: a tree that leads back into itself. */
static uint64_t child_of(struct pm_linux_tree *tree, uint64_t child, uint64_t parent)
{
	struct rb_node node;

	if (!child)
		return 0;
	if (!read_rb(tree->lx, child, &node)) {
		say(tree, not_in_dump);
		return 0;
	}
	if ((node.parent & ~3ull) != parent) {
		say(tree, lies);
		return 0;
	}
	return child;
}

static void walk_rb(struct pm_linux_tree *tree, uint64_t at, unsigned depth)
{
	struct rb_node node;

	if (!at || !enter(tree))
		return;
	if (depth == max_rb_depth || !read_rb(tree->lx, at, &node)) {
		say(tree, depth == max_rb_depth ? lies : not_in_dump);
		return;
	}
	/* else one node for both sides, whose own sides are one node, doubles the walk with each level */
	if (node.left && node.left == node.right) {
		say(tree, lies);
		node.right = 0;
	}
	for (unsigned turn = 0; turn < 2 && !tree->ended; turn++) {
		tree->depth = depth;
		if (tree->preorder == !turn) {
			visit(tree, tree->n, tree->n, at);
		} else {
			tree->path[depth] = 'l';
			walk_rb(tree, child_of(tree, node.left, at), depth + 1);
		}
	}
	tree->path[depth] = 'r';
	if (!tree->ended)
		walk_rb(tree, child_of(tree, node.right, at), depth + 1);
}

void pm_linux_rb_walk_node(struct pm_linux_tree *tree, uint64_t node)
{
	start(tree);
	walk_rb(tree, node, 0);
}

void pm_linux_rb_walk(struct pm_linux_tree *tree, uint64_t root)
{
	uint64_t top;

	start(tree);
	if (!pm_space_load(&tree->lx->kernel, root, 8, &top))
		say(tree, not_in_dump);
	else
		walk_rb(tree, child_of(tree, top, 0), 0);
}

uint64_t pm_linux_rb_first(struct pm_linux *lx, uint64_t root)
{
	struct rb_node node;
	uint64_t at = 0;

	if (!pm_space_load(&lx->kernel, root, 8, &at))
		return 0;
	for (unsigned depth = 0; at && depth < max_rb_depth; depth++) {
		if (!read_rb(lx, at, &node))
			return 0;
		if (!node.left)
			return at;
		at = node.left;
	}
	return 0;
}

/* ---- xarray (lib/xarray.c) ----
 *
 * Entries whose lowest bits are 10 are the tree's own: nodes above 4096, below it marks such as that of a slot that
 * belongs to the entry before it. */

struct xa {
	const struct pm_field_place *shift, *parent, *offset, *slots;
	unsigned bits; /* of the index for each level */
	bool old;      /* struct radix_tree_node: nodes have bit 0 set */
};

static struct xa open_xa(struct pm_linux *lx)
{
	struct xa xa = { .old = !pm_linux_type_size(lx, "xa_node") };
	const char *node = xa.old ? "radix_tree_node" : "xa_node";

	xa.shift = pm_linux_member(lx, node, "shift");
	xa.parent = pm_linux_member(lx, node, "parent");
	xa.offset = pm_linux_member(lx, node, "offset");
	xa.slots = pm_linux_member(lx, node, "slots");
	while (xa.bits < 12 && 8u << (xa.bits + 1) <= xa.slots->size)
		xa.bits++;
	return xa;
}

static bool is_xa_node(const struct xa *xa, uint64_t entry)
{
	return (entry & 3) == (xa->old ? 1 : 2) && entry > 4096;
}

static bool is_mark(uint64_t entry)
{
	return (entry & 3) == 2;
}

enum { no_slot = UINT32_MAX };

/* A node's address, if it can be the one below a shift, in that slot of the node above (no_slot: it is the top one). */
static bool open_xa_node(struct pm_linux_tree *tree, const struct xa *xa, uint64_t entry, uint64_t above,
			 unsigned shift_above, uint32_t slot, uint64_t *node_out, unsigned *shift_out)
{
	uint64_t node = entry & ~3ull, shift, parent, offset;

	if (!pm_linux_load_place(tree->lx, node, xa->shift, &shift) ||
	    !pm_linux_load_place(tree->lx, node, xa->parent, &parent)) {
		say(tree, not_in_dump);
		return false;
	}
	/* by its parent and its slot each node has one place, so that no lie makes a tree of a few pages endless */
	if (shift > 60 || shift % xa->bits || shift >= shift_above || (parent & ~3ull) != above ||
	    (slot != no_slot && pm_linux_load_place(tree->lx, node, xa->offset, &offset) && offset != slot)) {
		say(tree, lies);
		return false;
	}
	*node_out = node;
	*shift_out = (unsigned)shift;
	return true;
}

static void walk_xa(struct pm_linux_tree *tree, const struct xa *xa, uint64_t entry, uint64_t base,
		    uint64_t above, unsigned shift_above, unsigned depth)
{
	uint64_t node;
	unsigned shift;

	if (!enter(tree) || !open_xa_node(tree, xa, entry, above, shift_above,
					  depth ? tree->path[depth - 1] : no_slot, &node, &shift))
		return;
	for (uint64_t i = 0; i < 1ull << xa->bits && !tree->ended; i++) {
		uint64_t child, index = base + (i << shift);

		if (!pm_space_load(&tree->lx->kernel, node + (uint64_t)xa->slots->offset + 8 * i, 8,
				   &child)) {
			say(tree, not_in_dump);
			return;
		}
		tree->path[depth] = (uint32_t)i;
		tree->depth = depth + 1;
		if (is_xa_node(xa, child))
			walk_xa(tree, xa, child, index, node, shift, depth + 1);
		else if (child && !is_mark(child))
			visit(tree, index, index + (1ull << shift) - 1, child);
	}
}

static bool xa_head(struct pm_linux *lx, uint64_t xarray, const struct xa *xa, uint64_t *head_out)
{
	if (xa->shift->offset < 0 || xa->parent->offset < 0 || !xa->bits)
		return false;
	return pm_linux_member_get(lx, xarray, xa->old ? "radix_tree_root" : "xarray",
				   xa->old ? "rnode" : "xa_head", head_out);
}

void pm_linux_xarray_walk(struct pm_linux_tree *tree, uint64_t xarray)
{
	struct xa xa = open_xa(tree->lx);
	uint64_t head;

	start(tree);
	if (!xa_head(tree->lx, xarray, &xa, &head))
		say(tree, not_in_dump);
	else if (is_xa_node(&xa, head))
		walk_xa(tree, &xa, head, 0, 0, 64, 0);
	else if (head && !is_mark(head))
		visit(tree, 0, 0, head);
}

void pm_linux_xarray_walk_node(struct pm_linux_tree *tree, uint64_t node)
{
	struct xa xa = open_xa(tree->lx);
	uint64_t parent = 0;

	start(tree);
	node &= ~3ull;
	if (!xa.bits || xa.shift->offset < 0 || xa.parent->offset < 0 ||
	    !pm_linux_load_place(tree->lx, node, xa.parent, &parent))
		say(tree, not_in_dump);
	else
		walk_xa(tree, &xa, node, 0, parent & ~3ull, 64, 0);
}

struct each {
	bool (*fn)(uint64_t index, uint64_t entry, void *user);
	void *user;
};

static bool visit_each(uint64_t first, uint64_t last, uint64_t entry, void *user)
{
	const struct each *each = user;

	(void)last;
	return each->fn(first, entry, each->user);
}

const char *pm_linux_xarray_each(struct pm_linux *lx, uint64_t xarray,
				 bool (*fn)(uint64_t index, uint64_t entry, void *user), void *user)
{
	struct each each = { fn, user };
	struct pm_linux_tree tree = { .lx = lx, .visit = visit_each, .user = &each };

	pm_linux_xarray_walk(&tree, xarray);
	return tree.trouble;
}

bool pm_linux_xarray_load(struct pm_linux *lx, uint64_t xarray, uint64_t index, uint64_t *entry_out)
{
	struct xa xa = open_xa(lx);
	struct pm_linux_tree tree = { .lx = lx };
	uint64_t entry, node = 0, slot = no_slot;
	unsigned shift = 64;

	if (!xa_head(lx, xarray, &xa, &entry))
		return false;
	*entry_out = 0;
	while (is_xa_node(&xa, entry)) {
		bool top = slot == no_slot;

		if (!open_xa_node(&tree, &xa, entry, node, shift, (uint32_t)slot, &node, &shift))
			return false;
		if (top && shift + xa.bits < 64 && index >> (shift + xa.bits))
			return true;
		slot = index >> shift & ((1ull << xa.bits) - 1);

		/* a slot of the one before it: its number, times four */
		for (unsigned hops = 0; hops < 2; hops++) {
			if (!pm_space_load(&lx->kernel, node + (uint64_t)xa.slots->offset + 8 * slot, 8,
					   &entry))
				return false;
			if (!is_mark(entry) || entry >> 2 >= 1ull << xa.bits)
				break;
			slot = entry >> 2;
		}
		index &= (1ull << shift) - 1;
		if (!is_xa_node(&xa, entry))
			index = 0;
	}
	if (!is_mark(entry) && !index)
		*entry_out = entry;
	return true;
}

/* ---- maple (lib/maple_tree.c) ----
 *
 * A node's address has its kind in bits 3 to 6.  Slot i holds what lies from the last pivot + 1 up to pivot i; the
 * last slot in use goes up to the node's own end, and its pivot is that, or 0, or there is none.  So the slots of a node
 * share out what it is entered for, and no node can be entered by two ways. */

enum { MAPLE_DENSE, MAPLE_LEAF_64, MAPLE_RANGE_64, MAPLE_ARANGE_64 };

/* XA_ZERO_ENTRY: a place that is kept for an entry to come, or where the copy of an address space failed. */
static const uint64_t reserved_entry = 257 << 2 | 2;

static bool is_maple_node(uint64_t entry)
{
	return (entry & 3) == 2 && entry > 4096;
}

struct maple_node {
	unsigned kind;
	uint64_t pivot, slot; /* where they begin */
	uint32_t pivots, slots;
};

/* false: of a kind that is not known. */
static bool open_maple_node(struct pm_linux *lx, uint64_t entry, struct maple_node *out)
{
	uint64_t node = entry & ~255ull;
	unsigned kind = entry >> 3 & 15;
	const char *structure = kind == MAPLE_ARANGE_64 ? "maple_arange_64" : "maple_range_64";
	const struct pm_field_place *pivot = pm_linux_member(lx, structure, "pivot");
	const struct pm_field_place *slot = pm_linux_member(lx, structure, "slot");

	*out = (struct maple_node){ kind, node + (uint64_t)pivot->offset, node + (uint64_t)slot->offset,
				    pivot->size / 8, slot->size / 8 };
	return kind >= MAPLE_LEAF_64 && kind <= MAPLE_ARANGE_64 && pivot->offset >= 0 && slot->offset >= 0;
}

/* The last index of slot i of a node that goes up to max. */
static uint64_t slot_end(struct pm_linux *lx, const struct maple_node *node, uint32_t i, uint64_t max)
{
	uint64_t end;

	return i < node->pivots && pm_space_load(&lx->kernel, node->pivot + 8 * i, 8, &end) && (end || !i)
		       ? end
		       : max;
}

static void walk_maple(struct pm_linux_tree *tree, uint64_t entry, uint64_t min, uint64_t max, unsigned depth)
{
	struct pm_linux *lx = tree->lx;
	struct maple_node node;

	if (!enter(tree))
		return;
	if (!open_maple_node(lx, entry, &node) || depth > max_maple_depth) {
		say(tree, "a tree has a node of a kind that is not known");
		return;
	}
	if (tree->node)
		tree->node(min, max, entry, depth, tree->user);
	for (uint32_t i = 0; i < node.slots && !tree->ended; i++) {
		uint64_t child, end = slot_end(lx, &node, i, max);

		if (end > max || end < min) {
			say(tree, lies);
			return;
		}
		if (!pm_space_load(&lx->kernel, node.slot + 8 * i, 8, &child)) {
			say(tree, not_in_dump);
			return;
		}
		if (child == reserved_entry)
			child = 0;
		tree->path[depth] = i;
		tree->depth = depth + 1;
		if (node.kind != MAPLE_LEAF_64) {
			/* only the root's own entry has bit 1 set */
			if (child > 4096)
				walk_maple(tree, child, min, end, depth + 1);
		} else if (child || tree->empty) {
			visit(tree, min, end, child);
		}
		if (end >= max)
			return;
		min = end + 1;
	}
}

void pm_linux_maple_walk(struct pm_linux_tree *tree, uint64_t maple)
{
	uint64_t root;

	start(tree);
	if (!pm_linux_member_get(tree->lx, maple, "maple_tree", "ma_root", &root))
		say(tree, not_in_dump);
	else if (is_maple_node(root))
		walk_maple(tree, root, 0, UINT64_MAX, 0);
	else if (root) /* a single entry needs no node */
		visit(tree, 0, 0, root);
}

void pm_linux_maple_walk_node(struct pm_linux_tree *tree, uint64_t node)
{
	start(tree);
	walk_maple(tree, node, 0, UINT64_MAX, 0);
}

bool pm_linux_maple_load(struct pm_linux *lx, uint64_t maple, uint64_t index, uint64_t *entry_out)
{
	uint64_t entry, min = 0, max = UINT64_MAX;
	struct maple_node node;

	if (!pm_linux_member_get(lx, maple, "maple_tree", "ma_root", &entry))
		return false;
	if (!is_maple_node(entry)) {
		*entry_out = index ? 0 : entry;
		return true;
	}
	for (unsigned depth = 0; depth <= max_maple_depth; depth++) {
		uint64_t end = max;
		uint32_t i = 0;

		if (!open_maple_node(lx, entry, &node))
			return false;
		for (; i < node.slots && (end = slot_end(lx, &node, i, max)) < index; i++)
			min = end + 1;
		if (i == node.slots || end > max || end < min ||
		    !pm_space_load(&lx->kernel, node.slot + 8 * i, 8, &entry))
			return false;
		if (node.kind == MAPLE_LEAF_64 || entry <= 4096) {
			*entry_out = node.kind == MAPLE_LEAF_64 && entry != reserved_entry ? entry : 0;
			return true;
		}
		max = end;
	}
	return false;
}

/* Trees of the kernel in memory that is any bytes: rb, xarray and maple, walked and looked into.  What must hold whatever
 * stands there: a walk ends after no more nodes than memory has room for, tells nothing twice, and what it told is found. */
#include "../unit/linux_image_trees.h"

#include "linux/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_NODES = TREES_ROOM, MOST_ENTRIES = TREES_ROOM * 16 };

static struct pm_linux *lx;
static uint8_t *memory; /* [TREES_ROOM] */

static void start(void)
{
	static struct image image;
	struct pm_dump *dump;

	image_make(&image, &(struct image_options){ .queues = true });
	dump = image_open(&image);
	if (!dump || pm_linux_open(dump, NULL, &lx))
		abort();
	memory = trees_memory(&image);
}

/* ---- what is wrong with them ---- */

/* Five bytes for each lie: which word (two), what it becomes: a place, a number, a large one, another word with some bits
 * changed; and that place, number or bits (two). */
static void lie(const uint8_t *data, size_t size)
{
	for (; size >= 5; data += 5, size -= 5) {
		uint64_t at = (data[0] | (uint64_t)data[1] << 8) % (TREES_ROOM / 8) * 8;
		uint64_t value = data[3] | (uint64_t)data[4] << 8, old;

		memcpy(&old, memory + at, 8);
		switch (data[2] & 7) {
		case 0:
		case 1:
			value = TREES_PLACE(value % TREES_ROOM);
			break;
		case 2:
			value = ~value;
			break;
		case 3:
			value <<= 48;
			break;
		case 4:
			value ^= old;
			break;
		case 5:
			memcpy(&value, memory + value % (TREES_ROOM / 8) * 8, 8);
			break;
		}
		trees_put(memory, at, value);
	}
}

/* ---- walks ---- */

struct told {
	uint64_t first, last, entry;
};

struct walk {
	struct told v[MOST_ENTRIES];
	size_t n;
};

static bool visit(uint64_t first, uint64_t last, uint64_t entry, void *user)
{
	struct walk *walk = user;

	if (walk->n == MOST_ENTRIES)
		abort();
	walk->v[walk->n++] = (struct told){ first, last, entry };
	return true;
}

static void check(const struct pm_linux_tree *tree, const struct walk *walk)
{
	if (tree->n != walk->n || tree->nodes > MOST_NODES)
		abort();
}

static void check_order(const struct walk *walk)
{
	for (size_t i = 0; i < walk->n; i++)
		if (walk->v[i].last < walk->v[i].first || (i && walk->v[i].first <= walk->v[i - 1].last))
			abort();
}

static int by_entry(const void *a, const void *b)
{
	const struct told *x = a, *y = b;

	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

static void walk_rb(uint64_t root, bool preorder, bool node, struct walk *walk)
{
	struct pm_linux_tree tree = { .lx = lx, .visit = visit, .user = walk, .preorder = preorder };

	if (node)
		pm_linux_rb_walk_node(&tree, root);
	else
		pm_linux_rb_walk(&tree, root);
	/* from a node on, what is above it may come again below */
	if (node)
		return;
	check(&tree, walk);
	qsort(walk->v, walk->n, sizeof(*walk->v), by_entry);
	for (size_t i = 1; i < walk->n; i++)
		if (walk->v[i].entry == walk->v[i - 1].entry)
			abort();
	pm_linux_rb_first(lx, root);
}

static void walk_xarray(uint64_t root, bool node, struct walk *walk)
{
	struct pm_linux_tree tree = { .lx = lx, .visit = visit, .user = walk };
	uint64_t entry;

	if (node) {
		pm_linux_xarray_walk_node(&tree, root);
		return;
	}
	pm_linux_xarray_walk(&tree, root);
	check(&tree, walk);
	check_order(walk);
	for (size_t i = 0; i < walk->n; i++)
		if (!pm_linux_xarray_load(lx, root, walk->v[i].first, &entry) || entry != walk->v[i].entry)
			abort();
	pm_linux_xarray_load(lx, root, 5, &entry);
	pm_linux_xarray_load(lx, root, UINT64_MAX, &entry);
}

static void walk_maple(uint64_t root, bool node, bool empty, struct walk *walk)
{
	struct pm_linux_tree tree = { .lx = lx, .visit = visit, .user = walk, .empty = empty };
	uint64_t entry;

	if (node)
		pm_linux_maple_walk_node(&tree, root);
	else
		pm_linux_maple_walk(&tree, root);
	check(&tree, walk);
	check_order(walk);
	for (size_t i = 0; i < walk->n && !node; i++)
		for (unsigned end = 0; end < 2; end++)
			if (!pm_linux_maple_load(lx, root, end ? walk->v[i].last : walk->v[i].first,
						 &entry) ||
			    entry != walk->v[i].entry)
				abort();
}

/* A byte that says which tree and how it is walked, one where from, then the lies. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct walk walk;

	if (size < 2)
		return 0;
	if (!lx)
		start();
	enum trees_kind kind = (data[0] & 3) % 3;
	bool node = data[0] & 4, other = data[0] & 8;
	uint64_t root = TREES_PLACE(8 * (node ? data[1] : data[1] & 1));

	walk.n = 0;
	trees_make(memory, kind);
	lie(data + 2, size - 2);
	pm_dump_forget(lx->dump);
	if (kind == TREES_RB)
		walk_rb(root, other, node, &walk);
	else if (kind == TREES_XARRAY)
		walk_xarray(root, node, &walk);
	else
		walk_maple(node ? root | (data[0] >> 4 & 3) << 3 : root, node, other, &walk);
	return 0;
}

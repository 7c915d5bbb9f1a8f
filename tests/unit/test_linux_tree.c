/* Trees of the kernel: what is in sound ones, and that lies in them cost what hangs below and no time. */
#include "linux_image_trees.h"

#include "linux/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct image image;
static struct pm_linux *lx;
static uint8_t *memory;

static int start(void **state)
{
	(void)state;
	image_make(&image, &(struct image_options){ .queues = true });
	struct pm_dump *dump = image_open(&image);

	memory = trees_memory(&image);
	return !dump || pm_linux_open(dump, NULL, &lx);
}

static int end(void **state)
{
	struct pm_dump *dump = lx->dump;

	(void)state;
	pm_linux_close(lx);
	pm_dump_close(dump);
	image_deinit(&image);
	return 0;
}

struct sum {
	uint64_t first, last, entries; /* of the first entry, of the last one, all of them added up */
};

static bool visit(uint64_t first, uint64_t last, uint64_t entry, void *user)
{
	struct sum *sum = user;

	if (!sum->entries)
		sum->first = first;
	sum->last = last;
	sum->entries += entry;
	return true;
}

static struct pm_linux_tree walk(enum trees_kind kind, bool empty, struct sum *sum)
{
	struct pm_linux_tree tree = { .lx = lx, .visit = visit, .user = sum, .empty = empty };

	*sum = (struct sum){ 0 };
	pm_dump_forget(lx->dump);
	if (kind == TREES_RB)
		pm_linux_rb_walk(&tree, TREES_PLACE(0));
	else if (kind == TREES_XARRAY)
		pm_linux_xarray_walk(&tree, TREES_PLACE(0));
	else
		pm_linux_maple_walk(&tree, TREES_PLACE(0));
	return tree;
}

static void sound(void **state)
{
	static const struct {
		enum trees_kind kind;
		size_t n, nodes;
		uint64_t first, last;
	} rows[] = {
		{ TREES_RB, 31, 31, 0, 30 },
		{ TREES_XARRAY, 64, 21, 0, 63 },
		{ TREES_MAPLE, 24, 7, 0, 128 * 5 + 16 * 7 - 1 },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		struct sum sum;

		trees_make(memory, rows[i].kind);
		struct pm_linux_tree tree = walk(rows[i].kind, false, &sum);

		assert_null(tree.trouble);
		assert_int_equal(tree.n, rows[i].n);
		assert_int_equal(tree.nodes, rows[i].nodes);
		assert_int_equal(sum.first, rows[i].first);
		assert_int_equal(sum.last, rows[i].last);
	}
}

static void looked_up(void **state)
{
	uint64_t entry;

	(void)state;
	trees_make(memory, TREES_XARRAY);
	pm_dump_forget(lx->dump);
	assert_true(pm_linux_xarray_load(lx, TREES_PLACE(0), 37, &entry));
	assert_int_equal(entry, 0x1000 + 4 * 37);
	assert_true(pm_linux_xarray_load(lx, TREES_PLACE(0), 64, &entry));
	assert_int_equal(entry, 0);
	trees_make(memory, TREES_MAPLE);
	pm_dump_forget(lx->dump);
	assert_true(pm_linux_maple_load(lx, TREES_PLACE(0), 128 + 40, &entry));
	assert_int_equal(entry, 0x10000 + 256 + 16);
	assert_true(pm_linux_maple_load(lx, TREES_PLACE(0), 128 + 20, &entry));
	assert_int_equal(entry, 0);
	assert_true(pm_linux_maple_load(lx, TREES_PLACE(0), UINT64_MAX, &entry));
	assert_int_equal(entry, 0);
}

/* XA_ZERO_ENTRY keeps a place: it is none. */
static void reserved(void **state)
{
	struct sum sum;
	uint64_t entry;

	(void)state;
	trees_make(memory, TREES_MAPLE);
	trees_put(memory, 512 + MAPLE_SLOT, 257 << 2 | 2);
	struct pm_linux_tree tree = walk(TREES_MAPLE, false, &sum);

	assert_null(tree.trouble);
	assert_int_equal(tree.n, 23);
	assert_true(pm_linux_maple_load(lx, TREES_PLACE(0), 3, &entry));
	assert_int_equal(entry, 0);
}

/* One node for all slots of the one above it, and so on: four times, or twice, as many ways on each level. */
static void one_for_all(void **state)
{
	struct sum sum;

	(void)state;
	trees_make(memory, TREES_XARRAY);
	for (uint64_t at = 64; at < 64 + 2 * XA_NODE_SIZE; at += XA_NODE_SIZE)
		for (uint64_t k = 0; k < 4; k++)
			trees_put(memory, at + XA_SLOTS + 8 * k,
				  TREES_PLACE(64 + XA_NODE_SIZE * (at == 64 ? 1 : 5)) | 2);
	struct pm_linux_tree tree = walk(TREES_XARRAY, false, &sum);

	assert_string_equal(tree.trouble, "a tree contradicts itself");
	assert_int_equal(tree.n, 4);
	trees_make(memory, TREES_RB);
	/* a chain whose nodes are the left and the right one of their parents: 2^30 ways */
	for (uint64_t i = 0; i < 31; i++)
		for (unsigned k = 0; k < 3; k++)
			trees_put(memory, 64 + 24 * i + 8 * k,
				  !k           ? (i ? TREES_PLACE(64 + 24 * (i - 1)) : 0)
				  : i + 1 < 31 ? TREES_PLACE(64 + 24 * (i + 1))
					       : 0);
	tree = walk(TREES_RB, false, &sum);
	assert_string_equal(tree.trouble, "a tree contradicts itself");
	assert_int_equal(tree.n, 31);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound),
		cmocka_unit_test(looked_up),
		cmocka_unit_test(reserved),
		cmocka_unit_test(one_for_all),
	};

	return cmocka_run_group_tests(tests, start, end);
}

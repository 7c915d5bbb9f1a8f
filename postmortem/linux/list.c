#include "linux/list.h"

#include <stdlib.h>
#include <string.h>

/* More elements than a list of anything has. */
static const uint64_t max_steps = 1 << 26;

void pm_linux_list_init(struct pm_linux_list *list, struct pm_linux *lx, uint64_t head)
{
	*list = (struct pm_linux_list){ .lx = lx, .head = head, .at = head, .mark = head, .next_mark = 1 };
}

bool pm_linux_list_next(struct pm_linux_list *list, uint64_t *node_out)
{
	if (list->trouble)
		return false;
	if (!pm_space_load(&list->lx->kernel, list->at, 8, &list->at)) {
		list->trouble = "a list leads to memory that is not in the dump";
		list->missing = true;
		return false;
	}
	if (list->at == list->head)
		return false;
	/* Brent's: an element that comes again, counted from a mark that moves ahead at powers of two. */
	if (list->at == list->mark || list->steps == max_steps) {
		list->trouble = "a list does not come back to its head";
		return false;
	}
	if (++list->steps == list->next_mark) {
		list->mark = list->at;
		list->next_mark *= 2;
	}
	*node_out = list->at;
	return true;
}

static int by_address(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void add(struct pm_linux_nodes *nodes, uint64_t node)
{
	PM_ROOM(nodes->v, nodes->n, nodes->cap);
	nodes->v[nodes->n++] = node;
}

/* A list that leads back into itself was walked more than once around: leaves what came first, from number first on. */
static void drop_repeated(struct pm_linux_nodes *nodes, size_t first)
{
	size_t n = nodes->n, round = 1, at;

	if (n == first)
		return;
	while (round < n - first && nodes->v[n - 1 - round] != nodes->v[n - 1])
		round++;
	for (at = first + round; at < n && nodes->v[at] != nodes->v[at - round];)
		at++;
	nodes->n = at < n ? at : n;
}

/* From the end towards the start, until an element comes that is known.  An element whose own link backwards is wrong
 * is still one: the one behind it named it. */
static bool read_backwards(struct pm_linux *lx, uint64_t head, size_t most, struct pm_linux_nodes *nodes)
{
	size_t known_n = nodes->n;
	uint64_t *known = pm_alloc((known_n + 1) * sizeof(*known)), at = head, mark = head, next_mark = 1;
	bool joined = false;

	if (known_n)
		memcpy(known, nodes->v, known_n * sizeof(*known));
	qsort(known, known_n, sizeof(*known), by_address);
	while (nodes->n < most && pm_space_load(&lx->kernel, at + 8, 8, &at)) {
		uint64_t forward;

		joined = at == head || bsearch(&at, known, known_n, sizeof(*known), by_address);
		/* what cannot be read, or comes again, is no element */
		if (joined || !pm_space_load(&lx->kernel, at, 8, &forward))
			break;
		if (at == mark) {
			drop_repeated(nodes, known_n);
			break;
		}
		add(nodes, at);
		if (nodes->n - known_n == next_mark) {
			mark = at;
			next_mark *= 2;
		}
	}
	free(known);
	for (size_t i = known_n, k = nodes->n; i + 1 < k; i++) {
		uint64_t node = nodes->v[i];

		nodes->v[i] = nodes->v[--k];
		nodes->v[k] = node;
	}
	return joined;
}

void pm_linux_nodes_read(struct pm_linux *lx, uint64_t head, size_t most, struct pm_linux_nodes *nodes)
{
	struct pm_linux_list list;
	uint64_t at;

	*nodes = (struct pm_linux_nodes){ 0 };
	pm_linux_list_init(&list, lx, head);
	while (nodes->n < most && pm_linux_list_next(&list, &at))
		add(nodes, at);
	if (!list.trouble && nodes->n < most)
		return;
	if (!list.missing)
		drop_repeated(nodes, 0);
	/* the last one was named by the one before it, but leads nowhere: no element, but a link that is wrong */
	if (nodes->n && list.missing)
		nodes->n -= !pm_space_load(&lx->kernel, nodes->v[nodes->n - 1], 8, &at);
	if (read_backwards(lx, head, most, nodes))
		nodes->trouble =
			list.missing ? "the list leads to memory that is not in the dump: read from both ends"
				     : "the list does not end: read from both ends";
	else
		nodes->trouble = list.missing ? "the list leads to memory that is not in the dump"
					      : "the list does not end";
}

void pm_linux_nodes_free(struct pm_linux_nodes *nodes)
{
	free(nodes->v);
	*nodes = (struct pm_linux_nodes){ 0 };
}

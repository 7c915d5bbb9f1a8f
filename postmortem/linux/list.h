/* A circular list of the kernel (struct list_head), walked so that it ends whatever memory says. */
#ifndef PM_LINUX_LIST_H
#define PM_LINUX_LIST_H

#include "linux/linux.h"

struct pm_linux_list {
	struct pm_linux *lx;
	uint64_t head, at, mark;
	uint64_t steps, next_mark;
	const char *trouble; /* why it ended before its head came again; NULL: it did not */
	bool missing; /* because an element is not in the dump, not because it leads back into itself */
};

/* head: the address of the list's head, which is no element. */
void pm_linux_list_init(struct pm_linux_list *list, struct pm_linux *lx, uint64_t head);
/* The address of the next element's list_head; false: there is no more, or trouble says why. */
bool pm_linux_list_next(struct pm_linux_list *list, uint64_t *node_out);

/* A whole list, each element once, in its order.  Where one does not lead on, the others are found from the list's
 * other end: a damaged link or a missing page costs what lies on it and no more. */
struct pm_linux_nodes {
	uint64_t *v; /* on the heap */
	size_t n, cap;
	const char *trouble; /* NULL: the list is whole */
};

/* most: no list of that kind has more elements. */
void pm_linux_nodes_read(struct pm_linux *lx, uint64_t head, size_t most, struct pm_linux_nodes *nodes);
void pm_linux_nodes_free(struct pm_linux_nodes *nodes);

#endif

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

#endif

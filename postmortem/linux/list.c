#include "linux/list.h"

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

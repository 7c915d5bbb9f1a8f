/* Where memory is swapped out to. */
#ifndef PM_LINUX_SWAP_H
#define PM_LINUX_SWAP_H

#include "linux/linux.h"

struct pm_linux_swap {
	uint64_t addr;        /* of its struct swap_info_struct */
	uint64_t pages, used; /* used: in pages */
	int16_t prio;
	bool partition; /* a block device, not a file */
	char path[256]; /* "?": not in the dump */
};

/* index: from 0 on, its number in swapped-out entries.  PM_LINUX_SWAP_END: there are no more. */
enum pm_linux_swap_state {
	PM_LINUX_SWAP_USED,
	PM_LINUX_SWAP_UNUSED,
	PM_LINUX_SWAP_UNKNOWN, /* what tells is not in the dump */
	PM_LINUX_SWAP_END
};
enum pm_linux_swap_state pm_linux_swap_read(struct pm_linux *lx, uint32_t index, struct pm_linux_swap *out);

/* An entry of the lowest page table that is not present: what was swapped out, and to where.  false: it is none. */
bool pm_linux_swap_entry(uint64_t entry, uint32_t *index_out, uint64_t *offset_out);

#endif

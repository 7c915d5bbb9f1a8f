#include "linux/swap.h"

#include "linux/files.h"
#include "linux/member.h"

#include <stdio.h>

/* MAX_SWAPFILES_SHIFT: those above the real ones mark pages that move, or are broken. */
enum { max_swaps = 1 << 5, SWP_USED = 1 };

/* Of the counter of pages in use, a bit that says that it is on no list of those with room (6.13 and later): 30, until that
 * was found to be a number of pages, too. */
static uint64_t used_of(uint64_t counter, uint64_t pages)
{
	counter &= ~(1ull << 62);
	return counter > pages ? counter & ~(1ull << 30) : counter;
}

enum pm_linux_swap_state pm_linux_swap_read(struct pm_linux *lx, uint32_t index, struct pm_linux_swap *out)
{
	uint64_t n, array, flags, file, inode, value;

	*out = (struct pm_linux_swap){ .path = "?" };
	if (!pm_linux_variable(lx, "nr_swapfiles", 4, &n) || !pm_linux_symbol(lx, "swap_info", &array))
		return index ? PM_LINUX_SWAP_END : PM_LINUX_SWAP_UNKNOWN;
	if (index >= n || index >= max_swaps)
		return PM_LINUX_SWAP_END;
	if (!pm_space_load(&lx->kernel, array + 8ull * index, 8, &out->addr) ||
	    !pm_linux_member_get(lx, out->addr, "swap_info_struct", "flags", &flags))
		return PM_LINUX_SWAP_UNKNOWN;
	if (!(flags & SWP_USED))
		return PM_LINUX_SWAP_UNUSED;
	out->pages = pm_linux_member_value(lx, out->addr, "swap_info_struct", "pages");
	out->used =
		used_of(pm_linux_member_value(lx, out->addr, "swap_info_struct", "inuse_pages"), out->pages);
	out->prio = (int16_t)pm_linux_member_value(lx, out->addr, "swap_info_struct", "prio");
	if (pm_linux_member_get(lx, out->addr, "swap_info_struct", "swap_file", &file) && file) {
		pm_linux_file_path(lx, file, out->path, sizeof(out->path));
		/* S_IFBLK */
		out->partition = pm_linux_get(lx, file, PM_FILE_INODE, &inode) &&
				 pm_linux_get(lx, inode, PM_INODE_MODE, &value) && (value & 0xf000) == 0x6000;
	}
	return PM_LINUX_SWAP_USED;
}

bool pm_linux_swap_entry(uint64_t entry, uint32_t *index_out, uint64_t *offset_out)
{
	/* x86-64: 5 bits of the number at the top, the offset inverted from bit 9 on; bit 8 is that of memory without
	 * access, which is there. */
	if (!entry || entry & 1 || entry & 1 << 8)
		return false;
	*index_out = (uint32_t)(entry >> 59);
	*offset_out = ~entry << 5 >> 14;
	return true;
}

/* x86-64: four or five levels of 512 entries; pages of 4 KiB, 2 MiB, 1 GiB.  Intel SDM vol. 3, 4.5. */
#include "translate/space.h"

#include "symbols/bytes.h"

#define PRESENT 1ull
#define PROTNONE 0x100ull /* Linux: a page without access keeps its frame, with the present bit clear */
#define PAGE_SIZE 0x80ull /* PS: this entry maps a large page */
#define FRAME 0x000ffffffffff000ull

static enum pm_absence walk(struct pm_space *space, uint64_t virt, uint64_t *phys_out,
			    uint64_t *page_size_out, struct pm_walk_step *steps, unsigned *steps_n)
{
	uint64_t table = space->root, span = virt >> 21;
	unsigned n = 0, level = space->levels;

	/* Neighbours share the lowest table: one entry is read for each instead of five. */
	if (!steps && space->lowest.span == span + 1) {
		table = space->lowest.table;
		level = 1;
	}
	for (; level > 0; level--) {
		unsigned shift = 12 + 9 * (level - 1);
		uint64_t at = table + 8 * (virt >> shift & 511);
		uint8_t bytes[8];
		enum pm_absence why;

		if (pm_dump_read(space->dump, at, bytes, sizeof(bytes), &why) < sizeof(bytes))
			return why;
		uint64_t entry = pm_load(bytes, 8, false) & ~space->crypt_mask;

		if (steps) {
			steps[n] = (struct pm_walk_step){ level, at, entry };
			*steps_n = ++n;
		}
		bool large = level > 1 && level < 4 && entry & PAGE_SIZE;

		if (!(entry & PRESENT) && !((large || level == 1) && entry & PROTNONE))
			return PM_UNMAPPED;
		if (large || level == 1) {
			uint64_t size = 1ull << shift;

			/* Linux turns the frame of a PROT_NONE page around (L1TF). */
			if (!(entry & PRESENT))
				entry = ~entry;
			*phys_out = (entry & FRAME & -size) | (virt & (size - 1));
			*page_size_out = size;
			return PM_PRESENT;
		}
		table = entry & FRAME;
		if (level == 2) {
			space->lowest.span = span + 1;
			space->lowest.table = table;
		}
	}
	return PM_UNMAPPED;
}

static bool is_canonical(const struct pm_space *space, uint64_t virt)
{
	unsigned bits = space->levels == 5 ? 57 : 48;
	int64_t high = (int64_t)virt >> (bits - 1);

	return high == 0 || high == -1;
}

static uint64_t kernel_start(const struct pm_space *space)
{
	return -(1ull << (space->levels == 5 ? 56 : 47));
}

const struct pm_mmu pm_mmu_x86_64 = {
	.arch = PM_X86_64,
	.walk = walk,
	.is_canonical = is_canonical,
	.kernel_start = kernel_start,
};

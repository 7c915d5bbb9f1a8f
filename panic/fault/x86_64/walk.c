/* The walk of the page tables, level by level, in software. Portable: memory comes from kp_read_physical. */
#include "report.h"
#include "stages.h"

#define PRESENT 1ull
#define LARGE 0x80ull
#define ADDRESS 0x000ffffffffff000ull

static void walk(uint64_t root, unsigned top, uint64_t address, struct kp_walk *out)
{
	uint64_t table = root & ADDRESS;

	*out = (struct kp_walk){ .address = address, .root = table, .top = top, .level = top };
	for (unsigned level = top; level >= 1; level--) {
		unsigned shift = 12 + 9 * (level - 1);
		uint64_t entry, page = 1ull << shift;

		out->level = level;
		if (!kp_read_physical(table + (address >> shift & 511) * 8, &entry)) {
			out->end = KP_WALK_UNREADABLE;
			return;
		}
		out->entries[level] = entry;
		if (!(entry & PRESENT)) {
			out->end = KP_WALK_ABSENT;
			return;
		}
		/* What no processor defines, in tables and pages alike; where its physical addresses end is the processor's. */
		if (level >= 4 && entry & LARGE) {
			out->end = KP_WALK_RESERVED;
			return;
		}
		if (level == 1 || entry & LARGE) {
			/* A large page's lowest address bit is its PAT, the others between are reserved. */
			if (level > 1 && entry & ADDRESS & (page - 1) & ~0x1000ull) {
				out->end = KP_WALK_RESERVED;
				return;
			}
			out->end = KP_WALK_MAPPED;
			out->page = page;
			out->physical = (entry & ADDRESS & ~(page - 1)) | (address & (page - 1));
			return;
		}
		table = entry & ADDRESS;
	}
}

void kp_x86_walk(uint64_t cr3, bool five_levels, uint64_t address, struct kp_walk *out);
void kp_x86_walk(uint64_t cr3, bool five_levels, uint64_t address, struct kp_walk *out)
{
	uint64_t half = five_levels ? 1ull << 56 : 1ull << 47;

	if (address + half >= 2 * half) {
		*out = (struct kp_walk){ .address = address, .root = cr3 & ADDRESS, .end = KP_WALK_NONE };
		return;
	}
	walk(cr3, five_levels ? 5 : 4, address, out);
}

#ifndef KP_ISA_GENERIC
void kp_isa_walk(uint64_t root, uint64_t address, struct kp_walk *out)
{
	kp_x86_walk(root, kp_report.machine.cr4 >> 12 & 1, address, out);
}
#endif

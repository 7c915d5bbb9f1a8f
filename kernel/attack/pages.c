/* The page tables in use, taken apart: boot's (large pages) or the kernel's. */
#include "attack/attack.h"

#include "cpu/instructions.h"
#include "mm/page.h"
#include "mm/paging.h"

enum { ENTRIES = 512, SPARE_TABLES = 8, CR0_WRITE_PROTECT = 1 << 16 };

/* For large pages that are cut: in the image, so that it works before there is an allocator. */
static uint64_t spare[SPARE_TABLES][ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static unsigned used;

static bool cut(uint64_t *entry)
{
	uint64_t *table = spare[used], first = *entry & ~(uint64_t)PAGING_LARGE;

	if (used == SPARE_TABLES)
		return false;
	used++;
	for (unsigned i = 0; i < ENTRIES; i++)
		table[i] = first + i * PAGE_SIZE;
	*entry = ((uintptr_t)table - KERNEL_BASE) | PAGING_PRESENT | PAGING_WRITE;
	return true;
}

static uint64_t *entry_of(uintptr_t address)
{
	uint64_t table = read_cr3() & PAGING_ADDRESS;

	for (unsigned level = 4; level > 1; level--) {
		uint64_t *entry =
			(uint64_t *)page_at(table) + (address >> (12 + 9 * (level - 1)) & (ENTRIES - 1));

		if (!(*entry & PAGING_PRESENT) || (level > 2 && *entry & PAGING_LARGE))
			return 0;
		if (*entry & PAGING_LARGE && !cut(entry))
			return 0;
		table = *entry & PAGING_ADDRESS;
	}
	return (uint64_t *)page_at(table) + (address >> 12 & (ENTRIES - 1));
}

bool attack_mapped(uintptr_t address)
{
	uint64_t table = read_cr3() & PAGING_ADDRESS;

	for (unsigned level = 4;; level--) {
		uint64_t entry =
			((uint64_t *)page_at(table))[address >> (12 + 9 * (level - 1)) & (ENTRIES - 1)];

		if (!(entry & PAGING_PRESENT))
			return false;
		if (level == 1 || entry & PAGING_LARGE)
			return true;
		table = entry & PAGING_ADDRESS;
	}
}

bool attack_unmap(uintptr_t start, uintptr_t end)
{
	bool done = true;

	for (uintptr_t at = start & ~(uintptr_t)(PAGE_SIZE - 1); at < end; at += PAGE_SIZE) {
		uint64_t *entry = entry_of(at);

		if (entry)
			*entry = 0;
		done = done && entry;
		flush_page(at);
	}
	return done;
}

void attack_fill(uintptr_t start, uintptr_t end, uint8_t value)
{
	uint64_t cr0;

	__asm__ volatile("movq %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("movq %0, %%cr0" ::"r"(cr0 & ~(uint64_t)CR0_WRITE_PROTECT) : "memory");
	for (volatile uint8_t *at = (volatile uint8_t *)start; at < (volatile uint8_t *)end; at++)
		*at = value;
	__asm__ volatile("movq %0, %%cr0" ::"r"(cr0) : "memory");
}

void attack_poke(uintptr_t address, uint8_t value)
{
	attack_fill(address, address + 1, value);
}

#include "mm/paging.h"

#include <kpanic/panic.h>

#include "boot/smp.h"
#include "boot/spare.h"
#include "cpu/cpu.h"
#include "cpu/instructions.h"
#include "lib/string.h"
#include "mm/page.h"

enum { ENTRIES = 512, LARGE_PAGE = 2 << 20, LEVELS = 4, FIRST_KERNEL_ENTRY = 256 };

extern char text_start[], text_end[], rodata_start[], rodata_end[], data_start[], data_end[];
extern char boot_stack_guard[];

static uint64_t kernel_root;
static uintptr_t device_next = DEVICE_BASE;

static unsigned index_of(uintptr_t address, unsigned level)
{
	return address >> (12 + 9 * (level - 1)) & (ENTRIES - 1);
}

/* The next table's physical address; 0: there is none. User mode may pass through every table of the lower half. */
static uint64_t step(uint64_t *entry, bool create)
{
	if (*entry & PAGING_PRESENT) {
		KP_BUG_ON(*entry & PAGING_LARGE);
		return *entry & PAGING_ADDRESS;
	}
	if (!create)
		return 0;

	uint64_t page = page_get();
	if (page)
		*entry = page | PAGING_PRESENT | PAGING_WRITE | PAGING_USER;
	return page;
}

static uint64_t *entry_at(uint64_t root, uintptr_t address, unsigned level, bool create)
{
	uint64_t table = root;

	for (unsigned l = LEVELS; l > level; l--) {
		uint64_t *entries = page_at(table);

		table = step(&entries[index_of(address, l)], create);
		if (!table)
			return NULL;
	}
	return (uint64_t *)page_at(table) + index_of(address, level);
}

uint64_t *paging_entry(uint64_t root, uintptr_t address, bool create)
{
	return entry_at(root, address, 1, create);
}

bool paging_physical(uintptr_t address, uint64_t *physical_out)
{
	uint64_t *entry = paging_entry(kernel_root, address, false);

	if (!entry || !(*entry & PAGING_PRESENT))
		return false;
	*physical_out = (*entry & PAGING_ADDRESS) + address % PAGE_SIZE;
	return true;
}

bool paging_map(uint64_t root, uintptr_t address, uint64_t page, uint64_t flags)
{
	uint64_t *entry = paging_entry(root, address, true);

	if (!entry)
		return false;
	*entry = page | flags | PAGING_PRESENT;
	return true;
}

static void need_map(uintptr_t address, uint64_t page, uint64_t flags)
{
	if (!paging_map(kernel_root, address, page, flags))
		KP_PANIC("out of memory: no page for the kernel's page tables");
}

/* Rights of a page of the kernel's image, by its address. */
static uint64_t image_flags(uintptr_t address)
{
	if (address >= (uintptr_t)text_start && address < (uintptr_t)text_end)
		return 0;
	if (address >= (uintptr_t)rodata_start && address < (uintptr_t)rodata_end)
		return PAGING_NO_EXECUTE;
	return PAGING_NO_EXECUTE | PAGING_WRITE;
}

static void map_image(void)
{
	for (uintptr_t a = (uintptr_t)text_start; a < (uintptr_t)data_end; a += PAGE_SIZE)
		need_map(a, a - KERNEL_BASE, image_flags(a));
	*paging_entry(kernel_root, (uintptr_t)boot_stack_guard, false) = 0;

	uintptr_t start, stack_end;
	for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++)
		if (smp_stack_guard(cpu))
			*paging_entry(kernel_root, smp_stack_guard(cpu), false) = 0;
	/* KP_CPUS_MAX itself: the stacks that the recorder has of its own. */
	for (unsigned cpu = 0; cpu <= KP_CPUS_MAX; cpu++)
		for (unsigned i = 0; kp_gates_emergency_stack(cpu, i, &start, &stack_end); i++)
			*paging_entry(kernel_root, start - PAGE_SIZE, false) = 0;
}

/* All RAM, in large pages but where the image lies (what is not writable there is not writable here) and the spare, which
 * nobody shall reach by a wild pointer. */
static void map_direct(void)
{
	uint64_t image_start = (uint64_t)text_start - KERNEL_BASE,
		 image_end = (uint64_t)data_end - KERNEL_BASE;

	for (uint64_t at = 0; at < page_end(); at += LARGE_PAGE) {
		if (!at || (at + LARGE_PAGE > image_start && at < image_end)) {
			for (uint64_t page = at; page < at + LARGE_PAGE; page += PAGE_SIZE)
				if (!spare_holds(page))
					need_map(DIRECT_BASE + page, page,
						 image_flags(KERNEL_BASE + page) | PAGING_NO_EXECUTE);
			continue;
		}
		uint64_t *entry = entry_at(kernel_root, DIRECT_BASE + at, 2, true);
		if (!entry)
			KP_PANIC("out of memory: no page for the kernel's page tables");
		*entry = at | PAGING_LARGE | PAGING_PRESENT | PAGING_WRITE | PAGING_NO_EXECUTE;
	}
}

/* Takes a page out of the large page that it lies in. */
static void guard_early(volatile uint64_t *root, uintptr_t guard)
{
	enum { TABLES = 8 };
	static uint64_t tables[TABLES][ENTRIES] __attribute__((aligned(PAGE_SIZE)));
	static unsigned used;
	volatile uint64_t *entry = &root[index_of(guard, 4)];
	uint64_t *table;

	entry = (uint64_t *)page_at(*entry & PAGING_ADDRESS) + index_of(guard, 3);
	entry = (uint64_t *)page_at(*entry & PAGING_ADDRESS) + index_of(guard, 2);
	if (*entry & PAGING_LARGE) {
		if (used == TABLES)
			return;
		table = tables[used++];
		for (unsigned i = 0; i < ENTRIES; i++)
			table[i] =
				((*entry & PAGING_ADDRESS) + i * PAGE_SIZE) | PAGING_PRESENT | PAGING_WRITE;
		*entry = ((uintptr_t)table - KERNEL_BASE) | PAGING_PRESENT | PAGING_WRITE;
	}
	table = page_at(*entry & PAGING_ADDRESS);
	table[index_of(guard, 1)] = 0;
}

void paging_guard_early(volatile uint64_t *root)
{
	uintptr_t start, end;

	guard_early(root, (uintptr_t)boot_stack_guard);
	for (unsigned cpu = 0; cpu <= KP_CPUS_MAX; cpu++)
		for (unsigned i = 0; kp_gates_emergency_stack(cpu, i, &start, &end); i++)
			guard_early(root, start - PAGE_SIZE);
}

void paging_init(void)
{
	kernel_root = page_need();
	map_direct();
	map_image();
	/* Tables of the second level for the regions that grow later: every process shares them from its start. */
	if (!entry_at(kernel_root, DEVICE_BASE, 2, true) || !entry_at(kernel_root, STACKS_BASE, 2, true))
		KP_PANIC("out of memory: no page for the kernel's page tables");
	paging_init_cpu();
}

void paging_init_cpu(void)
{
	write_cr3(kernel_root);
}

uint64_t paging_kernel_root(void)
{
	return kernel_root;
}

uint64_t paging_new_root(void)
{
	uint64_t root = page_get();

	if (root)
		memcpy((uint64_t *)page_at(root) + FIRST_KERNEL_ENTRY,
		       (uint64_t *)page_at(kernel_root) + FIRST_KERNEL_ENTRY,
		       (ENTRIES - FIRST_KERNEL_ENTRY) * sizeof(uint64_t));
	return root;
}

/* One function for each level instead of a recursion: the depth of the kernel's stack stays known. */
static void free_pages(uint64_t table)
{
	uint64_t *entries = page_at(table);

	for (unsigned i = 0; i < ENTRIES; i++)
		if (entries[i] & PAGING_PRESENT)
			page_put(entries[i] & PAGING_ADDRESS);
	page_put(table);
}

static void free_directory(uint64_t table)
{
	uint64_t *entries = page_at(table);

	for (unsigned i = 0; i < ENTRIES; i++)
		if (entries[i] & PAGING_PRESENT)
			free_pages(entries[i] & PAGING_ADDRESS);
	page_put(table);
}

static void free_pointers(uint64_t table)
{
	uint64_t *entries = page_at(table);

	for (unsigned i = 0; i < ENTRIES; i++)
		if (entries[i] & PAGING_PRESENT)
			free_directory(entries[i] & PAGING_ADDRESS);
	page_put(table);
}

void paging_free_root(uint64_t root)
{
	uint64_t *entries = page_at(root);

	KP_BUG_ON(root == kernel_root || root == (read_cr3() & PAGING_ADDRESS));
	for (unsigned i = 0; i < FIRST_KERNEL_ENTRY; i++)
		if (entries[i] & PAGING_PRESENT)
			free_pointers(entries[i] & PAGING_ADDRESS);
	page_put(root);
}

volatile void *paging_map_device(uint64_t physical, uint64_t size)
{
	uint64_t offset = physical % PAGE_SIZE;
	uintptr_t start = device_next;

	if (!kernel_root)
		return (void *)(DIRECT_BASE + physical);
	for (uint64_t at = 0; at < offset + size; at += PAGE_SIZE) {
		need_map(device_next, physical - offset + at,
			 PAGING_WRITE | PAGING_UNCACHED | PAGING_NO_EXECUTE);
		device_next += PAGE_SIZE;
	}
	device_next += PAGE_SIZE; /* a hole between any two */
	return (void *)(start + offset);
}

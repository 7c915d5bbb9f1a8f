#include "boot/acpi.h"

#include <stdbool.h>
#include <stddef.h>

#include "boot/boot.h"
#include "lib/string.h"
#include "mm/layout.h"

enum { HEADER_SIZE = 36, TABLE_MAX = 1 << 20, MADT_ENTRIES = 44, MADT_CPU = 0, CPU_ENABLED = 1 };
#define BOOT_MAPPED 0x100000000ull /* by boot's page tables */

/* Tables are packed: everything is read byte by byte. */
static uint64_t load(const uint8_t *from, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = bytes; i-- > 0;)
		value = value << 8 | from[i];
	return value;
}

/* A table's bytes, and how many; NULL: it is not where it can be read, or its sum is wrong. */
static const uint8_t *table_at(uint64_t address, uint32_t *size_out)
{
	uint8_t sum = 0;

	if (!address || address > BOOT_MAPPED - TABLE_MAX)
		return NULL;
	const uint8_t *table = boot_physical(address);
	uint32_t size = (uint32_t)load(table + 4, 4);
	if (size < HEADER_SIZE || size > TABLE_MAX)
		return NULL;
	for (uint32_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + table[i]);
	*size_out = size;
	return sum ? NULL : table;
}

static unsigned read_madt(const uint8_t *madt, uint32_t size, uint32_t *apic_ids, unsigned max)
{
	unsigned count = 0;

	for (uint32_t at = MADT_ENTRIES; at + 2 <= size && madt[at + 1] >= 2; at += madt[at + 1]) {
		const uint8_t *entry = madt + at;

		if (entry[0] != MADT_CPU || at + 8 > size || !(load(entry + 4, 4) & CPU_ENABLED))
			continue;
		if (count < max)
			apic_ids[count++] = entry[3];
	}
	return count;
}

unsigned acpi_read_cpus(uint64_t rsdp_at, uint32_t *apic_ids, unsigned max)
{
	const uint8_t *rsdp, *root = NULL;
	unsigned entry_size = 4;
	uint32_t size;

	if (!rsdp_at || rsdp_at > BOOT_MAPPED - PAGE_SIZE)
		return 0;
	rsdp = boot_physical(rsdp_at);
	if (memcmp(rsdp, "RSD PTR ", 8) != 0)
		return 0;
	if (rsdp[15] >= 2) { /* revision 2: a table of wider addresses */
		root = table_at(load(rsdp + 24, 8), &size);
		entry_size = 8;
	}
	if (!root) {
		root = table_at(load(rsdp + 16, 4), &size);
		entry_size = 4;
	}
	if (!root)
		return 0;
	for (uint32_t at = HEADER_SIZE; at + entry_size <= size; at += entry_size) {
		uint32_t madt_size;
		const uint8_t *table = table_at(load(root + at, entry_size), &madt_size);

		if (table && !memcmp(table, "APIC", 4))
			return read_madt(table, madt_size, apic_ids, max);
	}
	return 0;
}

/* Names from the table in the crashed kernel's image (kpanic/symbols.h), which may not be there any more: each word of it is looked
 * up in that kernel's page tables. */
#include "blob/blob.h"

#include "kpanic/host.h"
#include "kpanic/symbols.h"

static bool row_at(const struct kp_symbols *table, uint32_t index, struct kp_symbols_row *out)
{
	uint64_t at = kp_blob.symbols + sizeof(*table) + (uint64_t)index * sizeof(*out);

	return kp_blob_read(at, out, sizeof(*out)) == sizeof(*out);
}

bool kp_host_symbol(uintptr_t address, char *name, size_t size, uintptr_t *start_out, size_t *size_out)
{
	struct kp_symbols table;
	struct kp_symbols_row row;
	int64_t at = (int64_t)(address - kp_blob.symbols_anchor);
	uint32_t low = 0, high;
	uint64_t names;
	size_t n = 0;

	if (!kp_blob.symbols || !size || at > INT32_MAX || at < INT32_MIN ||
	    kp_blob_read(kp_blob.symbols, &table, sizeof(table)) != sizeof(table) ||
	    table.magic != KP_SYMBOLS_MAGIC || table.check != KP_SYMBOLS_CHECK(table.count, table.names_size))
		return false;
	/* The first row that starts above the address. */
	high = table.count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (!row_at(&table, middle, &row))
			return false;
		if (row.start <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || !row_at(&table, low - 1, &row) || (uint64_t)(at - row.start) >= row.size ||
	    row.name >= table.names_size)
		return false;
	names = kp_blob.symbols + sizeof(table) + (uint64_t)table.count * sizeof(row) + row.name;
	while (n + 1 < size && row.name + n < table.names_size && kp_blob_read(names + n, name + n, 1) &&
	       name[n])
		n++;
	name[n] = 0;
	*start_out = kp_blob.symbols_anchor + (uint64_t)(int64_t)row.start;
	*size_out = row.size;
	return true;
}

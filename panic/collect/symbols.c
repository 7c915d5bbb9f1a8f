#include "kpanic/symbols.h"

/* In the file that kp-symbols wrote; none in the first pass of linking. */
extern const struct kp_symbols kp_symbols __attribute__((weak));

static void copy_name(const char *from, uint32_t left, char *to, size_t size)
{
	size_t n = 0;

	if (!size)
		return;
	while (n + 1 < size && n < left && from[n]) {
		to[n] = from[n];
		n++;
	}
	to[n] = 0;
}

bool kp_symbols_search(const struct kp_symbols *table, uintptr_t anchor, uintptr_t address, char *name,
		       size_t size, uintptr_t *start_out, size_t *size_out)
{
	const struct kp_symbols_row *rows;
	uint32_t low = 0, high;
	intptr_t at = (intptr_t)(address - anchor);

	if (!table || table->magic != KP_SYMBOLS_MAGIC ||
	    table->check != KP_SYMBOLS_CHECK(table->count, table->names_size))
		return false;
	if (at > INT32_MAX || at < INT32_MIN)
		return false;
	rows = (const struct kp_symbols_row *)(table + 1);
	high = table->count;
	/* The first row that starts above the address. */
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (rows[middle].start <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return false;
	rows += low - 1;
	if ((uint64_t)at - (uint64_t)(int64_t)rows->start >= rows->size || rows->name >= table->names_size)
		return false;
	copy_name((const char *)((const struct kp_symbols_row *)(table + 1) + table->count) + rows->name,
		  table->names_size - rows->name, name, size);
	*start_out = anchor + (uintptr_t)(intptr_t)rows->start;
	*size_out = rows->size;
	return true;
}

bool kp_symbol_find(uintptr_t address, char *name, size_t size, uintptr_t *start_out, size_t *size_out)
{
	return kp_symbols_search(&kp_symbols, (uintptr_t)kp_symbol_find, address, name, size, start_out,
				 size_out);
}

/* The one binary search: in what is sorted by an unsigned number of 64 bits. */
#ifndef PM_SEARCH_H
#define PM_SEARCH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Of n elements of size bytes, ascending by the number at offset key in each: the index of the first above x; n: none. */
static inline size_t pm_first_above(const void *v, size_t n, size_t size, size_t key, uint64_t x)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint64_t number;

		memcpy(&number, (const char *)v + middle * size + key, sizeof(number));
		if (number <= x)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* PM_FIRST_ABOVE(symbols->v, symbols->n, addr, pc); the member is a uint64_t. */
#define PM_FIRST_ABOVE(v, n, member, x)                                                                      \
	pm_first_above((v), (n) + 0 * sizeof(char[sizeof((v)->member) == sizeof(uint64_t) ? 1 : -1]),        \
		       sizeof(*(v)), offsetof(__typeof__(*(v)), member), (x))

#endif

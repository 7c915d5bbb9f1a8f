/* What a dump does with each page, on this processor itself: how fast pages are seen to be zeros, and packed.
 * usage: pages FILE: of the file's pages that are not zeros.  Prints GiB/s of either, and what packing saves. */
#include "dump/dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PAGES 16384u /* 64 MiB: no cache has them */

/* What the rest of memory.c asks a host. */
bool kp_host_memory(unsigned index, struct kp_memory *out)
{
	(void)index;
	(void)out;
	return false;
}

bool kp_host_region(unsigned index, struct kp_region *out)
{
	(void)index;
	(void)out;
	return false;
}

bool kp_host_page_kept(uint64_t physical)
{
	(void)physical;
	return true;
}

size_t kp_read(uintptr_t from, void *to, size_t n)
{
	(void)from;
	(void)to;
	return n;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **arguments)
{
	uint8_t *pages = aligned_alloc(KP_PAGE, (size_t)PAGES * KP_PAGE), *to = malloc(KP_PAGE);
	uint16_t *table = calloc(1, KP_SNAPPY_TABLE);
	size_t n = 0, packed = 0, zeros = 0;
	FILE *file = count == 2 ? fopen(arguments[1], "rb") : NULL;
	double start, took;

	if (!file || !pages || !to || !table)
		return 2;
	for (size_t i = 0; i < (size_t)PAGES * KP_PAGE; i++)
		pages[i] = 0;
	start = now();
	for (size_t i = 0; i < PAGES; i++)
		zeros += kp_is_zero(pages + i * KP_PAGE);
	took = now() - start;
	printf("zeros: %.1f GiB/s", (double)zeros * KP_PAGE / took / (1 << 30));
	while (n < PAGES && fread(pages + n * KP_PAGE, KP_PAGE, 1, file) == 1)
		n += !kp_is_zero(pages + n * KP_PAGE);
	start = now();
	for (size_t i = 0; i < n; i++) {
		size_t size = kp_snappy(pages + i * KP_PAGE, KP_PAGE, to, KP_PAGE, table);

		packed += size ? size : KP_PAGE;
	}
	took = now() - start;
	printf("; packing %zu pages: %.2f GiB/s, saves %.0f%%\n", n, (double)n * KP_PAGE / took / (1 << 30),
	       n ? 100 - 100.0 * (double)packed / (double)(n * KP_PAGE) : 0);
	fclose(file);
	free(pages);
	free(table);
	free(to);
	return 0;
}

/* Page tables of the image's own: physical memory as it is. */
#include "blob/blob.h"

#define PRESENT 1ull
#define WRITABLE 2ull
#define LARGE 0x80ull
#define ADDRESS 0x000ffffffffff000ull
#define LA57 (1ull << 12)
#define GIB (1ull << 30)

typedef uint64_t table[512];

/* The switch needs at most a root, and the other levels for each of two pages. */
enum { SPARE = 1 + 2 * 4 };

static struct {
	table five, four, three, two[4], spare[SPARE];
} tables __attribute__((section(".blob.memory"), aligned(4096)));

uint64_t kp_blob_root __attribute__((section(".blob.memory")));
uint64_t kp_blob_between __attribute__((section(".blob.memory")));
uint64_t kp_blob_mapped_end __attribute__((section(".blob.memory")));
uint64_t kp_blob_cr0 __attribute__((section(".blob.memory")));
uint64_t kp_blob_cr3 __attribute__((section(".blob.memory")));
uint64_t kp_blob_cr4 __attribute__((section(".blob.memory")));

/* What is processed here is not relocated yet: no pointer in static memory may be used. */
static void clear(table *at)
{
	for (unsigned i = 0; i < 512; i++)
		(*(volatile table *)at)[i] = 0;
}

static bool has_gib_pages(void)
{
	uint32_t a = 0x80000001, b, c, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
	return d >> 26 & 1;
}

/* Physical memory as it is: by 2 MiB up to 4 GiB, then by 1 GiB where the processor can. */
static uint64_t identity(uint64_t way, bool five_levels)
{
	clear(&tables.five);
	clear(&tables.four);
	clear(&tables.three);
	for (unsigned i = 0; i < 4; i++) {
		for (unsigned j = 0; j < 512; j++)
			tables.two[i][j] = (i * 512ull + j) << 21 | LARGE | WRITABLE | PRESENT;
		tables.three[i] = ((uint64_t)(uintptr_t)tables.two[i] + way) | WRITABLE | PRESENT;
	}
	kp_blob_mapped_end = 4 * GIB;
	if (has_gib_pages()) {
		for (unsigned i = 4; i < 512; i++)
			tables.three[i] = i * GIB | LARGE | WRITABLE | PRESENT;
		kp_blob_mapped_end = 512 * GIB;
	}
	tables.four[0] = ((uint64_t)(uintptr_t)tables.three + way) | WRITABLE | PRESENT;
	tables.five[0] = ((uint64_t)(uintptr_t)tables.four + way) | WRITABLE | PRESENT;
	return (uint64_t)(uintptr_t)(five_levels ? tables.five : tables.four) + way;
}

/* One page more in the tables that begin with spare[0]. used: how many of them are taken. */
static void map(uint64_t way, unsigned top, uint64_t virtual, uint64_t physical, unsigned *used)
{
	uint64_t *at = tables.spare[0];

	for (unsigned level = top; level > 1; level--) {
		uint64_t *entry = &at[virtual >> (12 + 9 * (level - 1)) & 511];
		if (!*entry) {
			clear(&tables.spare[*used]);
			*entry = ((uint64_t)(uintptr_t)tables.spare[(*used)++] + way) | WRITABLE | PRESENT;
		}
		at = (uint64_t *)(uintptr_t)((*entry & ADDRESS) - way);
	}
	at[virtual >> 12 & 511] = physical | WRITABLE | PRESENT;
}

extern const char kp_blob_enter[];

uint64_t kp_blob_tables(void)
{
	uint64_t here = (uint64_t)(uintptr_t)&kp_blob;
	/* Without an initialiser it was entered where it lies. */
	uint64_t way = kp_blob.physical ? kp_blob.physical - here : 0;
	uint64_t page = (uint64_t)(uintptr_t)kp_blob_enter & ~0xfffull;
	bool five_levels = kp_blob_cr4 & LA57;
	unsigned used = 1;

	kp_blob_root = identity(way, five_levels);
	clear(&tables.spare[0]);
	map(way, five_levels ? 5 : 4, page, page + way, &used);
	map(way, five_levels ? 5 : 4, page + way, page + way, &used);
	kp_blob_between = (uint64_t)(uintptr_t)tables.spare[0] + way;
	return way;
}

/* ---- the crashed kernel's ---- */

/* false: nothing is mapped there, or tables are where no memory of ours is. */
static bool look_up(uint64_t address, uint64_t *physical_out, uint64_t *left_out)
{
	unsigned top = kp_blob_cr4 & LA57 ? 5 : 4;
	uint64_t half = top == 5 ? 1ull << 56 : 1ull << 47, at = kp_blob_cr3 & ADDRESS;

	if (address + half >= 2 * half)
		return false;
	for (unsigned level = top;; level--) {
		unsigned shift = 12 + 9 * (level - 1);
		uint64_t page = 1ull << shift, entry;

		if (at >= kp_blob_mapped_end)
			return false;
		entry = ((const volatile uint64_t *)(uintptr_t)at)[address >> shift & 511];
		if (!(entry & PRESENT) || (level > 3 && entry & LARGE))
			return false;
		if (level == 1 || entry & LARGE) {
			*physical_out = (entry & ADDRESS & ~(page - 1)) | (address & (page - 1));
			*left_out = page - (address & (page - 1));
			return *physical_out < kp_blob_mapped_end;
		}
		at = entry & ADDRESS;
	}
}

size_t kp_blob_read(uint64_t from, void *to, size_t n)
{
	uint8_t *out = to;
	size_t done = 0;

	while (done < n) {
		uint64_t physical, left;

		if (!look_up(from + done, &physical, &left))
			break;
		if (left > n - done)
			left = n - done;
		for (uint64_t i = 0; i < left; i++)
			out[done + i] = ((const volatile uint8_t *)(uintptr_t)physical)[i];
		done += left;
	}
	return done;
}

/* A list through the free pages themselves; pages never used are taken from the ranges of RAM, so that start is quick. */
#include "mm/page.h"

#include <kpanic/panic.h>

#include "boot/boot.h"
#include "boot/keep.h"
#include "lib/string.h"
#include "lock/lock.h"

enum { MEMORY_MIN = 12 << 20 };

struct free_page {
	struct free_page *next;
};

extern char kernel_end[]; /* physical, by its value */

static struct lock page_lock = LOCK("pages", LOCK_CRITICAL);
static struct free_page *list;
static size_t free_count, total_count;
static uint64_t end;
static unsigned range;    /* of boot.ram, from which new pages come */
static uint64_t position; /* the next page in it */

/* A bit for each page that the kernel has for itself: what a dump of the kernel alone holds. Behind them all count as kept. */
enum { KEPT_MAX = 1 << 20 };
static uint8_t kept[KEPT_MAX / 8];

static void keep(uint64_t page, bool yes)
{
	uint64_t number = page / PAGE_SIZE;

	if (number >= KEPT_MAX)
		return;
	if (yes)
		__atomic_or_fetch(&kept[number / 8], (uint8_t)(1 << number % 8), __ATOMIC_RELAXED);
	else
		__atomic_and_fetch(&kept[number / 8], (uint8_t) ~(1 << number % 8), __ATOMIC_RELAXED);
}

static bool within(uint64_t page, uint64_t start, uint64_t range_end)
{
	return page + PAGE_SIZE > start && page < range_end;
}

static bool reserved(uint64_t page)
{
	return page < KERNEL_START || within(page, KERNEL_START, (uint64_t)kernel_end) ||
	       within(page, keep_place().start, keep_place().end) ||
	       within(page, boot.program.start, boot.program.end) ||
	       within(page, boot.information_start, boot.information_end);
}

void page_init(void)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < boot.ram_count; i++) {
		sum += boot.ram[i].end - boot.ram[i].start;
		for (uint64_t page = boot.ram[i].start; page < boot.ram[i].end; page += PAGE_SIZE)
			total_count += !reserved(page);
		if (boot.ram[i].end > end)
			end = boot.ram[i].end;
	}
	if (sum < MEMORY_MIN)
		KP_PANIC("too little memory: %lu KiB, and at least %u are needed", sum >> 10,
			 MEMORY_MIN >> 10);
	free_count = total_count;
	position = boot.ram[0].start;
}

/* 0: every page was used once. */
static uint64_t take_new(void)
{
	while (range < boot.ram_count) {
		if (position >= boot.ram[range].end) {
			range++;
			position = range < boot.ram_count ? boot.ram[range].start : 0;
			continue;
		}
		uint64_t page = position;

		position += PAGE_SIZE;
		if (!reserved(page))
			return page;
	}
	return 0;
}

uint64_t page_get(void)
{
	uint64_t page;

	lock_take(&page_lock);
	if (list) {
		page = (uint64_t)list - DIRECT_BASE;
		list = list->next;
	} else {
		page = take_new();
	}
	if (page)
		free_count--;
	lock_release(&page_lock);
	if (page) {
		memset(page_at(page), 0, PAGE_SIZE);
		keep(page, true);
	}
	return page;
}

void page_is_users(uint64_t page)
{
	keep(page, false);
}

bool page_is_kept(uint64_t page)
{
	uint64_t number = page / PAGE_SIZE;

	return number >= KEPT_MAX || kept[number / 8] >> number % 8 & 1 || reserved(page);
}

uint64_t page_need(void)
{
	uint64_t page = page_get();

	if (!page)
		KP_PANIC("out of memory: %lu pages of %u bytes, and none is free", total_count, PAGE_SIZE);
	return page;
}

void page_put(uint64_t page)
{
	struct free_page *free = page_at(page);

	KP_BUG_ON(page % PAGE_SIZE || page >= end || reserved(page));
	keep(page, false);
	memset(free, 0xdd, PAGE_SIZE); /* who still uses it shall notice */
	lock_take(&page_lock);
	free->next = list;
	list = free;
	free_count++;
	lock_release(&page_lock);
}

size_t page_free_count(void)
{
	return free_count;
}

size_t page_total_count(void)
{
	return total_count;
}

uint64_t page_end(void)
{
	return end;
}

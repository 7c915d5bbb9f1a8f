#include "mm/space.h"

#include <kpanic/panic.h>

#include "lib/string.h"
#include "mm/page.h"
#include "mm/paging.h"
#include "task/task.h"

enum { PROCESS_SIZE_MAX = 16 << 20 };

bool space_is_user(uint64_t address, uint64_t n)
{
	return address < USER_END && n <= USER_END - address;
}

static uint64_t flags_of(bool write, bool execute)
{
	return PAGING_USER | (write ? PAGING_WRITE : 0) | (execute ? 0 : PAGING_NO_EXECUTE);
}

static uint64_t size_of(const struct task *task)
{
	uint64_t size = 0;

	for (unsigned i = 0; i < task->areas_count; i++)
		size += task->areas[i].end - task->areas[i].start;
	return size;
}

/* What is mapped stays until the process ends: also where the memory runs out half-way. */
int space_add(struct task *task, uint64_t start, uint64_t size, bool write, bool execute)
{
	uint64_t end = start + size;

	if (start % PAGE_SIZE || size % PAGE_SIZE || !size || !start || !space_is_user(start, size))
		return -EINVAL;
	if (write && execute)
		return -EINVAL;
	if (task->areas_count == AREAS_MAX || size > PROCESS_SIZE_MAX ||
	    size_of(task) + size > PROCESS_SIZE_MAX)
		return -ENOMEM;
	for (unsigned i = 0; i < task->areas_count; i++)
		if (start < task->areas[i].end && end > task->areas[i].start)
			return -EINVAL;

	task->areas[task->areas_count++] = (struct area){ start, end, write, execute };
	for (uint64_t at = start; at < end; at += PAGE_SIZE) {
		uint64_t page = page_get();

		if (!page)
			return -ENOMEM;
		if (!paging_map(task->root, at, page, flags_of(write, execute))) {
			page_put(page);
			return -ENOMEM;
		}
		page_is_users(page);
	}
	return 0;
}

static void *page_of(const struct task *task, uint64_t address)
{
	const uint64_t *entry = paging_entry(task->root, address, false);

	return entry && *entry & PAGING_PRESENT ? page_at(*entry & PAGING_ADDRESS) : NULL;
}

int space_copy(struct task *to, const struct task *from)
{
	for (unsigned i = 0; i < from->areas_count; i++) {
		const struct area *area = &from->areas[i];
		int error = space_add(to, area->start, area->end - area->start, area->write, area->execute);

		if (error)
			return error;
		for (uint64_t at = area->start; at < area->end; at += PAGE_SIZE) {
			const void *page = page_of(from, at);

			if (page) /* memory may have run out while it was made */
				memcpy(page_of(to, at), page, PAGE_SIZE);
		}
	}
	to->mmap_next = from->mmap_next;
	return 0;
}

void space_write(struct task *task, uint64_t to, const void *from, uint64_t n)
{
	while (n) {
		uint64_t offset = to % PAGE_SIZE;
		uint64_t part = n < PAGE_SIZE - offset ? n : PAGE_SIZE - offset;
		char *page = page_of(task, to);

		KP_BUG_ON(!page);
		memcpy(page + offset, from, part);
		to += part;
		from = (const char *)from + part;
		n -= part;
	}
}

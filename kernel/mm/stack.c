/* A stack once mapped stays so, and waits in a list: no CPU ever has to be told that one is gone. */
#include "mm/stack.h"

#include "lock/lock.h"
#include "mm/page.h"
#include "mm/paging.h"

static struct lock stack_lock = LOCK("stacks", LOCK_CRITICAL);
static uint8_t idle[STACK_SLOTS];
static unsigned idle_count, mapped_count;

static uintptr_t end_of(unsigned slot)
{
	return STACKS_BASE + (slot + 1) * (uintptr_t)STACK_SLOT_SIZE;
}

static bool map(unsigned slot)
{
	for (uintptr_t a = end_of(slot) - KERNEL_STACK_SIZE; a < end_of(slot); a += PAGE_SIZE) {
		uint64_t page = page_get();

		if (!page)
			return false;
		if (!paging_map(paging_kernel_root(), a, page, PAGING_WRITE | PAGING_NO_EXECUTE)) {
			page_put(page);
			return false;
		}
	}
	return true;
}

uintptr_t stack_get(void)
{
	uintptr_t end = 0;

	lock_take(&stack_lock);
	if (idle_count)
		end = end_of(idle[--idle_count]);
	else if (mapped_count < STACK_SLOTS && map(mapped_count))
		end = end_of(mapped_count++);
	lock_release(&stack_lock);
	return end;
}

void stack_put(uintptr_t end)
{
	lock_take(&stack_lock);
	idle[idle_count++] = (uint8_t)((end - STACKS_BASE) / STACK_SLOT_SIZE - 1);
	lock_release(&stack_lock);
}

bool stack_guard_of(uintptr_t address, uintptr_t *end_out)
{
	uintptr_t at = address - STACKS_BASE;

	if (address < STACKS_BASE || at / STACK_SLOT_SIZE >= mapped_count)
		return false;
	*end_out = end_of((unsigned)(at / STACK_SLOT_SIZE));
	return at % STACK_SLOT_SIZE < STACK_SLOT_SIZE - KERNEL_STACK_SIZE;
}

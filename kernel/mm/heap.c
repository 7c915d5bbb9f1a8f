/* Free lists by powers of two; a list that is empty cuts up a page. Pages are not given back. */
#include "mm/heap.h"

#include <kpanic/panic.h>

#include "lib/string.h"
#include "lock/lock.h"
#include "mm/page.h"

enum { SMALLEST = 32, CLASSES = 7 }; /* 32 … 2048 */

struct object {
	struct object *next;
};

static struct lock heap_lock = LOCK("heap", LOCK_CRITICAL);
static struct object *lists[CLASSES];

static unsigned class_of(size_t size)
{
	unsigned class = 0;

	while ((size_t)SMALLEST << class < size)
		class ++;
	KP_BUG_ON(class >= CLASSES);
	return class;
}

void *heap_get(size_t size)
{
	unsigned class = class_of(size);
	size_t whole = (size_t)SMALLEST << class;

	lock_take(&heap_lock);
	if (!lists[class]) {
		uint64_t page = page_get();

		for (size_t at = 0; page && at < PAGE_SIZE; at += whole) {
			struct object *object = (struct object *)((char *)page_at(page) + at);

			object->next = lists[class];
			lists[class] = object;
		}
	}
	struct object *object = lists[class];
	if (object)
		lists[class] = object->next;
	lock_release(&heap_lock);
	if (object)
		memset(object, 0, whole);
	return object;
}

void heap_break(uintptr_t garbage)
{
	for (unsigned i = 0; i < CLASSES; i++)
		lists[i] = (struct object *)garbage;
}

void heap_put(void *memory, size_t size)
{
	struct object *object = memory;
	unsigned class = class_of(size);

	lock_take(&heap_lock);
	object->next = lists[class];
	lists[class] = object;
	lock_release(&heap_lock);
}

/* Spinlocks that know their owner.  Interrupts are off while one is held.  To take one twice is a panic. */
#ifndef LOCK_LOCK_H
#define LOCK_LOCK_H

#include <stdbool.h>
#include <stdint.h>

enum {
	LOCK_CRITICAL = 1, /* what it protects must not be left half done: an oops under it is a panic */
};

struct lock {
	const char *name;
	unsigned flags;
	volatile uint32_t taken;
	volatile uint32_t owner; /* number of the CPU + 1; 0: nobody */
	volatile uintptr_t taken_at;
};

#define LOCK(lock_name, lock_flags)                                                                          \
	{                                                                                                    \
		.name = (lock_name), .flags = (lock_flags)                                                   \
	}

void lock_take(struct lock *lock);
void lock_release(struct lock *lock);
bool lock_held(const struct lock *lock);

/* Interrupts off, nested; the last interrupts_pop restores what was before the first interrupts_push. */
void interrupts_push(void);
void interrupts_pop(void);

/* Releases every lock that this CPU holds, for a task that is killed, and says so in the log. */
void lock_break_all(void);

#endif

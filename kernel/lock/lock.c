#include "lock/lock.h"

#include <kpanic/panic.h>

#include "cpu/cpu.h"
#include "cpu/instructions.h"
#include "log.h"

void interrupts_push(void)
{
	bool on = interrupts_on();

	interrupts_disable();
	struct cpu *cpu = this_cpu();
	if (cpu->off_depth++ == 0)
		cpu->off_before = on;
}

void interrupts_pop(void)
{
	struct cpu *cpu = this_cpu();

	KP_BUG_ON(interrupts_on() || cpu->off_depth == 0);
	if (--cpu->off_depth == 0 && cpu->off_before)
		interrupts_enable();
}

bool lock_held(const struct lock *lock)
{
	return lock->owner == this_cpu()->index + 1;
}

void lock_take(struct lock *lock)
{
	interrupts_push();
	struct cpu *cpu = this_cpu();

	cpu->waits_at = (uintptr_t)__builtin_return_address(0);
	cpu->waits_for = lock;
	if (lock->owner == cpu->index + 1)
		KP_PANIC("lock \"%s\" is taken twice: by %p, and held since %p", lock->name,
			 __builtin_return_address(0), (void *)lock->taken_at);
	while (__atomic_exchange_n(&lock->taken, 1, __ATOMIC_ACQUIRE)) {
		while (lock->taken)
			pause();
	}
	cpu->waits_for = 0;
	lock->owner = cpu->index + 1;
	lock->taken_at = (uintptr_t)__builtin_return_address(0);
	KP_BUG_ON(cpu->held_count == CPU_LOCKS_MAX);
	cpu->held[cpu->held_count++] = lock;
}

/* Mostly the last one taken. */
static void forget(struct cpu *cpu, const struct lock *lock)
{
	for (unsigned i = cpu->held_count; i-- > 0;) {
		if (cpu->held[i] != lock)
			continue;
		for (cpu->held_count--; i < cpu->held_count; i++)
			cpu->held[i] = cpu->held[i + 1];
		return;
	}
}

void lock_release(struct lock *lock)
{
	struct cpu *cpu = this_cpu();

	KP_BUG_ON(lock->owner != cpu->index + 1);
	forget(cpu, lock);
	lock->owner = 0;
	lock->taken_at = 0;
	__atomic_store_n(&lock->taken, 0, __ATOMIC_RELEASE);
	interrupts_pop();
}

void lock_break_all(void)
{
	struct cpu *cpu = this_cpu();

	while (cpu->held_count) {
		struct lock *lock = cpu->held[cpu->held_count - 1];

		lock_release(lock);
		log_line("lock: \"%s\" was held by the task that is killed, and is broken", lock->name);
	}
}

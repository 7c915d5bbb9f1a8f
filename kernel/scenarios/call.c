/* What the kernel says itself: panics, failed checks, warnings. */
#include <kpanic/keep.h>
#include <kpanic/panic.h>

#include "attack/attack.h"
#include "device/power.h"
#include "lock/lock.h"
#include "log.h"
#include "mm/page.h"
#include "scenarios/scenario.h"

static struct lock gate_lock = LOCK("turnstile", 0);
static volatile unsigned inventory = 3;

static void panic(void)
{
	KP_PANIC("the scenario asks for it: %s %d", "answer", 42);
}

static void bug(void)
{
	KP_BUG();
}

static void bug_on(void)
{
	KP_BUG_ON(inventory == 3);
}

static void warn(void)
{
	if (KP_WARN_ON(inventory == 3))
		log_line("call: inventory is 3");
}

static __attribute__((noinline)) void count_visitors(void)
{
	lock_take(&gate_lock);
	inventory++;
	lock_release(&gate_lock);
}

/* A function that takes a lock calls another that takes it. */
static void lock_twice(void)
{
	lock_take(&gate_lock);
	count_visitors();
	lock_release(&gate_lock);
}

/* Under a lock whose data must not be left half done. */
static void bug_critical(void)
{
	static struct lock ledger_lock = LOCK("ledger", LOCK_CRITICAL);

	lock_take(&ledger_lock);
	KP_BUG_ON(inventory == 3);
	lock_release(&ledger_lock);
}

static void attack(void)
{
	attack_at(ATTACK_SYSCALL);
}

/* As an administrator does it. */
static void restart(void)
{
	kp_keep_end(KP_KEEP_REBOOT);
	power_reset();
}

static void out_of_memory(void)
{
	for (;;)
		page_need();
}

const struct scenario scenarios_call[] = {
	{ "panic", SCENARIO_THREAD, panic },
	{ "panic-early", SCENARIO_EARLY, panic },
	{ "panic-before-tasks", SCENARIO_BEFORE_TASKS, panic },
	{ "panic-interrupt", SCENARIO_INTERRUPT, panic },
	{ "bug", SCENARIO_PROCESS, bug },
	{ "bug-on", SCENARIO_PROCESS, bug_on },
	{ "bug-critical", SCENARIO_PROCESS, bug_critical },
	{ "warn", SCENARIO_PROCESS, warn },
	{ "attack", SCENARIO_PROCESS, attack },
	{ "lock-twice", SCENARIO_THREAD, lock_twice },
	{ "restart", SCENARIO_THREAD, restart },
	{ "out-of-memory", SCENARIO_THREAD, out_of_memory },
	{ 0 },
};

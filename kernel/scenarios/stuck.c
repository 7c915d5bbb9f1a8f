/* CPUs that do not go on by themselves, and such that wait for something from outside. */
#include "cpu/instructions.h"
#include "scenarios/scenario.h"

static volatile bool done;

/* Waits for what an interrupt would tell, with interrupts off. */
static void stuck(void)
{
	interrupts_disable();
	while (!done)
		pause();
}

static void wait(void)
{
	for (;;)
		__asm__ volatile("hlt");
}

const struct scenario scenarios_stuck[] = {
	{ "stuck", SCENARIO_THREAD, stuck },
	{ "wait", SCENARIO_THREAD, wait }, /* for an NMI or a machine check */
	{ 0 },
};

/* Stacks that are too small, or gone. */
#include <stdint.h>

#include "lib/string.h"
#include "mm/layout.h"
#include "scenarios/scenario.h"

static volatile unsigned depth_wanted = 1000000;

/* Never ends, and is no loop: its result is needed. */
static __attribute__((noinline)) unsigned recurse(unsigned depth)
{
	volatile char room[64];

	room[depth % sizeof(room)] = 1;
	if (depth >= depth_wanted)
		return depth;
	return recurse(depth + 1) + (unsigned)room[depth % sizeof(room)];
}

void scenario_overflow_stack(void)
{
	depth_wanted += recurse(0);
}

/* Larger than the stack, but not than the stack and its guard pages. */
static __attribute__((noinline)) void huge_array(void)
{
	char pages[KERNEL_STACK_SIZE + PAGE_SIZE];

	memset(pages, 0x5a, sizeof(pages));
	depth_wanted = (unsigned)pages[depth_wanted % sizeof(pages)];
}

/* The next push has nowhere to go. */
static void lose_stack(void)
{
	__asm__ volatile("movabsq $0xffffe00000123400, %%rsp\n\t"
			 "pushq %%rax\n\t"
			 "ud2" ::
				 : "memory");
}

const struct scenario scenarios_stack[] = {
	{ "stack-recursion", SCENARIO_PROCESS, scenario_overflow_stack },
	{ "stack-array", SCENARIO_PROCESS, huge_array },
	{ "stack-lost", SCENARIO_PROCESS, lose_stack },
	{ 0 },
};

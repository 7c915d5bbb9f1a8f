/* The recorder's own stacks: one for reports that return, one for the panic that may come while such a report is made. */
#include "stages.h"

#define GUARD 4096

static struct {
	uint8_t guard[GUARD]; /* nobody's: a host unmaps it */
	uint8_t bytes[KP_STACK_SIZE];
} stacks[2] __attribute__((aligned(4096)));

_Static_assert(KP_STACK_SIZE % 4096 == 0, "whole pages, so that a guard page fits below");

void *kp_own_stack_top(unsigned which)
{
	return stacks[which].bytes + KP_STACK_SIZE;
}

bool kp_on_own_stack(uintptr_t address)
{
	return address >= (uintptr_t)stacks && address < (uintptr_t)(stacks + 2);
}

#if KP_TIER >= 2
bool kp_own_stack(unsigned index, uintptr_t *start_out, uintptr_t *end_out)
{
	if (index >= 2)
		return false;
	*start_out = (uintptr_t)stacks[index].bytes;
	*end_out = *start_out + KP_STACK_SIZE;
	return true;
}
#endif

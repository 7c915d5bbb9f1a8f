/* The recorder's own stacks: one for reports that return, one for the panic that may come while such a report is made. */
#include "stages.h"

#define GUARD 4096

static struct {
	uint8_t guard[GUARD]; /* nobody's: a host unmaps it */
	uint8_t bytes[KP_STACK_SIZE];
} stacks[2] __attribute__((aligned(4096)));

_Static_assert(KP_STACK_SIZE % 4096 == 0, "whole pages, so that a guard page fits below");

#if KP_TIER >= 1
/* At the lower end of each, where nobody has unmapped the guard, or could: whoever wrote over it came too far down. */
#define SENTINEL ((uintptr_t)0x5ee94b2d17c3a86full)

static volatile uintptr_t *sentinel(unsigned which)
{
	return (volatile uintptr_t *)(void *)stacks[which].bytes;
}

bool kp_own_stack_overran(void)
{
	bool overran = false;

	for (unsigned i = 0; i < 2; i++) {
		/* 0: never used. */
		overran |= *sentinel(i) && *sentinel(i) != SENTINEL;
		*sentinel(i) = SENTINEL;
	}
	return overran;
}
#endif

void *kp_own_stack_top(unsigned which)
{
#ifdef KP_WITHOUT_OWN_STACK
	return (void *)(((uintptr_t)__builtin_frame_address(0) - 256) & ~(uintptr_t)15);
#endif
#if KP_TIER >= 1
	if (!*sentinel(which))
		*sentinel(which) = SENTINEL;
#endif
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

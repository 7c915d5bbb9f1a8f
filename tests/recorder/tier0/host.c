/* The smallest host there is: tier 0, one function.  With an argument: an exception on a stack that was written over. */
#include "kpanic/panic.h"

#include <stdio.h>
#include <stdlib.h>

void kp_host_putc(char c)
{
	putchar(c);
}

/* stages.h: the end; in a process there is one. */
_Noreturn void kp_isa_stop(void);
_Noreturn void kp_isa_stop(void)
{
	exit(0);
}

static __attribute__((noinline)) void inner(int n)
{
	KP_PANIC("tier 0 works: %d %s %#x", n, "words", 3);
}

static void on_a_broken_stack(void)
{
	static uintptr_t stack[] = { 0, (uintptr_t)0x5a5a5a5a5a5a5a5a };
	struct kp_frame frame = {
		.pc = (uintptr_t)&inner, .sp = (uintptr_t)stack, .fp = (uintptr_t)stack, .vector = 6
	};

	kp_exception(&frame);
}

int main(int count, char **arguments)
{
	(void)arguments;
	if (count > 1)
		on_a_broken_stack();
	inner(42);
	return 1;
}

/* The smallest host there is: tier 0, one function. */
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

int main(void)
{
	inner(42);
	return 1;
}

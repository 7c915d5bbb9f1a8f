/* The user's wish that what runs should stop: set by a signal handler, asked for in loops.
 *
 * One for the process, as the signal is.  Nothing that was read halfway is kept: who stops a loop throws away what it
 * has, or marks it as not whole. */
#ifndef PM_INTERRUPT_H
#define PM_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

extern volatile sig_atomic_t pm_interrupt_flag;

static inline bool pm_interrupted(void)
{
	return pm_interrupt_flag != 0;
}

#endif

/* Hooks of tier 2 that have nothing to say: one CPU, no tasks, no locks, no log, no screen.  No part of the recorder (it has no row
 * in `sources`): a port begins with it, and takes it out when it has them all, so that the linker names what it lacks. Each is
 * weak, and a host's own takes its place. */
#include "kpanic/host.h"

#define QUIET __attribute__((weak))

QUIET unsigned kp_host_cpu(void)
{
	return 0;
}

QUIET unsigned kp_host_cpus(void)
{
	return 1;
}

QUIET void kp_host_stop_others(void)
{
}

QUIET bool kp_host_alarm(uint64_t ns)
{
	(void)ns;
	return false;
}

QUIET bool kp_host_task(struct kp_task *out)
{
	(void)out;
	return false;
}

QUIET bool kp_host_lock(unsigned index, struct kp_lock *out)
{
	(void)index;
	(void)out;
	return false;
}

QUIET size_t kp_host_log(char *to, size_t n)
{
	(void)to;
	(void)n;
	return 0;
}

QUIET bool kp_host_screen(struct kp_screen *out)
{
	(void)out;
	return false;
}

/* There is no user mode. */
QUIET void kp_host_user_fault(struct kp_frame *frame, const struct kp_fault *fault)
{
	(void)frame;
	(void)fault;
}

/* There is no other task. */
QUIET void kp_host_kill_task(void)
{
	kp_host_halt();
}

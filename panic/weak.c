/* Hooks that a host may leave out. */
#include "stages.h"

#include "kpanic/symbols.h"

__attribute__((weak)) bool kp_host_symbol(uintptr_t address, char *name, size_t size, uintptr_t *start_out,
					  size_t *size_out)
{
	return kp_symbol_find(address, name, size, start_out, size_out);
}

__attribute__((weak)) struct kp_blob *kp_host_spare(void)
{
	return NULL;
}

#if KP_TIER >= 3
__attribute__((weak)) size_t kp_host_keep_log(char *to, size_t n)
{
	return kp_host_log(to, n);
}

__attribute__((weak)) bool kp_host_running(unsigned cpu, struct kp_task *out)
{
	(void)cpu;
	(void)out;
	return false;
}
#endif

__attribute__((weak)) bool kp_host_key(void)
{
	return false;
}

__attribute__((weak)) bool kp_host_interrupt(unsigned vector, struct kp_frame *frame)
{
	(void)vector;
	(void)frame;
	return false;
}

__attribute__((weak)) bool kp_host_page_fault(struct kp_frame *frame, const struct kp_fault *fault)
{
	(void)frame;
	(void)fault;
	return false;
}

__attribute__((weak)) void kp_host_after_panic(void)
{
}

#if KP_TIER >= 3
__attribute__((weak)) bool kp_host_page_kept(uint64_t physical)
{
	(void)physical;
	return true;
}
#endif

#include "linux/runqueue.h"

#include "linux/member.h"

#include <stdio.h>

uint64_t pm_linux_runqueue(struct pm_linux *lx, uint32_t cpu)
{
	uint64_t rq;

	return pm_linux_percpu(lx, "runqueues", cpu, &rq) ? rq : 0;
}

bool pm_linux_runqueue_clock(struct pm_linux *lx, uint32_t cpu, uint64_t *ns_out)
{
	return pm_linux_member_get(lx, pm_linux_runqueue(lx, cpu), "rq", "clock", ns_out);
}

bool pm_linux_latest_clock(struct pm_linux *lx, uint64_t *ns_out)
{
	uint64_t one;
	bool any = false;

	for (uint32_t cpu = 0; cpu < lx->cpus; cpu++)
		if (pm_linux_runqueue_clock(lx, cpu, &one) && (!any || one > *ns_out)) {
			*ns_out = one;
			any = true;
		}
	return any;
}

void pm_linux_days(uint64_t ns, char *buf, size_t size)
{
	unsigned long long ms = ns / 1000000;

	snprintf(buf, size, "%llu %02llu:%02llu:%02llu.%03llu", ms / 86400000, ms / 3600000 % 24,
		 ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}

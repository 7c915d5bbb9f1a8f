/* The run queues of CPUs (struct rq), and their clocks. */
#ifndef PM_LINUX_RUNQUEUE_H
#define PM_LINUX_RUNQUEUE_H

#include "linux/linux.h"

/* The address of a CPU's struct rq; 0: not known. */
uint64_t pm_linux_runqueue(struct pm_linux *lx, uint32_t cpu);
/* Nanoseconds since boot, as the queue last saw them. */
bool pm_linux_runqueue_clock(struct pm_linux *lx, uint32_t cpu, uint64_t *ns_out);
/* The latest of all CPUs'. */
bool pm_linux_latest_clock(struct pm_linux *lx, uint64_t *ns_out);
/* "0 00:00:03.920": days, hours, minutes, seconds, milliseconds. */
void pm_linux_days(uint64_t ns, char *buf, size_t size);

#endif

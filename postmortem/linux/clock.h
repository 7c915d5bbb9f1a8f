/* The time of day in a dump. */
#ifndef PM_LINUX_CLOCK_H
#define PM_LINUX_CLOCK_H

#include "linux/linux.h"

/* Seconds since 1970 when the clock was last advanced, and when the log's clock was 0.
 * false: the timekeeper cannot be found, or tells of no time within some 35,000 years. */
bool pm_linux_wall_clock(struct pm_linux *lx, int64_t *now_out, int64_t *boot_out);
/* Nanoseconds of a tick, and how often it ticks in a second. */
bool pm_linux_tick(struct pm_linux *lx, uint64_t *ns_out, uint32_t *hz_out);
/* The ticks, as 64 bits, and what that makes in nanoseconds since boot, without sleep. */
bool pm_linux_jiffies(struct pm_linux *lx, uint64_t *jiffies_out, uint64_t *uptime_ns_out);
/* "Sat Nov 21 07:38:00 UTC 2026" */
void pm_linux_date(int64_t seconds, char buf[40]);

#endif

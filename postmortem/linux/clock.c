#include "linux/clock.h"

#include "linux/member.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* tk_core is a variable of an unnamed type until 6.12, but its copy that is advanced first has a symbol; then it is a
 * struct tk_data, and from 6.17 the first of several. */
static bool find_timekeeper(struct pm_linux *lx, uint64_t *at_out)
{
	uint64_t at;

	if (lx->fields[PM_TK_DATA_TIMEKEEPER].offset >= 0 &&
	    (pm_linux_symbol(lx, "timekeeper_data", &at) || pm_linux_symbol(lx, "tk_core", &at))) {
		*at_out = pm_linux_at(lx, at, PM_TK_DATA_TIMEKEEPER);
		return true;
	}
	return pm_linux_symbol(lx, "shadow_timekeeper", at_out);
}

/* Some 35,000 years. */
static const uint64_t most_seconds = 1ull << 40;

bool pm_linux_wall_clock(struct pm_linux *lx, int64_t *now_out, int64_t *boot_out)
{
	uint64_t at, seconds, to_monotonic;

	if (!find_timekeeper(lx, &at) || !pm_linux_get(lx, at, PM_TIMEKEEPER_SECONDS, &seconds) ||
	    !pm_linux_get(lx, at, PM_TIMEKEEPER_TO_MONOTONIC, &to_monotonic) || !seconds)
		return false;
	/* a hostile clock may say anything: no more than what can be reckoned with */
	if (seconds > most_seconds || to_monotonic + most_seconds > 2 * most_seconds)
		return false;
	*now_out = (int64_t)seconds;
	*boot_out = -(int64_t)to_monotonic;
	return true;
}

bool pm_linux_tick(struct pm_linux *lx, uint64_t *ns_out, uint32_t *hz_out)
{
	/* CONFIG_HZ of x86; the timekeeper's tick differs from its nominal length by what NTP found out. */
	static const uint32_t known[] = { 100, 250, 300, 1000 };
	uint64_t at, tick;

	if (!find_timekeeper(lx, &at) || !pm_linux_member_get(lx, at, "timekeeper", "ntp_tick", &tick))
		return false;
	tick >>= 32;
	for (size_t i = 0; i < PM_COUNT(known); i++) {
		uint64_t ns = 1000000000 / known[i], most = ns / 100;

		if (tick + most < ns || tick > ns + most)
			continue;
		*hz_out = known[i];
		*ns_out = ns;
		return true;
	}
	return false;
}

bool pm_linux_jiffies(struct pm_linux *lx, uint64_t *jiffies_out, uint64_t *uptime_ns_out)
{
	uint64_t jiffies, ns;
	uint32_t hz;

	if (!pm_linux_variable(lx, "jiffies_64", 8, &jiffies) &&
	    !pm_linux_variable(lx, "jiffies", 8, &jiffies))
		return false;
	*jiffies_out = jiffies;
	if (!uptime_ns_out)
		return true;
	/* INITIAL_JIFFIES: five minutes before 32 bits overflow */
	if (!pm_linux_tick(lx, &ns, &hz))
		return false;
	*uptime_ns_out = (jiffies - (uint32_t)(-300 * (int64_t)hz)) * (1000000000ull / hz);
	return true;
}

void pm_linux_date(int64_t seconds, char buf[40])
{
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const time_t t = (time_t)seconds;
	struct tm tm;

	/* years of four digits: a hostile clock may say anything */
	if (seconds < 0 || seconds > 253402300799 || !gmtime_r(&t, &tm)) {
		snprintf(buf, 40, "%lld s since 1970", (long long)seconds);
		return;
	}
	snprintf(buf, 40, "%.3s %.3s %2d %02d:%02d:%02d UTC %d", days + 3 * tm.tm_wday,
		 months + 3 * tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_year + 1900);
}

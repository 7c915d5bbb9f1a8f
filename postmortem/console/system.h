/* Which operating system a text comes from: the table of those that are understood,
 * and what was seen so far.  A text is recognised by its own marks, never assumed.
 *
 * Lines such as "panic: …" start reports of several systems.  The lines around
 * decide: each system's kernel prints frames, registers and prompts in a way of its
 * own.  Where nothing decides, a report is read, but its system stays unknown. */
#ifndef PM_SYSTEM_H
#define PM_SYSTEM_H

#include "console/report.h"
#include "console/scan.h"

#define PM_VERSION_MAX 256

struct pm_systems {
	enum pm_system seen; /* the last system whose mark was seen; PM_SYSTEM_UNKNOWN: none */
	char version[PM_SYSTEMS][PM_VERSION_MAX]; /* the last line in which it told its release; "": none */
	struct pm_at version_at[PM_SYSTEMS];
};

/* Adds the words and marks of every system to the scanner, which thereby finds every line that matters here.
 */
void pm_systems_words(struct pm_scanner *scanner);
void pm_systems_init(struct pm_systems *systems);
/* Looks at a line for marks. */
void pm_systems_see(struct pm_systems *systems, const struct pm_line *line);
/* The first system of which a report may start at this line; NULL: none. */
const struct pm_console_system *pm_systems_start(const struct pm_systems *systems,
						 const struct pm_line *line);
/* Lets the systems whose report may start at window->start read it, the most likely first.
 * False: none found a report. */
bool pm_systems_read(const struct pm_systems *systems, struct pm_window *window, struct pm_incident *inc);

/* How a window's lines speak for each system; the index is enum pm_system.
 * why_out[s]: the strongest mark, static; NULL: none. */
void pm_systems_weigh(const struct pm_window *window, unsigned weight_out[PM_SYSTEMS],
		      const char *why_out[PM_SYSTEMS]);
/* A weight from which on a system is certain. */
#define PM_WEIGHT_CERTAIN 8

/* Does line start a boot of a system other than Linux (console/boot.h knows Linux's)? */
bool pm_system_boots(const struct pm_line *line);

#endif

/* A console text, whole: finds every report of every system in it. */
#ifndef PM_CONSOLE_H
#define PM_CONSOLE_H

#include "base/error.h"
#include "incident.h"

/* Called for each incident in the order of the text; the incident is freed after the call.
 * False: stop reading. */
typedef bool (*pm_incident_fn)(struct pm_incident *inc, void *user);

struct pm_source;

/* Reads the whole source, which stays the caller's.  Memory is bounded whatever the size of the text.
 * name is what errors and incidents call it. */
struct pm_error *pm_console_read_source(struct pm_source *source, const char *name, pm_incident_fn fn,
					void *user) __attribute__((warn_unused_result));

#endif

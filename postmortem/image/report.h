/* An image → incidents: the reports that the recorder's note holds, read as a console's text is, and what memory adds to the
 * one that the machine died of; without a report, what the state of the machine tells by itself. */
#ifndef PM_IMAGE_REPORT_H
#define PM_IMAGE_REPORT_H

#include "image/image.h"
#include "incident.h"

/* Calls fn for each incident, as pm_console_read_source does.  A kernel that had not panicked and whose state shows nothing
 * wrong gives none.  PM_TRUNCATED: it cannot be told whether there was a panic. */
struct pm_error *pm_image_read_dump(struct pm_image *image, bool (*fn)(struct pm_incident *inc, void *user),
				    void *user) __attribute__((warn_unused_result));

#endif

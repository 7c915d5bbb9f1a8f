/* Lock reports: WITNESS of FreeBSD and OpenBSD, LOCKDEBUG of NetBSD. */
#ifndef PM_PLAIN_LOCK_H
#define PM_PLAIN_LOCK_H

#include "console/plain/report.h"

/* For rows: the names of the first and the second lock of a reversal, in $a and $b. */
bool pm_plain_look_reversal(const struct pm_plain_report *report, struct pm_plain_found *found);
/* Is text a line of WITNESS's? */
bool pm_plain_of_witness(struct pm_slice text);
/* Locks, orders and the traces they were seen at.  After the traces. */
void pm_plain_locks(struct pm_plain_report *report);

#endif

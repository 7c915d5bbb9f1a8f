/* Lock reports: WITNESS of FreeBSD and OpenBSD, LOCKDEBUG of NetBSD. */
#ifndef PM_BSD_LOCK_H
#define PM_BSD_LOCK_H

#include "console/bsd/report.h"

/* For rows: the names of the first and the second lock of a reversal, in $a and $b. */
bool pm_bsd_look_reversal(const struct pm_bsd_report *report, struct pm_bsd_found *found);
/* Is text a line of WITNESS's? */
bool pm_bsd_of_witness(struct pm_slice text);
/* Locks, orders and the traces they were seen at.  After the traces. */
void pm_bsd_locks(struct pm_bsd_report *report);

#endif

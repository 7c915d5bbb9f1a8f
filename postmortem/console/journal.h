/* What journalctl prints about the journal: its list of boots, and the time of a line. */
#ifndef PM_JOURNAL_H
#define PM_JOURNAL_H

#include "base/slice.h"

#include <time.h>

/* A row of --list-boots: " -1 0123456789abcdef0123456789abcdef Mon 2026-…". */
struct pm_journal_boot {
	struct pm_slice offset; /* "-1", as printed */
	int number;             /* the same; 0: the boot that runs */
	struct pm_slice id;     /* 32 hex digits */
};

/* The next boot in the list, which it takes off; lines that tell of none are passed over.  False: no more. */
bool pm_journal_boot(struct pm_slice *list, struct pm_journal_boot *boot_out);
/* The seconds since 1970 with which a line of -o short-unix begins; false: it begins with none. */
bool pm_journal_time(struct pm_slice line, time_t *time_out);

#endif

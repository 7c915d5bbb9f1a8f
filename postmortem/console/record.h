/* Records as /dev/kmsg gives them and netconsole sends them in its extended form:
 *
 *	6,1234,5678901,-,caller=T12;text
 *	 SUBSYSTEM=block			(lines with a blank first belong to the record before)
 *	6,416,1758426,-,ncfrag=0/33;first part	(netconsole: a record in several packets)
 *
 * (Documentation/ABI/testing/dev-kmsg, Documentation/networking/netconsole.rst) */
#ifndef PM_RECORD_H
#define PM_RECORD_H

#include "console/line.h"
#include "console/text.h"

/* Takes a record's head off *s: fills level, time_ns, context and record of the line. */
bool pm_record_take(struct pm_slice *s, struct pm_line *line);

/* Where offset lies behind a line end that a record escaped: the line goes on with that record's head. */
void pm_record_inherit(const struct pm_text *text, uint64_t offset, struct pm_line *line);

/* Makes the text of a line that is a record what the kernel printed: its fragments joined, escapes undone, ended
 * at the first line end in it.  offset: of the line; next_inout: where the next line starts, moved where this one
 * took less or more.  Storage from the arena. */
void pm_record_finish(const struct pm_text *text, uint64_t offset, struct pm_arena *arena,
		      struct pm_line *line, uint64_t *next_inout);

#endif

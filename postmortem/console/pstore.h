/* Records of Linux's pstore: a log cut into parts, newest first.
 *
 * Each part begins with a line such as "Panic#2 Part3"; part 1 holds the end of
 * the log.  Parts lie in files of their own, in any order, or one after the other. */
#ifndef PM_PSTORE_H
#define PM_PSTORE_H

#include "base/memory.h"
#include "base/slice.h"

/* More than this is not kept in memory to be put in order, bytes. */
#define PM_PSTORE_MAX (16u * 1024 * 1024)

/* Does text begin with a part's header? */
bool pm_pstore_is_part(struct pm_slice text);
/* All the parts in text, put in order: oldest record first, each record's parts from its
 * first line to its last.  Lines before the first header stay before. */
void pm_pstore_order(struct pm_slice text, struct pm_buf *out);

#endif

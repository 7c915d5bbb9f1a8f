/* Flight records (formats/keep.h) in a file of any bytes: an image of memory, of the piece of it that is reserved for them, of a
 * disk that one was written to. Each becomes the text that the next start prints of it (formats/SPEC.md, section 5), so that there
 * is one way from a record to an incident. */
#ifndef PM_KEEP_H
#define PM_KEEP_H

#include "base/memory.h"
#include "formats/keep.h"

#include <stdbool.h>
#include <stdint.h>

#define PM_KEEP_RECORDS 64 /* of one file; more are not looked at */

struct pm_keep_record {
	struct kf_keep keep;
	uint64_t offset; /* in the file */
	bool damaged, read;
	uint32_t mended;
	char *text; /* keep.size bytes */
};

struct pm_keep {
	struct pm_keep_record records[PM_KEEP_RECORDS];
	unsigned n;
};

struct pm_file;

/* May the file hold one?  No text does. */
bool pm_keep_may_be(const struct pm_file *file);
/* Finds the records: of each run the newest that is whole, oldest run first. */
void pm_keep_find(const struct pm_file *file, struct pm_keep *out);
void pm_keep_deinit(struct pm_keep *keep);
/* Did it end in order? */
bool pm_keep_in_order(const struct pm_keep_record *record);
/* Adds the text of one. */
void pm_keep_text(const struct pm_keep_record *record, struct pm_buf *text);

#endif

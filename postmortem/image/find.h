/* Where in an image the recorder's note and its symbols are.  For image.c. */
#ifndef PM_IMAGE_FIND_H
#define PM_IMAGE_FIND_H

#include "image/image.h"

/* Fills found, note, note_is, note_at, note_trouble. scan: memory may be searched, page by page. */
void pm_image_find_note(struct pm_image *image, bool scan);

/* Reads a symbol table (at 0: only its physical address is known), of which pages may be missing, at its virtual or, where that is not mapped, its
 * physical address (0: not known); and takes it. */
struct pm_error *pm_image_read_table(struct pm_image *image, const struct kf_note_symbols *where)
	__attribute__((warn_unused_result));

/* The address that a table of symbols counts from, by where calls of the code that CPUs run lead; relative: its symbols
 * counted from 0.  false: no address fits. */
bool pm_image_find_anchor(struct pm_image *image, const struct pm_image_symbols *relative,
			  uint64_t *anchor_out);

#endif

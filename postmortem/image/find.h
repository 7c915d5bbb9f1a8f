/* Where in an image the recorder's note and its symbols are.  For image.c. */
#ifndef PM_IMAGE_FIND_H
#define PM_IMAGE_FIND_H

#include "image/image.h"

/* Fills found, note, note_is, note_at, note_trouble. scan: memory may be searched, page by page. */
void pm_image_find_note(struct pm_image *image, bool scan);

/* Reads a symbol table of size bytes, of which pages may be missing, at its virtual or, where that is not mapped, its
 * physical address (0: not known); and takes it. */
struct pm_error *pm_image_read_table(struct pm_image *image, const struct kf_note_symbols *where)
	__attribute__((warn_unused_result));

#endif

/* Whose memory an image without a header is, by what is known to lie in
 * memories: byte order, word size, architecture. */
#ifndef PM_IMAGE_MACHINE_H
#define PM_IMAGE_MACHINE_H

#include "read/dump.h"

struct pm_image_machine {
	enum pm_arch arch; /* PM_ARCH_UNKNOWN: not told */
	unsigned word;     /* bytes; 0: not told */
	bool has_order, big_endian;
	enum pm_grade grade; /* of the byte order: certain by a magic number with a
                          sum, likely by counting addresses */
	uint64_t table_at;   /* of a table of symbols (kpanic/symbols.h), physical; 0:
                          none found */
	char words[256];     /* what it was told by, for people; "": by nothing */
};

/* Looks at every page that is there, at the first MiB's 16-byte lines, and at
 * the words of some pages.  The first that says something wins over those that
 * follow. */
void pm_image_machine_of(struct pm_dump *dump, struct pm_image_machine *out);

#endif

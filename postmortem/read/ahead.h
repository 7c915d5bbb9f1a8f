/* Reading a file forward in small steps with few calls of the system: the stretch that was read last is kept, and
 * whoever goes on where the last read ended gets a longer one.
 *
 * Not to be shared between threads.
 */
#ifndef PM_AHEAD_H
#define PM_AHEAD_H

#include "read/file.h"

struct pm_ahead {
	uint8_t *bytes; /* [size] */
	size_t size;
	const struct pm_file *file; /* that the stretch is of; NULL: none */
	uint64_t start, next;       /* of the stretch; where the last read ended */
	size_t n;                   /* bytes of the stretch */
};

/* size: of a longer read; no read may want more. */
void pm_ahead_init(struct pm_ahead *ahead, size_t size);
void pm_ahead_deinit(struct pm_ahead *ahead);

/* As pm_file_read, but returns where the bytes are, until the next read; *got_out: how many of n. */
const uint8_t *pm_ahead_read(struct pm_ahead *ahead, const struct pm_file *file, uint64_t offset, size_t n,
			     size_t *got_out, int *errno_out);

#endif

#include "read/ahead.h"

#include "base/memory.h"

#include <stdlib.h>

void pm_ahead_init(struct pm_ahead *ahead, size_t size)
{
	*ahead = (struct pm_ahead){ .bytes = pm_alloc(size), .size = size };
}

void pm_ahead_deinit(struct pm_ahead *ahead)
{
	free(ahead->bytes);
}

const uint8_t *pm_ahead_read(struct pm_ahead *ahead, const struct pm_file *file, uint64_t offset, size_t n,
			     size_t *got_out, int *errno_out)
{
	bool same = ahead->file == file, goes_on = same && offset == ahead->next;

	*errno_out = 0;
	if (!same || offset < ahead->start || offset - ahead->start > ahead->n ||
	    n > ahead->n - (size_t)(offset - ahead->start)) {
		/* An error behind what is wanted now is met again when that is wanted. */
		ahead->n = pm_file_read(file, offset, ahead->bytes, goes_on ? ahead->size : n, errno_out);
		ahead->file = file;
		ahead->start = offset;
	}
	size_t in = (size_t)(offset - ahead->start);

	*got_out = n < ahead->n - in ? n : ahead->n - in;
	ahead->next = offset + n;
	return ahead->bytes + in;
}

/* Whole buffers out of zlib, gzip, xz and zstd: compressed modules and debug sections. */
#ifndef PM_INFLATE_H
#define PM_INFLATE_H

#include "base/error.h"
#include "symbols/bytes.h"

enum pm_packing { PM_PACKED_NOT, PM_PACKED_ZLIB, PM_PACKED_GZIP, PM_PACKED_XZ, PM_PACKED_ZSTD };

/* By the first bytes; never PM_PACKED_ZLIB, which has no mark. */
enum pm_packing pm_packing_of(struct pm_bytes in);

/* Unpacks into new storage that the caller frees.  size_hint: the size told beforehand, or 0.
 * PM_BAD_DATA, PM_TRUNCATED; PM_UNSUPPORTED when the result is longer than limit bytes. */
struct pm_error *pm_inflate(enum pm_packing packing, struct pm_bytes in, size_t size_hint, size_t limit,
			    uint8_t **out, size_t *n_out) __attribute__((warn_unused_result));

#endif

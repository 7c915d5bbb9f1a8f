/* A bounds-checked cursor over bytes in order: headers of files.
 * (ELF and DWARF are read by offset: symbols/bytes.h.)
 *
 * On error it does not advance, and the error names the source and the offset.
 * Bytes become integers by loads, never by laying a struct over them, so
 * big-endian input costs nothing.
 */
#ifndef PM_CURSOR_H
#define PM_CURSOR_H

#include "base/error.h"
#include "base/slice.h"

struct pm_cursor {
	const char *name;    /* of the source, for errors; borrowed */
	const uint8_t *data; /* borrowed */
	size_t size, pos;
	uint64_t base; /* offset of data[0] in the source */
	bool big_endian;
};

void pm_cursor_init(struct pm_cursor *cur, const char *name, const void *data, size_t size);
static inline size_t pm_cursor_left(const struct pm_cursor *cur)
{
	return cur->size - cur->pos;
}
/* An error at the cursor's place: "<name>: offset 0x40: <formatted>". */
struct pm_error *pm_cursor_error(const struct pm_cursor *cur, enum pm_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), warn_unused_result));

/* PM_TRUNCATED when fewer bytes are left. */
struct pm_error *pm_cursor_u8(struct pm_cursor *cur, uint8_t *out) __attribute__((warn_unused_result));
struct pm_error *pm_cursor_u16(struct pm_cursor *cur, uint16_t *out) __attribute__((warn_unused_result));
struct pm_error *pm_cursor_u32(struct pm_cursor *cur, uint32_t *out) __attribute__((warn_unused_result));
struct pm_error *pm_cursor_u64(struct pm_cursor *cur, uint64_t *out) __attribute__((warn_unused_result));
/* Borrows n bytes; valid as long as the cursor's data. */
struct pm_error *pm_cursor_bytes(struct pm_cursor *cur, size_t n, const uint8_t **out)
	__attribute__((warn_unused_result));
struct pm_error *pm_cursor_skip(struct pm_cursor *cur, size_t n) __attribute__((warn_unused_result));

#endif

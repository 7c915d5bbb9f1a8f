/* The bytes of a dump file at any offset.
 *
 * A seekable file is read where it is asked for and nowhere else.  What cannot be
 * sought in (a pipe) or is wrapped in gzip, xz or zstd is read once, into a file
 * without a name in $TMPDIR (/var/tmp).
 *
 * Safe to share between threads after it was opened.
 */
#ifndef PM_FILE_H
#define PM_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pm_file;
struct pm_source;

/* path "-": standard input.  PM_IO. */
struct pm_error *pm_file_open(const char *path, struct pm_file **out) __attribute__((warn_unused_result));
/* The same from a source of which nothing was read yet (console/source.h); takes it over, also on error. */
struct pm_error *pm_file_from_source(const char *name, struct pm_source *source, struct pm_file **out)
	__attribute__((warn_unused_result));
/* A file of n bytes in memory, borrowed: for tests and fuzzers. */
struct pm_file *pm_file_memory(const char *name, const void *bytes, size_t n)
	__attribute__((returns_nonnull));
void pm_file_close(struct pm_file *file); /* NULL is allowed */

const char *pm_file_name(const struct pm_file *file);
/* Bytes; UINT64_MAX where the operating system does not tell (/proc/vmcore tells). */
uint64_t pm_file_size(const struct pm_file *file);
/* What is wrong with the file's wrapping ("gzip data ends early …"); NULL: nothing. */
const char *pm_file_trouble(const struct pm_file *file);
/* As many of n bytes at offset as there are: fewer only at the end of the file or where it
 * cannot be read, and then *errno_out (may be NULL; else 0 or an errno) tells the two apart. */
size_t pm_file_read(const struct pm_file *file, uint64_t offset, void *buf, size_t n, int *errno_out);

/* makedumpfile's flattened format, in which the records of a dump stand in the order they were written
 * in, as the dump itself.  Reads the records' headers, none of their data; what was never written reads
 * as zero.  Takes inner over, also on error.  Records behind a damaged header are found again where
 * that can be; pm_file_trouble tells.  PM_BAD_DATA, PM_TRUNCATED: not one record. */
bool pm_file_is_flattened(const uint8_t *start, size_t n);
struct pm_error *pm_file_flattened(struct pm_file *inner, struct pm_file **out)
	__attribute__((warn_unused_result));

/* For tests: inner with parts of it overwritten, and cut at size bytes, without a copy.  Of damages that
 * overlap the later one wins.  Takes inner over. */
struct pm_damage {
	uint64_t offset, size;
	const uint8_t *bytes; /* borrowed; NULL: noise, told by the offset alone */
};
struct pm_file *pm_file_damaged(struct pm_file *inner, const struct pm_damage *damages, size_t n,
				uint64_t size) __attribute__((returns_nonnull));

#endif

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

#include <stddef.h>
#include <stdint.h>

struct pm_file;

/* path "-": standard input.  PM_IO; PM_USAGE for a directory. */
struct pm_error *pm_file_open(const char *path, struct pm_file **out) __attribute__((warn_unused_result));
/* A file of n bytes in memory, borrowed: for tests and fuzzers. */
struct pm_file *pm_file_memory(const char *name, const void *bytes, size_t n)
	__attribute__((returns_nonnull));
void pm_file_close(struct pm_file *file); /* NULL is allowed */

const char *pm_file_name(const struct pm_file *file);
/* Bytes; UINT64_MAX where the operating system does not tell (/proc/vmcore tells). */
uint64_t pm_file_size(const struct pm_file *file);
/* As many of n bytes at offset as there are: fewer only at the end of the file or where it
 * cannot be read, and then *error_out (may be NULL; else 0 or an errno) tells the two apart. */
size_t pm_file_read(const struct pm_file *file, uint64_t offset, void *buf, size_t n, int *errno_out);

/* A file whose bytes lie elsewhere in another: piece i is `size` bytes at `offset` of the file that
 * are found at `from` of the inner one.  The pieces are sorted here; of pieces that overlap the
 * later one (in the order given) is the one that was written last and wins.  Takes inner over. */
struct pm_file_piece {
	uint64_t offset, size, from;
};
struct pm_file *pm_file_pieces(struct pm_file *inner, const struct pm_file_piece *pieces, size_t n)
	__attribute__((returns_nonnull));

#endif

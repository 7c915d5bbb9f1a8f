/* Bytes of a text, decompressed: a file, standard input, or memory.
 * gzip, xz and zstd are recognised by their first bytes, never by a name. */
#ifndef PM_SOURCE_H
#define PM_SOURCE_H

#include "base/error.h"
#include "base/slice.h"

struct pm_source;

/* path "-" is standard input.  Errors name the path: PM_IO (missing, a directory,
 * no permission), PM_UNSUPPORTED (an ELF file or a dump is no text). */
struct pm_error *pm_source_open(const char *path, struct pm_source **source_out)
	__attribute__((warn_unused_result));
/* The same from an open descriptor, which the source closes: the output of a command. */
struct pm_error *pm_source_fd(const char *name, int fd, struct pm_source **source_out)
	__attribute__((warn_unused_result));
/* Whatever it is: a dump, maybe.  Its first bytes, unpacked, tell (they are read again; up to 4096 of them,
 * fewer from a pipe).  pm_source_text then refuses what pm_source_open does. */
struct pm_error *pm_source_open_any(const char *path, struct pm_source **source_out)
	__attribute__((warn_unused_result));
size_t pm_source_head(struct pm_source *source, const uint8_t **head_out);
struct pm_error *pm_source_text(struct pm_source *source) __attribute__((warn_unused_result));
/* The file that is read as it is, where it is a file; else -1. */
int pm_source_descriptor(const struct pm_source *source);
/* The text is borrowed until the source is closed. */
struct pm_source *pm_source_memory(const char *name, struct pm_slice text);
void pm_source_close(struct pm_source *source);
/* The first bytes of an uncompressed text, before anything was read; may be empty. */
struct pm_slice pm_source_peek(const struct pm_source *source);

/* Reads up to size bytes; *got_out is 0 at the end only.  PM_TRUNCATED or PM_BAD_DATA
 * when compressed data ends early or is damaged: what came before was given out. */
struct pm_error *pm_source_read(struct pm_source *source, void *bytes, size_t size, size_t *got_out)
	__attribute__((warn_unused_result));

#endif

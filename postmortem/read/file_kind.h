/* The inside of a file, for its kinds. */
#ifndef PM_FILE_KIND_H
#define PM_FILE_KIND_H

#include "read/file.h"

struct pm_file_ops {
	/* As pm_file_read; errno_out is never NULL and holds 0. */
	size_t (*read)(const struct pm_file *file, uint64_t offset, uint8_t *buf, size_t n, int *errno_out);
	void (*close)(struct pm_file *file); /* may be NULL */
};

struct pm_file {
	const struct pm_file_ops *ops;
	char *name;
	uint64_t size;
	char *trouble; /* NULL: none */
	void *state;   /* of the kind; freed with free() after close */
};

/* state of state_size bytes, zeroed. */
struct pm_file *pm_file_new(const struct pm_file_ops *ops, const char *name, uint64_t size, size_t state_size)
	__attribute__((returns_nonnull));

/* Reads a source to its end into a file without a name. */
struct pm_error *pm_spool(const char *name, struct pm_source *source, int *copy_out, uint64_t *size_out,
			  char **trouble_out) __attribute__((warn_unused_result));

#endif

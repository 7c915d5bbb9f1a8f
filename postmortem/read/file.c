/* Opening files, and the two plain kinds: a descriptor, and bytes in memory. */
#include "read/file_kind.h"

#include "base/memory.h"
#include "console/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct pm_file *pm_file_new(const struct pm_file_ops *ops, const char *name, uint64_t size, size_t state_size)
{
	struct pm_file *file = pm_alloc(sizeof(*file));

	file->ops = ops;
	file->name = pm_printf("%s", name);
	file->size = size;
	file->state = pm_alloc(state_size);
	return file;
}

static size_t read_fd(const struct pm_file *file, uint64_t offset, uint8_t *buf, size_t n, int *errno_out)
{
	int fd = *(const int *)file->state;
	size_t done = 0;

	if (n > INT64_MAX || offset > INT64_MAX - n)
		return 0;
	while (done < n) {
		ssize_t got = pread(fd, buf + done, n - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			*errno_out = errno;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return done;
}

static void close_fd(struct pm_file *file)
{
	close(*(const int *)file->state);
}

static const struct pm_file_ops fd_ops = { read_fd, close_fd };

static struct pm_file *fd_file(const char *name, int fd, uint64_t size)
{
	struct pm_file *file = pm_file_new(&fd_ops, name, size, sizeof(fd));

	*(int *)file->state = fd;
	return file;
}

/* The descriptor of a file that can be sought in, else -1; its size. */
static int seekable(const struct pm_source *source, uint64_t *size_out)
{
	int fd = pm_source_descriptor(source);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return -1;
	off_t end = lseek(fd, 0, SEEK_END);

	if (end < 0)
		return -1;
	/* A block device has its size here, a character device (/dev/mem, /proc/kcore) none. */
	*size_out = end || S_ISREG(st.st_mode) ? (uint64_t)end : UINT64_MAX;
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

struct pm_error *pm_file_from_source(const char *name, struct pm_source *source, struct pm_file **out)
{
	struct pm_error *err = NULL;
	char *trouble = NULL;
	uint64_t size;
	int fd = seekable(source, &size);

	if (fd < 0)
		err = pm_spool(name, source, &fd, &size, &trouble);
	pm_source_close(source);
	if (err)
		return err;
	*out = fd_file(name, fd, size);
	(*out)->trouble = trouble;
	return NULL;
}

struct pm_error *pm_file_open(const char *path, struct pm_file **out)
{
	struct pm_source *source;
	struct pm_error *err = pm_source_open_any(path, &source);

	return err ? err : pm_file_from_source(strcmp(path, "-") ? path : "standard input", source, out);
}

static size_t read_memory(const struct pm_file *file, uint64_t offset, uint8_t *buf, size_t n, int *errno_out)
{
	const uint8_t *const *bytes = file->state;

	(void)errno_out;
	if (offset >= file->size)
		return 0;
	if (n > file->size - offset)
		n = (size_t)(file->size - offset);
	if (n)
		memcpy(buf, *bytes + offset, n);
	return n;
}

static const struct pm_file_ops memory_ops = { read_memory, NULL };

struct pm_file *pm_file_memory(const char *name, const void *bytes, size_t n)
{
	struct pm_file *file = pm_file_new(&memory_ops, name, n, sizeof(bytes));

	*(const void **)file->state = bytes;
	return file;
}

void pm_file_close(struct pm_file *file)
{
	if (!file)
		return;
	if (file->ops->close)
		file->ops->close(file);
	free(file->state);
	free(file->trouble);
	free(file->name);
	free(file);
}

const char *pm_file_name(const struct pm_file *file)
{
	return file->name;
}

uint64_t pm_file_size(const struct pm_file *file)
{
	return file->size;
}

const char *pm_file_trouble(const struct pm_file *file)
{
	return file->trouble;
}

size_t pm_file_read(const struct pm_file *file, uint64_t offset, void *buf, size_t n, int *errno_out)
{
	int ignored = 0;

	errno_out = errno_out ? errno_out : &ignored;
	*errno_out = 0;
	return file->ops->read(file, offset, buf, n, errno_out);
}

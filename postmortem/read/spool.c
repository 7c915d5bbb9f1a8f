/* What cannot be sought in is read once, into a file without a name: whatever happens to this process,
 * nothing stays. */
#include "read/file_kind.h"

#include "base/memory.h"
#include "console/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *spool_folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder && *folder ? folder : "/var/tmp";
}

static struct pm_error *open_spool(int *fd_out)
{
	const char *folder = spool_folder();

	*fd_out = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (*fd_out < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
		/* a file system, or a kernel, that has no O_TMPFILE */
		char *path = pm_printf("%s/kpanic.XXXXXX", folder);

		*fd_out = mkostemp(path, O_CLOEXEC);
		if (*fd_out >= 0)
			unlink(path);
		free(path);
	}
	if (*fd_out < 0)
		return pm_error_errno(
			errno, "a copy is needed, and %s takes none ($TMPDIR names another folder)", folder);
	return NULL;
}

static bool all_zero(const uint8_t *bytes, size_t n)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, n - 1);
}

static struct pm_error *put(int fd, const uint8_t *bytes, size_t n, uint64_t offset)
{
	while (n) {
		ssize_t done = pwrite(fd, bytes, n, (off_t)offset);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return pm_error_errno(
				errno, "a copy is needed, and %s ($TMPDIR) has no room behind %llu MiB",
				spool_folder(), (unsigned long long)(offset >> 20));
		bytes += done;
		n -= (size_t)done;
		offset += (size_t)done;
	}
	return NULL;
}

/* Pages of zeros become holes: an unpacked dump is mostly that. */
static struct pm_error *put_with_holes(int fd, const uint8_t *bytes, size_t n, uint64_t offset)
{
	static const size_t page = 4096;
	size_t start = 0, at = 0;

	while (at < n) {
		size_t size = n - at < page ? n - at : page;

		if (all_zero(bytes + at, size)) {
			struct pm_error *err = put(fd, bytes + start, at - start, offset + start);

			if (err)
				return err;
			start = at + size;
		}
		at += size;
	}
	return put(fd, bytes + start, n - start, offset + start);
}

static struct pm_error *copy_all(struct pm_source *source, int fd, uint64_t *size_out, char **trouble_out)
{
	static const size_t block = 1 << 18;
	uint8_t *bytes = pm_alloc(block);
	struct pm_error *err = NULL, *read_err = NULL;
	uint64_t size = 0;
	size_t n;

	do {
		size_t got = 1;

		for (n = 0; n < block && got && !read_err; n += got)
			read_err = pm_source_read(source, bytes + n, block - n, &got);
		err = put_with_holes(fd, bytes, n, size);
		size += n;
	} while (!err && !read_err && n == block);
	free(bytes);
	if (!err && ftruncate(fd, (off_t)size))
		err = pm_error_errno(errno, "%s", spool_folder());
	/* What a damaged wrapping still gave is a dump that was cut. */
	if (!err && !size) {
		err = read_err;
		read_err = NULL;
	}
	if (!err && read_err)
		*trouble_out = pm_printf("%s", read_err->message);
	pm_error_free(read_err);
	*size_out = size;
	return err;
}

struct pm_error *pm_spool(const char *name, struct pm_source *source, int *copy_out, uint64_t *size_out,
			  char **trouble_out)
{
	int copy = -1;
	struct pm_error *err = open_spool(&copy);

	*trouble_out = NULL;
	if (err)
		err = pm_error_prepend(err, "%s", name);
	if (!err) {
		err = copy_all(source, copy, size_out, trouble_out);
		/* the source's own errors name it */
		if (err && strncmp(err->message, name, strlen(name)) != 0)
			err = pm_error_prepend(err, "%s", name);
	}
	if (err && copy >= 0)
		close(copy);
	*copy_out = copy;
	return err;
}

/* Files of three kinds behind one read: a descriptor, bytes in memory, pieces of another file. */
#include "read/file.h"

#include "base/memory.h"
#include "console/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct pm_file {
	char *name;
	int fd; /* -1: not a descriptor */
	uint64_t size;
	const uint8_t *bytes;  /* of a file in memory */
	struct pm_file *inner; /* of a file in pieces */
	struct pm_file_piece *pieces;
	size_t pieces_n;
};

static struct pm_file *file_new(const char *name, int fd, uint64_t size)
{
	struct pm_file *file = pm_alloc(sizeof(*file));

	file->name = pm_printf("%s", name);
	file->fd = fd;
	file->size = size;
	return file;
}

/* A file without a name: whatever happens to this process, nothing stays. */
static struct pm_error *open_spool(int *fd_out)
{
	const char *folder = getenv("TMPDIR");

	if (!folder || !*folder)
		folder = "/var/tmp";
	*fd_out = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (*fd_out < 0) {
		char *path = pm_printf("%s/kpanic.XXXXXX", folder);

		*fd_out = mkostemp(path, O_CLOEXEC);
		if (*fd_out >= 0)
			unlink(path);
		free(path);
	}
	if (*fd_out < 0)
		return pm_error_errno(errno, "%s: a temporary file", folder);
	return NULL;
}

/* An all-zero block becomes a hole. */
static bool all_zero(const uint8_t *bytes, size_t n)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, n - 1);
}

static struct pm_error *spool(struct pm_source *source, int fd, uint64_t *size_out)
{
	static const size_t block = 1 << 16;
	uint8_t *bytes = pm_alloc(block);
	struct pm_error *err = NULL;
	uint64_t size = 0;

	for (;;) {
		size_t got = 0;

		err = pm_source_read(source, bytes, block, &got);
		if (!got)
			break;
		if (!all_zero(bytes, got))
			for (size_t done = 0; done < got;) {
				ssize_t n = pwrite(fd, bytes + done, got - done, (off_t)(size + done));

				if (n < 0 && errno == EINTR)
					continue;
				if (n < 0) {
					pm_error_free(err);
					err = pm_error_errno(errno, "writing a temporary copy");
					goto out;
				}
				done += (size_t)n;
			}
		size += got;
		if (err)
			break;
	}
	/* What a damaged wrapping still gave is a dump that was cut. */
	if (err && size)
		pm_error_free(err), err = NULL;
	if (!err && ftruncate(fd, (off_t)size))
		err = pm_error_errno(errno, "writing a temporary copy");
out:
	free(bytes);
	*size_out = size;
	return err;
}

static bool is_wrapped(int fd)
{
	static const struct {
		uint8_t n, bytes[6];
	} magics[] = {
		{ 2, { 0x1f, 0x8b } },
		{ 6, { 0xfd, '7', 'z', 'X', 'Z', 0 } },
		{ 4, { 0x28, 0xb5, 0x2f, 0xfd } },
	};
	uint8_t start[6];
	ssize_t got = pread(fd, start, sizeof(start), 0);

	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (got >= magics[i].n && !memcmp(start, magics[i].bytes, magics[i].n))
			return true;
	return false;
}

struct pm_error *pm_file_open(const char *path, struct pm_file **out)
{
	bool is_stdin = !strcmp(path, "-");
	const char *name = is_stdin ? "standard input" : path;
	int fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		struct pm_error *err = pm_error_errno(errno, "%s", name);

		if (fd >= 0)
			close(fd);
		return err;
	}
	if (S_ISDIR(st.st_mode)) {
		close(fd);
		return pm_error_new(PM_USAGE, "%s: is a directory", name);
	}
	off_t end = lseek(fd, 0, SEEK_END);

	if (end >= 0 && lseek(fd, 0, SEEK_SET) == 0 && !is_wrapped(fd)) {
		/* A block device has its size here, a character device (/dev/mem, /proc/kcore) none. */
		*out = file_new(name, fd, end ? (uint64_t)end : S_ISREG(st.st_mode) ? 0 : UINT64_MAX);
		return NULL;
	}
	struct pm_source *source;
	struct pm_error *err = pm_source_fd(name, fd, &source);
	int copy = -1;
	uint64_t size = 0;

	if (err)
		return err;
	err = open_spool(&copy);
	if (!err)
		err = spool(source, copy, &size);
	pm_source_close(source);
	if (err) {
		if (copy >= 0)
			close(copy);
		return pm_error_prepend(err, "%s", name);
	}
	*out = file_new(name, copy, size);
	return NULL;
}

struct pm_file *pm_file_memory(const char *name, const void *bytes, size_t n)
{
	struct pm_file *file = file_new(name, -1, n);

	file->bytes = bytes;
	return file;
}

void pm_file_close(struct pm_file *file)
{
	if (!file)
		return;
	if (file->fd >= 0)
		close(file->fd);
	pm_file_close(file->inner);
	free(file->pieces);
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

static size_t read_fd(const struct pm_file *file, uint64_t offset, uint8_t *buf, size_t n, int *errno_out)
{
	size_t done = 0;

	if (offset > INT64_MAX - n)
		return 0;
	while (done < n) {
		ssize_t got = pread(file->fd, buf + done, n - done, (off_t)(offset + done));

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

/* The piece that holds offset, or the first one behind it; pieces_n: none. */
static size_t piece_at(const struct pm_file *file, uint64_t offset)
{
	size_t low = 0, high = file->pieces_n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (file->pieces[middle].offset + file->pieces[middle].size > offset)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static size_t read_pieces(const struct pm_file *file, uint64_t offset, uint8_t *buf, size_t n, int *errno_out)
{
	size_t done = 0;

	for (size_t i = piece_at(file, offset); done < n && offset + done < file->size; i++) {
		uint64_t at = offset + done;
		size_t left = n - done;
		uint64_t hole = i < file->pieces_n ? file->pieces[i].offset : file->size;

		if (at < hole) { /* what was never written reads as zero */
			size_t skip = hole - at < left ? (size_t)(hole - at) : left;

			memset(buf + done, 0, skip);
			done += skip;
			at += skip;
			left -= skip;
		}
		if (!left || i >= file->pieces_n)
			break;
		const struct pm_file_piece *piece = &file->pieces[i];
		uint64_t inside = at - piece->offset;
		size_t want = piece->size - inside < left ? (size_t)(piece->size - inside) : left;
		size_t got = pm_file_read(file->inner, piece->from + inside, buf + done, want, errno_out);

		done += got;
		if (got < want)
			break;
	}
	return done;
}

size_t pm_file_read(const struct pm_file *file, uint64_t offset, void *buf, size_t n, int *errno_out)
{
	int ignored;

	errno_out = errno_out ? errno_out : &ignored;
	*errno_out = 0;
	if (file->inner)
		return read_pieces(file, offset, buf, n, errno_out);
	if (!file->bytes)
		return read_fd(file, offset, buf, n, errno_out);
	if (offset >= file->size)
		return 0;
	if (n > file->size - offset)
		n = (size_t)(file->size - offset);
	memcpy(buf, file->bytes + offset, n);
	return n;
}

static int compare_pieces(const void *a, const void *b)
{
	const struct pm_file_piece *x = a, *y = b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->from < y->from ? -1 : x->from > y->from;
}

struct pm_file *pm_file_pieces(struct pm_file *inner, const struct pm_file_piece *pieces, size_t n)
{
	struct pm_file *file = file_new(inner->name, -1, 0);
	size_t kept = 0;

	file->inner = inner;
	/* Twice: a piece that another one lies inside of becomes two. */
	file->pieces = pm_alloc((2 * n + 1) * sizeof(*pieces));
	struct pm_file_piece *sorted = pm_alloc((n + 1) * sizeof(*pieces));
	for (size_t i = 0; i < n; i++)
		if (pieces[i].size && pieces[i].offset <= UINT64_MAX - pieces[i].size)
			sorted[kept++] = pieces[i];
	qsort(sorted, kept, sizeof(*sorted), compare_pieces);
	/* `from` grows with the time of writing; the usual overlap is a header written once more, whole. */
	for (size_t i = 0; i < kept; i++) {
		struct pm_file_piece piece = sorted[i];
		struct pm_file_piece *last = file->pieces_n ? &file->pieces[file->pieces_n - 1] : NULL;
		uint64_t last_end = last ? last->offset + last->size : 0;

		if (last && piece.offset < last_end) {
			if (piece.from < last->from) { /* older: only what stands out behind */
				uint64_t cut = last_end - piece.offset;

				if (piece.size <= cut)
					continue;
				piece.offset += cut;
				piece.from += cut;
				piece.size -= cut;
			} else {
				uint64_t end = piece.offset + piece.size;
				struct pm_file_piece rest = { end, last_end > end ? last_end - end : 0,
							      last->from + (end - last->offset) };

				last->size = piece.offset - last->offset;
				if (!last->size)
					file->pieces_n--;
				file->pieces[file->pieces_n++] = piece;
				if (rest.size)
					file->pieces[file->pieces_n++] = rest;
				continue;
			}
		}
		file->pieces[file->pieces_n++] = piece;
	}
	free(sorted);
	if (file->pieces_n)
		file->size = file->pieces[file->pieces_n - 1].offset + file->pieces[file->pieces_n - 1].size;
	return file;
}

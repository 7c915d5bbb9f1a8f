#include "console/source.h"

#include "base/cursor.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define INPUT_SIZE (256 * 1024)
#define HEAD_SIZE 4096
/* An xz stream tells how much memory its dictionary wants; more than this is refused. */
#define XZ_MEMORY_MAX (96u * 1024 * 1024)
#define ZSTD_WINDOW_LOG_MAX 25 /* 32 MiB */
#define ZSTD_WINDOW_LOG_BIG 27 /* as far as `zstd -d` goes unasked: for dumps */

struct pm_source;

/* One compression: how to start, to go on and to end.  step() turns input[pos…n) into
 * output; it sets done at the end of a member. */
struct codec {
	const char *name;
	uint8_t magic[6];
	size_t magic_size;
	struct pm_error *(*start)(struct pm_source *source);
	struct pm_error *(*step)(struct pm_source *source, uint8_t *out, size_t size, size_t *got_out);
	void (*end)(struct pm_source *source);
};

struct pm_source {
	char *name;
	int fd; /* -1: memory */
	bool close_fd;
	bool binary;   /* a dump may be expected */
	uint8_t *head; /* unpacked to look at, to be given out still */
	size_t head_n, head_pos;
	struct pm_error *late; /* that came up with the head; said when that was read */
	struct pm_slice memory;
	uint8_t *input;
	size_t n, pos;
	bool input_end;
	bool member_done; /* the compressed member has ended cleanly */
	uint64_t given;
	const struct codec *codec;
	union {
		z_stream zlib;
		lzma_stream xz;
		ZSTD_DStream *zstd;
	} state;
};

static struct pm_error *refill(struct pm_source *source)
{
	if (source->pos < source->n || source->input_end)
		return NULL;
	source->pos = source->n = 0;
	for (;;) {
		ssize_t got = read(source->fd, source->input, INPUT_SIZE);

		if (got > 0)
			source->n = (size_t)got;
		else if (got == 0)
			source->input_end = true;
		else if (errno == EINTR)
			continue;
		else
			return pm_error_errno(errno, "%s", source->name);
		return NULL;
	}
}

static struct pm_error *damaged(struct pm_source *source, enum pm_code code, const char *why)
{
	return pm_error_new(code, "%s: %s data %s after %llu bytes of %s", source->name, source->codec->name,
			    why, (unsigned long long)source->given,
			    source->binary ? "what it holds" : "text");
}

static struct pm_error *gzip_start(struct pm_source *source)
{
	if (inflateInit2(&source->state.zlib, 16 + MAX_WBITS) != Z_OK)
		return damaged(source, PM_BAD_DATA, "cannot be started");
	return NULL;
}

static struct pm_error *gzip_step(struct pm_source *source, uint8_t *out, size_t size, size_t *got_out)
{
	z_stream *z = &source->state.zlib;

	if (source->member_done) {
		/* Members may follow each other; anything else behind one is padding. */
		if (source->input[source->pos] != 0x1f) {
			source->pos = source->n;
			source->input_end = true;
			return NULL;
		}
		inflateReset(z);
		source->member_done = false;
	}
	z->next_in = source->input + source->pos;
	z->avail_in = (uInt)(source->n - source->pos);
	z->next_out = out;
	z->avail_out = (uInt)size;
	int rc = inflate(z, Z_NO_FLUSH);
	source->pos = source->n - z->avail_in;
	*got_out = size - z->avail_out;
	if (rc == Z_STREAM_END)
		source->member_done = true;
	else if (rc != Z_OK && rc != Z_BUF_ERROR)
		return damaged(source, PM_BAD_DATA, "damaged");
	return NULL;
}

static void gzip_end(struct pm_source *source)
{
	inflateEnd(&source->state.zlib);
}

static struct pm_error *xz_start(struct pm_source *source)
{
	source->state.xz = (lzma_stream)LZMA_STREAM_INIT;
	if (lzma_stream_decoder(&source->state.xz, XZ_MEMORY_MAX, LZMA_CONCATENATED) != LZMA_OK)
		return damaged(source, PM_BAD_DATA, "cannot be started");
	return NULL;
}

static struct pm_error *xz_step(struct pm_source *source, uint8_t *out, size_t size, size_t *got_out)
{
	lzma_stream *xz = &source->state.xz;

	xz->next_in = source->input + source->pos;
	xz->avail_in = source->n - source->pos;
	xz->next_out = out;
	xz->avail_out = size;
	lzma_ret rc = lzma_code(xz, source->input_end ? LZMA_FINISH : LZMA_RUN);
	source->pos = source->n - xz->avail_in;
	*got_out = size - xz->avail_out;
	if (rc == LZMA_STREAM_END)
		source->member_done = true;
	else if (rc == LZMA_MEMLIMIT_ERROR)
		return damaged(source, PM_UNSUPPORTED, "wants more than 96 MiB of memory");
	else if (rc != LZMA_OK && rc != LZMA_BUF_ERROR)
		return damaged(source, PM_BAD_DATA, "damaged");
	return NULL;
}

static void xz_end(struct pm_source *source)
{
	lzma_end(&source->state.xz);
}

static struct pm_error *zstd_start(struct pm_source *source)
{
	source->state.zstd = ZSTD_createDStream();
	if (!source->state.zstd)
		return damaged(source, PM_BAD_DATA, "cannot be started");
	ZSTD_DCtx_setParameter(source->state.zstd, ZSTD_d_windowLogMax,
			       source->binary ? ZSTD_WINDOW_LOG_BIG : ZSTD_WINDOW_LOG_MAX);
	return NULL;
}

static struct pm_error *zstd_step(struct pm_source *source, uint8_t *out, size_t size, size_t *got_out)
{
	ZSTD_inBuffer in = { source->input, source->n, source->pos };
	ZSTD_outBuffer to = { out, size, 0 };
	size_t rc = ZSTD_decompressStream(source->state.zstd, &to, &in);

	source->pos = in.pos;
	*got_out = to.pos;
	if (ZSTD_isError(rc))
		return damaged(source, PM_BAD_DATA, ZSTD_getErrorName(rc));
	source->member_done = rc == 0;
	return NULL;
}

static void zstd_end(struct pm_source *source)
{
	ZSTD_freeDStream(source->state.zstd);
}

static const struct codec codecs[] = {
	{ "gzip", { 0x1f, 0x8b }, 2, gzip_start, gzip_step, gzip_end },
	{ "xz", { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, xz_start, xz_step, xz_end },
	{ "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4, zstd_start, zstd_step, zstd_end },
};

/* What is recognised and refused, so that the message can say what it is. */
static const struct {
	const char *magic;
	size_t size;
	const char *words;
} refused[] = {
	{ "KDUMP   ", 8,
	  "a kdump-compressed memory dump, not a console text: this version does not read dumps" },
	{ "makedumpfile", 12,
	  "a flattened memory dump, not a console text: this version does not read dumps" },
	{ "LPKSHHRH", 8, "a binary journal file: give the output of journalctl -k --file=FILE" },
	{ "BZh", 3, "bzip2-compressed: unpack it first" },
	{ "\x04\x22\x4d\x18", 4, "lz4-compressed: unpack it first" },
	{ "PK\3\4", 4, "a zip archive: unpack it first" },
	{ "\xff\xfe", 2, "UTF-16 text: convert it first (iconv -f UTF-16 -t UTF-8)" },
	{ "\xfe\xff", 2, "UTF-16 text: convert it first (iconv -f UTF-16 -t UTF-8)" },
	{ "\x89PNG", 4, "a picture: its text is wanted" },
	{ "\xff\xd8\xff", 3, "a picture: its text is wanted" },
};

static struct pm_error *refuse_binaries(const struct pm_source *source)
{
	if (source->codec)
		return NULL;
	struct pm_slice head = { (const char *)source->input, source->n };

	for (size_t i = 0; i < PM_COUNT(refused); i++)
		if (pm_slice_starts(head, (struct pm_slice){ refused[i].magic, refused[i].size }))
			return pm_error_new(PM_UNSUPPORTED, "%s: %s", source->name, refused[i].words);
	if (!pm_slice_starts(head, PM_S("\177ELF")))
		return NULL;

	struct pm_cursor cur;
	uint8_t data = 0;
	uint16_t type = 0;
	pm_cursor_init(&cur, source->name, source->input, source->n);
	struct pm_error *err = pm_cursor_skip(&cur, 5);
	if (!err)
		err = pm_cursor_u8(&cur, &data);
	if (!err)
		err = pm_cursor_skip(&cur, 10);
	cur.big_endian = data == 2; /* ELFDATA2MSB */
	if (!err)
		err = pm_cursor_u16(&cur, &type);
	if (err)
		return pm_error_prepend(err, "ELF header");
	if (type == 4) /* ET_CORE */
		return pm_error_new(
			PM_UNSUPPORTED,
			"%s: an ELF memory dump, not a console text: this version does not read dumps",
			source->name);
	return pm_error_new(PM_UNSUPPORTED, "%s: an ELF file that is no dump: nothing to explain",
			    source->name);
}

static struct pm_error *recognise(struct pm_source *source)
{
	struct pm_error *err = refill(source);

	/* A pipe may give its first bytes one by one. */
	while (!err && !source->input_end && source->n < 64) {
		ssize_t got = read(source->fd, source->input + source->n, INPUT_SIZE - source->n);

		if (got > 0)
			source->n += (size_t)got;
		else if (got == 0)
			source->input_end = true;
		else if (errno != EINTR)
			err = pm_error_errno(errno, "%s", source->name);
	}
	if (err)
		return err;
	for (size_t i = 0; i < PM_COUNT(codecs); i++) {
		const struct codec *codec = &codecs[i];

		if (source->n >= codec->magic_size &&
		    !memcmp(source->input, codec->magic, codec->magic_size)) {
			source->codec = codec;
			err = codec->start(source);
			if (err)
				source->codec = NULL;
			return err;
		}
	}
	return source->binary ? NULL : refuse_binaries(source);
}

/* Takes the open descriptor over; err tells why there is none. */
static struct pm_error *start(struct pm_source *source, struct pm_error *err, struct pm_source **source_out)
{
	struct stat st;

	source->input = pm_alloc(INPUT_SIZE);
	if (!err && !fstat(source->fd, &st) && S_ISDIR(st.st_mode))
		err = pm_error_new(PM_IO, "%s: is a directory", source->name);
	if (!err)
		err = recognise(source);
	if (err)
		pm_source_close(source);
	else
		*source_out = source;
	return err;
}

static struct pm_error *open_path(const char *path, bool binary, struct pm_source **source_out)
{
	struct pm_source *source = pm_alloc(sizeof(*source));
	struct pm_error *err = NULL;

	source->binary = binary;
	if (!strcmp(path, "-")) {
		source->name = pm_printf("standard input");
		source->fd = STDIN_FILENO;
		return start(source, NULL, source_out);
	}
	source->name = pm_printf("%s", path);
	source->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	source->close_fd = true;
	if (source->fd < 0)
		err = pm_error_errno(errno, "%s", source->name);
	return start(source, err, source_out);
}

struct pm_error *pm_source_open(const char *path, struct pm_source **source_out)
{
	return open_path(path, false, source_out);
}

struct pm_error *pm_source_open_any(const char *path, struct pm_source **source_out)
{
	return open_path(path, true, source_out);
}

struct pm_error *pm_source_fd(const char *name, int fd, struct pm_source **source_out)
{
	struct pm_source *source = pm_alloc(sizeof(*source));

	source->name = pm_printf("%s", name);
	source->fd = fd;
	source->close_fd = true;
	return start(source, NULL, source_out);
}

struct pm_error *pm_source_text(struct pm_source *source)
{
	source->binary = false;
	return refuse_binaries(source);
}

int pm_source_descriptor(const struct pm_source *source)
{
	return source->codec ? -1 : source->fd;
}

struct pm_source *pm_source_memory(const char *name, struct pm_slice text)
{
	struct pm_source *source = pm_alloc(sizeof(*source));

	source->name = pm_printf("%s", name);
	source->fd = -1;
	source->memory = text;
	return source;
}

void pm_source_close(struct pm_source *source)
{
	if (!source)
		return;
	if (source->codec)
		source->codec->end(source);
	if (source->close_fd && source->fd >= 0)
		close(source->fd);
	free(source->input);
	free(source->head);
	pm_error_free(source->late);
	free(source->name);
	free(source);
}

struct pm_slice pm_source_peek(const struct pm_source *source)
{
	if (source->fd < 0)
		return source->memory;
	if (source->codec)
		return (struct pm_slice){ NULL, 0 };
	return (struct pm_slice){ (const char *)source->input + source->pos, source->n - source->pos };
}

static struct pm_error *read_compressed(struct pm_source *source, uint8_t *bytes, size_t size,
					size_t *got_out)
{
	while (!*got_out) {
		struct pm_error *err = refill(source);
		if (err)
			return err;
		bool at_end = source->pos == source->n && source->input_end;
		if (at_end && source->member_done)
			return NULL;
		size_t before = source->pos;
		err = source->codec->step(source, bytes, size, got_out);
		source->given += *got_out;
		if (err)
			return err;
		if (at_end && !*got_out && !source->member_done)
			return damaged(source, PM_TRUNCATED, "ends early,");
		if (source->pos == before && !*got_out && source->member_done && source->input_end)
			return NULL;
	}
	return NULL;
}

size_t pm_source_head(struct pm_source *source, const uint8_t **head_out)
{
	struct pm_slice plain = pm_source_peek(source);

	if (!source->codec) {
		*head_out = (const uint8_t *)plain.p;
		return plain.n;
	}
	if (!source->head) {
		size_t got;

		source->head = pm_alloc(HEAD_SIZE);
		do {
			got = 0;
			source->late = read_compressed(source, source->head + source->head_n,
						       HEAD_SIZE - source->head_n, &got);
			source->head_n += got;
		} while (got && !source->late && source->head_n < HEAD_SIZE);
	}
	*head_out = source->head + source->head_pos;
	return source->head_n - source->head_pos;
}

struct pm_error *pm_source_read(struct pm_source *source, void *bytes, size_t size, size_t *got_out)
{
	*got_out = 0;
	if (source->fd < 0) {
		size_t n = size < source->memory.n ? size : source->memory.n;

		if (n)
			memcpy(bytes, source->memory.p, n);
		source->memory = pm_slice_from(source->memory, n);
		*got_out = n;
		return NULL;
	}
	if (source->head_pos < source->head_n) {
		*got_out =
			source->head_n - source->head_pos < size ? source->head_n - source->head_pos : size;
		memcpy(bytes, source->head + source->head_pos, *got_out);
		source->head_pos += *got_out;
		return NULL;
	}
	if (source->late) {
		struct pm_error *err = source->late;

		source->late = NULL;
		return err;
	}
	if (source->codec)
		return read_compressed(source, bytes, size, got_out);
	if (source->pos == source->n && size >= INPUT_SIZE) { /* straight into the reader's buffer */
		ssize_t got;

		do
			got = source->input_end ? 0 : read(source->fd, bytes, size);
		while (got < 0 && errno == EINTR);
		if (got < 0)
			return pm_error_errno(errno, "%s", source->name);
		*got_out = (size_t)got;
		return NULL;
	}
	struct pm_error *err = refill(source);
	if (err)
		return err;
	size_t n = source->n - source->pos < size ? source->n - source->pos : size;
	memcpy(bytes, source->input + source->pos, n);
	source->pos += n;
	*got_out = n;
	return NULL;
}

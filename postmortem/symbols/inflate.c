#include "symbols/inflate.h"

#include "base/memory.h"

#include <lzma.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

enum pm_packing pm_packing_of(struct pm_bytes in)
{
	static const struct {
		enum pm_packing packing;
		uint8_t n, bytes[6];
	} marks[] = {
		{ PM_PACKED_GZIP, 2, { 0x1f, 0x8b } },
		{ PM_PACKED_XZ, 6, { 0xfd, '7', 'z', 'X', 'Z', 0 } },
		{ PM_PACKED_ZSTD, 4, { 0x28, 0xb5, 0x2f, 0xfd } },
	};

	for (size_t i = 0; i < PM_COUNT(marks); i++)
		if (in.n >= marks[i].n && !memcmp(in.p, marks[i].bytes, marks[i].n))
			return marks[i].packing;
	return PM_PACKED_NOT;
}

/* One decoder behind each; a step consumes input and fills output. */
struct stream {
	z_stream z;
	lzma_stream x;
	ZSTD_DStream *zs;
};

enum step { STEP_MORE, STEP_END, STEP_BAD };

static enum step step_zlib(struct stream *s, struct pm_bytes *in, uint8_t *out, size_t room, size_t *made)
{
	uInt part = in->n > 1u << 30 ? 1u << 30 : (uInt)in->n,
	     space = room > 1u << 30 ? 1u << 30 : (uInt)room;

	s->z.next_in = (Bytef *)(uintptr_t)in->p;
	s->z.avail_in = part;
	s->z.next_out = out;
	s->z.avail_out = space;
	int rc = inflate(&s->z, Z_NO_FLUSH);
	in->p += part - s->z.avail_in;
	in->n -= part - s->z.avail_in;
	*made = space - s->z.avail_out;
	return rc == Z_STREAM_END ? STEP_END : rc == Z_OK || rc == Z_BUF_ERROR ? STEP_MORE : STEP_BAD;
}

static enum step step_xz(struct stream *s, struct pm_bytes *in, uint8_t *out, size_t room, size_t *made)
{
	s->x.next_in = in->p;
	s->x.avail_in = in->n;
	s->x.next_out = out;
	s->x.avail_out = room;
	lzma_ret rc = lzma_code(&s->x, LZMA_RUN);
	in->p += in->n - s->x.avail_in;
	in->n = s->x.avail_in;
	*made = room - s->x.avail_out;
	return rc == LZMA_STREAM_END                   ? STEP_END
	       : rc == LZMA_OK || rc == LZMA_BUF_ERROR ? STEP_MORE
						       : STEP_BAD;
}

static enum step step_zstd(struct stream *s, struct pm_bytes *in, uint8_t *out, size_t room, size_t *made)
{
	ZSTD_inBuffer zin = { in->p, in->n, 0 };
	ZSTD_outBuffer zout = { out, room, 0 };
	size_t rc = ZSTD_decompressStream(s->zs, &zout, &zin);

	in->p += zin.pos;
	in->n -= zin.pos;
	*made = zout.pos;
	return ZSTD_isError(rc) ? STEP_BAD : rc ? STEP_MORE : STEP_END;
}

struct pm_error *pm_inflate(enum pm_packing packing, struct pm_bytes in, size_t size_hint, size_t limit,
			    uint8_t **out, size_t *n_out)
{
	enum step (*step)(struct stream *, struct pm_bytes *, uint8_t *, size_t, size_t *) = NULL;
	struct stream s = { .x = LZMA_STREAM_INIT };
	bool ready = false;

	switch (packing) {
	case PM_PACKED_ZLIB:
	case PM_PACKED_GZIP:
		step = step_zlib;
		ready = inflateInit2(&s.z, packing == PM_PACKED_GZIP ? 15 + 16 : 15) == Z_OK;
		break;
	case PM_PACKED_XZ:
		step = step_xz;
		ready = lzma_stream_decoder(&s.x, 256u << 20, 0) == LZMA_OK;
		break;
	case PM_PACKED_ZSTD:
		step = step_zstd;
		s.zs = ZSTD_createDStream();
		ready = s.zs && !ZSTD_isError(ZSTD_initDStream(s.zs));
		break;
	case PM_PACKED_NOT:
		break;
	}
	if (!ready)
		return pm_error_new(PM_UNSUPPORTED, "cannot be decompressed by this build");

	struct pm_error *err = NULL;
	/* A size told by the file is believed only as far as the data makes it likely. */
	size_t cap = in.n < limit / 16 ? in.n * 16 + 4096 : limit, n = 0;
	if (size_hint && size_hint < cap)
		cap = size_hint;
	if (cap > limit)
		cap = limit;
	uint8_t *data = pm_alloc(cap);
	for (;;) {
		size_t made = 0, left = in.n;

		if (n == cap) {
			if (cap >= limit) {
				err = pm_error_new(PM_UNSUPPORTED, "longer than %zu bytes when decompressed",
						   limit);
				break;
			}
			cap = cap > limit / 2 ? limit : cap * 2;
			data = pm_realloc(data, cap);
		}
		enum step result = step(&s, &in, data + n, cap - n, &made);
		n += made;
		if (result == STEP_END)
			break;
		if (result == STEP_BAD)
			err = pm_error_new(PM_BAD_DATA, "compressed data is damaged");
		else if (!made && in.n == left && n < cap)
			err = pm_error_new(PM_TRUNCATED, "compressed data ends too early");
		/* A full buffer of the size told beforehand may just lack the end mark. */
		if (err || (size_hint && n == size_hint && !in.n))
			break;
	}
	if (packing == PM_PACKED_XZ)
		lzma_end(&s.x);
	else if (packing == PM_PACKED_ZSTD)
		ZSTD_freeDStream(s.zs);
	else
		inflateEnd(&s.z);
	if (err) {
		free(data);
		return err;
	}
	*out = data;
	*n_out = n;
	return NULL;
}

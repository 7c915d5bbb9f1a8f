#include "read/page_codec.h"
#include "read/lzo.h"

#include "base/memory.h"

#include <libdeflate.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

struct pm_unpacker {
	struct pm_unpacker *next;             /* in the pool */
	struct libdeflate_decompressor *zlib; /* half of zlib's time for a page */
	ZSTD_DCtx *zstd;
	struct pm_ahead pages, table;
};

/* Bytes that are read at once where pages follow each other. */
enum { PAGES_AHEAD = 32768, TABLE_AHEAD = 4096 };

struct pm_unpacker_pool {
	pthread_mutex_t lock;
	struct pm_unpacker *free;
	size_t page;
};

struct pm_page_codec {
	uint32_t flag;
	const char *name;
	bool (*run)(struct pm_unpacker *u, const uint8_t *in, size_t n, uint8_t *out, size_t cap,
		    size_t *n_out);
};

static bool run_plain(struct pm_unpacker *u, const uint8_t *in, size_t n, uint8_t *out, size_t cap,
		      size_t *n_out)
{
	(void)u;
	*n_out = n < cap ? n : cap;
	memcpy(out, in, *n_out);
	return n <= cap;
}

static bool run_zlib(struct pm_unpacker *u, const uint8_t *in, size_t n, uint8_t *out, size_t cap,
		     size_t *n_out)
{
	if (!u->zlib)
		u->zlib = libdeflate_alloc_decompressor();
	return u->zlib && libdeflate_zlib_decompress(u->zlib, in, n, out, cap, n_out) == LIBDEFLATE_SUCCESS;
}

static bool run_lzo(struct pm_unpacker *u, const uint8_t *in, size_t n, uint8_t *out, size_t cap,
		    size_t *n_out)
{
	(void)u;
	return pm_lzo_unpack(in, n, out, cap, n_out);
}

static bool run_snappy(struct pm_unpacker *u, const uint8_t *in, size_t n, uint8_t *out, size_t cap,
		       size_t *n_out)
{
	(void)u;
	return pm_snappy_unpack(in, n, out, cap, n_out);
}

static bool run_zstd(struct pm_unpacker *u, const uint8_t *in, size_t n, uint8_t *out, size_t cap,
		     size_t *n_out)
{
	if (!u->zstd)
		u->zstd = ZSTD_createDCtx();
	if (!u->zstd)
		return false;
	*n_out = ZSTD_decompressDCtx(u->zstd, out, cap, in, n);
	return !ZSTD_isError(*n_out);
}

static const struct pm_page_codec codecs[] = {
	{ 0, "not compressed", run_plain }, { 1, "zlib", run_zlib },    { 2, "lzo", run_lzo },
	{ 4, "snappy", run_snappy },        { 0x20, "zstd", run_zstd },
};

const struct pm_page_codec *pm_page_codec_of(uint32_t flags)
{
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++)
		if (codecs[i].flag == flags)
			return &codecs[i];
	return NULL;
}

const char *pm_page_codec_name(const struct pm_page_codec *codec)
{
	return codec->name;
}

struct pm_unpacker_pool *pm_unpacker_pool_create(size_t page)
{
	struct pm_unpacker_pool *pool = pm_alloc(sizeof(*pool));

	pthread_mutex_init(&pool->lock, NULL);
	pool->page = page;
	return pool;
}

void pm_unpacker_pool_destroy(struct pm_unpacker_pool *pool)
{
	if (!pool)
		return;
	while (pool->free) {
		struct pm_unpacker *u = pool->free;

		pool->free = u->next;
		libdeflate_free_decompressor(u->zlib);
		ZSTD_freeDCtx(u->zstd);
		pm_ahead_deinit(&u->pages);
		pm_ahead_deinit(&u->table);
		free(u);
	}
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

struct pm_unpacker *pm_unpacker_take(struct pm_unpacker_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	struct pm_unpacker *u = pool->free;

	if (u)
		pool->free = u->next;
	pthread_mutex_unlock(&pool->lock);
	if (!u) {
		u = pm_alloc(sizeof(*u));
		pm_ahead_init(&u->pages, pool->page > PAGES_AHEAD ? pool->page : PAGES_AHEAD);
		pm_ahead_init(&u->table, TABLE_AHEAD);
	}
	return u;
}

void pm_unpacker_give(struct pm_unpacker_pool *pool, struct pm_unpacker *u)
{
	pthread_mutex_lock(&pool->lock);
	u->next = pool->free;
	pool->free = u;
	pthread_mutex_unlock(&pool->lock);
}

struct pm_ahead *pm_unpacker_pages(struct pm_unpacker *u)
{
	return &u->pages;
}

struct pm_ahead *pm_unpacker_table(struct pm_unpacker *u)
{
	return &u->table;
}

bool pm_unpacker_run(struct pm_unpacker *u, const struct pm_page_codec *codec, const uint8_t *packed,
		     size_t n, uint8_t *out, size_t page)
{
	size_t got = 0;

	return codec->run(u, packed, n, out, page, &got) && got == page;
}

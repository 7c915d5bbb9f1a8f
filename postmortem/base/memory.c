#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BLOCK_SIZE (16 * 1024)

static void *checked(void *p)
{
	if (!p) {
		fputs("kpanic: out of memory\n", stderr);
		exit(3);
	}
	return p;
}

void *pm_alloc(size_t size)
{
	return checked(calloc(1, size ? size : 1));
}

void *pm_alloc_large(size_t size)
{
	const size_t page = 2 << 20;

	if (size < page)
		return checked(malloc(size ? size : 1));
	void *p = checked(aligned_alloc(page, (size + page - 1) & -page));

	/* Without what does not fill a page: memory that nothing uses.  It is a hint, and may fail. */
	madvise(p, size & -page, MADV_HUGEPAGE);
	return p;
}

void *pm_realloc(void *old, size_t size)
{
	return checked(realloc(old, size ? size : 1));
}

char *pm_vprintf(const char *fmt, va_list ap)
{
	char *s = NULL;

	if (vasprintf(&s, fmt, ap) < 0)
		checked(NULL);
	return s;
}

char *pm_printf(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *s = pm_vprintf(fmt, ap);
	va_end(ap);
	return s;
}

struct pm_arena_block {
	struct pm_arena_block *before;
	size_t used, size;
	_Alignas(max_align_t) unsigned char bytes[];
};

void pm_arena_init(struct pm_arena *arena)
{
	*arena = (struct pm_arena){ 0 };
}

void pm_arena_deinit(struct pm_arena *arena)
{
	while (arena->last) {
		struct pm_arena_block *before = arena->last->before;

		free(arena->last);
		arena->last = before;
	}
	arena->used = 0;
}

void *pm_arena_alloc(struct pm_arena *arena, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	struct pm_arena_block *block = arena->last;

	size = (size + align - 1) / align * align;
	if (!block || block->size - block->used < size) {
		size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;

		block = pm_alloc(sizeof(*block) + room);
		block->size = room;
		block->before = arena->last;
		arena->last = block;
	}
	void *p = block->bytes + block->used;
	block->used += size;
	arena->used += size;
	return p;
}

char *pm_arena_str(struct pm_arena *arena, struct pm_slice text)
{
	char *s = pm_arena_alloc(arena, text.n + 1);

	if (text.n)
		memcpy(s, text.p, text.n);
	return s;
}

char *pm_arena_printf(struct pm_arena *arena, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *s = pm_vprintf(fmt, ap);
	va_end(ap);

	char *copy = pm_arena_str(arena, pm_slice_of(s));
	free(s);
	return copy;
}

void pm_vec_grow(struct pm_arena *arena, void **v, size_t *n, size_t *cap, size_t size)
{
	if (*n == *cap) {
		size_t more = *cap ? *cap * 2 : 8;
		void *bigger = pm_arena_alloc(arena, more * size);

		if (*n)
			memcpy(bigger, *v, *n * size);
		*v = bigger;
		*cap = more;
	}
	memset((char *)*v + *n * size, 0, size);
	(*n)++;
}

void pm_room(void **v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return;
	*cap = *cap ? *cap * 2 : 64;
	*v = pm_realloc(*v, *cap * size);
}

void pm_buf_deinit(struct pm_buf *buf)
{
	free(buf->data);
	*buf = (struct pm_buf){ 0 };
}

static void buf_reserve(struct pm_buf *buf, size_t more)
{
	if (buf->n + more + 1 <= buf->cap)
		return;
	size_t cap = buf->cap ? buf->cap * 2 : 256;
	while (cap < buf->n + more + 1)
		cap *= 2;
	buf->data = pm_realloc(buf->data, cap);
	buf->cap = cap;
}

void pm_buf_add(struct pm_buf *buf, const void *bytes, size_t n)
{
	buf_reserve(buf, n);
	if (n)
		memcpy(buf->data + buf->n, bytes, n);
	buf->n += n;
	buf->data[buf->n] = 0;
}

void pm_buf_str(struct pm_buf *buf, const char *s)
{
	pm_buf_add(buf, s, strlen(s));
}

void pm_buf_printf(struct pm_buf *buf, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *s = pm_vprintf(fmt, ap);
	va_end(ap);
	pm_buf_str(buf, s);
	free(s);
}

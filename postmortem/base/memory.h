/* Memory of the reader: allocation that does not fail softly, arenas, vectors.
 *
 * The reader is a program that runs once; where memory ends there is nothing
 * better to do than to say so and leave with status 3 (see docs/man).  Sizes
 * that come from the input are bounded before they get here.
 */
#ifndef PM_MEMORY_H
#define PM_MEMORY_H

#include "base/slice.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed storage; never NULL.  Freed with free(). */
void *pm_alloc(size_t size) __attribute__((malloc, returns_nonnull));
/* The same for megabytes that will all be used, and not zeroed: in large pages, where the system has them, which
 * saves a fault for each 4 KiB.  Freed with free(). */
void *pm_alloc_large(size_t size) __attribute__((malloc, returns_nonnull));
/* Grows storage of pm_alloc's; the new part is not zeroed. */
void *pm_realloc(void *old, size_t size) __attribute__((returns_nonnull, warn_unused_result));
char *pm_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2), returns_nonnull));
char *pm_vprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0), returns_nonnull));

/* Everything allocated from an arena lives until the arena is reset or deinitialised. */
struct pm_arena {
	struct pm_arena_block *last;
	size_t used; /* bytes given out, for bounds */
};

void pm_arena_init(struct pm_arena *arena);
void pm_arena_deinit(struct pm_arena *arena);
/* Zeroed, aligned for any type; never NULL. */
void *pm_arena_alloc(struct pm_arena *arena, size_t size) __attribute__((returns_nonnull));
/* NUL-terminated copies. */
char *pm_arena_str(struct pm_arena *arena, struct pm_slice text) __attribute__((returns_nonnull));
char *pm_arena_printf(struct pm_arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), returns_nonnull));

/* A vector that lives in an arena: `PM_VEC(struct pm_frame) frames;`
 * PM_PUSH returns a pointer to a new zeroed element, valid until the next push. */
#define PM_VEC(type)                                                                                         \
	struct {                                                                                             \
		type *v;                                                                                     \
		size_t n, cap;                                                                               \
	}
#define PM_PUSH(arena, vec)                                                                                  \
	(pm_vec_grow((arena), (void **)&(vec)->v, &(vec)->n, &(vec)->cap, sizeof(*(vec)->v)),                \
	 &(vec)->v[(vec)->n - 1])
void pm_vec_grow(struct pm_arena *arena, void **v, size_t *n, size_t *cap, size_t size);

/* A vector on the heap, freed with free(): room for one more element behind n, which are not zeroed.
 * v: a pointer variable, NULL at first; cap: how many it has room for. */
#define PM_ROOM(v, n, cap) pm_room((void **)&(v), (n), &(cap), sizeof(*(v)))
void pm_room(void **v, size_t n, size_t *cap, size_t size);

/* A growing byte buffer.  `data` is always NUL-terminated once anything was added. */
struct pm_buf {
	char *data;
	size_t n, cap;
};

void pm_buf_deinit(struct pm_buf *buf);
void pm_buf_add(struct pm_buf *buf, const void *bytes, size_t n);
void pm_buf_str(struct pm_buf *buf, const char *s);
void pm_buf_printf(struct pm_buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif

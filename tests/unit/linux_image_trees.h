/* Sound trees of the kernel in a piece of the small kernel's memory, for tests that then make them lie. */
#ifndef LINUX_IMAGE_TREES_H
#define LINUX_IMAGE_TREES_H

#include "linux_image.h"

/* Physical: memory that nothing else uses. */
#define TREES_AT 0x1e0000ull
#define TREES_PLACE(at) (IMAGE_DIRECT + TREES_AT + (at))

enum { TREES_ROOM = 2048 };

enum trees_kind { TREES_RB, TREES_XARRAY, TREES_MAPLE };

/* [TREES_ROOM] of the image's bytes; an image with .queues, which has the types. */
static inline uint8_t *trees_memory(const struct image *image)
{
	return image->core + image->memory_at + TREES_AT;
}

static inline void trees_put(uint8_t *memory, uint64_t at, uint64_t value)
{
	if (at + 8 <= TREES_ROOM)
		memcpy(memory + at, &value, 8);
}

/* Node i of a complete tree has 2 i + 1 and 2 i + 2 below it. */
static inline void trees_make_rb(uint8_t *memory)
{
	enum { NODES = 31, FIRST = 64 };

	trees_put(memory, 0, TREES_PLACE(FIRST));
	for (uint64_t i = 0; i < NODES; i++) {
		uint64_t at = FIRST + 24 * i, left = 2 * i + 1;

		trees_put(memory, at, (i ? TREES_PLACE(FIRST + 24 * ((i - 1) / 2)) : 0) | (i & 1));
		trees_put(memory, at + 8, left + 1 < NODES ? TREES_PLACE(FIRST + 24 * (left + 1)) : 0);
		trees_put(memory, at + 16, left < NODES ? TREES_PLACE(FIRST + 24 * left) : 0);
	}
}

/* The same of four slots each: the top one's level is 4 bits up. */
static inline void trees_make_xarray(uint8_t *memory)
{
	enum { FIRST = 64, NODES = 1 + 4 + 16 };

	trees_put(memory, 8, TREES_PLACE(FIRST) | 2);
	for (uint64_t i = 0; i < NODES; i++) {
		uint64_t at = FIRST + XA_NODE_SIZE * i, level = !i ? 2 : i < 5 ? 1 : 0;

		trees_put(memory, at, 2 * level | (i ? (i - 1) % 4 : 0) << 8);
		trees_put(memory, at + 8, i ? TREES_PLACE(FIRST + XA_NODE_SIZE * ((i - 1) / 4)) : 0);
		for (uint64_t k = 0; k < 4; k++)
			trees_put(memory, at + XA_SLOTS + 8 * k,
				  level ? TREES_PLACE(FIRST + XA_NODE_SIZE * (4 * i + 1 + k)) | 2
					: 0x1000 + 4 * (4 * (i - 5) + k));
	}
}

/* A node above all others, each of which has eight slots of sixteen indices. */
static inline void trees_make_maple(uint8_t *memory)
{
	enum { STEP = 256, LEAF = 1 << 3, RANGE = 2 << 3 };
	const uint64_t leaves = TREES_ROOM / STEP - 2;

	trees_put(memory, 0, TREES_PLACE(STEP) | RANGE | 2);
	for (uint64_t i = 0; i < leaves; i++) {
		uint64_t at = STEP * (i + 2);

		trees_put(memory, STEP + MAPLE_PIVOT + 8 * i,
			  i + 1 < leaves ? 128 * (i + 1) - 1 : UINT64_MAX);
		trees_put(memory, STEP + MAPLE_SLOT + 8 * i, TREES_PLACE(at) | LEAF);
		for (uint64_t k = 0; k < 8; k++) {
			trees_put(memory, at + MAPLE_PIVOT + 8 * k, k < 7 ? 128 * i + 16 * (k + 1) - 1 : 0);
			trees_put(memory, at + MAPLE_SLOT + 8 * k, k & 1 ? 0 : 0x10000 + 256 * i + 8 * k);
		}
	}
}

/* The struct rb_root, xarray or maple_tree stands at TREES_PLACE(0). */
static inline void trees_make(uint8_t *memory, enum trees_kind kind)
{
	static void (*const makers[])(uint8_t * memory) = { [TREES_RB] = trees_make_rb,
							    [TREES_XARRAY] = trees_make_xarray,
							    [TREES_MAPLE] = trees_make_maple };

	memset(memory, 0, TREES_ROOM);
	makers[kind](memory);
}

#endif

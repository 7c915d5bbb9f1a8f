#include "decode/poison.h"

#include "decode/bits.h"

#include <inttypes.h>

#define FAR_OFFSET 0xffff /* a member of a structure is not further from its start than this */

/* A byte that fills memory. */
struct pattern {
	enum pm_system system;
	uint8_t byte, end; /* end: what the last byte of an object holds instead; 0: the same */
	enum pm_address_class class;
	enum pm_poison poison;
	const char *words;
};

static const struct pattern patterns[] = {
	/* include/linux/poison.h */
	{ PM_LINUX, 0x6b, 0xa5, PM_ADDR_SLAB_POISON, PM_POISON_FREED,
	  "POISON_FREE (0x6b bytes): read from a freed slab object" },
	{ PM_LINUX, 0x5a, 0xa5, PM_ADDR_SLAB_POISON, PM_POISON_UNSET,
	  "POISON_INUSE (0x5a bytes): read from a slab object that was never initialised, or its padding" },
	{ PM_LINUX, 0xa5, 0, PM_ADDR_SLAB_POISON, PM_POISON_BOUNDS,
	  "POISON_END (0xa5 bytes): the end of a slab object" },
	{ PM_LINUX, 0xbb, 0, PM_ADDR_SLAB_POISON, PM_POISON_BOUNDS,
	  "SLUB_RED_INACTIVE (0xbb bytes): the red zone of a free slab object" },
	{ PM_LINUX, 0xcc, 0, PM_ADDR_SLAB_POISON, PM_POISON_BOUNDS,
	  "0xcc bytes: the red zone of a used slab object (SLUB_RED_ACTIVE), or freed init memory" },
	{ PM_LINUX, 0xaa, 0, PM_ADDR_PAGE_POISON, PM_POISON_FREED,
	  "0xaa bytes: a freed page (PAGE_POISON), or a stack variable never initialised (clang's pattern)" },
	{ PM_LINUX, 0xfe, 0, PM_ADDR_OTHER_POISON, PM_POISON_UNSET,
	  "0xfe bytes: a stack variable never initialised (gcc's pattern)" },
	{ PM_LINUX, 0x11, 0, PM_ADDR_OTHER_POISON, PM_POISON_UNSET, "MUTEX_DEBUG_INIT (0x11 bytes)" },
	{ PM_LINUX, 0x22, 0, PM_ADDR_OTHER_POISON, PM_POISON_FREED,
	  "MUTEX_DEBUG_FREE (0x22 bytes): a mutex or waiter already destroyed" },
	{ PM_LINUX, 0x6c, 0, PM_ADDR_OTHER_POISON, PM_POISON_FREED, "FLEX_ARRAY_FREE (0x6c bytes)" },
	{ PM_LINUX, 0x5b, 0, PM_ADDR_OTHER_POISON, PM_POISON_FREED,
	  "JBD_POISON_FREE (0x5b bytes): a freed journal head" },
	{ PM_LINUX, 0x5c, 0, PM_ADDR_OTHER_POISON, PM_POISON_FREED,
	  "JBD2_POISON_FREE (0x5c bytes): a freed journal head" },
	{ PM_LINUX, 0xbd, 0, PM_ADDR_OTHER_POISON, PM_POISON_FREED,
	  "KEY_DESTROY (0xbd bytes): a destroyed key" },
};

/* A number of its own. */
struct magic {
	enum pm_system system;
	unsigned bits; /* 0: any */
	uint64_t value;
	enum pm_address_class class;
	enum pm_poison poison;
	const char *words;
};

#define DELTA UINT64_C(0xdead000000000000)     /* CONFIG_ILLEGAL_POINTER_VALUE: x86-64, arm64, riscv64, … */
#define PPC_DELTA UINT64_C(0x5deadbeef0000000) /* powerpc's */
#define LIST1 "LIST_POISON1: the next pointer of an entry that was already removed from its list"
#define LIST2 "LIST_POISON2: the prev pointer of an entry that was already removed from its list"

static const struct magic magics[] = {
#define LIST(bits, value, words)                                                                             \
	{                                                                                                    \
		PM_LINUX, bits, value, PM_ADDR_LIST_POISON, PM_POISON_LIST, words                            \
	}
#define OTHER(bits, value, poison, words)                                                                    \
	{                                                                                                    \
		PM_LINUX, bits, value, PM_ADDR_OTHER_POISON, poison, words                                   \
	}
#define WITH_DELTA(bits, delta)                                                                              \
	LIST(bits, (delta) + 0x100, LIST1), LIST(bits, (delta) + 0x122, LIST2),                              \
		LIST(bits, (delta) + 0x200, LIST2 " (older kernels)"),                                       \
		LIST(bits, (delta) + 0x00100100, LIST1 " (kernels before 4.3)"),                             \
		LIST(bits, (delta) + 0x00200200, LIST2 " (kernels before 4.3)")
	WITH_DELTA(64, DELTA),
	WITH_DELTA(64, PPC_DELTA),
#define OTHERS_WITH_DELTA(bits, delta)                                                                       \
	OTHER(bits, (delta) + 0x40, PM_POISON_INSIDE, "PP_SIGNATURE: a page of a page pool"),                \
		OTHER(bits, (delta) + 0x300, PM_POISON_INSIDE, "TIMER_ENTRY_STATIC"),                        \
		OTHER(bits, (delta) + 0x400, PM_POISON_INSIDE,                                               \
		      "TAIL_MAPPING: page->mapping of a tail page"),                                         \
		OTHER(bits, (delta) + 0x801, PM_POISON_FREED, "NET_PTR_POISON"),                             \
		OTHER(bits, (delta) + 0xeb9f, PM_POISON_FREED, "BPF_PTR_POISON")
	OTHERS_WITH_DELTA(64, DELTA),
	OTHERS_WITH_DELTA(64, PPC_DELTA),
	/* 32 bits have no delta: only what no structure offset looks like. */
	LIST(32, 0x122, LIST2),
	LIST(32, 0x00100100, LIST1 " (kernels before 4.3)"),
	LIST(32, 0x00200200, LIST2 " (kernels before 4.3)"),
	OTHER(0, 0xdead4ead, PM_POISON_INSIDE, "SPINLOCK_MAGIC: the inside of a spinlock"),
	OTHER(0, 0xdeaf1eed, PM_POISON_INSIDE, "RWLOCK_MAGIC: the inside of an rwlock"),
	OTHER(0, 0x57ac6e9d, PM_POISON_INSIDE, "STACK_END_MAGIC: the end of a kernel stack"),
	OTHER(64, UINT64_C(0x57ac6e9d57ac6e9d), PM_POISON_INSIDE,
	      "STACK_END_MAGIC: the end of a kernel stack"),
	OTHER(0, 0xdeadbeef, PM_POISON_MARK, "0xdeadbeef (NEIGHBOR_DEAD, or a driver's own poison)"),
	OTHER(64, UINT64_C(0xdeadbeefdeadbeef), PM_POISON_MARK, "0xdeadbeef twice: some code's own poison"),
	/* FreeBSD sys/vm/uma_dbg.c: trashed items */
	{ PM_FREEBSD, 64, UINT64_C(0xdeadc0dedeadc0de), PM_ADDR_SLAB_POISON, PM_POISON_FREED,
	  "0xdeadc0de: read from a freed UMA item" },
	{ PM_FREEBSD, 32, 0xdeadc0de, PM_ADDR_SLAB_POISON, PM_POISON_FREED,
	  "0xdeadc0de: read from a freed UMA item" },
	/* OpenBSD sys/kern/subr_poison.c */
	{ PM_OPENBSD, 64, UINT64_C(0xdeadbeefdeadbeef), PM_ADDR_SLAB_POISON, PM_POISON_FREED,
	  "0xdeadbeef: read from freed pool or malloc memory" },
	{ PM_OPENBSD, 64, UINT64_C(0xdeafbeaddeafbead), PM_ADDR_SLAB_POISON, PM_POISON_FREED,
	  "0xdeafbead: read from freed pool or malloc memory" },
	{ PM_OPENBSD, 64, UINT64_C(0xdeadbeaddeadbead), PM_ADDR_SLAB_POISON, PM_POISON_FREED,
	  "0xdeadbead: read from freed pool or malloc memory" },
	/* NetBSD: kmem and pool checks fill with 0xdeadbeef */
	{ PM_NETBSD, 64, UINT64_C(0xdeadbeefdeadbeef), PM_ADDR_SLAB_POISON, PM_POISON_FREED,
	  "0xdeadbeef: read from freed memory" },
	/* XNU osfmk/kern/zalloc.c: ZONE_POISON */
	{ PM_DARWIN, 64, UINT64_C(0xdeadbeefdeadbeef), PM_ADDR_SLAB_POISON, PM_POISON_FREED,
	  "0xdeadbeef: read from a freed zone element" },
};

static uint64_t magnitude(int64_t value)
{
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

static const char *with_offset(struct pm_arena *arena, const char *words, int64_t offset)
{
	size_t name = strcspn(words, ":");

	if (!offset)
		return words;
	return pm_arena_printf(arena, "%.*s %c 0x%" PRIx64 "%s", (int)name, words, offset < 0 ? '-' : '+',
			       magnitude(offset), words + name);
}

/* value - from as a signed number of the pointer's width. */
static int64_t distance(uint64_t value, uint64_t from, unsigned bits)
{
	return bits == 32 ? (int32_t)(uint32_t)(value - from) : (int64_t)(value - from);
}

static unsigned misalignment(int64_t offset)
{
	return offset % 8 == 0 ? 0 : offset % 4 == 0 ? 1 : offset % 2 == 0 ? 2 : 3;
}

static bool find_magic(struct pm_arena *arena, enum pm_system system, uint64_t value, unsigned bits,
		       struct pm_address_meaning *out)
{
	const struct magic *best = NULL;
	int64_t best_offset = 0;

	for (size_t i = 0; i < PM_COUNT(magics); i++) {
		const struct magic *row = &magics[i];
		int64_t offset = distance(value, row->value, bits);
		/* 32-bit numbers are too common for offsets to say much. */
		uint64_t reach = row->bits == 64 ? 0x1000 : 0;

		if (row->system != system || (row->bits && row->bits != bits) || magnitude(offset) > reach)
			continue;
		/* Structure members are aligned: 0x118 is 0x100 + 0x18, not 0x122 - 0xa. */
		if (best && (misalignment(offset) > misalignment(best_offset) ||
			     (misalignment(offset) == misalignment(best_offset) &&
			      magnitude(offset) >= magnitude(best_offset))))
			continue;
		best = row;
		best_offset = offset;
	}
	for (size_t i = 0; !best && bits == 64 && i < PM_COUNT(magics); i++) {
		/* A 32-bit number in one half of what was read as a pointer. */
		if (magics[i].system != system || magics[i].bits || value >> 32 != magics[i].value ||
		    magics[i].value == 0xdeadbeef) /* too widely used as a start of anything */
			continue;
		*out = (struct pm_address_meaning){
			.class = magics[i].class,
			.grade = PM_LIKELY,
			.words = pm_arena_printf(arena, "the upper half is %s", magics[i].words),
			.poison = magics[i].poison,
		};
		return true;
	}
	if (!best)
		return false;
	out->class = best->class;
	out->poison = best->poison;
	out->grade = best->bits == 64 && magnitude(best_offset) <= 16 ? PM_CERTAIN : PM_LIKELY;
	out->words = with_offset(arena, best->words, best_offset);
	return true;
}

/* How many bytes in a row hold the pattern, and are the others nothing (00, ff) or its neighbours? */
static unsigned pattern_run(const struct pattern *row, uint64_t value, unsigned bytes)
{
	unsigned run = 0, longest = 0, others = 0;

	for (unsigned i = 0; i < bytes; i++) {
		uint8_t byte = (uint8_t)(value >> 8 * i);

		if (byte == row->byte) {
			run++;
			if (run > longest)
				longest = run;
			continue;
		}
		run = 0;
		if (byte && byte != 0xff && byte != 0xa5 && byte != 0xbb && byte != 0xcc && byte != 0x5a)
			others++;
	}
	return others ? 0 : longest;
}

static bool find_pattern(struct pm_arena *arena, enum pm_system system, uint64_t value, unsigned bits,
			 struct pm_address_meaning *out)
{
	for (size_t i = 0; i < PM_COUNT(patterns); i++) {
		const struct pattern *row = &patterns[i];
		uint64_t full = UINT64_C(0x0101010101010101) * row->byte;
		uint64_t ended =
			row->end ? (full & ~(UINT64_C(0xff) << 56)) | (uint64_t)row->end << 56 : full;
		int64_t offset = distance(value, bits == 32 ? (uint32_t)full : full, bits);

		if (row->system != system)
			continue;
		if (bits == 64 && magnitude(offset) > FAR_OFFSET &&
		    magnitude(distance(value, ended, 64)) <= FAR_OFFSET)
			offset = distance(value, ended, 64);
		if (magnitude(offset) <= (bits == 32 ? 0xfff : FAR_OFFSET)) {
			out->grade = bits == 64 ? PM_CERTAIN : PM_LIKELY;
			out->words = with_offset(arena, row->words, offset);
		} else if (bits == 64 && (value == (uint32_t)full || pattern_run(row, value, 8) >= 5)) {
			out->grade = PM_LIKELY;
			out->words = pm_arena_printf(arena, "partly %s", row->words);
		} else {
			continue;
		}
		out->class = row->class;
		out->poison = row->poison;
		return true;
	}
	return false;
}

bool pm_poison_find(struct pm_arena *arena, enum pm_system system, uint64_t value, unsigned bits,
		    struct pm_address_meaning *out)
{
	return find_magic(arena, system, value, bits, out) || find_pattern(arena, system, value, bits, out);
}

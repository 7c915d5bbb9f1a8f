/* The parts of x86-64 that are pure: the walk of its page tables, and what its instructions touch. */
#include "test.h"

#include "fault/x86_64/operand.h"
#include "host.h"

void kp_x86_walk(uint64_t cr3, bool five_levels, uint64_t address, struct kp_walk *out);

/* Physical memory: five tables, from 0x1000 on. */
static uint64_t memory[5][512];

static uint64_t *entry(unsigned table, unsigned index)
{
	return &memory[table - 1][index];
}

static void map_memory(void)
{
	static struct kp_region all[2];

	all[0] = (struct kp_region){ KP_REGION_DIRECT, (uintptr_t)memory, (uintptr_t)memory + sizeof(memory),
				     0x1000, "memory" };
	fake.regions = all;
}

#define ADDRESS 0xffff812345678abcull
static struct kp_walk walk;

static void walks_to_a_page(void)
{
	map_memory();
	*entry(1, ADDRESS >> 39 & 511) = 0x2003;
	*entry(2, ADDRESS >> 30 & 511) = 0x3003;
	*entry(3, ADDRESS >> 21 & 511) = 0x4003;
	*entry(4, ADDRESS >> 12 & 511) = 0x8000000000777003ull;
	kp_x86_walk(0x1018, false, ADDRESS, &walk);
	CHECK(walk.end == KP_WALK_MAPPED && walk.level == 1 && walk.top == 4 && walk.page == 4096);
	CHECK(walk.physical == 0x777abc && walk.entries[4] == 0x2003 && walk.entries[1] >> 63 == 1);
	*entry(4, ADDRESS >> 12 & 511) = 0x777002;
	kp_x86_walk(0x1018, false, ADDRESS, &walk);
	CHECK(walk.end == KP_WALK_ABSENT && walk.level == 1);
	*entry(3, ADDRESS >> 21 & 511) = 0x40000083;
	kp_x86_walk(0x1018, false, ADDRESS, &walk);
	CHECK(walk.end == KP_WALK_MAPPED && walk.level == 2 && walk.page == 0x200000 &&
	      walk.physical == 0x40078abc);
	*entry(3, ADDRESS >> 21 & 511) = 0x40002083;
	kp_x86_walk(0x1018, false, ADDRESS, &walk);
	CHECK(walk.end == KP_WALK_RESERVED && walk.level == 2);
	*entry(2, ADDRESS >> 30 & 511) = 0x99999003;
	kp_x86_walk(0x1018, false, ADDRESS, &walk);
	CHECK(walk.end == KP_WALK_UNREADABLE && walk.level == 2);
	*entry(1, ADDRESS >> 39 & 511) = 0x2083;
	kp_x86_walk(0x1018, false, ADDRESS, &walk);
	CHECK(walk.end == KP_WALK_RESERVED && walk.level == 4);
}

static void walks_five_levels(void)
{
	map_memory();
	*entry(1, ADDRESS >> 48 & 511) = 0x2003;
	*entry(2, ADDRESS >> 39 & 511) = 0;
	kp_x86_walk(0x1000, true, ADDRESS, &walk);
	CHECK(walk.end == KP_WALK_ABSENT && walk.level == 4 && walk.top == 5 && walk.entries[5] == 0x2003);
}

static void walks_nowhere(void)
{
	map_memory();
	kp_x86_walk(0x1000, false, 0x6b6b6b6b6b6b6b6bull, &walk);
	CHECK(walk.end == KP_WALK_NONE);
	kp_x86_walk(0x1000, false, 0x0000800000000000ull, &walk);
	CHECK(walk.end == KP_WALK_NONE);
	kp_x86_walk(0xdead000, false, 0, &walk);
	CHECK(walk.end == KP_WALK_UNREADABLE && walk.level == 4);
}

/* Registers hold 0x1000 times their number; rip is 0x400000. */
#define R KP_ACCESS_READ
#define W KP_ACCESS_WRITE
static const struct row {
	const char *bytes; /* hex */
	unsigned length, count;
	struct kp_x86_touch touches[2];
} rows[] = {
	{ "48c70001000000", 7, 1, { { W, 0x0, 8, false } } },                  /* movq $1, (%rax) */
	{ "48895908", 4, 1, { { W, 0x1008, 8, false } } },                     /* mov %rbx, 8(%rcx) */
	{ "8b4318", 3, 1, { { R, 0x3018, 4, false } } },                       /* mov 0x18(%rbx), %eax */
	{ "4889d8", 3, 0, { { 0 } } },                                         /* mov %rbx, %rax */
	{ "488b04cd10000000", 8, 1, { { R, 0x8010, 8, false } } },             /* mov 0x10(, %rcx, 8), %rax */
	{ "4a8b04a2", 4, 1, { { R, 0x32000, 8, false } } },                    /* mov (%rdx, %r12, 4), %rax */
	{ "498b0424", 4, 1, { { R, 0xc000, 8, false } } },                     /* mov (%r12), %rax */
	{ "488b05f9ffffff", 7, 1, { { R, 0x400000, 8, false } } },             /* mov -7(%rip), %rax */
	{ "c605f800000001", 7, 1, { { W, 0x4000ff, 1, false } } },             /* movb $1, 0xf8(%rip) */
	{ "668907", 3, 1, { { W, 0x7000, 2, false } } },                       /* mov %ax, (%rdi) */
	{ "c3", 1, 1, { { R, 0x4000, 8, true } } },                            /* ret */
	{ "55", 1, 1, { { W, 0x3ff8, 8, true } } },                            /* push %rbp */
	{ "e800000000", 5, 1, { { W, 0x3ff8, 8, true } } },                    /* call */
	{ "ff5010", 3, 2, { { R, 0x10, 8, false }, { W, 0x3ff8, 8, true } } }, /* call *0x10(%rax) */
	{ "ffd0", 2, 1, { { W, 0x3ff8, 8, true } } },                          /* call *%rax */
	{ "ff20", 2, 1, { { R, 0x0, 8, false } } },                            /* jmp *(%rax) */
	{ "a4", 1, 2, { { R, 0x6000, 1, false }, { W, 0x7000, 1, false } } },  /* movsb */
	{ "f348ab", 3, 1, { { W, 0x7000, 8, false } } },                       /* rep stosq */
	{ "48833f00", 4, 1, { { R, 0x7000, 8, false } } },                     /* cmpq $0, (%rdi) */
	{ "48830701", 4, 1, { { W, 0x7000, 8, false } } },                     /* addq $1, (%rdi) */
	{ "f0480fb10b", 5, 1, { { W, 0x3000, 8, false } } },                   /* lock cmpxchg %rcx, (%rbx) */
	{ "0fb607", 3, 1, { { R, 0x7000, 1, false } } },                       /* movzbl (%rdi), %eax */
	{ "488d4708", 4, 0, { { 0 } } },                                       /* lea 8(%rdi), %rax */
	{ "0f1f4000", 4, 0, { { 0 } } },                                       /* nopl */
	{ "f7360000", 2, 1, { { R, 0x6000, 4, false } } },                     /* divl (%rsi) */
	{ "f60601", 3, 1, { { R, 0x6000, 1, false } } },                       /* testb $1, (%rsi) */
	{ "65488b042528000000", 9, 1, { { R, 0xffff000000000028, 8, false } } }, /* mov %gs:0x28, %rax */
	{ "c9", 1, 1, { { R, 0x5000, 8, true } } },                              /* leave */
	{ "48a18877665544332211", 10, 1, { { R, 0x1122334455667788, 8, false } } },
	{ "670fb94012", 5, 0, { { 0 } } }, /* ud1 */
	{ "0f0b", 2, 0, { { 0 } } },
};

static size_t unhex(const char *hex, uint8_t *bytes)
{
	size_t n = 0;

	for (; hex[2 * n]; n++) {
		unsigned value;
		sscanf(hex + 2 * n, "%2x", &value);
		bytes[n] = (uint8_t)value;
	}
	return n;
}

static struct kp_x86_state made_state(void)
{
	struct kp_x86_state state = { .rip = 0x400000, .gs_base = 0xffff000000000000 };

	for (unsigned i = 0; i < 16; i++)
		state.registers[i] = 0x1000 * i;
	return state;
}

static void knows_what_is_touched(void)
{
	struct kp_x86_state state = made_state();
	struct kp_x86_instruction got;
	uint8_t bytes[16];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		size_t n = unhex(row->bytes, bytes);
		bool ok = kp_x86_instruction(bytes, n, &state, &got) && got.length == row->length &&
			  got.count == row->count;

		for (unsigned t = 0; ok && t < row->count; t++)
			ok = got.touches[t].access == row->touches[t].access &&
			     got.touches[t].address == row->touches[t].address &&
			     got.touches[t].size == row->touches[t].size &&
			     got.touches[t].stack == row->touches[t].stack;
		if (!ok) {
			fprintf(stderr, "%s: length %u, %u touches, first 0x%llx of %u\n", row->bytes,
				got.length, got.count, (unsigned long long)got.touches[0].address,
				got.touches[0].size);
			exit(1);
		}
		/* Whatever is cut off is no instruction. */
		for (size_t cut = 0; cut < row->length; cut++)
			CHECK(!kp_x86_instruction(bytes, cut, &state, &got));
	}
}

static void undefined_behaviour_has_a_number(void)
{
	static const uint8_t ud1[] = { 0x67, 0x0f, 0xb9, 0x40, 0x12 };
	struct kp_x86_state state = made_state();
	struct kp_x86_instruction got;

	CHECK(kp_x86_instruction(ud1, sizeof(ud1), &state, &got));
	CHECK(got.opcode == 0x0fb9 && got.modrm >> 6 == 1 && got.immediate == 0x12);
}

static void prefixes_alone_are_nothing(void)
{
	uint8_t bytes[32];
	struct kp_x86_state state = made_state();
	struct kp_x86_instruction got;

	memset(bytes, 0x66, sizeof(bytes));
	CHECK(!kp_x86_instruction(bytes, sizeof(bytes), &state, &got));
}

const struct test x86_tests[] = {
	TEST(walks_to_a_page),
	TEST(walks_five_levels),
	TEST(walks_nowhere),
	TEST(knows_what_is_touched),
	TEST(undefined_behaviour_has_a_number),
	TEST(prefixes_alone_are_nothing),
	{ NULL, NULL },
};

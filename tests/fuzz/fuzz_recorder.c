/* What the recorder reads of a broken kernel: stacks, page tables, instructions, a command line.  All of it may be made up. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fault/x86_64/operand.h"
#include "host.h"
#include "lib/format.h"

void kp_x86_walk(uint64_t cr3, bool five_levels, uint64_t address, struct kp_walk *out);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT 0x10000
static uint64_t memory[1024];

static uint64_t word(const uint8_t *data, size_t size, size_t at)
{
	uint64_t value = 0;

	if (at + 8 <= size)
		memcpy(&value, data + at, 8);
	return value;
}

/* A word that points into memory where it is small: else nothing would ever be found there. */
static uint64_t near(uint64_t value)
{
	return value < sizeof(memory) * 2 ? (uintptr_t)memory + value : value;
}

static void walk_stack(const uint8_t *data, size_t size)
{
	static struct kp_trace trace;
	struct kp_frame frame = { .pc = word(data, size, 0),
				  .sp = near(word(data, size, 8)),
				  .fp = near(word(data, size, 16)) };

	for (size_t i = 0; i < sizeof(memory) / 8; i++)
		memory[i] = near(word(data, size, 24 + 8 * i));
	kp_trace_walk(&frame, NULL, &trace);
	if (trace.n > KP_FRAMES_MAX)
		__builtin_trap();
}

static void walk_tables(const uint8_t *data, size_t size)
{
	struct kp_walk walk;

	for (size_t i = 0; i < sizeof(memory) / 8; i++)
		memory[i] = word(data, size, 16 + 8 * i);
	kp_x86_walk(word(data, size, 0) & 0x1fff, size & 1, word(data, size, 8), &walk);
	if (walk.level > walk.top)
		__builtin_trap();
}

static void instruction(const uint8_t *data, size_t size)
{
	struct kp_x86_state state = { .rip = 0x1000 };
	struct kp_x86_instruction out;

	if (kp_x86_instruction(data, size, &state, &out) &&
	    (!out.length || out.length > 15 || out.length > size || out.count > 2))
		__builtin_trap();
}

/* No argument is read but the one integer that is there for all. */
static void format(const uint8_t *data, size_t size)
{
	char text[64], words[32];
	size_t n = 0;

	for (size_t i = 0; i < size && n + 1 < sizeof(words); i++) {
		if (data[i] != 's' && data[i] != '*')
			words[n++] = (char)data[i];
	}
	words[n] = 0;
#pragma clang diagnostic ignored "-Wformat-nonliteral"
#pragma clang diagnostic ignored "-Wformat-security"
	n = kp_format(text, 1 + size % sizeof(text), words, 1ll, 2ll, 3ll, 4ll, 5ll, 6ll, 7ll, 8ll, 9ll, 10ll,
		      11ll, 12ll, 13ll, 14ll, 15ll, 16ll);
	if (n >= 1 + size % sizeof(text) || strlen(text) != n)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct kp_region regions[] = {
		{ KP_REGION_TEXT, TEXT, TEXT + 0x1000, 0, "text" },
		{ KP_REGION_STACKS, (uintptr_t)memory, (uintptr_t)memory + sizeof(memory), 0, "stack" },
		{ KP_REGION_DIRECT, (uintptr_t)memory, (uintptr_t)memory + sizeof(memory), 0, "memory" },
		{ .end = 0 },
	};

	if (!size)
		return 0;
	fake.regions = regions;
	switch (data[0] % 5) {
	case 0:
		walk_stack(data + 1, size - 1);
		break;
	case 1:
		walk_tables(data + 1, size - 1);
		break;
	case 2:
		instruction(data + 1, size - 1);
		break;
	case 3:
		format(data + 1, size - 1);
		break;
	default:
		kp_policy_word((const char *)data + 1, size - 1);
		break;
	}
	return 0;
}

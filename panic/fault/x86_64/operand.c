#include "fault/x86_64/operand.h"

#include "lib/mem.h"

/* What follows an opcode, and what is done to the operand in memory. */
enum {
	M = 1 << 0,  /* ModRM */
	I8 = 1 << 1, /* immediates */
	IZ = 1 << 2, /* of 4 bytes, of 2 with an operand-size prefix */
	I16 = 1 << 3,
	IV = 1 << 4, /* of 8 bytes with REX.W, else as IZ */
	R = 1 << 5,
	W = 1 << 6,
	BYTE = 1 << 7, /* a byte; with PAIR: where the opcode is even */
	PAIR = 1 << 8,
	WORD = 1 << 9,
	DOUBLE = 1 << 10,
	PUSH = 1 << 11,
	POP = 1 << 12,
	GROUP = 1 << 13, /* ModRM's middle says what is done: groups[] */
	FROM = 1 << 14,  /* a string's: reads (rsi) */
	TO = 1 << 15,    /* … (rdi), by R and W */
	MOFFS = 1 << 16,
	WIDE = 1 << 17, /* a size that is not worth to know */
	LEAVE = 1 << 18,
	NO_MEMORY = 1 << 19, /* ModRM names registers, whatever it says */
};

/* The first row that fits. */
struct row {
	uint8_t mask, value;
	uint32_t flags;
};

#define BV (BYTE | PAIR) /* the opcode's lowest bit: byte, or operand size */

static const struct row one_byte[] = {
	{ 0xfe, 0x38, M | R | BV },
	{ 0xc6, 0x00, M | R | W | BV },
	{ 0xc6, 0x02, M | R | BV },
	{ 0xc7, 0x04, I8 },
	{ 0xc7, 0x05, IZ },
	{ 0xf8, 0x50, PUSH },
	{ 0xf8, 0x58, POP },
	{ 0xff, 0x63, M | R | DOUBLE },
	{ 0xff, 0x68, IZ | PUSH },
	{ 0xff, 0x69, M | IZ | R },
	{ 0xff, 0x6a, I8 | PUSH },
	{ 0xff, 0x6b, M | I8 | R },
	{ 0xfe, 0x6c, TO | W | BV },
	{ 0xfe, 0x6e, FROM | BV },
	{ 0xf0, 0x70, I8 },
	{ 0xff, 0x80, M | I8 | GROUP | BYTE },
	{ 0xff, 0x81, M | IZ | GROUP },
	{ 0xff, 0x83, M | I8 | GROUP },
	{ 0xfe, 0x84, M | R | BV },
	{ 0xfe, 0x86, M | R | W | BV },
	{ 0xfe, 0x88, M | W | BV },
	{ 0xfe, 0x8a, M | R | BV },
	{ 0xff, 0x8c, M | W | WORD },
	{ 0xff, 0x8d, M },
	{ 0xff, 0x8e, M | R | WORD },
	{ 0xff, 0x8f, M | W | POP },
	{ 0xf8, 0x90, 0 },
	{ 0xfe, 0x98, 0 },
	{ 0xff, 0x9b, 0 },
	{ 0xff, 0x9c, PUSH },
	{ 0xff, 0x9d, POP },
	{ 0xfe, 0x9e, 0 },
	{ 0xfe, 0xa0, MOFFS | R | BV },
	{ 0xfe, 0xa2, MOFFS | W | BV },
	{ 0xfe, 0xa4, FROM | TO | W | BV },
	{ 0xfe, 0xa6, FROM | TO | R | BV },
	{ 0xff, 0xa8, I8 },
	{ 0xff, 0xa9, IZ },
	{ 0xfe, 0xaa, TO | W | BV },
	{ 0xfe, 0xac, FROM | BV },
	{ 0xfe, 0xae, TO | R | BV },
	{ 0xf8, 0xb0, I8 },
	{ 0xf8, 0xb8, IV },
	{ 0xfe, 0xc0, M | I8 | R | W | BV },
	{ 0xff, 0xc2, I16 | POP },
	{ 0xff, 0xc3, POP },
	{ 0xff, 0xc6, M | I8 | W | BYTE },
	{ 0xff, 0xc7, M | IZ | W },
	{ 0xff, 0xc8, I16 | I8 | PUSH },
	{ 0xff, 0xc9, LEAVE },
	{ 0xff, 0xcc, 0 },
	{ 0xff, 0xcd, I8 },
	{ 0xff, 0xcf, POP },
	{ 0xfc, 0xd0, M | R | W | BV },
	{ 0xf8, 0xd8, M | WIDE },
	{ 0xf8, 0xe0, I8 },
	{ 0xff, 0xe8, IZ | PUSH },
	{ 0xff, 0xe9, IZ },
	{ 0xff, 0xeb, I8 },
	{ 0xfc, 0xec, 0 },
	{ 0xff, 0xf1, 0 },
	{ 0xfe, 0xf4, 0 },
	{ 0xff, 0xf6, M | GROUP | BYTE },
	{ 0xff, 0xf7, M | GROUP },
	{ 0xfe, 0xf8, 0 },
	{ 0xfe, 0xfa, 0 },
	{ 0xfe, 0xfc, 0 },
	{ 0xff, 0xfe, M | R | W | BYTE },
	{ 0xff, 0xff, M | GROUP },
	{ 0, 0, 0 },
};

static const struct row two_bytes[] = {
	{ 0xfe, 0x00, M | WIDE },
	{ 0xfe, 0x02, M | R | WORD },
	{ 0xfc, 0x04, 0 },
	{ 0xfe, 0x08, 0 },
	{ 0xff, 0x0b, 0 },
	{ 0xff, 0x0d, M },
	{ 0xff, 0x11, M | W | WIDE },
	{ 0xff, 0x13, M | W | WIDE },
	{ 0xff, 0x17, M | W | WIDE },
	{ 0xf8, 0x10, M | R | WIDE },
	{ 0xf8, 0x18, M },
	{ 0xfc, 0x20, M | NO_MEMORY },
	{ 0xff, 0x29, M | W | WIDE },
	{ 0xff, 0x2b, M | W | WIDE },
	{ 0xf8, 0x28, M | R | WIDE },
	{ 0xf8, 0x30, 0 },
	{ 0xf0, 0x40, M | R },
	{ 0xe0, 0x50 & 0xe0, M | R | WIDE }, /* 40 to 5f, of which the former are gone */
	{ 0xf0, 0x60, M | R | WIDE },
	{ 0xfc, 0x70, M | I8 | R | WIDE },
	{ 0xff, 0x77, 0 },
	{ 0xff, 0x78, M | W | WIDE },
	{ 0xfe, 0x7e, M | W | WIDE },
	{ 0xf0, 0x70, M | R | WIDE },
	{ 0xf0, 0x80, IZ },
	{ 0xf0, 0x90, M | W | BYTE },
	{ 0xf7, 0xa0, PUSH },
	{ 0xf7, 0xa1, POP },
	{ 0xff, 0xa2, 0 },
	{ 0xff, 0xaa, 0 },
	{ 0xff, 0xa3, M | R },
	{ 0xf7, 0xa4, M | I8 | R | W },
	{ 0xf7, 0xa5, M | R | W },
	{ 0xff, 0xab, M | R | W },
	{ 0xff, 0xae, M | WIDE },
	{ 0xff, 0xaf, M | R },
	{ 0xfe, 0xb0, M | R | W | BV },
	{ 0xff, 0xb3, M | R | W },
	{ 0xf7, 0xb6, M | R | BYTE },
	{ 0xf7, 0xb7, M | R | WORD },
	{ 0xff, 0xb8, M | R },
	{ 0xff, 0xb9, M },
	{ 0xff, 0xba, M | I8 | GROUP },
	{ 0xff, 0xbb, M | R | W },
	{ 0xfe, 0xbc, M | R },
	{ 0xfe, 0xc0, M | R | W | BV },
	{ 0xff, 0xc2, M | I8 | R | WIDE },
	{ 0xff, 0xc3, M | W },
	{ 0xff, 0xc4, M | I8 | R | WORD },
	{ 0xff, 0xc5, M | I8 },
	{ 0xff, 0xc6, M | I8 | R | WIDE },
	{ 0xff, 0xc7, M | WIDE | GROUP },
	{ 0xf8, 0xc8, 0 },
	{ 0xff, 0xd6, M | W | WIDE },
	{ 0xff, 0xe7, M | W | WIDE },
	{ 0xff, 0xff, M },
	{ 0xf0, 0xd0, M | R | WIDE },
	{ 0xe0, 0xe0, M | R | WIDE },
	{ 0, 0, 0 },
};

/* By ModRM's middle. */
static const struct group {
	unsigned opcode;
	uint32_t flags[8];
} groups[] = {
	/* add or adc sbb and sub xor; cmp */
	{ 0x80, { R | W, R | W, R | W, R | W, R | W, R | W, R | W, R } },
	{ 0x81, { R | W, R | W, R | W, R | W, R | W, R | W, R | W, R } },
	{ 0x83, { R | W, R | W, R | W, R | W, R | W, R | W, R | W, R } },
	/* test test not neg mul imul div idiv */
	{ 0xf6, { R | I8, R | I8, R | W, R | W, R, R, R, R } },
	{ 0xf7, { R | IZ, R | IZ, R | W, R | W, R, R, R, R } },
	/* inc dec call callf jmp jmpf push */
	{ 0xff, { R | W, R | W, R | PUSH, R | PUSH | WIDE, R, R | WIDE, R | PUSH, 0 } },
	/* cmpxchg8b; states and machines */
	{ 0x0fc7, { 0, R | W, 0, 0, 0, 0, 0, 0 } },
	/* bt bts btr btc */
	{ 0x0fba, { 0, 0, 0, 0, R, R | W, R | W, R | W } },
};

struct reader {
	const uint8_t *bytes;
	size_t n, at;
	bool bad;
};

static uint64_t take(struct reader *reader, unsigned size)
{
	uint64_t value = 0;

	if (reader->n - reader->at < size || reader->bad) {
		reader->bad = true;
		return 0;
	}
	for (unsigned i = 0; i < size; i++)
		value |= (uint64_t)reader->bytes[reader->at++] << (8 * i);
	return value;
}

static int64_t take_signed(struct reader *reader, unsigned size)
{
	uint64_t value = take(reader, size);

	return size == 1   ? (int8_t)value
	       : size == 2 ? (int16_t)value
	       : size == 4 ? (int32_t)value
			   : (int64_t)value;
}

static bool find(const struct row *row, uint8_t opcode, uint32_t *flags)
{
	for (; row->mask; row++) {
		if ((opcode & row->mask) == row->value) {
			*flags = row->flags;
			return true;
		}
	}
	return false;
}

struct prefixes {
	bool operand16, address32, repeat;
	uint8_t rex;
	uint64_t base; /* of fs or gs */
};

static bool take_prefixes(struct reader *reader, const struct kp_x86_state *state, struct prefixes *out)
{
	*out = (struct prefixes){ .rex = 0 };
	while (reader->at < reader->n && reader->at < 14) {
		switch (reader->bytes[reader->at]) {
		case 0x66:
			out->operand16 = true;
			break;
		case 0x67:
			out->address32 = true;
			break;
		case 0x64:
			out->base = state->fs_base;
			break;
		case 0x65:
			out->base = state->gs_base;
			break;
		case 0xf2:
		case 0xf3:
			out->repeat = true;
			break;
		case 0xf0:
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
			break;
		default:
			/* Only the last byte before the opcode. */
			if ((reader->bytes[reader->at] & 0xf0) == 0x40)
				out->rex = reader->bytes[reader->at++];
			if (out->rex & 8)
				out->operand16 = false;
			return true;
		}
		reader->at++;
	}
	return false;
}

struct place {
	bool memory, rip_relative;
	uint64_t address; /* without what RIP adds */
};

static struct place take_modrm(struct reader *reader, const struct kp_x86_state *state,
			       const struct prefixes *prefixes, struct kp_x86_instruction *out)
{
	struct place place = { .memory = true };
	unsigned mod, rm;

	out->modrm = (unsigned)take(reader, 1);
	mod = out->modrm >> 6;
	rm = out->modrm & 7;
	if (mod == 3) {
		place.memory = false;
		return place;
	}
	if (rm == 4) {
		unsigned sib = (unsigned)take(reader, 1);
		unsigned base = sib & 7, index = (sib >> 3 & 7) | (prefixes->rex & 2) << 2;

		if (index != 4)
			place.address = state->registers[index] << (sib >> 6);
		if (base == 5 && mod == 0)
			place.address += (uint64_t)take_signed(reader, 4);
		else
			place.address += state->registers[base | (prefixes->rex & 1) << 3];
	} else if (rm == 5 && mod == 0) {
		place.rip_relative = true;
		place.address = (uint64_t)take_signed(reader, 4);
	} else {
		place.address = state->registers[rm | (prefixes->rex & 1) << 3];
	}
	if (mod == 1) {
		int64_t displacement = take_signed(reader, 1);
		out->immediate = (uint8_t)displacement;
		place.address += (uint64_t)displacement;
	} else if (mod == 2) {
		place.address += (uint64_t)take_signed(reader, 4);
	}
	return place;
}

static void touch(struct kp_x86_instruction *out, enum kp_access access, uint64_t address, unsigned size,
		  bool stack)
{
	if (out->count < 2)
		out->touches[out->count++] = (struct kp_x86_touch){ access, address, size, stack };
}

static enum kp_access access_of(uint32_t flags)
{
	return flags & W ? KP_ACCESS_WRITE : flags & R ? KP_ACCESS_READ : KP_ACCESS_UNKNOWN;
}

bool kp_x86_instruction(const uint8_t *bytes, size_t n, const struct kp_x86_state *state,
			struct kp_x86_instruction *out)
{
	struct reader reader = { bytes, n < 15 ? n : 15, 0, false };
	struct prefixes prefixes;
	struct place place = { .memory = false };
	uint32_t flags;
	unsigned size, stack_size;
	uint8_t opcode;
	uint64_t rsp = state->registers[4];

	memset(out, 0, sizeof(*out));
	if (!take_prefixes(&reader, state, &prefixes))
		return false;
	opcode = (uint8_t)take(&reader, 1);
	out->opcode = opcode;
	if (opcode == 0x0f) {
		opcode = (uint8_t)take(&reader, 1);
		out->opcode = 0x0f00u | opcode;
		if (opcode == 0x38 || opcode == 0x3a) {
			flags = M | R | WIDE | (opcode == 0x3a ? I8 : 0);
			out->opcode = out->opcode << 8 | (unsigned)take(&reader, 1);
			if (out->opcode == 0x0f38f1 && !prefixes.repeat)
				flags = M | W;
		} else if (!find(two_bytes, opcode, &flags)) {
			return false;
		}
	} else if (!find(one_byte, opcode, &flags)) {
		return false;
	}
	if (flags & NO_MEMORY)
		out->modrm = (unsigned)take(&reader, 1);
	else if (flags & M)
		place = take_modrm(&reader, state, &prefixes, out);
	if (flags & GROUP) {
		for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
			if (groups[i].opcode == out->opcode)
				flags |= groups[i].flags[out->modrm >> 3 & 7];
		}
	}
	size = prefixes.rex & 8 ? 8 : prefixes.operand16 ? 2 : 4;
	if ((flags & BYTE) && !(flags & PAIR && opcode & 1))
		size = 1;
	else if (flags & WORD)
		size = 2;
	else if (flags & DOUBLE)
		size = 4;
	else if (flags & WIDE)
		size = 0;
	else if (out->opcode == 0xff && out->modrm >> 3 & 2 && (out->modrm >> 3 & 7) != 7)
		size = (out->modrm >> 3 & 7) == 6 && prefixes.operand16 ? 2
									: 8; /* near calls and jumps, push */
	else if (out->opcode == 0xff && (out->modrm >> 3 & 7) == 4)
		size = 8;
	else if (out->opcode == 0x8f)
		size = prefixes.operand16 ? 2 : 8;
	stack_size = prefixes.operand16 ? 2 : 8;

	if (flags & MOFFS) {
		place.memory = true;
		place.address = take(&reader, prefixes.address32 ? 4 : 8);
	}
	if (flags & I16)
		take(&reader, 2);
	if (flags & I8)
		take(&reader, 1);
	if (flags & IZ)
		take(&reader, prefixes.operand16 ? 2 : 4);
	if (flags & IV)
		take(&reader, prefixes.rex & 8 ? 8 : prefixes.operand16 ? 2 : 4);
	if (reader.bad)
		return false;
	out->length = (unsigned)reader.at;

	if (place.memory && flags & (R | W | WIDE)) {
		if (place.rip_relative)
			place.address += state->rip + out->length;
		if (prefixes.address32)
			place.address &= 0xffffffff;
		touch(out, access_of(flags), place.address + prefixes.base, size, false);
	}
	if (flags & FROM)
		touch(out, KP_ACCESS_READ, state->registers[6] + prefixes.base, size, false);
	if (flags & TO)
		touch(out, access_of(flags), state->registers[7], size, false);
	if (flags & PUSH)
		touch(out, KP_ACCESS_WRITE, rsp - stack_size, stack_size, true);
	if (flags & POP)
		touch(out, KP_ACCESS_READ, rsp, stack_size, true);
	if (flags & LEAVE)
		touch(out, KP_ACCESS_READ, state->registers[5], 8, true);
	return true;
}

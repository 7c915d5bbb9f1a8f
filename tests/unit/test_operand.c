/* The recorder's decoder of instructions against capstone: random instructions must have the same length, and touch the same
 * memory in the same way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <capstone/capstone.h>

#include "fault/x86_64/operand.h"

#define TRIES 200000

static uint32_t random_state = 1;

static uint32_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

/* In the processor's order, as struct kp_x86_state has them. */
static const x86_reg registers[16] = {
	X86_REG_RAX, X86_REG_RCX, X86_REG_RDX, X86_REG_RBX, X86_REG_RSP, X86_REG_RBP,
	X86_REG_RSI, X86_REG_RDI, X86_REG_R8,  X86_REG_R9,  X86_REG_R10, X86_REG_R11,
	X86_REG_R12, X86_REG_R13, X86_REG_R14, X86_REG_R15,
};

static uint64_t value_of(const struct kp_x86_state *state, x86_reg reg, uint64_t next)
{
	if (reg == X86_REG_RIP)
		return next;
	for (int i = 0; i < 16; i++) {
		if (registers[i] == reg)
			return state->registers[i];
	}
	return 0;
}

static uint64_t address_of(const struct kp_x86_state *state, const x86_op_mem *mem, uint64_t next)
{
	uint64_t segment = mem->segment == X86_REG_FS   ? state->fs_base
			   : mem->segment == X86_REG_GS ? state->gs_base
							: 0;

	return segment + value_of(state, mem->base, next) +
	       value_of(state, mem->index, next) * (uint64_t)mem->scale + (uint64_t)mem->disp;
}

/* What is compared: instructions of which capstone 4 knows how they access memory. */
static bool comparable(const cs_insn *insn)
{
	for (uint8_t i = 0; i < insn->detail->groups_count; i++) {
		uint8_t group = insn->detail->groups[i];
		if (group == X86_GRP_FPU || group == X86_GRP_MMX || group == X86_GRP_SSE1 ||
		    group == X86_GRP_SSE2 || group == X86_GRP_SSE3 || group == X86_GRP_AVX ||
		    group == X86_GRP_AVX2 || group == X86_GRP_AVX512)
			return false;
	}
	return true;
}

static bool is_prefix(uint8_t byte)
{
	return byte && strchr("\x66\xf2\xf3\x64\x65\x2e\x36\x26\x3e\x67\xf0", byte);
}

static void random_instruction(uint8_t *bytes)
{
	static const uint8_t prefixes[] = { 0x66, 0xf2, 0xf3, 0x64, 0x65, 0x2e };
	int n = 0;

	for (int i = 0; i < 15; i++)
		bytes[i] = (uint8_t)next_random();
	if (next_random() % 4 == 0)
		bytes[n++] = prefixes[next_random() % sizeof(prefixes)];
	if (next_random() % 2)
		bytes[n++] = 0x40 | (next_random() & 15);
	if (next_random() % 3 == 0)
		bytes[n++] = 0x0f;
}

static void as_capstone_does(void **unused)
{
	struct kp_x86_state state = { .rip = 0x400000, .fs_base = 0x1234500000, .gs_base = 0x7777700000 };
	unsigned known = 0, unknown = 0, memory = 0, bad = 0;
	cs_insn *insn;
	csh handle;

	(void)unused;
	assert_int_equal(cs_open(CS_ARCH_X86, CS_MODE_64, &handle), CS_ERR_OK);
	cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
	insn = cs_malloc(handle);
	for (int i = 0; i < 16; i++)
		state.registers[i] = 0x1000003 * (uint64_t)(i + 1) << 8;
	for (int i = 0; i < TRIES && bad < 20; i++) {
		struct kp_x86_instruction ours;
		uint8_t bytes[15];
		const uint8_t *at = bytes;
		size_t left = sizeof(bytes);
		uint64_t pc = state.rip;

		random_instruction(bytes);
		if (!cs_disasm_iter(handle, &at, &left, &pc, insn))
			continue;
		if (!kp_x86_instruction(bytes, sizeof(bytes), &state, &ours)) {
			unknown++;
			continue;
		}
		known++;
		/* capstone 4 forgets the operand of undefined instructions, and mixes up two prefixes of one kind. */
		if (insn->id == X86_INS_UD0 || insn->id == X86_INS_UD2B || insn->id == X86_INS_RET ||
		    ours.opcode == 0x0f78 || (is_prefix(bytes[0]) && is_prefix(bytes[1])))
			continue;
		if (ours.length != insn->size) {
			print_error("%02x %02x %02x %02x %02x: %u instead of %u, %s %s\n", bytes[0], bytes[1],
				    bytes[2], bytes[3], bytes[4], ours.length, insn->size, insn->mnemonic,
				    insn->op_str);
			bad++;
			continue;
		}
		if (!comparable(insn))
			continue;
		for (uint8_t o = 0; o < insn->detail->x86.op_count; o++) {
			const cs_x86_op *op = &insn->detail->x86.operands[o];
			bool found = false, known_access = op->access != 0;
			uint64_t address;

			if (op->type != X86_OP_MEM || insn->detail->x86.addr_size != 8 ||
			    insn->id == X86_INS_LEA || insn->id == X86_INS_NOP || insn->id == X86_INS_XLATB)
				continue;
			/* capstone 4 says of these that they only read */
			if (!known_access || !strncmp(insn->mnemonic, "set", 3) ||
			    (ours.opcode & 0xffee) == 0xc0 || (ours.opcode & 0xfffc) == 0xd0 ||
			    insn->id == X86_INS_CMPXCHG || insn->id == X86_INS_CMPXCHG8B ||
			    insn->id == X86_INS_CMPXCHG16B)
				continue;
			/* and of these that they write, or read more than they do, or access at all */
			if (!strncmp(insn->mnemonic, "movnt", 5) || insn->id == X86_INS_MOVBE ||
			    ((insn->id == X86_INS_PUSH || insn->id == X86_INS_POP) && op->size == 2) ||
			    insn->id == X86_INS_TEST || insn->id == X86_INS_LSL || insn->id == X86_INS_LAR ||
			    insn->id == X86_INS_PREFETCH || insn->id == X86_INS_PREFETCHW)
				continue;
			address = address_of(&state, &op->mem, state.rip + insn->size);
			for (unsigned t = 0; t < ours.count; t++)
				found |= ours.touches[t].address == address &&
					 (ours.touches[t].access == KP_ACCESS_UNKNOWN ||
					  (ours.touches[t].access == KP_ACCESS_WRITE) ==
						  !!(op->access & CS_AC_WRITE)) &&
					 (!ours.touches[t].size || ours.touches[t].size == op->size);
			memory++;
			if (!found) {
				print_error("%02x %02x %02x %02x %02x: %s %s: 0x%llx, access %d, size %d; "
					    "ours %u: 0x%llx %d %u\n",
					    bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], insn->mnemonic,
					    insn->op_str, (unsigned long long)address, op->access, op->size,
					    ours.count, (unsigned long long)ours.touches[0].address,
					    ours.touches[0].access, ours.touches[0].size);
				bad++;
			}
		}
	}
	cs_free(insn, 1);
	cs_close(&handle);
	assert_int_equal(bad, 0);
	/* Else nothing was compared. */
	assert_true(known > TRIES / 4 && memory > TRIES / 20 && unknown < known / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(as_capstone_does) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

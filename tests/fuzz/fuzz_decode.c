/* Code bytes and register values → disassembly, effective address, words. */
#include "decode/decode.h"

static uint64_t load(const uint8_t *p)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 8; i++)
		value |= (uint64_t)p[i] << 8 * i;
	return value;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* architecture, kind, flags, mark, fault address, error code, then 4 register values, then code. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[PM_ARCHES][4] = {
		[PM_X86_64] = { "rax", "rdi", "rsp", "gs" },
		[PM_I386] = { "eax", "edi", "esp", "cr0" },
		[PM_ARM64] = { "x0", "x1", "sp", "lr" },
		[PM_ARM] = { "r0", "r3", "sp", "psr" },
		[PM_RISCV64] = { "a0", "a5", "sp", "cause" },
		[PM_PPC64] = { "r3", "r9", "r1", "trap" },
		[PM_S390X] = { "r1", "r2", "r15", "psw" },
		[PM_MIPS] = { "r2", "r4", "r29", "cause" },
		[PM_LOONGARCH64] = { "a0", "estat", "sp", "crmd" },
		[PM_ARCH_UNKNOWN] = { "a", "b", "c", "d" },
	};
	const size_t head = 4 + 8 * 6;

	if (size < head)
		return 0;
	struct pm_incident inc;

	pm_incident_init(&inc);
	inc.machine.system = data[2] & 1 ? PM_LINUX : (enum pm_system)(data[2] / 2 % PM_SYSTEMS);
	inc.machine.arch = (enum pm_arch)(data[0] % PM_ARCHES);
	inc.machine.big_endian = data[2] & 2;
	inc.machine.taint = "G    B D W  OE     ";
	inc.fault.kind = (enum pm_kind)(data[1] % PM_KINDS);
	inc.fault.flags = data[2] & 4 ? "SMP KASAN" : NULL;
	inc.fault.has_address = data[2] & 8;
	inc.fault.address = load(data + 4);
	inc.fault.has_error_code = data[2] & 16;
	inc.fault.error_code = load(data + 12);
	struct pm_trace *trace = PM_PUSH(&inc.arena, &inc.traces);
	struct pm_regs *regs = PM_PUSH(&inc.arena, &trace->regs);

	regs->pc.has_addr = data[2] & 32;
	regs->pc.addr = inc.fault.address ^ inc.fault.error_code;
	for (size_t i = 0; i < 4; i++) {
		struct pm_register *reg = PM_PUSH(&inc.arena, &regs->regs);

		reg->name = names[inc.machine.arch][i];
		reg->value = load(data + 20 + 8 * i);
		reg->bits = data[2] & 64 ? 64 : 32;
	}
	for (size_t i = head; i < size; i++)
		*PM_PUSH(&inc.arena, &inc.code.bytes) = data[i];
	inc.code.marked = data[3] == 0xff ? SIZE_MAX : data[3];
	pm_decode(&inc);
	pm_incident_deinit(&inc);
	return 0;
}

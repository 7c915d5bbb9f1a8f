/* A function of x86-64, followed to one place of it: code → what its registers were made from. */
#include "decode/follow.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { head = 3, deepest = 64 };

/* Nothing that is told has no end, and it can be compared with itself. */
static void check(const struct pm_value *value)
{
	unsigned depth = 0;

	if (value && !pm_value_same(value, value))
		abort();
	for (; value; value = value->from) {
		if (++depth > deepest || value->kind > PM_VALUE_STACK)
			abort();
		if (value->kind == PM_VALUE_ARGUMENT && value->number > 5)
			abort();
	}
}

/* Where the function lies and which of the two questions is asked; two bytes: the place in it; its code. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t starts[] = { 0x1000, 0xffffffff81000000, 0, UINT64_MAX - 0x40 };
	struct pm_values values = { 0 };
	const struct pm_value *through = NULL;
	struct pm_incident inc;
	bool found;

	if (size <= head)
		return 0;
	pm_incident_init(&inc);
	inc.machine.system = PM_LINUX;
	inc.machine.arch = PM_X86_64;
	struct pm_disasm *dis = pm_disasm_new(&inc);
	uint64_t start = starts[data[0] >> 1 & 3], pc = start + (data[1] | (uint64_t)data[2] << 8);

	if (!dis)
		abort();
	if (data[0] & 1)
		found = pm_follow_call(dis, &inc.arena, data + head, size - head, start, pc, &values,
				       &through);
	else
		found = pm_follow(dis, &inc.arena, data + head, size - head, start, pc, &values);
	if (found)
		for (unsigned i = 0; i < PM_FOLLOW_REGS; i++)
			check(values.regs[i]);
	if (found)
		check(through);
	pm_disasm_free(dis);
	pm_incident_deinit(&inc);
	return 0;
}

#include "symbols/elf_relocate.h"

#include "base/slice.h"

#include <elf.h>

#ifndef EM_RISCV
#define EM_RISCV 243
#endif
#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

enum op { OP_SET, OP_ADD, OP_SUB, OP_SET6, OP_SUB6 };

/* What occurs in debug sections.  RISC-V and LoongArch relax code in the linker,
 * so their differences are pairs of an addition and a subtraction. */
static const struct row {
	uint16_t machine;
	uint32_t type;
	uint8_t size;
	enum op op;
} rows[] = {
	{ EM_X86_64, R_X86_64_64, 8, OP_SET },
	{ EM_X86_64, R_X86_64_32, 4, OP_SET },
	{ EM_X86_64, R_X86_64_32S, 4, OP_SET },
	{ EM_386, R_386_32, 4, OP_SET },
	{ EM_AARCH64, 257, 8, OP_SET },
	{ EM_AARCH64, 258, 4, OP_SET },
	{ EM_AARCH64, 259, 2, OP_SET },
	{ EM_ARM, 2, 4, OP_SET },
	{ EM_PPC64, 38, 8, OP_SET },
	{ EM_PPC64, 1, 4, OP_SET },
	{ EM_PPC, 1, 4, OP_SET },
	{ EM_S390, 22, 8, OP_SET },
	{ EM_S390, 4, 4, OP_SET },
	{ EM_MIPS, 18, 8, OP_SET },
	{ EM_MIPS, 2, 4, OP_SET },
	{ EM_RISCV, 1, 4, OP_SET },
	{ EM_RISCV, 2, 8, OP_SET },
	{ EM_RISCV, 33, 1, OP_ADD },
	{ EM_RISCV, 34, 2, OP_ADD },
	{ EM_RISCV, 35, 4, OP_ADD },
	{ EM_RISCV, 36, 8, OP_ADD },
	{ EM_RISCV, 37, 1, OP_SUB },
	{ EM_RISCV, 38, 2, OP_SUB },
	{ EM_RISCV, 39, 4, OP_SUB },
	{ EM_RISCV, 40, 8, OP_SUB },
	{ EM_RISCV, 52, 1, OP_SUB6 },
	{ EM_RISCV, 53, 1, OP_SET6 },
	{ EM_RISCV, 54, 1, OP_SET },
	{ EM_RISCV, 55, 2, OP_SET },
	{ EM_RISCV, 56, 4, OP_SET },
	{ EM_LOONGARCH, 1, 4, OP_SET },
	{ EM_LOONGARCH, 2, 8, OP_SET },
	{ EM_LOONGARCH, 47, 1, OP_ADD },
	{ EM_LOONGARCH, 48, 2, OP_ADD },
	{ EM_LOONGARCH, 50, 4, OP_ADD },
	{ EM_LOONGARCH, 51, 8, OP_ADD },
	{ EM_LOONGARCH, 52, 1, OP_SUB },
	{ EM_LOONGARCH, 53, 2, OP_SUB },
	{ EM_LOONGARCH, 55, 4, OP_SUB },
	{ EM_LOONGARCH, 56, 8, OP_SUB },
	{ EM_LOONGARCH, 105, 1, OP_SET6 },
	{ EM_LOONGARCH, 106, 1, OP_SUB6 },
};

static const struct row *find_row(uint16_t machine, uint32_t type)
{
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (rows[i].machine == machine && rows[i].type == type)
			return &rows[i];
	return NULL;
}

static void store(uint8_t *p, unsigned size, bool big_endian, uint64_t value)
{
	for (unsigned i = 0; i < size; i++)
		p[big_endian ? size - 1 - i : i] = (uint8_t)(value >> 8 * i);
}

static void apply(const struct row *row, bool big_endian, uint8_t *p, uint64_t value)
{
	uint64_t old = pm_load(p, row->size, big_endian);

	switch (row->op) {
	case OP_SET:
		break;
	case OP_ADD:
		value = old + value;
		break;
	case OP_SUB:
		value = old - value;
		break;
	case OP_SET6:
		value = (old & 0xc0) | (value & 0x3f);
		break;
	case OP_SUB6:
		value = (old & 0xc0) | (((old & 0x3f) - value) & 0x3f);
		break;
	}
	store(p, row->size, big_endian, value);
}

static uint64_t symbol_value(const struct pm_relocation *job, uint64_t index)
{
	size_t entry = job->is64 ? 24 : 16;

	if (!job->symbols.p || index >= job->symbols.n / entry)
		return 0;
	const uint8_t *p = job->symbols.p + index * entry;
	uint64_t section = pm_load(p + (job->is64 ? 6 : 14), 2, job->big_endian);
	uint64_t value = pm_load(p + (job->is64 ? 8 : 4), job->is64 ? 8 : 4, job->big_endian);

	return section < job->bases_n ? value + job->bases[section] : value;
}

void pm_relocate(const struct pm_relocation *job, uint8_t *data, size_t n)
{
	unsigned word = job->is64 ? 8 : 4;
	size_t entry = word * (job->with_addend ? 3 : 2);
	size_t count = job->relocations.p ? job->relocations.n / entry : 0;
	const struct row *last = NULL;
	uint32_t last_type = 0;

	for (size_t i = 0; i < count; i++) {
		const uint8_t *p = job->relocations.p + i * entry;
		uint64_t offset = pm_load(p, word, job->big_endian),
			 info = pm_load(p + word, word, job->big_endian);
		uint64_t symbol = job->is64 ? info >> 32 : info >> 8;
		uint32_t type = job->is64 ? (uint32_t)info : (uint32_t)info & 0xff;

		/* MIPS64 stores the symbol in the low half and up to three types in the high one. */
		if (job->machine == EM_MIPS && job->is64) {
			symbol = pm_load(p + word, 4, job->big_endian);
			type = p[word + 7];
		}
		if (!last || type != last_type) {
			last = find_row(job->machine, type);
			last_type = type;
		}
		if (!last || offset > n || n - offset < last->size)
			continue;
		uint64_t value = symbol_value(job, symbol);
		if (job->with_addend)
			value += pm_load(p + 2 * word, word, job->big_endian);
		else if (last->op == OP_SET)
			value += pm_load(data + offset, last->size, job->big_endian);
		apply(last, job->big_endian, data + offset, value);
	}
}

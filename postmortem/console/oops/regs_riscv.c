/* riscv: the lines of __show_regs. */
#include "console/oops/fields.h"

#define NAMES                                                                                                \
	"epc=pc ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 "         \
	"t3 t4 t5 t6 ssp status badaddr cause "

/* "epc : f+0x1/0x2" (since 5.12), then "epc : ffffffff80… ra : … sp : …"; before "epc: ffff… ra : …" */
static bool read_epc(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_slice s = pm_slice_trim(rest);
	struct pm_place place;
	uint64_t addr;
	unsigned digits;

	(void)row;
	if (pm_slice_has(rest, PM_S(" ra : "))) {
		struct pm_regs *regs = pm_fields_block(f);

		if (!pm_take_hex(&s, &addr, &digits))
			return false;
		pm_fields_arch(f, PM_RISCV64, digits == 16 ? PM_CERTAIN : PM_LIKELY);
		if (!regs || regs->regs.n) {
			place = (struct pm_place){ .has_addr = true, .addr = addr, .at = f->at };
			pm_fields_block_open(f, &place, false);
		} else {
			regs->pc.has_addr = true;
			regs->pc.addr = addr;
		}
		pm_fields_pairs(f, f->body, NAMES, true);
		return true;
	}
	if (!pm_fields_place(f, &s, &place))
		return false;
	pm_fields_arch(f, PM_RISCV64, PM_LIKELY);
	pm_fields_block_open(f, &place, false);
	return true;
}

static bool read_ra(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_slice s = pm_slice_trim(rest);
	struct pm_place place;

	(void)row;
	if (!pm_fields_place(f, &s, &place))
		return false;
	if (place.has_addr)
		pm_fields_register(f, "ra", place.addr, place.addr >> 32 ? 16 : 8);
	if (place.symbol && pm_fields_own(f))
		pm_fields_fact(f, "registers", "ra_symbol", rest);
	return true;
}

static bool read_registers(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)row;
	(void)rest;
	return pm_fields_pairs(f, f->body, NAMES, true);
}

/* "status: 0000000200000120 badaddr: 0000000000000018 cause: 000000000000000f" */
static bool read_status(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_regs *regs = pm_fields_block(f);

	if (!pm_slice_has(f->body, PM_S("cause: ")) || !read_registers(f, row, rest) || !regs)
		return false;
	const struct pm_register *status = pm_regs_find(regs, "status"), *bad = pm_regs_find(regs, "badaddr"),
				 *cause = pm_regs_find(regs, "cause");
	pm_fields_arch(f, PM_RISCV64, PM_CERTAIN);
	/* SPP: the mode that was left. */
	if (status && !(status->value & 0x100))
		pm_fields_block_user(f);
	if (regs->role != PM_REGS_FAULT || !pm_fields_own(f) || !cause)
		return true;
	pm_fields_error_code(f, cause->value);
	/* Breakpoints (3) and interrupts (top bit) leave no address; misaligned, access and page faults do.
	 */
	static const uint64_t with_address =
		1 << 0 | 1 << 1 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 12 | 1 << 13 | 1 << 15;
	if (bad && cause->value < 64 && (with_address >> cause->value & 1))
		pm_fields_address(f, bad->value);
	return true;
}

/* clang-format off */
const struct pm_field_row pm_rows_riscv[] = {
	{ "epc: ", read_epc },
	{ "epc : ", read_epc },
	{ "ra : ", read_ra },
	{ "gp : ", read_registers },
	{ "t1 : ", read_registers },
	{ "s1 : ", read_registers },
	{ "a2 : ", read_registers },
	{ "a5 : ", read_registers },
	{ "s2 : ", read_registers },
	{ "s5 : ", read_registers },
	{ "s8 : ", read_registers },
	{ "s11: ", read_registers },
	{ "t5 : ", read_registers },
	{ "status: ", read_status },
	{ 0 },
};
/* clang-format on */

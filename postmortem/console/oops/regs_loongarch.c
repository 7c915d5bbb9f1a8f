/* loongarch: the lines of __show_regs. */
#include "console/oops/fields.h"

#define NAMES                                                                                                \
	"pc ra tp sp a0 a1 a2 a3 a4 a5 a6 a7 t0 t1 t2 t3 t4 t5 t6 t7 t8 u0 s0 s1 s2 s3 s4 s5 s6 s7 s8 s9 "   \
	"fp "

/* "pc 9000000004a1b2c4 ra 9000… tp 9000… sp 9000…": names without colons */
static bool read_pc(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_place place = { .has_addr = true, .at = f->at };
	struct pm_slice s = rest;
	unsigned digits;

	(void)row;
	pm_take_blanks(&s);
	if (!pm_take_hex(&s, &place.addr, &digits) || digits < 8 || !pm_slice_has(rest, PM_S(" ra ")))
		return false;
	pm_fields_arch(f, PM_LOONGARCH64, PM_CERTAIN);
	pm_fields_block_open(f, &place, false);
	pm_fields_pairs(f, f->body, NAMES, false);
	return true;
}

static bool read_registers(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)row;
	(void)rest;
	return f->inc->machine.arch == PM_LOONGARCH64 && pm_fields_pairs(f, f->body, NAMES, false);
}

/* "ERA: 9000… f+0x1/0x2", "ra: 9000… f+0x1/0x2" */
static bool read_era(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_regs *regs = pm_fields_block(f);
	struct pm_place place;
	uint64_t addr;

	pm_take_blanks(&rest);
	struct pm_slice text = rest;
	if (!pm_take_hex(&rest, &addr, NULL) || !regs)
		return false;
	pm_take_blanks(&rest);
	if (!row->number) {
		if (pm_fields_own(f) && regs->role == PM_REGS_FAULT)
			pm_fields_fact(f, "registers", "ra_symbol", text);
		return true;
	}
	if (!regs->pc.symbol && rest.n && pm_fields_place(f, &rest, &place) && place.symbol) {
		place.has_addr = true;
		place.addr = addr;
		regs->pc = place;
	}
	return true;
}

/* "PRMD: 00000004 (PPLV0 +PIE -PWE)": the mode that was left */
static bool read_prmd(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_slice s = rest;
	uint64_t value;

	if (!pm_fields_named(f, row, rest))
		return false;
	pm_take_blanks(&s);
	if (pm_take_hex(&s, &value, NULL) && (value & 3))
		pm_fields_block_user(f);
	return true;
}

/* clang-format off */
const struct pm_field_row pm_rows_loongarch[] = {
	{ "pc ", read_pc },
	{ "a0 ", read_registers },
	{ "a4 ", read_registers },
	{ "t0 ", read_registers },
	{ "t4 ", read_registers },
	{ "t8 ", read_registers },
	{ "s3 ", read_registers },
	{ "s7 ", read_registers },
	{ "ERA: ", read_era, 1 },
	{ "ra: ", read_era, 0 },
	{ "CRMD: ", pm_fields_named, PM_NAMED_WORDS, "crmd" },
	{ "PRMD: ", read_prmd, PM_NAMED_WORDS, "prmd" },
	{ "EUEN: ", pm_fields_named, PM_NAMED_WORDS, "euen" },
	{ "ECFG: ", pm_fields_named, PM_NAMED_WORDS, "ecfg" },
	{ "ESTAT: ", pm_fields_named, PM_NAMED_ERROR_CODE, "estat" },
	{ "BADV: ", pm_fields_named, PM_NAMED_ADDRESS, "badv" },
	{ "PRID: ", pm_fields_named, PM_NAMED_WORDS, "prid" },
	{ 0 },
};
/* clang-format on */

/* loongarch: the lines of __show_regs. */
#include "console/linux/fields.h"

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

/* "CRMD: 000000b0 (PLV0 -IE …)", "ESTAT: 00010000 [PIL] (IS= ECode=1 EsubCode=0)", "BADV: 0000…" */
static bool read_named(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_fault *fault = &f->inc->fault;
	struct pm_regs *regs = pm_fields_block(f);
	uint64_t value;
	unsigned digits;

	pm_take_blanks(&rest);
	if (!pm_take_hex(&rest, &value, &digits) || !regs)
		return false;
	pm_fields_register(f, row->name, value, digits);
	rest = pm_slice_trim(rest);
	bool own = regs->role == PM_REGS_FAULT && pm_fields_own(f);
	if (rest.n && own)
		pm_fields_fact(f, "registers", row->name, rest);
	if (!strcmp(row->name, "prmd") && (value & 3))
		pm_fields_block_user(f);
	if (!own)
		return true;
	if (!strcmp(row->name, "estat") && !fault->has_error_code) {
		fault->has_error_code = true;
		fault->error_code = value;
	}
	if (!strcmp(row->name, "badv") && !fault->has_address) {
		fault->has_address = true;
		fault->address = value;
		fault->address_at = f->at;
	}
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
	{ "CRMD: ", read_named, 0, "crmd" },
	{ "PRMD: ", read_named, 0, "prmd" },
	{ "EUEN: ", read_named, 0, "euen" },
	{ "ECFG: ", read_named, 0, "ecfg" },
	{ "ESTAT: ", read_named, 0, "estat" },
	{ "BADV: ", read_named, 0, "badv" },
	{ "PRID: ", read_named, 0, "prid" },
	{ 0 },
};
/* clang-format on */

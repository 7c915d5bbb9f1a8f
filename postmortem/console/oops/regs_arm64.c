/* arm64: the lines of __show_regs.  arm's share "pc : ", "lr : " and "sp : "; what tells
 * them apart are pstate and psr, and the width of the numbers. */
#include "console/oops/fields.h"

#define NAMES                                                                                                \
	"x0 x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25 x26 " \
	"x27 x28 x29 x30 sp lr pc pstate pmr_save pmr fp ip psr r10 r9 r8 "

/* "pc : f+0x1/0x2", "pc : [<…>] lr : [<…>] pstate: 60000145" (before 4.20), arm: "… psr: 60000093" */
static bool read_pc(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_place place;
	size_t lr = pm_slice_find(rest, PM_S(" lr : "));
	struct pm_slice s = pm_slice_trim(rest);
	uint64_t status;

	(void)row;
	if (pm_slice_ends(s, PM_S("[inline]"))) {
		if (pm_fields_own(f) && !pm_fields_block(f))
			pm_fields_fact(f, "place", "inlined", s);
		return true;
	}
	if (lr != PM_NPOS) {
		struct pm_regs *regs = pm_fields_block(f);
		struct pm_slice text = pm_slice_trim(pm_slice_upto(rest, lr));
		uint64_t addr;
		size_t psr = pm_slice_find(rest, PM_S("psr: ")),
		       pstate = pm_slice_find(rest, PM_S("pstate: "));
		bool user = false;

		pm_take(&text, PM_S("[<"));
		if (!pm_take_hex(&text, &addr, NULL))
			return false;
		if (pstate != PM_NPOS) {
			pm_fields_arch(f, PM_ARM64, PM_CERTAIN);
			struct pm_slice t = pm_slice_from(rest, pstate + 8);
			user = pm_take_hex(&t, &status, NULL) && !(status & 0xf);
		} else if (psr != PM_NPOS) {
			pm_fields_arch(f, PM_ARM, PM_CERTAIN);
			struct pm_slice t = pm_slice_from(rest, psr + 5);
			user = pm_take_hex(&t, &status, NULL) && (status & 0x1f) == 0x10;
			f->thumb = status & 0x20;
		}
		/* "PC is at f+0x1/0x2" came before and opened the block. */
		if (!regs || regs->regs.n || regs->pc.has_addr) {
			place = (struct pm_place){ .has_addr = true, .addr = addr, .at = f->at };
			pm_fields_block_open(f, &place, user);
		} else {
			regs->pc.has_addr = true;
			regs->pc.addr = addr;
			if (user)
				pm_fields_block_user(f);
		}
		pm_fields_pairs(f, f->body, NAMES, true);
		return true;
	}
	if (!pm_fields_place(f, &s, &place))
		return false;
	pm_fields_arch(f, PM_ARM64, PM_LIKELY);
	/* "pstate:" came before and opened the block (since 4.20). */
	struct pm_regs *regs = pm_fields_block(f);
	if (regs && !regs->pc.symbol && !regs->pc.has_addr)
		regs->pc = place;
	else
		pm_fields_block_open(f, &place, false);
	if (place.has_addr)
		pm_fields_register(f, "pc", place.addr, 16);
	return true;
}

/* "PC is at f+0x1/0x2" (arm; arm64 before 4.20) */
static bool read_pc_is(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_place place;

	(void)row;
	if (!pm_fields_place(f, &rest, &place))
		return false;
	/* The number follows in a line of its own. */
	if (!place.symbol)
		place.has_addr = false;
	pm_fields_block_open(f, &place, false);
	return true;
}

/* "pstate: 60400005 (nZCv daif +PAN -UAO -TCO -DIT -SSBS BTYPE=--)" */
static bool read_pstate(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_place none = { .at = f->at };
	uint64_t value;
	unsigned digits;

	(void)row;
	pm_take_blanks(&rest);
	if (!pm_take_hex(&rest, &value, &digits))
		return false;
	pm_fields_arch(f, PM_ARM64, PM_CERTAIN);
	pm_fields_block_open(f, &none, !(value & 0xf) && !(value & 0x10));
	pm_fields_register(f, "pstate", value, digits);
	size_t open = pm_slice_find_char(rest, '(');
	if (open != PM_NPOS && pm_fields_own(f))
		pm_fields_fact(f, "registers", "pstate",
			       pm_slice_upto(pm_slice_from(rest, open + 1),
					     pm_slice_find_char(pm_slice_from(rest, open + 1), ')')));
	return true;
}

/* "lr : f+0x1/0x2" tells no number, so no register; "lr : 0xffff…" does.
 * "LR is at …" repeats in words what "pc : … lr : …" tells in numbers. */
static bool read_lr(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_regs *regs = pm_fields_block(f);
	struct pm_slice s = pm_slice_trim(rest);
	struct pm_place place;

	if (pm_slice_ends(s, PM_S("[inline]")))
		return true;
	if (!pm_fields_place(f, &s, &place))
		return false;
	if (place.has_addr && row->number)
		pm_fields_register(f, "lr", place.addr, 16);
	if (place.symbol && pm_fields_own(f) && regs && regs->role == PM_REGS_FAULT)
		pm_fields_fact(f, "registers", "lr_symbol", rest);
	return true;
}

static bool read_registers(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)row;
	(void)rest;
	return pm_fields_pairs(f, f->body, NAMES, true);
}

/* clang-format off */
const struct pm_field_row pm_rows_arm64[] = {
	{ "PC is at ", read_pc_is },
	{ "LR is at ", read_lr, 0 },
	{ "pc : ", read_pc },
	{ "lr : ", read_lr, 1 },
	{ "pstate: ", read_pstate },
	{ "sp : ", read_registers },
	{ "pmr_save: ", read_registers },
	{ "pmr: ", read_registers },
	{ "x", read_registers },
	{ 0 },
};
/* clang-format on */

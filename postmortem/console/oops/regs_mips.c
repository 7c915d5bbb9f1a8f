/* MIPS: the lines of __show_regs. */
#include "console/oops/fields.h"

static const char *const gprs[] = { "r0",  "r1",  "r2",  "r3",  "r4",  "r5",  "r6",  "r7",
				    "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15",
				    "r16", "r17", "r18", "r19", "r20", "r21", "r22", "r23",
				    "r24", "r25", "r26", "r27", "r28", "r29", "r30", "r31" };

/* "$ 4   : 80801c70 00000000 …", 32-bit kernels leave $26 and $27 out. */
static bool read_gpr(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	uint64_t first;

	(void)row;
	pm_take_blanks(&rest);
	if (!pm_take_dec(&rest, &first) || first > 31)
		return false;
	pm_take_blanks(&rest);
	if (!pm_take_char(&rest, ':'))
		return false;
	pm_fields_arch(f, PM_MIPS, PM_CERTAIN);
	if (!first) {
		struct pm_place none = { .at = f->at };

		pm_fields_block_open(f, &none, false);
	}
	f->sequence = (unsigned)first;
	pm_fields_words(f, rest, gprs, 32);
	return true;
}

/* "epc   : 80123456 f+0x1/0x2" */
static bool read_epc(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_regs *regs = pm_fields_block(f);
	struct pm_place place;
	uint64_t addr;
	unsigned digits;

	(void)row;
	if (!pm_take_hex(&rest, &addr, &digits) || !regs)
		return false;
	if (!pm_fields_place(f, &rest, &place))
		place = (struct pm_place){ .at = f->at };
	place.has_addr = true;
	place.addr = addr;
	regs->pc = place;
	pm_fields_register(f, "epc", addr, digits);
	return true;
}

/* "Status: 1000a403	KERNEL EXL IE" */
static bool read_status(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	if (pm_slice_has(rest, PM_S("USER")))
		pm_fields_block_user(f);
	return pm_fields_named(f, row, rest);
}

/* clang-format off */
const struct pm_field_row pm_rows_mips[] = {
	{ "$", read_gpr },
	{ "epc   : ", read_epc },
	{ "Hi ", pm_fields_named, PM_NAMED_WORDS, "hi" },
	{ "Lo ", pm_fields_named, PM_NAMED_WORDS, "lo" },
	{ "ra   ", pm_fields_named, PM_NAMED_ONLY, "ra" },
	{ "Status:", read_status, PM_NAMED_WORDS, "status" },
	{ "Cause ", pm_fields_named, PM_NAMED_ERROR_CODE, "cause" },
	{ "BadVA ", pm_fields_named, PM_NAMED_ADDRESS, "badva" },
	{ "PrId ", pm_fields_named, PM_NAMED_WORDS, "prid" },
	{ 0 },
};
/* clang-format on */

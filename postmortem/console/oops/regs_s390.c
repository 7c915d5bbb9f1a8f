/* s390: the lines of show_regs, show_registers and show_code. */
#include "console/oops/fields.h"

static const char *const gprs[] = { "r0", "r1", "r2",  "r3",  "r4",  "r5",  "r6",  "r7",
				    "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15" };

/* "Krnl PSW : 0404e00180000000 0000000000a1b2c4 (f+0x1a/0x80)", "User PSW : … …" */
static bool read_psw(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_place place = { .at = f->at };
	uint64_t mask, addr;
	unsigned digits;

	pm_take_blanks(&rest);
	pm_take_char(&rest, ':');
	pm_take_blanks(&rest);
	if (!pm_take_hex(&rest, &mask, &digits))
		return false;
	pm_take_blanks(&rest);
	if (!pm_take_hex(&rest, &addr, NULL))
		return false;
	pm_fields_arch(f, PM_S390X, PM_CERTAIN);
	size_t open = pm_slice_find_char(rest, '(');
	if (open != PM_NPOS) {
		struct pm_slice s = pm_slice_from(rest, open + 1);

		s = pm_slice_upto(s, pm_slice_find_char(s, ')'));
		pm_fields_place(f, &s, &place);
	}
	place.has_addr = true;
	place.addr = addr;
	pm_fields_block_open(f, &place, row->number);
	pm_fields_register(f, "psw_mask", mask, digits);
	pm_fields_register(f, "psw_addr", addr, digits);
	return true;
}

static bool more_gprs(struct pm_fields *f)
{
	return f->sequence < 16 && pm_fields_words(f, f->body, gprs, 16) > 1;
}

static bool read_gprs(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)row;
	f->sequence = 0;
	pm_fields_words(f, rest, gprs, 16);
	f->reading = more_gprs;
	return true;
}

/* One line of the listing: "#00000000001a2b3c: e320f0a80004\tlg\t%r2,168(%r15)"; ">" marks the
 * instruction that the address points behind, "#" the one that was running. */
static bool read_listing(struct pm_fields *f, struct pm_slice s)
{
	struct pm_slice bytes;
	uint64_t addr;
	unsigned digits;
	bool marked = false;

	pm_take_blanks(&s);
	if (s.n && (s.p[0] == '#' || s.p[0] == '>' || s.p[0] == '*')) {
		marked = s.p[0] == '>';
		s = pm_slice_from(s, 1);
	}
	if (!pm_take_hex(&s, &addr, &digits) || digits < 8 || !pm_take_char(&s, ':'))
		return false;
	pm_take_blanks(&s);
	if (!pm_take_word(&s, &bytes) || bytes.n > 12 || bytes.n % 2)
		return false;
	for (size_t i = 0; i < bytes.n; i += 2) {
		struct pm_slice two = { bytes.p + i, 2 };
		uint64_t value;

		if (!pm_take_hex(&two, &value, NULL) || two.n)
			return false;
		pm_fields_code_byte(f, (uint8_t)value, marked && !i);
	}
	return true;
}

static bool more_code(struct pm_fields *f)
{
	return read_listing(f, f->body);
}

static bool read_code(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)row;
	pm_take_char(&rest, ':');
	pm_take_blanks(&rest);
	if (pm_slice_starts(rest, PM_S("Bad PSW")))
		return pm_fields_code_bad(f, rest);
	pm_fields_code_add(f);
	if (f->ncodes)
		f->codes[f->ncodes - 1].fault = false;
	read_listing(f, rest);
	f->reading = more_code;
	return true;
}

/* "R:0 T:1 IO:0 EX:0 Key:0 M:1 W:0 P:0 AS:3 CC:2 PM:0 RI:0 EA:3" */
/* clang-format off */
const struct pm_field_row pm_rows_s390[] = {
	{ "Krnl PSW ", read_psw, 0 },
	{ "User PSW ", read_psw, 1 },
	{ "R:", pm_fields_fact_row, 0, "registers/psw" },
	{ "Krnl GPRS:", read_gprs },
	{ "User GPRS:", read_gprs },
	{ "Krnl Code", read_code },
	{ "User Code", read_code },
	{ 0 },
};
/* clang-format on */

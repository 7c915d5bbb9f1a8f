/* powerpc: the lines of show_regs and of the exception frames inside traces. */
#include "console/oops/fields.h"

#define NAMES "NIP LR CTR MSR CR XER CFAR DAR DEAR=dar DSISR ESR IRQMASK TRAP SOFTE REGS=regs "

static const char *const gprs[] = { "r0",  "r1",  "r2",  "r3",  "r4",  "r5",  "r6",  "r7",
				    "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15",
				    "r16", "r17", "r18", "r19", "r20", "r21", "r22", "r23",
				    "r24", "r25", "r26", "r27", "r28", "r29", "r30", "r31" };

#define MSR_PR 0x4000 /* user mode */
#define MSR_LE 0x1

/* "NIP:  c00000000022d79c LR: c00000000022d784 CTR: 0000000000000000" */
static bool read_nip(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_place place = { .has_addr = true, .at = f->at };
	struct pm_slice s = rest;
	unsigned digits;

	(void)row;
	pm_take_blanks(&s);
	if (!pm_take_hex(&s, &place.addr, &digits))
		return false;
	if (digits == 16) /* 32-bit powerpc has no name of its own here */
		pm_fields_arch(f, PM_PPC64, PM_CERTAIN);
	pm_fields_block_open(f, &place, false);
	pm_fields_pairs(f, f->body, NAMES, true);
	return true;
}

/* "NIP [c00…] f+0x1/0x2" */
static bool read_nip_symbol(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_regs *regs = pm_fields_block(f);
	struct pm_place place;

	if (pm_slice_ends(f->body, PM_S("[inline]")))
		return true;
	size_t open = pm_slice_find_char(f->body, '[');
	struct pm_slice text = rest = pm_slice_from(f->body, open);
	if (!pm_fields_place(f, &rest, &place))
		return !row->number;
	if (!row->number) {
		if (place.symbol && pm_fields_own(f) && regs && regs->role == PM_REGS_FAULT)
			pm_fields_fact(f, "registers", "lr_symbol", text);
		return true;
	}
	if (!regs || regs->pc.symbol || (regs->pc.has_addr && place.has_addr && regs->pc.addr != place.addr))
		return true;
	regs->pc = place;
	/* The frame that stands for an exception inside a trace has the name, too. */
	struct pm_trace *trace = pm_fields_trace(f);
	if (trace && trace->frames.n && trace->frames.v[trace->frames.n - 1].interrupted)
		trace->frames.v[trace->frames.n - 1].place = place;
	return true;
}

/* "REGS: c00000007a3ef6e0 TRAP: 0380   Not tainted  (5.4.0-rc2)" */
static bool read_regs(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	size_t trap = pm_slice_find(rest, PM_S("TRAP: "));
	uint64_t value;

	(void)row;
	if (trap == PM_NPOS)
		return false;
	struct pm_slice s = pm_slice_from(rest, trap + 6);
	if (pm_take_hex(&s, &value, NULL))
		pm_fields_register(f, "trap", value, 4);
	pm_take_blanks(&s);
	if (pm_fields_taint(f, &s) && !f->inc->machine.release) {
		size_t open = pm_slice_find_char(s, '(');

		if (open != PM_NPOS) {
			s = pm_slice_from(s, open + 1);
			f->inc->machine.release =
				pm_fields_str(f, pm_slice_upto(s, pm_slice_find_char(s, ')')));
			f->inc->machine.release_at = f->at;
		}
	}
	return true;
}

/* "MSR:  800000010280b033 <SF,VEC,EE,…,LE>  CR: 22824428  XER: 20000000" */
static bool read_msr(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_regs *regs = pm_fields_block(f);
	uint64_t value;
	unsigned digits;

	(void)row;
	pm_take_blanks(&rest);
	if (!pm_take_hex(&rest, &value, &digits) || !regs)
		return false;
	pm_fields_register(f, "msr", value, digits);
	if (value & MSR_PR)
		pm_fields_block_user(f);
	else if (f->inc->machine.arch == PM_PPC64)
		f->inc->machine.big_endian = !(value & MSR_LE);
	size_t open = pm_slice_find_char(rest, '<'), close = pm_slice_find_char(rest, '>');
	if (open != PM_NPOS && close != PM_NPOS && open < close) {
		if (pm_fields_own(f) && regs->role == PM_REGS_FAULT)
			pm_fields_fact(f, "registers", "msr",
				       (struct pm_slice){ rest.p + open + 1, close - open - 1 });
		rest = pm_slice_from(rest, close + 1);
	}
	pm_fields_pairs(f, rest, NAMES, true);
	return true;
}

/* "CFAR: c000… DAR: 0000000000000018 DSISR: 40000000 IRQMASK: 0" */
static bool read_dar(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_regs *regs = pm_fields_block(f);

	(void)row;
	(void)rest;
	if (!pm_fields_pairs(f, f->body, NAMES, true))
		return false;
	if (!regs || regs->role != PM_REGS_FAULT || !pm_fields_own(f))
		return true;
	const struct pm_register *dar = pm_regs_find(regs, "dar"), *dsisr = pm_regs_find(regs, "dsisr");
	if (dar)
		pm_fields_address(f, dar->value);
	if (dsisr)
		pm_fields_error_code(f, dsisr->value);
	return true;
}

/* "GPR04: v v v v" */
static bool read_gpr(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	uint64_t first;

	(void)row;
	if (!pm_take_dec(&rest, &first) || first > 31 || !pm_take_char(&rest, ':'))
		return false;
	f->sequence = (unsigned)first;
	pm_fields_words(f, rest, gprs, 32);
	return true;
}

/* "--- interrupt: c00 at 0x7fff…", "--- interrupt: 300 at f+0x1/0x2": its registers may follow. */
static bool read_interrupt(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)row;
	(void)rest;
	f->block_trace = f->block = PM_FIELDS_NONE;
	return true;
}

/* "LR = f+0x1/0x2" behind "--- interrupt" */
static bool read_lr_is(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)f;
	(void)row;
	return pm_slice_has(rest, PM_S("+0x"));
}

static bool more_words(struct pm_fields *f)
{
	struct pm_slice s = f->body, word;
	unsigned n = 0;

	for (struct pm_slice t = s; pm_take_blanks(&t), pm_take_word(&t, &word); n++)
		if (word.n != 8 && word.n != 10)
			return false;
	if (!n || n > 8)
		return false;
	while (pm_take_blanks(&s), pm_take_word(&s, &word)) {
		bool marked = pm_take_char(&word, '<');
		uint64_t value;
		unsigned digits;

		if (!pm_take_hex(&word, &value, &digits) || digits != 8)
			continue;
		for (unsigned i = 0; i < 4; i++)
			pm_fields_code_byte(
				f, (uint8_t)(value >> (f->inc->machine.big_endian ? 24 - i * 8 : i * 8)),
				marked && !i);
	}
	return true;
}

/* "Instruction dump:", then lines of eight words, "XXXXXXXX" where nothing could be read;
 * since 5.2 "Code: 60000000 <e87f0b20> …" instead. */
static bool read_dump(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)row;
	pm_fields_code(f, rest, 8, f->inc->machine.big_endian);
	if (f->ncodes)
		f->codes[f->ncodes - 1].fault = !f->ended;
	f->reading = more_words;
	return true;
}

/* clang-format off */
const struct pm_field_row pm_rows_ppc[] = {
	{ "NIP: ", read_nip },
	{ "NIP : ", read_nip },
	{ "NIP [", read_nip_symbol, 1 },
	{ "LR [", read_nip_symbol, 0 },
	{ "LR = ", read_lr_is },
	{ "REGS: ", read_regs },
	{ "MSR: ", read_msr },
	{ "CFAR: ", read_dar },
	{ "DAR: ", read_dar },
	{ "DEAR: ", read_dar },
	{ "IRQMASK: ", read_dar },
	{ "GPR", read_gpr },
	{ "--- interrupt: ", read_interrupt },
	{ "--- Exception: ", read_interrupt },
	{ "Instruction dump:", read_dump },
	{ 0 },
};
/* clang-format on */

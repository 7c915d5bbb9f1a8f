/* arm (32 bits): the lines of __show_regs and of the exception stacks inside traces. */
#include "console/oops/fields.h"

#define NAMES "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 sp ip fp lr pc psr Control=sctlr Table=ttbr DAC=dacr "

/* struct pt_regs */
static const char *const pt_regs[] = { "r0", "r1",  "r2", "r3", "r4", "r5", "r6", "r7",  "r8",
				       "r9", "r10", "fp", "ip", "sp", "lr", "pc", "psr", "orig_r0" };

static bool read_registers(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)row;
	(void)rest;
	return pm_fields_pairs(f, f->body, NAMES, true);
}

/* "Register r0 information: slab kmalloc-512 start 8280e800 pointer offset 0 size 512" (since 5.12) */
static bool read_information(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_regs *regs = pm_fields_block(f);
	struct pm_slice name;

	(void)row;
	if (!pm_take_word(&rest, &name) || name.n > 4)
		return false;
	pm_take_blanks(&rest);
	if (!pm_take(&rest, PM_S("information: ")))
		return false;
	/* r11, r12 … are printed under their other names. */
	static const char *const others[] = { "fp", "ip", "sp", "lr", "pc" };
	struct pm_slice number = pm_slice_from(name, 1);
	uint64_t r;
	char *text = pm_arena_str(f->arena, name);
	struct pm_register *reg = pm_regs_find(regs, text);
	if (!reg && pm_take_dec(&number, &r) && r >= 11 && r <= 15)
		reg = pm_regs_find(regs, others[r - 11]);
	if (reg)
		reg->meaning = pm_fields_str(f, pm_slice_upto(rest, 200));
	return true;
}

static bool is_mode(uint64_t psr)
{
	static const uint8_t modes[] = { 0x10, 0x11, 0x12, 0x13, 0x16, 0x17, 0x1a, 0x1b, 0x1f };

	for (size_t i = 0; i < sizeof(modes); i++)
		if ((psr & 0x1f) == modes[i])
			return true;
	return false;
}

static bool from_system_call(struct pm_fields *f)
{
	const struct pm_trace *trace = pm_fields_trace(f);
	const char *entry =
		trace && trace->frames.n ? trace->frames.v[trace->frames.n - 1].place.symbol : NULL;

	return entry && !strcmp(entry, "ret_fast_syscall");
}

/* "1fa0:                   00000000 20000140 …": words of an exception stack */
static bool more_words(struct pm_fields *f)
{
	struct pm_slice s = f->body;
	uint64_t value;
	unsigned digits;

	if (!pm_take_hex(&s, &value, &digits) || digits != 4 || !pm_take_char(&s, ':'))
		return false;
	while (f->nwords < 18 && (pm_take_blanks(&s), pm_take_hex(&s, &value, &digits)))
		f->words[f->nwords++] = (uint32_t)value;
	if (f->nwords < 18)
		return true;
	f->nwords = 0;
	/* Many kernels print 72 bytes that begin eight too early: the status tells.  The place where a system call
	 * came from is then the last word. */
	if (!is_mode(f->words[16]) && f->words[17] && from_system_call(f)) {
		struct pm_place user = { .has_addr = true, .addr = f->words[17], .at = f->at };

		pm_fields_block_open(f, &user, true);
		for (size_t i = 0; i < 16; i++)
			pm_fields_register(f, pt_regs[i], f->words[i + 2], 8);
		return true;
	}
	if (!is_mode(f->words[16]) ||
	    !f->words[15]) /* or a kernel thread's first frame: nothing was interrupted */
		return true;
	struct pm_place pc = { .has_addr = true, .addr = f->words[15], .at = f->at };
	pm_fields_block_open(f, &pc, (f->words[16] & 0x1f) == 0x10);
	for (size_t i = 0; i < 18; i++)
		pm_fields_register(f, pt_regs[i], f->words[i], 8);
	return true;
}

/* "Exception stack(0xec3d1fa8 to 0xec3d1ff0)": registers without names follow. */
static bool read_exception_stack(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	uint64_t from, to;

	(void)row;
	if (!pm_take_hex(&rest, &from, NULL) || !pm_take(&rest, PM_S(" to ")) ||
	    !pm_take_hex(&rest, &to, NULL))
		return false;
	/* Only arm's has a fixed layout; arm64's of 4.x says what was on the stack. */
	if (pm_fields_trace(f) && to - from == 72) {
		f->nwords = 0;
		f->reading = more_words;
	}
	return true;
}

/* Of the frames of arm's own unwinder: "r7:00000001 r6:00000000" says what a function saved. */
static bool read_r(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	size_t colon = pm_slice_find_char(f->body, ':');

	if (colon == PM_NPOS || colon > 4 || colon + 1 >= f->body.n)
		return false;
	if (f->body.p[colon + 1] != ' ') {
		struct pm_slice s = pm_slice_from(f->body, colon + 1);
		uint64_t value;
		unsigned digits;

		return pm_take_hex(&s, &value, &digits) && digits == 8;
	}
	return read_registers(f, row, rest);
}

/* clang-format off */
const struct pm_field_row pm_rows_arm[] = {
	{ "r", read_r },
	{ "Control: ", read_registers },
	{ "Flags: ", pm_fields_fact_row, 0, "registers/psr" },
	{ "Register ", read_information },
	{ "Exception stack(", read_exception_stack },
	{ "Stack: (", pm_fields_skip },
	{ 0 },
};
/* clang-format on */

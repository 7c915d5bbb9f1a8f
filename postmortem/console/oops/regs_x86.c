/* x86-64 and i386: the lines of show_regs, __show_regs and show_opcodes. */
#include "console/oops/fields.h"

#define NAMES_64                                                                                             \
	"RAX RBX RCX RDX RSI RDI RBP RSP R08=r8 R09=r9 R10 R11 R12 R13 R14 R15 EFLAGS ORIG_RAX FS GS "       \
	"knlGS=kernel_gs_base "                                                                              \
	"CS DS ES SS CR0 CR2 CR3 CR4 DR0 DR1 DR2 DR3 DR6 DR7 PKRU SSP "
#define NAMES_32                                                                                             \
	"EAX EBX ECX EDX ESI EDI EBP ESP eax ebx ecx edx esi edi ebp esp ds es ss fs gs cs cr0 cr2 cr3 cr4 " \
	"ORIG_EAX "

static bool is_user_segment(uint64_t cs)
{
	return (cs & 3) == 3;
}

/* Old kernels print the instruction pointer again at the end: "RIP  [<…>] f+0x1/0x2" (before 4.15),
 * "RIP: f+0x1/0x2 RSP: ffff…" (until 4.17).  It is news only when the first one was lost. */
static bool read_summary(struct pm_fields *f, struct pm_slice rest)
{
	struct pm_place place;
	size_t sp = pm_slice_find(rest, PM_S(" RSP: "));

	struct pm_slice s = pm_slice_upto(rest, sp);
	if (!pm_fields_own(f) || !pm_fields_place(f, &s, &place))
		return true;
	if (!f->ip.symbol && !f->ip.has_addr)
		f->ip = place;
	return true;
}

/* "0010:[<ffffffff81234567>]  [<ffffffff81234567>] f+0x1/0x2": the symbol stands last. */
static struct pm_slice skip_repeated(struct pm_slice s)
{
	struct pm_slice rest = s;
	uint64_t value;

	pm_take_blanks(&rest);
	if (pm_take(&rest, PM_S("[<")) && pm_take_hex(&rest, &value, NULL) && pm_take(&rest, PM_S(">]"))) {
		pm_take_blanks(&rest);
		if (pm_slice_starts(rest, PM_S("[<")) || (rest.n && rest.p[0] != 'E'))
			return rest;
	}
	return s;
}

/* number: the architecture. */
static bool read_ip(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_slice s = rest, place_text;
	struct pm_place place, first;
	uint64_t cs;
	unsigned digits;
	bool is_64 = row->number == PM_X86_64;

	pm_take_blanks(&s);
	if (pm_slice_ends(f->body, PM_S("[inline]"))) {
		if (pm_fields_own(f) && !pm_fields_block(f))
			pm_fields_fact(f, "place", "inlined", rest);
		return true;
	}
	pm_fields_arch(f, (enum pm_arch)row->number, PM_CERTAIN);
	if (!pm_take_hex(&s, &cs, &digits) || digits != 4 || !pm_take_char(&s, ':')) {
		/* "EIP: f+0x1/0x2" without selector since 4.15. */
		if (is_64)
			return read_summary(f, rest);
		s = rest;
		digits = 0;
		cs = 0x60;
	}
	pm_take_blanks(&s);
	place_text = s;
	if (!pm_fields_place(f, &place_text, &place))
		place = (struct pm_place){ .at = f->at };
	if (!place.symbol) {
		struct pm_slice again = skip_repeated(s);

		if (again.p != s.p && pm_fields_place(f, &again, &first) && first.symbol) {
			if (!first.has_addr) {
				first.has_addr = place.has_addr;
				first.addr = place.addr;
			}
			place = first;
		}
	}
	if (!digits && place.has_addr && !place.symbol && place.addr < 0xc0000000)
		cs = 0x73; /* i386 user mode: a bare address below the kernel */
	pm_fields_block_open(f, &place, is_user_segment(cs));
	struct pm_regs *regs = pm_fields_block(f);
	if (!regs)
		return true;
	if (digits) {
		char *text = pm_arena_printf(f->arena, "%04x", (unsigned)cs);

		regs->code_segment = text;
		pm_fields_register(f, "cs", cs, 4);
	}
	if (place.has_addr)
		pm_fields_register(f, is_64 ? "rip" : "eip", place.addr, is_64 ? 16 : 8);
	size_t flags = pm_slice_find(rest, PM_S("EFLAGS: "));
	if (flags != PM_NPOS)
		pm_fields_pairs(f, pm_slice_from(rest, flags), NAMES_32 NAMES_64, true);
	return true;
}

static bool read_registers(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)rest;
	if (row->number)
		pm_fields_arch(f, (enum pm_arch)row->number, PM_CERTAIN);
	return pm_fields_pairs(f, f->body, NAMES_64 NAMES_32, true) || pm_slice_ends(f->body, PM_S(":"));
}

/* "CR2: ffff…" alone stands behind the modules: the fault's, whatever block is open. */
static bool read_control(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_slice s = rest;
	uint64_t value;
	unsigned digits;

	pm_take_blanks(&s);
	if (pm_take_hex(&s, &value, &digits) && !pm_slice_trim(s).n) {
		if (pm_fields_own(f)) {
			if (f->inc->fault.has_vector && f->inc->fault.vector == 14)
				pm_fields_address(f, value);
			pm_fields_fact(f, "page-fault", "cr2", rest);
		}
		return true;
	}
	return read_registers(f, row, rest);
}

static bool read_code(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	enum pm_arch arch = f->inc->machine.arch;

	(void)row;
	/* Words of 8 digits are numbers (arm, arm64, powerpc …), of 4 thumb's or riscv's parcels, bytes
	 * x86's. */
	return pm_fields_code(f, rest, 0,
			      (arch == PM_MIPS || arch == PM_PPC64) && f->inc->machine.big_endian);
}

/* "IP: f+0x1/0x2", "IP: [<…>] f+0x1/0x2" (before 4.15) */
static bool read_old_ip(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_place place;

	(void)row;
	pm_fields_arch(f, PM_X86_64, PM_LIKELY);
	if (pm_fields_own(f) && !f->ip.symbol && pm_fields_place(f, &rest, &place))
		f->ip = place;
	return true;
}

static bool read_eip_is(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_regs *regs = pm_fields_block(f);
	struct pm_place place;

	(void)row;
	pm_fields_arch(f, PM_I386, PM_CERTAIN);
	if (regs && !regs->pc.symbol && pm_fields_place(f, &rest, &place)) {
		place.has_addr = regs->pc.has_addr;
		place.addr = regs->pc.addr;
		regs->pc = place;
	}
	return true;
}

static bool read_old_rip(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)row;
	pm_fields_arch(f, PM_X86_64, PM_CERTAIN);
	return read_summary(f, rest);
}

/* clang-format off */
const struct pm_field_row pm_rows_x86[] = {
	{ "RIP:", read_ip, PM_X86_64 },
	{ "RIP  [<", read_old_rip },
	{ "RIP [<", read_old_rip },
	{ "EIP is at ", read_eip_is },
	{ "EIP:", read_ip, PM_I386 },
	{ "IP: ", read_old_ip },
	{ "RSP:", read_registers, PM_X86_64 },
	{ "RSP <", pm_fields_skip },
	{ "RAX:", read_registers, PM_X86_64 },
	{ "RDX:", read_registers, PM_X86_64 },
	{ "RBP:", read_registers, PM_X86_64 },
	{ "RSI:", read_registers, PM_X86_64 }, /* as the recorder breaks its lines */
	{ "R08: ", read_registers, PM_X86_64 },
	{ "R09: ", read_registers, PM_X86_64 },
	{ "R10: ", read_registers },
	{ "R11: ", read_registers, PM_X86_64 },
	{ "R13: ", read_registers },
	{ "R14: ", read_registers, PM_X86_64 },
	{ "ORIG_RAX:", read_registers, PM_X86_64 },
	{ "ORIG_EAX:", read_registers, PM_I386 },
	{ "FS: ", read_registers },
	{ "CS: ", read_registers },
	{ "DS: ", read_registers },
	{ "CR0: ", read_registers },
	{ "CR2: ", read_control },
	{ "DR0: ", read_registers },
	{ "DR3: ", read_registers },
	{ "DR6: ", read_registers },
	{ "PKRU: ", read_registers, PM_X86_64 },
	{ "EAX: ", read_registers, PM_I386 },
	{ "ESI: ", read_registers, PM_I386 },
	{ "EFLAGS: ", read_registers },
	{ "eax: ", read_registers, PM_I386 },
	{ "esi: ", read_registers, PM_I386 },
	{ "ds: ", read_registers, PM_I386 },
	{ "Code:", read_code },
	{ 0 },
};
/* clang-format on */

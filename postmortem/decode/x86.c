#include "decode/arch.h"

#include "decode/address.h"

#include <inttypes.h>

/* Intel SDM vol 3, 4.7 (figure 4-12); RMP: AMD APM vol 2, 8.4.2; Linux arch/x86/include/asm/trap_pf.h */
#define PF_PRESENT 0x1
#define PF_WRITE 0x2
#define PF_USER 0x4
#define PF_FETCH 0x10
static const struct pm_bit page_fault_bits[] = {
	{ PF_WRITE | PF_FETCH, 0, "read" },
	{ PF_WRITE, PF_WRITE, "write" },
	{ PF_FETCH, PF_FETCH, "instruction fetch" },
	PM_CLEAR(2, "kernel mode"),
	PM_BIT(2, "user mode"),
	PM_CLEAR(0, "page not present"),
	PM_BIT(0, "the page is present, access forbidden"),
	PM_BIT(3, "a reserved bit is set in a page table entry"),
	PM_BIT(5, "forbidden by the protection key"),
	PM_BIT(6, "shadow stack access"),
	PM_BIT(7, "HLAT paging"),
	PM_BIT(15, "SGX access control"),
	PM_BIT(31, "RMP violation (SEV-SNP)"),
};

/* SDM vol 3, 6.13: error codes that name a selector */
static const struct pm_bit selector_bits[] = {
	PM_BIT(0, "external event"), { 0x6, 0x0, "GDT" }, { 0x6, 0x2, "IDT" },
	{ 0x6, 0x4, "LDT" },         { 0x6, 0x6, "IDT" }, { 0xfff8, 0, NULL }, /* the index: said apart */
};

/* SDM vol 3, 2.3 */
static const struct pm_bit eflags_bits[] = {
	PM_BIT(0, "CF"),
	PM_BIT(2, "PF"),
	PM_BIT(4, "AF"),
	PM_BIT(6, "ZF"),
	PM_BIT(7, "SF"),
	PM_BIT(8, "TF (single step)"),
	PM_BIT(9, "IF (interrupts on)"),
	PM_CLEAR(9, "interrupts off"),
	PM_BIT(10, "DF (strings go down)"),
	PM_BIT(11, "OF"),
	{ 0x3000, 0x1000, "IOPL 1" },
	{ 0x3000, 0x2000, "IOPL 2" },
	{ 0x3000, 0x3000, "IOPL 3" },
	PM_BIT(14, "NT"),
	PM_BIT(16, "RF (resume)"),
	PM_BIT(17, "VM (virtual 8086)"),
	PM_BIT(18, "AC (user access allowed: stac, or alignment check)"),
	PM_BIT(19, "VIF"),
	PM_BIT(20, "VIP"),
	PM_BIT(21, "ID"),
	{ 0x2, 0x2, NULL },
};

/* SDM vol 3, 2.5 */
static const struct pm_bit cr0_bits[] = {
	PM_BIT(0, "PE"),
	PM_BIT(1, "MP"),
	PM_BIT(2, "EM"),
	PM_BIT(3, "TS"),
	PM_BIT(4, "ET"),
	PM_BIT(5, "NE"),
	PM_BIT(16, "WP"),
	PM_CLEAR(16, "write protection OFF"),
	PM_BIT(18, "AM"),
	PM_BIT(29, "NW"),
	PM_BIT(30, "CD (caches off)"),
	PM_BIT(31, "PG"),
};
static const struct pm_bit cr4_bits[] = {
	PM_BIT(0, "VME"),
	PM_BIT(1, "PVI"),
	PM_BIT(2, "TSD"),
	PM_BIT(3, "DE"),
	PM_BIT(4, "PSE"),
	PM_BIT(5, "PAE"),
	PM_BIT(6, "MCE"),
	PM_BIT(7, "PGE"),
	PM_BIT(8, "PCE"),
	PM_BIT(9, "OSFXSR"),
	PM_BIT(10, "OSXMMEXCPT"),
	PM_BIT(11, "UMIP"),
	PM_BIT(12, "LA57 (5-level paging)"),
	PM_BIT(13, "VMXE"),
	PM_BIT(14, "SMXE"),
	PM_BIT(16, "FSGSBASE"),
	PM_BIT(17, "PCIDE"),
	PM_BIT(18, "OSXSAVE"),
	PM_BIT(19, "KL"),
	PM_BIT(20, "SMEP"),
	PM_BIT(21, "SMAP"),
	PM_BIT(22, "PKE"),
	PM_BIT(23, "CET"),
	PM_BIT(24, "PKS"),
	PM_BIT(25, "UINTR"),
	PM_BIT(27, "LASS"),
	PM_BIT(28, "LAM_SUP"),
	PM_BIT(32, "FRED"),
};

/* SDM vol 3, 17.2 */
static const struct pm_bit dr6_bits[] = {
	PM_BIT(0, "breakpoint 0 hit"),     PM_BIT(1, "breakpoint 1 hit"),
	PM_BIT(2, "breakpoint 2 hit"),     PM_BIT(3, "breakpoint 3 hit"),
	PM_CLEAR(11, "bus lock detected"), PM_BIT(13, "debug register access"),
	PM_BIT(14, "single step"),         PM_BIT(15, "task switch"),
	{ 0xfffe0ff0, 0xfffe0ff0, "" }, /* always one */
};
static const struct pm_bit dr7_bits[] = {
	{ 0x3, 0x1, "0 on" },
	{ 0x3, 0x2, "0 on (global)" },
	{ 0x3, 0x3, "0 on" },
	{ 0xc, 0x4, "1 on" },
	{ 0xc, 0x8, "1 on (global)" },
	{ 0xc, 0xc, "1 on" },
	{ 0x30, 0x10, "2 on" },
	{ 0x30, 0x20, "2 on (global)" },
	{ 0x30, 0x30, "2 on" },
	{ 0xc0, 0x40, "3 on" },
	{ 0xc0, 0x80, "3 on (global)" },
	{ 0xc0, 0xc0, "3 on" },
	{ 0xff, 0, "no breakpoint on" },
	PM_BIT(8, "LE"),
	PM_BIT(9, "GE"),
	PM_BIT(11, "RTM"),
	PM_BIT(13, "GD"),
	{ 0xffff0400, 0, NULL },
	{ 0xffff0000, 0xffff0000, NULL },
};

static const struct pm_reg_bits reg_bits[] = {
	{ "eflags", eflags_bits, PM_COUNT(eflags_bits) },
	{ "cr0", cr0_bits, PM_COUNT(cr0_bits) },
	{ "cr4", cr4_bits, PM_COUNT(cr4_bits) },
};

/* arch/x86/include/asm/segment.h: selectors that Linux loads */
static const struct pm_code_words selectors_64[] = {
	{ 0x08, "kernel code, 32 bits" }, { 0x10, "kernel code" }, { 0x18, "kernel data" },
	{ 0x23, "user code, 32 bits" },   { 0x2b, "user data" },   { 0x33, "user code" },
	{ 0x7b, "per-CPU (CPU number)" }, { 0x40, "TSS" },
};
static const struct pm_code_words selectors_32[] = {
	{ 0x60, "kernel code" },  { 0x68, "kernel data" },      { 0x73, "user code" },
	{ 0x7b, "user data" },    { 0x33, "user TLS" },         { 0xd8, "per-CPU data" },
	{ 0xe0, "stack canary" }, { 0xf8, "double fault TSS" },
};

/* SDM vol 3, table 6-1; 28…30: AMD APM vol 2, 8.2 */
static const struct pm_code_words vectors[] = {
	{ 0, "#DE divide error" },
	{ 1, "#DB debug exception" },
	{ 2, "NMI" },
	{ 3, "#BP breakpoint" },
	{ 4, "#OF overflow" },
	{ 5, "#BR bound range exceeded" },
	{ 6, "#UD invalid opcode" },
	{ 7, "#NM device not available" },
	{ 8, "#DF double fault" },
	{ 9, "coprocessor segment overrun" },
	{ 10, "#TS invalid TSS" },
	{ 11, "#NP segment not present" },
	{ 12, "#SS stack segment fault" },
	{ 13, "#GP general protection fault" },
	{ 14, "#PF page fault" },
	{ 16, "#MF x87 floating-point exception" },
	{ 17, "#AC alignment check" },
	{ 18, "#MC machine check" },
	{ 19, "#XM SIMD floating-point exception" },
	{ 20, "#VE virtualization exception" },
	{ 21, "#CP control protection exception" },
	{ 28, "#HV hypervisor injection exception" },
	{ 29, "#VC VMM communication exception" },
	{ 30, "#SX security exception" },
};

/* The vector behind a report, where its kind leaves no choice. */
static const struct {
	enum pm_kind kind;
	uint32_t vector;
} kind_vectors[] = {
	{ PM_KIND_NULL_DEREF, 14 },    { PM_KIND_PAGE_FAULT, 14 },    { PM_KIND_WRITE_READ_ONLY, 14 },
	{ PM_KIND_EXECUTE_NX, 14 },    { PM_KIND_SMEP, 14 },          { PM_KIND_SMAP, 14 },
	{ PM_KIND_GPF, 13 },           { PM_KIND_NON_CANONICAL, 13 }, { PM_KIND_DIVIDE, 0 },
	{ PM_KIND_INVALID_OPCODE, 6 }, { PM_KIND_DOUBLE_FAULT, 8 },
};

const char *pm_x86_page_fault_words(struct pm_arena *arena, uint64_t error_code)
{
	return pm_bits_words(arena, page_fault_bits, PM_COUNT(page_fault_bits), error_code, ", ");
}

const char *pm_x86_selector_words(struct pm_arena *arena, uint64_t error_code)
{
	if (!error_code)
		return "no selector";
	return pm_arena_printf(
		arena, "%s%s 0x%" PRIx64,
		pm_bits_words(arena, selector_bits, PM_COUNT(selector_bits), error_code & 0x7, ", "),
		error_code & 0x2 ? ", vector" : ", selector",
		error_code & 0x2 ? error_code >> 3 & 0x1fff : error_code & 0xfffc);
}

const char *pm_x86_vector_words(uint64_t vector)
{
	return pm_code_find(vectors, PM_COUNT(vectors), vector);
}

static void fault(struct pm_incident *inc)
{
	struct pm_fault *f = &inc->fault;

	if (!f->has_vector && f->has_error_code)
		for (size_t i = 0; i < PM_COUNT(kind_vectors); i++)
			if (kind_vectors[i].kind == f->kind) {
				f->has_vector = true;
				f->vector = kind_vectors[i].vector;
			}
	if (!f->has_vector || !f->has_error_code)
		return;
	switch (f->vector) {
	case 14:
		pm_fault_say(inc, pm_x86_page_fault_words(&inc->arena, f->error_code),
			     f->error_code & PF_FETCH   ? PM_EXECUTE
			     : f->error_code & PF_WRITE ? PM_WRITE
							: PM_READ);
		break;
	case 10:
	case 11:
	case 12:
	case 13:
		pm_fault_say(inc, pm_x86_selector_words(&inc->arena, f->error_code), PM_ACCESS_UNKNOWN);
		break;
	default:
		break;
	}
}

static bool is_segment(const char *name)
{
	return name[0] && name[1] == 's' && !name[2] && strchr("cdefgs", name[0]);
}

static const char *dr7_words(struct pm_arena *arena, uint64_t value)
{
	return pm_bits_words(arena, dr7_bits, PM_COUNT(dr7_bits), value & 0xfbff, ", ");
}

/* DR6 has bits that are one when nothing happened. */
static const char *dr6_words(struct pm_arena *arena, uint64_t value)
{
	const char *words = pm_bits_words(arena, dr6_bits, PM_COUNT(dr6_bits) - 1, value & 0xe80f, ", ");

	if (!value)
		return NULL;
	return words ? words : "nothing hit";
}

static const char *reg_words(struct pm_arena *arena, const struct pm_incident *inc,
			     const struct pm_register *reg, const struct pm_code_words *selectors, size_t n)
{
	if (is_segment(reg->name)) {
		/* A 64-bit fs or gs is a base address, not a selector. */
		if (reg->bits > 32 || inc->machine.system != PM_LINUX)
			return NULL;
		return pm_code_find(selectors, n, reg->value & 0xffff);
	}
	if (!strcmp(reg->name, "dr6"))
		return dr6_words(arena, reg->value);
	if (!strcmp(reg->name, "dr7"))
		return dr7_words(arena, reg->value);
	return pm_reg_bits_words(arena, reg_bits, PM_COUNT(reg_bits), reg);
}

static const char *reg_64(struct pm_arena *arena, const struct pm_incident *inc,
			  const struct pm_register *reg)
{
	/* SDM vol 3, 4.5: with PCIDE bits 0…11 are the PCID; Linux sets bit 11 for PTI's user half
	 * (asm/processor-flags.h). */
	if (!strcmp(reg->name, "cr3") && reg->value) {
		const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
		const struct pm_register *cr4 = regs ? pm_regs_find(regs, "cr4") : NULL;
		uint64_t table = reg->value & UINT64_C(0x000ffffffffff000);

		if (cr4 && cr4->value >> 17 & 1)
			return pm_arena_printf(arena, "top page table at physical 0x%" PRIx64 ", PCID 0x%x",
					       table, (unsigned)(reg->value & 0xfff));
		return pm_arena_printf(arena, "top page table at physical 0x%" PRIx64, table);
	}
	return reg_words(arena, inc, reg, selectors_64, PM_COUNT(selectors_64));
}

static const char *reg_32(struct pm_arena *arena, const struct pm_incident *inc,
			  const struct pm_register *reg)
{
	return reg_words(arena, inc, reg, selectors_32, PM_COUNT(selectors_32));
}

const struct pm_decode_arch pm_decode_x86_64 = { PM_X86_64, fault, reg_64 };
const struct pm_decode_arch pm_decode_i386 = { PM_I386, fault, reg_32 };

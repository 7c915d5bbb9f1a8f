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

/* The same, one by one. */
static const struct pm_code_field page_fault_fields[] = {
	{ "p", 0, 1, "page not present", "the page is present, access forbidden", NULL, 0 },
	{ "w", 1, 1, "not a write", "write", NULL, 0 },
	{ "u", 2, 1, "kernel mode", "user mode", NULL, 0 },
	{ "rsvd", 3, 1, "no reserved bit set in the page tables",
	  "a reserved bit is set in a page table entry", NULL, 0 },
	{ "i", 4, 1, "no instruction fetch", "instruction fetch", NULL, 0 },
	{ "pk", 5, 1, "not forbidden by a protection key", "forbidden by the protection key", NULL, 0 },
	{ "ss", 6, 1, NULL, "shadow stack access", NULL, 0 },
	{ "hlat", 7, 1, NULL, "HLAT paging", NULL, 0 },
	{ "sgx", 15, 1, NULL, "SGX access control", NULL, 0 },
	{ "rmp", 31, 1, NULL, "RMP violation (SEV-SNP)", NULL, 0 },
};
static const struct pm_code_words selector_tables[] = {
	{ 0, "GDT: segments of the whole system" },
	{ 1, "IDT: interrupt gates" },
	{ 2, "LDT: segments of the task" },
	{ 3, "IDT: interrupt gates" },
};
static const struct pm_code_field selector_fields[] = {
	{ "ext", 0, 1, "raised by the program itself", "raised on the way to an external event", NULL, 0 },
	{ "table", 1, 2, NULL, NULL, selector_tables, PM_COUNT(selector_tables) },
	{ "index", 3, 13, NULL, NULL, NULL, 0 },
};

/* SDM vol 3, 2.3 */
static const struct pm_bit eflags_bits[] = {
	PM_BIT(0, "CF (carry)"),
	PM_BIT(2, "PF (parity)"),
	PM_BIT(4, "AF (carry of 4 bits)"),
	PM_BIT(6, "ZF (zero)"),
	PM_BIT(7, "SF (sign)"),
	PM_BIT(8, "TF (single step)"),
	PM_BIT(9, "IF (interrupts on)"),
	PM_CLEAR(9, "interrupts off"),
	PM_BIT(10, "DF (strings go down)"),
	PM_BIT(11, "OF (overflow)"),
	{ 0x3000, 0x1000, "IOPL 1" },
	{ 0x3000, 0x2000, "IOPL 2" },
	{ 0x3000, 0x3000, "IOPL 3" },
	PM_BIT(14, "NT (nested task)"),
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
	PM_BIT(0, "PE (protected mode)"),
	PM_BIT(1, "MP (FPU watched)"),
	PM_BIT(2, "EM (no FPU)"),
	PM_BIT(3, "TS (task switched)"),
	PM_BIT(4, "ET (387)"),
	PM_BIT(5, "NE (FPU errors are exceptions)"),
	PM_BIT(16, "WP (write protection binds the kernel)"),
	PM_CLEAR(16, "write protection OFF"),
	PM_BIT(18, "AM (alignment checks allowed)"),
	PM_BIT(29, "NW (not write-through)"),
	PM_BIT(30, "CD (caches off)"),
	PM_BIT(31, "PG (paging)"),
};
static const struct pm_bit cr4_bits[] = {
	PM_BIT(0, "VME (virtual 8086 extensions)"),
	PM_BIT(1, "PVI (protected-mode virtual interrupts)"),
	PM_BIT(2, "TSD (rdtsc for the kernel only)"),
	PM_BIT(3, "DE (debugging extensions)"),
	PM_BIT(4, "PSE (large pages)"),
	PM_BIT(5, "PAE (physical address extension)"),
	PM_BIT(6, "MCE (machine checks)"),
	PM_BIT(7, "PGE (global pages)"),
	PM_BIT(8, "PCE (rdpmc for user mode)"),
	PM_BIT(9, "OSFXSR (SSE)"),
	PM_BIT(10, "OSXMMEXCPT (SSE exceptions)"),
	PM_BIT(11, "UMIP (no sgdt, sidt… for user mode)"),
	PM_BIT(12, "LA57 (5-level paging)"),
	PM_BIT(13, "VMXE (virtual machines)"),
	PM_BIT(14, "SMXE (safer mode)"),
	PM_BIT(16, "FSGSBASE (user mode may set FS and GS base)"),
	PM_BIT(17, "PCIDE (process-context ids)"),
	PM_BIT(18, "OSXSAVE (xsave)"),
	PM_BIT(19, "KL (key locker)"),
	PM_BIT(20, "SMEP (no kernel execution of user pages)"),
	PM_BIT(21, "SMAP (no kernel access to user pages)"),
	PM_BIT(22, "PKE (protection keys of user pages)"),
	PM_BIT(23, "CET (control-flow enforcement)"),
	PM_BIT(24, "PKS (protection keys of kernel pages)"),
	PM_BIT(25, "UINTR (user interrupts)"),
	PM_BIT(27, "LASS (address space separation)"),
	PM_BIT(28, "LAM_SUP (linear address masking)"),
	PM_BIT(32, "FRED (event delivery by FRED)"),
};

/* SDM vol 3, 17.2.4: which accesses to how many bytes a breakpoint stops */
static const char *const dr7_accesses[] = { "execute", "write", "I/O", "read or write" };
static const char *const dr7_sizes[] = { "1 byte", "2 bytes", "8 bytes", "4 bytes" };

/* SDM vol 3, 17.2 */
static const struct pm_bit dr6_bits[] = {
	PM_BIT(0, "breakpoint 0 hit"),     PM_BIT(1, "breakpoint 1 hit"),
	PM_BIT(2, "breakpoint 2 hit"),     PM_BIT(3, "breakpoint 3 hit"),
	PM_CLEAR(11, "bus lock detected"), PM_BIT(13, "debug register access"),
	PM_BIT(14, "single step"),         PM_BIT(15, "task switch"),
	{ 0xfffe0ff0, 0xfffe0ff0, "" }, /* always one */
};
static const struct pm_bit dr7_bits[] = {
	PM_BIT(8, "LE"),         PM_BIT(9, "GE"), PM_BIT(11, "RTM"), PM_BIT(13, "GD (guarded)"),
	{ 0xffff04ff, 0, NULL },
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
		pm_error_fields(inc, page_fault_fields, PM_COUNT(page_fault_fields));
		pm_fault_say(inc, pm_x86_page_fault_words(&inc->arena, f->error_code),
			     f->error_code & PF_FETCH   ? PM_EXECUTE
			     : f->error_code & PF_WRITE ? PM_WRITE
							: PM_READ);
		break;
	case 10:
	case 11:
	case 12:
	case 13:
		if (f->error_code)
			pm_error_fields(inc, selector_fields, PM_COUNT(selector_fields));
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
	const char *words = NULL;

	for (unsigned i = 0; i < 4; i++) {
		unsigned on = value >> 2 * i & 3, how = value >> (16 + 4 * i) & 15;

		if (on)
			words = pm_arena_printf(arena, "%s%s%u on%s: %s, %s", words ? words : "",
						words ? ", " : "", i, on == 2 ? " (global)" : "",
						dr7_accesses[how & 3], dr7_sizes[how >> 2]);
	}
	const char *rest = pm_bits_words(arena, dr7_bits, PM_COUNT(dr7_bits), value & 0x2b00, ", ");

	return pm_arena_printf(arena, "%s%s%s", words ? words : "no breakpoint on", rest ? ", " : "",
			       rest ? rest : "");
}

/* SDM vol 3, 2.7: two bits for each key, access and write disabled */
static const char *pkru_words(struct pm_arena *arena, uint64_t value)
{
	static const char *const states[] = { "open", "no access", "read only", "no access" };
	const char *words = NULL;

	for (unsigned key = 0, next; key < 16; key = next) {
		const char *state = states[value >> 2 * key & 3];

		for (next = key + 1; next < 16 && states[value >> 2 * next & 3] == state;)
			next++;
		words = next > key + 1 ? pm_arena_printf(arena, "%s%skeys %u-%u: %s", words ? words : "",
							 words ? "; " : "", key, next - 1, state)
				       : pm_arena_printf(arena, "%s%skey %u: %s", words ? words : "",
							 words ? "; " : "", key, state);
	}
	return words;
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
		if (reg->value < 4 && reg->name[0] != 'c')
			return "null selector";
		return pm_code_find(selectors, n, reg->value & 0xffff);
	}
	if (!strcmp(reg->name, "pkru"))
		return pkru_words(arena, reg->value);
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
	/* Of the kernel: user mode's base waits in the other register until swapgs. */
	if (inc->machine.system == PM_LINUX && reg->value && !strcmp(reg->name, "gs_base"))
		return reg->value >> 63 ? "per-CPU data of this CPU" : NULL;
	/* What the bases are there for is the kernel's own affair. */
	if (inc->machine.system == PM_KPANIC &&
	    (!strcmp(reg->name, "fs_base") || !strcmp(reg->name, "kernel_gs_base")))
		return NULL;
	if (!strcmp(reg->name, "fs_base"))
		return reg->value ? "user mode's TLS" : "user mode's TLS: none";
	if (!strcmp(reg->name, "kernel_gs_base"))
		return reg->value ? "user mode's GS base" : "user mode's GS base: none";
	return reg_words(arena, inc, reg, selectors_64, PM_COUNT(selectors_64));
}

static const char *reg_32(struct pm_arena *arena, const struct pm_incident *inc,
			  const struct pm_register *reg)
{
	return reg_words(arena, inc, reg, selectors_32, PM_COUNT(selectors_32));
}

const struct pm_decode_arch pm_decode_x86_64 = { PM_X86_64, fault, reg_64 };
const struct pm_decode_arch pm_decode_i386 = { PM_I386, fault, reg_32 };

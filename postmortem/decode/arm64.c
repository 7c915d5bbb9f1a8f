#include "decode/arch.h"

#include <inttypes.h>

/* Arm ARM (DDI 0487) D17.2.37 ESR_EL1; arch/arm64/include/asm/esr.h */
#define EC(esr) (unsigned)((esr) >> 26 & 0x3f)
#define ISS(esr) ((esr)&0x1ffffff)
enum {
	EC_IABT_LOW = 0x20,
	EC_IABT = 0x21,
	EC_PC_ALIGNMENT = 0x22,
	EC_DABT_LOW = 0x24,
	EC_DABT = 0x25,
	EC_BRK = 0x3c
};

static const struct pm_code_words classes[] = {
	{ 0x00, "unknown reason (an undefined instruction)" },
	{ 0x01, "WFI or WFE trapped" },
	{ 0x07, "SVE, SIMD or floating point trapped" },
	{ 0x0a, "LD64B/ST64B trapped" },
	{ 0x0d, "branch target exception (BTI)" },
	{ 0x0e, "illegal execution state" },
	{ 0x11, "SVC (32 bits)" },
	{ 0x15, "SVC (64 bits)" },
	{ 0x16, "HVC (64 bits)" },
	{ 0x17, "SMC (64 bits)" },
	{ 0x18, "MSR, MRS or system instruction trapped" },
	{ 0x19, "SVE trapped" },
	{ 0x1a, "ERET trapped" },
	{ 0x1c, "pointer authentication failed (FPAC)" },
	{ 0x1d, "SME trapped" },
	{ 0x20, "instruction abort from a lower exception level" },
	{ 0x21, "instruction abort" },
	{ 0x22, "PC alignment fault" },
	{ 0x24, "data abort from a lower exception level" },
	{ 0x25, "data abort" },
	{ 0x26, "SP alignment fault" },
	{ 0x2c, "floating-point exception" },
	{ 0x2d, "guarded control stack exception" },
	{ 0x2f, "SError interrupt" },
	{ 0x30, "breakpoint from a lower exception level" },
	{ 0x31, "breakpoint" },
	{ 0x32, "single step from a lower exception level" },
	{ 0x33, "single step" },
	{ 0x34, "watchpoint from a lower exception level" },
	{ 0x35, "watchpoint" },
	{ 0x38, "BKPT (32 bits)" },
	{ 0x3c, "BRK instruction" },
};

/* DFSC/IFSC, bits 5:0 of the ISS of aborts */
static const struct pm_code_words fault_status[] = {
	{ 0x00, "address size fault, level 0" },
	{ 0x01, "address size fault, level 1" },
	{ 0x02, "address size fault, level 2" },
	{ 0x03, "address size fault, level 3" },
	{ 0x04, "translation fault, level 0" },
	{ 0x05, "translation fault, level 1" },
	{ 0x06, "translation fault, level 2" },
	{ 0x07, "translation fault, level 3" },
	{ 0x08, "access flag fault, level 0" },
	{ 0x09, "access flag fault, level 1" },
	{ 0x0a, "access flag fault, level 2" },
	{ 0x0b, "access flag fault, level 3" },
	{ 0x0c, "permission fault, level 0" },
	{ 0x0d, "permission fault, level 1" },
	{ 0x0e, "permission fault, level 2" },
	{ 0x0f, "permission fault, level 3" },
	{ 0x10, "synchronous external abort" },
	{ 0x11, "synchronous tag check fault" },
	{ 0x14, "external abort on a table walk, level 0" },
	{ 0x15, "external abort on a table walk, level 1" },
	{ 0x16, "external abort on a table walk, level 2" },
	{ 0x17, "external abort on a table walk, level 3" },
	{ 0x18, "parity or ECC error" },
	{ 0x1c, "parity or ECC error on a table walk, level 0" },
	{ 0x1d, "parity or ECC error on a table walk, level 1" },
	{ 0x1e, "parity or ECC error on a table walk, level 2" },
	{ 0x1f, "parity or ECC error on a table walk, level 3" },
	{ 0x21, "alignment fault" },
	{ 0x2b, "translation fault, level -1" },
	{ 0x30, "TLB conflict" },
	{ 0x31, "unsupported atomic hardware update" },
	{ 0x34, "lockdown fault (implementation defined)" },
	{ 0x35, "unsupported exclusive or atomic access" },
};

static const struct pm_bit data_abort_bits[] = {
	PM_CLEAR(6, "read"),
	PM_BIT(6, "write"),
	PM_BIT(7, "on a stage 1 table walk (S1PTW)"),
	PM_BIT(8, "cache maintenance"),
	PM_BIT(9, "external"),
	PM_BIT(10, "FAR not valid"),
	{ 0x3f, 0, NULL },
	{ 0x1fff800, 0, NULL }, /* ISV and what it covers, SET, VNCR: said nowhere useful */
};

/* ESR_EL1, field by field: of every exception, of aborts, of data aborts, of those with a syndrome */
static const struct pm_code_field class_fields[] = {
	{ "ec", 26, 6, NULL, NULL, classes, PM_COUNT(classes) },
	{ "il", 25, 1, "16-bit instruction", "32-bit instruction", NULL, 0 },
};
static const struct pm_code_field data_abort_fields[] = {
	{ "dfsc", 0, 6, NULL, NULL, fault_status, PM_COUNT(fault_status) },
	{ "wnr", 6, 1, "read", "write", NULL, 0 },
	{ "s1ptw", 7, 1, "not on a stage 1 table walk", "on a stage 1 table walk", NULL, 0 },
	{ "cm", 8, 1, "no cache maintenance", "cache maintenance", NULL, 0 },
	{ "ea", 9, 1, "no external abort type told", "external abort type told", NULL, 0 },
	{ "fnv", 10, 1, "FAR is valid", "FAR is not valid", NULL, 0 },
	{ "isv", 24, 1, "no instruction syndrome", "instruction syndrome valid", NULL, 0 },
};
static const struct pm_code_field instruction_abort_fields[] = {
	{ "ifsc", 0, 6, NULL, NULL, fault_status, PM_COUNT(fault_status) },
	{ "s1ptw", 7, 1, "not on a stage 1 table walk", "on a stage 1 table walk", NULL, 0 },
	{ "ea", 9, 1, "no external abort type told", "external abort type told", NULL, 0 },
	{ "fnv", 10, 1, "FAR is valid", "FAR is not valid", NULL, 0 },
};
static const struct pm_code_words syndrome_sizes[] = {
	{ 0, "1 byte" },
	{ 1, "2 bytes" },
	{ 2, "4 bytes" },
	{ 3, "8 bytes" },
};
static const struct pm_code_field syndrome_fields[] = {
	{ "srt", 16, 5, NULL, NULL, NULL, 0 }, /* number of the register */
	{ "sas", 22, 2, NULL, NULL, syndrome_sizes, PM_COUNT(syndrome_sizes) },
};

static const char *const access_sizes[] = { "1 byte", "2 bytes", "4 bytes", "8 bytes" };

/* arch/arm64/include/asm/brk-imm.h */
static const struct pm_code_words brk_comments[] = {
	{ 0x004, "kprobe" },
	{ 0x005, "uprobe" },
	{ 0x006, "kprobe, single step" },
	{ 0x007, "kretprobe" },
	{ 0x100, "fault (__ex_table)" },
	{ 0x400, "KGDB, dynamic" },
	{ 0x401, "KGDB, compiled" },
	{ 0x800, "BUG() or WARN()" },
};

/* lib/ubsan.h enum ubsan_checks, with CONFIG_UBSAN_TRAP: comment 0x5500 | check (since 6.8) */
static const struct pm_code_words ubsan_checks[] = {
	{ 0x00, "add overflow" },
	{ 0x01, "builtin unreachable" },
	{ 0x02, "CFI" },
	{ 0x03, "divide or remainder overflow" },
	{ 0x05, "float cast overflow" },
	{ 0x06, "function type mismatch" },
	{ 0x07, "implicit conversion" },
	{ 0x08, "invalid builtin" },
	{ 0x0a, "load of an invalid value" },
	{ 0x0b, "missing return" },
	{ 0x0c, "multiply overflow" },
	{ 0x0d, "negate overflow" },
	{ 0x0e, "nullability of an argument" },
	{ 0x0f, "nullability of a return value" },
	{ 0x10, "nonnull argument" },
	{ 0x11, "nonnull return value" },
	{ 0x12, "array index out of bounds" },
	{ 0x13, "pointer overflow" },
	{ 0x14, "shift out of bounds" },
	{ 0x15, "subtract overflow" },
	{ 0x16, "type mismatch" },
	{ 0x17, "alignment assumption" },
	{ 0x18, "variable length array bound" },
};

const char *pm_arm64_brk_words(struct pm_arena *arena, unsigned comment)
{
	/* KASAN_BRK_IMM 0x900: bit 5 recover, bit 4 write, bits 3:0 log2 of the size (mm/kasan/sw_tags.c) */
	if ((comment & ~0xffu) == 0x900)
		return (comment & 0xf) == 0xf
			       ? pm_arena_printf(arena, "KASAN: %s of variable size",
						 comment & 0x10 ? "write" : "read")
			       : pm_arena_printf(arena, "KASAN: %s of %u bytes",
						 comment & 0x10 ? "write" : "read", 1u << (comment & 0xf));
	/* UBSAN_BRK_IMM 0x5500 | check */
	if ((comment & ~0xffu) == 0x5500) {
		const char *check = pm_code_find(ubsan_checks, PM_COUNT(ubsan_checks), comment & 0xff);

		return check ? pm_arena_printf(arena, "UBSAN trap: %s", check) : "UBSAN trap";
	}
	/* CFI_BRK_IMM_BASE 0x8000: bits 4:0 the register of the target, 9:5 of the type */
	if ((comment & ~0x3ffu) == 0x8000)
		return pm_arena_printf(arena, "CFI failure: call through x%u", comment & 0x1f);
	return pm_code_find(brk_comments, PM_COUNT(brk_comments), comment);
}

static bool is_data_abort(uint64_t esr)
{
	return EC(esr) == EC_DABT || EC(esr) == EC_DABT_LOW;
}

static bool is_instruction_abort(uint64_t esr)
{
	return EC(esr) == EC_IABT || EC(esr) == EC_IABT_LOW;
}

const char *pm_arm64_esr_words(struct pm_arena *arena, uint64_t esr)
{
	const char *class = pm_code_find(classes, PM_COUNT(classes), EC(esr));
	const char *status = pm_code_find(fault_status, PM_COUNT(fault_status), esr & 0x3f);

	if (!class)
		class = pm_arena_printf(arena, "exception class 0x%02x", EC(esr));
	if (is_data_abort(esr)) {
		const char *bits =
			pm_bits_words(arena, data_abort_bits, PM_COUNT(data_abort_bits), ISS(esr), ", ");

		if (esr >> 24 & 1) /* ISV: SAS and SRT are valid */
			return pm_arena_printf(arena, "%s: %s, %s, %s, register x%u", class,
					       status ? status : "unknown fault status", bits,
					       access_sizes[esr >> 22 & 3], (unsigned)(esr >> 16 & 0x1f));
		return pm_arena_printf(arena, "%s: %s, %s", class, status ? status : "unknown fault status",
				       bits);
	}
	if (is_instruction_abort(esr))
		return pm_arena_printf(arena, "%s: %s", class, status ? status : "unknown fault status");
	if (EC(esr) == EC_BRK) {
		unsigned comment = (unsigned)(esr & 0xffff);
		const char *words = pm_arm64_brk_words(arena, comment);

		return words ? pm_arena_printf(arena, "%s 0x%x: %s", class, comment, words)
			     : pm_arena_printf(arena, "%s 0x%x", class, comment);
	}
	return class;
}

static void fault(struct pm_incident *inc)
{
	struct pm_fault *f = &inc->fault;

	if (!f->has_error_code)
		return;
	/* "Internal error: Oops: 96000004" prints the ESR; a small number is an oops code of its own. */
	if (f->error_code >> 26 == 0 && f->error_code < 0x1000)
		return;
	enum pm_access access = PM_ACCESS_UNKNOWN;

	/* WnR is set for cache maintenance too, whatever it does. */
	f->bad_pc = EC(f->error_code) == EC_PC_ALIGNMENT;
	if (is_instruction_abort(f->error_code))
		access = PM_EXECUTE;
	else if (is_data_abort(f->error_code) && !(f->error_code >> 8 & 1))
		access = f->error_code >> 6 & 1 ? PM_WRITE : PM_READ;
	if (is_data_abort(f->error_code) && f->error_code >> 24 & 1 && !f->access_size)
		f->access_size = 1u << (f->error_code >> 22 & 3);
	pm_error_fields(inc, class_fields, PM_COUNT(class_fields));
	if (is_data_abort(f->error_code))
		pm_error_fields(inc, data_abort_fields, PM_COUNT(data_abort_fields));
	if (is_data_abort(f->error_code) && f->error_code >> 24 & 1)
		pm_error_fields(inc, syndrome_fields, PM_COUNT(syndrome_fields));
	if (is_instruction_abort(f->error_code))
		pm_error_fields(inc, instruction_abort_fields, PM_COUNT(instruction_abort_fields));
	pm_fault_say(inc, pm_arm64_esr_words(&inc->arena, f->error_code), access);
}

/* Arm ARM C5.2.19 SPSR_EL1, AArch64 state */
static const struct pm_bit pstate_bits[] = {
	{ 0x1f, 0x00, "EL0 (user)" },
	{ 0x1f, 0x04, "EL1t" },
	{ 0x1f, 0x05, "EL1h (kernel)" },
	{ 0x1f, 0x08, "EL2t" },
	{ 0x1f, 0x09, "EL2h (kernel, VHE)" },
	{ 0x10, 0x10, "AArch32" },
	PM_BIT(6, "FIQs off"),
	PM_BIT(7, "interrupts off"),
	PM_CLEAR(7, "interrupts on"),
	PM_BIT(8, "SErrors off"),
	PM_BIT(9, "debug off"),
	{ 0xc00, 0, NULL },
	{ 0xc00, 0x400, "BTYPE 1" },
	{ 0xc00, 0x800, "BTYPE 2" },
	{ 0xc00, 0xc00, "BTYPE 3" },
	PM_BIT(12, "SSBS"),
	PM_BIT(13, "interrupts masked (ALLINT)"),
	PM_BIT(20, "IL (illegal state)"),
	PM_BIT(21, "single step"),
	PM_BIT(22, "PAN"),
	PM_BIT(23, "UAO"),
	PM_BIT(24, "DIT"),
	PM_BIT(25, "TCO (tag checks off)"),
	PM_BIT(28, "V"),
	PM_BIT(29, "C"),
	PM_BIT(30, "Z"),
	PM_BIT(31, "N"),
};

static const struct pm_reg_bits reg_bits[] = {
	{ "pstate", pstate_bits, PM_COUNT(pstate_bits) },
};

static const char *reg(struct pm_arena *arena, const struct pm_incident *inc, const struct pm_register *r)
{
	(void)inc;
	if (!strcmp(r->name, "esr"))
		return pm_arm64_esr_words(arena, r->value);
	return pm_reg_bits_words(arena, reg_bits, PM_COUNT(reg_bits), r);
}

const struct pm_decode_arch pm_decode_arm64 = { PM_ARM64, fault, reg };

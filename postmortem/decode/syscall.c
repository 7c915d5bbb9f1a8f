#include "decode/syscall.h"

#include "base/symbol.h"
#include "decode/bits.h"

#include "decode/syscall_table.inc"

/* Since 5.1 new calls have one number everywhere; those the generated table may be too old for. */
static const struct pm_code_words common[] = {
	{ 451, "cachestat" },         { 452, "fchmodat2" },        { 453, "map_shadow_stack" },
	{ 454, "futex_wake" },        { 455, "futex_wait" },       { 456, "futex_requeue" },
	{ 457, "statmount" },         { 458, "listmount" },        { 459, "lsm_get_self_attr" },
	{ 460, "lsm_set_self_attr" }, { 461, "lsm_list_modules" }, { 462, "mseal" },
	{ 463, "setxattrat" },        { 464, "getxattrat" },       { 465, "listxattrat" },
	{ 466, "removexattrat" },     { 467, "open_tree_attr" },   { 468, "file_getattr" },
	{ 469, "file_setattr" },
};

#define ENOSYS_LINUX 38
#define X32_BIT 0x40000000 /* arch/x86/include/uapi/asm/unistd.h */

static const struct {
	enum pm_arch arch;
	bool compat;
	const char *const *names;
	size_t n;
	uint64_t base; /* of its numbers */
} tables[] = {
	{ PM_X86_64, false, x86_64_names, PM_COUNT(x86_64_names) },
	{ PM_X86_64, true, i386_names, PM_COUNT(i386_names) },
	{ PM_I386, false, i386_names, PM_COUNT(i386_names) },
	{ PM_ARM64, false, generic_names, PM_COUNT(generic_names) },
	{ PM_ARM64, true, arm_names, PM_COUNT(arm_names) },
	{ PM_RISCV64, false, generic_names, PM_COUNT(generic_names) },
	{ PM_LOONGARCH64, false, generic_names, PM_COUNT(generic_names) },
	{ PM_ARM, false, arm_names, PM_COUNT(arm_names) },
	{ PM_PPC64, false, ppc64_names, PM_COUNT(ppc64_names) },
	{ PM_S390X, false, s390x_names, PM_COUNT(s390x_names) },
	/* the base tells which ABI called */
	{ PM_MIPS, false, mips_n32_names, PM_COUNT(mips_n32_names), 6000 },
	{ PM_MIPS, false, mips_n64_names, PM_COUNT(mips_n64_names), 5000 },
	{ PM_MIPS, false, mips_o32_names, PM_COUNT(mips_o32_names), 4000 },
};

const char *pm_syscall_name(enum pm_arch arch, bool compat, uint64_t number)
{
	if (arch == PM_X86_64 && !compat)
		number &= ~(uint64_t)X32_BIT;
	for (size_t i = 0; i < PM_COUNT(tables); i++) {
		if (tables[i].arch != arch || tables[i].compat != compat || number < tables[i].base)
			continue;
		number -= tables[i].base;
		if (number < tables[i].n && tables[i].names[number])
			return tables[i].names[number];
		return pm_code_find(common, PM_COUNT(common), number);
	}
	return NULL;
}

/* Where the user-mode registers keep the number, and the functions through which
 * a system call enters: without one of them the registers are an interrupt's. */
static const struct {
	enum pm_arch arch;
	const char *reg;
} number_regs[] = {
	{ PM_X86_64, "orig_rax" }, { PM_I386, "orig_eax" }, { PM_ARM64, "x8" }, { PM_RISCV64, "a7" },
	{ PM_LOONGARCH64, "a7" },  { PM_ARM, "r7" },        { PM_PPC64, "r0" },
};
static const char *const entries[] = {
	"entry_SYSCALL",        "entry_INT80",
	"entry_SYSENTER",       "do_syscall_64",
	"do_fast_syscall_32",   "do_int80_syscall_32",
	"int80_emulation",      "el0_svc",
	"do_trap_ecall_u",      "do_syscall",
	"handle_syscall",       "ret_from_syscall",
	"system_call_fastpath", "entry_INT80_32",
	"asm_int80_emulation",  "ret_fast_syscall", /* arm */
	"system_call_common",   "system_call_exception",
	"system_call_vectored", /* powerpc */
};

bool pm_syscall_is_entry(const char *function)
{
	for (size_t i = 0; i < PM_COUNT(entries); i++)
		if (pm_slice_starts(pm_slice_of(function), pm_slice_of(entries[i])))
			return true;
	return false;
}

static bool is_compat_entry(struct pm_slice function)
{
	return pm_slice_has(function, PM_S("INT80")) || pm_slice_has(function, PM_S("int80")) ||
	       pm_slice_has(function, PM_S("SYSENTER")) || pm_slice_has(function, PM_S("fast_syscall_32")) ||
	       pm_slice_has(function, PM_S("SYSCALL_compat")) || pm_slice_has(function, PM_S("compat"));
}

/* Where user mode passed arguments; what the entry put over the number (x86: -ENOSYS, until the call returns). */
static const struct {
	enum pm_arch arch;
	const char *number, *arguments[6], *result;
} conventions[] = {
	{ PM_X86_64, "orig_rax", { "rdi", "rsi", "rdx", "r10", "r8", "r9" }, "rax" },
	{ PM_I386, "orig_eax", { "ebx", "ecx", "edx", "esi", "edi", "ebp" }, "eax" },
	{ PM_ARM64, "x8", { "x0", "x1", "x2", "x3", "x4", "x5" }, NULL },
	{ PM_RISCV64, "a7", { "a0", "a1", "a2", "a3", "a4", "a5" }, NULL },
	{ PM_LOONGARCH64, "a7", { "a0", "a1", "a2", "a3", "a4", "a5" }, NULL },
	{ PM_ARM, "r7", { "orig_r0", "r1", "r2", "r3", "r4", "r5" }, NULL },
	{ PM_PPC64, "r0", { NULL, "r4", "r5", "r6", "r7", "r8" }, NULL }, /* r3: the result takes its place */
};

static void mean(struct pm_regs *regs, const char *name, const char *words)
{
	struct pm_register *reg = name ? pm_regs_find(regs, name) : NULL;

	if (reg && !reg->meaning)
		reg->meaning = words;
}

static void decode_user_registers(struct pm_incident *inc, struct pm_regs *user, bool compat)
{
	const struct pm_actor *actor = &inc->actor;
	struct pm_arena *arena = &inc->arena;

	for (size_t i = 0; i < PM_COUNT(conventions); i++) {
		struct pm_register *result = NULL;

		if (conventions[i].arch != inc->machine.arch)
			continue;
		mean(user, conventions[i].number,
		     actor->syscall ? pm_arena_printf(arena, "system call %s", actor->syscall)
				    : "system call");
		if (conventions[i].result)
			result = pm_regs_find(user, conventions[i].result);
		if (result && (int32_t)result->value == -ENOSYS_LINUX)
			mean(user, conventions[i].result, "-38 (-ENOSYS), until the call returns");
		/* A memory dump tells how many there are, and what each is. */
		for (unsigned j = 0; !compat && !actor->has_syscall_args && j < 6; j++)
			mean(user, conventions[i].arguments[j],
			     pm_arena_printf(arena, "argument %u%s", j + 1, j ? ", if any" : ""));
	}
}

void pm_syscall_decode(struct pm_incident *inc)
{
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	struct pm_regs *user = pm_incident_regs(inc, PM_REGS_USER);
	struct pm_actor *actor = &inc->actor;
	struct pm_slice named = { 0 };
	bool entered = false, compat = false;

	if (inc->machine.system != PM_LINUX)
		return;
	for (size_t i = 0; trace && i < trace->frames.n; i++) {
		const struct pm_frame *frame = &trace->frames.v[i];
		struct pm_slice function = pm_slice_of(frame->place.symbol);
		struct pm_slice name = pm_symbol_syscall(function);

		if (frame->trust == PM_SCANNED)
			continue;
		if (name.n)
			named = name; /* the outermost: system calls may call each other's functions */
		entered |= pm_syscall_is_entry(frame->place.symbol);
		compat |= is_compat_entry(function);
	}
	if (!actor->has_syscall && user && entered)
		for (size_t i = 0; i < PM_COUNT(number_regs); i++) {
			const struct pm_register *reg = number_regs[i].arch == inc->machine.arch
								? pm_regs_find(user, number_regs[i].reg)
								: NULL;

			if (!reg || (reg->value & ~(uint64_t)X32_BIT) > 1000)
				continue;
			actor->has_syscall = true;
			actor->syscall_nr = reg->value;
		}
	if (!actor->syscall && named.n)
		actor->syscall = pm_arena_str(&inc->arena, named);
	else if (!actor->syscall && actor->has_syscall)
		actor->syscall = pm_syscall_name(inc->machine.arch, compat, actor->syscall_nr);
	if (actor->has_syscall && user && entered)
		decode_user_registers(inc, user, compat);
}

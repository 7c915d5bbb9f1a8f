#include "console/linux/details_rows.h"
#include "console/linux/rows.h"

/* What die() of each architecture says of a trap that has no words of its own elsewhere: all end with the
 * count of oopses, "[#1]".  Titles are the words that the kernel prints. */
#define TRAP(word_, pattern, title_, kind_)                                                                  \
	{                                                                                                    \
		word_, pattern, { NULL }, title_ " in {f}", { NULL }, kind_, PM_AT_PC,                       \
			.flags = PM_ROW_FOLLOWS                                                              \
	}
/* x86: "bounds: 0000 [#1] SMP", since 6.5 behind "Oops: " */
#define X86(name, kind_) TRAP(name ": ", name ": {x} [#", name, kind_)
/* s390: "illegal operation: 0001 ilc:1 [#1] SMP" */
#define S390(name, kind_) TRAP(" ilc:", "^" name ": {x} ilc:{d} [#", "{1}", kind_)

static const struct pm_printk_row rows[] = {
	X86("bounds", PM_KIND_OTHER),
	X86("overflow", PM_KIND_OTHER),
	X86("invalid TSS", PM_KIND_GPF),
	X86("segment not present", PM_KIND_GPF),
	X86("segment overrun", PM_KIND_OTHER),
	X86("simd exception", PM_KIND_OTHER),
	X86("fpu exception", PM_KIND_OTHER),
	X86("control protection fault", PM_KIND_OTHER),
	X86("virtualization exception", PM_KIND_OTHER),
	X86("iret exception", PM_KIND_OTHER),
	X86("double fault", PM_KIND_DOUBLE_FAULT),
	/* before the console and the traps of the booted kernel are set up */
	TRAP("PANIC: early exception", "PANIC: early exception {x}", "PANIC: early exception {1}",
	     PM_KIND_OTHER),

	S390("{illegal operation}", PM_KIND_INVALID_OPCODE),
	S390("{fixpoint divide exception|decimal divide exception|HFP divide exception}", PM_KIND_DIVIDE),
	S390("{addressing exception|protection exception|Low-address protection}", PM_KIND_PAGE_FAULT),
	TRAP(" ilc:", "^monitor event: {x} ilc:{d} [#", "kernel BUG", PM_KIND_BUG),
	S390("{*}", PM_KIND_OTHER),

	/* mips, loongarch: "Kernel bug detected[#1]:" */
	TRAP("bug detected[#", "^{Kernel} bug detected[#", "kernel BUG", PM_KIND_BUG),
	TRAP("kernel code[#", "^{Reserved} instruction in kernel code[#", "invalid opcode",
	     PM_KIND_INVALID_OPCODE),
	TRAP("kernel code[#", "^{*} in kernel code[#", "{1}", PM_KIND_OTHER),
	TRAP("access[#", "^{Kernel|Unhandled}{*} access[#", "Alignment trap", PM_KIND_ALIGNMENT),
	TRAP("kernel context![#", "^{*} invoked from kernel context![#", "{1} from kernel context",
	     PM_KIND_OTHER),
};

const struct pm_printk_family pm_family_traps = PM_ROWS("traps", rows, pm_access_fields);

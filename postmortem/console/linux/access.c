#include "console/linux/details_rows.h"
#include "console/linux/rows.h"

#define PAGING(pattern, flags_)                                                                              \
	{                                                                                                    \
		"BUG:", "BUG: " pattern, { NULL }, "BUG: unable to handle kernel paging request in {f}",     \
			{ "bad-access in {f}" }, PM_KIND_PAGE_FAULT, PM_AT_PC, .flags = flags_               \
	}
#define NULL_DEREF(pattern)                                                                                  \
	{                                                                                                    \
		"BUG:", "BUG: " pattern, { NULL },                                                           \
			"BUG: unable to handle kernel NULL pointer dereference in {f}",                      \
			{ "bad-access in {f}" }, PM_KIND_NULL_DEREF, PM_AT_PC                                \
	}
/* arm, arm64, riscv, s390, mips, loongarch */
#define UNABLE(what, called, kind_)                                                                          \
	{                                                                                                    \
		"Unable to handle kernel", "Unable to handle kernel " what, { NULL },                        \
			"BUG: unable to handle kernel " called " in {f}", { "bad-access in {f}" }, kind_,    \
			PM_AT_PC                                                                             \
	}
#define INTERNAL(pattern, kind_)                                                                             \
	{                                                                                                    \
		"Internal error:", "Internal error: " pattern, { NULL }, "Internal error in {f}",            \
			{ "bad-access in {f}" }, kind_, PM_AT_PC, .flags = PM_ROW_FOLLOWS                    \
	}
#define OOPS(pattern, what, kind_)                                                                           \
	{                                                                                                    \
		"Oops", "Oops" pattern, { NULL }, what " in {f}", { "bad-access in {f}" }, kind_, PM_AT_PC,  \
			.flags = PM_ROW_FOLLOWS                                                              \
	}

static const struct pm_printk_row rows[] = {
	/* x86 until 5.0 */
	PAGING("unable to handle kernel paging request", 0),
	/* x86 since 5.1 */
	PAGING("unable to handle page fault for address", 0),
	/* powerpc since 5.x */
	PAGING("Unable to handle kernel data access", 0),
	PAGING("Unable to handle kernel instruction fetch", 0),
	PAGING("Unable to handle kernel unaligned access", 0),
	PAGING("Unable to handle unknown paging fault", 0),
	NULL_DEREF("unable to handle kernel NULL pointer dereference"),
	NULL_DEREF("kernel NULL pointer dereference"),
	NULL_DEREF("Kernel NULL pointer dereference"),
	/* The second half of the line was printed by another printk, and is lost. */
	{ "BUG:",
	  "BUG: {unable|Unable} to handle kernel",
	  { NULL },
	  "BUG: unable to handle kernel",
	  .kind = PM_KIND_PAGE_FAULT,
	  .flags = PM_ROW_CORRUPTED },

	UNABLE("paging request", "paging request", PM_KIND_PAGE_FAULT),
	UNABLE("NULL pointer dereference", "NULL pointer dereference", PM_KIND_NULL_DEREF),
	UNABLE("access to user memory", "access to user memory", PM_KIND_SMAP),
	UNABLE("execution of user memory", "execution of user memory", PM_KIND_SMEP),
	UNABLE("write to read-only memory", "write to read-only memory", PM_KIND_WRITE_READ_ONLY),
	UNABLE("execute from non-executable memory", "execute from non-executable memory",
	       PM_KIND_EXECUTE_NX),
	UNABLE("read from unreadable memory", "read from unreadable memory", PM_KIND_PAGE_FAULT),
	UNABLE("pointer dereference", "pointer dereference", PM_KIND_PAGE_FAULT), /* s390 */
	{ "Unable to handle kernel",
	  "Unable to handle kernel for {instruction fetch|data at address|unknown fault}", /* powerpc
											      until 5.0 */
	  { NULL },
	  "BUG: unable to handle kernel paging request in {f}",
	  { "bad-access in {f}" },
	  PM_KIND_PAGE_FAULT,
	  PM_AT_PC },
	{ "Unable to handle kernel",
	  "Unable to handle kernel",
	  { NULL },
	  "BUG: unable to handle kernel access in {f}",
	  { "bad-access in {f}" },
	  PM_KIND_PAGE_FAULT,
	  PM_AT_PC },

	{ "general protection fault",
	  "general protection fault, probably for non-canonical address",
	  { NULL },
	  "general protection fault in {f}",
	  { "bad-access in {f}" },
	  PM_KIND_NON_CANONICAL,
	  PM_AT_PC },
	{ "general protection fault",
	  "general protection fault{:|, }{*}",
	  { NULL },
	  "general protection fault in {f}",
	  { "bad-access in {f}" },
	  PM_KIND_GPF,
	  PM_AT_PC },
	{ "stack segment: ",
	  "stack segment: ",
	  { NULL },
	  "stack segment fault in {f}",
	  { NULL },
	  PM_KIND_GPF,
	  PM_AT_PC },

	/* arm, arm64.  The line before told the address: "Unable to handle …". */
	INTERNAL("{*}external abort", PM_KIND_EXTERNAL_ABORT),
	INTERNAL("{*}SError", PM_KIND_EXTERNAL_ABORT),
	INTERNAL("{*}alignment", PM_KIND_ALIGNMENT),
	INTERNAL("{*}parity or ECC error", PM_KIND_HARDWARE_ERROR),
	INTERNAL(": {x} [#", PM_KIND_EXTERNAL_ABORT), /* the line before told which */
	INTERNAL("Oops - BUG", PM_KIND_BUG),
	INTERNAL("Oops - undefined instruction", PM_KIND_INVALID_OPCODE),
	INTERNAL("Oops - Undefined instruction", PM_KIND_INVALID_OPCODE),
	INTERNAL("Oops: ", PM_KIND_PAGE_FAULT),
	/* Oops - BTI, Oops - FPAC, BRK handler … */
	{ "Internal error:",
	  "Internal error:",
	  { NULL },
	  "Internal error in {f}",
	  { "bad-access in {f}" },
	  PM_KIND_OTHER,
	  PM_AT_PC,
	  .flags = PM_ROW_FOLLOWS | PM_ROW_VAGUE },
	/* arm: "Unhandled fault: page domain fault (0x01b) at 0x00000018" is its NULL dereference. */
	{ "Unhandled fault:",
	  "Unhandled fault: {*}external abort",
	  { NULL },
	  "Unhandled fault in {f}",
	  { "bad-access in {f}" },
	  PM_KIND_EXTERNAL_ABORT,
	  PM_AT_PC },
	{ "Unhandled fault:",
	  "Unhandled fault:",
	  { NULL },
	  "Unhandled fault in {f}",
	  { "bad-access in {f}" },
	  PM_KIND_PAGE_FAULT,
	  PM_AT_PC },
	{ "Alignment trap:",
	  "Alignment trap:",
	  { NULL },
	  "Alignment trap in {f}",
	  { NULL },
	  PM_KIND_ALIGNMENT,
	  PM_AT_PC },

	/* powerpc, riscv, mips; x86 when the first line is lost */
	OOPS(": Kernel access of bad area", "BUG: unable to handle kernel paging request",
	     PM_KIND_PAGE_FAULT),
	OOPS(" - {load|store|instruction}{*} access fault", "BUG: unable to handle kernel paging request",
	     PM_KIND_EXTERNAL_ABORT),
	OOPS(" - {load|store|instruction}{*} address misaligned", "Alignment trap", PM_KIND_ALIGNMENT),
	OOPS(" - {BUG}[#", "kernel BUG", PM_KIND_BUG), /* loongarch */
	OOPS(": {Machine check}, sig: {d} [#", "Oops", PM_KIND_MACHINE_CHECK),
	OOPS(" - illegal instruction", "invalid opcode", PM_KIND_INVALID_OPCODE),
	OOPS(": int3: {x} [#", "Oops", PM_KIND_BREAKPOINT),
	{ "int3:", /* until 6.0 */
	  "int3: {x} [#",
	  { NULL },
	  "Oops in {f}",
	  { "bad-access in {f}" },
	  PM_KIND_BREAKPOINT,
	  PM_AT_PC,
	  .flags = PM_ROW_FOLLOWS },
	OOPS(": {x} [#", "Oops", PM_KIND_PAGE_FAULT),
	OOPS("{: | - |}{*}[#", "Oops", PM_KIND_OTHER),
	{ "alignment check:",
	  "alignment check: {x} [#",
	  { NULL },
	  "Alignment trap in {f}",
	  { NULL },
	  PM_KIND_ALIGNMENT,
	  PM_AT_PC },
};

const struct pm_printk_family pm_family_access = PM_ROWS("access", rows, pm_access_fields);

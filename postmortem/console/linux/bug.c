#include "console/linux/details_rows.h"
#include "console/linux/rows.h"

/* Sources whose BUG() and WARN() stand for a misuse by their caller have rows in object.c, memory.c
 * and lockdep.c; what is left is here. */
#define USB_WAIT "usb_submit_urb* *usb_start_wait_urb* *usb_bulk_msg* *usb_interrupt_msg* *usb_control_msg*"
#define WARNING(pattern, title_, skip_)                                                                      \
	{                                                                                                    \
		"WARNING:", "WARNING: " pattern, { NULL }, title_, { NULL }, PM_KIND_WARNING, PM_AT_WARNING, \
			PM_AT_TRACE, .skip = skip_                                                           \
	}

static const struct pm_printk_row rows[] = {
	/* The driver that submits is to blame, not the USB core that warns. */
	WARNING("{*} usb_submit_urb", "WARNING in {f}/usb_submit_urb", USB_WAIT),
	/* Since 6.19 the place comes first; a kernel without symbols prints the address. */
	WARNING("{s} at 0x{x}, CPU#{d}", "WARNING in {f}", NULL),
	WARNING("{*}at {s} {f}", "WARNING in {f}", NULL),
	WARNING("{s} at {f}", "WARNING in {f}", NULL),
	WARNING("[{*}] {s} at {f}", "WARNING in {f}", NULL),
	/* Another message broke into the line, or its end is lost. */
	{ "WARNING:",
	  "WARNING: CPU: {d} PID: {d}{*}$",
	  { NULL },
	  "WARNING: CPU: {1} PID: {2}{3}",
	  { NULL },
	  PM_KIND_WARNING,
	  .flags = PM_ROW_NO_TRACE },
	/* No row knows it, but there is a stack: the kernel means it. */
	{ "WARNING:",
	  "^WARNING: {w}{*}$",
	  { NULL },
	  "WARNING: {1}{2}",
	  { NULL },
	  PM_KIND_WARNING,
	  .flags = PM_ROW_VAGUE | PM_ROW_NEEDS_STACK },
	/* The rest of the line is lost. */
	{ "WARNING:",
	  "WARNING:{_}$",
	  { NULL },
	  "WARNING: corrupted",
	  { NULL },
	  PM_KIND_WARNING,
	  .flags = PM_ROW_CORRUPTED | PM_ROW_VAGUE },

	/* skb helpers check what their callers give them. */
	{ "kernel BUG",
	  "kernel BUG at {*}",
	  { NULL },
	  "kernel BUG in {f}",
	  { NULL },
	  PM_KIND_BUG,
	  PM_AT_PC,
	  .skip = "skb_*" },
	/* riscv: behind "kernel BUG at", or alone without CONFIG_DEBUG_BUGVERBOSE */
	{ "Kernel BUG",
	  "Kernel BUG [#{d}]",
	  { NULL },
	  "kernel BUG in {f}",
	  { NULL },
	  PM_KIND_BUG,
	  PM_AT_PC,
	  .flags = PM_ROW_FOLLOWS },
	{ "Kernel BUG", "Kernel BUG {*}$", { NULL }, "kernel BUG {1}", { NULL }, PM_KIND_BUG },

	{ "divide error:",
	  "divide error: ",
	  { NULL },
	  "divide error in {f}",
	  { NULL },
	  PM_KIND_DIVIDE,
	  PM_AT_PC_ONLY },
	/* x86 spelled it so from 5.8 to 5.10. */
	{ "divide_error:",
	  "divide_error: ",
	  { NULL },
	  "divide error in {f}",
	  { NULL },
	  PM_KIND_DIVIDE,
	  PM_AT_PC_ONLY },
	/* BUG() on x86 is an invalid instruction too: then "kernel BUG at" came first. */
	{ "invalid opcode:",
	  "invalid opcode: ",
	  { NULL },
	  "invalid opcode in {f}",
	  { NULL },
	  PM_KIND_INVALID_OPCODE,
	  PM_AT_PC_ONLY,
	  .flags = PM_ROW_FOLLOWS },
	{ "CFI failure",
	  "CFI failure at {f}",
	  { NULL },
	  "CFI failure in {f}",
	  { NULL },
	  PM_KIND_BUG,
	  PM_AT_LINE("CFI failure at {f}") },
	{ "BUG:",
	  "BUG:{_}$",
	  { NULL },
	  "BUG: corrupted",
	  { NULL },
	  PM_KIND_OTHER,
	  .flags = PM_ROW_CORRUPTED },
};

const struct pm_printk_family pm_family_bug = PM_ROWS("bug", rows, pm_bug_fields);

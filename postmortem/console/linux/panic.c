#include "console/linux/details_rows.h"
#include "console/linux/rows.h"

#define NOT_SYNCING "Kernel panic - not syncing: "
#define PANIC(pattern, title_, kind_, flags_)                                                                \
	{                                                                                                    \
		"Kernel panic", NOT_SYNCING pattern, { NULL }, "kernel panic: " title_, { NULL }, kind_,     \
			.flags = PM_ROW_FOLLOWS | (flags_)                                                   \
	}

static const struct pm_printk_row rows[] = {
	PANIC("Attempted to kill init!", "Attempted to kill init!", PM_KIND_INIT_KILLED, 0),
	PANIC("VFS: Unable to mount root fs on {*}$", "VFS: Unable to mount root fs on {1}", PM_KIND_NO_ROOT,
	      0),
	PANIC("No working init found{*}$", "No working init found{1}", PM_KIND_NO_ROOT, 0),
	PANIC("Couldn't open N_TTY ldisc", "Couldn't open N_TTY ldisc", PM_KIND_PANIC, 0),
	/* These end a report whose start is lost. */
	PANIC("Fatal exception", "Fatal exception", PM_KIND_PANIC, PM_ROW_CORRUPTED),
	PANIC("panic_on_warn set", "panic_on_warn set", PM_KIND_WARNING, PM_ROW_CORRUPTED),
	PANIC("hung_task: blocked tasks", "hung_task: blocked tasks", PM_KIND_HUNG_TASK, PM_ROW_CORRUPTED),
	PANIC("{*}$", "{1}", PM_KIND_PANIC, 0),
	{ "rust_kernel: panicked",
	  "rust_kernel: panicked at ",
	  { "^{*}$" },
	  "{1} in {f}",
	  { NULL },
	  PM_KIND_PANIC,
	  PM_AT_TRACE,
	  .skip = "*__rustc::rust_begin_unwind*" },
};

const struct pm_printk_family pm_family_panic = PM_ROWS("panic", rows, pm_panic_fields);

#include "console/linux/details_rows.h"
#include "console/linux/rows.h"

#define LINE(word_, pattern, title_, kind_)                                                                  \
	{                                                                                                    \
		word_, pattern, { NULL }, title_, { NULL }, kind_, .flags = PM_ROW_NO_TRACE                  \
	}

static const struct pm_printk_row rows[] = {
	{ "BUG:",
	  "BUG: Dentry {*} still in use ({d}) [unmount of {*}]",
	  { NULL },
	  "BUG: Dentry still in use in unmount",
	  { "BUG: Dentry still in use [unmount of {3}]" },
	  PM_KIND_FILESYSTEM },
	/* The rest of the line is lost. */
	{ "BUG:",
	  "BUG: Dentry {*} still in use{*}$",
	  { NULL },
	  "BUG: Dentry {1} still in use{2}",
	  { NULL },
	  PM_KIND_FILESYSTEM,
	  .flags = PM_ROW_CORRUPTED },
	LINE("Booting the kernel.", "^Booting the kernel.", "unexpected kernel reboot", PM_KIND_REBOOT),
	{ "unregister_netdevice: waiting for",
	  "unregister_netdevice: waiting for {*} to become free",
	  { NULL },
	  "unregister_netdevice: waiting for DEV to become free",
	  { NULL },
	  PM_KIND_OTHER,
	  .flags = PM_ROW_NO_TRACE | PM_ROW_FOLLOWS },
	LINE("VFS: Close: file count is 0", "VFS: Close: file count is 0",
	     "VFS: Close: file count is zero (use-after-free)", PM_KIND_REFCOUNT),
	LINE("VFS: Busy inodes after unmount", "VFS: Busy inodes after unmount",
	     "VFS: Busy inodes after unmount (use-after-free)", PM_KIND_FILESYSTEM),
	LINE("KVM internal error", "KVM internal error. Suberror: {d}", "KVM internal error",
	     PM_KIND_EMULATION),
	/* Android's secure world writes to Linux's log. */
	LINE("trusty: panic", "trusty: panic ({*}):{ DEBUG|} ASSERT FAILED at ({*}): {w}{*}$",
	     "trusty: ASSERT FAILED: {4}{5}", PM_KIND_ASSERT),
	{ "trusty: panic",
	  "trusty: panic{*} ASSERT FAILED at ({*}):{_}$",
	  { NULL },
	  "trusty: ASSERT FAILED:",
	  { NULL },
	  PM_KIND_ASSERT,
	  .flags = PM_ROW_CORRUPTED },
	{ "trusty: panic",
	  "trusty: panic{*} ASSERT FAILED{*}:{_}{*}$",
	  { NULL },
	  "trusty: ASSERT FAILED: {3}",
	  { NULL },
	  PM_KIND_ASSERT,
	  .flags = PM_ROW_CORRUPTED },
	{ "trusty: panic",
	  "trusty: panic",
	  { "ASSERT FAILED at ({*}):{*}$" },
	  "trusty: ASSERT FAILED:{2}",
	  { NULL },
	  PM_KIND_ASSERT,
	  .flags = PM_ROW_CORRUPTED },
	LINE("trusty: panic", "trusty: panic ({*}): {*}$", "trusty: panic: {2}", PM_KIND_PANIC),
	/* Fuzzers write to the console of the machine that they test, and their end ends the test. */
	LINE("SYZFAIL:", "SYZFAIL:{*}$", "SYZFAIL:{1}", PM_KIND_OTHER),
	{ "SYZFATAL:",
	  "SYZFATAL:{*}$",
	  { NULL },
	  "SYZFATAL:{1}",
	  { "SYZFATAL" },
	  PM_KIND_OTHER,
	  .flags = PM_ROW_NO_TRACE },
	LINE("fatal error: ",
	     "fatal error: {unexpected signal during runtime execution|all goroutines are asleep|"
	     "concurrent map |runtime: |sync: |stack overflow$|found bad pointer in Go heap|fault$|"
	     "unexpected return pc for |newosproc|checkdead: |out of memory$}",
	     "go runtime error", PM_KIND_OTHER),
	{ "INFO:",
	  "INFO:{_}$",
	  { NULL },
	  "INFO: corrupted",
	  { NULL },
	  PM_KIND_OTHER,
	  .flags = PM_ROW_CORRUPTED | PM_ROW_VAGUE },
};

const struct pm_printk_family pm_family_other = PM_ROWS("other", rows, pm_other_fields);

#include "console/linux/details_rows.h"
#include "console/linux/rows.h"

static const struct pm_printk_row rows[] = {
	{ "invoked oom-killer",
	  "^{*} invoked oom-killer: ",
	  { NULL },
	  "out of memory",
	  { NULL },
	  PM_KIND_OOM,
	  .flags = PM_ROW_NO_TRACE | PM_ROW_ASIDE },
	{ "ut of memory: Kill",
	  "{Out|out} of memory: Kill{ed|} process {d} ({*})",
	  { NULL },
	  "out of memory",
	  { NULL },
	  PM_KIND_OOM,
	  .flags = PM_ROW_NO_TRACE | PM_ROW_FOLLOWS },
	{ "Kernel panic",
	  "Kernel panic - not syncing: {Out of memory|System is deadlocked on memory}{*}$",
	  { NULL },
	  "kernel panic: {1}{2}",
	  { NULL },
	  PM_KIND_OOM,
	  .flags = PM_ROW_FOLLOWS },
};

const struct pm_printk_family pm_family_oom = PM_ROWS("oom", rows, pm_oom_fields);

#include "console/linux/details_rows.h"
#include "console/linux/rows.h"

static const struct pm_printk_row rows[] = {
	{ "BUG:",
	  "BUG: sleeping function called from invalid context at ",
	  { NULL },
	  "BUG: sleeping function called from invalid context in {f}",
	  { NULL },
	  PM_KIND_ATOMIC_SLEEP,
	  PM_AT_TRACE },
	{ "BUG:",
	  "BUG: scheduling while atomic",
	  { NULL },
	  "BUG: scheduling while atomic in {f}",
	  { NULL },
	  PM_KIND_ATOMIC_SLEEP,
	  PM_AT_TRACE,
	  .skip = "*schedule*" },
	{ "BUG:",
	  "BUG: using {f}() in preemptible",
	  { NULL },
	  "BUG: using {1}() in preemptible code in {f}",
	  { NULL },
	  PM_KIND_PREEMPTIBLE,
	  PM_AT_TRACE,
	  .skip = "*dump_stack* *preempt* *debug_* *processor_id* *this_cpu*" },
};

const struct pm_printk_family pm_family_atomic = PM_ROWS("atomic", rows, pm_atomic_fields);

#include "console/linux/details_rows.h"
#include "console/linux/rows.h"

static const struct pm_printk_row rows[] = {
	{ "INFO:",
	  "INFO: task {*} blocked {in I/O wait |}for more than {d} seconds",
	  { NULL },
	  "INFO: task hung in {f}",
	  { "hang in {f}" },
	  PM_KIND_HUNG_TASK,
	  PM_AT_TRACE,
	  .pick = PM_PICK_HUNG },
	/* linux-next's killed-task detector */
	{ "INFO:",
	  "INFO: task {*} can't die for more than {*} seconds",
	  { NULL },
	  "INFO: task can't die in {f}",
	  { "hang in {f}" },
	  PM_KIND_HUNG_TASK,
	  PM_AT_TRACE,
	  .skip = "*schedule*" },
};

const struct pm_printk_family pm_family_hung = PM_ROWS("hung", rows, pm_hung_fields);

#include "console/linux/details_rows.h"
#include "console/linux/rows.h"

static const struct pm_printk_row rows[] = {
	/* The line names both functions, sorted, so that a race has one name. */
	{ "BUG:",
	  "BUG: KCSAN: {*}$",
	  { NULL },
	  "KCSAN: {1}",
	  { NULL },
	  PM_KIND_KCSAN,
	  .flags = PM_ROW_NO_TRACE },
};

const struct pm_printk_family pm_family_kcsan = PM_ROWS("kcsan", rows, pm_kcsan_fields);

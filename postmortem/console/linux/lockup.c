#include "console/linux/details_rows.h"
#include "console/linux/rows.h"

#define HARD(pattern)                                                                                        \
	{                                                                                                    \
		"hard LOCKUP", pattern, { NULL }, "BUG: hard lockup in {f}", { "stall in {f}" },             \
			PM_KIND_HARD_LOCKUP, PM_AT_PC, PM_AT_TRACE, .pick = PM_PICK_STALL                    \
	}

static const struct pm_printk_row rows[] = {
	{ "BUG:",
	  "BUG: soft lockup",
	  { NULL },
	  "BUG: soft lockup in {f}",
	  { "stall in {f}" },
	  PM_KIND_SOFT_LOCKUP,
	  PM_AT_PC,
	  .pick = PM_PICK_STALL },
	/* x86's NMI detector, arm's, the buddy detector (6.5); powerpc's two */
	HARD("Watchdog detected hard LOCKUP on cpu"),
	{ "BUG:",
	  "BUG: NMI Watchdog detected LOCKUP on CPU",
	  { NULL },
	  "BUG: hard lockup in {f}",
	  { "stall in {f}" },
	  PM_KIND_HARD_LOCKUP,
	  PM_AT_PC,
	  PM_AT_TRACE,
	  .pick = PM_PICK_STALL }, /* until 2.6.37 */
	HARD("CPU {d} self-detected hard LOCKUP"),
	HARD("CPU {d} detected hard LOCKUP on other CPUs"),
	{ "BUG:",
	  "BUG: workqueue lockup",
	  { NULL },
	  "BUG: workqueue lockup",
	  { NULL },
	  PM_KIND_WORKQUEUE_LOCKUP,
	  .flags = PM_ROW_NO_TRACE },
};

const struct pm_printk_family pm_family_lockup = PM_ROWS("lockup", rows, pm_lockup_fields);

#include "console/linux/details_rows.h"
#include "console/linux/rows.h"

/* The stalled code is what the timer's interrupt interrupted. */
#define AT_INTERRUPTED                                                                                       \
	{                                                                                                    \
		{ PM_STEP_LINE, "apic_timer_interrupt" }, { PM_STEP_PC },                                    \
		{                                                                                            \
			PM_STEP_FRAMES                                                                       \
		}                                                                                            \
	}
#define AT_INTERRUPTED2                                                                                      \
	{                                                                                                    \
		{ PM_STEP_LINE, "{apic_timer_interrupt|Exception stack|el1h_64_irq}" },                      \
		{                                                                                            \
			PM_STEP_FRAMES                                                                       \
		}                                                                                            \
	}
/* Since 5.18 the detector prints the registers of what it interrupted, without its own frames before them:
 * the first line behind the kernel's and the hardware's names. */
#define AT_REGISTERS                                                                                         \
	{                                                                                                    \
		{ PM_STEP_LINE, "Hardware name:" }, { PM_STEP_NEXT_PC }, { PM_STEP_TRACE },                  \
		{                                                                                            \
			PM_STEP_FRAMES                                                                       \
		}                                                                                            \
	}
#define STALL(pattern, ...)                                                                                  \
	{                                                                                                    \
		"INFO:", "INFO: " pattern, { NULL }, "INFO: rcu detected stall in {f}", { "stall in {f}" },  \
			PM_KIND_RCU_STALL, AT_INTERRUPTED, AT_INTERRUPTED2,                                  \
			.pick = PM_PICK_STALL, .skip = "*apic_timer_interrupt* *rcu*", __VA_ARGS__           \
	}

static const struct pm_printk_row rows[] = {
	/* flavours: preempt, sched, bh (until 4.20), tasks … */
	/* the tasks that hold the grace period up, with their stacks */
	STALL("rcu_tasks{_rude|_trace|} detected stalls on tasks", .steps3 = PM_AT_TRACE),
	STALL("rcu_{f} detected stall", .flags = 0),
	STALL("rcu_{f} self-detected stall", .steps3 = AT_REGISTERS),
	STALL("rcu_{f} detected expedited stall", .steps3 = AT_REGISTERS),
};

const struct pm_printk_family pm_family_rcu = PM_ROWS("rcu", rows, pm_rcu_fields);

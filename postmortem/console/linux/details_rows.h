/* The families' readers of what only they carry; rows.h's tables name them. */
#ifndef PM_LINUX_DETAILS_ROWS_H
#define PM_LINUX_DETAILS_ROWS_H

#include "console/linux/linux.h"

typedef void pm_linux_details(const struct pm_linux_report *report, struct pm_incident *inc);

/* Sanitizers and memory checkers */
pm_linux_details pm_kasan_fields, pm_kfence_fields, pm_kmsan_fields, pm_kcsan_fields, pm_ubsan_fields;
/* Locks and RCU */
pm_linux_details pm_lockdep_fields, pm_rcu_fields, pm_lockup_fields, pm_hung_fields, pm_workqueue_fields;
/* Hardware */
pm_linux_details pm_hardware_fields;
/* Memory */
pm_linux_details pm_oom_fields, pm_slab_fields, pm_kmemleak_fields, pm_page_fields, pm_usercopy_fields;
/* Objects and contexts */
pm_linux_details pm_object_fields, pm_atomic_fields;
/* panic(), init, root, stacks */
pm_linux_details pm_panic_fields, pm_stack_fields;

/* "page:… refcount:1 …", flags, raw words and the reason: a part of several families' reports. */
/* "1 lock held by …:", "#0: …" wherever a report lists them → inc->locks. */
void pm_held_locks_fields(const struct pm_linux_report *report, struct pm_incident *inc);
void pm_page_dump_fields(const struct pm_linux_report *report, struct pm_incident *inc);

#endif

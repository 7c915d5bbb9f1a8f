/* The families' readers of what only they carry; rows.h's tables name them. */
#ifndef PM_PRINTK_DETAILS_ROWS_H
#define PM_PRINTK_DETAILS_ROWS_H

#include "console/linux/linux.h"

typedef void pm_printk_details(const struct pm_printk_report *report, struct pm_incident *inc);

/* One per family of rows.h. */
pm_printk_details pm_access_fields, pm_stack_fields, pm_hardware_fields, pm_rcu_fields, pm_lockup_fields,
	pm_hung_fields, pm_kasan_fields, pm_kfence_fields, pm_kmsan_fields, pm_kcsan_fields, pm_ubsan_fields,
	pm_lockdep_fields, pm_atomic_fields, pm_object_fields, pm_memory_fields, pm_oom_fields,
	pm_memcg_fields, pm_bug_fields, pm_panic_fields, pm_other_fields;
/* Parts of several families' reports. */

/* "1 lock held by …:", "#0: …" wherever a report lists them → inc->locks. */
void pm_held_locks_fields(const struct pm_printk_report *report, struct pm_incident *inc);
/* "page:… refcount:1 …", flags, raw words and the reason. */
void pm_page_dump_fields(const struct pm_printk_report *report, struct pm_incident *inc);
/* Corrupted lists and refused copies to or from user mode. */
void pm_list_fields(const struct pm_printk_report *report, struct pm_incident *inc);

#endif

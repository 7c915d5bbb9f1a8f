#include "console/linux/details_rows.h"
#include "console/linux/rows.h"

/* Checks of objects: the code that warns is right, its caller is not. */
#define OBJECT(pattern, title_, kind_, skip_)                                                                \
	{                                                                                                    \
		"WARNING:", "WARNING: {*}" pattern, { NULL }, title_, { NULL }, kind_, PM_AT_WARNING,        \
			PM_AT_TRACE, .skip = skip_                                                           \
	}

static const struct pm_printk_row rows[] = {
	OBJECT("lib/debugobjects.c{*} {debug_print|debug_check|at}", "WARNING: ODEBUG bug in {f}",
	       PM_KIND_ODEBUG,
	       "*debug_* *rcu* *hrtimer_* *timer_* *work_* *percpu_* *vunmap* *vfree* *__free_* *kobject_*"),
	OBJECT("lib/kobject.c{*} {kobject_|at}", "WARNING: kobject bug in {f}", PM_KIND_KOBJECT,
	       "*kobject_*"),
	OBJECT("fs/proc/generic.c{*} {proc_register|at}", "WARNING: proc registration bug in {f}",
	       PM_KIND_WARNING, "*proc_*"),
	OBJECT("lib/refcount.c{*} {refcount_|at}", "WARNING: refcount bug in {f}", PM_KIND_REFCOUNT,
	       "*refcount* *kobject_*"),
	{ "kernel BUG",
	  "kernel BUG at {*}lib/list_debug.c",
	  { NULL },
	  "BUG: corrupted list in {f}",
	  { "bad-access in {f}" },
	  PM_KIND_LIST_CORRUPTION,
	  PM_AT_TRACE },
};

const struct pm_printk_family pm_family_object = PM_ROWS("object", rows, pm_object_fields);

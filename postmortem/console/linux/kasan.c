#include "console/linux/details_rows.h"
#include "console/linux/rows.h"

/* arm64's hardware tags fault first: the fault's handlers are on the stack. */
#define TAG_FAULT "*kernel_fault* *tag_check* *mem_abort* el1_* el1h_*"
#define AT_KASAN                                                                                             \
	{                                                                                                    \
		{ PM_STEP_LINE, "BUG: KASAN: {w} in {f}" }, { PM_STEP_TRACE },                               \
		{                                                                                            \
			PM_STEP_FRAMES                                                                       \
		}                                                                                            \
	}
#define ACCESS(how)                                                                                          \
	{                                                                                                    \
		"BUG:", "BUG: KASAN: {w} in {f}", { how }, "KASAN: {1} {3} in {f}", { "bad-access in {f}" }, \
			PM_KIND_KASAN, AT_KASAN, .skip = TAG_FAULT                                           \
	}
#define FREE(words)                                                                                          \
	{                                                                                                    \
		"BUG:", "BUG: KASAN: " words " in {f}", { NULL }, "KASAN: invalid-free in {f}",              \
			{ "invalid-free in {f}" }, PM_KIND_KASAN,                                            \
			{ { PM_STEP_LINE, "BUG: KASAN: " words " in {f}" },                                  \
			  { PM_STEP_TRACE },                                                                 \
			  { PM_STEP_FRAMES } },                                                              \
			.skip = "*slab_* *kfree* *vunmap* *vfree*"                                           \
	}

static const struct pm_printk_row rows[] = {
	ACCESS("{Read|Write} of size {d}"),
	ACCESS("{Read|Write} at addr {x}"),
	FREE("double-free or invalid-free"), /* until 6.0 */
	FREE("double-free"),
	FREE("invalid-free"),
	/* The interrupted place has no name. */
	{ "BUG:",
	  "BUG: KASAN: {w} on address",
	  { "{Read|Write} of size {d}" },
	  "KASAN: {1} {2}",
	  { NULL },
	  PM_KIND_KASAN },
	{ "BUG:",
	  "BUG: KASAN: {*}$",
	  { NULL },
	  "KASAN: {1}",
	  { NULL },
	  PM_KIND_KASAN,
	  .flags = PM_ROW_CORRUPTED },
};

const struct pm_printk_family pm_family_kasan = PM_ROWS("kasan", rows, pm_kasan_fields);

#include "console/linux/details_rows.h"
#include "console/linux/rows.h"

#define AT_KFENCE(words)                                                                                     \
	{                                                                                                    \
		{ PM_STEP_LINE, "BUG: KFENCE: " words " in {f}" },                                           \
		{                                                                                            \
			PM_STEP_FRAMES                                                                       \
		}                                                                                            \
	}
#define BAD_ACCESS(words, title_)                                                                            \
	{                                                                                                    \
		"BUG:", "BUG: KFENCE: " words " in {f}", { NULL }, title_, { "bad-access in {f}" },          \
			PM_KIND_KFENCE, AT_KFENCE(words), .flags = PM_ROW_NO_TRACE                           \
	}

static const struct pm_printk_row rows[] = {
	BAD_ACCESS("{use-after-free|out-of-bounds} {read|write}", "KFENCE: {1} {2} in {f}"),
	BAD_ACCESS("invalid {read|write}", "KFENCE: invalid {1} in {f}"),
	{ "BUG:",
	  "BUG: KFENCE: invalid free in {f}",
	  { NULL },
	  "KFENCE: invalid free in {f}",
	  { "invalid-free in {f}" },
	  PM_KIND_KFENCE,
	  AT_KFENCE("invalid free"),
	  .flags = PM_ROW_NO_TRACE },
	{ "BUG:",
	  "BUG: KFENCE: memory corruption in {f}",
	  { NULL },
	  "KFENCE: memory corruption in {f}",
	  { NULL },
	  PM_KIND_KFENCE,
	  AT_KFENCE("memory corruption"),
	  .flags = PM_ROW_NO_TRACE },
};

const struct pm_printk_family pm_family_kfence = PM_ROWS("kfence", rows, pm_kfence_fields);

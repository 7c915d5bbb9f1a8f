#include "console/linux/details_rows.h"
#include "console/linux/rows.h"

#define REPORTERS "*ubsan* *overflow*"

static const struct pm_printk_row rows[] = {
	{ "UBSAN:",
	  "UBSAN: Undefined behaviour in",
	  { NULL },
	  "UBSAN: undefined-behaviour in {f}",
	  { NULL },
	  PM_KIND_UBSAN,
	  PM_AT_TRACE,
	  .skip = REPORTERS }, /* until 5.8 */
	{ "UBSAN:",
	  "UBSAN: array-index-out-of-bounds in",
	  { NULL },
	  "UBSAN: array-index-out-of-bounds in {f}",
	  { "bad-access in {f}" },
	  PM_KIND_UBSAN,
	  PM_AT_TRACE,
	  .skip = REPORTERS },
	/* without a handler to print more, by a trapping instruction: arm64, x86 since 6.13 */
	{ "UBSAN:", "UBSAN: {*}: {x} [#", { NULL }, "UBSAN: {1} in {f}", { NULL }, PM_KIND_UBSAN, PM_AT_PC },
	{ "UBSAN:",
	  "UBSAN: {*} at {f}+0x",
	  { NULL },
	  "UBSAN: {1} in {f}",
	  { NULL },
	  PM_KIND_UBSAN,
	  PM_AT_PC },
	{ "UBSAN:",
	  "UBSAN: {*} in ",
	  { NULL },
	  "UBSAN: {1} in {f}",
	  { NULL },
	  PM_KIND_UBSAN,
	  PM_AT_TRACE,
	  .skip = REPORTERS },
};

const struct pm_printk_family pm_family_ubsan = PM_ROWS("ubsan", rows, pm_ubsan_fields);

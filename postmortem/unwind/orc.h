/* ORC: a Linux kernel's own unwinding tables on x86-64 (Documentation/arch/x86/orc-unwinder.rst).
 *
 * A table is two arrays in the image: places (s32 each, relative to where it stands) and rules (6 bytes each),
 * sorted by place.  They are searched where they lie: nothing is loaded.
 */
#ifndef PM_ORC_H
#define PM_ORC_H

#include "base/error.h"
#include "translate/space.h"

enum pm_orc_version {
	PM_ORC_1 = 1, /* 4.14: type in bits 8-9, end in 10 */
	PM_ORC_2,     /* 6.3: a signal bit between them */
	PM_ORC_3,     /* 6.4, RHEL 9 from 5.14.0-517: type in 3 bits, signal in 11 */
	PM_ORC_4,     /* 7.1: registers numbered anew */
};

enum pm_orc_base {
	PM_ORC_UNDEFINED,
	PM_ORC_AX,
	PM_ORC_DX,
	PM_ORC_DI,
	PM_ORC_BP,
	PM_ORC_SP,
	PM_ORC_R10,
	PM_ORC_R13,
	PM_ORC_PREV_SP,
	PM_ORC_BP_INDIRECT, /* what stands at bp + offset */
	PM_ORC_SP_INDIRECT, /* what stands at sp, + offset */
};

enum pm_orc_type {
	PM_ORC_NONE, /* no rule: not code, or code that cannot be unwound */
	PM_ORC_END,  /* the last frame */
	PM_ORC_CALL,
	PM_ORC_REGS,         /* a whole struct pt_regs */
	PM_ORC_REGS_PARTIAL, /* what the CPU pushes: ip, cs, flags, sp, ss */
};

/* The rule for one place. */
struct pm_orc_rule {
	enum pm_orc_type type;
	enum pm_orc_base sp_base, bp_base;
	int16_t sp_offset, bp_offset; /* bytes */
	bool signal;                  /* the frame below was interrupted: its pc is exact */
};

struct pm_orc_table {
	uint64_t places, rules; /* addresses */
	uint32_t n;
	enum pm_orc_version version;
};

/* Which version a kernel has: by the hash in its header (20 bytes, NULL: it has none) or, where there is none,
 * by what occurs in its rules.  PM_UNSUPPORTED: a hash that is not known (a version to come). */
struct pm_error *pm_orc_version_of(struct pm_space *space, const struct pm_orc_table *table,
				   const uint8_t *hash, enum pm_orc_version *out)
	__attribute__((warn_unused_result));
/* From the 6 bytes. */
struct pm_orc_rule pm_orc_decode(enum pm_orc_version version, const uint8_t bytes[6]);
/* The rule that holds at pc.  false: pc lies before the table, or the pages are not there. */
bool pm_orc_find(struct pm_space *space, const struct pm_orc_table *table, uint64_t pc,
		 struct pm_orc_rule *out);

#endif

/* The tables by which Linux's reports are named.  One row per way a kernel
 * words a kind of report; one file per family of kinds. */
#ifndef PM_PRINTK_ROWS_H
#define PM_PRINTK_ROWS_H

#include "console/linux/linux.h"

/* Where the guilty function is looked for: steps, each continuing behind the line that satisfied
 * the one before.  Functions that tell nothing (guilty.c) are passed over everywhere. */
enum pm_step_kind {
	PM_STEP_END,
	PM_STEP_LINE,    /* a line that matches `pattern`; if that ends in {f}, this is a candidate */
	PM_STEP_PC,      /* a line that tells the program counter: RIP, EIP, pc, PC is at, NIP, epc … */
	PM_STEP_NEXT_PC, /* the same, on the very next line */
	PM_STEP_TRACE,   /* "Call Trace:", "Backtrace:" */
	PM_STEP_FRAMES,  /* every frame up to the next stack, or up to a line that the next step takes */
};

struct pm_step {
	enum pm_step_kind kind;
	const char *pattern; /* of PM_STEP_LINE */
};

/* Which of the candidates is to blame. */
enum pm_pick {
	PM_PICK_FIRST,
	PM_PICK_STALL, /* what an anchor (system call, work item, timer …) called: the rest varies by chance
			*/
	PM_PICK_HUNG,  /* the first that is not waiting machinery; RCU and RTNL waits are one each */
};

#define PM_ROW_DETAILS 2
#define PM_ROW_STEPS 6

enum pm_row_flags {
	PM_ROW_NO_TRACE = 1 << 0,    /* such reports have no stack trace, or not always one */
	PM_ROW_CORRUPTED = 1 << 1,   /* only a damaged report looks like this */
	PM_ROW_FOLLOWS = 1 << 2,     /* often a part of the report before it: starts none inside another */
	PM_ROW_NEEDS_STACK = 1 << 5, /* a report only where a stack is dumped at once */
	PM_ROW_VAGUE = 1 << 4, /* others print such words too: a line without a kernel's prefix needs more */
	PM_ROW_ASIDE = 1 << 3, /* printed by whoever: starts none in the middle of a stack trace */
};

struct pm_printk_row {
	/* Stands in the report's first line; one of the words in words.c. */
	const char *word;
	/* Pattern of that line (base/pattern.h).  Its captures are {1}, {2} … of the titles. */
	const char *line;
	/* Patterns of lines that follow in this order; their captures count on.  Where they are not found
	 * the row does not name the report, and the report is damaged. */
	const char *details[PM_ROW_DETAILS];
	/* {1}…: captures; {f}: the guilty function; {g}: that of the second PM_STEP_FRAMES. */
	const char *title;
	const char *alt[2];
	enum pm_kind kind;
	struct pm_step steps[PM_ROW_STEPS];  /* none: no function is looked for */
	struct pm_step steps2[PM_ROW_STEPS]; /* tried when `steps` find none … */
	struct pm_step steps3[PM_ROW_STEPS]; /* … and these when they do not either */
	enum pm_pick pick;
	const char
		*skip; /* globs of functions to be passed over in such reports too, one blank between them */
	unsigned flags;
	/* Reads what reports of this row carry beyond every report; NULL: what the family says. */
	void (*fields)(const struct pm_printk_report *report, struct pm_incident *inc);
};

struct pm_printk_family {
	const char *name;
	const struct pm_printk_row *rows;
	size_t n;
	void (*fields)(const struct pm_printk_report *report, struct pm_incident *inc); /* may be NULL */
};

/* Plans of search that many rows share. */
#define PM_AT_PC                                                                                             \
	{                                                                                                    \
		{ PM_STEP_PC }, { PM_STEP_TRACE },                                                           \
		{                                                                                            \
			PM_STEP_FRAMES                                                                       \
		}                                                                                            \
	}
#define PM_ROWS(family_name, rows_, fields_)                                                                 \
	{                                                                                                    \
		family_name, rows_, PM_COUNT(rows_), fields_                                                 \
	}
#define PM_AT_PC_ONLY                                                                                        \
	{                                                                                                    \
		{                                                                                            \
			PM_STEP_PC                                                                           \
		}                                                                                            \
	}
#define PM_AT_TRACE                                                                                          \
	{                                                                                                    \
		{ PM_STEP_TRACE },                                                                           \
		{                                                                                            \
			PM_STEP_FRAMES                                                                       \
		}                                                                                            \
	}
#define PM_AT_FRAMES                                                                                         \
	{                                                                                                    \
		{                                                                                            \
			PM_STEP_FRAMES                                                                       \
		}                                                                                            \
	}
/* Kernels before 4.11 have no registers in warnings. */
#define PM_AT_WARNING                                                                                        \
	{                                                                                                    \
		{ PM_STEP_PC },                                                                              \
		{                                                                                            \
			PM_STEP_FRAMES                                                                       \
		}                                                                                            \
	}
#define PM_AT_LINE(p)                                                                                        \
	{                                                                                                    \
		{                                                                                            \
			PM_STEP_LINE, p                                                                      \
		}                                                                                            \
	}

/* In the order in which rows are tried: the special before the general. */
extern const struct pm_printk_family pm_family_access, pm_family_traps, pm_family_stack, pm_family_hardware,
	pm_family_rcu, pm_family_lockup, pm_family_hung, pm_family_kasan, pm_family_kfence, pm_family_kmsan,
	pm_family_kcsan, pm_family_ubsan, pm_family_lockdep, pm_family_atomic, pm_family_object,
	pm_family_memory, pm_family_oom, pm_family_bug, pm_family_panic, pm_family_other;

/* The row that names the report, found by pm_printk_identify's rules; NULL: none does (title is then
 * the line itself).  family_out may be NULL. */
const struct pm_printk_row *pm_printk_row_of(const struct pm_printk_report *report,
					     const struct pm_printk_family **family_out);

#endif

/* What a line of a report tells of its place in one: which part it is, and whose.  The marks by which
 * interleave.c tells the reports of several CPUs apart. */
#ifndef PM_PRINTK_MARK_H
#define PM_PRINTK_MARK_H

#include "console/line.h"

enum pm_mark_kind {
	PM_MARK_TEXT,     /* anything else */
	PM_MARK_CUT,      /* "[ cut here ]" */
	PM_MARK_START,    /* the line that names a report */
	PM_MARK_CPU,      /* "CPU: 1 PID: 77 Comm: …" */
	PM_MARK_MACHINE,  /* what stands behind it: "Tainted: …", "Hardware name: …", "Workqueue: …" */
	PM_MARK_MODULES,  /* "Modules linked in:" */
	PM_MARK_REGISTER, /* a line of a register dump: chain and place tell which */
	PM_MARK_TRACE,    /* "Call Trace:" */
	PM_MARK_OPEN,     /* "<TASK>" */
	PM_MARK_CLOSE,    /* "</TASK>" */
	PM_MARK_FRAME,
	PM_MARK_END,   /* "---[ end trace" */
	PM_MARK_PANIC, /* "Kernel panic - not syncing" */
	PM_MARK_NOTE,  /* "note: kpcrash[77] exited with …" */
	PM_MARK_PIECE, /* the rest of a line that another message broke */
};

/* What a line that another message broke was telling. */
enum pm_broken { PM_NOT_BROKEN, PM_BROKEN_LEVELS /* of page tables */, PM_BROKEN_MODULES, PM_BROKEN_ANY };

struct pm_mark {
	enum pm_mark_kind kind;
	bool has_cpu, has_pid;
	uint32_t cpu, pid;
	uint8_t chain, place; /* of PM_MARK_REGISTER: which dump's order, and where in it */
	bool user;            /* a program counter of user mode */
	bool doubted;         /* a frame that the kernel itself doubts: "? " */
	bool bottom;          /* a frame that no other calls */
	enum pm_broken open;  /* the line is not ended: its rest is still to come */
	enum pm_broken piece; /* of PM_MARK_PIECE: the rest of such a line */
	uint32_t
		text; /* hash of a frame's place, of a register line, of a tag; equal texts have equal ones */
	uint32_t symbol; /* hash of the function that a warning or the program counter names; 0: none */
};

void pm_mark_read(const struct pm_line *line, struct pm_mark *mark_out);

#endif

/* A line of console text, and what stands before its body.
 *
 * Consoles, syslog daemons, journalctl, dmesg and netconsole each put their own
 * prefix before what the kernel said; pm_line_parse strips them all and keeps
 * what they tell: time, level, and the context that printed it.
 */
#ifndef PM_LINE_H
#define PM_LINE_H

#include "base/slice.h"
#include "incident.h"

enum pm_context_kind {
	PM_CONTEXT_NONE,    /* no kernel prefix at all: not printed by printk, or a half line */
	PM_CONTEXT_CONSOLE, /* a kernel prefix without a caller id: whoever printed */
	PM_CONTEXT_TASK,    /* "[ T123]" */
	PM_CONTEXT_CPU,     /* "[ C0]": an interrupt or early boot on that CPU */
	PM_CONTEXT_GUESSED, /* no caller ids; told apart by what the lines say (console/linux/interleave.h) */
};

struct pm_context {
	enum pm_context_kind kind;
	uint32_t id; /* task or CPU; PM_CONTEXT_GUESSED: a number */
};

/* What the head of a record told (console/record.h). */
struct pm_record {
	bool is;
	char flag;                         /* '-'; 'c', '+': a part of a line; 0: not told */
	uint32_t fragment_at, fragment_of; /* bytes; fragment_of 0: whole */
};

struct pm_line {
	struct pm_slice
		raw; /* whole, without line end, ANSI escapes and NULs removed; borrowed from the window */
	struct pm_slice body; /* what the kernel printed: a part of raw */
	struct pm_at at;
	int64_t time_ns; /* printk time; -1: none */
	int8_t level;    /* 0 emerg … 7 debug; -1: not told */
	struct pm_context context;
	struct pm_slice stamp; /* the wall-clock time, as printed; may be empty */
	struct pm_record record;
	bool cut; /* longer than PM_LINE_MAX: the rest was dropped */
};

/* Longest line that is kept, bytes. */
#define PM_LINE_MAX 16384

/* Fills everything but `raw`, `at` and `cut`, which the caller has set. */
void pm_line_parse(struct pm_line *line);

/* Where in body another message of printk starts, its prefix first: two CPUs wrote to the
 * console at once and the first one's line was never ended.  PM_NPOS: nowhere. */
size_t pm_line_second(const struct pm_line *line);

static inline bool pm_context_same(struct pm_context a, struct pm_context b)
{
	return a.kind == b.kind && a.id == b.id;
}

#endif

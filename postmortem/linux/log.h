/* The kernel's log in a dump: the printk ring (5.10 and later) or the record buffer before it.
 * VMCOREINFO describes both: neither symbols nor types are needed. */
#ifndef PM_LINUX_LOG_H
#define PM_LINUX_LOG_H

#include "linux/linux.h"

struct pm_log_record {
	uint64_t seq, ts_ns;
	uint8_t facility, level;
	bool has_time;   /* and level: not of what was found by searching */
	bool has_caller; /* the record buffer before 5.1 did not keep it */
	bool caller_is_cpu;
	uint32_t caller;      /* pid or CPU */
	struct pm_slice text; /* whole, may have several lines; of the log's memory */
	/* what dev_printk told of a device, "pci", "+pci:0000:00:01.0"; empty: nothing */
	struct pm_slice subsystem, device;
};

struct pm_log {
	struct pm_arena arena;
	PM_VEC(struct pm_log_record) records; /* oldest first */
	uint64_t lost; /* records whose place is known but whose text is not in the dump or was overwritten */
};

/* PM_NOT_FOUND: VMCOREINFO names no log; PM_TRUNCATED: its pages are not in the dump; PM_BAD_DATA: sizes that
 * cannot be.  Where some records can be read they are, and *trouble_out (may be set to NULL) says what is wrong. */
struct pm_error *pm_linux_log_read(struct pm_linux *lx, struct pm_log *log, struct pm_error **trouble_out)
	__attribute__((warn_unused_result));
/* Adds what can be found of the text by searching memory (the first 4 GiB of it that the dump has): for a log whose
 * ring is lost.  Records have neither time nor level then. false: nothing. */
bool pm_linux_log_search(struct pm_dump *dump, struct pm_log *log);
void pm_linux_log_deinit(struct pm_log *log);

/* The last record, NULL: there is none, or when it was is not known. */
static inline const struct pm_log_record *pm_log_last(const struct pm_log *log)
{
	const struct pm_log_record *last = log->records.n ? &log->records.v[log->records.n - 1] : NULL;

	return last && last->has_time ? last : NULL;
}

enum pm_log_style {
	PM_LOG_PLAIN = 0, /* "[    2.339181] text", a line for each line of a record, as the console has it */
	PM_LOG_LEVELS = 1,  /* "<4>" before it */
	PM_LOG_CALLERS = 2, /* "[    T1]" behind the time, also where the kernel does not print it */
	PM_LOG_NO_TIME = 4,
	PM_LOG_NO_FACILITY = 8, /* of PM_LOG_LEVELS the level alone */
};
void pm_linux_log_format(const struct pm_log_record *record, unsigned style, struct pm_buf *out);

/* All records of a log. */
void pm_linux_log_text(const struct pm_log *log, unsigned style, struct pm_buf *out);

#endif

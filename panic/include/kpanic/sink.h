/* Tier 3: what survives the machine.  The note KPANIC in memory, and the dump of memory to sinks that the host registers. */
#ifndef KP_SINK_H
#define KP_SINK_H

#include "kpanic/host.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the note (formats/SPEC.md, section 3) ---- */

/* Begins it anew: after kp_init, whenever what it says has changed (memory is known, the kernel's page tables are in use,
 * CPUs were started). Not in a panic. */
void kp_note_renew(void);
/* Where it lies; *size_out: its capacity, bytes. */
const void *kp_note(size_t *size_out);
/* An ELF note VMCOREINFO with keys of the kernel's, among them where the note KPANIC is: for who dumps this machine from outside
 * (QEMU's vmcoreinfo device). Stays where it is; its content is renewed with the note. */
const void *kp_vmcoreinfo(size_t *size_out);

/* ---- sinks of a dump ---- */

enum kp_sink_kind {
	KP_SINK_SEEKS,   /* a disk: gets a kdump-compressed file, its header last */
	KP_SINK_STREAMS, /* takes bytes one after the other: gets a plain ELF core */
	KP_SINK_TEXT,    /* gets the report's text */
};
enum kp_sink_result { KP_SINK_DONE, KP_SINK_ERROR, KP_SINK_LATE };

/* Memory to be written: who does transfers by physical addresses uses those, and needs no mapping. */
struct kp_piece {
	const void *at;    /* virtual */
	uint64_t physical; /* 0: not known */
	size_t n;          /* bytes */
};

/* A table of operations, the host's for good.  All are called in a panic: no lock, no interrupt, no allocation, and what the
 * run-time driver was doing does not matter. */
struct kp_sink {
	const char *name;
	enum kp_sink_kind kind;
	uint64_t size;    /* bytes; 0: not known. Of KP_SINK_SEEKS it must be known when open has returned. */
	uint32_t block;   /* bytes: offsets and lengths are multiples of it; at most 4096 */
	uint32_t largest; /* bytes of one write, and … */
	unsigned pieces_max; /* … pieces of one, at most */
	unsigned
		at_once; /* writes that may be under way; 0: one. With two or three a disk never waits for the next */
	/* Makes it ready; again after an error. false: it cannot be used. */
	bool (*open)(struct kp_sink *sink);
	/* Begins a write; pieces (not the table of them) stay as they are until wait has returned for it. false: it could not
	 * be begun. */
	bool (*start)(struct kp_sink *sink, uint64_t offset, const struct kp_piece *pieces, unsigned n);
	/* Waits for the oldest of those that were begun since open, timeout_ns at most. */
	enum kp_sink_result (*wait)(struct kp_sink *sink, uint64_t timeout_ns);
	/* What was written until now outlives a loss of power when it returns; nothing is under way then. NULL: nothing to
	 * do. */
	enum kp_sink_result (*flush)(struct kp_sink *sink, uint64_t timeout_ns);
	bool by_physical; /* transfers by physical addresses alone: what is mapped nowhere can be written, too */
	void *context;    /* the host's */
};

/* Adds one at the end of those that are tried in turn; false: no room. */
bool kp_sink_add(struct kp_sink *sink);

/* ---- what is dumped ---- */

enum kp_dump_what {
	KP_DUMP_ALL,    /* all RAM */
	KP_DUMP_KERNEL, /* without what kp_host_page_kept leaves out */
	KP_DUMP_LIST,   /* ranges, as far as they are RAM */
};
struct kp_dump_range {
	uint64_t start, end; /* physical */
};
/* Bytes of memory for a dump that is packed: a table, and what waits for being written. */
#define KP_DUMP_WORK_SIZE (4 * 131072 + 16384)
struct kp_dump_plan {
	enum kp_dump_what what;
	const struct kp_dump_range *list; /* the caller's, for good */
	unsigned list_count;
	void *work; /* KP_DUMP_WORK_SIZE bytes, in one piece, aligned to a page; NULL: pages are written as they are */
	uint64_t work_physical;
};
/* At start. Without it all of RAM is dumped as it is, to whatever sink there is. */
void kp_dump_plan(const struct kp_dump_plan *plan);

#ifdef __cplusplus
}
#endif

#endif

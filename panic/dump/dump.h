/* The memory dump's parts.  Nothing here is for hosts. */
#ifndef KP_DUMP_H
#define KP_DUMP_H

#include "kpanic/sink.h"
#include "stages.h"

#pragma GCC visibility push(hidden)

#define KP_PAGE 4096u

/* What a dump has come to. */
enum kp_dump_end {
	KP_DUMP_DONE,
	KP_DUMP_LOST,  /* done, but for pages that could not be read or written */
	KP_DUMP_EARLY, /* the header is there, but time ran out before all pages were written */
	KP_DUMP_FAILED,
};
struct kp_dump_count {
	uint64_t pages, zero, lost, bytes; /* bytes of pages, as written */
};

/* ---- memory.c ---- */

extern struct kp_dump_plan kp_plan;
/* The first run of pages at or behind page `from` that are to be dumped; false: none. */
bool kp_dump_next(uint64_t from, uint64_t *start_out, uint64_t *end_out);
/* Pages below this number exist. */
uint64_t kp_dump_max(void);
/* Is the page to be dumped, as far as the plan looks at single pages? */
bool kp_dump_wants(uint64_t page);
/* Where it is mapped; NULL: nowhere, or it cannot be read. */
const void *kp_dump_page(uint64_t page);
bool kp_is_zero(const void *page);

/* ---- snappy.c ---- */

/* Packs a page with Snappy; table: KP_SNAPPY_TABLE bytes.  Returns the bytes made, less than room; 0: it does not get smaller
 * than room. */
#define KP_SNAPPY_TABLE 4096
size_t kp_snappy(const uint8_t *page, size_t n, uint8_t *to, size_t room, void *table);

/* ---- sinks.c ---- */

struct kp_sink *kp_sink_at(unsigned index);
/* One write from its beginning to its end, tried again once. */
bool kp_sink_write(struct kp_sink *sink, uint64_t offset, const void *at, size_t n);
bool kp_sink_start(struct kp_sink *sink, uint64_t offset, const struct kp_piece *pieces, unsigned n);
bool kp_sink_wait(struct kp_sink *sink);
bool kp_sink_flush(struct kp_sink *sink);
/* Opens it, and forgets what was wrong with it. */
bool kp_sink_open(struct kp_sink *sink);
/* It did not answer twice: nothing more is asked of it. */
bool kp_sink_dead(void);
extern unsigned kp_sink_errors;
extern unsigned kp_sink_opened; /* how often it was made ready: what was under way before is not waited for */
extern uint64_t kp_sink_waited_ns; /* of the time since kp_sink_open: that it was waited for */

/* ---- queue.c ---- */

#define KP_AT_ONCE_MAX 3u /* writes under way, at most */
#define KP_PIECES_MAX 64u

/* A write.  Its sender's again when it is not under way any more. */
struct kp_batch {
	struct kp_piece pieces[KP_PIECES_MAX];
	unsigned n;
	size_t bytes;
	uint64_t offset;
	uint64_t first; /* the sender's: the first page that is in it (numbered as descriptors are) */
	unsigned opened;
	void (*lost)(const struct kp_batch *batch, uint64_t offset, size_t n); /* could not be written */
};
/* For a sink that was opened. */
void kp_queue_begin(struct kp_sink *sink);
/* Begins it, when there is room. */
void kp_queue_send(struct kp_batch *batch);
bool kp_queue_has(const struct kp_batch *batch);
/* NULL: nothing is under way. */
const struct kp_batch *kp_queue_oldest(void);
/* Until the oldest is done, or done again; until all are. */
void kp_queue_wait_one(void);
void kp_queue_settle(void);

/* ---- formats ---- */

enum kp_dump_end kp_dump_kdump(struct kp_sink *sink, struct kp_dump_count *count);
enum kp_dump_end kp_dump_elf(struct kp_sink *sink, struct kp_dump_count *count);
enum kp_dump_end kp_dump_text(struct kp_sink *sink, struct kp_dump_count *count);

/* ---- dump.c ---- */

/* Tells how far it is, now and then. */
void kp_dump_progress(uint64_t done, uint64_t of);
bool kp_dump_is_late(void);
/* Puts how it went into the note, before that is written down for the last time; why: enum kf_dump_why. */
void kp_dump_note(const struct kp_dump_count *count, unsigned why);

/* ---- notes.c ---- */

/* The notes of an ELF core, piece by piece through a block: NT_PRSTATUS of each CPU, VMCOREINFO, KPANIC. */
typedef bool kp_put_bytes(const void *bytes, size_t n);
bool kp_notes_put(kp_put_bytes *put);
/* Bytes that they have at most, and of VMCOREINFO's text: where in the notes, and how many. */
size_t kp_notes_max(void);
size_t kp_notes_size(size_t *vmcoreinfo_at_out, size_t *vmcoreinfo_size_out);

#pragma GCC visibility pop

#endif

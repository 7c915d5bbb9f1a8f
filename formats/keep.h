/* The flight record (SPEC.md, section 5): slots in RAM that a warm reset keeps, each a header and a text, with check bytes
 * that mend what has flipped.  The recorder writes slots, its next start and the reader read them.
 *
 * Which code.  What happens to RAM over a reset comes in two kinds: single bits, anywhere (cells that lost their charge), and
 * runs of bytes (a firmware that used a few cache lines; a DRAM row).  A code for each word (SECDED) mends one bit of 64 and
 * loses a record to the first run of two bytes.  So: Reed-Solomon over bytes, 16 check bytes for 128, which mends any 8 of
 * those 144, and the codewords lie interleaved, byte by byte: a text of n bytes has n / 128 of them, and a run that destroys
 * n / 16 bytes in one piece costs each of them 8.  Measured by tests/unit/test_keep.c, records of 2 KiB with 256 check bytes
 * that survive, of a hundred: 24 flipped bits 100, 40 bits 99, 64 bits 80, a run of 128 bytes 100.  A code for words with as
 * many check bytes: 24 bits 36, 40 bits 4, 64 bits none, the run none.  The text itself stands in the memory as it is:
 * `strings` finds it.
 *
 * No input or output, no allocation, nothing of the C library. */
#ifndef KF_KEEP_H
#define KF_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KF_KEEP_MAGIC "KPANKEEP"
#define KF_KEEP_VERSION 1
#define KF_KEEP_SLOTS 3 /* of an area: two for the run, in turn; then the one that waits to be read */
#define KF_KEEP_WAITING 2

/* Of a slot: where things begin, bytes. */
#define KF_KEEP_HEADER_SIZE 256 /* with its check bytes */
#define KF_KEEP_READ_AT 256     /* 8 bytes: has it been read? */
#define KF_KEEP_TEXT_AT 320

#define KF_KEEP_SLOT_MIN (KF_KEEP_TEXT_AT + 1152)
#define KF_KEEP_SLOT_MAX (1u << 20)

/* How the run that wrote it has ended, as far as the record knows. */
enum kf_keep_state {
	KF_KEEP_RUNNING = 1, /* it has not: whatever ended it, no code saw it */
	KF_KEEP_PANICKING,   /* a panic had begun, and had not collected its report yet */
	KF_KEEP_PANICKED,    /* the text is its report */
	KF_KEEP_REBOOTING,   /* in order */
	KF_KEEP_OFF,         /* in order */
	KF_KEEP_STATES,
};
/* "running", … */
const char *kf_keep_state_word(enum kf_keep_state state);

struct kf_keep {
	uint32_t slot, slot_size; /* its own number, and the bytes of each */
	enum kf_keep_state state;
	bool cut;      /* the text did not fit */
	uint32_t size; /* of the text, bytes */
	uint32_t sum;  /* crc32 of the text */
	uint64_t
		sequence; /* counts every slot that was written since the area was new: the largest is the newest */
	uint64_t run; /* counts the starts since then */
	uint64_t up_ns;
	uint64_t physical; /* of the area */
	uint32_t in_row;   /* runs before this one that crashed, one after the other */
	uint32_t missed;   /* crashed runs whose record gave way to one that was not read yet */
	uint8_t build_id[20];
};

/* Bytes of text that fit into a slot. */
size_t kf_keep_capacity(size_t slot_size);
/* Bytes of a slot that a text of that size takes up. */
size_t kf_keep_used(size_t text_size);

/* ---- writing: the text first (at KF_KEEP_TEXT_AT), then its check bytes, then the header ---- */

/* Makes the slot hold no record: before anything else of it is touched. */
void kf_keep_clear(uint8_t *slot);
/* Fills up and adds the check bytes of the text of size bytes; returns its sum. */
uint32_t kf_keep_seal(uint8_t *slot, size_t size);
void kf_keep_put_header(uint8_t *slot, const struct kf_keep *keep);
/* Says that it was read. */
void kf_keep_acknowledge(uint8_t *slot);

/* ---- reading ---- */

enum kf_keep_found {
	KF_KEEP_NONE,    /* no record */
	KF_KEEP_DAMAGED, /* a header, but a text that could not be mended: what there is of it */
	KF_KEEP_WHOLE,
};
/* Reads a slot, and mends it where it lies: room bytes from it on belong to it.  mended_out: bytes that were wrong and are
 * right now.  A text that does not lie within room is DAMAGED, and *out's size is cut to what does. */
enum kf_keep_found kf_keep_read(uint8_t *slot, size_t room, struct kf_keep *out, uint32_t *mended_out);
bool kf_keep_was_read(const uint8_t *slot);
/* Offset of the next slot from `from` on, told by a magic of which up to eight bits may have flipped; n: none.  What is found
 * is yet to be read. */
size_t kf_keep_find(const uint8_t *bytes, size_t n, size_t from);

#endif

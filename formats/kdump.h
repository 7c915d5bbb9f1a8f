/* Where things stand in a kdump-compressed file (version 6) of a 64-bit machine, and what the recorder adds to its first block
 * (SPEC.md, section 4).  The format's own words are the machine's, in its byte order; ours are little-endian. */
#ifndef KF_KDUMP_H
#define KF_KDUMP_H

#include "formats/bytes.h"
#include "formats/sum.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KF_KDUMP_BLOCK 4096
#define KF_KDUMP_WHOLE "KDUMP   "
#define KF_KDUMP_TORN "KPTORN  " /* instead, until all is written */
#define KF_KDUMP_VERSION 6

/* Block 0. */
enum {
	KF_KDUMP_AT_VERSION = 8,
	KF_KDUMP_AT_UTSNAME = 12, /* system, node, release, version, machine, domain: 65 bytes each */
	KF_KDUMP_UTSNAME_FIELD = 65,
	KF_KDUMP_AT_STATUS = 424,
	KF_KDUMP_AT_BLOCK_SIZE = 428,
	KF_KDUMP_AT_SUB_BLOCKS = 432,
	KF_KDUMP_AT_BITMAP_BLOCKS = 436,
	KF_KDUMP_AT_MAX_MAPNR = 440,
	KF_KDUMP_AT_RAM_BLOCKS = 444,
	KF_KDUMP_AT_CPUS = 460,
};
enum { KF_KDUMP_SNAPPY = 4, KF_KDUMP_INCOMPLETE = 8 }; /* status; of a page's descriptor the first, too */

/* Block 1. A size stands behind each offset; 8 bytes each. */
enum {
	KF_KDUMP_SUB_LEVEL = 8,
	KF_KDUMP_SUB_VMCOREINFO = 32,
	KF_KDUMP_SUB_NOTES = 48,
	KF_KDUMP_SUB_END_PFN = 88,
	KF_KDUMP_SUB_MAX_MAPNR = 96,
};
enum { KF_KDUMP_LEVEL_ZERO = 1 }; /* what bitmap 2 has not, and bitmap 1 has, is a page of zeros */

/* A page's descriptor. */
enum { KF_KDUMP_DESCRIPTOR = 24, KF_KDUMP_PAGE_OFFSET = 0, KF_KDUMP_PAGE_SIZE = 8, KF_KDUMP_PAGE_FLAGS = 12 };

/* ---- ours, in block 0 ---- */

#define KF_DUMP_AT 1024
#define KF_DUMP_SIZE 128
#define KF_DUMP_MAGIC "KPDUMP 1"
enum kf_dump_state { KF_DUMP_WRITING = 1, KF_DUMP_WHOLE = 2 };
enum kf_dump_why { KF_DUMP_ALL_THERE, KF_DUMP_LOST_PAGES, KF_DUMP_NO_TIME, KF_DUMP_NO_ROOM };

struct kf_dump {
	uint32_t state; /* enum kf_dump_state */
	uint32_t why;   /* enum kf_dump_why: what a whole one lacks */
	uint64_t id;    /* another for each dump */
	uint64_t size;  /* bytes of the file up to here */
	uint64_t done;  /* page frames below this are written down, and on the disk */
	uint64_t max_mapnr;
	uint64_t descriptors, data; /* offsets */
	uint64_t pages, zero, lost; /* written, of zeros, that could not be read or written */
};

static inline void kf_dump_put(uint8_t block[KF_KDUMP_BLOCK], const struct kf_dump *dump)
{
	static const char magic[8] = KF_DUMP_MAGIC;
	const uint64_t words[] = { dump->id,   dump->size,  dump->done, dump->max_mapnr, dump->descriptors,
				   dump->data, dump->pages, dump->zero, dump->lost };
	uint8_t *p = block + KF_DUMP_AT;

	for (unsigned i = 0; i < KF_DUMP_SIZE; i++)
		p[i] = i < sizeof(magic) ? (uint8_t)magic[i] : 0;
	kf_put32(p + 8, dump->state);
	kf_put32(p + 12, dump->why);
	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++)
		kf_put64(p + 16 + i * 8, words[i]);
	kf_put32(p + KF_DUMP_SIZE - 4, kf_crc32(0, p, KF_DUMP_SIZE - 4));
}

/* From the first n bytes of a dump; false: it is none of the recorder's, or its sum is wrong. */
static inline bool kf_dump_get(const uint8_t *block, size_t n, struct kf_dump *out)
{
	static const char magic[8] = KF_DUMP_MAGIC;
	const uint8_t *p = block + KF_DUMP_AT;

	if (n < KF_DUMP_AT + KF_DUMP_SIZE)
		return false;
	for (unsigned i = 0; i < sizeof(magic); i++)
		if (p[i] != (uint8_t)magic[i])
			return false;
	if (kf_get32(p + KF_DUMP_SIZE - 4) != kf_crc32(0, p, KF_DUMP_SIZE - 4))
		return false;
	*out = (struct kf_dump){
		.state = kf_get32(p + 8),
		.why = kf_get32(p + 12),
		.id = kf_get64(p + 16),
		.size = kf_get64(p + 24),
		.done = kf_get64(p + 32),
		.max_mapnr = kf_get64(p + 40),
		.descriptors = kf_get64(p + 48),
		.data = kf_get64(p + 56),
		.pages = kf_get64(p + 64),
		.zero = kf_get64(p + 72),
		.lost = kf_get64(p + 80),
	};
	return true;
}

#endif

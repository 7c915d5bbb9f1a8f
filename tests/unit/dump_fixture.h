/* Dumps made from a small memory that is told by page number: 1,024 pages, some of which the machine does not have
 * and some of which a filter left out.  A writer for each format. */
#ifndef DUMP_FIXTURE_H
#define DUMP_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "base/memory.h"
#include "read/dump.h"
#include "read/file.h"

#include <lzo/lzo1x.h>
#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define PAGES 1024u
#define MEMORY_END ((uint64_t)PAGES * PM_PAGE_SIZE)

static inline bool page_exists(uint64_t pfn)
{
	return pfn < PAGES && !(pfn >= 300 && pfn < 364);
}

static inline bool page_here(uint64_t pfn)
{
	return page_exists(pfn) && pfn % 5 != 4;
}

static inline uint8_t memory_byte(uint64_t phys)
{
	uint64_t pfn = phys / PM_PAGE_SIZE, x = phys * 0x9e3779b97f4a7c15ull;

	switch (pfn % 4) {
	case 0:
		return 0;
	case 1: /* packs well */
		return (uint8_t) "The quick brown fox. "[(phys + pfn) % 21];
	case 2: /* does not pack */
		return (uint8_t)(x >> 56 ^ x >> 40);
	default: /* packs a little: short repetitions, far ones, runs */
		return phys % 512 < 200 ? (uint8_t)(phys / 8) : phys % 512 < 300 ? 7 : (uint8_t)(x >> 59);
	}
}

static inline void make_page(uint64_t pfn, uint8_t page[PM_PAGE_SIZE])
{
	for (size_t i = 0; i < PM_PAGE_SIZE; i++)
		page[i] = memory_byte(pfn * PM_PAGE_SIZE + i);
}

/* --- bytes of a file, written at any place */

struct out {
	uint8_t *bytes;
	size_t n, cap;
	bool big_endian;
};

static inline void out_put(struct out *o, uint64_t at, const void *bytes, size_t n)
{
	if (at + n > o->cap) {
		size_t cap = (size_t)(at + n) * 2;

		o->bytes = pm_realloc(o->bytes, cap);
		memset(o->bytes + o->cap, 0, cap - o->cap);
		o->cap = cap;
	}
	memcpy(o->bytes + at, bytes, n);
	if (at + n > o->n)
		o->n = (size_t)(at + n);
}

static inline void out_word(struct out *o, uint64_t at, unsigned size, uint64_t value)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> 8 * (o->big_endian ? size - 1 - i : i));
	out_put(o, at, bytes, size);
}

/* --- notes */

static inline size_t put_note(struct out *o, uint64_t at, const char *name, uint32_t type, const void *desc,
			      size_t n)
{
	size_t name_size = strlen(name) + 1, padded = (name_size + 3) & ~3u;
	static const uint8_t zeros[4];

	out_word(o, at, 4, name_size);
	out_word(o, at + 4, 4, n);
	out_word(o, at + 8, 4, type);
	out_put(o, at + 12, name, name_size);
	out_put(o, at + 12 + padded, desc, n);
	out_put(o, at + 12 + padded + n, zeros, -n & 3);
	return 12 + padded + ((n + 3) & ~(size_t)3);
}

#define VMCOREINFO "OSRELEASE=6.1.0-test\nPAGESIZE=4096\n"

static inline size_t put_notes(struct out *o, uint64_t at)
{
	uint8_t status[336] = { 0 };
	size_t n = put_note(o, at, "CORE", 1, status, sizeof(status));

	return n + put_note(o, at + n, "VMCOREINFO", 0, VMCOREINFO, strlen(VMCOREINFO));
}

/* --- kdump-compressed */

enum { PLAIN = 0, ZLIB = 1, LZO = 2, SNAPPY = 4, ZSTD = 0x20 };

static inline size_t pack(unsigned flag, const uint8_t *in, size_t n, uint8_t *out, size_t cap)
{
	size_t got = cap;
	lzo_uint lzo_got = cap;
	uLongf zlib_got = cap;
	static uint8_t work[LZO1X_1_MEM_COMPRESS];

	switch (flag) {
	case ZLIB:
		assert_int_equal(compress2(out, &zlib_got, in, n, 1), Z_OK);
		return zlib_got;
	case LZO:
		assert_int_equal(lzo1x_1_compress(in, n, out, &lzo_got, work), LZO_E_OK);
		return lzo_got;
	case SNAPPY:
		assert_int_equal(snappy_compress((const char *)in, n, (char *)out, &got), SNAPPY_OK);
		return got;
	case ZSTD:
		got = ZSTD_compress(out, cap, in, n, 1);
		assert_false(ZSTD_isError(got));
		return got;
	default:
		memcpy(out, in, n);
		return n;
	}
}

struct kdump_kind {
	unsigned version, packing;
	const char *machine; /* "x86_64" (64-bit), "i686", "armv7l" (32-bit) */
	bool big_endian;
	size_t block; /* 0: 4096 */
	bool split;
	uint64_t start, end;  /* pages of this part */
	uint64_t lost_from;   /* the disk was full from this page on; 0: it was not */
	bool qemu;            /* no release, no VMCOREINFO */
	unsigned more_status; /* flags */
};

static inline struct out make_kdump(const struct kdump_kind *kind)
{
	struct out o = { .big_endian = kind->big_endian };
	size_t block = kind->block ? kind->block : PM_PAGE_SIZE;
	uint64_t blocks = MEMORY_END / block, ratio = block / PM_PAGE_SIZE;
	bool is32 = kind->machine[0] == 'i' || kind->machine[0] == 'a', tight = kind->machine[0] == 'i';
	unsigned word = is32 ? 4 : 8, at = is32 ? 412 : 424;
	uint64_t sub = block, bitmap = 2 * block, bitmap_blocks = kind->version ? 2 : 1;

	out_put(&o, 0, "KDUMP   ", 8);
	out_word(&o, 8, 4, kind->version);
	out_put(&o, 12, "Linux", 5);
	if (!kind->qemu)
		out_put(&o, 12 + 2 * 65, "6.1.0-test", 10);
	out_put(&o, 12 + 4 * 65, kind->machine, strlen(kind->machine));
	out_word(&o, at, 4, kind->packing | kind->more_status);
	out_word(&o, at + 4, 4, block);
	out_word(&o, at + 8, 4, 1);
	out_word(&o, at + 12, 4, bitmap_blocks);
	out_word(&o, at + 16, 4, blocks);
	out_word(&o, sub, word, kind->qemu ? 0 : 0x1000000);
	if (kind->version >= 1)
		out_word(&o, sub + word, 4, 31);
	unsigned pfns = word + 8, first = pfns + 2 * word, notes;
	if (is32 && !tight)
		first += 4;
	if (kind->version >= 2) {
		out_word(&o, sub + word + 4, 4, kind->split);
		out_word(&o, sub + pfns, word, kind->start);
		out_word(&o, sub + pfns + word, word, kind->end);
	}
	/* {offset, size} of VMCOREINFO, notes and eraseinfo; 8 bytes are aligned, but for i386 */
	unsigned step = is32 && tight ? 12 : 16;
	uint64_t text = sub + 512, note = sub + 1024;
	if (kind->version >= 3 && !kind->qemu) {
		out_put(&o, text, VMCOREINFO, strlen(VMCOREINFO));
		out_word(&o, sub + first, 8, text);
		out_word(&o, sub + first + 8, word, strlen(VMCOREINFO));
	}
	notes = first + step;
	if (kind->version >= 4) {
		out_word(&o, sub + notes, 8, note);
		out_word(&o, sub + notes + 8, word, put_notes(&o, note));
	}
	if (kind->version >= 6) {
		out_word(&o, sub + first + 3 * step, 8, kind->start);
		out_word(&o, sub + first + 3 * step + 8, 8, kind->end);
		out_word(&o, sub + first + 3 * step + 16, 8, blocks);
	}
	uint64_t start = kind->split ? kind->start : 0, end = kind->split ? kind->end : blocks, n = 0;
	uint64_t here = bitmap + (bitmap_blocks - 1) * block, descriptors = bitmap + bitmap_blocks * block;

	out_word(&o, descriptors - 1, 1, 0);
	for (uint64_t i = 0; i < blocks; i++) {
		if (page_exists(i * ratio) && bitmap_blocks > 1)
			o.bytes[bitmap + i / 8] |= (uint8_t)(1 << i % 8);
		if (page_here(i * ratio))
			o.bytes[here + i / 8] |= (uint8_t)(1 << i % 8);
		n += i >= start && i < end && page_here(i * ratio);
	}
	uint64_t data = descriptors + 24 * n, zero = 0, next = descriptors;
	uint8_t *page = pm_alloc(block), *packed = pm_alloc(2 * block);

	for (uint64_t i = start; i < end; i++) {
		if (!page_here(i * ratio))
			continue;
		for (uint64_t k = 0; k < ratio; k++)
			make_page(i * ratio + k, page + k * PM_PAGE_SIZE);
		bool is_zero = !memchr(page, 0, 1) ? false : !memcmp(page, page + 1, block - 1);
		size_t size = pack(kind->packing, page, block, packed, 2 * block);
		unsigned flags = kind->packing;

		if (size >= block) {
			size = block;
			flags = 0;
			memcpy(packed, page, block);
		}
		bool lost = kind->lost_from && i * ratio >= kind->lost_from;
		uint64_t offset = is_zero && zero ? zero : data;

		out_word(&o, next, 8, lost ? 0 : offset);
		out_word(&o, next + 8, 4, lost ? 0 : size);
		out_word(&o, next + 12, 4, lost ? 0 : flags);
		out_word(&o, next + 16, 8, 0);
		next += 24;
		if (is_zero && zero)
			continue;
		if (is_zero)
			zero = data;
		if (!lost) {
			out_put(&o, data, packed, size);
			data += size;
		}
	}
	free(page);
	free(packed);
	return o;
}

/* --- flattened: records of the given size, the first of them written once more at the end */

static inline struct out make_flattened(const struct out *dump, size_t record)
{
	struct out o = { .big_endian = true };
	uint64_t at = 4096;

	out_put(&o, 0, "makedumpfile", 12);
	out_word(&o, 16, 8, 1);
	out_word(&o, 24, 8, 1);
	out_word(&o, 4095, 1, 0);
	for (size_t from = 0; from < dump->n + record; from += record) {
		bool again = from >= dump->n;
		size_t start = again ? 0 : from, n = dump->n - start < record ? dump->n - start : record;

		/* What is written last counts: the first time it is wrong. */
		out_word(&o, at, 8, start);
		out_word(&o, at + 8, 8, n);
		out_put(&o, at + 16, dump->bytes + start, n);
		if (!from)
			memset(o.bytes + at + 16, 0xee, n);
		if (!from)
			memcpy(o.bytes + at + 16, dump->bytes, 8);
		at += 16 + n;
	}
	out_word(&o, at, 8, UINT64_MAX);
	out_word(&o, at + 8, 8, UINT64_MAX);
	return o;
}

/* --- ELF */

struct elf_kind {
	bool is32, big_endian;
	bool qemu; /* e_ehsize 8, section headers first */
	bool xnum; /* the number of segments stands in section 0 */
	bool no_notes;
	bool overlap;  /* a second segment over part of the first, as for the kernel's text */
	bool filtered; /* p_filesz below p_memsz */
};

static inline struct out make_elf(const struct elf_kind *kind)
{
	struct out o = { .big_endian = kind->big_endian };
	static const struct {
		uint64_t first, n;
	} ranges[] = { { 0, 300 }, { 364, 636 }, { 1000, 24 } };
	unsigned word = kind->is32 ? 4 : 8, ph_size = kind->is32 ? 32 : 56, sh_size = kind->is32 ? 40 : 64;
	unsigned segments = 3 + !kind->no_notes + kind->overlap;
	uint64_t sections = kind->qemu || kind->xnum ? (kind->is32 ? 52 : 64) : 0;
	uint64_t headers = (kind->is32 ? 52 : 64) + (sections ? sh_size : 0);
	uint64_t at = headers + segments * ph_size, header = headers;

	out_put(&o, 0, "\177ELF", 4);
	out_word(&o, 4, 1, kind->is32 ? 1 : 2);
	out_word(&o, 5, 1, kind->big_endian ? 2 : 1);
	out_word(&o, 6, 1, 1);
	out_word(&o, 16, 2, 4); /* ET_CORE */
	out_word(&o, 18, 2, kind->big_endian ? 22 : kind->is32 ? 3 : 62);
	out_word(&o, 24 + word, word, headers);
	out_word(&o, 24 + 2 * word, word, sections);
	uint64_t p = 24 + 3 * word + 4;
	out_word(&o, p, 2, kind->qemu ? 8 : kind->is32 ? 52 : 64);
	out_word(&o, p + 2, 2, ph_size);
	out_word(&o, p + 4, 2, kind->xnum ? 0xffff : segments);
	out_word(&o, p + 6, 2, sh_size);
	if (sections)
		out_word(&o, sections + (kind->is32 ? 28 : 44), 4, kind->xnum ? segments : 0);
	out_word(&o, at - 1, 1, 0);
	if (!kind->no_notes) {
		size_t n = put_notes(&o, at);

		out_word(&o, header, 4, 4);
		out_word(&o, header + (kind->is32 ? 4 : 8), word, at);
		out_word(&o, header + (kind->is32 ? 16 : 32), word, n);
		header += ph_size;
		at += n;
	}
	uint64_t first_at = at + (kind->overlap ? 0 : 3); /* no alignment is promised */
	for (size_t i = 0; i < 3 + (size_t)kind->overlap; i++) {
		uint64_t first = i < 3 ? ranges[i].first : 100, n = i < 3 ? ranges[i].n : 50;
		uint64_t size = n * PM_PAGE_SIZE, here = kind->filtered && i == 2 ? size / 2 : size;
		uint64_t offset = i < 3 ? first_at : at + 100 * PM_PAGE_SIZE;

		out_word(&o, header, 4, 1);
		out_word(&o, header + (kind->is32 ? 4 : 8), word, offset);
		out_word(&o, header + (kind->is32 ? 12 : 24), word, first * PM_PAGE_SIZE);
		out_word(&o, header + (kind->is32 ? 16 : 32), word, here);
		out_word(&o, header + (kind->is32 ? 20 : 40), word, size);
		header += ph_size;
		if (i >= 3)
			break;
		for (uint64_t k = 0; k < here / PM_PAGE_SIZE; k++) {
			uint8_t page[PM_PAGE_SIZE];

			make_page(first + k, page);
			out_put(&o, offset + k * PM_PAGE_SIZE, page, sizeof(page));
		}
		first_at += here;
	}
	return o;
}

/* --- looking at what was opened */

static inline struct pm_dump *open_bytes(const struct out *o)
{
	struct pm_dump *dump;
	struct pm_error *err = pm_dump_open_file(pm_file_memory("vmcore", o->bytes, o->n), &dump);

	if (err)
		fail_msg("%s", err->message);
	return dump;
}

/* Every page is what memory_byte says, or absent for the reason that `why` gives (NULL: kdump's filter). */
static inline void check_pages(struct pm_dump *dump, enum pm_absence (*why)(uint64_t pfn))
{
	uint8_t page[PM_PAGE_SIZE], want[PM_PAGE_SIZE];

	for (uint64_t pfn = 0; pfn < PAGES + 2; pfn++) {
		enum pm_absence expected = why                 ? why(pfn)
					   : !page_exists(pfn) ? PM_NO_MEMORY
					   : page_here(pfn)    ? PM_PRESENT
							       : PM_FILTERED;
		enum pm_absence got;
		size_t n = pm_dump_read(dump, pfn * PM_PAGE_SIZE, page, sizeof(page), &got);

		if (got != expected)
			fail_msg("page %u: \"%s\" instead of \"%s\"", (unsigned)pfn, pm_absence_words(got),
				 pm_absence_words(expected));
		assert_int_equal(n, expected ? 0 : sizeof(page));
		make_page(pfn, want);
		if (!expected && memcmp(page, want, sizeof(page)))
			fail_msg("page %u differs", (unsigned)pfn);
	}
}

static inline void check_error(struct pm_error *err, enum pm_code code, const char *message)
{
	assert_non_null(err);
	assert_string_equal(err->message, message);
	assert_int_equal(err->code, code);
	pm_error_free(err);
}

#endif

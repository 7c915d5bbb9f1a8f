/* kdump-compressed: what makedumpfile writes, and QEMU's dump-guest-memory with a kdump format.
 *
 *	block 0        header ("KDUMP   ", version 1 to 6)
 *	block 1…       sub-header: phys_base, level, which part of a split dump, where notes are
 *	bitmap 1       one bit for each page that the machine has
 *	bitmap 2       one for each page that is here (the only bitmap of the first versions)
 *	descriptors    24 bytes for each page that is here, in order: {offset, size, flags, page flags}
 *	pages          those of zeros once, or each for itself; where the level is 1 and nothing else, they may be left out
 *
 * So a page's descriptor is found by counting the bits before its own: read/bitmap.h.  Words are those of the
 * machine that wrote the dump: of 32 or 64 bits, of either byte order; a block is its page.
 */
#include "read/bitmap.h"
#include "read/resync.h"
#include "read/format.h"
#include "read/page_codec.h"

#include "base/memory.h"
#include "formats/kdump.h"
#include "symbols/bytes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_SIZE 512 /* of block 0, what is used of it */
#define SUB_HEADER_SIZE 128
#define DESCRIPTOR_SIZE 24
#define FLAG_INCOMPLETE 0x08u
#define FLAG_EXCLUDED_VMEMMAP 0x10u
#define MAX_VERSION 6

static const uint64_t min_block = 4096, max_block = 1 << 18;
static const uint64_t max_pages = 1ull << 35; /* 128 TiB of 4 KiB pages: what a damaged number may claim */
static const uint64_t max_vmcoreinfo = 1 << 20, max_notes = 32 << 20;
static const size_t max_ranges = 1 << 16;
static const uint64_t cheap_count = 8
				    << 20; /* bits that may be counted when opening: 32 GiB of 4 KiB pages */

/* Where a word stands: the structures as compilers laid them out. */
struct layout {
	const char *machine; /* utsname's begins so; NULL: any */
	uint8_t word;        /* bytes of unsigned long */
	uint16_t status; /* and block_size, sub_hdr_size, bitmap_blocks, max_mapnr behind it, 4 bytes each */
	/* In the sub-header; a size stands behind each offset, which has 8 bytes always. */
	uint8_t level, split, start_pfn, end_pfn, vmcoreinfo, note, erase, start_pfn_64, end_pfn_64,
		max_mapnr_64;
};

static const struct layout layouts[] = {
	{ NULL, 8, 424, 8, 12, 16, 24, 32, 48, 64, 80, 88, 96 },
	/* i386 aligns 64-bit words to 4 bytes, and QEMU writes all 32-bit dumps so … */
	{ "i", 4, 412, 4, 8, 12, 16, 20, 32, 44, 56, 64, 72 },
	/* … everybody else to 8. */
	{ NULL, 4, 412, 4, 8, 12, 16, 24, 40, 56, 72, 80, 88 },
};

struct header {
	const struct layout *layout;
	bool big_endian;
	uint32_t version, status, sub_blocks, bitmap_blocks;
	uint64_t block, max_mapnr;
	uint8_t sub[SUB_HEADER_SIZE]; /* zero where the file ends before */
	size_t sub_n;
	uint64_t phys_base;
	bool split;
	uint64_t start_pfn, end_pfn;
	bool torn;     /* one of the recorder's that was not finished (formats/kdump.h) … */
	uint64_t done; /* … and the blocks below this are here */
	uint32_t why;  /* enum kf_dump_why: what it lacks */
};

/* A file of the dump; most dumps have one. */
struct part {
	const struct pm_file *file;
	uint64_t start, end;  /* blocks that it is to hold */
	uint64_t bitmap_end;  /* blocks that its bitmap tells of before the file ends */
	uint64_t descriptors; /* offset in the file */
	struct pm_bitmap *here;
	uint64_t written;         /* descriptors */
	uint64_t marked;          /* bits, where they are not as many; else 0 */
	struct pm_resync *resync; /* then; NULL: the bitmap is believed all the same */
	uint64_t zero_page;       /* offset of a page of zeros, once one was seen; 0: none yet */
};

struct kdump {
	struct part *parts; /* by start */
	size_t parts_n;
	struct pm_bitmap *exists; /* bitmap 1; NULL: there is none */
	struct pm_unpacker_pool *pool;
	uint64_t block, max_mapnr;
	bool big_endian;
	bool zeros_only; /* nothing else was left out */
};

static bool is_kdump(const uint8_t *start, size_t n)
{
	return n >= 8 && (!memcmp(start, KF_KDUMP_WHOLE, 8) || !memcmp(start, KF_KDUMP_TORN, 8));
}

/* --- reading */

static struct part *part_of(const struct kdump *kdump, uint64_t block)
{
	for (size_t i = 0; i < kdump->parts_n; i++)
		if (block >= kdump->parts[i].start && block < kdump->parts[i].end)
			return &kdump->parts[i];
	return NULL;
}

struct descriptor {
	uint64_t offset;
	uint32_t size, flags;
};

static enum pm_absence read_descriptor(const struct kdump *kdump, struct pm_ahead *table,
				       const struct part *part, uint64_t place, struct descriptor *out)
{
	int read_errno;
	size_t n;
	const uint8_t *bytes = pm_ahead_read(table, part->file, part->descriptors + place * DESCRIPTOR_SIZE,
					     DESCRIPTOR_SIZE, &n, &read_errno);

	if (n < DESCRIPTOR_SIZE)
		return PM_CUT;
	out->offset = pm_load(bytes, 8, kdump->big_endian);
	out->size = (uint32_t)pm_load(bytes + 8, 4, kdump->big_endian);
	out->flags = (uint32_t)pm_load(bytes + 12, 4, kdump->big_endian);
	return out->offset ? PM_PRESENT : PM_CUT; /* it was promised, and then the disk was full */
}

static enum pm_absence find_page(const struct kdump *kdump, struct pm_ahead *table, uint64_t block,
				 struct part **part_out, struct descriptor *out)
{
	uint64_t before;
	struct part *part;

	if (block >= kdump->max_mapnr)
		return PM_NO_MEMORY;
	part = part_of(kdump, block);
	if (part && block >= part->bitmap_end)
		return PM_CUT;
	enum pm_bit bit = part ? pm_bitmap_get(part->here, block, &before) : PM_BIT_CLEAR;
	bool exists = !kdump->exists || pm_bitmap_get(kdump->exists, block, NULL) != PM_BIT_CLEAR;

	if (bit == PM_BIT_CUT)
		return PM_CUT;
	if (part && part->resync) {
		enum pm_placed placed = pm_resync_find(part->resync, block, &before);

		if (placed == PM_PLACED_UNKNOWN)
			return PM_DAMAGED;
		bit = placed == PM_PLACED ? PM_BIT_SET : PM_BIT_CLEAR;
	}
	if (bit == PM_BIT_CLEAR)
		return !exists ? PM_NO_MEMORY : part ? PM_FILTERED : PM_ELSEWHERE;
	*part_out = part;
	return read_descriptor(kdump, table, part, before, out);
}
static bool all_zero(const uint8_t *bytes, size_t n)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, n - 1);
}

static enum pm_absence unpack(const struct kdump *kdump, struct pm_unpacker *unpacker, struct part *part,
			      const struct descriptor *d, uint8_t *out)
{
	const struct pm_page_codec *codec = pm_page_codec_of(d->flags & PM_PAGE_CODEC_FLAGS);

	if (!codec || !d->size || d->size > kdump->block)
		return PM_DAMAGED;
	/* All pages of zeros share one. */
	if (d->offset == __atomic_load_n(&part->zero_page, __ATOMIC_RELAXED)) {
		memset(out, 0, (size_t)kdump->block);
		return PM_PRESENT;
	}
	int read_errno;
	size_t n;
	const uint8_t *packed =
		pm_ahead_read(pm_unpacker_pages(unpacker), part->file, d->offset, d->size, &n, &read_errno);

	if (n < d->size)
		return read_errno ? PM_DAMAGED : PM_CUT;
	if (!pm_unpacker_run(unpacker, codec, packed, n, out, (size_t)kdump->block))
		return PM_DAMAGED;
	if (!part->zero_page && all_zero(out, (size_t)kdump->block))
		__atomic_store_n(&part->zero_page, d->offset, __ATOMIC_RELAXED);
	return PM_PRESENT;
}

static enum pm_absence unpack_block(const struct kdump *kdump, struct pm_unpacker *unpacker, uint64_t block,
				    uint8_t *out)
{
	struct part *part;
	struct descriptor d;
	enum pm_absence why = find_page(kdump, pm_unpacker_table(unpacker), block, &part, &d);

	if (why == PM_FILTERED && kdump->zeros_only) {
		memset(out, 0, (size_t)kdump->block);
		return PM_PRESENT;
	}
	return why ? why : unpack(kdump, unpacker, part, &d, out);
}

static enum pm_absence read_block(const struct kdump *kdump, uint64_t block, uint8_t *out)
{
	struct pm_unpacker *unpacker = pm_unpacker_take(kdump->pool);
	enum pm_absence why = unpack_block(kdump, unpacker, block, out);

	pm_unpacker_give(kdump->pool, unpacker);
	return why;
}

static enum pm_absence page_kdump(const struct pm_dump *dump, uint64_t pfn, uint8_t page[PM_PAGE_SIZE])
{
	const struct kdump *kdump = dump->state;
	uint64_t pages = kdump->block / PM_PAGE_SIZE;

	if (pages == 1)
		return read_block(kdump, pfn, page);
	/* A machine with larger pages. */
	uint8_t *block = pm_alloc((size_t)kdump->block);
	enum pm_absence why = read_block(kdump, pfn / pages, block);

	if (!why)
		memcpy(page, block + pfn % pages * PM_PAGE_SIZE, PM_PAGE_SIZE);
	free(block);
	return why;
}

static uint64_t offset_kdump(const struct pm_dump *dump, uint64_t pfn)
{
	const struct kdump *kdump = dump->state;
	struct pm_unpacker *unpacker = pm_unpacker_take(kdump->pool);
	struct part *part;
	struct descriptor d;
	enum pm_absence why =
		find_page(kdump, pm_unpacker_table(unpacker), pfn / (kdump->block / PM_PAGE_SIZE), &part, &d);

	pm_unpacker_give(kdump->pool, unpacker);
	return why ? 0 : d.offset;
}

static void survey_kdump(const struct pm_dump *dump, struct pm_dump_map *map)
{
	const struct kdump *kdump = dump->state;
	uint64_t start = 0, end = 0, pages = kdump->block / PM_PAGE_SIZE;
	struct pm_bitmap *bitmap = kdump->exists;

	for (size_t i = 0; i < kdump->parts_n; i++)
		map->here += pm_bitmap_count(kdump->parts[i].here) * pages;
	/* With one bitmap only, what is here is all that is known. */
	for (size_t i = 0; i < (bitmap ? 1 : kdump->parts_n); i++, end = 0)
		while (map->ranges.n < max_ranges &&
		       pm_bitmap_run(bitmap ? bitmap : kdump->parts[i].here, end, &start, &end))
			pm_dump_add_range(map, start * kdump->block, end * kdump->block);
}

/* --- opening */

/* utsname: sysname, nodename, release, version, machine, domainname, 65 characters each. */
static struct pm_slice uts(const uint8_t *bytes, unsigned field)
{
	const char *p = (const char *)bytes + 12 + 65 * field;

	return (struct pm_slice){ p, strnlen(p, 65) };
}

static bool is_power(uint64_t x)
{
	return x && !(x & (x - 1));
}

static bool try_layout(const uint8_t *bytes, struct header *h)
{
	const uint8_t *p = bytes + h->layout->status;

	h->version = (uint32_t)pm_load(bytes + 8, 4, h->big_endian);
	h->status = (uint32_t)pm_load(p, 4, h->big_endian);
	h->block = pm_load(p + 4, 4, h->big_endian);
	h->sub_blocks = (uint32_t)pm_load(p + 8, 4, h->big_endian);
	h->bitmap_blocks = (uint32_t)pm_load(p + 12, 4, h->big_endian);
	h->max_mapnr = pm_load(p + 16, 4, h->big_endian);
	if (h->layout->machine && !pm_slice_starts(uts(bytes, 4), pm_slice_of(h->layout->machine)))
		return false;
	return h->version <= MAX_VERSION + 10 && h->block >= min_block && h->block <= max_block &&
	       is_power(h->block) && h->sub_blocks && h->sub_blocks <= 1024 && h->bitmap_blocks;
}

/* The recorder's header says by itself when it is not the last that was written. */
static void read_torn(const struct pm_file *file, const uint8_t *start, struct header *h)
{
	uint8_t bytes[KF_DUMP_AT + KF_DUMP_SIZE];
	struct kf_dump told;
	bool ours = kf_dump_get(bytes, pm_file_read(file, 0, bytes, sizeof(bytes), NULL), &told);

	h->torn = !memcmp(start, KF_KDUMP_TORN, 8) || (ours && told.state != KF_DUMP_WHOLE);
	h->done = ours && told.state != KF_DUMP_WHOLE ? told.done : 0;
	h->why = ours ? told.why : KF_DUMP_ALL_THERE;
}

static struct pm_error *read_header(const struct pm_file *file, struct header *h)
{
	uint8_t bytes[HEADER_SIZE] = { 0 };
	size_t n = pm_file_read(file, 0, bytes, sizeof(bytes), NULL);
	bool found = false;

	if (n < sizeof(bytes))
		return pm_error_new(PM_TRUNCATED, "the file ends in its header, at 0x%zx", n);
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]) && !found; i++)
		for (int big = 0; big < 2 && !found; big++) {
			h->layout = &layouts[i];
			h->big_endian = big;
			found = try_layout(bytes, h);
		}
	if (!found)
		return pm_error_new(
			PM_BAD_DATA,
			"offset 0x8: the header of a kdump-compressed dump is damaged (block size %u)",
			(unsigned)pm_load(bytes + layouts[0].status + 4, 4, false));
	const struct layout *l = h->layout;
	const uint8_t *sub = h->sub;

	read_torn(file, bytes, h);
	h->sub_n = pm_file_read(file, h->block, h->sub, SUB_HEADER_SIZE, NULL);
	h->phys_base = pm_load(sub, l->word, h->big_endian);
	h->end_pfn = UINT64_MAX;
	if (h->version >= 2)
		h->split = pm_load(sub + l->split, 4, h->big_endian) != 0;
	if (h->version >= 6 && pm_load(sub + l->max_mapnr_64, 8, h->big_endian))
		h->max_mapnr = pm_load(sub + l->max_mapnr_64, 8, h->big_endian);
	if (h->split && h->version >= 6) {
		h->start_pfn = pm_load(sub + l->start_pfn_64, 8, h->big_endian);
		h->end_pfn = pm_load(sub + l->end_pfn_64, 8, h->big_endian);
	} else if (h->split) {
		h->start_pfn = pm_load(sub + l->start_pfn, l->word, h->big_endian);
		h->end_pfn = pm_load(sub + l->end_pfn, l->word, h->big_endian);
	}
	return NULL;
}

bool pm_dump_is_part(const struct pm_file *file)
{
	uint8_t start[8] = { 0 };
	struct header h = { 0 };
	size_t n = pm_file_read(file, 0, start, sizeof(start), NULL);

	return is_kdump(start, n) && pm_error_take(read_header(file, &h)) == PM_OK && h.split;
}

/* Bytes that the sub-header tells of. */
static const uint8_t *read_told(struct pm_dump *dump, const struct header *h, unsigned field,
				const char *what, uint64_t limit, uint64_t *offset_out, size_t *n_out)
{
	uint64_t offset = pm_load(h->sub + field, 8, h->big_endian);
	uint64_t size = pm_load(h->sub + field + 8, h->layout->word, h->big_endian);

	*n_out = 0;
	if (!offset || !size)
		return NULL;
	if (size > limit) {
		pm_dump_incomplete(dump, "the header tells of %" PRIu64 " bytes of %s at 0x%" PRIx64, size,
				   what, offset);
		return NULL;
	}
	uint8_t *bytes = pm_arena_alloc(&dump->arena, (size_t)size + 1);

	*n_out = pm_file_read(dump->files[0], offset, bytes, (size_t)size, NULL);
	*offset_out = offset;
	if (*n_out < size)
		pm_dump_incomplete(dump, "the file ends in its %s, at 0x%" PRIx64, what, offset + *n_out);
	return bytes;
}

static void read_notes(struct pm_dump *dump, const struct header *h)
{
	const uint8_t *bytes;
	uint64_t offset;
	size_t n;

	if (h->version >= 4) {
		bytes = read_told(dump, h, h->layout->note, "notes", max_notes, &offset, &n);
		if (n)
			pm_dump_add_notes(dump, bytes, n, offset, h->big_endian);
	}
	if (h->version >= 3) {
		bytes = read_told(dump, h, h->layout->vmcoreinfo, "VMCOREINFO", max_vmcoreinfo, &offset, &n);
		if (n)
			dump->vmcoreinfo =
				(struct pm_slice){ (const char *)bytes, strnlen((const char *)bytes, n) };
	}
}

/* What a dump lacks that says itself that it is not complete; by enum kf_dump_why of the recorder's. */
static const char *const lacks[] = {
	[KF_DUMP_ALL_THERE] = "whoever wrote it ran out of room",
	[KF_DUMP_LOST_PAGES] = "there are pages that could not be read or written",
	[KF_DUMP_NO_TIME] = "time ran out before all of memory was written",
	[KF_DUMP_NO_ROOM] = "the disk was full before all of memory was written",
};

static void fill_info(struct pm_dump *dump, const struct header *h)
{
	uint8_t bytes[HEADER_SIZE] = { 0 };
	const struct pm_page_codec *codec = pm_page_codec_of(h->status & PM_PAGE_CODEC_FLAGS);

	pm_file_read(dump->files[0], 0, bytes, sizeof(bytes), NULL);
	dump->info.format = pm_arena_printf(&dump->arena, "kdump-compressed v%u, %s", h->version,
					    codec ? pm_page_codec_name(codec) : "several packings");
	dump->info.arch = pm_dump_arch_of(uts(bytes, 4));
	struct pm_slice release = uts(bytes, 2);

	if (release.n)
		dump->info.release = pm_arena_str(&dump->arena, release);
	if (h->version >= 1)
		dump->info.level = (int)pm_load(h->sub + h->layout->level, 4, h->big_endian);
	if (dump->info.level < 0 || dump->info.level > 31 + 32) {
		pm_dump_trouble(dump, "a filter level of %d", dump->info.level);
		dump->info.level = -1;
	}
	/* QEMU fills in neither a release nor, where no note told it, phys_base. */
	dump->info.has_phys_base = h->phys_base || release.n;
	dump->info.phys_base = h->layout->word == 4 ? (uint64_t)(int32_t)h->phys_base : h->phys_base;
	if (h->status & FLAG_INCOMPLETE)
		pm_dump_incomplete(dump, "incomplete: %s", lacks[h->why < PM_COUNT(lacks) ? h->why : 0]);
	if (h->status & FLAG_EXCLUDED_VMEMMAP)
		pm_dump_trouble(dump, "the page structs of pages that were left out were left out too");
}

/* Do the bitmap and the descriptors agree?  pages: where the first page stands.  Right behind the descriptors, or a page of
 * zeros, packed or not, stands between: then all were written that were to be. */
static void check_count(struct pm_dump *dump, struct part *part, uint64_t pages, uint64_t block)
{
	uint64_t marked = pm_bitmap_count(part->here);
	uint64_t behind = pages - part->descriptors - part->written * DESCRIPTOR_SIZE;

	if (marked == part->written)
		return;
	if (marked < part->written || behind < 8 * DESCRIPTOR_SIZE || behind == block)
		part->marked = marked;
	else
		pm_dump_incomplete(dump, "not finished: its last pages were never written");
}

/* The packed page of zeros may stand before the first page, where it looks like more descriptors. */
static uint64_t drop_no_descriptors(const struct part *part, const struct header *h, const uint8_t *bytes,
				    uint64_t first, uint64_t written)
{
	while (written > first) {
		const uint8_t *d = bytes + (written - 1 - first) * DESCRIPTOR_SIZE;
		uint64_t offset = pm_load(d, 8, h->big_endian), length = pm_load(d + 8, 4, h->big_endian);

		if (offset >= part->descriptors && offset < 1ull << 56 && length && length <= h->block)
			break;
		written--;
	}
	return written > first ? written : first + 1;
}

/* Is it cut?  Descriptors end where the pages begin, and whatever was written last mostly belongs to one of the last. */
static void check_end(struct pm_dump *dump, struct part *part, const struct header *h)
{
	uint64_t size = pm_file_size(part->file), end = 0;
	uint8_t bytes[64 * DESCRIPTOR_SIZE];

	if (size == UINT64_MAX)
		return;
	if (part->bitmap_end < h->max_mapnr) {
		pm_dump_incomplete(dump, "the file ends in its bitmaps, at 0x%" PRIx64, size);
		return;
	}
	if (pm_file_read(part->file, part->descriptors, bytes, DESCRIPTOR_SIZE, NULL) < DESCRIPTOR_SIZE) {
		if (pm_bitmap_count(part->here))
			pm_dump_incomplete(dump, "the file ends before its pages, at 0x%" PRIx64, size);
		return;
	}
	uint64_t pages = pm_load(bytes, 8, h->big_endian);
	if (pages < part->descriptors || pages - part->descriptors > h->max_mapnr * DESCRIPTOR_SIZE)
		return; /* lost or damaged: the others tell */
	/* There may be more places than pages; those behind the last page are zero. */
	uint64_t written = 1, places = (pages - part->descriptors) / DESCRIPTOR_SIZE;
	for (uint64_t high = places; written < high;) {
		uint64_t middle = written + (high - written) / 2;

		if (pm_file_read(part->file, part->descriptors + middle * DESCRIPTOR_SIZE, bytes, 8, NULL) <
		    8) {
			pm_dump_incomplete(dump, "the file ends in its page descriptors, at 0x%" PRIx64,
					   size);
			return;
		}
		if (pm_load(bytes, 8, h->big_endian))
			written = middle + 1;
		else
			high = middle;
	}
	uint64_t last = written > 64 ? written - 64 : 0;
	size_t n = pm_file_read(part->file, part->descriptors + last * DESCRIPTOR_SIZE, bytes,
				(size_t)(written - last) * DESCRIPTOR_SIZE, NULL);

	for (size_t i = 0; i + DESCRIPTOR_SIZE <= n; i += DESCRIPTOR_SIZE) {
		uint64_t offset = pm_load(bytes + i, 8, h->big_endian);
		uint64_t length = pm_load(bytes + i + 8, 4, h->big_endian);

		if (length <= h->block && offset < INT64_MAX && offset + length > end)
			end = offset + length;
	}
	if (n == (written - last) * DESCRIPTOR_SIZE)
		written = drop_no_descriptors(part, h, bytes, last, written);
	part->written = written;
	if (part->bitmap_end <= cheap_count && !(h->status & FLAG_INCOMPLETE))
		check_count(dump, part, pages, h->block);
	if (end > size)
		pm_dump_incomplete(
			dump, "the file ends at 0x%" PRIx64 ", %" PRIu64 " KiB before its last page does",
			size, (end - size + 1023) >> 10);
}

static void add_part(struct pm_dump *dump, struct kdump *kdump, const struct pm_file *file, struct header *h)
{
	uint64_t bitmap = (1 + (uint64_t)h->sub_blocks) * h->block;
	uint64_t bytes = (uint64_t)h->bitmap_blocks * h->block, size = pm_file_size(file);
	uint64_t needed = (h->max_mapnr + 7) / 8, here = bitmap;
	struct part *part = &kdump->parts[kdump->parts_n++];

	/* Two bitmaps, where there is room for two; the first versions had one. */
	if (bytes >= 2 * ((needed + h->block - 1) / h->block) * h->block) {
		bytes /= 2;
		if (!kdump->exists && bitmap < size)
			kdump->exists = pm_bitmap_create(file, bitmap, 0, h->max_mapnr);
		here = bitmap + bytes;
	}
	part->file = file;
	part->start = h->start_pfn;
	part->end = h->end_pfn < h->max_mapnr ? h->end_pfn : h->max_mapnr;
	part->descriptors = bitmap + (uint64_t)h->bitmap_blocks * h->block;
	part->bitmap_end = here >= size ? 0 : 8 * (size - here < bytes ? size - here : bytes);
	if (part->bitmap_end > h->max_mapnr)
		part->bitmap_end = h->max_mapnr;
	if (h->torn) {
		if (part->bitmap_end > h->done)
			part->bitmap_end = h->done;
		pm_dump_incomplete(dump, "torn: it was being written, and memory below 0x%" PRIx64 " is here",
				   h->done * h->block);
	}
	part->here = pm_bitmap_create(file, here, part->start,
				      part->end < part->bitmap_end ? part->end : part->bitmap_end);
	if (!h->torn)
		check_end(dump, part, h);
}

static int compare_parts(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static void check_parts(struct pm_dump *dump, const struct kdump *kdump)
{
	uint64_t at = 0, kib = kdump->block >> 10;

	for (size_t i = 0; i <= kdump->parts_n; i++) {
		uint64_t start = i < kdump->parts_n ? kdump->parts[i].start : kdump->max_mapnr;

		if (start > at)
			pm_dump_incomplete(dump,
					   "a part of the dump is missing: the one with memory 0x%" PRIx64
					   " to 0x%" PRIx64,
					   at * kib << 10, start * kib << 10);
		if (i < kdump->parts_n && kdump->parts[i].end > at)
			at = kdump->parts[i].end;
	}
}

struct places {
	const struct kdump *kdump;
	struct part *part;
	struct pm_unpacker *unpacker;
};

static bool read_place(void *user, uint64_t place, uint8_t *out)
{
	const struct places *p = user;
	struct descriptor d;

	return !read_descriptor(p->kdump, pm_unpacker_table(p->unpacker), p->part, place, &d) &&
	       !unpack(p->kdump, p->unpacker, p->part, &d, out);
}

/* The bitmap has not as many bits as there are pages. */
static void resync(struct pm_dump *dump, const struct kdump *kdump, struct part *part)
{
	struct places places = { kdump, part, pm_unpacker_take(kdump->pool) };
	const struct pm_resync_pages pages = {
		.read = read_place,
		.user = &places,
		.n = part->written,
		.block = (size_t)kdump->block,
		.big_endian = kdump->big_endian,
		/* __START_KERNEL_map of x86-64 */
		.image = dump->info.has_phys_base ? 0xffffffff80000000 : 0,
		.image_at = dump->info.phys_base,
	};
	uint64_t end = part->end < part->bitmap_end ? part->end : part->bitmap_end;

	part->resync = pm_resync_create(part->here, part->start, end, &pages);
	pm_unpacker_give(kdump->pool, places.unpacker);
	if (part->resync)
		pm_dump_incomplete(dump,
				   "its bitmap is damaged: it marks %" PRIu64 " pages of %" PRIu64
				   "; which is which was found by what they hold, but for %" PRIu64 " places",
				   part->marked, part->written, pm_resync_unknown(part->resync));
	else
		pm_dump_incomplete(dump,
				   "its bitmap is damaged: it marks %" PRIu64 " pages of %" PRIu64
				   ", so that behind the damage one page is taken for another",
				   part->marked, part->written);
}

static struct pm_error *open_kdump(struct pm_dump *dump)
{
	struct kdump *kdump = pm_arena_alloc(&dump->arena, sizeof(*kdump));
	struct header first = { .layout = layouts, .block = min_block };
	uint8_t first_bytes[424] = { 0 }, bytes[424] = { 0 };

	dump->state = kdump;
	kdump->parts = pm_arena_alloc(&dump->arena, dump->files_n * sizeof(*kdump->parts));
	for (size_t i = 0; i < dump->files_n; i++) {
		struct header h = { .layout = layouts, .block = min_block };
		const char *name = pm_file_name(dump->files[i]);
		struct pm_error *err = read_header(dump->files[i], &h);

		if (err)
			return dump->files_n > 1 ? pm_error_prepend(err, "%s", name) : err;
		if (h.version > MAX_VERSION)
			pm_dump_trouble(dump, "format version %u is newer than what is known", h.version);
		if (h.sub_n < SUB_HEADER_SIZE)
			pm_dump_incomplete(dump, "the file ends in its sub-header, at 0x%" PRIx64,
					   h.block + h.sub_n);
		if (h.max_mapnr > max_pages) {
			pm_dump_incomplete(
				dump, "%" PRIu64 " pages are told of; the first %" PRIu64 " are looked at",
				h.max_mapnr, max_pages);
			h.max_mapnr = max_pages;
		}
		if (dump->files_n > 1 && !h.split)
			return pm_error_new(PM_MISMATCH, "%s: a whole dump, no part of one", name);
		if (!i)
			first = h;
		/* The same header up to the time it was made at. */
		if (pm_file_read(dump->files[i], 0, i ? bytes : first_bytes, sizeof(bytes), NULL) <
			    sizeof(bytes) ||
		    (i && (memcmp(bytes, first_bytes, h.layout->status) || h.max_mapnr != first.max_mapnr ||
			   h.block != first.block)))
			return pm_error_new(PM_MISMATCH, "%s: not of the same dump as %s", name,
					    pm_file_name(dump->files[0]));
		add_part(dump, kdump, dump->files[i], &h);
	}
	qsort(kdump->parts, kdump->parts_n, sizeof(*kdump->parts), compare_parts);
	kdump->block = first.block;
	kdump->max_mapnr = first.max_mapnr;
	kdump->big_endian = first.big_endian;
	kdump->pool = pm_unpacker_pool_create((size_t)first.block);
	read_notes(dump, &first);
	fill_info(dump, &first);
	kdump->zeros_only = dump->info.level == KF_KDUMP_LEVEL_ZERO;
	if (first.split)
		check_parts(dump, kdump);
	for (size_t i = 0; i < kdump->parts_n; i++)
		if (kdump->parts[i].marked)
			resync(dump, kdump, &kdump->parts[i]);
	return NULL;
}

static void close_kdump(struct pm_dump *dump)
{
	struct kdump *kdump = dump->state;

	if (!kdump)
		return;
	for (size_t i = 0; i < kdump->parts_n; i++)
		pm_resync_destroy(kdump->parts[i].resync);
	for (size_t i = 0; i < kdump->parts_n; i++)
		pm_bitmap_destroy(kdump->parts[i].here);
	pm_bitmap_destroy(kdump->exists);
	pm_unpacker_pool_destroy(kdump->pool);
}

const struct pm_dump_ops pm_dump_kdump = {
	.name = "kdump-compressed dump",
	.parts = true,
	.is = is_kdump,
	.open = open_kdump,
	.survey = survey_kdump,
	.page = page_kdump,
	.offset = offset_kdump,
	.close = close_kdump,
};

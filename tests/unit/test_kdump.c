/* kdump-compressed dumps of every kind, plain and flattened, split, incomplete, cut and damaged. */
#include "dump_fixture.h"

#include <pthread.h>

#define KIND(VERSION, PACKING, MACHINE, ...) ((struct kdump_kind){ VERSION, PACKING, MACHINE, __VA_ARGS__ })

static void check_kind(struct kdump_kind kind, const char *format, enum pm_arch arch)
{
	struct out o = make_kdump(&kind);
	struct pm_dump *dump = open_bytes(&o);
	const struct pm_dump_info *info = pm_dump_info(dump);
	const struct pm_dump_note *notes;
	struct pm_dump_range range;
	uint64_t machine, here, want = 0;

	assert_string_equal(info->format, format);
	assert_null(info->trouble);
	assert_int_equal(info->arch, arch);
	assert_string_equal(info->release, "6.1.0-test");
	assert_int_equal(info->level, kind.version ? 31 : -1);
	assert_true(info->has_phys_base);
	assert_int_equal(info->phys_base, 0x1000000);
	assert_int_equal(pm_dump_notes(dump, &notes), kind.version >= 4 ? 2 : 0);
	if (kind.version >= 4)
		assert_int_equal(notes[0].size, 336);
	assert_int_equal(pm_dump_vmcoreinfo(dump).n, kind.version >= 3 ? strlen(VMCOREINFO) : 0);
	if (kind.version && !kind.block) {
		check_pages(dump, NULL);
		assert_true(pm_dump_range(dump, 0, &range));
		assert_int_equal(range.start, 0);
		assert_int_equal(range.end, 300 * PM_PAGE_SIZE);
		assert_true(pm_dump_range(dump, 1, &range));
		assert_int_equal(range.start, 364 * PM_PAGE_SIZE);
		assert_int_equal(range.end, MEMORY_END);
		assert_false(pm_dump_range(dump, 2, &range));
		for (uint64_t i = 0; i < PAGES; i++)
			want += page_here(i);
		pm_dump_pages(dump, &machine, &here);
		assert_int_equal(machine, PAGES - 64);
		assert_int_equal(here, want);
	}
	pm_dump_close(dump);
	free(o.bytes);
}

static void kdump_packings(void **state)
{
	(void)state;
	check_kind(KIND(6, PLAIN, "x86_64"), "kdump-compressed v6, not compressed", PM_X86_64);
	check_kind(KIND(6, ZLIB, "x86_64"), "kdump-compressed v6, zlib", PM_X86_64);
	check_kind(KIND(6, LZO, "x86_64"), "kdump-compressed v6, lzo", PM_X86_64);
	check_kind(KIND(6, SNAPPY, "x86_64"), "kdump-compressed v6, snappy", PM_X86_64);
	check_kind(KIND(6, ZSTD, "x86_64"), "kdump-compressed v6, zstd", PM_X86_64);
}

static void kdump_versions(void **state)
{
	(void)state;
	check_kind(KIND(1, ZLIB, "x86_64"), "kdump-compressed v1, zlib", PM_X86_64);
	check_kind(KIND(2, ZLIB, "x86_64"), "kdump-compressed v2, zlib", PM_X86_64);
	check_kind(KIND(3, ZLIB, "x86_64"), "kdump-compressed v3, zlib", PM_X86_64);
	check_kind(KIND(4, ZLIB, "x86_64"), "kdump-compressed v4, zlib", PM_X86_64);
	check_kind(KIND(5, ZLIB, "x86_64"), "kdump-compressed v5, zlib", PM_X86_64);
}

/* Version 0 has one bitmap: what is not in it is not known to exist. */
static enum pm_absence one_bitmap(uint64_t pfn)
{
	return page_here(pfn) ? PM_PRESENT : pfn >= PAGES ? PM_NO_MEMORY : PM_FILTERED;
}

static void kdump_one_bitmap(void **state)
{
	struct out o = make_kdump(&KIND(0, ZLIB, "x86_64"));
	struct pm_dump *dump = open_bytes(&o);

	(void)state;
	check_pages(dump, one_bitmap);
	pm_dump_close(dump);
	free(o.bytes);
}

static void kdump_machines(void **state)
{
	(void)state;
	check_kind(KIND(6, ZLIB, "i686"), "kdump-compressed v6, zlib", PM_I386);
	check_kind(KIND(5, ZLIB, "i686"), "kdump-compressed v5, zlib", PM_I386);
	check_kind(KIND(6, ZLIB, "armv7l"), "kdump-compressed v6, zlib", PM_ARM);
	check_kind(KIND(6, ZSTD, "aarch64"), "kdump-compressed v6, zstd", PM_ARM64);
	check_kind(KIND(6, ZLIB, "s390x", .big_endian = true), "kdump-compressed v6, zlib", PM_S390X);
}

/* A machine whose pages are of 64 KiB: its page is here where the first of the sixteen is. */
static enum pm_absence in_large_pages(uint64_t pfn)
{
	uint64_t first = pfn & ~15ull;

	return !page_exists(first) ? PM_NO_MEMORY : page_here(first) ? PM_PRESENT : PM_FILTERED;
}

static void kdump_64k(void **state)
{
	struct out o = make_kdump(&KIND(6, ZLIB, "ppc64le", .block = 65536));
	struct pm_dump *dump = open_bytes(&o);
	uint8_t page[PM_PAGE_SIZE], want[PM_PAGE_SIZE];

	(void)state;
	for (uint64_t pfn = 0; pfn < PAGES; pfn++) {
		enum pm_absence why;

		pm_dump_read(dump, pfn * PM_PAGE_SIZE, page, sizeof(page), &why);
		assert_int_equal(why, in_large_pages(pfn));
		make_page(pfn, want);
		if (!why)
			assert_memory_equal(page, want, sizeof(page));
	}
	pm_dump_close(dump);
	free(o.bytes);
}

/* Any address and length, up to the first page that is not here. */
static void kdump_unaligned(void **state)
{
	struct out o = make_kdump(&KIND(6, ZLIB, "x86_64"));
	struct pm_dump *dump = open_bytes(&o);
	static uint8_t buf[100000];
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		seed = seed * 6364136223846793005 + 1442695040888963407;
		uint64_t phys = (seed >> 30) % MEMORY_END, n = (seed >> 10) % (i % 2 ? 9000 : sizeof(buf));
		uint64_t stop = phys / PM_PAGE_SIZE;

		while (stop < PAGES && page_here(stop))
			stop++;
		stop *= PM_PAGE_SIZE;
		uint64_t want = stop <= phys ? 0 : stop - phys < n ? stop - phys : n;
		enum pm_absence why;

		memset(buf, 0x55, sizeof(buf));
		assert_int_equal(pm_dump_read(dump, phys, buf, n, &why), want);
		assert_int_equal(why == PM_PRESENT, want == n);
		for (uint64_t k = 0; k < want; k++)
			if (buf[k] != memory_byte(phys + k))
				fail_msg("0x%llx", (unsigned long long)(phys + k));
	}
	pm_dump_close(dump);
	free(o.bytes);
}

/* QEMU tells no release and no phys_base, and writes flattened. */
static void kdump_qemu(void **state)
{
	struct out o = make_kdump(&KIND(6, LZO, "x86_64", .qemu = true));
	struct out f = make_flattened(&o, 16384);
	struct pm_dump *dump = open_bytes(&f);

	(void)state;
	assert_string_equal(pm_dump_info(dump)->format, "kdump-compressed v6, lzo, flattened");
	assert_null(pm_dump_info(dump)->release);
	assert_false(pm_dump_info(dump)->has_phys_base);
	check_pages(dump, NULL);
	pm_dump_close(dump);
	free(o.bytes);
	free(f.bytes);
}

/* --- flattened */

static void kdump_flattened(void **state)
{
	static const size_t sizes[] = { 1000, 4096, 100000, 10000000 };
	struct out o = make_kdump(&KIND(6, ZSTD, "x86_64"));

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct out f = make_flattened(&o, sizes[i]);
		struct pm_dump *dump = open_bytes(&f);

		assert_null(pm_dump_info(dump)->trouble);
		check_pages(dump, NULL);
		pm_dump_close(dump);
		free(f.bytes);
	}
	free(o.bytes);
}

static void flattened_truncated(void **state)
{
	struct out o = make_kdump(&KIND(6, ZLIB, "x86_64")), f = make_flattened(&o, 16384);
	struct pm_dump *dump;
	uint8_t page[PM_PAGE_SIZE];
	enum pm_absence why;

	(void)state;
	f.n /= 2;
	/* The header was to come last, but its first bytes are right: enough to see what it is. */
	struct pm_error *err = pm_dump_open_file(pm_file_memory("vmcore", f.bytes, f.n), &dump);
	assert_non_null(err);
	pm_error_free(err);
	memcpy(f.bytes + 4096 + 16, o.bytes, 16384);
	dump = open_bytes(&f);
	char *trouble = pm_printf("the flattened file ends early, at 0x%zx; "
				  "the file ends at 0x",
				  f.n);
	assert_memory_equal(pm_dump_info(dump)->trouble, trouble, strlen(trouble));
	free(trouble);
	assert_int_equal(pm_dump_read(dump, 5 * PM_PAGE_SIZE, page, sizeof(page), &why), sizeof(page));
	assert_int_equal(pm_dump_read(dump, MEMORY_END - 2 * PM_PAGE_SIZE, page, sizeof(page), &why), 0);
	assert_int_equal(why, PM_CUT);
	pm_dump_close(dump);
	free(o.bytes);
	free(f.bytes);
}

/* One damaged record header costs nothing: its neighbours tell what stood there. */
static void flattened_damaged_header(void **state)
{
	struct out o = make_kdump(&KIND(6, ZSTD, "x86_64")), f = make_flattened(&o, 16384);
	uint8_t page[PM_PAGE_SIZE];

	(void)state;
	for (unsigned byte = 0; byte < 16; byte++) {
		uint64_t at = 4096 + 20 * (16384 + 16);
		uint8_t kept = f.bytes[at + byte], xor = 0x11;
		unsigned absent = 0;

		f.bytes[at + byte] ^= xor;
		struct pm_dump *dump = open_bytes(&f);
		for (uint64_t pfn = 0; pfn < PAGES; pfn++) {
			bool there = pm_dump_read(dump, pfn * PM_PAGE_SIZE, page, sizeof(page), NULL);

			absent += page_here(pfn) && !there;
		}
		if (absent)
			fail_msg("byte %u: %u pages lost", byte, absent);
		assert_non_null(pm_dump_info(dump)->trouble);
		if (byte != 14 && byte != 15)
			assert_string_equal(pm_dump_info(dump)->trouble,
					    "offset 0x51140: damaged header of a record, and 0 more such");
		pm_dump_close(dump);
		f.bytes[at + byte] = kept;
	}
	free(o.bytes);
	free(f.bytes);
}

/* --- split */

static void open_parts(const struct out *parts, const size_t *order, size_t n, struct pm_error **err,
		       struct pm_dump **dump)
{
	static const char *const names[] = { "vmcore.0", "vmcore.1", "vmcore.2" };
	struct pm_file *files[3];

	for (size_t i = 0; i < n; i++)
		files[i] = pm_file_memory(names[order[i]], parts[order[i]].bytes, parts[order[i]].n);
	*err = pm_dump_open_files(files, n, dump);
}

static void make_parts(unsigned version, struct out parts[3])
{
	static const uint64_t ends[] = { 0, 200, 777, PAGES };

	for (size_t i = 0; i < 3; i++)
		parts[i] = make_kdump(
			&KIND(version, ZSTD, "x86_64", .split = true, .start = ends[i], .end = ends[i + 1]));
}

static enum pm_absence without_middle(uint64_t pfn)
{
	return !page_exists(pfn)         ? PM_NO_MEMORY
	       : pfn >= 200 && pfn < 777 ? PM_ELSEWHERE
	       : page_here(pfn)          ? PM_PRESENT
					 : PM_FILTERED;
}

static void kdump_split_zstd(void **state)
{
	static const size_t orders[][3] = { { 0, 1, 2 }, { 2, 0, 1 }, { 1, 2, 0 } };
	struct out parts[3];
	struct pm_error *err;
	struct pm_dump *dump;

	(void)state;
	for (unsigned version = 5; version <= 6; version++) {
		make_parts(version, parts);
		for (size_t i = 0; i < 3; i++) {
			open_parts(parts, orders[i], 3, &err, &dump);
			assert_null(err);
			assert_null(pm_dump_info(dump)->trouble);
			assert_string_equal(pm_dump_info(dump)->format,
					    version == 5 ? "kdump-compressed v5, zstd, 3 parts"
							 : "kdump-compressed v6, zstd, 3 parts");
			check_pages(dump, NULL);
			pm_dump_close(dump);
		}
		for (size_t i = 0; i < 3; i++)
			free(parts[i].bytes);
	}
}

static void kdump_split_missing(void **state)
{
	static const size_t outer[] = { 2, 0 }, twice[] = { 0, 0, 2 };
	struct out parts[3], other = make_kdump(&KIND(6, ZLIB, "x86_64")), longer;
	struct pm_error *err;
	struct pm_dump *dump;

	(void)state;
	make_parts(6, parts);
	open_parts(parts, outer, 2, &err, &dump);
	assert_null(err);
	assert_string_equal(pm_dump_info(dump)->trouble,
			    "a part of the dump is missing: the one with memory 0xc8000 to 0x309000");
	check_pages(dump, without_middle);
	pm_dump_close(dump);
	open_parts(parts, twice, 3, &err, &dump);
	assert_null(err);
	check_pages(dump, without_middle);
	pm_dump_close(dump);

	/* a whole dump, one of another kernel, another format, no dump */
	longer = parts[1];
	parts[1] = other;
	open_parts(parts, (const size_t[]){ 0, 1 }, 2, &err, &dump);
	check_error(err, PM_MISMATCH, "vmcore.1: a whole dump, no part of one");
	parts[1] = longer;
	parts[1].bytes[12 + 2 * 65] = '5';
	open_parts(parts, (const size_t[]){ 0, 1 }, 2, &err, &dump);
	check_error(err, PM_MISMATCH, "vmcore.1: not of the same dump as vmcore.0");
	free(other.bytes);
	other = make_elf(&(struct elf_kind){ 0 });
	parts[1] = other;
	open_parts(parts, (const size_t[]){ 0, 1 }, 2, &err, &dump);
	check_error(err, PM_MISMATCH, "vmcore.1: an ELF core is no part of a dump in several files");
	memset(other.bytes, 0, 100);
	parts[1].n = 100;
	open_parts(parts, (const size_t[]){ 0, 1 }, 2, &err, &dump);
	check_error(err, PM_NOT_FOUND, "vmcore.1: begins with zeros: no dump, but maybe --raw memory");
	free(other.bytes);
	parts[1] = longer;
	for (size_t i = 0; i < 3; i++)
		free(parts[i].bytes);
}

/* --- what is missing */

static enum pm_absence lost_behind_700(uint64_t pfn)
{
	return !page_exists(pfn) ? PM_NO_MEMORY
	       : !page_here(pfn) ? PM_FILTERED
	       : pfn >= 700      ? PM_CUT
				 : PM_PRESENT;
}

/* A bitmap that lost bits, or has more of them: no page can be found by counting. */
static void kdump_bitmap_damaged(void **state)
{
	enum { here = 3 * 4096, hit = 24 };

	(void)state;
	for (unsigned more = 0; more < 2; more++) {
		struct out o = make_kdump(&KIND(6, LZO, "x86_64"));

		memset(o.bytes + here + 8, more ? 0xff : 0, hit);
		struct pm_dump *dump = open_bytes(&o);

		assert_non_null(pm_dump_info(dump)->trouble);
		assert_non_null(strstr(pm_dump_info(dump)->trouble, "its bitmap is damaged: it marks "));
		assert_true(pm_dump_info(dump)->incomplete);
		pm_dump_close(dump);
		free(o.bytes);
	}
}

static void kdump_incomplete(void **state)
{
	struct out o = make_kdump(&KIND(6, LZO, "x86_64", .lost_from = 700, .more_status = 8));
	struct pm_dump *dump = open_bytes(&o);

	(void)state;
	assert_string_equal(pm_dump_info(dump)->trouble, "incomplete: whoever wrote it ran out of room");
	check_pages(dump, lost_behind_700);
	pm_dump_close(dump);
	free(o.bytes);
	/* Killed while it wrote: nothing is flagged. */
	o = make_kdump(&KIND(6, LZO, "x86_64", .lost_from = 700));
	dump = open_bytes(&o);
	assert_string_equal(pm_dump_info(dump)->trouble, "not finished: its last pages were never written");
	check_pages(dump, lost_behind_700);
	pm_dump_close(dump);
	free(o.bytes);
	o = make_kdump(&KIND(6, ZLIB, "x86_64", .more_status = 0x10));
	dump = open_bytes(&o);
	assert_string_equal(pm_dump_info(dump)->trouble,
			    "the page structs of pages that were left out were left out too");
	pm_dump_close(dump);
	free(o.bytes);
}

static void check_cut(const struct out *whole, size_t n, const char *trouble)
{
	struct out o = *whole;
	uint8_t page[PM_PAGE_SIZE], want[PM_PAGE_SIZE];

	o.n = n;
	o.bytes = pm_alloc(n);
	memcpy(o.bytes, whole->bytes, n);
	struct pm_dump *dump = open_bytes(&o);
	assert_string_equal(pm_dump_info(dump)->trouble ? pm_dump_info(dump)->trouble : "", trouble);
	for (uint64_t pfn = 0; pfn < PAGES; pfn++) {
		enum pm_absence why;

		if (pm_dump_read(dump, pfn * PM_PAGE_SIZE, page, sizeof(page), &why)) {
			make_page(pfn, want);
			assert_memory_equal(page, want, sizeof(page));
		} else if (page_here(pfn)) {
			assert_int_equal(why, PM_CUT);
		}
	}
	pm_dump_close(dump);
	free(o.bytes);
}

static void kdump_cut(void **state)
{
	struct out o = make_kdump(&KIND(6, PLAIN, "x86_64"));
	struct pm_dump *dump;

	(void)state;
	check_cut(&o, o.n - 1, "the file ends at 0x2497ff, 1 KiB before its last page does");
	check_cut(&o, o.n / 2, "the file ends at 0x124c00, 1171 KiB before its last page does");
	check_cut(&o, 4 * 4096 + 24 * 700, "the file ends in its page descriptors, at 0x81a0");
	check_cut(&o, 4 * 4096, "the file ends before its pages, at 0x4000");
	check_cut(&o, 3 * 4096 + 10, "the file ends in its bitmaps, at 0x300a");
	check_cut(&o, 2 * 4096 + 10, "the file ends in its bitmaps, at 0x200a");
	/* The notes are still told. */
	check_cut(&o, 4096 + 1100,
		  "the file ends in its bitmaps, at 0x144c; the file ends in its notes, at 0x144c; "
		  "offset 0x1400: a note is longer than its segment");
	check_cut(&o, 4096 + 10,
		  "the file ends in its sub-header, at 0x100a; the file ends in its bitmaps, at 0x100a");
	check_error(pm_dump_open_file(pm_file_memory("vmcore", o.bytes, 200), &dump), PM_TRUNCATED,
		    "vmcore: the file ends in its header, at 0xc8");
	memset(o.bytes + 424, 0xff, 20);
	check_error(pm_dump_open_file(pm_file_memory("vmcore", o.bytes, o.n), &dump), PM_BAD_DATA,
		    "vmcore: offset 0x8: the header of a kdump-compressed dump is damaged (block size "
		    "4294967295)");
	free(o.bytes);
}

/* Damaged anywhere it never tells what is not so: a page is right, or it is absent, but for pages without a
 * checksum; and it ends. */
static void kdump_damaged(void **state)
{
	struct out o = make_kdump(&KIND(6, ZLIB, "x86_64"));
	uint64_t seed = 1;
	unsigned opened = 0, read = 0;

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		struct pm_damage damages[20];
		static uint8_t bytes[20];
		struct pm_dump *dump;
		uint8_t page[PM_PAGE_SIZE];

		for (size_t k = 0; k < 20; k++) {
			seed = seed * 6364136223846793005 + 1442695040888963407;
			bytes[k] = (uint8_t)(seed >> 56);
			/* half of them among the headers */
			damages[k] =
				(struct pm_damage){ (seed >> 20) % (k % 2 ? o.n : 0x9000), 1, &bytes[k] };
		}
		struct pm_error *err =
			pm_dump_open_file(pm_file_damaged(pm_file_memory("vmcore", o.bytes, o.n), damages, 20,
							  i % 4 ? UINT64_MAX : seed % o.n),
					  &dump);
		if (pm_error_take(err) != PM_OK)
			continue;
		opened++;
		for (uint64_t pfn = 0; pfn < PAGES; pfn += 7)
			read += pm_dump_read(dump, pfn * PM_PAGE_SIZE, page, sizeof(page), NULL) > 0;
		struct pm_dump_range range;
		for (size_t k = 0; pm_dump_range(dump, k, &range); k++)
			assert_true(range.start < range.end);
		pm_dump_close(dump);
	}
	assert_true(opened > 150);
	assert_true(read > 5000);
	free(o.bytes);
}

/* --- a large bitmap, and threads */

/* A machine of 64 GiB whose bitmaps say that every page but each third is here: counting is right far out. */
static void kdump_large(void **state)
{
	static const uint64_t pages = 16 << 20, block = 4096;
	uint64_t bitmap_blocks = pages / 8 / block, at = 2 * block,
		 descriptors = at + 2 * bitmap_blocks * block;
	struct kdump_kind kind = KIND(6, PLAIN, "x86_64");
	struct out o = make_kdump(&kind);
	static const uint64_t probes[] = { 0, 1, 2, 4, 511, 512, 32767, 32769, 8388607, 8388608, 16777214 };
	uint8_t page[4096], got[4096];
	enum pm_absence why;

	(void)state;
	o.n = 2 * block;
	out_word(&o, 436, 4, 2 * bitmap_blocks);
	out_word(&o, block + 96, 8, pages);
	uint8_t *bits = pm_alloc(pages / 8);
	for (uint64_t i = 0; i < pages; i++)
		bits[i / 8] |= (uint8_t)((i % 3 != 2) << i % 8);
	out_put(&o, at, bits, pages / 8);
	out_put(&o, at + pages / 8, bits, pages / 8);
	free(bits);
	/* Only the descriptors that are probed are there; each page holds its number. */
	struct pm_damage damages[2 * 11];
	static uint8_t contents[11][4096], told[11][24];
	uint64_t data = descriptors + 24 * pages;
	for (size_t i = 0; i < 11; i++) {
		uint64_t pfn = probes[i], before = pfn / 3 * 2 + pfn % 3;

		for (size_t k = 0; k < 8; k++) {
			contents[i][k] = (uint8_t)(pfn >> 8 * k);
			told[i][k] = (uint8_t)((data + i * block) >> 8 * k);
		}
		told[i][9] = 0x10; /* 4096 */
		damages[2 * i] = (struct pm_damage){ data + i * block, block, contents[i] };
		damages[2 * i + 1] = (struct pm_damage){ descriptors + 24 * before, 24, told[i] };
		if (pfn % 3 == 2)
			damages[2 * i + 1].size = 0;
	}
	size_t n = (size_t)(data + 11 * block);
	uint8_t *bytes = calloc(1, n);
	assert_non_null(bytes);
	memcpy(bytes, o.bytes, o.n);
	struct pm_dump *dump;
	struct pm_error *err = pm_dump_open_file(
		pm_file_damaged(pm_file_memory("vmcore", bytes, n), damages, 22, UINT64_MAX), &dump);
	assert_null(err);
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < 11; i++) {
			size_t k = round ? i : 10 - i;

			pm_dump_read(dump, probes[k] * block, got, sizeof(got), &why);
			assert_int_equal(why, probes[k] % 3 == 2 ? PM_NO_MEMORY : PM_PRESENT);
			memcpy(page, contents[k], sizeof(page));
			if (!why)
				assert_memory_equal(got, page, sizeof(page));
		}
	pm_dump_close(dump);
	free(bytes);
	free(o.bytes);
}

static void *read_all(void *arg)
{
	struct pm_dump *dump = arg;
	uint8_t page[PM_PAGE_SIZE], want[PM_PAGE_SIZE];
	uintptr_t wrong = 0;

	for (uint64_t i = 0; i < 4 * PAGES; i++) {
		uint64_t pfn = i * 397 % PAGES;
		bool there = pm_dump_read(dump, pfn * PM_PAGE_SIZE, page, sizeof(page), NULL);

		make_page(pfn, want);
		wrong += there != page_here(pfn) || (there && memcmp(page, want, sizeof(page)) != 0);
	}
	return (void *)wrong;
}

static void kdump_threads(void **state)
{
	static const unsigned packings[] = { ZLIB, ZSTD };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct out o = make_kdump(&KIND(6, packings[i], "x86_64")), f = make_flattened(&o, 5000);
		struct pm_dump *dump = open_bytes(&f);
		pthread_t threads[4];

		for (size_t k = 0; k < 4; k++)
			assert_int_equal(pthread_create(&threads[k], NULL, read_all, dump), 0);
		for (size_t k = 0; k < 4; k++) {
			void *wrong;

			pthread_join(threads[k], &wrong);
			assert_null(wrong);
		}
		pm_dump_close(dump);
		free(o.bytes);
		free(f.bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kdump_packings),      cmocka_unit_test(kdump_versions),
		cmocka_unit_test(kdump_one_bitmap),    cmocka_unit_test(kdump_machines),
		cmocka_unit_test(kdump_64k),           cmocka_unit_test(kdump_unaligned),
		cmocka_unit_test(kdump_qemu),          cmocka_unit_test(kdump_flattened),
		cmocka_unit_test(flattened_truncated), cmocka_unit_test(flattened_damaged_header),
		cmocka_unit_test(kdump_split_zstd),    cmocka_unit_test(kdump_split_missing),
		cmocka_unit_test(kdump_incomplete),    cmocka_unit_test(kdump_bitmap_damaged),
		cmocka_unit_test(kdump_cut),           cmocka_unit_test(kdump_damaged),
		cmocka_unit_test(kdump_large),         cmocka_unit_test(kdump_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

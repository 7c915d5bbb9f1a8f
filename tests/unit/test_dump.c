/* ELF cores, raw memory, LiME; files that are wrapped, come through pipes, or are no dumps at all. */
#include "dump_fixture.h"

#include "read/ahead.h"
#include "read/spans.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* ELF cores hold every page that exists. */
static enum pm_absence in_elf(uint64_t pfn)
{
	return page_exists(pfn) ? PM_PRESENT : PM_NO_MEMORY;
}

static void check_elf(struct elf_kind kind, const char *format, enum pm_arch arch)
{
	struct out o = make_elf(&kind);
	struct pm_dump *dump = open_bytes(&o);
	const struct pm_dump_note *notes;
	struct pm_dump_range range;
	uint64_t machine, here;

	assert_string_equal(pm_dump_info(dump)->format, format);
	assert_null(pm_dump_info(dump)->trouble);
	assert_int_equal(pm_dump_info(dump)->arch, arch);
	assert_false(pm_dump_info(dump)->zeros_left_out);
	assert_int_equal(pm_dump_notes(dump, &notes), kind.no_notes ? 0 : 2);
	assert_int_equal(pm_dump_vmcoreinfo(dump).n, kind.no_notes ? 0 : strlen(VMCOREINFO));
	if (!kind.no_notes)
		assert_string_equal(notes[1].name, "VMCOREINFO");
	check_pages(dump, in_elf);
	assert_true(pm_dump_range(dump, 1, &range));
	assert_int_equal(range.start, 364 * PM_PAGE_SIZE);
	assert_int_equal(range.end, MEMORY_END);
	assert_false(pm_dump_range(dump, 2, &range));
	pm_dump_pages(dump, &machine, &here);
	assert_int_equal(machine, 960);
	assert_int_equal(here, 960);
	pm_dump_close(dump);
	free(o.bytes);
}

static void elf_kinds(void **state)
{
	(void)state;
	check_elf((struct elf_kind){ 0 }, "ELF core", PM_X86_64);
	check_elf((struct elf_kind){ .qemu = true }, "ELF core", PM_X86_64);
	check_elf((struct elf_kind){ .qemu = true, .xnum = true }, "ELF core", PM_X86_64);
	check_elf((struct elf_kind){ .no_notes = true }, "ELF core", PM_X86_64);
	check_elf((struct elf_kind){ .overlap = true }, "ELF core", PM_X86_64);
	check_elf((struct elf_kind){ .is32 = true }, "ELF core, 32-bit", PM_I386);
	check_elf((struct elf_kind){ .is32 = true, .xnum = true }, "ELF core, 32-bit", PM_I386);
	check_elf((struct elf_kind){ .big_endian = true }, "ELF core", PM_S390X);
}

static enum pm_absence in_filtered_elf(uint64_t pfn)
{
	return pfn >= 1012 && pfn < PAGES ? PM_FILTERED : in_elf(pfn);
}

static void elf_filtered(void **state)
{
	struct out o = make_elf(&(struct elf_kind){ .filtered = true });
	struct pm_dump *dump = open_bytes(&o);

	(void)state;
	assert_true(pm_dump_info(dump)->zeros_left_out);
	check_pages(dump, in_filtered_elf);
	pm_dump_close(dump);
	free(o.bytes);
}

/* Any address and length, over the gap and past the end. */
static void elf_unaligned(void **state)
{
	struct out o = make_elf(&(struct elf_kind){ 0 });
	struct pm_dump *dump = open_bytes(&o);
	static uint8_t buf[100000];
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		seed = seed * 6364136223846793005 + 1442695040888963407;
		uint64_t phys = (seed >> 30) % (MEMORY_END + 10000),
			 n = (seed >> 10) % (i % 9 ? 9000 : sizeof(buf));
		uint64_t gap = 300 * PM_PAGE_SIZE, behind = 364 * PM_PAGE_SIZE;
		uint64_t stop = phys < gap ? gap : phys < behind ? phys : MEMORY_END;
		uint64_t want = stop <= phys ? 0 : stop - phys < n ? stop - phys : n;
		enum pm_absence why;

		assert_int_equal(pm_dump_read(dump, phys, buf, n, &why), want);
		assert_int_equal(why, want < n ? PM_NO_MEMORY : PM_PRESENT);
		for (uint64_t k = 0; k < want; k++)
			if (buf[k] != memory_byte(phys + k))
				fail_msg("0x%llx", (unsigned long long)(phys + k));
	}
	assert_int_equal(pm_dump_read(dump, UINT64_MAX - 5, buf, 100, NULL), 0);
	pm_dump_close(dump);
	free(o.bytes);
}

static void elf_cut(void **state)
{
	struct out o = make_elf(&(struct elf_kind){ .overlap = true });
	struct pm_dump *dump;
	uint8_t page[PM_PAGE_SIZE];
	enum pm_absence why;
	size_t whole = o.n;

	(void)state;
	o.n = whole - 24 * PM_PAGE_SIZE - 600 * PM_PAGE_SIZE - 17;
	dump = open_bytes(&o);
	char *words = pm_printf("the file ends at 0x%zx, 2497 KiB before its memory does", o.n);
	assert_string_equal(pm_dump_info(dump)->trouble, words);
	free(words);
	for (uint64_t pfn = 364; pfn < PAGES; pfn++) {
		size_t n = pm_dump_read(dump, pfn * PM_PAGE_SIZE, page, sizeof(page), &why);

		/* The page that it ends in is there as far as it goes. */
		assert_int_equal(n, pfn < 399 ? sizeof(page) : pfn == 399 ? sizeof(page) - 17 : 0);
		assert_int_equal(why, pfn < 399 ? PM_PRESENT : PM_CUT);
	}
	pm_dump_close(dump);
	/* In its headers: what was told before that is used. */
	o.n = 64 + 56 + 20;
	check_error(pm_dump_open_file(pm_file_memory("vmcore", o.bytes, o.n), &dump), PM_BAD_DATA,
		    "vmcore: an ELF core that holds no memory");
	o.n = 30;
	check_error(pm_dump_open_file(pm_file_memory("vmcore", o.bytes, o.n), &dump), PM_TRUNCATED,
		    "vmcore: offset 0x1e: the ELF header is cut off");
	free(o.bytes);
}

static void elf_hostile(void **state)
{
	struct out o = make_elf(&(struct elf_kind){ .qemu = true });
	struct pm_dump *dump;

	(void)state;
	/* Every byte of the headers, one after the other. */
	for (size_t at = 0; at < 64 + 64 + 4 * 56; at++) {
		static const uint8_t values[] = { 0, 1, 0x7f, 0xff };

		for (size_t i = 0; i < 4; i++) {
			struct pm_damage damage = { at, 1, &values[i] };
			struct pm_file *file = pm_file_damaged(pm_file_memory("vmcore", o.bytes, o.n),
							       &damage, 1, UINT64_MAX);
			uint8_t page[PM_PAGE_SIZE];

			if (pm_error_take(pm_dump_open_file(file, &dump)) != PM_OK)
				continue;
			for (uint64_t pfn = 0; pfn < PAGES; pfn += 50)
				pm_dump_read(dump, pfn * PM_PAGE_SIZE, page, sizeof(page), NULL);
			pm_dump_close(dump);
		}
	}
	free(o.bytes);
}

/* A segment at the very end of all addresses, behind which they begin anew: no machine has memory there. */
static void elf_beyond_all_memory(void **state)
{
	static const struct {
		uint64_t address, size;
	} told[] = { { UINT64_MAX - 0x1fff, 0x1fff }, { 0, UINT64_MAX - 0x10 } };
	struct pm_dump_range range;
	struct pm_dump *dump;

	(void)state;
	for (size_t k = 0; k < PM_COUNT(told); k++) {
		struct out o = make_elf(&(struct elf_kind){ .no_notes = true });

		memcpy(o.bytes + 64 + 24, &told[k].address, 8);
		memcpy(o.bytes + 64 + 40, &told[k].size, 8);
		assert_null(pm_dump_open_file(pm_file_memory("vmcore", o.bytes, o.n), &dump));
		for (size_t i = 0; pm_dump_range(dump, i, &range); i++)
			assert_in_range(range.end, 1, 1ull << 56);
		pm_dump_close(dump);
		free(o.bytes);
	}
}

static void elf_process(void **state)
{
	struct out o = make_elf(&(struct elf_kind){ 0 });
	struct pm_dump *dump;
	uint64_t header = 64, note = 64 + 4 * 56;

	(void)state;
	/* No physical addresses, and notes that only a process has. */
	for (size_t i = 1; i < 4; i++)
		memset(o.bytes + header + i * 56 + 24, 0, 8);
	out_word(&o, note + 8, 4, 6);                       /* NT_AUXV */
	memset(o.bytes + note + 12 + 8 + 336 + 12, 'x', 4); /* no VMCOREINFO */
	check_error(pm_dump_open_file(pm_file_memory("core.1234", o.bytes, o.n), &dump), PM_UNSUPPORTED,
		    "core.1234: the core of a user process, not a kernel's memory");
	free(o.bytes);
}

/* --- raw and LiME */

static void fill(struct out *o, uint64_t at, uint64_t first, uint64_t n)
{
	uint8_t page[PM_PAGE_SIZE];

	for (uint64_t i = 0; i < n; i++) {
		make_page(first + i, page);
		out_put(o, at + i * PM_PAGE_SIZE, page, sizeof(page));
	}
}

static enum pm_absence all(uint64_t pfn)
{
	return pfn < PAGES ? PM_PRESENT : PM_NO_MEMORY;
}

static void raw_identity(void **state)
{
	struct out o = { 0 };
	struct pm_dump *dump;

	(void)state;
	fill(&o, 0, 0, PAGES);
	assert_int_equal(
		pm_error_take(pm_dump_open_raw_file(pm_file_memory("mem", o.bytes, o.n), NULL, 0, &dump)),
		PM_OK);
	assert_string_equal(pm_dump_info(dump)->format, "raw memory");
	check_pages(dump, all);
	assert_int_equal(pm_dump_offset(dump, 0x5123), 0x5123);
	pm_dump_close(dump);
	free(o.bytes);
	check_error(pm_dump_open_raw_file(pm_file_memory("mem", "", 0), NULL, 0, &dump), PM_NOT_FOUND,
		    "mem: empty");
}

static enum pm_absence raw_cut_pages(uint64_t pfn)
{
	return pfn >= PAGES - 10 && pfn < PAGES ? PM_CUT : in_elf(pfn);
}

static void raw_mapped(void **state)
{
	struct pm_dump_piece *pieces;
	struct pm_dump *dump;
	struct out o = { 0 };
	size_t n;

	(void)state;
	fill(&o, 0x1000, 364, 660);
	fill(&o, 0x1000 + 660 * PM_PAGE_SIZE, 0, 300);
	/* 364 to 1024 at 0x1000, 0 to 300 behind it */
	assert_int_equal(pm_error_take(pm_dump_parse_pieces("16c000-400000@0x1000,0-12c000", &pieces, &n)),
			 PM_OK);
	assert_int_equal(n, 2);
	assert_int_equal(
		pm_error_take(pm_dump_open_raw_file(pm_file_memory("mem", o.bytes, o.n), pieces, n, &dump)),
		PM_OK);
	check_pages(dump, in_elf);
	pm_dump_close(dump);
	free(pieces);
	free(o.bytes);

	o = (struct out){ 0 };
	fill(&o, 0, 0, 300);
	fill(&o, 300 * PM_PAGE_SIZE, 364, 650);
	assert_int_equal(pm_error_take(pm_dump_parse_pieces("0-12c000@0,16c000-400000", &pieces, &n)), PM_OK);
	assert_int_equal(
		pm_error_take(pm_dump_open_raw_file(pm_file_memory("mem", o.bytes, o.n), pieces, n, &dump)),
		PM_OK);
	assert_string_equal(pm_dump_info(dump)->trouble,
			    "the file ends at 0x3b6000, 40 KiB before its memory does");
	check_pages(dump, raw_cut_pages);
	pm_dump_close(dump);
	free(pieces);
	free(o.bytes);

	check_error(pm_dump_parse_pieces("0-1000,2000", &pieces, &n), PM_USAGE,
		    "0-1000,2000: not a map of memory (START-END@OFFSET,… in hex), from its character 12 on");
	check_error(pm_dump_parse_pieces("", &pieces, &n), PM_USAGE,
		    ": not a map of memory (START-END@OFFSET,… in hex), from its character 1 on");
	check_error(pm_dump_parse_pieces("1000-1000@0", &pieces, &n), PM_USAGE,
		    "1000-1000@0: not a map of memory (START-END@OFFSET,… in hex), from its character 10 on");
}

static void lime(void **state)
{
	static const uint64_t ranges[][2] = { { 0, 300 }, { 364, 660 } };
	struct out o = { 0 };
	struct pm_dump *dump;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		uint64_t at = o.n;

		out_put(&o, at, "EMiL\1\0\0", 8);
		out_word(&o, at + 8, 8, ranges[i][0] * PM_PAGE_SIZE);
		out_word(&o, at + 16, 8, (ranges[i][0] + ranges[i][1]) * PM_PAGE_SIZE - 1);
		out_word(&o, at + 24, 8, 0);
		fill(&o, at + 32, ranges[i][0], ranges[i][1]);
	}
	dump = open_bytes(&o);
	assert_string_equal(pm_dump_info(dump)->format, "LiME");
	assert_null(pm_dump_info(dump)->trouble);
	check_pages(dump, in_elf);
	pm_dump_close(dump);
	memset(o.bytes + 32 + 300 * PM_PAGE_SIZE, 'x', 4);
	dump = open_bytes(&o);
	assert_string_equal(pm_dump_info(dump)->trouble,
			    "offset 0x12c020: no LiME header; what follows is lost");
	pm_dump_close(dump);
	free(o.bytes);
}

/* --- files */

static char *write_file(const char *name, const struct out *o)
{
	char *path = pm_printf("%s/%s", getenv("TMPDIR"), name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(o->bytes, 1, o->n, f), o->n);
	assert_int_equal(fclose(f), 0);
	return path;
}

static struct pm_error *open_path(const char *path, struct pm_dump **dump)
{
	return pm_dump_open(&path, 1, dump);
}

static void remove_file(char *path)
{
	unlink(path);
	free(path);
}

static void wrapped(void **state)
{
	static const char *const commands[] = { "gzip -1", "xz -0", "zstd -q -1", "cat" };
	struct out o = make_elf(&(struct elf_kind){ 0 });
	char *plain = write_file("plain", &o);

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		char *path = pm_printf("%s/wrapped", getenv("TMPDIR"));
		char *command = pm_printf("%s <%s >%s", commands[i], plain, path);
		struct pm_dump *dump;
		struct stat st;

		assert_int_equal(system(command), 0);
		assert_int_equal(pm_error_take(open_path(path, &dump)), PM_OK);
		assert_null(pm_dump_info(dump)->trouble);
		check_pages(dump, in_elf);
		pm_dump_close(dump);
		/* Half of it is a dump that was cut; in its first bytes there is none. */
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(truncate(path, st.st_size / 2), 0);
		assert_int_equal(pm_error_take(open_path(path, &dump)), PM_OK);
		assert_non_null(pm_dump_info(dump)->trouble);
		pm_dump_close(dump);
		free(command);
		remove_file(path);
	}
	remove_file(plain);
	free(o.bytes);
}

static void from_a_pipe(void **state)
{
	struct kdump_kind kind = { 6, ZSTD, "x86_64" };
	struct out o = make_kdump(&kind), f = make_flattened(&o, 16384);
	char *plain = write_file("flat", &f), *fifo = pm_printf("%s/fifo", getenv("TMPDIR"));
	char *command = pm_printf("cat %s >%s &", plain, fifo);
	struct pm_dump *dump;

	(void)state;
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(system(command), 0);
	assert_int_equal(pm_error_take(open_path(fifo, &dump)), PM_OK);
	check_pages(dump, NULL);
	pm_dump_close(dump);
	free(command);
	remove_file(plain);
	remove_file(fifo);
	free(o.bytes);
	free(f.bytes);
}

/* The copy of a wrapped dump keeps its holes: 8 MiB of zeros take no room. */
static void no_room_for_the_copy(void **state)
{
	struct out o = { 0 };
	char *folder = pm_printf("%s", getenv("TMPDIR")), *plain, *path = pm_printf("%s/w.gz", folder),
	     *command;
	struct pm_dump *dump;

	(void)state;
	fill(&o, 0, 0, PAGES);
	plain = write_file("plain", &o);
	command = pm_printf("gzip -1 <%s >%s", plain, path);
	assert_int_equal(system(command), 0);
	setenv("TMPDIR", "/nowhere/at/all", 1);
	char *words = pm_printf(
		"%s: a copy is needed, and /nowhere/at/all takes none ($TMPDIR names another folder): "
		"No such file or directory",
		path);
	check_error(open_path(path, &dump), PM_IO, words);
	free(words);
	if (!access("/dev/full", W_OK)) { /* a folder that is none */
		setenv("TMPDIR", "/dev/full", 1);
		words = pm_printf(
			"%s: a copy is needed, and /dev/full takes none ($TMPDIR names another folder): "
			"Not a directory",
			path);
		check_error(open_path(path, &dump), PM_IO, words);
		free(words);
	}
	setenv("TMPDIR", folder, 1);
	free(folder);
	free(command);
	remove_file(plain);
	remove_file(path);
	free(o.bytes);
}

static void not_a_dump(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		enum pm_code code;
		const char *message;
	} cases[] = {
		{ "", 0, PM_NOT_FOUND, "f: empty" },
		{ "[    0.000000] Linux version 6.1\n", 32, PM_NOT_FOUND, "f: a text, not a memory dump" },
		{ "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\76\0", 20, PM_NOT_FOUND,
		  "f: an ELF executable (a vmlinux, maybe), not a memory dump" },
		{ "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\1\0\76\0", 20, PM_NOT_FOUND,
		  "f: an ELF object file or kernel module, not a memory dump" },
		{ "\177ELF\2\1", 6, PM_NOT_FOUND, "f: an ELF header that is cut off" },
		{ "LUKS\xba\xbe\0\2", 8, PM_UNSUPPORTED, "f: encrypted (LUKS): decrypt it first" },
		{ "Salted__12345678", 16, PM_UNSUPPORTED, "f: encrypted (OpenSSL): decrypt it first" },
		{ "PAGEDU64", 8, PM_UNSUPPORTED, "f: a Windows memory dump, not one of a Linux kernel" },
		{ "QEVM\0\0\0\3", 8, PM_UNSUPPORTED,
		  "f: the saved state of a QEMU machine: use dump-guest-memory" },
		{ "\1\2\3\4\0\377", 6, PM_NOT_FOUND, "f: not a memory dump" },
		{ "makedumpfile\0\0\0\0", 16, PM_TRUNCATED,
		  "f: flattened: the flattened file ends early, at 0x10" },
		{ "EMiL\1\0\0\0\0\0\0\0\0\0\0\0\377\377\0\0\0\0\0\0\0\0\0\0\0\0\0", 32, PM_BAD_DATA,
		  "f: none of the memory that is told is in the file" },
	};
	struct pm_dump *dump;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_error(pm_dump_open_file(pm_file_memory("f", cases[i].bytes, cases[i].n), &dump),
			    cases[i].code, cases[i].message);
	check_error(open_path("/", &dump), PM_IO, "/: is a directory");
	check_error(open_path("/nowhere", &dump), PM_IO, "/nowhere: No such file or directory");
	assert_true(pm_dump_is((const uint8_t *)"KDUMP   ", 8));
	assert_true(pm_dump_is((const uint8_t *)"makedumpfile\0\0\0\0", 16));
	assert_false(pm_dump_is((const uint8_t *)"KDUMP", 5));
}

/* --- spans and damages */

static void spans(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (int round = 0; round < 500; round++) {
		struct pm_span in[20], *out;
		size_t n = (size_t)round % 20, out_n;

		for (size_t i = 0; i < n; i++) {
			seed = seed * 6364136223846793005 + 1442695040888963407;
			in[i].start = (seed >> 33) % 60;
			in[i].end = in[i].start + (seed >> 50) % (round % 3 ? 30 : 4);
			in[i].value = i + 1;
		}
		out = pm_spans_settle(in, n, &out_n);
		for (uint64_t at = 0; at < 100; at++) {
			uint64_t want = 0, got = 0;

			for (size_t i = 0; i < n; i++)
				if (at >= in[i].start && at < in[i].end)
					want = in[i].value;
			size_t i = pm_span_find(out, out_n, at);
			if (i < out_n && out[i].start <= at)
				got = out[i].value;
			assert_int_equal(got, want);
		}
		free(out);
	}
}

static void damages(void **state)
{
	static const uint8_t bytes[10] = "0123456789";
	struct pm_damage list[] = { { 2, 3, (const uint8_t *)"abc" },
				    { 4, 2, (const uint8_t *)"XY" },
				    { 7, 1, NULL } };
	struct pm_file *file = pm_file_damaged(pm_file_memory("f", bytes, 10), list, 3, 9);
	uint8_t got[20], again[20];

	(void)state;
	assert_int_equal(pm_file_size(file), 9);
	assert_int_equal(pm_file_read(file, 0, got, sizeof(got), NULL), 9);
	assert_memory_equal(got, "01abXY6", 7);
	assert_int_equal(got[8], '8');
	assert_int_equal(pm_file_read(file, 7, again, 1, NULL), 1);
	assert_int_equal(again[0], got[7]);
	assert_int_equal(pm_file_read(file, 3, again, 2, NULL), 2);
	assert_memory_equal(again, "bX", 2);
	assert_int_equal(pm_file_read(file, 9, again, 2, NULL), 0);
	pm_file_close(file);
}

static void check_ahead(struct pm_ahead *ahead, const struct pm_file *file, uint64_t offset, const char *want,
			size_t kept)
{
	size_t got;
	int read_errno;
	const uint8_t *bytes = pm_ahead_read(ahead, file, offset, 3, &got, &read_errno);

	assert_int_equal(got, strlen(want));
	assert_memory_equal(bytes, want, got);
	assert_int_equal(read_errno, 0);
	assert_int_equal(ahead->n, kept);
}

static void reads_that_go_on(void **state)
{
	struct pm_file *file = pm_file_memory("f", "0123456789abcdefghij", 20);
	struct pm_file *other = pm_file_memory("g", "ABCDEFGHIJKLMNOPQRST", 20);
	struct pm_ahead ahead;

	(void)state;
	pm_ahead_init(&ahead, 8);
	check_ahead(&ahead, file, 2, "234", 3); /* what was wanted, and no more */
	check_ahead(&ahead, file, 5, "567", 8); /* goes on: a stretch */
	check_ahead(&ahead, file, 10, "abc", 8);
	check_ahead(&ahead, file, 6, "678", 8); /* back, but still in it */
	check_ahead(&ahead, file, 9, "9ab", 8);
	check_ahead(&ahead, file, 12, "cde", 8); /* goes on behind its end */
	check_ahead(&ahead, file, 4, "456", 3);
	check_ahead(&ahead, other, 7, "HIJ", 3); /* goes on in another file: that is no going on */
	check_ahead(&ahead, other, 18, "ST", 2);
	check_ahead(&ahead, other, 30, "", 0);
	check_ahead(&ahead, other, 33, "", 0);
	check_ahead(&ahead, other, 18, "ST", 2);
	pm_ahead_deinit(&ahead);
	pm_file_close(file);
	pm_file_close(other);
}

static int make_folder(void **state)
{
	static char folder[] = "/tmp/kpanic-dump.XXXXXX";

	(void)state;
	return !mkdtemp(folder) || setenv("TMPDIR", folder, 1);
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(getenv("TMPDIR")); /* and nothing was left in it */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elf_kinds),
		cmocka_unit_test(elf_filtered),
		cmocka_unit_test(elf_unaligned),
		cmocka_unit_test(elf_cut),
		cmocka_unit_test(elf_hostile),
		cmocka_unit_test(elf_beyond_all_memory),
		cmocka_unit_test(elf_process),
		cmocka_unit_test(raw_identity),
		cmocka_unit_test(raw_mapped),
		cmocka_unit_test(lime),
		cmocka_unit_test(wrapped),
		cmocka_unit_test(from_a_pipe),
		cmocka_unit_test(no_room_for_the_copy),
		cmocka_unit_test(not_a_dump),
		cmocka_unit_test(spans),
		cmocka_unit_test(damages),
		cmocka_unit_test(reads_that_go_on),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

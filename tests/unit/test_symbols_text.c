/* What the text of a log tells: places, kernels, KASLR offsets, kallsyms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "symbols/find.h"
#include "symbols/kallsyms.h"
#include "symbols/place_text.h"
#include "symbols/rewrite.h"
#include "assert_slice.h"

#include <stdlib.h>
#include <unistd.h>

static struct pm_text_place only_place(const char *line)
{
	struct pm_text_place place, more;
	size_t at = 0;

	assert_true(pm_text_place_next(pm_slice_of(line), &at, &place));
	assert_false(pm_text_place_next(pm_slice_of(line), &at, &more));
	return place;
}

static size_t count_places(const char *line)
{
	struct pm_text_place place;
	size_t at = 0, n = 0;

	while (pm_text_place_next(pm_slice_of(line), &at, &place))
		n++;
	return n;
}

static void a_frame_is_a_return_address(void **state)
{
	(void)state;
	struct pm_text_place p = only_place("[    1.000000]  do_thing+0xb1/0x290");

	assert_slice(p.place.symbol, "do_thing");
	assert_int_equal(p.place.offset, 0xb1);
	assert_int_equal(p.place.size, 0x290);
	assert_int_equal(p.place.module.n, 0);
	assert_false(p.place.exact);
	assert_int_equal(p.start, 16);
}

static void modules_and_build_ids_belong_to_the_place(void **state)
{
	(void)state;
	struct pm_text_place p = only_place(" ? foo.isra.0+0x4c/0x1b0 [mydrv]");
	assert_slice(p.place.symbol, "foo.isra.0");
	assert_slice(p.place.module, "mydrv");
	assert_int_equal(p.end, 32);

	p = only_place(" foo+0x4c/0x1b0 [mydrv 0123456789abcdef0123456789abcdef01234567] (P)");
	assert_slice(p.place.module, "mydrv");
	assert_slice(p.place.build_id, "0123456789abcdef0123456789abcdef01234567");
	assert_true(p.place.exact);

	/* What follows in brackets need not be a module. */
	p = only_place(" foo+0x4c/0x1b0 [see below]");
	assert_int_equal(p.place.module.n, 0);
	p = only_place(" foo+0x4c/0x1b0 [<ffffffff81000000>]");
	assert_int_equal(p.place.module.n, 0);
}

static void program_counters_are_exact(void **state)
{
	static const char *const exact[] = {
		"RIP: 0010:foo+0x1/0x2",
		"pc : foo+0x1/0x2",
		"PC is at foo+0x1/0x2",
		"epc : foo+0x1/0x2",
		"NIP [c000000000123456] foo+0x1/0x2",
		"WARNING: CPU: 0 PID: 1 at mm/slub.c:12 foo+0x1/0x2",
		"Krnl PSW : 0704c00180000000 0000000000123456 (foo+0x1/0x2)",
	};
	static const char *const returns[] = {
		"lr : foo+0x1/0x2",
		"LR [c000000000123456] foo+0x1/0x2",
		" ra : foo+0x1/0x2",
		" foo+0x1/0x2",
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(exact); i++)
		assert_true(only_place(exact[i]).place.exact);
	for (size_t i = 0; i < PM_COUNT(returns); i++)
		assert_false(only_place(returns[i]).place.exact);
}

/* Of a report of the recorder's: lines, and which of them name an address that is exact. */
static void calls_of_the_recorder_are_return_addresses(void **state)
{
	static const struct {
		const char *line;
		bool exact;
	} lines[] = {
		{ "RIP: 0010:foo+0x1/0x2", true },
		{ "KPANIC 1 begin report=1 kind=panic", false },
		{ "[    1.000000] KPANIC 1 site line=3", false },
		{ "RIP: 0008:foo+0x1/0x2", false },
		{ "Call Trace:", false },
		{ " foo+0x1/0x2", false },
		{ "KPANIC 1 cpu cpu=1 state=frozen", false },
		{ "RIP: 0008:foo+0x1/0x2", true },
		{ "Call Trace:", false },
		{ " <NMI>", false },
		{ " foo+0x1/0x2", true },
		{ " bar+0x1/0x2", false },
		{ "KPANIC 1 end lines=9", false },
		{ "RIP: 0010:foo+0x1/0x2", true },
		{ "KPANIC 1 begin report=2 kind=panic", false },
		{ "RIP: 0008:foo+0x1/0x2", true },
		{ " 0x0000000000401234", false }, /* tiers 0 and 1 have no names */
		{ "KPANIC 1 begin report=3 kind=panic", false },
		{ "KPANIC 1 verdict is=panic because=\"stack-protector: Kernel stack is corrupted\"", false },
		{ "RIP: 0008:foo+0x1/0x2", false },
		{ "KPANIC 1 cpu cpu=1 state=frozen", false },
		{ "RIP: 0008:foo+0x1/0x2", true },
	};
	struct pm_text_report report = { 0 };

	(void)state;
	for (size_t i = 0; i < PM_COUNT(lines); i++) {
		struct pm_text_place place;
		size_t at = 0;
		bool exact = false;

		pm_text_report_line(pm_slice_of(lines[i].line), &report);
		if (pm_text_place_next(pm_slice_of(lines[i].line), &at, &place)) {
			pm_text_report_place(pm_slice_of(lines[i].line), &report, &place.place);
			exact = place.place.exact;
		}
		if (exact != lines[i].exact)
			fail_msg("line %zu: %s", i, lines[i].line);
	}
}

static void addresses_before_a_name_are_kept_with_it(void **state)
{
	(void)state;
	struct pm_text_place p = only_place(" [<ffffffff9a2345b1>] ? foo+0xb1/0x290");

	assert_true(p.place.has_addr);
	assert_int_equal(p.place.addr, 0xffffffff9a2345b1);
	assert_false(p.raw);
	p = only_place("(bar+0x10/0x20)");
	assert_true(p.in_parentheses);
	assert_int_equal(p.start, 0);
	assert_int_equal(p.end, 15);
}

static void raw_addresses_stand_alone(void **state)
{
	(void)state;
	struct pm_text_place p = only_place(" [<ffffffff81234567>]");
	assert_true(p.raw);
	assert_int_equal(p.place.addr, 0xffffffff81234567);
	assert_false(p.place.exact);

	p = only_place("0xffffffff81234567");
	assert_true(p.place.exact);
	p = only_place("ffffffff81234567\r");
	assert_int_equal(p.end, 16);
	/* Short numbers, offsets and parts of words are no addresses. */
	assert_int_equal(count_places("[<0>] at 0x18, size 0x123456789 foo0xffffffff81234567"), 0);
	assert_int_equal(count_places("RAX: 0000000000000000 RBX: ffffffff81234567"), 0);
	assert_true(only_place(" [<ffffffff81234567>]").bracketed);
	assert_false(only_place("at 0xffffffff81234567").bracketed);
	/* Nor are ranges of memory. */
	assert_int_equal(count_places("BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable"), 0);
	assert_int_equal(count_places("e820: reserve RAM buffer 0x000000007ffdc000-0x000000007fffffff"), 0);
}

static void a_place_that_is_asked_for_needs_no_size(void **state)
{
	static const struct {
		const char *words;
		bool is_place;
	} cases[] = {
		{ "vfs_write+0xb1", true },
		{ "vfs_write+0xb1/0x290", true },
		{ "RIP: 0010:foo.isra.0+0x1 [mydrv]", true },
		{ "0xffffffff81234567", true },
		{ "vfs_write", false },
		{ "vfs_write+", false },
		{ "vfs_write+0xb1/", false },
		{ "vfs_write+177", false },
		{ "a+0xb1.log/0x", true },
		{ "console.log", false },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(cases); i++) {
		struct pm_text_place place;
		size_t at = 0;

		if (pm_text_place_asked(pm_slice_of(cases[i].words), &at, &place) != cases[i].is_place)
			fail_msg("%s", cases[i].words);
	}
	assert_int_equal(count_places("vfs_write+0xb1"), 0);
}

static void what_is_no_place_is_left(void **state)
{
	static const char *const lines[] = {
		"",           "+0x",      "foo+0x",      "foo+0x1",      "foo+0x1/",
		"foo+0x1/0x", "+0x1/0x2", "0x1+0x1/0x2", "foo +0x1/0x2",
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(lines); i++)
		assert_int_equal(count_places(lines[i]), 0);
	assert_int_equal(count_places("a+0x1/0x2 b+0x3/0x4 [m] (c+0x5/0x6)"), 3);
}

static void the_kernel_is_told_by_its_lines(void **state)
{
	struct pm_kernel_id id;

	(void)state;
	assert_true(pm_text_kernel_id(
		PM_S("[    0.0] Linux version 6.9.1-test (me@here) (gcc 13) #4 SMP Sat Nov 21\r\n"), &id));
	assert_slice(id.release, "6.9.1-test");
	assert_slice(id.banner, "Linux version 6.9.1-test (me@here) (gcc 13) #4 SMP Sat Nov 21");

	assert_true(pm_text_kernel_id(PM_S("CPU: 1 PID: 90 Comm: a #1 b Tainted: G        OE      "
					   "6.1.0-50-amd64 #1  Debian 6.1.176-1"),
				      &id));
	assert_slice(id.release, "6.1.0-50-amd64");
	assert_slice(id.version, "#1  Debian 6.1.176-1");

	assert_true(pm_text_kernel_id(PM_S("CPU: 1 PID: 90 Comm: x Not tainted 6.9.1 #1 "
					   "0123456789abcdef0123456789abcdef01234567"),
				      &id));
	assert_slice(id.build_id, "0123456789abcdef0123456789abcdef01234567");
	assert_slice(id.version, "#1");

	assert_true(pm_text_kernel_id(
		PM_S("CPU: 1 UID: 0 PID: 90 Comm: x Not tainted 6.14.2 #7 PREEMPT(full)"), &id));
	assert_slice(id.version, "#7");
	assert_false(pm_text_kernel_id(PM_S("Linux version is unknown"), &id));
	assert_false(pm_text_kernel_id(PM_S("Comm: x Not tainted"), &id));
	assert_false(pm_text_kernel_id(PM_S("Comm: x Not tainted #1"), &id));
}

static void kaslr_is_read(void **state)
{
	uint64_t offset = 1;

	(void)state;
	assert_true(pm_text_kaslr(
		PM_S("Kernel Offset: 0x1a000000 from 0xffffffff81000000 (relocation range: …)"), &offset));
	assert_int_equal(offset, 0x1a000000);
	assert_true(pm_text_kaslr(PM_S("Kernel Offset: disabled"), &offset));
	assert_int_equal(offset, 0);
	assert_false(pm_text_kaslr(PM_S("Kernel Offset: soon"), &offset));
}

static void kallsyms_finds_what_covers_an_address(void **state)
{
	static const char text[] = "ffffffff81000000 T _text\n"
				   "ffffffff81000000 t start\n"
				   "ffffffff81000100 t work\r\n"
				   "ffffffff81000180 D table\n"
				   "not a line\n"
				   "ffffffffc0000000 t mod_fn\t[mydrv]\n"
				   "ffffffffc0000040 t mod_end\t[mydrv]\n";
	struct pm_kallsyms *k;
	size_t count;

	(void)state;
	assert_null(pm_kallsyms_parse("map", pm_slice_of(text), &k));
	assert_int_equal(pm_kallsyms_count(k), 6);
	assert_string_equal(pm_kallsyms_find(k, 0xffffffff81000110)->name, "work");
	assert_int_equal(pm_kallsyms_find(k, 0xffffffff81000110)->end, 0xffffffff81000180);
	assert_int_equal(pm_kallsyms_find(k, 0xffffffff81000050)->addr, 0xffffffff81000000);
	/* Data is no code, and nothing is known below the first or behind the last. */
	assert_null(pm_kallsyms_find(k, 0xffffffff81000181));
	assert_null(pm_kallsyms_find(k, 0xffffffff80ffffff));
	assert_null(pm_kallsyms_find(k, 0xffffffffc0000040));
	assert_string_equal(pm_kallsyms_find(k, 0xffffffffc0000001)->module, "mydrv");
	assert_int_equal(pm_kallsyms_named(k, PM_S("work"), &count)->addr, 0xffffffff81000100);
	assert_int_equal(count, 1);
	assert_null(pm_kallsyms_named(k, PM_S("wor"), &count));
	pm_kallsyms_close(k);
}

static void kallsyms_refuses_what_it_cannot_use(void **state)
{
	struct pm_kallsyms *k;
	struct pm_error *err;

	(void)state;
	err = pm_kallsyms_parse("map", PM_S("0000000000000000 T _text\n0000000000000000 t x\n"), &k);
	assert_non_null(strstr(err->message, "kptr_restrict"));
	assert_int_equal(pm_error_take(err), PM_BAD_DATA);
	err = pm_kallsyms_parse("map", PM_S("hello\n"), &k);
	assert_string_equal(err->message,
			    "map: no line is \"address type name\": neither kallsyms nor a System.map");
	pm_error_free(err);
	err = pm_kallsyms_open("/nonexistent/map", &k);
	assert_int_equal(err->code, PM_IO);
	pm_error_free(err);
}

static void hints_follow_the_shape_of_a_release(void **state)
{
	struct pm_arena arena;

	(void)state;
	pm_arena_init(&arena);
	assert_string_equal(pm_find_hint("6.1.0-50-amd64", &arena), "install linux-image-6.1.0-50-amd64-dbg");
	assert_string_equal(pm_find_hint("6.12.1+deb12-cloud-amd64", &arena),
			    "install linux-image-6.12.1+deb12-cloud-amd64-dbg");
	assert_non_null(strstr(pm_find_hint("5.15.0-91-generic", &arena),
			       "linux-image-unsigned-5.15.0-91-generic-dbgsym"));
	assert_non_null(strstr(pm_find_hint("6.8.9-300.fc40.x86_64", &arena),
			       "kernel-debuginfo-6.8.9-300.fc40.x86_64"));
	assert_null(pm_find_hint("6.9.0-mine", &arena));
	assert_null(pm_find_hint(NULL, &arena));
	pm_arena_deinit(&arena);
}

/* Runs text through a rewriter whose only symbols are a System.map. */
static char *rewritten(const char *map, const char *text, bool json)
{
	char path[] = "/tmp/kpanic-map-XXXXXX", *out = NULL;
	size_t n;
	int fd = mkstemp(path);

	assert_int_equal(write(fd, map, strlen(map)), strlen(map));
	close(fd);
	struct pm_symbols_options options = { .system_map = path, .root = "/nonexistent" };
	struct pm_rewrite_options how = { .json = json };
	struct pm_symbols *symbols = pm_symbols_create(&options);
	FILE *f = open_memstream(&out, &n);
	struct pm_rewriter *rw = pm_rewriter_create(symbols, f, &how);
	/* Byte by byte: pieces may end anywhere. */
	for (const char *p = text; *p; p++)
		pm_rewriter_feed(rw, (struct pm_slice){ p, 1 });
	pm_rewriter_end(rw);
	fclose(f);
	pm_rewriter_destroy(rw);
	pm_symbols_destroy(symbols);
	unlink(path);
	return out;
}

static const char map[] = "ffffffff81000000 T _text\n"
			  "ffffffff81000100 t work\n"
			  "ffffffff81000180 t more\n"
			  "ffffffff81000200 t end\n";

static void raw_addresses_get_names(void **state)
{
	(void)state;
	char *out = rewritten(map, "a [<ffffffff81000110>]\r\nb\n", false);
	assert_string_equal(out, "a [<ffffffff81000110>] work+0x10/0x80\r\nb\n");
	free(out);
	out = rewritten(map, "ffffffff81000190\n", true);
	assert_non_null(strstr(out, "\"symbol\":\"more\""));
	free(out);
}

static void kaslr_moves_raw_addresses(void **state)
{
	(void)state;
	/* The offset is printed at the end of the report. */
	char *out = rewritten(
		map, "a [<ffffffff9b000110>]\nKernel Offset: 0x1a000000 from 0xffffffff81000000\n", false);
	assert_string_equal(out, "a [<ffffffff9b000110>] work+0x10/0x80\n"
				 "Kernel Offset: 0x1a000000 from 0xffffffff81000000\n");
	free(out);
	/* Solved from two symbols that agree. */
	out = rewritten(map,
			"[<ffffffff9b000110>] work+0x10/0x80\n[<ffffffff9b000190>] "
			"more+0x10/0x80\n[<ffffffff9b000111>]\n",
			false);
	assert_non_null(strstr(out, "[<ffffffff9b000111>] work+0x11/0x80"));
	free(out);
	/* Not known, and one address is outside: none may be told. */
	out = rewritten(map, "[<ffffffff9b000110>]\n[<ffffffff81000110>]\n", false);
	assert_string_equal(out, "[<ffffffff9b000110>]\n[<ffffffff81000110>]\n");
	free(out);
}

static void text_without_places_stays_as_it_is(void **state)
{
	static const char text[] = "no\n\n\x1b[0m \t foo+bar\r\r\n+0x [<0>]\n\xff\xfe last without end";

	(void)state;
	char *out = rewritten(map, text, false);
	assert_string_equal(out, text);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_is_a_return_address),
		cmocka_unit_test(modules_and_build_ids_belong_to_the_place),
		cmocka_unit_test(program_counters_are_exact),
		cmocka_unit_test(calls_of_the_recorder_are_return_addresses),
		cmocka_unit_test(addresses_before_a_name_are_kept_with_it),
		cmocka_unit_test(raw_addresses_stand_alone),
		cmocka_unit_test(a_place_that_is_asked_for_needs_no_size),
		cmocka_unit_test(what_is_no_place_is_left),
		cmocka_unit_test(the_kernel_is_told_by_its_lines),
		cmocka_unit_test(kaslr_is_read),
		cmocka_unit_test(kallsyms_finds_what_covers_an_address),
		cmocka_unit_test(kallsyms_refuses_what_it_cannot_use),
		cmocka_unit_test(hints_follow_the_shape_of_a_release),
		cmocka_unit_test(raw_addresses_get_names),
		cmocka_unit_test(kaslr_moves_raw_addresses),
		cmocka_unit_test(text_without_places_stays_as_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake.h"
#include "show/codes.h"
#include "show/flow.h"
#include "show/font.h"
#include "show/story.h"

#define STYLES (KP_STYLE_OWN + 1)

/* All of a VGA text screen as a string, rows apart by "\n". */
static const char *text_of(const struct fake_screen *fake)
{
	static char text[64 * 1024];
	size_t n = 0;

	for (unsigned row = 0; row < fake->screen.height; row++) {
		for (unsigned column = 0; column < fake->screen.width; column++) {
			uint8_t glyph =
				(uint8_t)((volatile uint16_t *)
						  fake->screen.base)[row * fake->screen.width + column];

			text[n++] = glyph < 0x7f ? (char)glyph : '#';
		}
		text[n++] = '\n';
	}
	text[n] = 0;
	return text;
}

static unsigned show(struct fake_screen *fake, enum kp_style style, unsigned page)
{
	fake_shown = fake->screen;
	kp_policy()->style = style;
	return kp_screen_show(page);
}

/* Each style, each report, each odd screen, the first pages: nothing outside of it is written. */
static void test_hostile_sizes(void **state)
{
	static const struct {
		uint32_t width, height;
		unsigned bits;
		uint32_t slack;
	} sizes[] = {
		{ 1, 1, 32, 0 },     { 1, 1, 0, 0 },      { 8, 16, 15, 3 },   { 7, 1000, 16, 1 },
		{ 1000, 15, 24, 2 }, { 80, 25, 0, 0 },    { 40, 12, 0, 0 },   { 320, 192, 16, 0 },
		{ 9, 4, 0, 2 },      { 1, 25, 0, 0 },     { 132, 50, 0, 10 }, { 80, 1, 0, 0 },
		{ 80, 2, 0, 0 },     { 333, 222, 24, 1 }, { 16, 32, 32, 5 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		for (unsigned style = 0; style < STYLES; style++) {
			for (const struct fake_report *report = fake_reports; report->name; report++) {
				struct fake_screen fake;
				unsigned pages = 1;

				fake_screen_make(&fake, sizes[i].width, sizes[i].height, sizes[i].bits,
						 style & 1, sizes[i].slack, 0x3c);
				report->fill();
				for (unsigned page = 0; page < pages && page < 12; page++) {
					pages = show(&fake, style, page);
					assert_in_range(pages, 1, 99);
				}
				show(&fake, style, ~0u);
				assert_true(fake_screen_is_whole(&fake, 0x3c));
				fake_screen_free(&fake);
			}
		}
	}
}

static void test_large(void **state)
{
	(void)state;
	for (unsigned style = 0; style < STYLES; style++) {
		struct fake_screen fake;

		fake_screen_make(&fake, 4096, 2160, 32, false, 64, 0x3c);
		fake_reports[style % 4].fill();
		assert_in_range(show(&fake, style, 0), 1, 99);
		assert_true(fake_screen_is_whole(&fake, 0x3c));
		fake_screen_free(&fake);
	}
}

/* What each style must show of a NULL write. */
static void test_says_what_happened(void **state)
{
	static const char *const words[STYLES][4] = {
		[KP_STYLE_FULL] = { "page fault: write to 0x18, a NULL pointer", "ledger_write+0x8c/0x1a0",
				    "RDI 0000000000000000", "certain: the instruction writes" },
		[KP_STYLE_CALM] = { "This computer had to stop", "Code 302", "ledger_write+0x8c",
				    "switch it on again" },
		[KP_STYLE_CODE] = { "kpanic code 302" },
		[KP_STYLE_GURU] = { "Guru Meditation #0000012E.FFFFFFFF8010108C", "page fault",
				    "task teller (7), CPU 1 of 4" },
		[KP_STYLE_BOMBS] = { "page fault: write to 0x18", "kpanic code 302" },
		[KP_STYLE_BLUE] = { "STOP: 0x0000012E (0xFFFFFFFF8010108C, 0x0000000000000018",
				    "kpk 0.1, up 13.4 s", "vfs_write+0x9b" },
		[KP_STYLE_ART] = { "R I P", "ffffffff8010108c", "page fault: write to", "kpanic code 302" },
		[KP_STYLE_OWN] = { "page fault: write to 0x18, a NULL pointer" },
	};
	struct fake_screen fake;

	(void)state;
	fake_screen_make(&fake, 80, 25, 0, false, 0, 0);
	fake_reports[0].fill();
	for (unsigned style = 0; style < STYLES; style++) {
		show(&fake, style, 0);
		for (unsigned i = 0; i < 4 && words[style][i]; i++)
			if (!strstr(text_of(&fake), words[style][i]))
				fail_msg("style %u lacks \"%s\":\n%s", style, words[style][i],
					 text_of(&fake));
	}
	fake_screen_free(&fake);
}

/* All that there is stands on one of the pages, and each page says which it is. */
static void test_pages(void **state)
{
	char note[64];
	struct fake_screen fake;
	unsigned pages, found = 0;

	(void)state;
	fake_screen_make(&fake, 80, 25, 0, false, 0, 0);
	fake_reports[2].fill();
	pages = show(&fake, KP_STYLE_FULL, 0);
	assert_in_range(pages, 3, 9);
	for (unsigned page = 0; page < pages; page++) {
		const char *text;

		assert_int_equal(show(&fake, KP_STYLE_FULL, page), pages);
		text = text_of(&fake);
		snprintf(note, sizeof(note), "page %u of %u", page + 1, pages);
		assert_non_null(strstr(text, note));
		for (const char *at = text; (at = strchr(at, '+')) != NULL; at++)
			found++;
		if (page + 1 == pages)
			assert_non_null(strstr(text, "teller: write of 64 bytes"));
	}
	/* Each frame, and the place. */
	assert_int_equal(found, KP_FRAMES_MAX + 1);
	fake_screen_free(&fake);
	/* One page says nothing of pages. */
	fake_screen_make(&fake, 132, 60, 0, false, 0, 0);
	fake_reports[0].fill();
	assert_int_equal(show(&fake, KP_STYLE_FULL, 0), 1);
	assert_null(strstr(text_of(&fake), "page 1"));
	fake_screen_free(&fake);
}

static void test_linger(void **state)
{
	struct fake_screen fake;

	(void)state;
	fake_screen_make(&fake, 80, 25, 0, false, 0, 0);
	fake_reports[2].fill();
	show(&fake, KP_STYLE_FULL, 0);
	/* By time: ten seconds a page. */
	fake_keys = 0;
	fake_now_ns = 1;
	fake_step_ns = 1000000000;
	kp_screen_linger(15000000000ull);
	assert_non_null(strstr(text_of(&fake), "page 2 of"));
	assert_in_range(fake_now_ns, 15000000000ull, 18000000000ull);
	/* By key, at once. */
	fake_now_ns = 1;
	fake_step_ns = 1000;
	fake_keys = 2;
	kp_screen_linger(1000000);
	assert_non_null(strstr(text_of(&fake), "page 3 of"));
	/* One page: nothing to wait for. */
	fake_now_ns = 1;
	show(&fake, KP_STYLE_CODE, 0);
	kp_screen_linger(UINT64_MAX);
	assert_in_range(fake_now_ns, 1, 10000);
	fake_step_ns = 0;
	fake_shown.base = NULL;
	kp_screen_linger(UINT64_MAX);
	assert_int_equal(kp_screen_show(0), 0);
	fake_screen_free(&fake);
}

static unsigned own_draw(struct kp_canvas *canvas, const struct kp_story *story, unsigned page)
{
	kp_canvas_text(canvas, 0, 0, 80, page ? "second" : story->words, KP_WHITE, KP_BLACK);
	return 2;
}

static void test_own(void **state)
{
	static const struct kp_own_style own = { own_draw, NULL, KP_GREEN, 80, 25 };
	struct fake_screen fake;

	(void)state;
	kp_style_own(&own);
	fake_screen_make(&fake, 80, 25, 0, false, 0, 0);
	fake_reports[0].fill();
	assert_int_equal(show(&fake, KP_STYLE_OWN, 0), 2);
	assert_non_null(strstr(text_of(&fake), "The kernel wrote through a NULL pointer"));
	assert_non_null(strstr(text_of(&fake), "page 1 of 2"));
	show(&fake, KP_STYLE_OWN, 1);
	assert_non_null(strstr(text_of(&fake), "second"));
	fake_screen_free(&fake);
}

static void test_fold(void **state)
{
	struct fake_screen fake;
	struct kp_canvas canvas;
	struct kp_flow flow = { .canvas = &canvas, .column = 1, .columns = 10, .rows = 4 };

	(void)state;
	fake_screen_make(&fake, 12, 4, 0, false, 0, 0);
	assert_true(kp_canvas_open(&canvas, &fake.screen, NULL, 1, 1));
	kp_canvas_clear(&canvas, KP_BLACK);
	kp_flow_start(&flow);
	kp_flow_words(&flow, "one two three\n\nfour abcdefghijklmnop", 2, KP_LIGHT);
	assert_int_equal(flow.line, 6);
	assert_int_equal(kp_flow_pages(&flow), 2);
	assert_string_equal(text_of(&fake), " one two    \n   three    \n            \n   four abc \n");
	flow.page = 1;
	kp_canvas_clear(&canvas, KP_BLACK);
	kp_flow_start(&flow);
	kp_flow_words(&flow, "one two three\n\nfour abcdefghijklmnop", 2, KP_LIGHT);
	assert_string_equal(text_of(&fake), "   defghijk \n   lmnop    \n            \n            \n");
	/* A heading does not stand alone at the end of a page. */
	kp_flow_heading(&flow, "log", KP_LIGHT);
	assert_int_equal(flow.line, 9);
	assert_int_equal(kp_flow_pages(&flow), 3);
	fake_screen_free(&fake);
}

static void test_codes(void **state)
{
	static const struct {
		const char *exception, *message;
		unsigned vector, class, state, access, code;
	} rows[] = {
		{ "Oops", "", 14, KP_CLASS_NULL, KP_STATE_ABSENT, KP_ACCESS_READ, 301 },
		{ "Oops", "", 14, KP_CLASS_NULL, KP_STATE_ABSENT, KP_ACCESS_WRITE, 302 },
		{ "Oops", "", 14, KP_CLASS_NULL, KP_STATE_ABSENT, KP_ACCESS_EXECUTE, 303 },
		{ "Oops", "", 14, KP_CLASS_KERNEL, KP_STATE_PROTECTED, KP_ACCESS_WRITE, 304 },
		{ "Oops", "", 14, KP_CLASS_KERNEL, KP_STATE_PROTECTED, KP_ACCESS_EXECUTE, 305 },
		{ "Oops", "", 14, KP_CLASS_KERNEL, KP_STATE_ABSENT, KP_ACCESS_READ, 300 },
		{ "Oops", "", 14, KP_CLASS_KERNEL, KP_STATE_RESERVED, KP_ACCESS_READ, 308 },
		{ "Oops", "", 14, KP_CLASS_USER, KP_STATE_PROTECTED, KP_ACCESS_READ, 309 },
		{ "general protection fault", "", 13, KP_CLASS_NONCANONICAL, KP_STATE_NONCANONICAL,
		  KP_ACCESS_READ, 306 },
		{ "divide error", "", 0, 0, 0, 0, 201 },
		{ "double fault", "", 8, 0, 0, 0, 204 },
		{ "machine check", "", 18, 0, 0, 0, 400 },
		{ "an exception of tomorrow", "", 27, 0, 0, 0, 200 },
		{ NULL, "out of memory: 12 pages wanted", 0, 0, 0, 0, 105 },
		{ NULL, "Attempted to kill init! exitcode=0x0000000b", 0, 0, 0, 0, 108 },
		{ NULL, "stack-protector: Kernel stack is corrupted in: f", 0, 0, 0, 0, 103 },
		{ NULL, "lock `ledger' is already held by this CPU", 0, 0, 0, 0, 106 },
		{ NULL, "too little memory: 1024 KiB, and at least 4096 are needed", 0, 0, 0, 0, 109 },
		{ NULL, "this CPU lacks nx, which the kernel cannot do without", 0, 0, 0, 0, 109 },
		{ NULL, "the user program is damaged: no segment", 0, 0, 0, 0, 109 },
		{ NULL, "out of memory: the first process cannot be made", 0, 0, 0, 0, 105 },
		{ NULL, "the first process has ended, with status 0", 0, 0, 0, 0, 108 },
		{ NULL, "lock \"ledger\" is taken twice: by 0, and held since 0", 0, 0, 0, 0, 106 },
		{ NULL, "the moon is in the wrong place", 0, 0, 0, 0, 100 },
	};
	static struct kp_report report;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		memset(&report, 0, sizeof(report));
		report.kind = KP_KIND_PANIC;
		report.fault.name = rows[i].exception;
		report.fault.vector = rows[i].vector;
		report.fault.address_class = rows[i].class;
		report.fault.state = rows[i].state;
		report.fault.access = rows[i].access;
		report.fault.has_address = rows[i].access != 0;
		strcpy(report.message, rows[i].message);
		assert_int_equal(kp_code_of(&report)->number, rows[i].code);
	}
	/* A guard page is a full stack where its name says so. */
	memset(&report, 0, sizeof(report));
	report.fault =
		(struct kp_fault){ .name = "Oops", .has_address = true, .address_class = KP_CLASS_GUARD };
	assert_int_equal(kp_code_of(&report)->number, 310);
	strcpy(report.fault.region, "guard of a stack");
	assert_int_equal(kp_code_of(&report)->number, 307);
	/* A gate that was not there. */
	report.fault = (struct kp_fault){ .name = "double fault", .vector = 8 };
	report.machine.known = true;
	report.machine.gate_count = 1;
	report.machine.gates[0] = (struct kp_gate){ .vector = 14, .known = true };
	assert_int_equal(kp_code_of(&report)->number, 210);
	report.machine.gates[0].present = true;
	assert_int_equal(kp_code_of(&report)->number, 204);
	assert_null(kp_code_find(0));
	assert_null(kp_code_find(99999));
	assert_int_equal(kp_code_find(302)->bombs, 3);
	/* The rows are in order, and each says something. */
	for (unsigned number = 0, last = 0; number < 1000; number++) {
		const struct kp_code_row *row = kp_code_find(number);

		if (!row)
			continue;
		assert_true(row->number > last && row->bombs >= 1 && row->bombs <= 12);
		assert_true(strlen(row->words) > 10 && row->words[strlen(row->words) - 1] != '.');
		assert_true(row->advice[strlen(row->advice) - 1] == '.');
		last = number;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_says_what_happened),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_linger),
		cmocka_unit_test(test_hostile_sizes),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

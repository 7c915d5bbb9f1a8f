#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake.h"
#include "show/font.h"

static const bool is_big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

static uint32_t pixel(const struct kp_screen *screen, uint32_t x, uint32_t y)
{
	const volatile uint8_t *at = (volatile uint8_t *)screen->base + (size_t)y * screen->pitch;
	unsigned bytes = (screen->bits + 7u) / 8;
	uint32_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value |= (uint32_t)at[x * bytes + i] << 8 * (is_big_endian ? bytes - 1 - i : i);
	return value;
}

static const uint32_t rgb[KP_INKS] = { [KP_BLACK] = 0x000000, [KP_BLUE] = 0xff8040, [KP_WHITE] = 0xffffff };

/* Every depth and order: what a pixel is, byte by byte. */
static void test_channels(void **state)
{
	static const struct {
		unsigned bits;
		bool bgr;
		uint32_t colour, white;
	} rows[] = {
		/* 0xff8040: red 31, green 16 (32 of six bits), blue 8 */
		{ 15, false, 31u << 10 | 16 << 5 | 8, 0x7fff },
		{ 15, true, 8u << 10 | 16 << 5 | 31, 0x7fff },
		{ 16, false, 31u << 11 | 32 << 5 | 8, 0xffff },
		{ 16, true, 8u << 11 | 32 << 5 | 31, 0xffff },
		{ 24, false, 0xff8040, 0xffffff },
		{ 24, true, 0x4080ff, 0xffffff },
		{ 32, false, 0xff8040, 0xffffff },
		{ 32, true, 0x4080ff, 0xffffff },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		/* Rows of odd lengths, so that a pixel may lie anywhere. */
		for (uint32_t slack = 0; slack < 4; slack++) {
			struct fake_screen fake;
			struct kp_canvas canvas;

			fake_screen_make(&fake, 17, 33, rows[i].bits, rows[i].bgr, slack, 0x77);
			assert_true(kp_canvas_open(&canvas, &fake.screen, rgb, 2, 2));
			assert_int_equal(canvas.columns, 2);
			assert_int_equal(canvas.rows, 2);
			kp_canvas_clear(&canvas, KP_BLUE);
			for (uint32_t y = 0; y < 33; y++)
				for (uint32_t x = 0; x < 17; x++)
					assert_int_equal(pixel(&fake.screen, x, y), rows[i].colour);
			kp_canvas_put(&canvas, 1, 1, KP_GLYPH_BLOCK, KP_WHITE, KP_BLACK);
			assert_int_equal(pixel(&fake.screen, 8, 16), rows[i].white);
			assert_int_equal(pixel(&fake.screen, 15, 31), rows[i].white);
			assert_int_equal(pixel(&fake.screen, 16, 31), rows[i].colour);
			assert_int_equal(pixel(&fake.screen, 7, 31), rows[i].colour);
			assert_int_equal(pixel(&fake.screen, 15, 32), rows[i].colour);
			assert_true(fake_screen_is_whole(&fake, 0x77));
			fake_screen_free(&fake);
		}
	}
}

/* Ten bits a channel; and a host that does not tell the channels. */
static void test_other_channels(void **state)
{
	struct fake_screen fake;
	struct kp_canvas canvas;

	(void)state;
	fake_screen_make(&fake, 8, 16, 32, false, 0, 0);
	fake.screen.red_at = 20;
	fake.screen.green_at = 10;
	fake.screen.blue_at = 0;
	fake.screen.red_bits = fake.screen.green_bits = fake.screen.blue_bits = 10;
	assert_true(kp_canvas_open(&canvas, &fake.screen, rgb, 1, 1));
	kp_canvas_put(&canvas, 0, 0, KP_GLYPH_BLOCK, KP_WHITE, KP_BLACK);
	assert_int_equal(pixel(&fake.screen, 3, 3), 0x3fffffff);
	memset(&fake.screen.red_at, 0, 6);
	assert_true(kp_canvas_open(&canvas, &fake.screen, rgb, 1, 1));
	kp_canvas_put(&canvas, 0, 0, KP_GLYPH_BLOCK, KP_BLUE, KP_BLACK);
	assert_int_equal(pixel(&fake.screen, 3, 3), 0xff8040);
	fake_screen_free(&fake);
}

/* A glyph is what the font's drawing shows, at each zoom, but for corners that are cut. */
static void test_glyph(void **state)
{
	(void)state;
	for (uint32_t zoom = 1; zoom <= 5; zoom++) {
		const uint8_t *rows = kp_glyph_rows('E');
		struct fake_screen fake;
		struct kp_canvas canvas;

		fake_screen_make(&fake, 8 * zoom + 3, 16 * zoom + 2, 24, false, 1, 0);
		assert_true(kp_canvas_open(&canvas, &fake.screen, rgb, 1, 1));
		assert_int_equal(canvas.zoom, zoom);
		kp_canvas_clear(&canvas, KP_BLACK);
		kp_canvas_put(&canvas, 0, 0, 'E', KP_WHITE, KP_BLACK);
		for (uint32_t y = 0; y < 16; y++)
			for (uint32_t x = 0; x < 8; x++)
				assert_int_equal(pixel(&fake.screen, canvas.left + x * zoom + zoom / 2,
						       canvas.top + y * zoom + zoom / 2),
						 rows[y] >> (7 - x) & 1 ? 0xffffff : 0);
		assert_true(fake_screen_is_whole(&fake, 0));
		fake_screen_free(&fake);
	}
}

static void test_corners_are_cut(void **state)
{
	static const uint8_t stairs[] = { 0x80, 0x40 }, angle[] = { 0x20, 0x20, 0xe0 };
	struct kp_bits slant = { 2, 2, stairs }, right = { 3, 3, angle };
	struct fake_screen fake;
	struct kp_canvas canvas;

	(void)state;
	fake_screen_make(&fake, 64, 64, 32, false, 0, 0);
	assert_true(kp_canvas_open(&canvas, &fake.screen, rgb, 8, 4));
	assert_int_equal(canvas.zoom, 1);
	kp_canvas_clear(&canvas, KP_BLACK);
	kp_canvas_picture(&canvas, 0, 0, &slant, 8, KP_WHITE, KP_BLACK);
	assert_int_equal(pixel(&fake.screen, 8, 7), 0xffffff); /* what lies between the two steps */
	assert_int_equal(pixel(&fake.screen, 15, 0), 0);
	kp_canvas_clear(&canvas, KP_BLACK);
	kp_canvas_picture(&canvas, 0, 0, &right, 8, KP_WHITE, KP_BLACK);
	assert_int_equal(pixel(&fake.screen, 15, 15), 0); /* inside of the right angle */
	fake_screen_free(&fake);
}

static void test_clipping(void **state)
{
	static const uint8_t rows[64] = { 0xff };
	struct kp_bits bits = { 8, 64, rows };

	(void)state;
	for (unsigned bits_of_pixel = 0; bits_of_pixel <= 32; bits_of_pixel += 8) {
		struct fake_screen fake;
		struct kp_canvas canvas;

		if (bits_of_pixel == 8)
			continue;
		fake_screen_make(&fake, bits_of_pixel ? 40 : 5, bits_of_pixel ? 48 : 3, bits_of_pixel, false,
				 6, 0x11);
		assert_true(kp_canvas_open(&canvas, &fake.screen, NULL, 5, 3));
		assert_int_equal(canvas.columns, 5);
		assert_int_equal(canvas.rows, 3);
		kp_canvas_put(&canvas, 5, 0, 'x', KP_WHITE, KP_BLACK);
		kp_canvas_put(&canvas, 0, 3, 'x', KP_WHITE, KP_BLACK);
		kp_canvas_put(&canvas, ~0u, ~0u, 'x', KP_WHITE, KP_BLACK);
		kp_canvas_fill(&canvas, 3, 1, ~0u, ~0u, KP_RED);
		kp_canvas_fill(&canvas, ~0u, 1, 1, 1, KP_RED);
		kp_canvas_text(&canvas, 2, 2, ~0u, "much longer than that", KP_WHITE, KP_BLACK);
		kp_canvas_text(&canvas, 2, 99, ~0u, "much longer than that", KP_WHITE, KP_BLACK);
		kp_canvas_words(&canvas, 1, 1, 99, 99, "words, and words, and words", KP_WHITE, KP_BLACK);
		kp_canvas_picture(&canvas, 4, 2, &bits, 8, KP_WHITE, KP_BLACK);
		kp_canvas_picture(&canvas, 4, 2, &bits, 256, KP_WHITE, KP_BLACK);
		kp_canvas_big(&canvas, 3, 1, "big", 8, KP_WHITE, KP_BLACK);
		assert_true(fake_screen_is_whole(&fake, 0x11));
		fake_screen_free(&fake);
	}
}

/* Descriptions that cannot be true are refused, or cut down to what is there. */
static void test_refused(void **state)
{
	struct fake_screen fake;
	struct kp_screen screen;
	struct kp_canvas canvas;

	(void)state;
	fake_screen_make(&fake, 80, 32, 32, false, 0, 0);
	for (unsigned bits = 0; bits < 256; bits++) {
		screen = fake.screen;
		screen.bits = (uint8_t)bits;
		assert_int_equal(kp_canvas_open(&canvas, &screen, NULL, 1, 1),
				 bits == 15 || bits == 16 || bits == 24 || bits == 32);
	}
	screen = fake.screen;
	screen.base = NULL;
	assert_false(kp_canvas_open(&canvas, &screen, NULL, 1, 1));
	screen = fake.screen;
	screen.kind = (enum kp_screen_kind)7;
	assert_false(kp_canvas_open(&canvas, &screen, NULL, 1, 1));
	screen = fake.screen;
	screen.width = 0;
	assert_false(kp_canvas_open(&canvas, &screen, NULL, 1, 1));
	screen = fake.screen;
	screen.pitch = 3;
	assert_false(kp_canvas_open(&canvas, &screen, NULL, 1, 1));
	/* A width that the pitch has no room for. */
	screen = fake.screen;
	screen.width = 1u << 30;
	assert_true(kp_canvas_open(&canvas, &screen, NULL, 80, 25));
	assert_int_equal(canvas.screen.width, 80);
	kp_canvas_clear(&canvas, KP_RED);
	assert_true(fake_screen_is_whole(&fake, 0));
	screen = fake.screen;
	screen.red_bits = 99;
	screen.red_at = 200;
	assert_true(kp_canvas_open(&canvas, &screen, NULL, ~0u, ~0u));
	assert_int_equal(canvas.zoom, 1);
	fake_screen_free(&fake);
}

static void test_vga(void **state)
{
	static const uint8_t rows[] = { 0x80, 0xc0, 0x40 };
	struct kp_bits bits = { 2, 3, rows };
	struct fake_screen fake;
	struct kp_canvas canvas;
	volatile uint16_t *cells;

	(void)state;
	fake_screen_make(&fake, 80, 25, 0, false, 0, 0);
	fake.screen.pitch = 0; /* left to the recorder */
	assert_true(kp_canvas_open(&canvas, &fake.screen, NULL, 1, 1));
	cells = fake.screen.base;
	kp_canvas_clear(&canvas, KP_BLUE);
	assert_int_equal(cells[80 * 25 - 1], 0x1720);
	kp_canvas_text(&canvas, 1, 2, 10, "A\xc3\xa9z", KP_YELLOW,
		       KP_WHITE); /* no bright paper: that would blink */
	assert_int_equal(cells[161], 0x7e41);
	assert_int_equal(cells[162], 0x7e00 | '?');
	assert_int_equal(cells[163], 0x7e00 | 'z');
	kp_canvas_picture(&canvas, 0, 0, &bits, 8, KP_WHITE, KP_BLACK);
	assert_int_equal(cells[0], 0x0f00 | KP_GLYPH_BLOCK);
	assert_int_equal(cells[1], 0x0f00 | KP_GLYPH_LOWER_HALF);
	assert_int_equal(cells[80], 0x0f20);
	assert_int_equal(cells[81], 0x0f00 | KP_GLYPH_UPPER_HALF);
	assert_int_equal(kp_canvas_big_size(&canvas, 3, 80, 24), 24);
	assert_int_equal(kp_canvas_big_size(&canvas, 3, 80, 20), 16);
	assert_int_equal(kp_canvas_big_size(&canvas, 3, 20, 20), 1);
	fake_screen_free(&fake);
}

/* font.c is what `make font` makes of font.txt. */
static void test_font(void **state)
{
	char line[128], numbers[128] = "";
	FILE *file = fopen("panic/show/font.txt", "r");
	unsigned seen = 0, row = 0;

	(void)state;
	if (!file)
		skip();
	while (fgets(line, sizeof(line), file)) {
		char *words = numbers;

		if (line[0] == '=') {
			strcpy(numbers, line + 1);
			row = 0;
			continue;
		}
		if ((line[0] != '.' && line[0] != '#') || line[1] == ' ')
			continue;
		for (char *cell = line; *cell; cell += 9) {
			uint8_t number = (uint8_t)strtoul(words, &words, 16), byte = 0;

			for (int i = 0; i < 8; i++)
				byte = (uint8_t)(byte << 1 | (cell[i] == '#'));
			assert_int_equal(kp_glyph_rows(number)[row], byte);
			seen++;
			if (cell[8] != ' ')
				break;
		}
		row++;
	}
	fclose(file);
	assert_int_equal(seen % 16, 0);
	assert_in_range(seen / 16, 95, 256);
	/* PSF2's magic number, and a cell of its size. */
	assert_memory_equal(kp_font, "\x72\xb5\x4a\x86", 4);
	assert_int_equal(kp_font[24], 16);
	assert_int_equal(kp_font[28], 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_channels), cmocka_unit_test(test_other_channels),
		cmocka_unit_test(test_glyph),    cmocka_unit_test(test_corners_are_cut),
		cmocka_unit_test(test_clipping), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_vga),      cmocka_unit_test(test_font),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

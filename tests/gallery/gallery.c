/* Every style on every kind of screen, as PNG files.
 *
 *   gallery FOLDER [REPORT]     REPORT: null-write, out-of-memory, stack-overflow, hostile (fake.c)
 *
 * Writes FOLDER/STYLE-WIDTHxHEIGHTxBITS.png, STYLE-vga.png, further pages as …-page2.png, and contact.png with all of them
 * small.  What it draws is the recorder's own code; only the screen is memory of this program. */
#include "fake.h"

#include "show/font.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct picture {
	uint32_t width, height;
	uint8_t *rgb;
};

static struct picture picture_make(uint32_t width, uint32_t height)
{
	struct picture picture = { width, height, calloc((size_t)width * height, 3) };

	if (!picture.rgb) {
		fputs("gallery: no memory\n", stderr);
		exit(1);
	}
	return picture;
}

static void pixel_set(struct picture *picture, uint32_t x, uint32_t y, uint32_t rgb)
{
	uint8_t *to = picture->rgb + 3 * ((size_t)y * picture->width + x);

	to[0] = (uint8_t)(rgb >> 16);
	to[1] = (uint8_t)(rgb >> 8);
	to[2] = (uint8_t)rgb;
}

/* ---- PNG ---- */

static void put32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void chunk(FILE *file, const char *type, const uint8_t *data, size_t size)
{
	uint8_t head[8], sum[4];
	uLong crc = crc32(0, (const uint8_t *)type, 4);

	put32(head, (uint32_t)size);
	memcpy(head + 4, type, 4);
	if (size)
		crc = crc32(crc, data, (uInt)size);
	put32(sum, (uint32_t)crc);
	fwrite(head, 1, 8, file);
	fwrite(data, 1, size, file);
	fwrite(sum, 1, 4, file);
}

static void png_write(const char *folder, const char *name, const struct picture *picture)
{
	static const uint8_t signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
	size_t row = 3 * (size_t)picture->width, raw_size = (row + 1) * picture->height;
	uLongf size = compressBound(raw_size);
	uint8_t *raw = calloc(1, raw_size), *packed = malloc(size), head[13] = { 0 };
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.png", folder, name);
	file = fopen(path, "wb");
	if (!raw || !packed || !file) {
		perror(path);
		exit(1);
	}
	for (uint32_t y = 0; y < picture->height; y++)
		memcpy(raw + y * (row + 1) + 1, picture->rgb + y * row, row);
	compress2(packed, &size, raw, raw_size, 9);
	put32(head, picture->width);
	put32(head + 4, picture->height);
	head[8] = 8; /* bits a channel */
	head[9] = 2; /* RGB */
	fwrite(signature, 1, 8, file);
	chunk(file, "IHDR", head, 13);
	chunk(file, "IDAT", packed, size);
	chunk(file, "IEND", head, 0);
	if (fclose(file)) {
		perror(path);
		exit(1);
	}
	free(raw);
	free(packed);
}

/* ---- what a screen shows ---- */

static const bool is_big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

static uint32_t channel(uint32_t pixel, unsigned at, unsigned bits)
{
	uint32_t most = (1u << bits) - 1;

	return (pixel >> at & most) * 255 / most;
}

static struct picture linear_picture(const struct kp_screen *screen)
{
	struct picture picture = picture_make(screen->width, screen->height);
	unsigned bytes = (screen->bits + 7u) / 8;

	for (uint32_t y = 0; y < screen->height; y++) {
		for (uint32_t x = 0; x < screen->width; x++) {
			volatile uint8_t *from =
				(volatile uint8_t *)screen->base + (size_t)y * screen->pitch + x * bytes;
			uint32_t pixel = 0;

			for (unsigned i = 0; i < bytes; i++)
				pixel |= (uint32_t)from[i] << 8 * (is_big_endian ? bytes - 1 - i : i);
			pixel_set(&picture, x, y,
				  channel(pixel, screen->red_at, screen->red_bits) << 16 |
					  channel(pixel, screen->green_at, screen->green_bits) << 8 |
					  channel(pixel, screen->blue_at, screen->blue_bits));
		}
	}
	return picture;
}

static struct picture vga_picture(const struct kp_screen *screen)
{
	static const uint32_t colours[16] = { 0x000000, 0x0000aa, 0x00aa00, 0x00aaaa, 0xaa0000, 0xaa00aa,
					      0xaa5500, 0xaaaaaa, 0x555555, 0x5555ff, 0x55ff55, 0x55ffff,
					      0xff5555, 0xff55ff, 0xffff55, 0xffffff };
	struct picture picture = picture_make(screen->width * 8, screen->height * 16);

	for (uint32_t y = 0; y < picture.height; y++) {
		for (uint32_t x = 0; x < picture.width; x++) {
			uint16_t cell = ((volatile uint16_t *)screen->base)[y / 16 * screen->width + x / 8];
			bool on = kp_glyph_rows((uint8_t)cell)[y % 16] >> (7 - x % 8) & 1;

			pixel_set(&picture, x, y, colours[on ? cell >> 8 & 15 : cell >> 12]);
		}
	}
	return picture;
}

/* ---- the contact sheet ---- */

#define THUMB_WIDTH 320
#define THUMB_HEIGHT 240
#define THUMB_GAP 8

/* Each pixel the mean of those that it stands for. */
static void thumb_add(struct picture *sheet, unsigned column, unsigned row, const struct picture *from)
{
	uint32_t width = THUMB_WIDTH, height = (uint32_t)((uint64_t)from->height * THUMB_WIDTH / from->width);
	uint32_t left = THUMB_GAP + column * (THUMB_WIDTH + THUMB_GAP),
		 top = THUMB_GAP + row * (THUMB_HEIGHT + THUMB_GAP);

	if (height > THUMB_HEIGHT)
		height = THUMB_HEIGHT;
	for (uint32_t y = 0; y < height; y++) {
		for (uint32_t x = 0; x < width; x++) {
			uint32_t x0 = x * from->width / width, x1 = (x + 1) * from->width / width, n = 0,
				 sum[3] = { 0 };
			uint32_t y0 = y * from->height / height, y1 = (y + 1) * from->height / height;

			for (uint32_t v = y0; v < y1; v++)
				for (uint32_t u = x0; u < x1; u++, n++)
					for (int i = 0; i < 3; i++)
						sum[i] += from->rgb[3 * ((size_t)v * from->width + u) +
								    (unsigned)i];
			if (n)
				pixel_set(sheet, left + x, top + y,
					  sum[0] / n << 16 | sum[1] / n << 8 | sum[2] / n);
		}
	}
}

static const struct {
	const char *name;
	enum kp_style style;
} styles[] = {
	{ "full", KP_STYLE_FULL }, { "calm", KP_STYLE_CALM },   { "code", KP_STYLE_CODE },
	{ "guru", KP_STYLE_GURU }, { "bombs", KP_STYLE_BOMBS }, { "blue", KP_STYLE_BLUE },
	{ "art", KP_STYLE_ART },   { "own", KP_STYLE_OWN },
};

static const struct {
	const char *name;
	uint32_t width, height;
	unsigned bits;
} modes[] = {
	{ "vga", 80, 25, 0 },
	{ "640x480x16", 640, 480, 16 },
	{ "640x480x32", 640, 480, 32 },
	{ "1024x768x16", 1024, 768, 16 },
	{ "1024x768x32", 1024, 768, 32 },
	{ "1920x1080x16", 1920, 1080, 16 },
	{ "1920x1080x32", 1920, 1080, 32 },
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* What a host may do for itself. */
static unsigned own_draw(struct kp_canvas *canvas, const struct kp_story *story, unsigned page)
{
	unsigned row = canvas->rows / 2;

	(void)page;
	kp_canvas_fill(canvas, 0, row > 2 ? row - 2 : 0, canvas->columns, 5, KP_MAGENTA);
	kp_canvas_text(canvas, 2, row - 1, canvas->columns - 2, "Acme Toaster: the toast is burnt.", KP_WHITE,
		       KP_MAGENTA);
	kp_canvas_words(canvas, 2, row, canvas->columns - 4, 3, story->message, KP_LIGHT, KP_MAGENTA);
	return 1;
}

int main(int argc, char **argv)
{
	static const struct kp_own_style own = { own_draw, NULL, KP_BLACK, 40, 12 };
	struct picture sheet = picture_make(THUMB_GAP + COUNT(modes) * (THUMB_WIDTH + THUMB_GAP),
					    THUMB_GAP + COUNT(styles) * (THUMB_HEIGHT + THUMB_GAP));
	const struct fake_report *report = fake_reports;
	unsigned count = 0;

	while (argc == 3 && report->name && strcmp(report->name, argv[2]))
		report++;
	if (argc < 2 || argc > 3 || !report->name) {
		fputs("usage: gallery FOLDER [null-write|out-of-memory|stack-overflow|hostile]\n", stderr);
		return 2;
	}
	kp_style_own(&own);
	report->fill();
	for (unsigned style = 0; style < COUNT(styles); style++) {
		for (unsigned mode = 0; mode < COUNT(modes); mode++) {
			struct fake_screen screen;
			unsigned pages = 1;

			fake_screen_make(&screen, modes[mode].width, modes[mode].height, modes[mode].bits,
					 false, 0, 0);
			fake_shown = screen.screen;
			kp_policy()->style = styles[style].style;
			for (unsigned page = 0; page < pages; page++, count++) {
				struct picture picture;
				char name[64];

				pages = kp_screen_show(page);
				picture = modes[mode].bits ? linear_picture(&screen.screen)
							   : vga_picture(&screen.screen);
				if (page)
					snprintf(name, sizeof(name), "%s-%s-page%u", styles[style].name,
						 modes[mode].name, page + 1);
				else
					snprintf(name, sizeof(name), "%s-%s", styles[style].name,
						 modes[mode].name);
				png_write(argv[1], name, &picture);
				if (!page)
					thumb_add(&sheet, mode, style, &picture);
				free(picture.rgb);
			}
			fake_screen_free(&screen);
		}
	}
	png_write(argv[1], "contact", &sheet);
	free(sheet.rgb);
	printf("%u pictures and contact.png in %s\n", count, argv[1]);
	return 0;
}

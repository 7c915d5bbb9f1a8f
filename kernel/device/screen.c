#include "device/screen.h"

#include "boot/boot.h"
#include "cpu/instructions.h"
#include "lib/string.h"
#include "log.h"
#include "mm/paging.h"

enum { TEXT_ADDRESS = 0xb8000, TEXT_WIDTH = 80, TEXT_HEIGHT = 25, TEXT_GREY = 0x07 };
enum {
	CRT_INDEX = 0x3d4,
	CRT_DATA = 0x3d5,
	CRT_CURSOR_START = 10,
	CRT_CURSOR_HIGH = 14,
	CRT_CURSOR_LOW = 15
};
enum { CURSOR_OFF = 0x20 };

static struct kp_screen screen; /* base NULL: none */
static unsigned column, row;
static uint32_t panic_width, panic_height, panic_bits;

/* "1024x768x32"; false: something else. */
static bool read_mode(const char *text, uint32_t out[3])
{
	for (unsigned i = 0; i < 3; i++) {
		if (*text < '0' || *text > '9')
			return false;
		for (out[i] = 0; *text >= '0' && *text <= '9'; text++)
			out[i] = out[i] * 10 + (uint32_t)(*text - '0');
		if (*text && *text++ != 'x')
			return false;
	}
	return true;
}

static void use_loaders(const struct boot_screen *from)
{
	screen = (struct kp_screen){
		.kind = KP_SCREEN_LINEAR,
		.base = paging_map_device(from->address, (uint64_t)from->pitch * from->height),
		.width = from->width,
		.height = from->height,
		.pitch = from->pitch,
		.bits = from->bits,
		.red_at = from->red_at,
		.red_bits = from->red_bits,
		.green_at = from->green_at,
		.green_bits = from->green_bits,
		.blue_at = from->blue_at,
		.blue_bits = from->blue_bits,
	};
}

static void use_text(void)
{
	volatile uint16_t *text = paging_map_device(TEXT_ADDRESS, TEXT_WIDTH * TEXT_HEIGHT * 2);

	text[0] = 0x0755;
	if (text[0] != 0x0755) /* nobody there */
		return;
	for (unsigned i = 0; i < TEXT_WIDTH * TEXT_HEIGHT; i++)
		text[i] = TEXT_GREY << 8 | ' ';
	screen = (struct kp_screen){
		.kind = KP_SCREEN_VGA_TEXT,
		.base = text,
		.width = TEXT_WIDTH,
		.height = TEXT_HEIGHT,
		.pitch = TEXT_WIDTH * 2,
	};
}

void screen_init(void)
{
	const char *video;
	uint32_t mode[3];

	if (boot.screen.address)
		use_loaders(&boot.screen);
	else
		use_text();

	vbe_init();
	video = boot_option("video");
	if (video && (!read_mode(video, mode) || !vbe_set(mode[0], mode[1], mode[2], &screen)))
		log_line("screen: mode %s cannot be set", video);
	video = boot_option("panic.video");
	if (video && read_mode(video, mode)) {
		panic_width = mode[0];
		panic_height = mode[1];
		panic_bits = mode[2];
	}
	if (screen.base)
		log_line("screen: %ux%u, %s", screen.width, screen.height,
			 screen.kind == KP_SCREEN_VGA_TEXT ? "text" : "frame buffer");
}

static void new_line(volatile uint16_t *text)
{
	column = 0;
	if (++row < TEXT_HEIGHT)
		return;
	row = TEXT_HEIGHT - 1;
	for (unsigned i = 0; i < TEXT_WIDTH * (TEXT_HEIGHT - 1); i++)
		text[i] = text[i + TEXT_WIDTH];
	for (unsigned i = 0; i < TEXT_WIDTH; i++)
		text[TEXT_WIDTH * row + i] = TEXT_GREY << 8 | ' ';
}

static void move_cursor(void)
{
	unsigned at = row * TEXT_WIDTH + column;

	out8(CRT_INDEX, CRT_CURSOR_HIGH);
	out8(CRT_DATA, (uint8_t)(at >> 8));
	out8(CRT_INDEX, CRT_CURSOR_LOW);
	out8(CRT_DATA, (uint8_t)at);
}

void screen_put(char c)
{
	volatile uint16_t *text = screen.base;

	if (!text || screen.kind != KP_SCREEN_VGA_TEXT)
		return;
	if (c == '\n') {
		new_line(text);
		move_cursor();
		return;
	}
	if (column == TEXT_WIDTH)
		new_line(text);
	text[row * TEXT_WIDTH + column++] = (uint16_t)(TEXT_GREY << 8 | (uint8_t)c);
}

const struct kp_screen *screen_now(void)
{
	return screen.base ? &screen : NULL;
}

bool screen_for_panic(struct kp_screen *out)
{
	if (panic_width) {
		struct kp_screen other;

		if (vbe_set(panic_width, panic_height, panic_bits, &other))
			screen = other;
	}
	if (screen.base && screen.kind == KP_SCREEN_VGA_TEXT) {
		out8(CRT_INDEX, CRT_CURSOR_START);
		out8(CRT_DATA, CURSOR_OFF);
	}
	*out = screen;
	return screen.base;
}

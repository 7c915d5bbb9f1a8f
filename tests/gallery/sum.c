/* One number for all that the styles draw: the same on every machine. Built for each with the ISA `generic`. */
#include "fake.h"

#include <stdio.h>

static uint32_t sum = 5381;

/* Pixels as the machine loads them. */
static void add(const struct kp_screen *screen)
{
	unsigned bytes = screen->bits ? (screen->bits + 7u) / 8 : 2;

	for (uint32_t y = 0; y < screen->height; y++) {
		volatile uint8_t *at = (volatile uint8_t *)screen->base + (size_t)y * screen->pitch;

		for (uint32_t x = 0; x < screen->width; x++, at += bytes) {
			uint32_t pixel = 0;

			for (unsigned i = 0; i < bytes; i++)
				pixel = pixel << 8 |
					at[__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? i : bytes - 1 - i];
			sum = sum * 33 + pixel;
		}
	}
}

int main(void)
{
	static const unsigned depths[] = { 0, 15, 16, 24, 32 };

	for (unsigned style = KP_STYLE_FULL; style < KP_STYLE_OWN; style++) {
		for (unsigned depth = 0; depth < 5; depth++) {
			struct fake_screen fake;
			bool text = depths[depth] == 0;
			unsigned pages = 1;

			fake_screen_make(&fake, text ? 80 : 333, text ? 25 : 222, depths[depth], false,
					 depth & 1 && !text, 0);
			fake_shown = fake.screen;
			kp_policy()->style = (enum kp_style)style;
			fake_reports[0].fill();
			for (unsigned page = 0; page < pages; page++) {
				pages = kp_screen_show(page);
				add(&fake.screen);
			}
			if (!fake_screen_is_whole(&fake, 0))
				puts("something outside of the screen was written");
			fake_screen_free(&fake);
		}
	}
	printf("%08x\n", sum);
	return 0;
}

/* A linear frame buffer of any size, pitch, depth and channel order.  It is never read: that is slow where it is not
 * impossible. */
#include "show/canvas.h"

#include "show/font.h"

#define SIDE_MAX 32768 /* pixels */
#define ZOOM_MAX 16
/* Channels lie in a pixel as the machine loads it. */
#define BIG_ENDIAN_MACHINE (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

/* Channels where the host does not tell: lowest bit and width of red, green, blue. */
static const struct layout {
	uint8_t bits, red_at, red_bits, green_at, green_bits, blue_at, blue_bits;
} layouts[] = {
	{ 15, 10, 5, 5, 5, 0, 5 },
	{ 16, 11, 5, 5, 6, 0, 5 },
	{ 24, 16, 8, 8, 8, 0, 8 },
	{ 32, 16, 8, 8, 8, 0, 8 },
};

static uint32_t channel(uint32_t value, unsigned at, unsigned bits)
{
	if (at >= 32 || !bits)
		return 0;
	if (bits > 8) /* of ten bits, say: the lower ones repeat the upper ones, so that white is white */
		return (value << (bits - 8) | value >> (16 - bits)) << at;
	return value >> (8 - bits) << at;
}

static void complete(struct kp_screen *screen, const struct layout *layout)
{
	unsigned known = screen->red_bits + screen->green_bits + screen->blue_bits;

	if (known && screen->red_bits <= 16 && screen->green_bits <= 16 && screen->blue_bits <= 16)
		return;
	screen->red_at = layout->red_at;
	screen->red_bits = layout->red_bits;
	screen->green_at = layout->green_at;
	screen->green_bits = layout->green_bits;
	screen->blue_at = layout->blue_at;
	screen->blue_bits = layout->blue_bits;
}

static unsigned pixel_bytes(const struct kp_screen *screen)
{
	return (screen->bits + 7u) / 8;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static bool linear_open(struct kp_canvas *canvas, const uint32_t rgb[KP_INKS], unsigned columns_wanted,
			unsigned rows_wanted)
{
	struct kp_screen *screen = &canvas->screen;
	const struct layout *layout = NULL;

	for (unsigned i = 0; i < sizeof(layouts) / sizeof(*layouts); i++)
		if (layouts[i].bits == screen->bits)
			layout = &layouts[i];
	if (!layout)
		return false;
	complete(screen, layout);
	/* What a row cannot hold is not there, whatever the width says. */
	screen->width = least(least(screen->width, SIDE_MAX), screen->pitch / pixel_bytes(screen));
	screen->height = least(screen->height, SIDE_MAX);
	if (!screen->width || !screen->height)
		return false;
	for (unsigned i = 0; i < KP_INKS; i++)
		canvas->colours[i] = channel(rgb[i] >> 16 & 255, screen->red_at, screen->red_bits) |
				     channel(rgb[i] >> 8 & 255, screen->green_at, screen->green_bits) |
				     channel(rgb[i] & 255, screen->blue_at, screen->blue_bits);
	canvas->zoom = least(
		least(columns_wanted < SIDE_MAX ? screen->width / (KP_GLYPH_COLUMNS * columns_wanted) : 0,
		      rows_wanted < SIDE_MAX ? screen->height / (KP_GLYPH_ROWS * rows_wanted) : 0),
		ZOOM_MAX);
	if (!canvas->zoom)
		canvas->zoom = 1;
	canvas->columns = screen->width / (KP_GLYPH_COLUMNS * canvas->zoom);
	canvas->rows = screen->height / (KP_GLYPH_ROWS * canvas->zoom);
	canvas->left = (screen->width - canvas->columns * KP_GLYPH_COLUMNS * canvas->zoom) / 2;
	canvas->top = (screen->height - canvas->rows * KP_GLYPH_ROWS * canvas->zoom) / 2;
	return true;
}

/* n pixels of one colour, from x on; the callers clip. */
static void run(const struct kp_canvas *canvas, uint32_t x, uint32_t y, uint32_t n, uint32_t colour)
{
	const struct kp_screen *screen = &canvas->screen;
	unsigned bytes = pixel_bytes(screen);
	volatile uint8_t *to =
		(volatile uint8_t *)screen->base + (size_t)y * screen->pitch + (size_t)x * bytes;
	bool aligned = ((uintptr_t)screen->base | screen->pitch) % bytes == 0;

	if (bytes == 4 && aligned) {
		for (volatile uint32_t *pixel = (volatile uint32_t *)to; n; n--)
			*pixel++ = colour;
	} else if (bytes == 2 && aligned) {
		for (volatile uint16_t *pixel = (volatile uint16_t *)to; n; n--)
			*pixel++ = (uint16_t)colour;
	} else {
		for (; n; n--)
			for (unsigned i = 0; i < bytes; i++)
				*to++ = (uint8_t)(colour >> 8 * (BIG_ENDIAN_MACHINE ? bytes - 1 - i : i));
	}
}

static void block(const struct kp_canvas *canvas, uint32_t x, uint32_t y, uint32_t width, uint32_t height,
		  uint32_t colour)
{
	if (x >= canvas->screen.width || y >= canvas->screen.height)
		return;
	width = least(width, canvas->screen.width - x);
	height = least(height, canvas->screen.height - y);
	for (uint32_t row = 0; row < height; row++)
		run(canvas, x, y + row, width, colour);
}

static void linear_clear(struct kp_canvas *canvas, enum kp_ink paper)
{
	block(canvas, 0, 0, canvas->screen.width, canvas->screen.height, canvas->colours[paper]);
}

static uint32_t column_x(const struct kp_canvas *canvas, unsigned column)
{
	return canvas->left + column * KP_GLYPH_COLUMNS * canvas->zoom;
}

static uint32_t row_y(const struct kp_canvas *canvas, unsigned row)
{
	return canvas->top + row * KP_GLYPH_ROWS * canvas->zoom;
}

static void linear_fill(struct kp_canvas *canvas, unsigned column, unsigned row, unsigned columns,
			unsigned rows, enum kp_ink paper)
{
	block(canvas, column_x(canvas, column), row_y(canvas, row), columns * KP_GLYPH_COLUMNS * canvas->zoom,
	      rows * KP_GLYPH_ROWS * canvas->zoom, canvas->colours[paper]);
}

/* Enlarged pixels have their corners cut where a line runs aslant: a corner of a pixel takes the colour of both of
 * its neighbours there, when they are not the arms of a right angle.  One bit for each corner that does. */
static unsigned corners(const struct kp_bits *bits, unsigned x, unsigned y)
{
	unsigned cut = 0;
	bool on = kp_bits_at(bits, x, y);

	for (unsigned i = 0; i < 4; i++) {
		unsigned dx = i & 1 ? 1u : ~0u, dy = i & 2 ? 1u : ~0u;

		/* Only into what is off: what is on keeps its width. */
		if (!on && kp_bits_at(bits, x + dx, y) && kp_bits_at(bits, x, y + dy) &&
		    !(kp_bits_at(bits, x + dx, y - dy) && kp_bits_at(bits, x - dx, y + dy)))
			cut |= 1u << i;
	}
	return cut;
}

static bool in_corner(unsigned cut, unsigned u, unsigned v, unsigned size)
{
	for (unsigned i = 0; i < 4; i++)
		if (cut >> i & 1 && (i & 1 ? size - 1 - u : u) + (i & 2 ? size - 1 - v : v) + 1 < size)
			return true;
	return false;
}

/* x, y: pixels; size: pixels of the screen to one of the picture's */
static void draw(const struct kp_canvas *canvas, uint32_t x, uint32_t y, const struct kp_bits *bits,
		 unsigned size, enum kp_ink ink, enum kp_ink paper)
{
	for (unsigned row = 0; row < bits->height; row++) {
		for (unsigned column = 0; column < bits->width; column++) {
			bool on = kp_bits_at(bits, column, row);
			unsigned cut = size > 1 ? corners(bits, column, row) : 0;

			if (!cut) {
				block(canvas, x + column * size, y + row * size, size, size,
				      canvas->colours[on ? ink : paper]);
				continue;
			}
			for (unsigned v = 0; v < size; v++)
				for (unsigned u = 0; u < size; u++)
					block(canvas, x + column * size + u, y + row * size + v, 1, 1,
					      canvas->colours[in_corner(cut, u, v, size) ? ink : paper]);
		}
	}
}

static void linear_put(struct kp_canvas *canvas, unsigned column, unsigned row, uint8_t glyph,
		       enum kp_ink ink, enum kp_ink paper)
{
	struct kp_bits bits = { KP_GLYPH_COLUMNS, KP_GLYPH_ROWS, kp_glyph_rows(glyph) };

	if (glyph == ' ') {
		linear_fill(canvas, column, row, 1, 1, paper);
		return;
	}
	draw(canvas, column_x(canvas, column), row_y(canvas, row), &bits, canvas->zoom, ink, paper);
}

static void linear_picture(struct kp_canvas *canvas, unsigned column, unsigned row,
			   const struct kp_bits *bits, unsigned size, enum kp_ink ink, enum kp_ink paper)
{
	draw(canvas, column_x(canvas, column), row_y(canvas, row), bits, size * canvas->zoom, ink, paper);
}

const struct kp_canvas_ops kp_linear_ops = {
	.open = linear_open,
	.clear = linear_clear,
	.fill = linear_fill,
	.put = linear_put,
	.picture = linear_picture,
	.big_step = 1,
};

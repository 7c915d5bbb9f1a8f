/* VGA text: a cell is a character and its colours. */
#include "show/canvas.h"

#include "show/font.h"

#define CELLS_MAX 1024 /* a side */

static volatile uint16_t *cell(const struct kp_canvas *canvas, unsigned column, unsigned row)
{
	volatile uint8_t *base = canvas->screen.base;

	return (volatile uint16_t *)(base + (size_t)row * canvas->screen.pitch) + column;
}

static bool vga_open(struct kp_canvas *canvas, const uint32_t rgb[KP_INKS], unsigned columns_wanted,
		     unsigned rows_wanted)
{
	struct kp_screen *screen = &canvas->screen;

	(void)rgb;
	(void)columns_wanted;
	(void)rows_wanted;
	if (screen->width > CELLS_MAX || screen->height > CELLS_MAX || (uintptr_t)screen->base % 2)
		return false;
	if (!screen->pitch)
		screen->pitch = 2 * screen->width;
	if (screen->pitch % 2 || screen->pitch < 2 * screen->width)
		return false;
	canvas->columns = screen->width;
	canvas->rows = screen->height;
	canvas->zoom = 0;
	return canvas->columns && canvas->rows;
}

static void vga_put(struct kp_canvas *canvas, unsigned column, unsigned row, uint8_t glyph, enum kp_ink ink,
		    enum kp_ink paper)
{
	*cell(canvas, column, row) = (uint16_t)(glyph | ink << 8 | paper << 12);
}

static void vga_fill(struct kp_canvas *canvas, unsigned column, unsigned row, unsigned columns, unsigned rows,
		     enum kp_ink paper)
{
	for (unsigned y = row; y < row + rows; y++)
		for (unsigned x = column; x < column + columns; x++)
			vga_put(canvas, x, y, ' ', KP_LIGHT, paper);
}

static void vga_clear(struct kp_canvas *canvas, enum kp_ink paper)
{
	vga_fill(canvas, 0, 0, canvas->columns, canvas->rows, paper);
}

/* A cell is two pixels, one above the other; larger ones are made of whole cells. */
static void vga_picture(struct kp_canvas *canvas, unsigned column, unsigned row, const struct kp_bits *bits,
			unsigned size, enum kp_ink ink, enum kp_ink paper)
{
	static const uint8_t glyphs[] = { ' ', KP_GLYPH_UPPER_HALF, KP_GLYPH_LOWER_HALF, KP_GLYPH_BLOCK };
	unsigned times = size / KP_GLYPH_COLUMNS;

	if (!times || size % KP_GLYPH_COLUMNS)
		return;
	for (unsigned y = 0; y < bits->height * times; y += 2) {
		for (unsigned x = 0; x < bits->width * times; x++) {
			unsigned halves = kp_bits_at(bits, x / times, y / times) +
					  2u * kp_bits_at(bits, x / times, (y + 1) / times);

			kp_canvas_put(canvas, column + x, row + y / 2, glyphs[halves], ink, paper);
		}
	}
}

const struct kp_canvas_ops kp_vga_ops = {
	.open = vga_open,
	.clear = vga_clear,
	.fill = vga_fill,
	.put = vga_put,
	.picture = vga_picture,
	.big_step = KP_GLYPH_COLUMNS,
};

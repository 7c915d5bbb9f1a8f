#include "show/canvas.h"

#include "show/font.h"

/* Dark, with colours that are told apart by brightness, too. */
static const uint32_t standard_rgb[KP_INKS] = {
	[KP_BLACK] = 0x0e1116,       [KP_BLUE] = 0x1f4b99,         [KP_GREEN] = 0x2f8f4e,
	[KP_CYAN] = 0x2a8a99,        [KP_RED] = 0xb3262e,          [KP_MAGENTA] = 0x8d3f9c,
	[KP_BROWN] = 0xc9822b,       [KP_LIGHT] = 0xc8cdd6,        [KP_DARK] = 0x77808f,
	[KP_BRIGHT_BLUE] = 0x6fa8ff, [KP_BRIGHT_GREEN] = 0x86e09a, [KP_BRIGHT_CYAN] = 0x7fdcea,
	[KP_BRIGHT_RED] = 0xff7a70,  [KP_PINK] = 0xe59af2,         [KP_YELLOW] = 0xffd866,
	[KP_WHITE] = 0xffffff,
};

static const struct kp_canvas_ops *const kinds[] = {
	[KP_SCREEN_LINEAR] = &kp_linear_ops,
	[KP_SCREEN_VGA_TEXT] = &kp_vga_ops,
};

static const struct kp_canvas_ops *ops_of(const struct kp_canvas *canvas)
{
	return kinds[canvas->screen.kind];
}

bool kp_canvas_open(struct kp_canvas *canvas, const struct kp_screen *screen, const uint32_t rgb[KP_INKS],
		    unsigned columns_wanted, unsigned rows_wanted)
{
	canvas->columns = canvas->rows = 0;
	canvas->screen = *screen;
	if ((unsigned)screen->kind >= sizeof(kinds) / sizeof(*kinds) || !screen->base)
		return false;
	return ops_of(canvas)->open(canvas, rgb ? rgb : standard_rgb, columns_wanted ? columns_wanted : 1,
				    rows_wanted ? rows_wanted : 1);
}

void kp_canvas_clear(struct kp_canvas *canvas, enum kp_ink paper)
{
	ops_of(canvas)->clear(canvas, paper & 7);
}

void kp_canvas_fill(struct kp_canvas *canvas, unsigned column, unsigned row, unsigned columns, unsigned rows,
		    enum kp_ink paper)
{
	if (column >= canvas->columns || row >= canvas->rows)
		return;
	if (columns > canvas->columns - column)
		columns = canvas->columns - column;
	if (rows > canvas->rows - row)
		rows = canvas->rows - row;
	ops_of(canvas)->fill(canvas, column, row, columns, rows, paper & 7);
}

void kp_canvas_put(struct kp_canvas *canvas, unsigned column, unsigned row, uint8_t glyph, enum kp_ink ink,
		   enum kp_ink paper)
{
	if (column < canvas->columns && row < canvas->rows)
		ops_of(canvas)->put(canvas, column, row, glyph, ink & 15, paper & 7);
}

static bool is_plain(char c)
{
	return c >= ' ' && c <= '~';
}

unsigned kp_canvas_bytes(struct kp_canvas *canvas, unsigned column, unsigned row, unsigned columns,
			 const char *text, size_t n, enum kp_ink ink, enum kp_ink paper)
{
	unsigned used = 0;

	for (size_t i = 0; i < n && text[i] && used < columns; i++) {
		if (!is_plain(text[i]) && i + 1 < n && text[i + 1] && !is_plain(text[i + 1]))
			continue;
		kp_canvas_put(canvas, column + used, row, is_plain(text[i]) ? (uint8_t)text[i] : '?', ink,
			      paper);
		used++;
	}
	return used;
}

unsigned kp_canvas_text(struct kp_canvas *canvas, unsigned column, unsigned row, unsigned columns,
			const char *text, enum kp_ink ink, enum kp_ink paper)
{
	return kp_canvas_bytes(canvas, column, row, columns, text, SIZE_MAX, ink, paper);
}

bool kp_bits_at(const struct kp_bits *bits, unsigned x, unsigned y)
{
	if (x >= bits->width || y >= bits->height)
		return false;
	return bits->rows[y * ((bits->width + 7) / 8) + x / 8] >> (7 - x % 8) & 1;
}

void kp_canvas_picture(struct kp_canvas *canvas, unsigned column, unsigned row, const struct kp_bits *bits,
		       unsigned size, enum kp_ink ink, enum kp_ink paper)
{
	if (column < canvas->columns && row < canvas->rows && size && size <= 256)
		ops_of(canvas)->picture(canvas, column, row, bits, size, ink & 15, paper & 7);
}

unsigned kp_canvas_big_size(const struct kp_canvas *canvas, unsigned characters, unsigned columns,
			    unsigned rows)
{
	unsigned step = ops_of(canvas)->big_step, size = characters ? columns / characters : 1;

	if (size > rows)
		size = rows;
	if (size > 64)
		size = 64;
	size -= size % step;
	return size ? size : 1;
}

void kp_canvas_big(struct kp_canvas *canvas, unsigned column, unsigned row, const char *text, unsigned size,
		   enum kp_ink ink, enum kp_ink paper)
{
	if (size <= 1) {
		kp_canvas_text(canvas, column, row, canvas->columns, text, ink, paper);
		return;
	}
	for (; *text; text++, column += size) {
		struct kp_bits glyph = { KP_GLYPH_COLUMNS, KP_GLYPH_ROWS,
					 kp_glyph_rows(is_plain(*text) ? (uint8_t)*text : '?') };

		kp_canvas_picture(canvas, column, row, &glyph, size, ink, paper);
	}
}

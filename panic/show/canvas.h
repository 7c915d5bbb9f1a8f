/* What a kind of screen supplies below the canvas (kpanic/screen.h): a row in canvas.c. */
#ifndef KP_CANVAS_H
#define KP_CANVAS_H

#include "kpanic/screen.h"

struct kp_canvas_ops {
	/* Sets columns, rows, zoom, left, top and colours; false: cannot be drawn on. */
	bool (*open)(struct kp_canvas *canvas, const uint32_t rgb[KP_INKS], unsigned columns_wanted,
		     unsigned rows_wanted);
	void (*clear)(struct kp_canvas *canvas, enum kp_ink paper);
	/* What the canvas asks of these lies within the grid. */
	void (*fill)(struct kp_canvas *canvas, unsigned column, unsigned row, unsigned columns, unsigned rows,
		     enum kp_ink paper);
	void (*put)(struct kp_canvas *canvas, unsigned column, unsigned row, uint8_t glyph, enum kp_ink ink,
		    enum kp_ink paper);
	/* Only the first cell does. */
	void (*picture)(struct kp_canvas *canvas, unsigned column, unsigned row, const struct kp_bits *bits,
			unsigned size, enum kp_ink ink, enum kp_ink paper);
	/* Sizes of large characters are multiples of it. */
	unsigned big_step;
};

extern const struct kp_canvas_ops kp_linear_ops, kp_vga_ops;

/* kp_canvas_text of the first n bytes. */
unsigned kp_canvas_bytes(struct kp_canvas *canvas, unsigned column, unsigned row, unsigned columns,
			 const char *text, size_t n, enum kp_ink ink, enum kp_ink paper);

/* false outside of the picture. */
bool kp_bits_at(const struct kp_bits *bits, unsigned x, unsigned y);

#endif

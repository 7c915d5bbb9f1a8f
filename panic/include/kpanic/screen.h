/* What a style of the panic screen draws with: a grid of character cells on whatever screen there is, VGA text, a linear
 * frame buffer, or a picture in a workstation's memory.  The recorder's styles use nothing else; a host's own style may be
 * one more (kp_style_own).  All is clipped: what lies outside of the grid is not drawn. */
#ifndef KP_SCREEN_H
#define KP_SCREEN_H

#include "kpanic/host.h"

#ifdef __cplusplus
extern "C" {
#endif

enum kp_ink { /* VGA's order */
	      KP_BLACK,
	      KP_BLUE,
	      KP_GREEN,
	      KP_CYAN,
	      KP_RED,
	      KP_MAGENTA,
	      KP_BROWN,
	      KP_LIGHT,
	      KP_DARK, /* from here on only for what is drawn, not for the paper below it: VGA text has no more */
	      KP_BRIGHT_BLUE,
	      KP_BRIGHT_GREEN,
	      KP_BRIGHT_CYAN,
	      KP_BRIGHT_RED,
	      KP_PINK,
	      KP_YELLOW,
	      KP_WHITE,
	      KP_INKS,
};

/* Some glyphs that are no ASCII; numbers as in code page 437. */
enum kp_glyph {
	KP_GLYPH_BULLET = 0x07,
	KP_GLYPH_POINTER = 0x10,
	KP_GLYPH_ARROW = 0x1a,
	KP_GLYPH_SHADE = 0xb1,
	KP_GLYPH_VERTICAL = 0xb3,
	KP_GLYPH_HORIZONTAL = 0xc4,
	KP_GLYPH_TOP_LEFT = 0xda,
	KP_GLYPH_TOP_RIGHT = 0xbf,
	KP_GLYPH_BOTTOM_LEFT = 0xc0,
	KP_GLYPH_BOTTOM_RIGHT = 0xd9,
	KP_GLYPH_BLOCK = 0xdb,
	KP_GLYPH_LOWER_HALF = 0xdc,
	KP_GLYPH_UPPER_HALF = 0xdf,
	KP_GLYPH_DOT = 0xfa,
	KP_GLYPH_SQUARE = 0xfe,
};

struct kp_canvas {
	unsigned columns, rows; /* cells; 0: the screen is smaller than one */
	unsigned zoom;          /* pixels to a pixel of the font, which is 8 by 16; 0: VGA text */
	/* the rest is the canvas's own */
	struct kp_screen screen;
	uint32_t left, top;        /* pixels: of the first cell */
	uint32_t colours[KP_INKS]; /* as the screen has them */
};

/* rgb: 0xrrggbb by ink, for screens that can; NULL: the recorder's.  As large as leaves at least that many cells, if it
 * can. false: this is no screen that can be drawn on. */
bool kp_canvas_open(struct kp_canvas *canvas, const struct kp_screen *screen, const uint32_t rgb[KP_INKS],
		    unsigned columns_wanted, unsigned rows_wanted);
/* The whole screen, its margins too. */
void kp_canvas_clear(struct kp_canvas *canvas, enum kp_ink paper);
void kp_canvas_fill(struct kp_canvas *canvas, unsigned column, unsigned row, unsigned columns, unsigned rows,
		    enum kp_ink paper);
void kp_canvas_put(struct kp_canvas *canvas, unsigned column, unsigned row, uint8_t glyph, enum kp_ink ink,
		   enum kp_ink paper);
/* One line, cut behind `columns` cells; a run of bytes that are no printable ASCII is one "?".  Returns the cells used. */
unsigned kp_canvas_text(struct kp_canvas *canvas, unsigned column, unsigned row, unsigned columns,
			const char *text, enum kp_ink ink, enum kp_ink paper);
/* Text folded between words into a rectangle; returns the rows used, at most `rows`: what is longer is cut. */
unsigned kp_canvas_words(struct kp_canvas *canvas, unsigned column, unsigned row, unsigned columns,
			 unsigned rows, const char *text, enum kp_ink ink, enum kp_ink paper);

/* A picture of two colours: rows of (width + 7) / 8 bytes, the highest bit to the left. */
struct kp_bits {
	unsigned width, height;
	const uint8_t *rows;
};
/* Draws it with its upper left corner in that cell. size: of its pixels, in pixels of the font: 8 by 8 is half a cell; VGA
 * text can do multiples of that, and draws nothing of other sizes. */
void kp_canvas_picture(struct kp_canvas *canvas, unsigned column, unsigned row, const struct kp_bits *bits,
		       unsigned size, enum kp_ink ink, enum kp_ink paper);
/* Text whose characters are size by size cells large, and what is the largest that fits; 1: ordinary text. */
unsigned kp_canvas_big_size(const struct kp_canvas *canvas, unsigned characters, unsigned columns,
			    unsigned rows);
void kp_canvas_big(struct kp_canvas *canvas, unsigned column, unsigned row, const char *text, unsigned size,
		   enum kp_ink ink, enum kp_ink paper);

/* A panic in short, for a style; borrowed for the call. No string is NULL; those that are not known are "". */
struct kp_story {
	unsigned code;              /* formats/codes.def */
	unsigned bombs;             /* by that code */
	const char *words, *advice; /* of that code */
	const char *kind;           /* "Kernel panic", "Kernel oops", "Kernel warning" */
	const char *message;        /* what the kernel said, or what the processor did */
	const char *place;          /* "driver_write+0x8c/0x120" */
	const char *site;           /* "driver.c:23" */
	const char *who;            /* "task init (1), CPU 1 of 4" */
	const char *system;         /* "kpk 0.1, up 13.4 s" */
	uint64_t pc, address;       /* address: of the fault, else 0 */
};

/* Draws page `page` (from 0) of a cleared canvas; returns how many pages there are, at least 1. */
typedef unsigned kp_draw(struct kp_canvas *canvas, const struct kp_story *story, unsigned page);

/* KP_STYLE_OWN draws with this, on a canvas of these colours (NULL: the recorder's) and this paper; at least columns by rows
 * cells large, if the screen can.  Until it is set that style is KP_STYLE_FULL. The pointers stay the caller's. */
struct kp_own_style {
	kp_draw *draw;
	const uint32_t *rgb;
	enum kp_ink paper;
	unsigned columns, rows;
};
void kp_style_own(const struct kp_own_style *style);

/* Draws what kp_policy()->style says on the screen that the host has now; returns how many pages there are, 0 if there is no
 * screen.  The recorder does it within a panic. */
unsigned kp_screen_show(unsigned page);
/* Turns the pages of what was shown last, from the first on, by time or by kp_host_key, until kp_host_time_ns() is there
 * (UINT64_MAX: for ever); returns at once if all is on one page. */
void kp_screen_linger(uint64_t until_ns);

#ifdef __cplusplus
}
#endif

#endif

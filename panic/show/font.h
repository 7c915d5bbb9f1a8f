/* The font of the screen: 8 by 16, drawn in font.txt, glyphs by the numbers of code page 437. */
#ifndef KP_FONT_H
#define KP_FONT_H

#include <stdint.h>

#define KP_GLYPH_COLUMNS 8
#define KP_GLYPH_ROWS 16
#define KP_FONT_HEADER 32

/* A whole PSF2 file: its header, then 256 glyphs, a byte a row, the highest bit to the left. */
#define KP_FONT_BYTES (KP_FONT_HEADER + 256 * KP_GLYPH_ROWS)
extern const uint8_t kp_font[KP_FONT_BYTES];

static inline const uint8_t *kp_glyph_rows(uint8_t glyph)
{
	return kp_font + KP_FONT_HEADER + glyph * KP_GLYPH_ROWS;
}

#endif

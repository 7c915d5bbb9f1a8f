/* Styles of the screen: one file each in styles/, one row each in screen.c. */
#ifndef KP_STYLES_H
#define KP_STYLES_H

#include "kpanic/screen.h"

kp_draw kp_style_full, kp_style_calm, kp_style_code, kp_style_guru, kp_style_bombs, kp_style_blue,
	kp_style_art;

/* The last row of a page is the driver's, for "page 1 of 3".  What a style may use above it; 0: nothing. */
static inline unsigned kp_style_rows(const struct kp_canvas *canvas)
{
	return canvas->rows > 1 ? canvas->rows - 1 : 0;
}

/* The column at which text of n characters stands in the middle. */
static inline unsigned kp_style_centre(const struct kp_canvas *canvas, unsigned n)
{
	return n < canvas->columns ? (canvas->columns - n) / 2 : 0;
}

#endif

/* A number, to be read from the other end of the room. */
#include "show/styles.h"

#include "lib/format.h"

unsigned kp_style_code(struct kp_canvas *canvas, const struct kp_story *story, unsigned page)
{
	static char line[32];
	unsigned rows = kp_style_rows(canvas), n = (unsigned)kp_format(line, sizeof(line), "%u", story->code);
	/* A digit is twice as high as it is wide, and stands in cells that are so, too. */
	unsigned size = kp_canvas_big_size(canvas, n, canvas->columns * 3 / 4, rows > 6 ? rows - 4 : rows);
	unsigned row = rows > size ? (rows - size) / 2 : 0;

	(void)page;
	kp_canvas_big(canvas, kp_style_centre(canvas, n * size), row, line, size, KP_WHITE, KP_BLACK);
	n = (unsigned)kp_format(line, sizeof(line), "kpanic code %u", story->code);
	if (row + size + 1 < canvas->rows && n <= canvas->columns)
		kp_canvas_text(canvas, kp_style_centre(canvas, n), canvas->rows - 2, n, line, KP_DARK,
			       KP_BLACK);
	return 1;
}

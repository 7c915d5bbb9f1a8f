/* A red frame, a number and an address: after a home computer's way of saying it. */
#include "show/styles.h"

#include "lib/format.h"
#include "show/flow.h"

#define BOX_ROWS 7
#define BOX_COLUMNS 48 /* what its longest line takes, with the frame */

static void draw_frame(struct kp_canvas *canvas, unsigned rows)
{
	for (unsigned column = 0; column < canvas->columns; column++) {
		kp_canvas_put(canvas, column, 0, KP_GLYPH_UPPER_HALF, KP_BRIGHT_RED, KP_BLACK);
		kp_canvas_put(canvas, column, rows - 1, KP_GLYPH_LOWER_HALF, KP_BRIGHT_RED, KP_BLACK);
	}
	for (unsigned row = 0; row < rows; row++) {
		kp_canvas_put(canvas, 0, row, KP_GLYPH_BLOCK, KP_BRIGHT_RED, KP_BLACK);
		kp_canvas_put(canvas, canvas->columns - 1, row, KP_GLYPH_BLOCK, KP_BRIGHT_RED, KP_BLACK);
	}
}

unsigned kp_style_guru(struct kp_canvas *canvas, const struct kp_story *story, unsigned page)
{
	static char line[96];
	struct kp_flow box = { .canvas = canvas, .centred = true, .row = 2, .rows = BOX_ROWS - 4 };
	struct kp_flow flow = { .canvas = canvas, .centred = true, .page = page, .row = BOX_ROWS + 2 };
	unsigned rows = kp_style_rows(canvas);

	if (rows < BOX_ROWS + 4) {
		/* No room for a frame: the words alone. */
		box.row = 0;
		box.rows = rows;
		flow.rows = 0;
	} else {
		if (canvas->columns < BOX_COLUMNS) {
			box.row = 1;
			box.rows = BOX_ROWS - 2;
		}
		draw_frame(canvas, BOX_ROWS);
		flow.rows = rows - flow.row;
	}
	box.column = flow.column = canvas->columns > 8 ? 3 : 0;
	box.columns = flow.columns = canvas->columns - 2 * box.column;
	kp_flow_start(&box);
	kp_flow_start(&flow);
	kp_flow_words(&box, "The kernel is beyond meditation.", 0, KP_BRIGHT_RED);
	if (canvas->columns >= BOX_COLUMNS)
		kp_flow_gap(&box);
	kp_format(line, sizeof(line), "Guru Meditation #%08X.%016llX", story->code,
		  (unsigned long long)story->pc);
	kp_flow_words(&box, line, 0, KP_BRIGHT_RED);
	kp_flow_words(&flow, story->message, 0, KP_LIGHT);
	kp_flow_words(&flow, story->place, 0, KP_LIGHT);
	kp_flow_gap(&flow);
	kp_flow_words(&flow, story->who, 0, KP_DARK);
	kp_flow_words(&flow, story->system, 0, KP_DARK);
	return kp_flow_pages(&flow);
}

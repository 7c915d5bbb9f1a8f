/* For whoever only uses the machine: what happened, what to do, and a short code to tell. */
#include "show/styles.h"

#include "lib/format.h"
#include "show/flow.h"
#include "stages.h"

#define TEXT_COLUMNS 58

unsigned kp_style_calm(struct kp_canvas *canvas, const struct kp_story *story, unsigned page)
{
	static char line[96];
	static const char title[] = "This computer had to stop";
	unsigned columns = canvas->columns < TEXT_COLUMNS ? canvas->columns : TEXT_COLUMNS, size, rows;
	int32_t wait_s = kp_policy()->reboot_after_s;
	struct kp_flow flow = { .canvas = canvas, .page = page, .paper = KP_BLACK };

	if (columns > 20 && columns == canvas->columns)
		columns -= 4;
	size = kp_canvas_big_size(canvas, sizeof(title) - 1, columns, 2);
	rows = kp_style_rows(canvas);
	flow.column = kp_style_centre(canvas, columns);
	flow.row = rows > 19 ? (rows - 17) / 2 : rows > 12 ? 1 : 0;
	kp_canvas_big(canvas, flow.column, flow.row, title, size, KP_WHITE, KP_BLACK);
	flow.row += size + 1;
	flow.columns = columns;
	flow.rows = rows > flow.row ? rows - flow.row : 0;
	kp_flow_start(&flow);
	kp_flow_words(
		&flow,
		"It met a problem that it could not get over. What was not saved is lost; what was saved is "
		"still there.",
		0, KP_LIGHT);
	kp_flow_gap(&flow);
	kp_flow_words(&flow, "What to do", 0, KP_BRIGHT_CYAN);
	if (wait_s > 0) {
		kp_format(line, sizeof(line), "- Wait: it starts again by itself within %d seconds.",
			  (int)wait_s);
		kp_flow_words(&flow, line, 2, KP_LIGHT);
	} else {
		kp_flow_words(&flow, "- Switch it off, wait a moment, and switch it on again.", 2, KP_LIGHT);
	}
	kp_flow_words(
		&flow,
		"- If this comes back, tell whoever looks after it this code and what you were doing. A "
		"photo of this screen helps.",
		2, KP_LIGHT);
	kp_flow_gap(&flow);
	kp_format(line, sizeof(line), "Code %u", story->code);
	kp_flow_words(&flow, line, 0, KP_YELLOW);
	kp_format(line, sizeof(line), "%s", story->words);
	kp_flow_words(&flow, line, 0, KP_DARK);
	kp_format(line, sizeof(line), "%s%s%s", story->place, story->system[0] ? ", " : "", story->system);
	kp_flow_words(&flow, line, 0, KP_DARK);
	return kp_flow_pages(&flow);
}

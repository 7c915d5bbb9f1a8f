/* White on blue, in the manner of a desktop of the nineties. */
#include "show/styles.h"

#include "lib/format.h"
#include "report.h"
#include "show/flow.h"
#include "show/story.h"

unsigned kp_style_blue(struct kp_canvas *canvas, const struct kp_story *story, unsigned page)
{
	static char line[192];
	const struct kp_fault *fault = &kp_report.fault;
	const struct kp_trace *trace = &kp_report.trace;
	unsigned rows = kp_style_rows(canvas);
	struct kp_flow flow = { .canvas = canvas, .page = page, .paper = KP_BLUE };

	flow.column = canvas->columns >= 60 ? 4 : canvas->columns > 20;
	flow.row = rows > 16;
	flow.columns = canvas->columns - 2 * flow.column;
	if (flow.columns > 92) {
		flow.columns = 92;
		flow.column = (canvas->columns - 92) / 2;
	}
	flow.rows = rows - flow.row;
	kp_flow_start(&flow);
	kp_format(line, sizeof(line), "*** STOP: 0x%08X (0x%016llX, 0x%016llX, 0x%04llX, 0x%02X)",
		  story->code, (unsigned long long)story->pc, (unsigned long long)story->address,
		  (unsigned long long)fault->error, fault->name ? fault->vector : 0);
	kp_flow_words(&flow, line, 4, KP_WHITE);
	kp_flow_words(&flow, story->message, 4, KP_WHITE);
	kp_flow_gap(&flow);
	kp_format(line, sizeof(line), "%s.", story->words);
	kp_flow_words(&flow, line, 0, KP_LIGHT);
	kp_flow_words(&flow, story->advice, 0, KP_LIGHT);
	kp_flow_gap(&flow);
	kp_format(line, sizeof(line), "%-9s %s%s%s", "Place", story->place, story->site[0] ? ", " : "",
		  story->site);
	kp_flow_words(&flow, line, 10, KP_WHITE);
	kp_format(line, sizeof(line), "%-9s %s", "Who", story->who);
	kp_flow_words(&flow, line, 10, KP_WHITE);
	kp_format(line, sizeof(line), "%-9s %s", "System", story->system);
	kp_flow_words(&flow, line, 10, KP_WHITE);
	if (trace->n)
		kp_flow_heading(&flow, "Address           Called from", KP_YELLOW);
	for (unsigned i = 0; i < trace->n && i < KP_FRAMES_MAX; i++) {
		const struct kp_trace_frame *frame = &trace->frames[i];
		size_t n = kp_format(line, sizeof(line), "%016llx %s", (unsigned long long)frame->address,
				     frame->grade == KP_FRAME_SCANNED ? "?" : " ");

		kp_story_place(line + n, sizeof(line) - n, frame->address, !frame->interrupted);
		kp_flow_words(&flow, line, 18, frame->grade == KP_FRAME_SCANNED ? KP_CYAN : KP_LIGHT);
	}
	return kp_flow_pages(&flow);
}

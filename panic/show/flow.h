/* Text that flows into a rectangle of a canvas, a page of it at a time: whatever is put is counted, and drawn where it falls
 * on the page asked for.  So a style puts all that it has, and knows at the end how many pages that makes. */
#ifndef KP_FLOW_H
#define KP_FLOW_H

#include "kpanic/screen.h"

struct kp_flow {
	struct kp_canvas *canvas;
	unsigned column, row, columns, rows; /* the rectangle; made to fit by kp_flow_start */
	unsigned page;
	enum kp_ink paper;
	bool centred;
	unsigned line; /* the next */
};

/* Cuts the rectangle to the canvas. */
void kp_flow_start(struct kp_flow *flow);
/* Folded between words, or where a word is longer than a line; lines behind the first stand `indent` to the right.  "\n" ends
 * a line. An empty text is an empty line. */
void kp_flow_words(struct kp_flow *flow, const char *text, unsigned indent, enum kp_ink ink);
/* An empty line, but not at the head of a page. */
void kp_flow_gap(struct kp_flow *flow);
/* A gap, and a line that is not the last of its page. */
void kp_flow_heading(struct kp_flow *flow, const char *text, enum kp_ink ink);
/* At least 1. */
unsigned kp_flow_pages(const struct kp_flow *flow);

#endif

#include "show/flow.h"

#include "show/canvas.h"

/* A text that is longer is cut, whatever it is: it bounds the time that a broken one takes. */
#define TEXT_MAX 4096

void kp_flow_start(struct kp_flow *flow)
{
	const struct kp_canvas *canvas = flow->canvas;

	if (flow->column > canvas->columns)
		flow->column = canvas->columns;
	if (flow->row > canvas->rows)
		flow->row = canvas->rows;
	if (flow->columns > canvas->columns - flow->column)
		flow->columns = canvas->columns - flow->column;
	if (flow->rows > canvas->rows - flow->row)
		flow->rows = canvas->rows - flow->row;
	flow->line = 0;
}

static bool is_drawn(const struct kp_flow *flow)
{
	return flow->rows && flow->columns && flow->line / flow->rows == flow->page;
}

static void put(struct kp_flow *flow, const char *text, unsigned n, unsigned indent, enum kp_ink ink)
{
	if (is_drawn(flow)) {
		unsigned left = flow->centred && n < flow->columns ? (flow->columns - n) / 2 : indent;

		kp_canvas_bytes(flow->canvas, flow->column + left, flow->row + flow->line % flow->rows,
				flow->columns - left, text, n, ink, flow->paper);
	}
	flow->line++;
}

/* How many bytes of text stand in a line of that many columns; *next_out: where the next one starts. */
static unsigned fold(const char *text, unsigned columns, unsigned *next_out)
{
	unsigned n = 0, blank = 0;

	while (n < columns && text[n] && text[n] != '\n') {
		if (text[n] == ' ')
			blank = n;
		n++;
	}
	/* A word that would leave most of the line empty is cut instead. */
	if (text[n] && text[n] != '\n' && text[n] != ' ' && blank > columns / 2)
		n = blank;
	*next_out = n;
	if (text[n] == '\n') {
		*next_out = n + 1;
	} else {
		while (text[*next_out] == ' ')
			++*next_out;
	}
	return n;
}

void kp_flow_words(struct kp_flow *flow, const char *text, unsigned indent, enum kp_ink ink)
{
	unsigned at = 0, left = 0;

	if (!flow->columns)
		return;
	if (indent >= flow->columns / 2)
		indent = 0;
	do {
		unsigned next, n = fold(text + at, flow->columns - left, &next);

		put(flow, text + at, n, left, ink);
		at += next;
		left = indent;
	} while (text[at] && at < TEXT_MAX);
}

unsigned kp_canvas_words(struct kp_canvas *canvas, unsigned column, unsigned row, unsigned columns,
			 unsigned rows, const char *text, enum kp_ink ink, enum kp_ink paper)
{
	struct kp_flow flow = { .canvas = canvas,
				.column = column,
				.row = row,
				.columns = columns,
				.rows = rows,
				.paper = paper };

	kp_flow_start(&flow);
	kp_flow_words(&flow, text, 0, ink);
	return flow.line < flow.rows ? flow.line : flow.rows;
}

void kp_flow_gap(struct kp_flow *flow)
{
	if (flow->rows && flow->line % flow->rows)
		flow->line++;
}

void kp_flow_heading(struct kp_flow *flow, const char *text, enum kp_ink ink)
{
	kp_flow_gap(flow);
	if (flow->rows > 1 && flow->line % flow->rows == flow->rows - 1)
		flow->line++;
	kp_flow_words(flow, text, 0, ink);
}

unsigned kp_flow_pages(const struct kp_flow *flow)
{
	return flow->rows && flow->line ? (flow->line + flow->rows - 1) / flow->rows : 1;
}

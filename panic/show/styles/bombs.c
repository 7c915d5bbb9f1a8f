/* As many bombs as the kind of fault says (formats/codes.def). */
#include "show/styles.h"

#include "lib/format.h"
#include "show/flow.h"

static const uint8_t large_rows[] = {
	0x00, 0x00, 0x00, 0x20, /* ..........................#..... */
	0x00, 0x00, 0x02, 0x22, /* ......................#...#...#. */
	0x00, 0x07, 0xc1, 0x04, /* .............#####.....#.....#.. */
	0x00, 0x0f, 0xe0, 0x00, /* ............#######............. */
	0x00, 0x1c, 0x70, 0x3c, /* ...........###...###......####.. */
	0x00, 0x18, 0x3c, 0x00, /* ...........##.....####.......... */
	0x00, 0x18, 0x1e, 0x04, /* ...........##......####......#.. */
	0x00, 0xff, 0x00, 0x88, /* ........########........#...#... */
	0x00, 0xff, 0x00, 0x00, /* ........########................ */
	0x00, 0xff, 0x00, 0x00, /* ........########................ */
	0x03, 0xff, 0xc0, 0x00, /* ......############.............. */
	0x0f, 0xff, 0xf0, 0x00, /* ....################............ */
	0x1f, 0xff, 0xf8, 0x00, /* ...##################........... */
	0x1f, 0x1f, 0xf8, 0x00, /* ...#####...##########........... */
	0x3c, 0x7f, 0xfc, 0x00, /* ..####...#############.......... */
	0x38, 0xff, 0xfc, 0x00, /* ..###...##############.......... */
	0x79, 0xff, 0xfe, 0x00, /* .####..################......... */
	0x73, 0xff, 0xfe, 0x00, /* .###..#################......... */
	0x73, 0xff, 0xfe, 0x00, /* .###..#################......... */
	0x7f, 0xff, 0xfe, 0x00, /* .######################......... */
	0x7f, 0xff, 0xfe, 0x00, /* .######################......... */
	0x7f, 0xff, 0xfe, 0x00, /* .######################......... */
	0x7f, 0xff, 0xfe, 0x00, /* .######################......... */
	0x7f, 0xff, 0xfe, 0x00, /* .######################......... */
	0x3f, 0xff, 0xfc, 0x00, /* ..####################.......... */
	0x3f, 0xff, 0xfc, 0x00, /* ..####################.......... */
	0x1f, 0xff, 0xf8, 0x00, /* ...##################........... */
	0x1f, 0xff, 0xf8, 0x00, /* ...##################........... */
	0x0f, 0xff, 0xf0, 0x00, /* ....################............ */
	0x03, 0xff, 0xc0, 0x00, /* ......############.............. */
	0x00, 0xff, 0x00, 0x00, /* ........########................ */
};
static const struct kp_bits large = { 32, 31, large_rows };

static const uint8_t small_rows[] = {
	0x06, /* .....##. */
	0x09, /* ....#..# */
	0x10, /* ...#.... */
	0x38, /* ..###... */
	0x5c, /* .#.###.. */
	0xbe, /* #.#####. */
	0x7c, /* .#####.. */
	0x38, /* ..###... */
};
static const struct kp_bits small = { 8, 8, small_rows };

/* Cells that a picture takes at a size. */
static unsigned columns_of(const struct kp_bits *bits, unsigned size)
{
	return (bits->width * size + 7) / 8;
}

static unsigned rows_of(const struct kp_bits *bits, unsigned size)
{
	return (bits->height * size + 15) / 16;
}

unsigned kp_style_bombs(struct kp_canvas *canvas, const struct kp_story *story, unsigned page)
{
	static char line[96];
	unsigned rows = kp_style_rows(canvas), bombs = story->bombs ? story->bombs : 1;
	unsigned size = 6, across, lines, row;
	const struct kp_bits *bits = canvas->zoom ? &large : &small;
	struct kp_flow flow = { .canvas = canvas, .centred = true, .page = page, .paper = KP_LIGHT };

	/* A frame buffer has them as large as fits into one line; VGA text in one size, and in several lines. */
	if (!canvas->zoom)
		size = 8;
	else
		while (size > 1 && (bombs * (columns_of(bits, size) + 1) > canvas->columns ||
				    rows_of(bits, size) > rows / 2))
			size--;
	across = canvas->columns / (columns_of(bits, size) + 1);
	if (!across)
		across = 1;
	if (across > bombs)
		across = bombs;
	if (across < bombs) /* in lines of one length */
		across = (bombs + (bombs + across - 1) / across - 1) / ((bombs + across - 1) / across);
	lines = (bombs + across - 1) / across;
	row = rows > lines * rows_of(bits, size) + 7 ? (rows - lines * rows_of(bits, size) - 5) / 2 : 0;
	for (unsigned i = 0; i < bombs; i++) {
		unsigned step = columns_of(bits, size) + 1;
		unsigned in_line = i / across + 1 < lines ? across : bombs - (lines - 1) * across;

		kp_canvas_picture(canvas, kp_style_centre(canvas, in_line * step - 1) + i % across * step,
				  row + i / across * rows_of(bits, size), bits, size, KP_BLACK, KP_LIGHT);
	}
	flow.row = row + lines * rows_of(bits, size) + 1;
	flow.column = canvas->columns > 8 ? 2 : 0;
	flow.columns = canvas->columns - 2 * flow.column;
	flow.rows = rows > flow.row ? rows - flow.row : 0;
	kp_flow_start(&flow);
	kp_flow_words(&flow, story->message, 0, KP_BLACK);
	kp_flow_words(&flow, story->place, 0, KP_BLACK);
	kp_format(line, sizeof(line), "kpanic code %u", story->code);
	kp_flow_words(&flow, line, 0, KP_DARK);
	return kp_flow_pages(&flow);
}

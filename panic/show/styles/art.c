/* A grave: the register that says where it ended is called RIP. */
#include "show/styles.h"

#include "lib/format.h"
#include "lib/mem.h"
#include "show/flow.h"

#define STONE_COLUMNS 40 /* with its edges */
#define STONE_ROWS 15    /* with its top and the grass */
#define INNER (STONE_COLUMNS - 4)

static void draw_stone(struct kp_canvas *canvas, unsigned column, unsigned row)
{
	static const char *const top[] = {
		"       __________________________       ",
		"    .-'                          '-.    ",
		"  .'                                '.  ",
		" /                                    \\ ",
	};

	for (unsigned i = 0; i < sizeof(top) / sizeof(*top); i++)
		kp_canvas_text(canvas, column, row + i, STONE_COLUMNS, top[i], KP_LIGHT, KP_BLACK);
	for (unsigned i = sizeof(top) / sizeof(*top); i < STONE_ROWS - 1; i++) {
		kp_canvas_put(canvas, column, row + i, '|', KP_LIGHT, KP_BLACK);
		kp_canvas_put(canvas, column + STONE_COLUMNS - 1, row + i, '|', KP_LIGHT, KP_BLACK);
	}
}

static void draw_grass(struct kp_canvas *canvas, unsigned column, unsigned row)
{
	static const char blades[] = "\\|/.,\\||/_,.\\|/,_.|/";
	static const char *const flower[] = { " .-. ", "( @ )", " '-' ", "  |  ", " \\|/ " };

	for (unsigned i = 0; i < canvas->columns; i++)
		kp_canvas_put(canvas, i, row, (uint8_t)blades[i % (sizeof(blades) - 1)],
			      i % 3 ? KP_GREEN : KP_BRIGHT_GREEN, KP_BLACK);
	if (column < 8 || row < 5)
		return;
	for (unsigned i = 0; i < 5; i++)
		kp_canvas_text(canvas, column - 7, row - 5 + i, 5, flower[i],
			       i < 3 ? KP_PINK : KP_BRIGHT_GREEN, KP_BLACK);
}

unsigned kp_style_art(struct kp_canvas *canvas, const struct kp_story *story, unsigned page)
{
	static char line[96];
	unsigned rows = kp_style_rows(canvas);
	struct kp_flow stone = {
		.canvas = canvas, .centred = true, .columns = INNER, .rows = STONE_ROWS - 4
	};
	struct kp_flow flow = { .canvas = canvas, .centred = true, .page = page };

	if (canvas->columns < STONE_COLUMNS || rows < STONE_ROWS + 3) {
		/* A smaller grave, without a stone. */
		stone.columns = canvas->columns;
		stone.rows = 1;
		flow.row = 1;
	} else {
		unsigned left = kp_style_centre(canvas, STONE_COLUMNS), top = rows > 20 ? (rows - 20) / 2 : 0;

		draw_stone(canvas, left, top);
		draw_grass(canvas, left, top + STONE_ROWS - 1);
		stone.column = left + 2;
		stone.row = top + 3;
		flow.row = top + STONE_ROWS + 1;
	}
	kp_flow_start(&stone);
	kp_flow_words(&stone, "R I P", 0, KP_WHITE);
	kp_format(line, sizeof(line), "%016llx", (unsigned long long)story->pc);
	kp_flow_words(&stone, line, 0, KP_YELLOW);
	kp_flow_gap(&stone);
	kp_flow_words(&stone, story->message, 0, KP_LIGHT);
	kp_flow_gap(&stone);
	kp_flow_words(&stone, story->system, 0, KP_DARK);
	flow.column = canvas->columns > 8 ? 2 : 0;
	flow.columns = canvas->columns - 2 * flow.column;
	flow.rows = rows > flow.row ? rows - flow.row : 0;
	kp_flow_start(&flow);
	if (kp_flow_pages(&stone) > 1) /* what is too long for the stone stands below it, whole */
		kp_flow_words(&flow, story->message, 0, KP_LIGHT);
	kp_flow_words(&flow, story->place, 0, KP_LIGHT);
	kp_flow_words(&flow, story->who, 0, KP_DARK);
	kp_format(line, sizeof(line), "kpanic code %u", story->code);
	kp_flow_words(&flow, line, 0, KP_DARK);
	return kp_flow_pages(&flow);
}

/* A window of lines made from text, for tests of Linux's reports. */
#ifndef LINUX_TEXT_H
#define LINUX_TEXT_H

#include "console/linux/identify.h"

#include <stdio.h>
#include <stdlib.h>

struct text_window {
	struct pm_arena arena;
	struct pm_window window;
};

/* Every line of `text` gets `prefix`; the report starts at the first line that starts one. */
static inline bool text_window_make(struct text_window *tw, const char *prefix, const char *text)
{
	PM_VEC(struct pm_line) lines = { 0 };
	struct pm_slice rest = pm_slice_of(text), one;
	bool found = false;

	*tw = (struct text_window){ 0 };
	pm_arena_init(&tw->arena);
	for (uint32_t number = 1; pm_take_line(&rest, &one); number++) {
		char *raw = pm_arena_printf(&tw->arena, "%s%.*s", prefix, PM_FMT(one));
		struct pm_line *line = PM_PUSH(&tw->arena, &lines);

		line->raw = pm_slice_of(raw);
		line->at.line = number;
		pm_line_parse(line);
		if (!found && pm_printk_start(line) != PM_NO_START) {
			found = true;
			tw->window.start = lines.n - 1;
		}
	}
	tw->window.lines = lines.v;
	tw->window.n = lines.n;
	tw->window.taken = pm_arena_alloc(&tw->arena, lines.n + 1);
	tw->window.at_end = true;
	return found;
}

static inline void text_window_free(struct text_window *tw)
{
	pm_arena_deinit(&tw->arena);
}

#endif

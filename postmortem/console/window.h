/* Cuts the lines around a place out of a text. */
#ifndef PM_WINDOW_H
#define PM_WINDOW_H

#include "base/memory.h"
#include "console/report.h"
#include "console/text.h"

/* Bounds of a window, so that its cost does not grow with the text. */
#define PM_WINDOW_LINES_BEFORE 200
#define PM_WINDOW_LINES_AFTER 16384
#define PM_WINDOW_STARTS 24 /* further reports that may start in it */
#define PM_WINDOW_QUIET 400 /* lines without anything report-like that end it */

/* The line at offset, cleaned (ANSI escapes, NULs, CR) into the arena where that changes it;
 * *next_out is where the next line starts; a second message in the
 * middle of a line counts as a line with the same number.  text must hold the line or PM_LINE_MAX bytes of
 * it. */
void pm_window_line(struct pm_text *text, uint64_t offset, uint32_t number, struct pm_arena *arena,
		    struct pm_line *line_out, uint64_t *next_out);

/* Lines around the one at offset (its number given); begin: the text's first line that may be
 * taken (a boot's start).  starts tells where other reports and boots start.
 * All storage from the arena, and borrowed from text until its next pm_text_need. */
struct pm_window_hooks {
	bool (*is_start)(const struct pm_line *line, void *user);
	bool (*is_boot)(const struct pm_line *line, void *user);
	bool (*has_word)(struct pm_slice raw, void *user); /* cheap test before the two above */
	void *user;
};

void pm_window_make(struct pm_text *text, uint64_t offset, uint32_t number, uint64_t begin,
		    const struct pm_window_hooks *hooks, struct pm_arena *arena,
		    struct pm_window *window_out);

#endif

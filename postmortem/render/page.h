/* Text wrapped at words, with a label in front and hanging indentation. */
#ifndef PM_RENDER_PAGE_H
#define PM_RENDER_PAGE_H

#include "render/render.h"
#include "render/escape.h"

enum pm_colour { PM_PLAIN, PM_BOLD, PM_RED, PM_GREEN, PM_YELLOW, PM_DIM, PM_CYAN };

struct pm_page {
	FILE *out;
	const struct pm_render_text *style;
	unsigned width;
	struct pm_buf buf; /* of the text that is being written */
};

void pm_page_init(struct pm_page *page, FILE *out, const struct pm_render_text *style);
void pm_page_deinit(struct pm_page *page);

/* "label     text that goes on and on\n          and is wrapped": text starts, and goes on, at column `hang`.
 * The label stands at column `indent`. */
void pm_page_text(struct pm_page *page, unsigned indent, const char *label, enum pm_colour label_colour,
		  unsigned hang, enum pm_colour colour, const char *text);
/* One line, not wrapped: commands and listings are copied as they are. */
void pm_page_line(struct pm_page *page, unsigned indent, enum pm_colour colour, const char *text);
/* A command line, folded at blanks with a backslash so that it can still be pasted. */
void pm_page_command(struct pm_page *page, unsigned indent, enum pm_colour colour, const char *command);
void pm_page_printf(struct pm_page *page, unsigned indent, enum pm_colour colour, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void pm_page_blank(struct pm_page *page);

#endif

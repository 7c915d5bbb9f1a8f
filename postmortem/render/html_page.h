/* Writing HTML: every text of the incident goes through pm_html_text. */
#ifndef PM_RENDER_HTML_PAGE_H
#define PM_RENDER_HTML_PAGE_H

#include "render/render.h"

/* Markup of our own. */
void pm_html_raw(struct pm_render_html *page, const char *markup);
void pm_html_rawf(struct pm_render_html *page, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Text, escaped. */
void pm_html_text(struct pm_render_html *page, const char *text);
/* Text, escaped, cut to so many characters with "…". */
void pm_html_cut(struct pm_render_html *page, const char *text, size_t characters);
/* The numbers of lines as links into the report's log: "379 381". */
void pm_html_line(struct pm_render_html *page, const struct pm_incident *inc, size_t index, struct pm_at at);

/* Drawings (html_graph.c).  False: nothing to draw. */
bool pm_html_lock_cycle(struct pm_render_html *page, const struct pm_incident *inc);
bool pm_html_wait_graph(struct pm_render_html *page, const struct pm_incident *inc);
void pm_html_timeline(struct pm_render_html *page);

extern const char pm_html_style[];

#endif

/* Renderers: an incident as text for people, JSON for programs, a page for both.
 * They see the incident only, never the input. */
#ifndef PM_RENDER_H
#define PM_RENDER_H

#include "incident.h"

#include <stdio.h>

struct pm_render_text {
	bool colour;
	bool evidence;     /* number the statements and list the places they rest on */
	bool details;      /* registers, code, all traces: everything */
	unsigned width;    /* columns; 80 when unknown */
	bool ascii;        /* no arrows, no dots: the output's locale is not UTF-8 (pm_render_is_utf8) */
	unsigned number;   /* "report 2 of 3": 1-based; 0: say no number */
	unsigned total;    /* 0: not known yet, the input streams */
	bool has_first;    /* first_ns is valid: the time of the input's first report, in first_boot */
	uint64_t first_ns; /* "…, 12.3 s after the first" */
	uint32_t first_boot;
};

/* Does the environment (LC_ALL, LC_CTYPE, LANG) ask for UTF-8? */
bool pm_render_is_utf8(void);

/* The explanation as docs/man/kpanic.1 shows it. */
void pm_render_text(FILE *out, const struct pm_incident *inc, const struct pm_render_text *style);

/* {"schema": 1, "reports": [ … ]}: begin, one report after the other, end.  Streams: holds one report at a
 * time. */
/* inputs: [n] names */
void pm_render_json_begin(FILE *out, const char *const *inputs, size_t n);
void pm_render_json_report(FILE *out, const struct pm_incident *inc, bool first);
void pm_render_json_end(FILE *out);

/* One self-contained page with all reports.  Streams like JSON; what the timeline needs of each is kept. */
struct pm_html_moment {
	const char *headline, *input;
	uint32_t boot;
	bool has_time, secondary;
	uint64_t ns;
};
struct pm_render_html {
	FILE *out;
	bool many; /* inputs: reports say of which they are */
	struct pm_arena arena;
	PM_VEC(struct pm_html_moment) moments;
	struct pm_buf buf; /* of the text that is being escaped */
};

/* inputs: [n] names */
void pm_render_html_begin(struct pm_render_html *page, FILE *out, const char *const *inputs, size_t n);
void pm_render_html_report(struct pm_render_html *page, const struct pm_incident *inc, size_t index);
void pm_render_html_end(struct pm_render_html *page);

#endif

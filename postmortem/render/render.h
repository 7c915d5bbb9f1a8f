/* Renderers: an incident as text for people, JSON for programs, a page for both.
 * They see the incident only, never the input. */
#ifndef PM_RENDER_H
#define PM_RENDER_H

#include "incident.h"

#include <stdio.h>

struct pm_render_text {
	bool colour;
	bool evidence; /* number the statements and list the places they rest on */
	bool details;  /* registers, code, all traces: everything */
	unsigned width; /* columns; 80 when unknown */
};

/* The explanation as docs/man/kpanic.1 shows it. */
void pm_render_text(FILE *out, const struct pm_incident *inc, const struct pm_render_text *style);

/* {"schema": 1, "reports": [ … ]}: begin, one report after the other, end.  Streams: holds one report at a time. */
void pm_render_json_begin(FILE *out, const char *input);
void pm_render_json_report(FILE *out, const struct pm_incident *inc, bool first);
void pm_render_json_end(FILE *out);

/* One self-contained page with all reports. */
void pm_render_html_begin(FILE *out, const char *input);
void pm_render_html_report(FILE *out, const struct pm_incident *inc, size_t index);
void pm_render_html_end(FILE *out);

#endif

#include "render/render.h"

void pm_render_html_begin(FILE *out, const char *input)
{
	(void)out;
	(void)input;
}

void pm_render_html_report(FILE *out, const struct pm_incident *inc, size_t index)
{
	(void)out;
	(void)inc;
	(void)index;
}

void pm_render_html_end(FILE *out)
{
	(void)out;
}

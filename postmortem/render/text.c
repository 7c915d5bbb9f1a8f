#include "render/render.h"

void pm_render_text(FILE *out, const struct pm_incident *inc, const struct pm_render_text *style)
{
	(void)style;
	fprintf(out, "%s\n", inc->title ? inc->title : "");
}

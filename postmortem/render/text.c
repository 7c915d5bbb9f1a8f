#include "render/render.h"

#include <stdlib.h>
#include <strings.h>

bool pm_render_is_utf8(void)
{
	static const char *const variables[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		const char *value = getenv(variables[i]);

		if (value && *value)
			return strcasestr(value, "UTF-8") || strcasestr(value, "UTF8");
	}
	return false;
}

void pm_render_text(FILE *out, const struct pm_incident *inc, const struct pm_render_text *style)
{
	(void)style;
	fprintf(out, "%s\n", inc->title ? inc->title : "");
}

/* A console text of any bytes, through the whole reader: parse, decode, explain, render. */
#include "console/console.h"
#include "console/source.h"
#include "decode/decode.h"
#include "explain/explain.h"
#include "render/render.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static FILE *sink;

static bool on_incident(struct pm_incident *inc, void *user)
{
	const struct pm_render_text style = { .details = true, .evidence = true, .width = 80 };

	(void)user;
	pm_decode(inc);
	pm_explain(inc);
	pm_render_text(sink, inc, &style);
	pm_render_json_report(sink, inc, true);

	struct pm_render_html page;
	pm_render_html_begin(&page, sink, (const char *const[]){ "fuzz" }, 1);
	pm_render_html_report(&page, inc, 0);
	pm_render_html_end(&page);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!sink)
		sink = fopen("/dev/null", "w");
	struct pm_source *source = pm_source_memory("fuzz", (struct pm_slice){ (const char *)data, size });
	pm_error_free(pm_console_read_source(source, "fuzz", on_incident, NULL));
	pm_source_close(source);
	return 0;
}

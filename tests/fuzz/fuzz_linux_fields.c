/* The lines of one Linux report, whatever they are, as an incident.  The first byte says
 * after how many lines another report starts. */
#include "console/linux/linux.h"

#include <stdlib.h>

#define LINES_MAX 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	struct pm_slice text = { (const char *)data + 1, size - 1 }, line;
	struct pm_line *lines = calloc(LINES_MAX, sizeof(*lines));
	struct pm_incident inc;
	struct pm_printk_report report = { 0 };
	size_t n = 0;

	if (!lines)
		abort();
	pm_incident_init(&inc);
	while (n < LINES_MAX && pm_take_line(&text, &line)) {
		lines[n] = (struct pm_line){ .raw = line, .at = { (uint32_t)n + 1, 0 } };
		pm_line_parse(&lines[n]);
		*PM_PUSH(&inc.arena, &report.lines) = &lines[n++];
	}
	struct pm_window window = { .lines = lines, .n = n };
	report.window = &window;
	report.own = data[0] < n ? data[0] : n;
	pm_oops_read(&report, &inc, &pm_oops_linux, NULL);
	if (inc.log.n != n && inc.log.n != 2000)
		abort();
	for (size_t i = 0; i < inc.traces.n; i++)
		if (inc.traces.v[i].role == PM_TRACE_CRASH && i)
			abort(); /* the crash's stack comes first */
	pm_incident_deinit(&inc);
	free(lines);
	return 0;
}

/* Any text as console lines: cut out and named, from every line that may start a report. */
#include "console/linux/identify.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pm_slice rest = { (const char *)data, size }, one;
	PM_VEC(struct pm_line) lines = { 0 };
	struct pm_arena arena;

	pm_arena_init(&arena);
	while (pm_take_line(&rest, &one)) {
		struct pm_line *line = PM_PUSH(&arena, &lines);

		line->raw = pm_slice_upto(one, PM_LINE_MAX);
		line->at.line = (uint32_t)lines.n;
		pm_line_parse(line);
	}
	struct pm_window window = { .lines = lines.v, .n = lines.n };
	window.taken = pm_arena_alloc(&arena, lines.n + 1);
	for (size_t i = 0, reports = 0; i < lines.n && reports < 8; i++) {
		struct pm_printk_report report;
		struct pm_incident inc;

		if (window.taken[i] || pm_printk_start(&lines.v[i]) == PM_NO_START)
			continue;
		window.start = i;
		pm_incident_init(&inc);
		pm_printk_segment(&window, &inc.arena, &report);
		if (!pm_printk_identify(&report, &inc) || !inc.title || !inc.fingerprint)
			abort();
		pm_incident_deinit(&inc);
		reports++;
	}
	pm_arena_deinit(&arena);
	return 0;
}

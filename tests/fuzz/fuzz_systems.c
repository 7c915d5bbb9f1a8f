/* A window of any lines, handed to the reader of each system other than Linux: as many
 * as one report's start line allows, without the recognition that stands before them. */
#include "console/report.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pm_console_system *const systems[] = {
		&pm_console_freebsd, &pm_console_openbsd, &pm_console_netbsd,
		&pm_console_darwin,  &pm_console_fuchsia,
	};
	struct pm_slice text = { (const char *)data, size }, one;
	struct pm_arena arena;
	PM_VEC(struct pm_line) lines = { 0 };

	pm_arena_init(&arena);
	while (pm_take_line(&text, &one) && lines.n < 4000) {
		struct pm_line *line = PM_PUSH(&arena, &lines);

		line->raw = pm_slice_upto(one, PM_LINE_MAX);
		line->at.line = (uint32_t)lines.n;
		pm_line_parse(line);
	}
	for (size_t s = 0; s < PM_COUNT(systems); s++) {
		unsigned reads = 0;

		for (size_t i = 0; i < lines.n && reads < 4; i++) {
			if (!systems[s]->starts(&lines.v[i]))
				continue;
			reads++;
			struct pm_window window = { .lines = lines.v, .n = lines.n, .start = i };
			struct pm_incident inc;
			window.taken = pm_arena_alloc(&arena, lines.n);
			pm_incident_init(&inc);
			inc.machine.system = systems[s]->system;
			if (systems[s]->read(&window, &inc) && !inc.title)
				abort();
			pm_incident_deinit(&inc);
		}
	}
	pm_arena_deinit(&arena);
	return 0;
}

/* What only one family's reports carry: the first byte says which family reads the lines. */
#include "console/line.h"
#include "console/linux/details_rows.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static pm_printk_details *const families[] = {
	pm_access_fields, pm_stack_fields,   pm_hardware_fields, pm_rcu_fields,    pm_lockup_fields,
	pm_hung_fields,   pm_kasan_fields,   pm_kfence_fields,   pm_kmsan_fields,  pm_kcsan_fields,
	pm_ubsan_fields,  pm_lockdep_fields, pm_atomic_fields,   pm_object_fields, pm_memory_fields,
	pm_oom_fields,    pm_bug_fields,     pm_panic_fields,    pm_other_fields,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pm_printk_report report = { .own = SIZE_MAX };
	struct pm_incident inc;
	struct pm_slice text, raw;
	uint32_t number = 0;

	if (!size)
		return 0;
	pm_incident_init(&inc);
	inc.fault.kind = data[0] & 0x80 ? PM_KIND_NO_ROOT : PM_KIND_WORKQUEUE_LOCKUP;
	text = (struct pm_slice){ (const char *)data + 1, size - 1 };
	while (pm_take_line(&text, &raw)) {
		struct pm_line *line = pm_arena_alloc(&inc.arena, sizeof(*line));

		/* No line of a window holds a NUL. */
		char *copy = pm_arena_str(&inc.arena, raw);
		for (size_t i = 0; i < raw.n; i++)
			if (!copy[i])
				copy[i] = ' ';
		line->raw = (struct pm_slice){ copy, raw.n };
		line->at.line = ++number;
		pm_line_parse(line);
		if (number <= 4)
			*PM_PUSH(&inc.arena, &report.before) = line;
		*PM_PUSH(&inc.arena, &report.lines) = line;
	}
	families[(data[0] & 0x7f) % (PM_COUNT(families))](&report, &inc);
	for (size_t i = 0; i < inc.facts.n; i++)
		if (!inc.facts.v[i].name || !inc.facts.v[i].value || !*inc.facts.v[i].value)
			abort();
	for (size_t i = 0; i < inc.lock_edges.n; i++)
		if (!inc.lock_edges.v[i].from || !inc.lock_edges.v[i].to)
			abort();
	pm_incident_deinit(&inc);
	return 0;
}

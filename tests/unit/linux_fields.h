/* Reading the fields of a report's text, and asking for them. */
#ifndef LINUX_FIELDS_H
#define LINUX_FIELDS_H

#include "console/linux/linux.h"
#include "console/oops/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#define LINES_MAX 400

struct reading {
	struct pm_incident inc;
	struct pm_line lines[LINES_MAX];
	bool seen[LINES_MAX];
	struct pm_printk_report report;
	struct pm_window window;
};

static inline void read_own(struct reading *r, const char *text, size_t own)
{
	struct pm_slice s = pm_slice_of(text), line;
	size_t n = 0;

	memset(r, 0, sizeof(*r));
	pm_incident_init(&r->inc);
	while (n < LINES_MAX && pm_take_line(&s, &line)) {
		r->lines[n].raw = line;
		r->lines[n].at.line = (uint32_t)n + 1;
		pm_line_parse(&r->lines[n]);
		*PM_PUSH(&r->inc.arena, &r->report.lines) = &r->lines[n];
		n++;
	}
	r->window = (struct pm_window){ .lines = r->lines, .n = n };
	r->report.window = &r->window;
	r->report.own = own ? own : n;
	pm_oops_read(&r->report, &r->inc, &pm_oops_linux, r->seen);
}

static inline void read_text(struct reading *r, const char *text)
{
	read_own(r, text, 0);
}

static inline void done(struct reading *r)
{
	pm_incident_deinit(&r->inc);
}

static inline uint64_t reg(struct reading *r, enum pm_regs_role role, const char *name)
{
	struct pm_register *found = pm_regs_find(pm_incident_regs(&r->inc, role), name);

	if (!found)
		fail_msg("no register %s", name);
	return found->value;
}

static inline const char *fact(struct reading *r, const char *group, const char *name)
{
	struct pm_fact *found = pm_incident_fact(&r->inc, group, name);

	return found ? found->value : "(none)";
}

static inline struct pm_trace *trace(struct reading *r, enum pm_trace_role role)
{
	for (size_t i = 0; i < r->inc.traces.n; i++)
		if (r->inc.traces.v[i].role == role)
			return &r->inc.traces.v[i];
	fail_msg("no trace of role %s", pm_trace_role_name(role));
	return NULL;
}

static inline void all_seen(struct reading *r)
{
	for (size_t i = 0; i < r->report.lines.n; i++)
		if (!r->seen[i])
			fail_msg("line %zu was not understood: %.*s", i + 1, PM_FMT(r->lines[i].raw));
}

static inline const char *meaning(struct reading *r, const char *name)
{
	const struct pm_fact *found = pm_incident_fact(&r->inc, "stack", name);

	return found && found->meaning ? found->meaning : "(none)";
}

#endif

/* A report's lines for the readers of details, and the facts that they made of it. */
#ifndef DETAILS_SCENE_H
#define DETAILS_SCENE_H

#include "console/linux/details_rows.h"
#include "decode/machine_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>
struct scene {
	struct pm_incident inc;
	struct pm_printk_report report;
};

/* Every line of text is the report's; before may be NULL. */
static inline void stage(struct scene *s, const char *before, const char *text)
{
	struct pm_slice rest = pm_slice_of(text), line;
	uint32_t number = 0;

	memset(s, 0, sizeof(*s));
	pm_incident_init(&s->inc);
	for (int part = 0; part < 2; part++) {
		rest = pm_slice_of(part ? text : before);
		while (pm_take_line(&rest, &line)) {
			struct pm_line *l = pm_arena_alloc(&s->inc.arena, sizeof(*l));

			l->raw = l->body = line;
			l->at.line = ++number;
			if (part)
				*PM_PUSH(&s->inc.arena, &s->report.lines) = l;
			else
				*PM_PUSH(&s->inc.arena, &s->report.before) = l;
		}
	}
	s->report.own = SIZE_MAX;
}

static inline void strike(struct scene *s)
{
	pm_incident_deinit(&s->inc);
}

static inline void expect_fact(struct scene *s, const char *group, const char *name, const char *value,
			       const char *meaning)
{
	const struct pm_fact *fact = pm_incident_fact(&s->inc, group, name);

	if (!fact) {
		fail_msg("no fact %s.%s", group, name);
		return;
	}
	assert_string_equal(fact->value, value);
	assert_true(fact->at.line > 0);
	if (!meaning)
		return;
	if (!fact->meaning || !strstr(fact->meaning, meaning))
		fail_msg("%s.%s means \"%s\", not \"%s\"", group, name, fact->meaning ? fact->meaning : "",
			 meaning);
}

static inline void expect_no_fact(struct scene *s, const char *group, const char *name)
{
	if (pm_incident_fact(&s->inc, group, name))
		fail_msg("a fact %s.%s that nothing says", group, name);
}

#endif

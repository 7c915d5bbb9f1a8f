/* From evidence to cause.
 *
 * A panic's text is the last witness, and an unreliable one: it says where the
 * machine noticed, not where it went wrong.  So explaining goes in stages, each
 * of which uses what the one before has concluded:
 *
 * kind      What the processor's error code tells about the kind of fault.
 *
 * headline  What happened, in a line: the kind of failure and its numbers, as
 *           read, in plain words.  No conclusion is drawn here.
 *
 * rules     Why.  Each rule looks for one pattern of evidence and adds a
 *           statement when it is there: `certain` when the statement only says
 *           what was read, `likely` when it infers.  A rule whose evidence is
 *           not complete is silent; a statement that is wrong and confident
 *           costs the reader a night.  Rules are independent of each other but
 *           for one order: how far to trust the report (is it damaged, or the
 *           consequence of an earlier one?) comes first, what happened next,
 *           causes after it, circumstances last.
 *
 * path      How the machine got there, from the system call or interrupt to the
 *           place, in one line: frames of the kernel's own machinery left out.
 *
 * also      What stands around it and may matter: taint, other CPUs, locks.
 *
 * next      What to do now, concrete for this case.
 *
 * missing   What the input does not hold, and what that costs: the difference
 *           between "there is nothing" and "we could not see".
 *
 * Everything is read off the incident: whether a console, a dump or our own
 * recorder told it makes no difference here.  What is only true of one system is
 * only said when the incident is that system's.
 */
#include "explain/explain.h"

#include "base/pattern.h"
#include "explain/rules.h"

#include <stdlib.h>

/* What a hostile input may make at most. */
#define FINDINGS_MAX 64
#define EVIDENCE_MAX 32

static const struct pm_theme *const themes[] = {
	&pm_theme_trust, &pm_theme_keep,     &pm_theme_recorder,  &pm_theme_dump,
	&pm_theme_image, &pm_theme_memory,   &pm_theme_sanitizer, &pm_theme_code,
	&pm_theme_stack, &pm_theme_lock,     &pm_theme_hang,      &pm_theme_panic,
	&pm_theme_oom,   &pm_theme_hardware, &pm_theme_module,    &pm_theme_recorder_late,
};

static void run_rules(struct pm_incident *inc)
{
	for (size_t i = 0; i < PM_COUNT(themes); i++) {
		for (size_t k = 0; k < themes[i]->n; k++) {
			const struct pm_rule *rule = &themes[i]->rules[k];

			if (rule->kinds && !(rule->kinds >> inc->fault.kind & 1))
				continue;
			if (rule->system && rule->system != inc->machine.system)
				continue;
			if (inc->findings.n < FINDINGS_MAX)
				rule->run(inc, rule);
		}
	}
}

/* By rank; in the rules' order within one. */
static void rank_findings(struct pm_incident *inc)
{
	for (size_t i = 1; i < inc->findings.n; i++) {
		struct pm_finding one = inc->findings.v[i];
		size_t k = i;

		for (; k && inc->findings.v[k - 1].rank > one.rank; k--)
			inc->findings.v[k] = inc->findings.v[k - 1];
		inc->findings.v[k] = one;
	}
}

void pm_explain(struct pm_incident *inc)
{
	pm_explain_kind(inc);
	pm_explain_headline(inc);
	run_rules(inc);
	rank_findings(inc);
	pm_explain_path(inc);
	pm_explain_also(inc);
	pm_explain_next(inc);
	pm_explain_missing(inc);
}

/* --- what rules share --- */

static const char *arena_vprintf(struct pm_incident *inc, const char *fmt, va_list ap)
{
	char *text = pm_vprintf(fmt, ap);
	const char *copy = pm_arena_str(&inc->arena, pm_slice_of(text));

	free(text);
	return copy;
}

struct pm_finding *pm_find(struct pm_incident *inc, const struct pm_rule *rule, enum pm_grade grade, int rank,
			   struct pm_at at, const char *fmt, ...)
{
	struct pm_finding *finding = PM_PUSH(&inc->arena, &inc->findings);
	va_list ap;

	finding->rule = rule->name;
	finding->grade = grade;
	finding->rank = rank;
	va_start(ap, fmt);
	finding->text = arena_vprintf(inc, fmt, ap);
	va_end(ap);
	pm_because(inc, finding, at);
	return finding;
}

void pm_because(struct pm_incident *inc, struct pm_finding *finding, struct pm_at at)
{
	if ((!at.line && !at.offset && !at.memory) || finding->evidence.n >= EVIDENCE_MAX)
		return;
	for (size_t i = 0; i < finding->evidence.n; i++)
		if (finding->evidence.v[i].line == at.line && finding->evidence.v[i].offset == at.offset &&
		    finding->evidence.v[i].memory == at.memory)
			return;
	*PM_PUSH(&inc->arena, &finding->evidence) = at;
}

const struct pm_finding *pm_found(const struct pm_incident *inc, const char *rule)
{
	for (size_t i = 0; i < inc->findings.n; i++)
		if (!strcmp(inc->findings.v[i].rule, rule))
			return &inc->findings.v[i];
	return NULL;
}

void pm_also(struct pm_incident *inc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	*PM_PUSH(&inc->arena, &inc->also) = arena_vprintf(inc, fmt, ap);
	va_end(ap);
}

void pm_missing(struct pm_incident *inc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	*PM_PUSH(&inc->arena, &inc->missing) = arena_vprintf(inc, fmt, ap);
	va_end(ap);
}

void pm_next(struct pm_incident *inc, const char *command, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	const char *text = arena_vprintf(inc, fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < inc->next.n; i++)
		if (!strcmp(inc->next.v[i].text, text))
			return;
	*PM_PUSH(&inc->arena, &inc->next) = (struct pm_advice){ .text = text, .command = command };
}

const char *pm_function_words(struct pm_incident *inc, const struct pm_place *place)
{
	if (!place || !place->symbol)
		return "an unknown function";
	int n = (int)pm_symbol_stem(place->symbol);

	if (place->module)
		return pm_arena_printf(&inc->arena, "%.*s() [%s]", n, place->symbol, place->module);
	return pm_arena_printf(&inc->arena, "%.*s()", n, place->symbol);
}

const char *pm_task_words(struct pm_incident *inc, const char *comm, bool has_pid, int64_t pid)
{
	if (comm && has_pid)
		return pm_arena_printf(&inc->arena, "%s (pid %lld)", comm, (long long)pid);
	if (has_pid)
		return pm_arena_printf(&inc->arena, "pid %lld", (long long)pid);
	return comm ? comm : "an unknown task";
}

const char *pm_bytes_words(struct pm_incident *inc, uint64_t bytes)
{
	return pm_arena_printf(&inc->arena, "%llu byte%s", (unsigned long long)bytes, bytes == 1 ? "" : "s");
}

const char *pm_value(const struct pm_incident *inc, const char *group, const char *name)
{
	const struct pm_fact *fact = pm_incident_fact(inc, group, name);

	return fact ? fact->value : NULL;
}

const struct pm_log_line *pm_log_find(const struct pm_incident *inc, const char *pattern, bool any,
				      struct pm_match *match_out)
{
	for (size_t i = 0; i < inc->log.n; i++)
		if ((any || inc->log.v[i].report) &&
		    pm_match(pattern, pm_slice_of(inc->log.v[i].text), match_out))
			return &inc->log.v[i];
	return NULL;
}

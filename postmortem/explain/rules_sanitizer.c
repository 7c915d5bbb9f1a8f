/* What memory checkers tell: whose object it was, who freed it, who raced. */
#include "explain/rules.h"

#include "base/pattern.h"

#include <stdlib.h>

#define CHECKERS (PM_K(KASAN) | PM_K(KFENCE))

static const struct pm_trace *trace_of(const struct pm_incident *inc, enum pm_trace_role role)
{
	for (size_t i = 0; i < inc->traces.n; i++)
		if (inc->traces.v[i].role == role && inc->traces.v[i].frames.n)
			return &inc->traces.v[i];
	return NULL;
}

/* The object's own trace, or where there is none the page's. */
static const struct pm_trace *life_of(const struct pm_incident *inc, enum pm_trace_role role)
{
	const struct pm_trace *page = NULL;

	for (size_t i = 0; i < inc->traces.n; i++) {
		const struct pm_trace *trace = &inc->traces.v[i];

		if (trace->role != role || !trace->frames.n)
			continue;
		if (!trace->of_page)
			return trace;
		if (!page)
			page = trace;
	}
	return page;
}

/* The function that asked for the allocation or free: the first that is no helper. */
static const struct pm_place *asked(struct pm_incident *inc, const struct pm_trace *trace)
{
	struct pm_walk walk;

	pm_walk(inc, trace, &walk);
	return pm_walk_culprit(inc, &walk);
}

static const char *trace_task(struct pm_incident *inc, const struct pm_trace *trace)
{
	if (trace->has_pid)
		return pm_task_words(inc, trace->comm, true, trace->pid);
	return trace->comm;
}

static bool object(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *where = pm_incident_fact(inc, "kasan", "offset");

	if (!inc->fault.object)
		return false;
	if (!where)
		where = pm_incident_fact(inc, "kasan", "cache");
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, where ? where->at : inc->fault.at,
		"the address belongs to: %s", inc->fault.object);
	return true;
}

/* The type of bug in words, as its checker defines it. */
static bool bug_type(struct pm_incident *inc, const struct pm_rule *rule)
{
	static const struct {
		const char *group, *name;
	} rows[] = { { "kasan", "bug_type" }, { "kfence", "error" }, { "kmsan", "bug_type" } };

	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		const struct pm_fact *fact = pm_incident_fact(inc, rows[i].group, rows[i].name);

		if (!fact || !fact->meaning)
			continue;
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, fact->at, "%s: %s", fact->value, fact->meaning);
		return true;
	}
	return false;
}

static bool is_use_after_free(const struct pm_incident *inc)
{
	const char *type = pm_value(inc, "kasan", "bug_type");

	if (!type)
		type = pm_value(inc, "kfence", "error");
	return type && strstr(type, "use-after-free");
}

/* "0.002803s" → "2.8 ms". */
static const char *age_words(struct pm_incident *inc, const char *age)
{
	char *end;
	double seconds = age ? strtod(age, &end) : 0;

	if (!age || end == age || strcmp(end, "s"))
		return age;
	if (seconds < 1)
		return pm_arena_printf(&inc->arena, "%.1f ms", seconds * 1000);
	return pm_arena_printf(&inc->arena, "%.1f s", seconds);
}

/* Freed before, or the last thing known of memory whose present life is another. */
static bool is_about_a_free(const struct pm_incident *inc)
{
	const char *type = pm_value(inc, "kasan", "bug_type");

	/* KFENCE prints the free of this very object, which it never gives out again soon. */
	return inc->fault.kind == PM_KIND_KFENCE || is_use_after_free(inc) ||
	       (type && (strstr(type, "double-free") || strstr(type, "invalid-free")));
}

static bool freed_by(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_trace *freed = life_of(inc, PM_TRACE_FREED),
			      *alloc = life_of(inc, PM_TRACE_ALLOCATED);
	const char *age = age_words(inc, pm_value(inc, "kfence", "free_age"));
	struct pm_finding *finding;

	/* A page's free behind an object's allocation is from before that object's time. */
	if (!freed || !is_about_a_free(inc) || (freed->of_page && alloc && !alloc->of_page))
		return false;
	const struct pm_place *by = asked(inc, freed);
	const char *task = trace_task(inc, freed);
	const char *in = !by                               ? NULL
			 : !strncmp(by->symbol, "rcu_", 4) ? "an RCU callback (call_rcu() or kfree_rcu())"
							   : pm_function_words(inc, by);
	finding = pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, freed->at, "the %s freed%s%s%s%s%s%s%s",
			  freed->of_page ? "page was last" : "object was", task ? " by " : "",
			  task ? task : "", in ? " in " : "", in ? in : "", age ? ", " : "", age ? age : "",
			  age ? " before" : "");
	pm_because(inc, finding, by ? by->at : freed->at);
	if (alloc && alloc->of_page == freed->of_page) {
		const struct pm_place *from = asked(inc, alloc);

		task = trace_task(inc, alloc);
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, alloc->at, "it had been allocated%s%s%s%s",
			task ? " by " : "", task ? task : "", from ? " in " : "",
			from ? pm_function_words(inc, from) : "");
	}
	bool both = is_use_after_free(inc) && freed->has_pid && inc->actor.has_pid && !freed->of_page;
	/* An interrupt frees, or uses, in the name of the task that it found. */
	enum pm_runs context = inc->actor.context;
	if (both &&
	    (freed->pid == 0 || inc->actor.pid == 0 || context == PM_RUNS_IRQ || context == PM_RUNS_SOFTIRQ))
		both = false;
	if (both && freed->pid != inc->actor.pid)
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, freed->at,
			"another task freed it than the one that used it: the user held no reference, or the "
			"freeing side did not wait for its users (missing reference count, lock, RCU grace "
			"period, or work that was not cancelled)");
	else if (both)
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, freed->at,
			"the same task freed it before it used it: a pointer that stayed behind after the "
			"free");
	return true;
}

static bool allocated_only(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_trace *alloc = life_of(inc, PM_TRACE_ALLOCATED),
			      *freed = life_of(inc, PM_TRACE_FREED);

	if (!alloc || pm_found(inc, "freed-by"))
		return false;
	const struct pm_place *from = asked(inc, alloc);
	const char *task = trace_task(inc, alloc);
	if (!from && !task)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, alloc->at, "the %s allocated%s%s%s%s",
		alloc->of_page ? "page was last" : "object was", task ? " by " : "", task ? task : "",
		from ? " in " : "", from ? pm_function_words(inc, from) : "");
	if (!freed || freed->of_page || alloc->of_page)
		return true;
	/* The bug is not about this free: it mostly ended the life of an earlier object. */
	from = asked(inc, freed);
	task = trace_task(inc, freed);
	if (from || task)
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, freed->at,
			"the last free on record of this memory, by %s%s%s, may have been an earlier "
			"object's",
			task ? task : "an unknown task", from ? " in " : "",
			from ? pm_function_words(inc, from) : "");
	return true;
}

static bool out_of_bounds(struct pm_incident *inc, const struct pm_rule *rule)
{
	const char *type = pm_value(inc, "kasan", "bug_type"), *relation = pm_value(inc, "kasan", "relation");
	const struct pm_fact *offset = pm_incident_fact(inc, "kasan", "offset");

	if (!type || !strstr(type, "out-of-bounds") || !offset || !relation)
		return false;
	bool right = strstr(relation, "right") != NULL;
	if (!right && !strstr(relation, "left"))
		return false;
	bool far = strtoull(offset->value, NULL, 10) >= 256;
	if (!strcmp(offset->value, "0") && right) {
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, offset->at,
			"the access begins right behind the object's end: an index, length or size that is a "
			"little too large, or an allocation that is too small");
		return true;
	}
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, offset->at,
		far     ? "the access is %s byte%s %s the object: far off, so rather a wild index or pointer "
			  "than "
			  "a step too many"
		: right ? "the access is %s byte%s %s the object's end: an index, length or size that is a "
			  "little too large, or an allocation that is too small"
			: "the access is %s byte%s %s the object: a negative index or a pointer moved back "
			  "too far",
		offset->value, strcmp(offset->value, "1") ? "s" : "", right ? "behind" : "before");
	return true;
}

static bool free_error(struct pm_incident *inc, const struct pm_rule *rule)
{
	const char *type = pm_value(inc, "kasan", "bug_type");

	if (!type || !strstr(type, "double-free") || !trace_of(inc, PM_TRACE_FREED))
		return false;
	pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, inc->fault.at,
		"two places believe they own the object: compare the free that is reported with the first "
		"one (\"freed\")");
	return true;
}

static bool asynchronous(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *fact = pm_incident_fact(inc, "kasan", "asynchronous");

	if (!fact)
		return false;
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_TRUST, fact->at,
		"%s: place and registers are those of the moment it was noticed", fact->meaning);
	return true;
}

/* Where the bytes came into being, else the last place that passed them on. */
static const struct pm_trace *birth_of(const struct pm_incident *inc)
{
	const struct pm_trace *first = trace_of(inc, PM_TRACE_CREATED);

	for (size_t i = 0; i < inc->traces.n; i++) {
		const struct pm_trace *trace = &inc->traces.v[i];

		if (trace->role == PM_TRACE_CREATED && trace->frames.n && trace->title &&
		    strcasestr(trace->title, "created at"))
			return trace;
	}
	return first;
}

static bool uninitialised(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *variable = pm_incident_fact(inc, "kmsan", "local_variable");
	const struct pm_fact *first = pm_incident_fact(inc, "kmsan", "first_byte");
	const struct pm_fact *last = pm_incident_fact(inc, "kmsan", "last_byte");
	const struct pm_fact *bytes = pm_incident_fact(inc, "kmsan", "access_bytes");
	const struct pm_trace *created = birth_of(inc);
	bool found = false;

	if (first && bytes) {
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, first->at,
			"byte%s %s%s%s of %s %s uninitialised", last ? "s" : "", first->value,
			last ? " to " : "", last ? last->value : "", bytes->value, last ? "are" : "is");
		found = true;
	}
	if (variable && created) {
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, variable->at,
			"the bytes come from local variable %s in %s", variable->value,
			pm_function_words(inc, asked(inc, created)));
		return true;
	}
	if (created && asked(inc, created)) {
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, created->at,
			created->title && strcasestr(created->title, "stored to")
				? "the bytes were never set; they were stored there in %s"
				: "the bytes were never set since their memory was allocated in %s",
			pm_function_words(inc, asked(inc, created)));
		return true;
	}
	return found;
}

static bool race(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_trace *crash = pm_incident_crash_trace(inc), *other = trace_of(inc, PM_TRACE_RACE);
	const struct pm_fact *before = pm_incident_fact(inc, "kcsan", "value_before");
	const struct pm_fact *after = pm_incident_fact(inc, "kcsan", "value_after");

	if (crash && other && asked(inc, crash) && asked(inc, other)) {
		const char *one = pm_function_words(inc, asked(inc, crash)),
			   *two = pm_function_words(inc, asked(inc, other));
		bool same = !strcmp(one, two);
		struct pm_finding *finding = pm_find(
			inc, rule, PM_CERTAIN, PM_RANK_READ, crash->at,
			"%s%s%s%s access the same memory at the same time, at least one of them writing and "
			"without both being marked",
			same ? "two tasks in " : "", one, same ? "" : " and ", same ? "" : two);
		pm_because(inc, finding, other->at);
	}
	if (before && after)
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, before->at,
			"the value changed from %s to %s under the access", before->value, after->value);
	return before || (crash && other);
}

static bool ubsan(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *check = pm_incident_fact(inc, "ubsan", "check");
	const char *index = pm_value(inc, "ubsan", "index"), *type = pm_value(inc, "ubsan", "type");
	const char *shift = pm_value(inc, "ubsan", "shift_exponent");

	if (!check)
		return false;
	if (index && type)
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, check->at,
			"index %s is used on an array of type %s", index, type);
	else if (shift)
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, check->at, "a value%s%s is shifted by %s bits",
			type ? " of type " : "", type ? type : "", shift);
	else if (check->meaning)
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, check->at, "%s: %s", check->value,
			check->meaning);
	else
		return false;
	return true;
}

static const struct pm_rule rules[] = {
	{ "tags-asynchronous", asynchronous, PM_K(KASAN) },
	{ "bug-type", bug_type, CHECKERS | PM_K(KMSAN) },
	{ "object", object, CHECKERS },
	{ "freed-by", freed_by, CHECKERS },
	{ "allocated-by", allocated_only, CHECKERS | PM_K(MEMORY_LEAK) },
	{ "out-of-bounds", out_of_bounds, PM_K(KASAN) },
	{ "freed-twice", free_error, PM_K(KASAN) },
	{ "uninitialised", uninitialised, PM_K(KMSAN) },
	{ "data-race", race, PM_K(KCSAN) },
	{ "undefined-behaviour", ubsan, PM_K(UBSAN) },
};
const struct pm_theme pm_theme_sanitizer = PM_THEME(rules);

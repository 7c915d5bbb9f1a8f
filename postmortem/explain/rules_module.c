/* Modules: code in the crash that is not the kernel's own. */
#include "explain/rules.h"

static const struct pm_module *module_named(const struct pm_incident *inc, const char *name)
{
	for (size_t i = 0; name && i < inc->modules.n; i++)
		if (inc->modules.v[i].name && !strcmp(inc->modules.v[i].name, name))
			return &inc->modules.v[i];
	return NULL;
}

/* "out-of-tree", "proprietary", …; NULL: nothing out of the way. */
static const char *odd(struct pm_incident *inc, const struct pm_module *module)
{
	static const struct {
		char letter;
		const char *words;
	} rows[] = {
		{ 'P', "proprietary" },     { 'O', "out of the kernel's tree" },
		{ 'F', "loaded by force" }, { 'C', "from staging" },
		{ 'E', "unsigned" },
	};
	const char *words = NULL;

	for (size_t i = 0; module && module->flags && i < PM_COUNT(rows); i++)
		if (strchr(module->flags, rows[i].letter))
			words = words ? pm_arena_printf(&inc->arena, "%s, %s", words, rows[i].words)
				      : rows[i].words;
	return words;
}

static bool in_trace(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	const char *seen[8] = { NULL };
	size_t n = 0;

	for (size_t i = 0; i <= (trace ? trace->frames.n : 0); i++) {
		const struct pm_place *place = i ? &trace->frames.v[i - 1].place : &inc->place;
		bool known = !place->module || (i && trace->frames.v[i - 1].trust == PM_SCANNED);

		for (size_t k = 0; k < n && !known; k++)
			known = !strcmp(seen[k], place->module);
		if (known || n == PM_COUNT(seen))
			continue;
		seen[n++] = place->module;
		const struct pm_module *module = module_named(inc, place->module);
		const char *words = odd(inc, module);
		if (!words)
			continue;
		struct pm_finding *finding =
			pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, place->at, "%s, %s, is a module %s",
				place->module, i ? "which is in the trace" : "where it failed", words);
		pm_because(inc, finding, module->at);
	}
	return n > 0;
}

static const struct pm_rule rules[] = {
	{ "odd-module-in-trace", in_trace },
};
const struct pm_theme pm_theme_module = PM_THEME(rules);

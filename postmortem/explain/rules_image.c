/* What the state of processors tells where a kernel left no report (image/state.c): facts of groups "cpu0", "cpu1", …, of
 * which each has a meaning where it is no good. */
#include "explain/rules.h"

static bool is_cpu(const char *group)
{
	return !strncmp(group, "cpu", 3) && pm_is_digit(group[3]);
}

static bool state(struct pm_incident *inc, const struct pm_rule *rule)
{
	bool any = false;

	for (size_t i = 0; i < inc->facts.n; i++) {
		const struct pm_fact *fact = &inc->facts.v[i];

		if (!is_cpu(fact->group) || !fact->meaning)
			continue;
		/* a frame is recognised by its looks */
		bool seen = !strcmp(fact->name, "trap_frame");

		pm_find(inc, rule, seen ? PM_LIKELY : PM_CERTAIN, PM_RANK_READ, fact->at, "CPU %s: %s",
			fact->group + 3, fact->meaning);
		any = true;
	}
	return any;
}

static const struct pm_rule rules[] = {
	{ "processor-state", state, 0, PM_SYSTEM_UNKNOWN },
};
const struct pm_theme pm_theme_image = PM_THEME(rules);

/* Hardware against software. */
#include "explain/rules.h"

#include "base/pattern.h"

/* Words of enum pm_part. */
static const char *const parts[] = {
	[PM_PART_MEMORY] = "a memory module or its slot",
	[PM_PART_CACHE] = "the processor (one of its caches)",
	[PM_PART_PROCESSOR] = "the processor",
	[PM_PART_BUS] = "the processor, or what is attached to its bus (memory, PCIe)",
	[PM_PART_PCIE] = "the PCIe device or slot that the record names",
};

static bool is_hardware_group(const char *group)
{
	static const char *const groups[] = { "machine-check", "mce", "edac",     "ghes",
					      "apei",          "aer", "hardware", "nmi" };

	for (size_t i = 0; i < PM_COUNT(groups); i++)
		if (!strcmp(group, groups[i]))
			return true;
	return false;
}

static bool machine_check(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *facts[16];
	size_t n = 0;

	for (size_t i = 0; i < inc->facts.n && n < PM_COUNT(facts); i++)
		if (is_hardware_group(inc->facts.v[i].group))
			facts[n++] = &inc->facts.v[i];
	struct pm_finding *finding = pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, inc->fault.at,
					     "the hardware reported this error, not the kernel: the code "
					     "that ran at the time is a bystander, not the cause");
	for (size_t i = 0; i < n; i++)
		pm_because(inc, finding, facts[i]->at);
	return true;
}

static bool part(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fact *told = NULL, *module = NULL;

	for (size_t i = 0; i < inc->facts.n; i++) {
		const struct pm_fact *fact = &inc->facts.v[i];

		told = told || !fact->part ? told : fact;
		if (!module && fact->part == PM_PART_MEMORY && !strcmp(fact->name, "dimm"))
			module = fact;
	}
	if (!told)
		return false;
	struct pm_finding *finding = pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, told->at,
					     "the part to suspect is %s: the record says %s%s%s",
					     parts[told->part], told->meaning ? told->meaning : told->value,
					     module && module != told ? ", module " : "",
					     module && module != told ? module->value : "");
	if (module)
		pm_because(inc, finding, module->at);
	return true;
}

static bool nmi(struct pm_incident *inc, const struct pm_rule *rule)
{
	pm_find(inc, rule, PM_LIKELY, PM_RANK_READ, inc->fault.at,
		"a non-maskable interrupt came that no driver claims: sent by hardware (bus or memory error, "
		"watchdog), by the management controller, or by somebody's \"NMI\" button");
	return true;
}

static bool hardware_before(struct pm_incident *inc, const struct pm_rule *rule)
{
	static const char *const patterns[] = { "[Hardware Error]:", "mce: [Hardware Error]",
						"EDAC {*}: {*} CE ", "EDAC {*}: {*} UE ",
						"AER: {*}Uncorrect", "I/O error, dev " };

	for (size_t i = 0; i < PM_COUNT(patterns); i++) {
		const struct pm_log_line *line = pm_log_find(inc, patterns[i], true, NULL);

		if (!line || line->report)
			continue;
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_DETAIL, line->at,
			"the hardware had reported an error shortly before: clear that up first");
		return true;
	}
	return false;
}

static const struct pm_rule rules[] = {
	{ "not-software", machine_check, PM_K(MACHINE_CHECK) | PM_K(HARDWARE_ERROR) },
	{ "suspect-part", part, PM_K(MACHINE_CHECK) | PM_K(HARDWARE_ERROR) },
	{ "unclaimed-nmi", nmi, PM_K(NMI) },
	{ "hardware-error-before", hardware_before, ~(PM_K(MACHINE_CHECK) | PM_K(HARDWARE_ERROR)), PM_LINUX },
};
const struct pm_theme pm_theme_hardware = PM_THEME(rules);

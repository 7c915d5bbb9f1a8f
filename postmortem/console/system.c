#include "console/system.h"

static const struct pm_console_system *const table[] = {
	&pm_console_linux,  &pm_console_freebsd, &pm_console_openbsd,
	&pm_console_netbsd, &pm_console_darwin,	 &pm_console_fuchsia,
};
#define SYSTEMS (sizeof(table) / sizeof(*table))

void pm_systems_init(struct pm_systems *systems, struct pm_scanner *scanner)
{
	*systems = (struct pm_systems){ PM_SYSTEM_UNKNOWN };
	for (size_t i = 0; i < SYSTEMS; i++) {
		pm_scanner_add(scanner, table[i]->words);
		pm_scanner_add(scanner, table[i]->marks);
	}
}

void pm_systems_see(struct pm_systems *systems, const struct pm_line *line)
{
	for (size_t i = 0; i < SYSTEMS; i++)
		for (const char *const *mark = table[i]->marks; *mark; mark++)
			if (pm_slice_has(line->raw, pm_slice_of(*mark)))
				systems->seen = table[i]->system;
}

const struct pm_console_system *pm_systems_start(const struct pm_systems *systems, const struct pm_line *line)
{
	(void)systems;
	for (size_t i = 0; i < SYSTEMS; i++)
		if (table[i]->starts(line))
			return table[i];
	return NULL;
}

bool pm_systems_read(const struct pm_systems *systems, struct pm_window *window, struct pm_incident *inc)
{
	const struct pm_line *line = &window->lines[window->start];

	for (int pass = 0; pass < 2; pass++) /* the system whose marks were seen goes first */
		for (size_t i = 0; i < SYSTEMS; i++) {
			if ((table[i]->system == systems->seen) != (pass == 0) || !table[i]->starts(line))
				continue;
			if (table[i]->read(window, inc)) {
				inc->machine.system = table[i]->system;
				return true;
			}
		}
	return false;
}

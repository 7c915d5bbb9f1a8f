#include "functions/functions.h"

#include "base/symbol.h"
#include "functions/tables.h"

static const struct pm_function_row no_names[] = {
	{ "panic", PM_FRAME_REPORT },
	{ "vpanic", PM_FRAME_REPORT },
};
static const struct pm_function_table no_table = { no_names, PM_COUNT(no_names) };

/* In the order in which they are looked through. */
static const struct pm_function_table *const tables[PM_SYSTEMS][6] = {
	[PM_SYSTEM_UNKNOWN] = { &no_table },
	[PM_LINUX] = { &pm_linux_reports, &pm_linux_faults, &pm_linux_entries, &pm_linux_waits,
		       &pm_linux_helpers },
	[PM_FREEBSD] = { &pm_bsd_functions },
	[PM_OPENBSD] = { &pm_bsd_functions },
	[PM_NETBSD] = { &pm_bsd_functions },
	[PM_DARWIN] = { &pm_darwin_functions },
	[PM_FUCHSIA] = { &pm_zircon_functions },
	[PM_KPANIC] = { &pm_kpanic_functions },
};

static const struct pm_function_row *find(enum pm_system system, const char *symbol)
{
	if (!symbol || !*symbol || (size_t)system >= PM_SYSTEMS)
		return NULL;
	size_t stem = pm_symbol_stem(symbol);

	for (size_t t = 0; tables[system][t]; t++)
		for (size_t i = 0; i < tables[system][t]->n; i++) {
			const struct pm_function_row *row = &tables[system][t]->rows[i];

			if (row->name[0] != symbol[0])
				continue;
			size_t n = strlen(row->name);
			if (row->name[n - 1] == '*' ? n - 1 <= stem && !memcmp(symbol, row->name, n - 1)
						    : n == stem && !memcmp(symbol, row->name, n))
				return row;
		}
	return NULL;
}

enum pm_frame_class pm_frame_class(enum pm_system system, const char *symbol)
{
	const struct pm_function_row *row = find(system, symbol);

	if (row)
		return row->class;
	bool calls =
		system == PM_LINUX || system == PM_FREEBSD || system == PM_OPENBSD || system == PM_NETBSD;

	return calls && symbol && pm_symbol_syscall(pm_slice_of(symbol)).n ? PM_FRAME_CALL : PM_FRAME_STORY;
}

bool pm_function_has(enum pm_system system, const char *symbol, enum pm_function_trait trait)
{
	const struct pm_function_row *row = find(system, symbol);

	if (!row)
		return false;
	return (row->traits & trait) || (trait == PM_FUNCTION_STOPS &&
					 (row->class == PM_FRAME_REPORT || row->class == PM_FRAME_EXCEPTION));
}

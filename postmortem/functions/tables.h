/* The tables of functions.h: one file per system, Linux's by theme. */
#ifndef PM_FUNCTIONS_TABLES_H
#define PM_FUNCTIONS_TABLES_H

#include "functions/functions.h"

struct pm_function_row {
	const char *name; /* a '*' at the end: any rest */
	enum pm_frame_class class;
	int traits; /* enum pm_function_trait, or-ed */
};
struct pm_function_table {
	const struct pm_function_row *rows; /* the first match wins */
	size_t n;
};
extern const struct pm_function_table pm_linux_reports, pm_linux_faults, pm_linux_entries, pm_linux_waits,
	pm_linux_helpers, pm_bsd_functions, pm_darwin_functions, pm_zircon_functions, pm_kpanic_functions;

#endif

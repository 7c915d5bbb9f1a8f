/* A window of console lines in which a report was found, and how producers of
 * incidents take it.
 *
 * The way of a console text: source.h gives bytes; scan.h finds the places where
 * a report may start without looking at the lines between; window.h makes the
 * window of lines around such a place; the system's row below takes the report
 * out of the window and fills the incident.
 */
#ifndef PM_REPORT_H
#define PM_REPORT_H

#include "console/line.h"

/* Lines around the start of a report.  Everything is borrowed until the window is freed. */
struct pm_window {
	struct pm_line *lines;
	size_t n;
	size_t start; /* index of the line at which the report starts */
	bool *taken;  /* [n]: the lines that earlier reports took; producers set what they take */
	bool at_end;  /* the text ends with this window (else it was cut for length or at the next boot) */
	bool has_end_of_boot; /* the line after the window starts another boot */
};

/* One operating system whose console text is understood.  One row each in console/system.c. */
struct pm_console_system {
	enum pm_system system;
	/* Does a report start at this line?  Called for lines that hold one of `words`. */
	bool (*starts)(const struct pm_line *line);
	/* Fills the incident from the window: identification (title, kind, …) and every field.
	 * Marks the lines it used in window->taken.  False: no report after all. */
	bool (*read)(struct pm_window *window, struct pm_incident *inc);
	/* Words of which at least one stands in every line that can start a report; NULL-terminated. */
	const char *const *words;
	/* Marks by which a text is recognised as this system's; NULL-terminated. */
	const char *const *marks;
};

extern const struct pm_console_system pm_console_linux, pm_console_freebsd, pm_console_openbsd,
	pm_console_netbsd, pm_console_darwin, pm_console_fuchsia, pm_console_kpanic;

#endif

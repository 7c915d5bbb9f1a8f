/* Which type a variable or function of the kernel has. */
#ifndef PM_SHELL_GLOBALS_H
#define PM_SHELL_GLOBALS_H

#include "shell/c_type.h"

enum pm_type_from {
	PM_TYPE_UNKNOWN,
	PM_TYPE_TOLD,    /* the kernel or its debug information says so */
	PM_TYPE_TABLED,  /* shell/globals.def does, and it fits */
	PM_TYPE_GUESSED, /* by the end of the symbol's name */
};

/* addr: the symbol's, as it is found; *room_out: bytes up to the next symbol, 0: not known. */
enum pm_type_from pm_globals_type(struct pm_shell *sh, const char *name, uint64_t addr, bool percpu,
				  struct pm_c_type *out, uint64_t *room_out);

/* By index, for tests; false: there are no more. */
bool pm_globals_row(size_t index, const char **name_out, const char **types_out);

#endif

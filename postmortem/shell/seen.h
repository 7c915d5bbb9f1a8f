/* Addresses that a walk came to, to find where it comes around. */
#ifndef PM_SHELL_SEEN_H
#define PM_SHELL_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pm_shell_seen {
	struct {
		uint64_t addr, number; /* number + 1; 0: free */
	} * v;
	size_t n, cap;
	uint64_t mark,
		next_mark; /* behind the first few millions only loops are found, not where they begin */
};

/* number: which one it is, from 0 on.  false: it was there; *first_out: which one it was. */
bool pm_shell_seen_add(struct pm_shell_seen *seen, uint64_t addr, uint64_t number, uint64_t *first_out);
void pm_shell_seen_free(struct pm_shell_seen *seen);

#endif

/* Page table entries, as crash prints them. */
#ifndef PM_SHELL_PTE_H
#define PM_SHELL_PTE_H

#include "shell/shell.h"

/* The lines "PTE PHYSICAL FLAGS", or where it was swapped out to; as JSON members "pte", "flags", "swap" and, where it stands
 * alone, "physical".  page_bytes: of the page that it maps; 0: the smallest. */
void pm_shell_put_pte(struct pm_shell *sh, uint64_t entry, uint64_t page_bytes, bool alone);

#endif

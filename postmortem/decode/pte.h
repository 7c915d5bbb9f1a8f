/* Page table entries in words. */
#ifndef PM_DECODE_PTE_H
#define PM_DECODE_PTE_H

#include "incident.h"

enum pm_table_level { PM_PGD, PM_P4D, PM_PUD, PM_PMD, PM_PTE, PM_TABLE_LEVELS };

/* "present, writable, kernel only, frame 0x1234"; NULL where the architecture's entries are not known. */
const char *pm_pte_words(struct pm_arena *arena, enum pm_arch arch, enum pm_table_level level,
			 uint64_t entry);

/* Gives words to the facts named pgd, p4d, pud, pmd and pte that have none, and
 * adds the fact "walk": where the walk of the tables ended. */
void pm_pte_decode(struct pm_incident *inc);

#endif

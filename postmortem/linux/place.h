/* Where a member stands: what linux.c and member.c share. */
#ifndef PM_LINUX_PLACE_H
#define PM_LINUX_PLACE_H

#include "linux/linux.h"

/* paths as in linux/member.h; offset -1: none of them. */
void pm_linux_find_place(struct pm_linux *lx, const char *structure, const char *paths,
			 struct pm_field_place *place);
bool pm_linux_load_place(struct pm_linux *lx, uint64_t base, const struct pm_field_place *place,
			 uint64_t *value_out);

#endif

/* Members of structures by their names, for what looks at many structures and at none often enough for a row of its own in
 * linux/fields.def.  Each is found when it is first asked for, and kept.
 *
 * structure: a struct's name, or as C writes it ("union thread_union", a typedef).  paths: "d_name.name|d_name.__name": the
 * first that this kernel has. */
#ifndef PM_LINUX_MEMBER_H
#define PM_LINUX_MEMBER_H

#include "linux/linux.h"

/* Never NULL; offset -1: this kernel has none, or there are no types.  Lives as long as lx. */
const struct pm_field_place *pm_linux_member(struct pm_linux *lx, const char *structure, const char *paths);
/* Its value in the structure at base, unsigned, of 1 to 8 bytes; false: no such member, or not in the dump: *value_out
 * stays. */
bool pm_linux_member_get(struct pm_linux *lx, uint64_t base, const char *structure, const char *paths,
			 uint64_t *value_out);
/* The same; 0 where it cannot be read. */
uint64_t pm_linux_member_value(struct pm_linux *lx, uint64_t base, const char *structure, const char *paths);
/* Where it stands; 0: no such member, or base is 0. */
uint64_t pm_linux_member_at(struct pm_linux *lx, uint64_t base, const char *structure, const char *paths);
/* Its offset; 0: no such member. */
uint64_t pm_linux_member_offset(struct pm_linux *lx, const char *structure, const char *paths);
/* The text that it is (an array of characters), or that it points to; false: "" in buf. */
bool pm_linux_member_text(struct pm_linux *lx, uint64_t base, const char *structure, const char *paths,
			  char *buf, size_t size);

/* Bytes; 0: no such type. */
uint64_t pm_linux_type_size(struct pm_linux *lx, const char *type);
/* A value of one of the kernel's enumerations, which differ between versions and configurations; it is not negative. */
bool pm_linux_enumerator(struct pm_linux *lx, const char *type, const char *name, uint64_t *value_out);
/* The name of a value; NULL: none.  Of "enum bpf_prog_type" and the like. */
const char *pm_linux_enumerator_name(struct pm_linux *lx, const char *type, int64_t value);

#endif

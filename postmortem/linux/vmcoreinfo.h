/* VMCOREINFO: the text that a Linux kernel leaves about itself for readers of dumps.
 * Documentation/admin-guide/kdump/vmcoreinfo.rst has its keys. */
#ifndef PM_VMCOREINFO_H
#define PM_VMCOREINFO_H

#include "base/slice.h"

struct pm_vmcoreinfo {
	struct pm_slice text; /* borrowed */
};

/* The rest of the line "KEY="; false: no such line. */
bool pm_vmcoreinfo_get(const struct pm_vmcoreinfo *info, const char *key, struct pm_slice *value_out);
/* SYMBOL(name)=hex. */
bool pm_vmcoreinfo_symbol(const struct pm_vmcoreinfo *info, const char *name, uint64_t *value_out);
/* NUMBER(name)=, signed decimal or 0x hex. */
bool pm_vmcoreinfo_number(const struct pm_vmcoreinfo *info, const char *name, int64_t *value_out);
/* OFFSET(struct.member)=, SIZE(struct)=, LENGTH(array)=: decimal. */
bool pm_vmcoreinfo_offset(const struct pm_vmcoreinfo *info, const char *name, uint64_t *value_out);
bool pm_vmcoreinfo_size(const struct pm_vmcoreinfo *info, const char *name, uint64_t *value_out);

#endif

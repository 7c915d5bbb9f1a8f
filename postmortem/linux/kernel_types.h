/* The kernel's types: of the dump, or of a file; and those of its modules. */
#ifndef PM_LINUX_KERNEL_TYPES_H
#define PM_LINUX_KERNEL_TYPES_H

#include "linux/modules.h"

/* What to do without types: a clause. */
extern const char pm_linux_types_hint[];

/* Sets what lx tells of types.  For pm_linux_open, when symbols are known. */
void pm_linux_types_open(struct pm_linux *lx, const struct pm_linux_options *options);

/* Types of a module and, behind them, the kernel's; read when first asked for.  NULL: it has none in the dump.
 * Borrowed from the module. */
struct pm_btf *pm_linux_module_types(struct pm_linux *lx, struct pm_linux_module *module);

#endif

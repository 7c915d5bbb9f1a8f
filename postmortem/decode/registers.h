/* Registers by the names that instructions and kernels use for them. */
#ifndef PM_DECODE_REGISTERS_H
#define PM_DECODE_REGISTERS_H

#include "incident.h"

/* The register of an instruction's operand among those that the kernel printed:
 * "x30" is printed as "lr", "r3" as "gpr03".  NULL: not printed. */
const struct pm_register *pm_register_lookup(const struct pm_regs *regs, enum pm_arch arch, const char *name);

/* Is it a general register's name, of any architecture? */
bool pm_register_is_general(const char *name);

#endif

/* Names of Linux's system calls. */
#ifndef PM_DECODE_SYSCALL_H
#define PM_DECODE_SYSCALL_H

#include "incident.h"

/* compat: a 32-bit call of a 64-bit kernel.  NULL: no such number, or no table for the architecture. */
const char *pm_syscall_name(enum pm_arch arch, bool compat, uint64_t number);

/* Is it a function through which system calls enter? */
bool pm_syscall_is_entry(const char *function);

/* Fills actor.syscall, and syscall_nr from the user-mode registers, when they are not told. */
void pm_syscall_decode(struct pm_incident *inc);

#endif
